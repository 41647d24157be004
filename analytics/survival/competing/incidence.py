"""Cumulative incidences: the share of subjects in whom each cause has come first by a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import require
from analytics.results import Result, registered, require_columns
from analytics.survival.arm_contrasts import arm_differences, arm_ratios
from analytics.survival.kaplan_meier import product_limit
from analytics.survival.step_function import asked_times, step_at, step_from

Floats = NDArray[np.float64]

INCIDENCE_COLUMNS = (
    "time", "at_risk", "events", "competing", "censored",
    "incidence", "std_err", "lower", "upper", "event_free",
)  # fmt: skip


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IncidenceCurve(Result):
    """The cumulative incidence of one cause in one arm.

    Parameters
    ----------
    arm, cause : str
        Whose, and of what.
    subjects, events : int
        Subjects of the arm; those in whom the cause came first.
    table : DataFrame
        A row for time 0 and for each distinct time: `time`, `at_risk` (just before it), `events`
        (of the cause, at it), `competing` (events of other causes), `censored`, `incidence`
        (from it on), `std_err`, `lower`, `upper`, `event_free` (share in whom nothing has
        happened). The limits are NaN, not estimable, while the incidence is 0 although subjects
        have left, and once it is 1; then `std_err` is NaN too.
    """

    arm: str
    cause: str
    subjects: int
    events: int
    table: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, INCIDENCE_COLUMNS, "an incidence curve's table")

    def to_frame(self) -> pd.DataFrame:
        """The steps of the curve, with arm and cause in front."""
        named = self.table.assign(arm=self.arm, cause=self.cause)
        return named[["arm", "cause", *INCIDENCE_COLUMNS]]

    def at(self, times: Sequence[float] | Floats) -> pd.DataFrame:
        """The curve at some times: `time`, `at_risk` and all columns from `incidence` on.

        Beyond the last observed time they are NaN, unless nobody was left by then: in that case
        nothing can happen any more.

        Examples
        --------
        >>> from analytics.survival.competing import CompetingCounts, fit_aalen_johansen
        >>> counts = CompetingCounts.from_subjects([1, 2, 3], ["rash", "death", ""])
        >>> curve = fit_aalen_johansen(counts).curve("All subjects", "death")
        >>> curve.at([2.5, 4.0])[["time", "at_risk", "incidence"]]
           time  at_risk  incidence
        0   2.5        1   0.333333
        1   4.0        0        NaN
        """
        when, steps = asked_times(times), self.table["time"].to_numpy()
        later = step_from(steps, when)
        values = self.table.iloc[step_at(steps, when)].reset_index(drop=True)
        unknown = (later == steps.size) & (values["event_free"] > 0).to_numpy()
        columns = ["incidence", "std_err", "lower", "upper", "event_free"]
        values.loc[unknown, columns] = np.nan
        at_risk = np.append(self.table["at_risk"].to_numpy(), 0)[later]
        return values[["time", "at_risk", *columns]].assign(time=when, at_risk=at_risk)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AalenJohansen(Result):
    """Cumulative incidences of all causes in all arms.

    Parameters
    ----------
    curves : tuple of IncidenceCurve
        In the order of the arms and, within an arm, of the causes.
    arms, causes : tuple of str
        The reference arm first.
    variance, interval : str
        Estimator of the variance; scale of the confidence limits.
    confidence_level : float
        Their two-sided coverage.
    endpoint, time_unit : str
        As in the counts.
    """

    curves: tuple[IncidenceCurve, ...]
    arms: tuple[str, ...]
    causes: tuple[str, ...]
    variance: str
    interval: str
    confidence_level: float
    endpoint: str
    time_unit: str

    def curve(self, arm: str, cause: str) -> IncidenceCurve:
        """The curve of one cause in one arm.

        Examples
        --------
        >>> from analytics.survival.competing import CompetingCounts, fit_aalen_johansen
        >>> counts = CompetingCounts.from_subjects([1, 2], ["rash", "death"])
        >>> fit_aalen_johansen(counts).curve("All subjects", "death").events
        1
        """
        require(arm in self.arms, f"arm in {self.arms}", arm=arm)
        require(cause in self.causes, f"cause in {self.causes}", cause=cause)
        place = self.arms.index(arm) * len(self.causes) + self.causes.index(cause)
        return self.curves[place]

    def landmark(self, time: float) -> pd.DataFrame:
        """Incidences at one time.

        Returns
        -------
        DataFrame
            `arm`, `cause`, `time`, `at_risk`, `incidence`, `std_err`, `lower`, `upper`,
            `event_free`; see `IncidenceCurve.at` for times beyond the last observed one.

        Examples
        --------
        >>> from analytics.survival.competing import CompetingCounts, fit_aalen_johansen
        >>> counts = CompetingCounts.from_subjects([1, 2, 3, 4], ["rash", "death", "", "rash"])
        >>> fit_aalen_johansen(counts).landmark(2)[["cause", "at_risk", "incidence"]]
           cause  at_risk  incidence
        0  death        3       0.25
        1   rash        3       0.25
        """
        parts = [curve.at([time]).assign(arm=curve.arm, cause=curve.cause) for curve in self.curves]
        found = pd.concat(parts, ignore_index=True)
        return found[["arm", "cause", *found.columns[:-2]]]

    def differences(self, time: float) -> pd.DataFrame:
        """Each arm's incidences at one time less those of the first arm.

        Returns
        -------
        DataFrame
            `arm`, `reference`, `cause`, `time`, `incidence`, `reference_incidence`, `difference`
            (arm less reference: below 0 favours the arm when the event is bad), `std_err`,
            `lower`, `upper` and `p_value` (Wald). The last four are NaN when an incidence is 0
            or 1: such an arm shows no variation from which to learn a width.

        Examples
        --------
        >>> from analytics.survival.competing import CompetingCounts, fit_aalen_johansen
        >>> counts = CompetingCounts.from_subjects(
        ...     [1, 2, 3, 4, 1, 2, 3, 4], ["rash", "death", "", ""] + ["rash"] * 3 + ["death"],
        ...     arms=["A"] * 4 + ["B"] * 4,
        ... )
        >>> fit_aalen_johansen(counts).differences(3)[["arm", "cause", "difference"]]
          arm  cause  difference
        0   B  death       -0.25
        1   B   rash        0.50
        """
        return arm_differences(
            self.landmark(time),
            self.arms,
            "incidence",
            within=("cause",),
            confidence_level=self.confidence_level,
        )

    def ratios(self, time: float) -> pd.DataFrame:
        """Each arm's incidences at one time over those of the first arm.

        Returns
        -------
        DataFrame
            `arm`, `reference`, `cause`, `time`, `incidence`, `reference_incidence`, `ratio` (below
            1 favours the arm when the event is bad), `log_std_err`, `lower`, `upper` and
            `p_value` (Wald, on the log scale). NaN when an incidence is 0; see `differences`.

        Examples
        --------
        >>> from analytics.survival.competing import CompetingCounts, fit_aalen_johansen
        >>> counts = CompetingCounts.from_subjects(
        ...     [1, 2, 3, 4, 1, 2, 3, 4], ["rash", "death", "", ""] + ["rash"] * 3 + ["death"],
        ...     arms=["A"] * 4 + ["B"] * 4,
        ... )
        >>> fit_aalen_johansen(counts).ratios(3).loc[1, "ratio"].item()
        3.0
        """
        return arm_ratios(
            self.landmark(time),
            self.arms,
            "incidence",
            within=("cause",),
            confidence_level=self.confidence_level,
        )

    def overestimate(self, times: Sequence[float] | Floats) -> pd.DataFrame:
        """One minus Kaplan–Meier with the other causes censored, beside the incidence.

        It answers how common the event would be if the other causes did not exist, and overstates
        how common it is. For comparison with reports that used it.

        Returns
        -------
        DataFrame
            `arm`, `cause`, `time`, `incidence`, `overestimate`.

        Examples
        --------
        >>> from analytics.survival.competing import CompetingCounts, fit_aalen_johansen
        >>> counts = CompetingCounts.from_subjects([1, 2, 3, 4], ["death", "rash", "", ""])
        >>> found = fit_aalen_johansen(counts).overestimate([2])
        >>> found[["cause", "incidence", "overestimate"]].round(3)
           cause  incidence  overestimate
        0  death       0.25         0.250
        1   rash       0.25         0.333
        """
        when = asked_times(times)
        parts = [_overestimate(curve, when) for curve in self.curves]
        return pd.concat(parts, ignore_index=True)

    def at_risk(self, times: Sequence[float] | Floats) -> pd.DataFrame:
        """Numbers under the curves.

        Returns
        -------
        DataFrame
            `arm`, `time`, `at_risk` (just before the time), and up to and including it `events`
            (of any cause) and `censored`.

        Examples
        --------
        >>> from analytics.survival.competing import CompetingCounts, fit_aalen_johansen
        >>> counts = CompetingCounts.from_subjects([1, 2, 3, 4], ["rash", "death", "", "rash"])
        >>> fit_aalen_johansen(counts).at_risk([0, 2])[["time", "at_risk", "events"]]
           time  at_risk  events
        0   0.0        4       0
        1   2.0        3       2
        """
        when = asked_times(times)
        first_cause = self.curves[:: len(self.causes)]
        return pd.concat([_numbers(curve, when) for curve in first_cause], ignore_index=True)

    def stacked(self) -> pd.DataFrame:
        """The curves on top of each other: what is left above them is event-free.

        Returns
        -------
        DataFrame
            `arm`, `cause`, `time`, `bottom`, `top`; the causes from the bottom up in their order.

        Examples
        --------
        >>> from analytics.survival.competing import CompetingCounts, fit_aalen_johansen
        >>> counts = CompetingCounts.from_subjects([1, 2], ["rash", "death"])
        >>> fit_aalen_johansen(counts).stacked()[["cause", "time", "bottom", "top"]].tail(2)
          cause  time  bottom  top
        4  rash   1.0     0.0  0.5
        5  rash   2.0     0.5  1.0
        """
        bands = [self._bands(arm) for arm in self.arms]
        return pd.concat([band for arm in bands for band in arm], ignore_index=True)

    def to_frame(self) -> pd.DataFrame:
        """The steps of all curves, one below the other."""
        return pd.concat([curve.to_frame() for curve in self.curves], ignore_index=True)

    def _bands(self, arm: str) -> Iterator[pd.DataFrame]:
        bottom: Floats | float = 0.0
        for cause in self.causes:
            table = self.curve(arm, cause).table
            top = bottom + table["incidence"].to_numpy()
            band = {"arm": arm, "cause": cause, "time": table["time"], "bottom": bottom, "top": top}
            yield pd.DataFrame(band)
            bottom = top


def _overestimate(curve: IncidenceCurve, when: Floats) -> pd.DataFrame:
    steps = curve.table["time"].to_numpy()
    events, at_risk = (curve.table[name].to_numpy() for name in ("events", "at_risk"))
    never = product_limit(events, at_risk)[0][step_at(steps, when)]
    unknown = (step_from(steps, when) == steps.size) & (never > 0)
    return pd.DataFrame(
        {
            "arm": curve.arm,
            "cause": curve.cause,
            "time": when,
            "incidence": curve.at(when)["incidence"],
            "overestimate": np.where(unknown, np.nan, 1 - never),
        }
    )


def _numbers(curve: IncidenceCurve, when: Floats) -> pd.DataFrame:
    table, step = curve.table, step_at(curve.table["time"].to_numpy(), when)
    return pd.DataFrame(
        {
            "arm": curve.arm,
            "time": when,
            "at_risk": curve.at(when)["at_risk"],
            "events": (table["events"] + table["competing"]).cumsum().to_numpy()[step],
            "censored": table["censored"].cumsum().to_numpy()[step],
        }
    )
