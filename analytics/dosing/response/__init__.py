"""The response to dose: contrast tests, fitted curves, target doses, and utility (MCP-Mod)."""

from analytics.dosing.response.candidates import Candidates
from analytics.dosing.response.contrasts import (
    ContrastTest,
    OptimalContrasts,
    optimal_contrasts,
    test_contrasts,
)
from analytics.dosing.response.design import ContrastDesign, ContrastPower
from analytics.dosing.response.estimates import DoseEstimates
from analytics.dosing.response.families import FAMILIES, Family
from analytics.dosing.response.shapes import Shape

__all__ = [
    "FAMILIES",
    "Candidates",
    "ContrastDesign",
    "ContrastPower",
    "ContrastTest",
    "DoseEstimates",
    "Family",
    "OptimalContrasts",
    "Shape",
    "optimal_contrasts",
    "test_contrasts",
]
