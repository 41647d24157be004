"""The response to dose: contrast tests, fitted curves, target doses, and utility (MCP-Mod)."""

from analytics.dosing.response.averaging import (
    AveragedCurve,
    DoseResponseFits,
    average_curves,
    fit_families,
)
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
from analytics.dosing.response.fit import DoseResponseFit, fit_dose_response
from analytics.dosing.response.shapes import Shape
from analytics.dosing.response.target_dose import (
    TargetDose,
    estimate_effective_dose,
    estimate_target_dose,
)
from analytics.dosing.response.utility import Tradeoff, UtilityCurve, utility_curve

__all__ = [
    "FAMILIES",
    "AveragedCurve",
    "Candidates",
    "ContrastDesign",
    "ContrastPower",
    "ContrastTest",
    "DoseEstimates",
    "DoseResponseFit",
    "DoseResponseFits",
    "Family",
    "OptimalContrasts",
    "Shape",
    "TargetDose",
    "Tradeoff",
    "UtilityCurve",
    "average_curves",
    "estimate_effective_dose",
    "estimate_target_dose",
    "fit_dose_response",
    "fit_families",
    "optimal_contrasts",
    "test_contrasts",
    "utility_curve",
]
