"""What can be drawn over time besides the survival curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from analytics.checks import require
from analytics.survival.counts import SurvivalCounts
from analytics.survival.kaplan_meier import KaplanMeier, fit_kaplan_meier
from analytics.survival.log_minus_log import LogMinusLog, log_minus_log
from analytics.survival.milestones import CurveDifference, difference_of_curves
from analytics.survival.nelson_aalen import NelsonAalen, fit_nelson_aalen
from analytics.survival.smoothed_hazard import SmoothedHazard, smooth_hazard
from dashboard.analyses.survival.analysis import SurvivalAnalysis, or_reason
from dashboard.analyses.survival.immortal_time import immortal_time
from queries.store import Store

OverTime = NelsonAalen | CurveDifference | SmoothedHazard | LogMinusLog

_ESTIMATES: Mapping[str, Callable[[SurvivalCounts, float], OverTime]] = {
    "cumulative hazard": lambda counts, level: fit_nelson_aalen(counts, confidence_level=level),
    "difference": lambda counts, level: difference_of_curves(counts, confidence_level=level),
    "hazard": lambda counts, level: smooth_hazard(counts, confidence_level=level),
    "log-minus-log": lambda counts, _: log_minus_log(counts),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OverTimeAnalysis:
    """One estimate over time, by arm.

    Parameters
    ----------
    analysis : SurvivalAnalysis
        Whose endpoint, subjects and arms.
    estimate : {"cumulative hazard", "difference", "hazard", "log-minus-log"}
        Nelson–Aalen; survival less that of the reference; the smoothed hazard; log(-log S).
    """

    analysis: SurvivalAnalysis
    estimate: str

    def __post_init__(self) -> None:
        known = tuple(_ESTIMATES)
        require(self.estimate in known, f"estimate in {known}", estimate=self.estimate)

    def run(self, store: Store) -> OverTimeAnswer:
        """Ask the store and estimate.

        Raises
        ------
        NotEstimableError
            When no subject of the cohort has a time for this endpoint.
        """
        counts = self.analysis.counts(store)
        compares = self.estimate == "difference"
        refusal = immortal_time(store, self.analysis) if compares else None
        level = self.analysis.confidence_level
        return OverTimeAnswer(
            result=or_reason(lambda: _ESTIMATES[self.estimate](counts, level), refusal),
            curves=fit_kaplan_meier(counts),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OverTimeAnswer:
    """The estimate, or the sentence that says why there is none; and the curves."""

    result: OverTime | str
    curves: KaplanMeier

    def to_frame(self) -> pd.DataFrame:
        """One row per arm and time; none where there is no estimate."""
        return pd.DataFrame() if isinstance(self.result, str) else self.result.to_frame()
