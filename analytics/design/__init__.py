"""Designs and the assumptions that they rest on."""

from analytics.design.assumptions.accrual import Accrual
from analytics.design.assumptions.effect import NO_EFFECT, TreatmentEffect
from analytics.design.assumptions.fitted_hazards import FittedHazards, HazardOfArm
from analytics.design.assumptions.hazard import HazardAssumption, assumed_hazard
from analytics.design.assumptions.survival import (
    Subgroup,
    SurvivalAssumptions,
    dropout_hazard,
)

__all__ = [
    "NO_EFFECT",
    "Accrual",
    "FittedHazards",
    "HazardAssumption",
    "HazardOfArm",
    "Subgroup",
    "SurvivalAssumptions",
    "TreatmentEffect",
    "assumed_hazard",
    "dropout_hazard",
]
