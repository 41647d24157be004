"""Designs and the assumptions that they rest on."""

from analytics.design.accrual import Accrual
from analytics.design.effect import NO_EFFECT, TreatmentEffect
from analytics.design.fitted_hazards import FittedHazards, HazardOfArm
from analytics.design.hazard import HazardAssumption, assumed_hazard
from analytics.design.survival_assumptions import (
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
