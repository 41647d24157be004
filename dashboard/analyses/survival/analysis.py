"""The survival analysis of one endpoint: curves, medians, landmarks, test, hazard ratio."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import pandas as pd

from analytics.checks import InputError, NotEstimableError, require
from analytics.survival.counts import DAYS, SurvivalCounts
from analytics.survival.cox import CoxByArm, fit_cox_by_arm
from analytics.survival.kaplan_meier import KaplanMeier, fit_kaplan_meier
from analytics.survival.logrank import LogRank, test_logrank
from analytics.survival.logrank_weights import LOG_RANK, Weight
from dashboard.analyses.survival.endpoint_times import recorded_unit
from dashboard.analyses.survival.immortal_time import immortal_time
from queries import questions
from queries.cohorts import EVERYONE, Cohort, OneOf, Rule, difference, intersection, union
from queries.level_sets import ones
from queries.store import ArmRole, Store
from queries.survival_rows import survival_rows

Estimate = TypeVar("Estimate")


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
    groups : tuple of Cohort
        Named cohorts that are compared instead of arms, reference first. Whoever belongs to
        more than one of them is left out.
    strata : tuple of str
        ADSL columns that stratify the test and the hazard ratio, not the curves.
    weight : Weight
        Which member of the log-rank family compares the arms.
    unit : {"days", "weeks", "months", "years"}
        Unit of the time axis. A month is 30.4375 days.
    landmarks : tuple of float
        Times, in `unit`, at which survival is stated.
    horizon : float, optional
        Time, in `unit`, up to which restricted means count life. The smallest of the arms' last
        observed times unless given.
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
    groups: tuple[Cohort, ...] = ()
    strata: tuple[str, ...] = ()
    weight: Weight = LOG_RANK
    unit: str = "days"
    interval: str = "log-log"
    confidence_level: float = 0.95
    landmarks: tuple[float, ...] = ()
    horizon: float | None = None
    landmark_day: int | None = None

    def __post_init__(self) -> None:
        given = self.landmark_day
        is_day = given is None or (type(given) is int and given >= 0)
        require(is_day, "a landmark is a whole number of days, at least 0", landmark_day=given)
        names = [group.name for group in self.groups]
        named = all(names) and len(set(names)) == len(names)
        require(named, "groups have names of their own", names=names)

    # Who is analysed ----------------------------------------------------------

    def subjects(self) -> Cohort:
        """The cohort within the analysis set."""
        if self.analysis_set is None:
            return self.cohort
        flag = Cohort(OneOf(column=self.analysis_set, values=("Y",)))
        return intersection(flag, self.cohort, name=self.cohort.name)

    def members(self) -> dict[str, Cohort]:
        """By group: the subjects who belong to it and to no other; empty for arms."""
        members = {}
        for group in self.groups:
            alone = intersection(self.subjects(), group)
            for other in self.groups:
                alone = alone if other is group else difference(alone, other)
            members[group.name] = alone
        return members

    def rules(self) -> tuple[Rule | None, ...]:
        """Every rule that decides who is analysed, and in which group."""
        return (self.cohort.rule, *(group.rule for group in self.groups))

    # What the store is asked --------------------------------------------------

    def run(self, store: Store) -> SurvivalAnswer:
        """Ask the store and estimate.

        Raises
        ------
        NotEstimableError
            When no subject of the cohort has a time for this endpoint.
        """
        counts = self.counts(store, self.strata)
        unstratified = self.counts(store) if self.strata else counts
        curves = fit_kaplan_meier(
            unstratified, interval=self.interval, confidence_level=self.confidence_level
        )
        refusal = immortal_time(store, self)
        return SurvivalAnswer(
            analysis=self,
            curves=curves,
            comparison=or_reason(lambda: test_logrank(counts, self.weight), refusal),
            hazard_ratio=or_reason(
                lambda: fit_cox_by_arm(counts, confidence_level=self.confidence_level), refusal
            ),
            exclusions=self.exclusions(store),
        )

    def counts(self, store: Store, strata: tuple[str, ...] = ()) -> SurvivalCounts:
        """Events and censorings at each distinct time, by arm and stratum, from the landmark on.

        Raises
        ------
        NotEstimableError
            When no subject of the cohort has a time for this endpoint.
        """
        frame = self._by_group(store, strata) if self.groups else self._by_arm(store, strata)
        unit = recorded_unit(store, self.endpoint)
        frame = self._from_the_landmark(frame, unit)
        arms = self._present(store, frame)
        recorded = SurvivalCounts(
            frame=frame,
            arms=arms,
            endpoint=self.endpoint,
            time_unit=unit,
        )
        return recorded.in_unit(self.unit)

    def rows(
        self, store: Store, columns: Sequence[str] = (), strata: tuple[str, ...] = ()
    ) -> pd.DataFrame:
        """The subjects that `counts` counts, one by one, with columns of ADSL.

        Parameters
        ----------
        columns : sequence of str
            Columns of ADSL that come along.
        strata : tuple of str
            Columns of ADSL whose joint levels make the strata.

        Returns
        -------
        DataFrame
            As `survival_rows`; `arm` is a category whose order is that of the arms, reference
            first, or of the groups; `time` is in `unit`.

        Raises
        ------
        NotEstimableError
            When no subject of the cohort has a time for this endpoint.
        """
        asked = {"": self.subjects()} if not self.groups else self.members()
        frames = [
            survival_rows(
                store,
                endpoint=self.endpoint,
                columns=columns,
                cohort=cohort,
                arm=self.arm,
                stratum=strata,
            ).assign(**({"arm": name} if name else {}))
            for name, cohort in asked.items()
        ]
        frame = pd.concat(frames, ignore_index=True)
        if self.arms and not self.groups:
            frame = frame[frame["arm"].isin(self.arms)]
        unit = recorded_unit(store, self.endpoint)
        frame = self._from_the_landmark(frame, unit).reset_index(drop=True)
        days = frame["time"] * DAYS[unit]
        arms = pd.Categorical(frame["arm"], categories=self._present(store, frame))
        return frame.assign(time=days / DAYS[self.unit], arm=arms)

    def _from_the_landmark(self, frame: pd.DataFrame, unit: str) -> pd.DataFrame:
        if self.landmark_day is None:
            return frame
        start = self.landmark_day / DAYS[unit]
        return frame[frame["time"] > start].assign(time=lambda rows: rows["time"] - start)

    def _present(self, store: Store, frame: pd.DataFrame) -> tuple[str, ...]:
        """The arms that have subjects, in their order."""
        present = set(frame["arm"])
        arms = tuple(arm for arm in self._order(store) if arm in present)
        if not arms:
            raise NotEstimableError(
                f"No subject of this cohort has a time for {self.endpoint}; widen the cohort."
            )
        return arms

    def _order(self, store: Store) -> tuple[str, ...]:
        if self.groups:
            return tuple(self.members())
        return self.arms or store.arms(self.arm)

    def _by_arm(self, store: Store, strata: tuple[str, ...]) -> pd.DataFrame:
        frame = self._counted(store, self.subjects(), strata)
        return frame[frame["arm"].isin(self.arms)] if self.arms else frame

    def _by_group(self, store: Store, strata: tuple[str, ...]) -> pd.DataFrame:
        frames = [
            self._counted(store, members, strata).assign(arm=name)
            for name, members in self.members().items()
        ]
        return pd.concat(frames, ignore_index=True)

    def _counted(self, store: Store, cohort: Cohort, strata: tuple[str, ...]) -> pd.DataFrame:
        return questions.survival_counts(
            store=store, endpoint=self.endpoint, cohort=cohort, arm=self.arm, stratum=strata
        )

    def exclusions(self, store: Store) -> dict[str, int]:
        """Subjects of the cohort who are not analysed, by the reason why."""
        outside = _size(store, self.cohort) - _size(store, self.subjects())
        reasons = {
            f"outside {self.analysis_set}": outside,
            "in an arm that is not compared": self._in_other_arms(store),
            **self._without_a_group(store),
            **self._without_a_time(store),
            f"event or censoring by day {self.landmark_day}": self._before_the_landmark(store),
        }
        return {reason: number for reason, number in reasons.items() if number}

    def _in_other_arms(self, store: Store) -> int:
        if self.groups or not self.arms:
            return 0
        table = questions.subjects_by_arm(store=store, cohort=self.subjects(), arm=self.arm)
        return int(table.loc[~table["arm"].isin(self.arms), "subjects"].sum())

    def _without_a_group(self, store: Store) -> dict[str, int]:
        if not self.groups:
            return {}
        someone = _size(store, intersection(self.subjects(), union(*self.groups)))
        alone = sum(_size(store, members) for members in self.members().values())
        return {
            "in none of the groups": _size(store, self.subjects()) - someone,
            "in more than one of the groups": someone - alone,
        }

    def _without_a_time(self, store: Store) -> dict[str, int]:
        cohorts = [*self.members().values()] if self.groups else [self.subjects()]
        asked = [
            questions.survival_exclusions(
                store=store, endpoint=self.endpoint, cohort=cohort, arm=self.arm
            )
            for cohort in cohorts
        ]
        left_out = pd.concat(asked, ignore_index=True)
        if self.arms and not self.groups:
            left_out = left_out[left_out["arm"].isin(self.arms)]
        reasons = left_out.groupby("reason")["subjects"].sum().to_dict()
        return {str(reason): int(number) for reason, number in reasons.items()}

    def _before_the_landmark(self, store: Store) -> int:
        if self.landmark_day is None:
            return 0
        whole = replace(self, landmark_day=None).counts(store)
        return whole.subjects - self.counts(store).subjects


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

    def by_arm_table(self) -> pd.DataFrame:
        """Subjects, events, hazard ratio and the test, one row per arm; without a test its reason.

        Returns
        -------
        DataFrame
            As `LogRank.to_frame`, with the columns of `CoxByArm.to_frame` where there is a hazard
            ratio; the p-value of a coefficient is `wald_p_value`.
        """
        if isinstance(self.comparison, str):
            return pd.DataFrame({"reason": [self.comparison]})
        table = self.comparison.to_frame()
        if isinstance(self.hazard_ratio, str):
            return table
        ratios = self.hazard_ratio.to_frame().rename(columns={"p_value": "wald_p_value"})
        return table.merge(ratios, on="arm", how="left")

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


def or_reason(estimate: Callable[[], Estimate], refusal: str | None = None) -> Estimate | str:
    """An estimate; where there is none, or it must not be made, the sentence that says why."""
    if refusal is not None:
        return refusal
    try:
        return estimate()
    except (NotEstimableError, InputError) as error:
        return str(error)


def _size(store: Store, cohort: Cohort) -> int:
    return ones(store.sets.chosen(cohort))
