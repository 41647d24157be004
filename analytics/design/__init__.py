"""Designs and the assumptions that they rest on."""

from analytics.design.fitted_hazards import FittedHazards, HazardOfArm
from analytics.design.hazard import HazardAssumption, assumed_hazard

__all__ = ["FittedHazards", "HazardAssumption", "HazardOfArm", "assumed_hazard"]
