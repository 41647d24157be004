"""Forecasts from earlier cut-offs of the same data, against what happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.milestones.enrolment import EntryTimes, RemainingEnrolment, recent_pace
from analytics.milestones.follow_up import Floats, TrialFollowUp
from analytics.milestones.forecast import MilestoneForecast, forecast_milestones
from analytics.milestones.futures import Enrolment
from analytics.milestones.models import EventModels, fit_event_models
from analytics.progress import Progress, unheard
from analytics.results import Result, registered, require_columns

BACK_TEST_COLUMNS = (
    "cut_off", "subjects", "events", "milestone", "actual", "lower", "median", "upper", "inside",
    "probability_before",
)  # fmt: skip
LEFT_OUT_COLUMNS = ("cut_off", "reason")
MOST_CUT_OFFS = 200
_NEAR = 1e-6  # of a period: rounding


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BackTest(Result):
    """What was forecast from each cut-off, beside what happened.

    Parameters
    ----------
    table : DataFrame
        One row per cut-off and milestone that had not been reached then: `cut_off`; `subjects`
        and `events` known by then; `milestone`; `actual` time at which it was reached (NaN when it
        has not been by the end of the data); `lower`, `median`, `upper` of the forecast;
        `inside`, whether the actual time was in the band (None when it cannot be told);
        `probability_before`, that the forecast gave to a time at or before the actual one.
    left_out : DataFrame
        `cut_off`, `reason`: cut-offs from which there was no forecast.
    confidence_level : float
        Of the bands.
    time_unit, endpoint
        As of the follow-up.
    """

    table: pd.DataFrame
    left_out: pd.DataFrame
    confidence_level: float
    time_unit: str
    endpoint: str

    def __post_init__(self) -> None:
        require_columns(self.table, BACK_TEST_COLUMNS, "the table of a back-test")
        require_columns(self.left_out, LEFT_OUT_COLUMNS, "what a back-test left out")

    @property
    def judged(self) -> int:
        """Forecasts of which it is known whether the band held."""
        return int(self.table["inside"].notna().sum())

    @property
    def coverage(self) -> float:
        """Share of the bands that held what happened.

        Forecasts of one trial share its subjects: this is one trial's record, not an estimate
        with the error of as many independent ones.

        Raises
        ------
        NotEstimableError
            When no forecast can be judged.
        """
        if not self.judged:
            raise NotEstimableError("No forecast can be judged: none of the milestones has come.")
        return float(self.table["inside"].dropna().astype(bool).mean())

    @property
    def mean_error(self) -> float:
        """Mean of actual time less median; above 0 when milestones came later than forecast.

        Over those that came and whose median is finite; NaN when there are none.
        """
        return float(_error(self.table).mean())

    def by_milestone(self) -> pd.DataFrame:
        """By milestone: `milestone`, `forecasts` that can be judged, `inside`, `mean_error`."""
        judged = self.table[self.table["inside"].notna()]
        judged = judged.assign(inside=judged["inside"].astype(float), error=_error(judged))
        by_milestone = judged.groupby("milestone", as_index=False)
        return by_milestone.agg(
            forecasts=("inside", "size"), inside=("inside", "mean"), mean_error=("error", "mean")
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per cut-off and milestone."""
        return self.table.copy()


EnrolmentAt = Callable[[TrialFollowUp], Enrolment]
"""From what was known at a cut-off, who was still to be enrolled."""


def actual_entries(follow_up: TrialFollowUp) -> EnrolmentAt:
    """Enrolment as it turned out: it tests the forecast of events alone.

    Examples
    --------
    >>> known = TrialFollowUp.from_subjects(
    ...     entry=[0, 1, 6], time=[3, 7, 2], status=["event", "event", "at risk"], now=10)
    >>> actual_entries(known)(known.known_at(5)).times.tolist()
    [[6.0]]
    """

    def later(known: TrialFollowUp) -> EntryTimes | None:
        entries = follow_up.frame["entry"].to_numpy(dtype=np.float64)
        after = np.sort(entries[entries >= known.now])
        return EntryTimes(times=after[None, :]) if after.size else None

    return later


def recent_pace_until(subjects: int, *, window: float = 6.0) -> EnrolmentAt:
    """Enrolment that was expected to go on as it lately had, until so many were in.

    Examples
    --------
    >>> known = TrialFollowUp.from_subjects(
    ...     entry=[0, 1, 2, 3], time=[1, 1, 1, 1], status=["event"] * 4, now=4)
    >>> recent_pace_until(10)(known).rates
    (1.0,)
    """

    def later(known: TrialFollowUp) -> RemainingEnrolment | None:
        return recent_pace(known, subjects=subjects, window=window)

    return later


def back_test(
    follow_up: TrialFollowUp,
    milestones: Sequence[int],
    cut_offs: Sequence[float],
    *,
    enrolment: EnrolmentAt | None = None,
    fit: Callable[[TrialFollowUp], EventModels] = fit_event_models,
    followup_limit: float = inf,
    recorded_to: float = 0.0,
    uncertain: bool = True,
    replications: int = 2_000,
    seed: int = 1,
    confidence_level: float = 0.9,
    progress: Progress = unheard,
) -> BackTest:
    """Forecast milestones from earlier cut-offs, as the trial looked then.

    Parameters
    ----------
    follow_up : TrialFollowUp
        All that is known now.
    milestones : sequence of int
    cut_offs : sequence of float
        Calendar times before now, at most 200.
    enrolment : callable, optional
        Who was still to be enrolled, from what was known; by default `actual_entries`.
    fit : callable
        The models, from what was known.
    recorded_to : float
        Events are recorded at ends of periods of this length, as of days; bands are of whole ones.
        0 when times are exact.
    followup_limit, uncertain, replications, seed, confidence_level
        As of `forecast_milestones`.
    progress : callable

    Returns
    -------
    BackTest

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> entry, time = rng.uniform(0, 12, 150), rng.exponential(20, 150)
    >>> known = TrialFollowUp.from_subjects(
    ...     entry=entry, time=np.minimum(time, 36 - entry), now=36,
    ...     status=np.where(time < 36 - entry, "event", "at risk"))
    >>> found = back_test(known, [60, 80], [12.0], replications=500)
    >>> found.table[["milestone", "inside"]].values.tolist()
    [[60, True], [80, True]]
    """
    when = _checked(cut_offs, follow_up, recorded_to)
    entering = actual_entries(follow_up) if enrolment is None else enrolment

    def forecast_from(cut_off: float) -> MilestoneForecast:
        known = follow_up.known_at(cut_off)
        ahead = [one for one in milestones if one > known.events]
        if not ahead:
            raise NotEstimableError("All milestones had been reached.")
        return forecast_milestones(
            known,
            fit(known),
            ahead,
            enrolment=entering(known),
            followup_limit=followup_limit,
            uncertain=uncertain,
            times=[cut_off],
            replications=replications,
            seed=seed,
            confidence_level=confidence_level,
        )

    pieces, left_out = [], []
    for done, cut_off in enumerate(when):
        progress(done / len(when), f"Forecasting from {cut_off:.1f} {follow_up.time_unit}.")
        try:
            pieces.append(_judged(forecast_from(cut_off), follow_up, recorded_to))
        except NotEstimableError as error:
            left_out.append((cut_off, str(error)))
    if not pieces:
        reasons = dict.fromkeys(reason for _, reason in left_out)
        raise NotEstimableError(f"No cut-off has a forecast. {' '.join(list(reasons)[:3])}")
    progress(1.0, "Compared with what happened.")
    return BackTest(
        table=pd.concat(pieces, ignore_index=True),
        left_out=pd.DataFrame(left_out, columns=list(LEFT_OUT_COLUMNS)),
        confidence_level=confidence_level,
        time_unit=follow_up.time_unit,
        endpoint=follow_up.endpoint,
    )


def _checked(
    cut_offs: Sequence[float], follow_up: TrialFollowUp, recorded_to: float
) -> tuple[float, ...]:
    """The cut-offs, ascending, each once."""
    when = tuple(sorted(dict.fromkeys(float(one) for one in cut_offs)))
    some = 1 <= len(when) <= MOST_CUT_OFFS
    require(some, f"1 to {MOST_CUT_OFFS} cut-offs", cut_offs=len(when))
    require(0 <= recorded_to < inf, "recorded_to >= 0", recorded_to=recorded_to)
    require(when[-1] < follow_up.now, f"cut-offs are before {follow_up.now:g}", last=when[-1])
    return when


def _judged(found: MilestoneForecast, follow_up: TrialFollowUp, recorded_to: float) -> pd.DataFrame:
    """A milestone that has not come by now is outside a band that ended before; else not known."""
    happened, table = follow_up.event_times, found.to_frame()
    for name in ("lower", "median", "upper"):
        table[name] = _whole(table[name].to_numpy(), recorded_to)
    actual = np.array([happened[m - 1] if m <= happened.size else np.nan for m in found.milestones])
    came = np.isfinite(actual)
    lower, upper = table["lower"].to_numpy(), table["upper"].to_numpy()
    near = recorded_to * _NEAR
    inside = (lower - near <= actual) & (actual <= upper + near)
    known = came | (~came & (upper < follow_up.now))
    before = [found.probability_by(m, a) for m, a in zip(found.milestones, actual, strict=True)]
    return table.assign(
        cut_off=found.now,
        subjects=found.subjects,
        events=found.events,
        actual=actual,
        inside=pd.Series(
            [bool(i) if k else None for i, k in zip(inside, known, strict=True)], dtype=object
        ),
        probability_before=np.where(came, before, np.nan),
    )[list(BACK_TEST_COLUMNS)]


def _whole(times: Floats, recorded_to: float) -> Floats:
    """The ends of the periods in which times are."""
    if not recorded_to:
        return times
    return np.asarray(np.ceil(times / recorded_to - _NEAR) * recorded_to)


def _error(table: pd.DataFrame) -> pd.Series:
    error = table["actual"] - table["median"]
    return error.where(np.isfinite(error))
