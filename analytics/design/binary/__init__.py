"""Designs with a binary endpoint: two arms, and one arm in two stages."""

from analytics.design.binary.admissible import AdmissibleDesigns, admissible_designs
from analytics.design.binary.assumptions import BinaryAssumptions
from analytics.design.binary.design import BinaryDesign, BinaryEvaluation
from analytics.design.binary.restricted_rates import restricted_rates
from analytics.design.binary.two_stage import SimonDesigns, TwoStageDesign, simon_designs

__all__ = [
    "AdmissibleDesigns",
    "BinaryAssumptions",
    "BinaryDesign",
    "BinaryEvaluation",
    "SimonDesigns",
    "TwoStageDesign",
    "admissible_designs",
    "restricted_rates",
    "simon_designs",
]
