"""Designs with a continuous endpoint: two arms, or one against a value."""

from analytics.design.continuous.assumptions import ContinuousAssumptions
from analytics.design.continuous.design import ContinuousDesign, ContinuousEvaluation

__all__ = ["ContinuousAssumptions", "ContinuousDesign", "ContinuousEvaluation"]
