"""Benefit against harm over dose, from the efficacy and the adverse events of a study."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.dosing.response import (
    DoseEstimates,
    DoseResponseFit,
    Tradeoff,
    UtilityCurve,
    fit_dose_response,
    fit_families,
    utility_curve,
)
from analytics.results import Result, registered
from dashboard.analyses.dose_response.arms import ArmDoses
from dashboard.analyses.dose_response.harm import HarmAnalysis, HarmAnswer
from dashboard.analyses.dose_response.response import LEVEL, ResponseAnalysis, ResponseAnswer
from queries.store import Store

SMALLEST = "smallest AIC"
HARM_STEP = 0.1
"""The increase of the risk that a benefit is weighed against: 10 percentage points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthAnalysis:
    """How much benefit is left at each dose when harm is taken off.

    Parameters
    ----------
    response : ResponseAnalysis
    harm : HarmAnalysis
        Of the same arms.
    price : float
        The benefit that outweighs 10 percentage points more of the adverse event, >= 0: in the
        unit of the response, for a share in percentage points.
    benefit_family, harm_family : str
        A family, or `SMALLEST`: of `families` the one with the smallest AIC.
    families : tuple of str
    correlation : float
        Between the estimates of benefit and harm at a dose, within -1 and 1.
    draws, seed : int
    """

    response: ResponseAnalysis
    harm: HarmAnalysis
    price: float
    benefit_family: str = SMALLEST
    harm_family: str = SMALLEST
    families: tuple[str, ...] = ("linear", "emax", "quadratic")
    correlation: float = 0.0
    draws: int = 500
    seed: int = 1

    def __post_init__(self) -> None:
        require(self.response.arms == self.harm.arms, "benefit and harm are of the same arms")
        require(self.price >= 0, "the price of harm >= 0", price=self.price)

    def tradeoff(self) -> Tradeoff:
        """The weights: utility is in the unit of the response, or for shares a share."""
        share = self.response.endpoint.is_share
        worth = self.price / 100 if share else self.price
        return Tradeoff(
            harm_weight=worth / HARM_STEP,
            benefit_direction=self.response.endpoint.benefit,
            efficacy_scale="probability" if share else "as fitted",
            safety_scale="probability",
        )

    def run(self, store: Store) -> WorthAnswer:
        """Ask the store, fit both curves and weigh them."""
        response, harm = self.response.run(store), self.harm.run(store)
        _require_same_doses(response.doses, harm.doses)
        curve = utility_curve(
            self._fit(response.estimable(), self.benefit_family),
            self._fit(harm.estimable(), self.harm_family),
            self.tradeoff(),
            correlation=self.correlation,
            level=LEVEL,
            draws=self.draws,
            seed=self.seed,
        )
        return WorthAnswer(response=response, harm=harm, utility=curve)

    def _fit(self, estimates: DoseEstimates, family: str) -> DoseResponseFit:
        if family == SMALLEST:
            return fit_families(estimates, self.families).best
        return fit_dose_response(estimates, family)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WorthAnswer(Result):
    """Utility over dose, and what it is made of.

    Parameters
    ----------
    response : ResponseAnswer
    harm : HarmAnswer
    utility : UtilityCurve
    """

    response: ResponseAnswer
    harm: HarmAnswer
    utility: UtilityCurve

    def to_frame(self) -> pd.DataFrame:
        """The curve."""
        return self.utility.to_frame()


def _require_same_doses(first: ArmDoses, second: ArmDoses) -> None:
    if first.doses != second.doses:
        raise NotEstimableError("Benefit and harm are not known at the same doses.")
