"""Adverse events by arm: overall, by class and by term, with their differences and tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from analytics.checks import require
from analytics.safety.incidence import (
    Incidence,
    IncidenceContrasts,
    IncidenceCounts,
    IncidenceTests,
    compare_incidence,
    compare_incidence_by_stratum,
    estimate_incidence,
    test_incidence,
)
from analytics.safety.multiplicity import AdjustedTests, adjust
from dashboard.analyses.safety.subjects import SafetySubjects, comparison_refusal
from queries.events import EventSelection
from queries.events.tables import EventCounts
from queries.store import Store

Level = Literal["overall", "class", "term"]
LEVELS: tuple[Level, ...] = ("overall", "class", "term")
MEASURES = ("risk difference", "risk ratio", "odds ratio", "rate ratio")
ADJUSTMENTS = ("unadjusted", "benjamini-hochberg", "double-fdr-2004", "double-fdr-2012")
_KEYS = ("class", "term")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdverseEvents:
    """Incidence of adverse events in each arm, and each arm against the reference.

    Parameters
    ----------
    subjects : SafetySubjects
    selection : EventSelection
        Which records count.
    column : str, optional
        A coded column of the adverse events that takes the place of the system organ class.
    measure : {"risk difference", "risk ratio", "odds ratio", "rate ratio"}
        Arm against reference; above 0, or 1, the arm has more events.
    interval : str, optional
        As in `compare_incidence`; by default the first of the measure.
    strata : tuple of str
        Columns of ADSL; with them the risk difference is the one common to the strata
        (Mantel–Haenszel weights).
    adjustment : {"unadjusted", "benjamini-hochberg", "double-fdr-2004", "double-fdr-2012"}
        Of Fisher's p-values for the number of terms, each arm by itself. Double FDR takes the
        classes into account; classes themselves are otherwise adjusted for their own number.
    alpha : float
        Level at which a term is flagged.
    confidence_level : float
        Two-sided coverage.
    """

    subjects: SafetySubjects = field(default_factory=SafetySubjects)
    selection: EventSelection = field(default_factory=EventSelection)
    column: str | None = None
    measure: str = "risk difference"
    interval: str | None = None
    strata: tuple[str, ...] = ()
    adjustment: str = "benjamini-hochberg"
    alpha: float = 0.05
    confidence_level: float = 0.95

    def __post_init__(self) -> None:
        known = f"adjustment in {ADJUSTMENTS}"
        require(self.adjustment in ADJUSTMENTS, known, adjustment=self.adjustment)
        require(0 < self.alpha < 1, "0 < alpha < 1", alpha=self.alpha)
        require(self.measure in MEASURES, f"measure in {MEASURES}", measure=self.measure)
        stratified = not self.strata or self.measure == "risk difference"
        require(stratified, "strata are for the risk difference", measure=self.measure)

    def run(self, store: Store) -> AdverseEventsAnswer:
        """Ask the store, estimate and compare.

        Raises
        ------
        DataError
            For a column or an arm that the study does not have.
        """
        found = store.event_sets.counts(
            self.selection,
            cohort=self.subjects.chosen(),
            arm=self.subjects.arm,
            stratum=self.strata,
            column=self.column,
        )
        arms = self._arms(store, found)
        refusal = comparison_refusal(store, self.subjects) or one_arm(store, arms)
        levels = {level: self._level(found, arms, level, refusal) for level in LEVELS}
        return AdverseEventsAnswer(
            asked=self, counts=found, arms=arms, refusal=refusal, levels=levels
        )

    def _arms(self, store: Store, found: EventCounts) -> tuple[str, ...]:
        here = set(found.at_risk["arm"])
        return tuple(arm for arm in self.subjects.arms_of(store) if arm in here)

    def _level(
        self, found: EventCounts, arms: tuple[str, ...], level: Level, refusal: str | None
    ) -> LevelAnswer | None:
        counts = _incidence_counts(found, arms, level)
        if counts is None:
            return None
        incidence = estimate_incidence(counts, confidence_level=self.confidence_level)
        if refusal is not None:
            return LevelAnswer(counts=counts, incidence=incidence)
        tests = test_incidence(counts)
        return LevelAnswer(
            counts=counts,
            incidence=incidence,
            contrasts=self._contrasts(counts),
            tests=tests,
            adjusted=adjust(tests, method=self._adjustment_at(level), alpha=self.alpha),
        )

    def _adjustment_at(self, level: Level) -> str:
        """Terms as asked; classes for their own number; one test of everything not at all."""
        if level == "term":
            return self.adjustment
        both = level == "class" and self.adjustment != "unadjusted"
        return "benjamini-hochberg" if both else "unadjusted"

    def _contrasts(self, counts: IncidenceCounts) -> IncidenceContrasts:
        level = self.confidence_level
        if self.strata:
            return compare_incidence_by_stratum(counts, confidence_level=level)
        return compare_incidence(
            counts, measure=self.measure, interval=self.interval, confidence_level=level
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LevelAnswer:
    """What was estimated at one level; nothing is compared where that is refused."""

    counts: IncidenceCounts
    incidence: Incidence
    contrasts: IncidenceContrasts | None = None
    tests: IncidenceTests | None = None
    adjusted: AdjustedTests | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AdverseEventsAnswer:
    """Adverse events by arm.

    Parameters
    ----------
    asked : AdverseEvents
    counts : EventCounts
    arms : tuple of str
        Those with subjects, reference first.
    refusal : str or None
        Why arms are not compared.
    levels : mapping
        By level; None where nothing happened.
    """

    asked: AdverseEvents
    counts: EventCounts
    arms: tuple[str, ...]
    refusal: str | None
    levels: dict[Level, LevelAnswer | None]

    @property
    def compared(self) -> tuple[str, ...]:
        """The arms set against the reference; none where that is refused."""
        return () if self.refusal is not None else self.arms[1:]

    def incidence(self, level: Level) -> pd.DataFrame:
        """One row per class, term and arm, as `Incidence.table` has it; empty when none."""
        found = self.levels[level]
        return pd.DataFrame() if found is None else found.incidence.table

    def contrasts(self, level: Level) -> pd.DataFrame:
        """One row per class, term and arm but the reference, with p-values.

        Returns
        -------
        DataFrame
            As `IncidenceContrasts.table`, and `fisher` and `score` (unadjusted), `adjusted` (of
            `fisher`; missing where its class does not pass a double FDR) and `flagged`. Empty
            where nothing happened or nothing is compared.
        """
        found = self.levels[level]
        if found is None or found.contrasts is None:
            return pd.DataFrame()
        assert found.tests is not None
        assert found.adjusted is not None
        keys = [*_KEYS, "arm"]
        tests = found.tests.table[[*keys, "fisher", "score"]]
        adjusted = found.adjusted.table[[*keys, "adjusted", "flagged"]]
        return found.contrasts.table.merge(tests, on=keys).merge(adjusted, on=keys)

    def table(self, *, least_percent: float = 0.0, least_difference: float = 0.0) -> pd.DataFrame:
        """Overall, classes and terms, each class above its terms.

        Parameters
        ----------
        least_percent : float
            Terms and classes that reach this percentage of an arm's subjects in some arm.
        least_difference : float
            … and this difference from the reference, in percentage points either way.

        Returns
        -------
        DataFrame
            `level`, `class`, `term`, `arm` and what `incidence` and `contrasts` have; classes in
            the order of the most frequent first, terms likewise.
        """
        frames = [self._long(level) for level in LEVELS if self.levels[level] is not None]
        if not frames:
            return pd.DataFrame()
        table = pd.concat(frames, ignore_index=True)
        kept = _reaching(table, least_percent / 100, least_difference / 100, self.arms)
        return _in_order(table[kept])

    def _long(self, level: Level) -> pd.DataFrame:
        table = self.incidence(level)
        compared = self.contrasts(level)
        if not compared.empty:
            columns = ["estimate", "lower", "upper", "p_value", "reason"]
            names = {name: f"contrast_{name}" for name in columns}
            tests = ["fisher", "score", "adjusted", "flagged"]
            right = compared[[*_KEYS, "arm", *columns, *tests]].rename(columns=names)
            table = table.merge(right, on=[*_KEYS, "arm"], how="left")
        return table.assign(level=level)


def one_arm(store: Store, arms: tuple[str, ...]) -> str | None:
    """Why there is nothing to compare with: arms are pooled, or there is one."""
    if store.pooled:
        return "Arms are pooled: the study is blinded."
    return None if len(arms) > 1 else "Only one arm has subjects in this cohort."


def _incidence_counts(
    found: EventCounts, arms: tuple[str, ...], level: Level
) -> IncidenceCounts | None:
    """Counts of a level for the arms asked for; None when nothing happened in them."""
    happened = {"overall": found.overall, "class": found.classes, "term": found.terms}[level]
    affected = happened[happened["arm"].isin(arms)]
    if affected.empty:
        return None
    for key in _KEYS:
        if key not in affected.columns:
            affected = affected.assign(**{key: ""})
    at_risk = found.at_risk[found.at_risk["arm"].isin(arms)].set_index(["arm", "stratum"])
    strata = list(dict.fromkeys(found.at_risk["stratum"]))
    every = pd.MultiIndex.from_product([arms, strata], names=["arm", "stratum"])
    filled = at_risk.reindex(every, fill_value=0).reset_index()
    return IncidenceCounts.from_affected(
        affected, filled, arms=arms, keys=_KEYS, endpoint="adverse events"
    )


def _reaching(
    table: pd.DataFrame, proportion: float, difference: float, arms: tuple[str, ...]
) -> pd.Series:
    """Which rows belong to a class or term that is frequent and different enough in some arm."""
    keys = ["level", *_KEYS]
    reference = table[table["arm"] == arms[0]].set_index(keys)["proportion"]
    apart = (table["proportion"] - table.set_index(keys).index.map(reference)).abs()
    by_term = table.assign(apart=apart).groupby(keys, sort=False)
    frequent = by_term["proportion"].transform("max") >= proportion
    different = by_term["apart"].transform("max") >= difference
    return (table["level"] == "overall") | (frequent & different)


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Overall, then classes by subjects, each followed by its terms by subjects."""
    total = table.groupby(["level", *_KEYS])["with_event"].transform("sum")
    of_class = total.where(table["level"] == "class").groupby(table["class"]).transform("max")
    rank = table["level"].map({"overall": 0, "class": 1, "term": 1})
    depth = table["level"].map({"overall": 0, "class": 0, "term": 1})
    order = pd.DataFrame(
        {
            "rank": rank,
            "of_class": -of_class.fillna(0),
            "class": table["class"],
            "depth": depth,
            "total": -total,
            "term": table["term"],
        }
    ).sort_values(["rank", "of_class", "class", "depth", "total", "term"], kind="stable")
    return table.loc[order.index].reset_index(drop=True)
