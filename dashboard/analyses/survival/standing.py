"""Whether an analysis is the one that the study's plan laid down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from analytics.survival.logrank_weights import LOG_RANK
from dashboard.analyses.survival.analysis import SurvivalAnalysis
from queries.workspace import Plan, PlannedEndpoint

Kind = Literal["pre-specified", "sensitivity", "exploratory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How much an analysis may claim, and why.

    Parameters
    ----------
    kind : {"pre-specified", "sensitivity", "exploratory"}
        The plan's own analysis; the plan's with something changed; any other.
    reasons : tuple of str
        What keeps it from being the plan's own.
    """

    kind: Kind
    reasons: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The standing as a note under a result.

        Examples
        --------
        >>> Standing(kind="sensitivity", reasons=("not stratified by SEX",)).sentence
        'Sensitivity analysis: not stratified by SEX.'
        """
        name = "Pre-specified" if self.kind == "pre-specified" else self.kind.capitalize()
        because = f": {'; '.join(self.reasons)}" if self.reasons else ""
        return f"{name} analysis{because or ' of the plan'}."


def planned_strata(plan: Plan | None, endpoint: str) -> tuple[str, ...]:
    """The stratification factors of the plan, for an endpoint whose planned test uses them."""
    planned = planned_endpoint(plan, endpoint)
    test = (planned.test or "").lower() if planned else ""
    uses = "stratified" in test and "unstratified" not in test
    return plan.stratification if plan and uses else ()


def planned_endpoint(plan: Plan | None, endpoint: str) -> PlannedEndpoint | None:
    """What the plan says of an endpoint; None without a plan, or where it is silent."""
    known = plan.endpoints if plan else ()
    return next((one for one in known if one.code == endpoint), None)


def standing_of(analysis: SurvivalAnalysis, plan: Plan | None) -> Standing:
    """The standing of the test and the hazard ratio of an analysis.

    Examples
    --------
    >>> standing_of(SurvivalAnalysis(endpoint="OS"), None).sentence
    'Exploratory analysis: the plan names no test of this endpoint.'
    """
    planned = planned_endpoint(plan, analysis.endpoint)
    if planned is None or not planned.test:
        return Standing(kind="exploratory", reasons=("the plan names no test of this endpoint",))
    if unplanned := tuple(_unplanned_subjects(analysis)):
        return Standing(kind="exploratory", reasons=unplanned)
    changes = tuple(_changes(analysis, planned, planned_strata(plan, analysis.endpoint)))
    return Standing(kind="sensitivity" if changes else "pre-specified", reasons=changes)


def _unplanned_subjects(analysis: SurvivalAnalysis) -> Iterator[str]:
    if analysis.cohort.rule is not None:
        yield "the cohort is filtered"
    if analysis.groups:
        yield "cohorts are compared, not arms"
    if analysis.landmark_day is not None:
        yield f"time is counted from day {analysis.landmark_day}"


def _changes(
    analysis: SurvivalAnalysis, planned: PlannedEndpoint, strata: tuple[str, ...]
) -> Iterator[str]:
    if planned.analysis_set and analysis.analysis_set != planned.analysis_set:
        yield f"the plan's analysis set is {planned.analysis_set}"
    if analysis.arm != planned.arm:
        yield f"the plan compares {planned.arm} arms"
    if set(analysis.strata) != set(strata):
        wanted = f"by {', '.join(strata)}" if strata else "not stratified"
        yield f"the plan's test is {'stratified ' if strata else ''}{wanted}"
    if _is_log_rank(planned) and analysis.weight != LOG_RANK:
        yield f"the plan's test is the {planned.test} test"


def _is_log_rank(planned: PlannedEndpoint) -> bool:
    test = (planned.test or "").lower().replace("-", "").replace(" ", "")
    return "logrank" in test and "weighted" not in test
