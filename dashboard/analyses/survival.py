"""The survival analysis of one endpoint: curves, medians, landmarks, test, hazard ratio."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pandas as pd

from analytics.checks import InputError, NotEstimableError, require
from analytics.survival.counts import DAYS, SurvivalCounts
from analytics.survival.cox import CoxByArm, fit_cox_by_arm
from analytics.survival.kaplan_meier import KaplanMeier, fit_kaplan_meier
from analytics.survival.logrank import LogRank, test_logrank
from queries import questions
from queries.cohorts import EVERYONE, AllOf, Cohort, OneOf, late_parts
from queries.store import ArmRole, Store

Estimate = TypeVar("Estimate")
_NAMED_UNIT = re.compile(r"\((days?|weeks?|months?|years?)\)", re.IGNORECASE)
_TIME_UNITS = {
    word: f"{unit}s" for unit in ("day", "week", "month", "year") for word in (unit, f"{unit}s")
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalAnalysis:
    """What to estimate, for whom, and by which method.

    Parameters
    ----------
    endpoint : str
        A PARAMCD of ADTTE.
    cohort : Cohort
        The subjects on screen.
    analysis_set : str, optional
        The ADSL flag (`ITTFL`, `SAFFL`) whose subjects are analysed.
    arm : {"planned", "actual"}
        Planned arms for efficacy, actual arms for safety.
    arms : tuple of str
        Arms compared, reference first; empty means all of them.
    strata : tuple of str
        ADSL columns that stratify the test and the hazard ratio, not the curves.
    unit : {"days", "months"}
        Unit of the time axis. A month is 30.4375 days.
    landmarks : tuple of float
        Times, in `unit`, at which survival is stated.
    landmark_day : int, optional
        Day of the endpoint's time scale from which time is counted instead of its origin:
        whoever had an event or was censored by then is left out. A cohort chosen by what
        happened after baseline is compared from such a day on, or not at all.
    """

    endpoint: str
    cohort: Cohort = EVERYONE
    analysis_set: str | None = None
    arm: ArmRole = "planned"
    arms: tuple[str, ...] = ()
    strata: tuple[str, ...] = ()
    unit: str = "days"
    interval: str = "log-log"
    confidence_level: float = 0.95
    landmarks: tuple[float, ...] = ()
    landmark_day: int | None = None

    def __post_init__(self) -> None:
        given = self.landmark_day
        is_day = given is None or (type(given) is int and given >= 0)
        require(is_day, "a landmark is a whole number of days, at least 0", landmark_day=given)

    def subjects(self) -> Cohort:
        """The cohort within the analysis set."""
        if self.analysis_set is None:
            return self.cohort
        flag = OneOf(column=self.analysis_set, values=("Y",))
        inside = flag if self.cohort.rule is None else AllOf((flag, self.cohort.rule))
        return Cohort(inside, name=self.cohort.name)

    def run(self, store: Store) -> SurvivalAnswer:
        """Ask the store and estimate.

        Raises
        ------
        NotEstimableError
            When no subject of the cohort has a time for this endpoint.
        """
        counts = self._counts(store, self.strata)
        unstratified = self._counts(store, ()) if self.strata else counts
        curves = fit_kaplan_meier(
            unstratified, interval=self.interval, confidence_level=self.confidence_level
        )
        refusal = immortal_time(store, self)
        return SurvivalAnswer(
            analysis=self,
            curves=curves,
            comparison=_or_reason(lambda: test_logrank(counts), refusal),
            hazard_ratio=_or_reason(
                lambda: fit_cox_by_arm(counts, confidence_level=self.confidence_level), refusal
            ),
            exclusions=self._exclusions(store) | self._by_the_landmark(store),
        )

    def _by_the_landmark(self, store: Store) -> dict[str, int]:
        if self.landmark_day is None:
            return {}
        whole = replace(self, landmark_day=None)._counts(store, ())
        left_out = _subjects(whole) - _subjects(self._counts(store, ()))
        return {f"event or censoring by day {self.landmark_day}": left_out} if left_out else {}

    def _exclusions(self, store: Store) -> dict[str, int]:
        """Subjects of the cohort who are not analysed, by the reason why."""
        left_out = questions.survival_exclusions(
            store=store, endpoint=self.endpoint, cohort=self.subjects(), arm=self.arm
        )
        if self.arms:
            left_out = left_out[left_out["arm"].isin(self.arms)]
        reasons = left_out.groupby("reason")["subjects"].sum().to_dict()
        outside = _size(store, self.cohort) - _size(store, self.subjects())
        named = {f"outside {self.analysis_set}": outside} if outside else {}
        return {**named, **{str(reason): int(n) for reason, n in reasons.items()}}

    def _counts(self, store: Store, strata: tuple[str, ...]) -> SurvivalCounts:
        frame = questions.survival_counts(
            store=store,
            endpoint=self.endpoint,
            cohort=self.subjects(),
            arm=self.arm,
            stratum=strata,
        )
        if self.arms:
            frame = frame[frame["arm"].isin(self.arms)]
        unit = recorded_unit(store, self.endpoint)
        if self.landmark_day is not None:
            start = self.landmark_day / DAYS[unit]
            frame = frame[frame["time"] > start].assign(time=lambda rows: rows["time"] - start)
        order = self.arms or store.arms(self.arm)
        present = set(frame["arm"])
        arms = tuple(arm for arm in order if arm in present)
        if not arms:
            raise NotEstimableError(
                f"No subject of this cohort has a time for {self.endpoint}; widen the cohort."
            )
        recorded = SurvivalCounts(
            frame=frame,
            arms=arms,
            endpoint=self.endpoint,
            time_unit=unit,
        )
        return recorded.in_unit(self.unit)

    def code(self, snapshot: Path, *, pooled: bool = False) -> str:
        """The Python that makes this analysis again from the snapshot file."""
        imports = [
            "from pathlib import Path",
            "",
            "from dashboard.access.key import snapshot_key",
            "from dashboard.analyses.survival import SurvivalAnalysis",
            "from queries.cohorts import Cohort",
            "from queries.store import open_store",
        ]
        fields = [
            f"    endpoint={self.endpoint!r},",
            f"    cohort=Cohort.from_json({self.cohort.to_json()!r}),",
            f"    analysis_set={self.analysis_set!r},",
            f"    arm={self.arm!r},",
            f"    arms={self.arms!r},",
            f"    strata={self.strata!r},",
            f"    unit={self.unit!r},",
            f"    interval={self.interval!r},",
            f"    confidence_level={self.confidence_level!r},",
            f"    landmarks={self.landmarks!r},",
            f"    landmark_day={self.landmark_day!r},",
        ]
        body = [
            "analysis = SurvivalAnalysis(",
            *fields,
            ")",
            f"file = Path({str(snapshot)!r})",
            f"with open_store(file, pooled={pooled}, key=snapshot_key()) as store:",
            "    answer = analysis.run(store)",
            "print(answer.endpoint_table())",
            "print(answer.comparison_table())",
            "print(answer.curves.to_frame())",
        ]
        return "\n".join([*imports, "", *body]) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurvivalAnswer:
    """The estimates; where one does not exist, the sentence that says why stands in its place."""

    analysis: SurvivalAnalysis
    curves: KaplanMeier
    comparison: LogRank | str
    hazard_ratio: CoxByArm | str
    exclusions: dict[str, int]

    def endpoint_table(self) -> pd.DataFrame:
        """One row per arm: subjects, events, median, landmark survival, each with its interval.

        A median that is not reached, and survival beyond the last observed time, are NaN.
        """
        rows = pd.DataFrame(
            {
                "arm": [curve.arm for curve in self.curves.curves],
                "subjects": [curve.subjects for curve in self.curves.curves],
                "events": [curve.events for curve in self.curves.curves],
            }
        )
        followup = self.curves.median_followup().rename(columns={"estimate": "median_followup"})
        median = self.curves.quantile(0.5).rename(
            columns={"estimate": "median", "lower": "median_lower", "upper": "median_upper"}
        )
        rows = rows.merge(followup[["arm", "median_followup"]], on="arm")
        rows = rows.merge(median[["arm", "median", "median_lower", "median_upper"]], on="arm")
        for time in self.analysis.landmarks:
            name = f"survival_{time:g}"
            at = self.curves.landmark(time).rename(
                columns={"survival": name, "lower": f"{name}_lower", "upper": f"{name}_upper"}
            )
            rows = rows.merge(at[["arm", name, f"{name}_lower", f"{name}_upper"]], on="arm")
        return rows

    def comparison_table(self) -> pd.DataFrame:
        """Hazard ratio of each arm against the reference, and the log-rank test of them all."""
        if isinstance(self.hazard_ratio, str):
            table = pd.DataFrame(columns=["arm", "reference", "hazard_ratio", "lower", "upper"])
        else:
            table = self.hazard_ratio.to_frame()
        if not isinstance(self.comparison, str):
            table = table.assign(
                logrank_chi_square=self.comparison.statistic,
                logrank_degrees_of_freedom=self.comparison.degrees_of_freedom,
                logrank_p_value=self.comparison.p_value,
            )
        return table


def earliest_landmark(store: Store, analysis: SurvivalAnalysis) -> int | None:
    """The first day from which a cohort chosen after baseline can be compared.

    Returns
    -------
    int or None
        0 for a cohort that is known at baseline; None when no day can be stated, because a
        criterion is only known at the end.
    """
    late = late_parts(analysis.cohort.rule, store.schema)
    if not late:
        return 0
    if any(part.known_by is None for part in late):
        return None
    delays = questions.anchor_delays(
        store=store, endpoint=analysis.endpoint, cohort=analysis.subjects()
    ).iloc[0]
    days = [
        part.known_by + max(0, 0 if pd.isna(delays[part.anchor]) else int(delays[part.anchor]))
        for part in late
        if part.known_by is not None
    ]
    # One day more: many studies count the first day as day 1.
    return max(days) + 1


def immortal_time(store: Store, analysis: SurvivalAnalysis) -> str | None:
    """Why arms of this cohort must not be compared; None when they may be."""
    earliest = earliest_landmark(store, analysis)
    if earliest is None:
        return (
            "The cohort uses what is only known after baseline, and no landmark can be stated at "
            "which it is. A comparison would count time in which its subjects could not have "
            "been left out (immortal time), so none is made."
        )
    if earliest and (analysis.landmark_day is None or analysis.landmark_day < earliest):
        return (
            "The cohort uses what happened after baseline. A comparison from baseline would count "
            "time in which its subjects could not have been left out (immortal time). Set a "
            f"landmark of day {earliest} or later to compare those still under observation then."
        )
    return None


def _subjects(counts: SurvivalCounts) -> int:
    return int(counts.frame["events"].sum() + counts.frame["censored"].sum())


def _size(store: Store, cohort: Cohort) -> int:
    return int(questions.cohort_size(store=store, cohort=cohort)["subjects"].iloc[0])


def time_origin(store: Store, endpoint: str) -> str:
    """The event from which an endpoint's times count, as far as the data say it.

    Returns
    -------
    str
        "randomisation" or "first dose" where every record starts on that day; else
        "start of follow-up".
    """
    table = questions.time_origin(store=store, endpoint=endpoint).iloc[0]
    for name, column in (("randomisation", "randomised"), ("first dose", "first_dose")):
        if 0 < table["records"] == table[column]:
            return name
    return "start of follow-up"


def recorded_unit(store: Store, endpoint: str) -> str:
    """The unit of an endpoint's times in the data: AVALU, else the label's, else days.

    Raises
    ------
    InputError
        When the data give a unit that is no unit of time, or more than one.
    """
    table = questions.endpoints(store=store)
    rows = table[table["endpoint"] == endpoint]
    units = set(rows["unit"].dropna())
    if not units:
        named = (_NAMED_UNIT.search(str(label)) for label in rows["label"])
        units = {found[1] for found in named if found}
    known = {_TIME_UNITS.get(str(unit).strip().lower()) for unit in units} or {"days"}
    rule = "the times of an endpoint are all in days, weeks, months or years"
    require(len(known) == 1 and None not in known, rule, endpoint=endpoint, units=sorted(units))
    return str(known.pop())


def _or_reason(estimate: Callable[[], Estimate], refusal: str | None) -> Estimate | str:
    if refusal is not None:
        return refusal
    try:
        return estimate()
    except (NotEstimableError, InputError) as error:
        return str(error)
