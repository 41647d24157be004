"""Arms compared in every way that a protocol may have laid down, and in those it did not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.survival.adjustment import METHODS
from analytics.survival.counts import SurvivalCounts
from analytics.survival.cox import CoxByArm, fit_cox_by_arm
from analytics.survival.logrank_weights import LOG_RANK
from analytics.survival.maxcombo import MaxCombo, test_maxcombo
from analytics.survival.milestones import MilestoneComparison, compare_at_milestone
from analytics.survival.pairwise import PairwiseTests, test_pairs
from analytics.survival.peto import PetoHazardRatio, peto_hazard_ratio
from analytics.survival.rmst import RestrictedMeans, compare_restricted_means
from analytics.survival.trend import TrendTest, test_trend
from dashboard.analyses.survival.analysis import SurvivalAnalysis, or_reason
from dashboard.analyses.survival.immortal_time import immortal_time
from dashboard.analyses.survival.logrank_family import (
    WEIGHTS,
    FamilyTest,
    family_table,
    make_tests,
)
from dashboard.analyses.survival.proportionality import Proportionality, assess_proportionality
from queries.store import Store

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparisons:
    """How the arms of an analysis are compared besides its own test and hazard ratio.

    Parameters
    ----------
    analysis : SurvivalAnalysis
        Whose subjects, endpoint, arms and strata.
    other_strata : tuple of str
        Strata of the log-rank test and the hazard ratio that stand beside those of the
        analysis; none for unstratified ones.
    milestone : float, optional
        Time at which survival is compared; unless given, the latest of the landmarks of the
        analysis that every arm reaches.
    adjustment : {"holm", "bonferroni", "benjamini-hochberg", "none"}
        Of the p-values of all pairs of arms.
    scores : tuple of (str, float)
        For the trend, each arm with its score; 1, 2, 3, ... in the order of the analysis
        unless given.

    Examples
    --------
    >>> answer = Comparisons(analysis=SurvivalAnalysis(endpoint="OS", horizon=7)).run(store)
    >>> float(answer.means.contrasts["estimate"].iloc[0])
    1.5
    """

    analysis: SurvivalAnalysis
    other_strata: tuple[str, ...] = ()
    milestone: float | None = None
    adjustment: str = "holm"
    scores: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        require(self.adjustment in METHODS, f"adjustment in {METHODS}", adjustment=self.adjustment)

    def run(self, store: Store) -> ComparisonsAnswer:
        """Ask the store and estimate.

        Raises
        ------
        NotEstimableError
            When no subject of the cohort has a time for this endpoint.
        """
        counts = self.analysis.counts(store, self.analysis.strata)
        refusal = nothing_to_compare(store, self.analysis, counts.arms)
        other = None
        if set(self.other_strata) != set(self.analysis.strata):
            other = self.analysis.counts(store, self.other_strata)
        level = self.analysis.confidence_level
        cox = partial(fit_cox_by_arm, confidence_level=level)
        estimate = partial(or_reason, refusal=refusal)
        several = len(counts.arms) > 2
        return ComparisonsAnswer(
            comparisons=self,
            arms=counts.arms,
            refusal=refusal,
            tests=() if refusal else self._tests(counts, other),
            maxcombo=estimate(lambda: test_maxcombo(counts)),
            proportionality=estimate(lambda: assess_proportionality(counts)),
            hazard_ratio=estimate(lambda: cox(counts)),
            other_hazard_ratio=None if other is None else estimate(lambda: cox(other)),
            peto=estimate(lambda: peto_hazard_ratio(counts, confidence_level=level)),
            means=estimate(lambda: self._means(counts)),
            at_milestone=estimate(lambda: self._at_milestone(counts)),
            pairs=estimate(lambda: self._pairs(counts)) if several else None,
            trend=estimate(lambda: self._trend(counts)) if several else None,
        )

    def _tests(
        self, counts: SurvivalCounts, other: SurvivalCounts | None
    ) -> tuple[FamilyTest, ...]:
        strata, chosen = self.analysis.strata, self.analysis.weight
        own = make_tests(counts, strata, list(dict.fromkeys([LOG_RANK, chosen, *WEIGHTS])))
        if other is None:
            return own
        beside = make_tests(other, self.other_strata, [LOG_RANK])
        return (own[0], *beside, *own[1:])

    def _means(self, counts: SurvivalCounts) -> RestrictedMeans:
        level = self.analysis.confidence_level
        return compare_restricted_means(
            counts, horizon=self.analysis.horizon, confidence_level=level
        )

    def _at_milestone(self, counts: SurvivalCounts) -> MilestoneComparison:
        time = self.milestone
        if time is None:
            time = latest_landmark(counts, self.analysis.landmarks)
        level = self.analysis.confidence_level
        return compare_at_milestone(counts, time, confidence_level=level)

    def _pairs(self, counts: SurvivalCounts) -> PairwiseTests:
        return test_pairs(counts, self.analysis.weight, adjustment=self.adjustment)

    def _trend(self, counts: SurvivalCounts) -> TrendTest:
        named = dict(self.scores) or {arm: place for place, arm in enumerate(counts.arms, 1)}
        lacking = [arm for arm in counts.arms if arm not in named]
        require(not lacking, "each arm has a score", arms_without_one=lacking)
        order = tuple(arm for arm in named if arm in counts.arms)
        scores = [named[arm] for arm in order]
        return test_trend(counts.of_arms(order), self.analysis.weight, scores=scores)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ComparisonsAnswer:
    """The comparisons; where one does not exist, the sentence that says why.

    Parameters
    ----------
    comparisons : Comparisons
    arms : tuple of str
        The arms with subjects, reference first.
    refusal : str or None
        Why nothing at all is compared.
    tests : tuple of FamilyTest
        The log-rank test first, then the other one, then its relatives.
    other_hazard_ratio : CoxByArm, str or None
        With the other strata; None when there are none.
    pairs, trend
        None unless there are three arms or more.
    """

    comparisons: Comparisons
    arms: tuple[str, ...]
    refusal: str | None
    tests: tuple[FamilyTest, ...]
    maxcombo: MaxCombo | str
    proportionality: Proportionality | str
    hazard_ratio: CoxByArm | str
    other_hazard_ratio: CoxByArm | str | None
    peto: PetoHazardRatio | str
    means: RestrictedMeans | str
    at_milestone: MilestoneComparison | str
    pairs: PairwiseTests | str | None
    trend: TrendTest | str | None

    def tests_table(self) -> pd.DataFrame:
        """The log-rank family, and MaxCombo as its last row.

        The statistic of MaxCombo is the largest absolute z; `error` bounds the numerical error
        of its p-value.
        """
        table = family_table(self.tests)
        row: dict[str, object] = {"test": "MaxCombo"}
        row["strata"] = ", ".join(self.comparisons.analysis.strata)
        if isinstance(self.maxcombo, str):
            row |= {"reason": self.maxcombo}
        else:
            row |= {
                "statistic": self.maxcombo.statistic,
                "p_value": self.maxcombo.p_value,
                "error": self.maxcombo.p_value_error,
                "reason": "",
            }
        return pd.concat([table, pd.DataFrame([row])], ignore_index=True)

    def hazard_ratios_table(self) -> pd.DataFrame:
        """Hazard ratios by `method` and `strata`, with their arms and limits."""
        strata = self.comparisons.analysis.strata
        others = self.comparisons.other_strata
        rows = [*_cox_rows(self.hazard_ratio, strata), *_cox_rows(self.other_hazard_ratio, others)]
        if not isinstance(self.peto, str):
            found = {name: getattr(self.peto, name) for name in _RATIO_COLUMNS}
            rows.append({"method": "Peto", "strata": ", ".join(strata), **found})
        return pd.DataFrame(rows, columns=["method", "strata", *_RATIO_COLUMNS])

    def means_table(self) -> pd.DataFrame:
        """Restricted means by arm, with the differences and ratios below one another."""
        if isinstance(self.means, str):
            return pd.DataFrame({"reason": [self.means]})
        by_arm = self.means.to_frame()
        contrasts = self.means.contrasts.assign(
            horizon=self.means.horizon, time_unit=self.means.time_unit
        )
        return pd.concat([by_arm, contrasts], ignore_index=True)

    def milestone_table(self) -> pd.DataFrame:
        """Survival at the milestone by arm, with the differences and the tests below."""
        if isinstance(self.at_milestone, str):
            return pd.DataFrame({"reason": [self.at_milestone]})
        found = self.at_milestone
        parts = [found.by_arm, found.differences, found.tests.assign(time=found.time)]
        return pd.concat(parts, ignore_index=True)

    def pairs_table(self) -> pd.DataFrame:
        """The test of each pair of arms; empty for two arms."""
        pairs = self.pairs
        if pairs is None or isinstance(pairs, str):
            return pd.DataFrame({"reason": [] if pairs is None else [pairs]})
        return pairs.to_frame()

    def trend_table(self) -> pd.DataFrame:
        """The scores of the arms and the test for a trend; empty for two arms."""
        trend = self.trend
        if trend is None or isinstance(trend, str):
            return pd.DataFrame({"reason": [] if trend is None else [trend]})
        scores = pd.DataFrame({"arm": trend.arms, "score": trend.scores})
        return scores.assign(statistic=trend.statistic, z=trend.z, p_value=trend.p_value)


_RATIO_COLUMNS = ("arm", "reference", "hazard_ratio", "lower", "upper")


def _cox_rows(fit: CoxByArm | str | None, strata: tuple[str, ...]) -> list[dict[str, object]]:
    if fit is None or isinstance(fit, str):
        return []
    table = fit.to_frame()[list(_RATIO_COLUMNS)]
    named = table.assign(method="Cox", strata=", ".join(strata))
    return [{str(name): value for name, value in row.items()} for row in named.to_dict("records")]


def nothing_to_compare(
    store: Store, analysis: SurvivalAnalysis, arms: tuple[str, ...]
) -> str | None:
    """Why an analysis compares nothing; None when it does.

    Parameters
    ----------
    arms : tuple of str
        The arms or groups that have subjects.

    Examples
    --------
    >>> nothing_to_compare(store, SurvivalAnalysis(endpoint="OS"), ("Placebo",))
    'All subjects of this cohort are in one arm, Placebo: there is nothing to compare it with.'
    """
    if store.pooled and not analysis.groups:
        return "The study is blinded: arms are pooled, and nothing is compared."
    if len(arms) < 2:
        nothing = "there is nothing to compare it with."
        if analysis.groups:
            return (
                f"Only one of the groups has subjects of its own, {arms[0]}: {nothing} Whoever "
                "belongs to more than one group is left out."
            )
        return f"All subjects of this cohort are in one arm, {arms[0]}: {nothing}"
    return immortal_time(store, analysis)


def latest_landmark(counts: SurvivalCounts, landmarks: tuple[float, ...]) -> float:
    """The latest of the landmarks that every arm reaches.

    Raises
    ------
    NotEstimableError
        When an arm reaches none of them.

    Examples
    --------
    >>> counts = SurvivalCounts.from_subjects([5, 9], [1, 1], arms=["A", "B"])
    >>> latest_landmark(counts, (3, 4, 6))
    4
    """
    last = counts.frame.groupby("arm")["time"].max().min()
    reached = [time for time in landmarks if time <= last]
    if not reached:
        raise NotEstimableError(
            f"No milestone is stated, and an arm is followed to {last:,.1f} {counts.time_unit} "
            "only: state a time at which survival is to be compared."
        )
    return max(reached)


def doses_of(arms: tuple[str, ...]) -> tuple[float, ...] | None:
    """The doses that the names of arms state; None when they do not.

    An arm without a number, if there is one, is that without the drug.

    Examples
    --------
    >>> doses_of(("Placebo", "10 mg", "30 mg"))
    (0.0, 10.0, 30.0)
    >>> doses_of(("Placebo", "Low dose", "High dose")) is None
    True
    """
    named = [_NUMBER.findall(arm) for arm in arms]
    unnamed = sum(not numbers for numbers in named)
    if unnamed > 1 or any(len(numbers) > 1 for numbers in named):
        return None
    doses = tuple(float(numbers[0]) if numbers else 0.0 for numbers in named)
    return doses if len(set(doses)) == len(doses) else None
