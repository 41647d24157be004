"""Distributions fitted to each arm, as a value: what the Parametric tab asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analytics.checks import InputError, NotEstimableError, require
from analytics.survival import compare_restricted_means, fit_kaplan_meier, smooth_hazard
from analytics.survival.counts import DAYS, SurvivalCounts
from analytics.survival.regression import ParametricFit
from analytics.survival.regression.parametric.from_counts import fit_parametric_to_counts
from dashboard.analyses.survival.analysis import SurvivalAnalysis, or_reason
from dashboard.analyses.survival.immortal_time import immortal_time
from dashboard.analyses.survival.parametric_answer import FITTED, ParametricAnswer
from queries.store import Store

ZeroTimes = Literal["refuse", "leave out", "half a day"]
MOST_PIECES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ParametricAnalysis:
    """Seven distributions, each fitted to each arm on its own.

    Arms share no parameter, so nothing is assumed of how their hazards compare.

    Parameters
    ----------
    analysis : SurvivalAnalysis
        Endpoint, subjects, arms, unit of time. Strata play no part.
    pieces : int
        Of the piecewise exponential, cut at quantiles of the event times of all arms together;
        2 to 8.
    cuts : tuple of float
        Cut points instead, ascending and > 0, in the unit of the analysis.
    zero_times : {"refuse", "leave out", "half a day"}
        What becomes of subjects whose time is 0, at which these distributions have no events.
    """

    analysis: SurvivalAnalysis
    pieces: int = 4
    cuts: tuple[float, ...] = ()
    zero_times: ZeroTimes = "refuse"

    def __post_init__(self) -> None:
        whole = type(self.pieces) is int and 2 <= self.pieces <= MOST_PIECES
        require(whole, f"there are 2 to {MOST_PIECES} pieces", pieces=self.pieces)
        rising = all(low < high for low, high in zip((0.0, *self.cuts), self.cuts, strict=False))
        require(rising, "cut points are ascending times > 0", cuts=self.cuts)

    def run(self, store: Store) -> ParametricAnswer:
        """Ask the store and fit.

        Raises
        ------
        NotEstimableError
            When no subject of the cohort has a time for this endpoint.
        InputError
            When there are times of 0 and nothing was said of them, or pieces beyond the data.
        """
        counts = self.analysis.counts(store)
        zeros = _subjects_at_zero(counts)
        if zeros and self.zero_times == "refuse":
            raise InputError(_zeros_said(counts, zeros))
        fitted = _without_zeros(counts, self.zero_times)
        cuts = self.cuts or event_quantiles(fitted, self.pieces)
        level = self.analysis.confidence_level
        return ParametricAnswer(
            analysis=self.analysis,
            zero_times=self.zero_times if zeros else "",
            zeros=zeros,
            curves=fit_kaplan_meier(
                counts, interval=self.analysis.interval, confidence_level=level
            ),
            fits={
                (arm, name): _fit(fitted, arm, name, cuts, level)
                for arm in counts.arms
                for name in FITTED
            },
            cuts=cuts,
            smoothed=or_reason(lambda: smooth_hazard(counts, confidence_level=level)),
            means=or_reason(lambda: compare_restricted_means(counts, confidence_level=level)),
            cohorts=self._cohorts(counts.arms),
            refusal=immortal_time(store, self.analysis),
        )

    def _cohorts(self, arms: Sequence[str]) -> dict[str, str]:
        """By arm, the rule for its subjects as JSON; arms themselves are no part of a rule."""
        members = self.analysis.members()
        return {arm: members.get(arm, self.analysis.subjects()).to_json() for arm in arms}


def event_quantiles(counts: SurvivalCounts, pieces: int) -> tuple[float, ...]:
    """Times that cut the events of all arms into parts of about equal size, in three digits.

    Fewer cuts when events are few or tied; none when there are no events.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects(range(1, 101), [1] * 100)
    >>> event_quantiles(counts, 4)
    (25.0, 50.0, 75.0)
    """
    by_time = counts.frame.groupby("time")["events"].sum()
    by_time = by_time[by_time > 0]
    if by_time.empty:
        return ()
    share = by_time.cumsum().to_numpy() / by_time.sum()
    inner = np.arange(1, pieces) / pieces
    times = by_time.index.to_numpy()[np.searchsorted(share, inner - 1e-9)]
    rounded = {float(f"{time:.3g}") for time in times}
    first, last = by_time.index.min(), by_time.index.max()
    return tuple(sorted(cut for cut in rounded if first <= cut < last))


def _subjects_at_zero(counts: SurvivalCounts) -> int:
    at_zero = counts.frame[counts.frame["time"] == 0]
    return int((at_zero["events"] + at_zero["censored"]).sum())


def _zeros_said(counts: SurvivalCounts, zeros: int) -> str:
    events = int(counts.frame.loc[counts.frame["time"] == 0, "events"].sum())
    who = "1 subject has" if zeros == 1 else f"{zeros:,} subjects have"
    return (
        f"These distributions need times above 0, but {who} a time of 0 ({events:,} with an "
        "event then). Leave them out, or count their time as half a day."
    )


def _without_zeros(counts: SurvivalCounts, zero_times: ZeroTimes) -> SurvivalCounts:
    at_zero = counts.frame["time"] == 0
    if zero_times == "half a day":
        half = 0.5 / DAYS[counts.time_unit]
        frame = counts.frame.assign(time=counts.frame["time"].mask(at_zero, half))
    else:
        frame = counts.frame[~at_zero]
    left = set(frame["arm"])
    arms = tuple(arm for arm in counts.arms if arm in left)
    if not arms:
        raise NotEstimableError("No fit: nobody was followed beyond time 0.")
    return SurvivalCounts(
        frame=frame, arms=arms, endpoint=counts.endpoint, time_unit=counts.time_unit
    )


def _fit(
    counts: SurvivalCounts, arm: str, name: str, cuts: tuple[float, ...], level: float
) -> ParametricFit | str:
    own = cuts if name == "piecewise" else ()
    if arm not in counts.arms:
        return "No fit: nobody was followed beyond time 0."
    if name == "piecewise" and not own:
        return "No pieces: there are no events at different times to cut between."
    return or_reason(
        lambda: fit_parametric_to_counts(
            counts, arm, distribution=name, cuts=own, confidence_level=level
        )
    )
