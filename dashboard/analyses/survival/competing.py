"""Competing risks: which of several events came first, by arm."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.checks import InputError, NotEstimableError, require
from analytics.survival.competing import (
    AalenJohansen,
    CompetingCounts,
    CompetingHazards,
    GrayTest,
    fit_aalen_johansen,
    fit_competing_hazards,
    test_gray,
)
from dashboard.analyses.survival.analysis import SurvivalAnalysis, or_reason
from dashboard.analyses.survival.asked import arms_present, by_arm_or_group, since_landmark
from dashboard.analyses.survival.comparisons import nothing_to_compare
from dashboard.analyses.survival.endpoint_times import recorded_unit
from queries import questions
from queries.store import Store

_INTERVALS = {"arcsin": "log-log"}  # cumulative incidences have no arcsine limits


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetingRisks:
    """What competes with an endpoint's event, and when incidences are stated.

    Parameters
    ----------
    analysis : SurvivalAnalysis
        Endpoint, subjects, arms, strata, unit of time.
    apart : tuple of str
        Descriptions of the endpoint's events that are causes of their own.
    rest : str
        The cause of its other events.
    competing : tuple of str
        Descriptions of its censorings that count as events.
    other : str, optional
        Another endpoint of the same subjects, counted from the same day: its event competes
        when it comes before the end of the endpoint's time, or at it when nothing else has
        happened then.
    time : float, optional
        When incidences are stated, in the unit of the analysis; unless given, the latest of
        its landmarks that every arm reaches, else the last time that every arm does.
    censoring_by_arm : bool
        Whether Fine–Gray regression estimates censoring within each arm.

    Examples
    --------
    >>> asked = CompetingRisks(
    ...     analysis=SurvivalAnalysis(endpoint="OS"), rest="Death", competing=("Lost",)
    ... )
    >>> asked.run(store).counts.causes
    ('Death', 'Lost')
    """

    analysis: SurvivalAnalysis
    apart: tuple[str, ...] = ()
    rest: str = "Event"
    competing: tuple[str, ...] = ()
    other: str | None = None
    time: float | None = None
    censoring_by_arm: bool = False

    def __post_init__(self) -> None:
        require(self.rest.strip() != "", "the endpoint's event has a name", rest=self.rest)
        same = self.other == self.analysis.endpoint
        require(not same, "an endpoint does not compete with itself", other=self.other)

    @property
    def interval(self) -> str:
        """The scale of the confidence limits."""
        return _INTERVALS.get(self.analysis.interval, self.analysis.interval)

    def run(self, store: Store) -> CompetingAnswer:
        """Ask the store and estimate.

        Raises
        ------
        NotEstimableError
            When nobody has a time, or nothing competes.
        InputError
            When the other endpoint does not count from the same day in the same unit.
        """
        without = self._without_other(store)
        counts = self.counts(store)
        level = self.analysis.confidence_level
        refusal = nothing_to_compare(store, self.analysis, counts.arms)
        return CompetingAnswer(
            asked=self,
            counts=counts,
            incidence=fit_aalen_johansen(counts, interval=self.interval, confidence_level=level),
            time=self._time(counts),
            tests={cause: _gray(counts, cause, refusal) for cause in counts.causes},
            hazards=or_reason(lambda: self._hazards(counts), refusal),
            refusal=refusal,
            without_other=without,
        )

    def counts(self, store: Store) -> CompetingCounts:
        """Subjects by arm, stratum, time and what came first, from the landmark on."""
        analysis = self.analysis
        frame = by_arm_or_group(
            analysis,
            lambda cohort: questions.competing_counts(
                store=store,
                endpoint=analysis.endpoint,
                apart=self.apart,
                rest=self.rest,
                competing=self.competing,
                other=self.other,
                cohort=cohort,
                arm=analysis.arm,
                stratum=analysis.strata,
            ),
        )
        unit = recorded_unit(store, analysis.endpoint)
        frame = since_landmark(frame, analysis, unit)
        arms = arms_present(store, analysis, frame)
        counts = CompetingCounts(
            frame=frame,
            arms=arms,
            causes=self._causes(frame),
            endpoint=analysis.endpoint,
            time_unit=unit,
        )
        return counts.in_unit(analysis.unit)

    def _causes(self, frame: pd.DataFrame) -> tuple[str, ...]:
        """Those asked for, in their order, then those of the other endpoint."""
        found = sorted(set(frame["cause"]) - {""})
        rest = [self.rest] if not self.apart or self.rest in found else []
        causes = tuple(dict.fromkeys([*self.apart, *rest, *self.competing, *found]))
        if len(causes) < 2:
            other = f" No event of {self.other} comes first in anybody." if self.other else ""
            raise NotEstimableError(
                f"Nothing competes with {causes[0]!r}: choose censorings that count as events, or "
                f"another endpoint.{other} Without competing events the cumulative incidence is "
                "one minus survival, which the curves above show."
            )
        return causes

    def _time(self, counts: CompetingCounts) -> float:
        if self.time is not None:
            return self.time
        last = float(counts.frame.groupby("arm")["time"].max().min())
        return max((one for one in self.analysis.landmarks if one <= last), default=last)

    def _hazards(self, counts: CompetingCounts) -> CompetingHazards:
        return fit_competing_hazards(
            counts,
            censoring_by_arm=self.censoring_by_arm,
            confidence_level=self.analysis.confidence_level,
        )

    def _without_other(self, store: Store) -> int:
        """Subjects without a time of the other endpoint: it competes in none of them."""
        if self.other is None:
            return 0
        endpoint = self.analysis.endpoint
        units = recorded_unit(store, endpoint), recorded_unit(store, self.other)
        if units[0] != units[1]:
            raise InputError(
                f"{self.other} cannot compete with {endpoint}: its times are in {units[1]}, "
                f"those of {endpoint} in {units[0]}."
            )
        pairs = by_arm_or_group(
            self.analysis,
            lambda cohort: questions.endpoint_pairs(
                store=store,
                endpoint=endpoint,
                other=str(self.other),
                cohort=cohort,
                arm=self.analysis.arm,
            ),
        ).sum(numeric_only=True)
        _require_same_start(endpoint, self.other, pairs.to_dict())
        return int(pairs["without_other"])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompetingAnswer:
    """The estimates; where one does not exist, the sentence that says why stands in its place.

    Parameters
    ----------
    asked : CompetingRisks
    counts : CompetingCounts
    incidence : AalenJohansen
    time : float
        When incidences are stated.
    tests : dict
        Gray's test of each cause.
    hazards : CompetingHazards or str
        Of each cause: cause-specific, and of the subdistribution.
    refusal : str or None
        Why nothing is compared.
    without_other : int
        Subjects without a time of the other endpoint.
    """

    asked: CompetingRisks
    counts: CompetingCounts
    incidence: AalenJohansen
    time: float
    tests: dict[str, GrayTest | str]
    hazards: CompetingHazards | str
    refusal: str | None
    without_other: int

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms with subjects, reference first."""
        return self.counts.arms

    @property
    def causes(self) -> tuple[str, ...]:
        """What may come first."""
        return self.counts.causes

    def incidence_of(self, cause: str) -> pd.DataFrame:
        """The cumulative incidence of one cause over time, by arm."""
        table = self.incidence.to_frame()
        return table[table["cause"] == cause]

    def incidence_table(self) -> pd.DataFrame:
        """One row per cause and arm: subjects, events, incidence at the time, its difference.

        Returns
        -------
        DataFrame
            `cause`, `arm`, `subjects`, `events`, `time`, `at_risk`, `incidence`, `lower`,
            `upper`; with several arms also `difference`, `difference_lower`,
            `difference_upper`, `difference_p_value`, missing for the reference and where
            nothing is compared.
        """
        about = pd.DataFrame(
            [
                {"arm": one.arm, "cause": one.cause, "subjects": one.subjects, "events": one.events}
                for one in self.incidence.curves
            ]
        )
        at = self.incidence.landmark(self.time)
        table = about.merge(at.drop(columns=["std_err", "event_free"]), on=["arm", "cause"])
        if self.refusal is None:
            found = self.incidence.differences(self.time)
            named = {name: f"difference_{name}" for name in ("lower", "upper", "p_value")}
            columns = ["arm", "cause", "difference", *named.values()]
            table = table.merge(
                found.rename(columns=named)[columns], on=["arm", "cause"], how="left"
            )
        return self._in_order(table)

    def _in_order(self, table: pd.DataFrame) -> pd.DataFrame:
        cause = pd.Categorical(table["cause"], categories=list(self.causes))
        ordered = table.assign(_order=cause.codes).sort_values("_order", kind="stable")
        front = ["cause", *(name for name in table.columns if name != "cause")]
        return ordered[front].reset_index(drop=True)

    def comparison_table(self) -> pd.DataFrame:
        """One row per cause and arm but the reference: Gray's test and both hazard ratios.

        Returns
        -------
        DataFrame
            `cause`, `arm`, `reference`, `events`, `reference_events`, `gray_statistic`,
            `gray_degrees_of_freedom`, `gray_p_value`, `gray_reason` (why there is no test), and
            for "cause_specific" and "subdistribution" each `…_hazard_ratio`, `…_lower`,
            `…_upper`, `…_p_value`, `…_reason`.
        """
        if isinstance(self.hazards, str):
            return pd.DataFrame({"reason": [self.hazards]})
        keys = ["cause", "arm", "reference", "events", "reference_events"]
        rows = self.hazards.table
        table = rows[keys].drop_duplicates(ignore_index=True)
        table = table.merge(pd.DataFrame(map(self._gray, self.causes)), on="cause")
        for model in ("cause-specific", "subdistribution"):
            front = model.replace("-", "_")
            named = {n: f"{front}_{n}" for n in ("hazard_ratio", "lower", "upper", "p_value")}
            named["not_estimable"] = f"{front}_reason"
            own = rows[rows["model"] == model].rename(columns=named)
            table = table.merge(own[["cause", "arm", *named.values()]], on=["cause", "arm"])
        return table

    def _gray(self, cause: str) -> dict[str, object]:
        test = self.tests[cause]
        if isinstance(test, str):
            return {"cause": cause, "gray_reason": test}
        return {
            "cause": cause,
            "gray_statistic": test.statistic,
            "gray_degrees_of_freedom": test.degrees_of_freedom,
            "gray_p_value": test.p_value,
            "gray_reason": "",
        }

    def overestimate_table(self) -> pd.DataFrame:
        """By cause and arm: the incidence at the time, and one minus Kaplan–Meier beside it."""
        return self._in_order(self.incidence.overestimate([self.time]))


def _gray(counts: CompetingCounts, cause: str, refusal: str | None) -> GrayTest | str:
    return or_reason(lambda: test_gray(counts, cause=cause), refusal)


def _require_same_start(endpoint: str, other: str, pairs: dict[str, float]) -> None:
    both = int(pairs["subjects"] - pairs["without_other"])
    if both == 0:
        raise InputError(f"{other} cannot compete with {endpoint}: no subject has both.")
    undated = int(pairs["undated"])
    different = both - int(pairs["same_start"]) - undated
    if undated or different:
        why = [
            *([f"{different:,} of {both:,} subjects start on different days"] if different else []),
            *([f"the start of {undated:,} is not dated (STARTDT)"] if undated else []),
        ]
        raise InputError(
            f"{other} cannot compete with {endpoint}: their times must count from the same day, "
            f"but {' and '.join(why)}."
        )
