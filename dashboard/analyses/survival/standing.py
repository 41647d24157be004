"""Whether an analysis is the one that the study's plan laid down."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from analytics.survival.logrank_weights import (
    GEHAN,
    LOG_RANK,
    MODIFIED_PETO,
    PETO,
    TARONE_WARE,
    Weight,
    fleming_harrington,
)
from dashboard.analyses.survival.analysis import SurvivalAnalysis
from queries.store import ArmRole
from queries.workspace import Plan, PlannedEndpoint

Kind = Literal["pre-specified", "sensitivity", "exploratory"]

# In the order in which they are looked for: "modified Peto" also says "Peto", and Peto's test is
# also called one of Wilcoxon's.
_NAMED_WEIGHTS = {
    "gehan": GEHAN,
    "taroneware": TARONE_WARE,
    "modifiedpeto": MODIFIED_PETO,
    "peto": PETO,
    "wilcoxon": GEHAN,
    "breslow": GEHAN,
}
_OTHER_TESTS = ("maxcombo", "restrictedmean", "rmst", "milestone")
_NO_ARMS = "the plan names no arms"
_FLEMING_HARRINGTON = re.compile(r"(?:fh|flemingharrington)\((\d*\.?\d+),(\d*\.?\d+)\)")


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


def planned_weight(planned: PlannedEndpoint | None) -> Weight | None:
    """The member of the log-rank family that the plan names; None when it names no such test.

    Examples
    --------
    >>> planned_weight(PlannedEndpoint(code="OS", test="stratified log-rank")).name
    'log-rank'
    >>> planned_weight(PlannedEndpoint(code="OS", test="weighted log-rank, FH(0, 1)")).name
    'FH(0, 1)'
    >>> planned_weight(PlannedEndpoint(code="OS", test="MaxCombo")) is None
    True
    """
    test = re.sub(r"[\s\-–]", "", (planned.test or "").lower()) if planned else ""
    powers = _FLEMING_HARRINGTON.findall(test)
    if len(powers) > 1 or any(other in test for other in _OTHER_TESTS):
        return None  # their description may name members of the family
    if powers:
        return fleming_harrington(*map(float, powers[0]))
    named = next((weight for name, weight in _NAMED_WEIGHTS.items() if name in test), None)
    weighted = "weighted" in test.replace("unweighted", "")
    return LOG_RANK if named is None and "logrank" in test and not weighted else named


def planned_analysis(
    analysis: SurvivalAnalysis,
    plan: Plan | None,
    *,
    columns: Collection[str],
    arms: Callable[[ArmRole], Collection[str]],
) -> SurvivalAnalysis | str:
    """The plan's own analysis of an endpoint, whatever else of it was changed.

    Parameters
    ----------
    analysis : SurvivalAnalysis
        Its subjects, its unit and its intervals are kept; analysis set, arms, strata and test
        are those of the plan.
    plan : Plan or None
    columns : collection of str
        The columns of the subjects that the snapshot carries.
    arms : callable
        The planned and the actual arms that it carries.

    Returns
    -------
    SurvivalAnalysis or str
        The sentence says why there is no such analysis.

    Examples
    --------
    >>> planned_analysis(SurvivalAnalysis(endpoint="OS"), None, columns=(), arms=lambda role: ())
    'The plan names no test of OS: whatever is compared here is exploratory.'
    """
    endpoint = analysis.endpoint
    planned, strata = planned_endpoint(plan, endpoint), planned_strata(plan, endpoint)
    if plan is None or planned is None or not planned.test:
        return f"The plan names no test of {endpoint}: whatever is compared here is exploratory."
    weight = planned_weight(planned)
    if weight is None:
        return (
            f"The plan's test of {endpoint} ({planned.test}) is none of the log-rank family, so "
            "nothing below is the plan's own analysis."
        )
    if unplanned := tuple(_unplanned_subjects(analysis)):
        return f"The plan's own analysis is not of these subjects: {'; '.join(unplanned)}."
    role: ArmRole = "actual" if planned.arm == "actual" else "planned"
    if not plan.arms:
        return f"The plan's own analysis cannot be made: {_NO_ARMS}."
    lacking = [name for name in (planned.analysis_set, *strata) if name and name not in columns]
    lacking += [f"the {role} arm {arm}" for arm in plan.arms if arm not in arms(role)]
    if lacking:
        return (
            "The plan's own analysis cannot be made: this snapshot does not have "
            f"{', '.join(lacking)}."
        )
    return replace(
        analysis,
        analysis_set=planned.analysis_set,
        arm=role,
        arms=plan.arms,
        strata=strata,
        weight=weight,
    )


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
    strata = planned_strata(plan, analysis.endpoint)
    arms = changed_arms(analysis.arms, plan.arms if plan else ())
    changes = (*_changes(analysis, planned, strata), *arms)
    return Standing(kind="sensitivity" if changes else "pre-specified", reasons=changes)


def standing_beside(analysis: SurvivalAnalysis, plan: Plan | None, what: str) -> Standing:
    """The standing of what stands beside the test and the hazard ratio.

    Parameters
    ----------
    what : str
        What it is: "restricted means", "a milestone".

    Examples
    --------
    >>> standing_beside(SurvivalAnalysis(endpoint="OS"), None, "a milestone").kind
    'exploratory'
    """
    of_test = standing_of(analysis, plan)
    if of_test.kind == "exploratory":
        return of_test
    planned = planned_endpoint(plan, analysis.endpoint)
    test = planned.test if planned else ""
    return Standing(kind="sensitivity", reasons=(f"the plan's test is {test}, not {what}",))


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
    if analysis.analysis_set != planned.analysis_set:
        yield f"the plan's analysis set is {planned.analysis_set or 'not stated'}"
    if analysis.arm != planned.arm:
        yield f"the plan compares {planned.arm} arms"
    if set(analysis.strata) != set(strata):
        wanted = f"by {', '.join(strata)}" if strata else "not stratified"
        yield f"the plan's test is {'stratified ' if strata else ''}{wanted}"
    if planned_weight(planned) != analysis.weight:
        yield f"the plan's test is the {planned.test} test"


def changed_arms(compared: tuple[str, ...], planned: tuple[str, ...]) -> Iterator[str]:
    """What sets the arms compared apart from those of the plan.

    Parameters
    ----------
    compared : tuple of str
        Reference first; empty for all arms in the order of the snapshot, of which nothing is
        known here.
    planned : tuple of str
        Reference first; empty when the plan names none.

    Examples
    --------
    >>> list(changed_arms(("New", "Control"), ("Control", "New")))
    ["the plan's reference is Control"]
    """
    if not planned:
        yield _NO_ARMS
    if not compared or not planned:
        return
    if lacking := [arm for arm in planned if arm not in compared]:
        yield f"the plan also compares {', '.join(lacking)}"
    if extra := [arm for arm in compared if arm not in planned]:
        yield f"the plan has no arm {', '.join(extra)}"
    if compared[0] != planned[0]:
        yield f"the plan's reference is {planned[0]}"
