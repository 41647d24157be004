"""The estimand of an analysis (ICH E9(R1)): what its number is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Literal

import pandas as pd

from dashboard.analyses.survival.analysis import SurvivalAnalysis
from dashboard.analyses.survival.standing import changed_arms, planned_endpoint
from queries.workspace import Plan, PlannedEndpoint

Source = Literal["plan", "data", "this page", ""]
NOT_STATED = "not stated in the plan"
_LONGEST = 150  # characters of an attribute in the one-line form
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute of an estimand, and who says so."""

    text: str
    source: Source = ""

    @property
    def short(self) -> str:
        """What fits on one line."""
        return shorten(self.text, _LONGEST, placeholder=" …")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimand:
    """What an analysis estimates: the five attributes of ICH E9(R1), and the censoring rule.

    Nothing is invented: what the plan does not say reads "not stated in the plan".

    Parameters
    ----------
    treatment : Attribute
        The conditions that are compared.
    population : Attribute
        Whose treatment effect it is.
    endpoint : Attribute
        The variable.
    intercurrent_events : Attribute
        How events after the start of treatment that affect it are handled.
    censoring : Attribute
        When a time is censored. Not an attribute of the estimand but of its estimator; a
        reader of a survival analysis needs it beside them.
    summary : Attribute
        The population-level summary.

    References
    ----------
    ICH E9(R1) (2019), Addendum on estimands and sensitivity analysis in clinical trials.
    """

    treatment: Attribute
    population: Attribute
    endpoint: Attribute
    intercurrent_events: Attribute
    censoring: Attribute
    summary: Attribute

    def attributes(self) -> dict[str, Attribute]:
        """The attributes by the names that readers know."""
        return {
            "Treatment": self.treatment,
            "Population": self.population,
            "Variable (endpoint)": self.endpoint,
            "Intercurrent events": self.intercurrent_events,
            "Censoring rule": self.censoring,
            "Population-level summary": self.summary,
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per attribute: `attribute`, `text`, `source`."""
        rows = [(name, one.text, one.source) for name, one in self.attributes().items()]
        return pd.DataFrame(rows, columns=["attribute", "text", "source"])

    def sentence(self, measure: str | None = None) -> str:
        """The one-line form that stands under results.

        Parameters
        ----------
        measure : str, optional
            The summary of the result it stands under, when that is another one.
        """
        about = self.summary.short if measure is None else measure
        return (
            f"Estimand: {about}; {self.treatment.short}; {self.endpoint.short}; "
            f"population: {self.population.short}; "
            f"intercurrent events: {self.intercurrent_events.short}; "
            f"censoring: {self.censoring.short}."
        )


def describe_estimand(
    analysis: SurvivalAnalysis,
    plan: Plan | None,
    *,
    arms: Sequence[str],
    origin: str,
    ends: pd.DataFrame,
    pooled: bool = False,
    labels: Mapping[str, str] | None = None,
) -> Estimand:
    """The estimand, from the analysis, the plan and the data.

    Parameters
    ----------
    analysis : SurvivalAnalysis
    plan : Plan or None
    arms : sequence of str
        The arms or groups compared, reference first.
    origin : str
        From when time is counted.
    ends : DataFrame
        `event`, `description`, `subjects`: how the times of the data ended.
    pooled : bool
        Whether the reader sees no arms; then nothing is said of them.
    labels : mapping, optional
        Labels of variables, for the rule of the cohort.

    Examples
    --------
    >>> ends = pd.DataFrame({"event": [True], "description": ["Death"], "subjects": [4]})
    >>> analysis = SurvivalAnalysis(endpoint="OS")
    >>> estimand = describe_estimand(
    ...     analysis, None, arms=("A", "B"), origin="randomisation", ends=ends
    ... )
    >>> estimand.endpoint.text
    'OS: time from randomisation to death'
    >>> estimand.intercurrent_events.text
    'not stated in the plan'
    """
    planned = planned_endpoint(plan, analysis.endpoint)
    return Estimand(
        treatment=_treatment(analysis, plan, arms, pooled),
        population=_population(analysis, planned, labels or {}),
        endpoint=_variable(analysis, planned, origin, ends),
        intercurrent_events=_of_plan(planned.intercurrent_events if planned else None),
        censoring=_of_plan(planned.censoring if planned else None),
        summary=_summary(analysis, arms, pooled),
    )


def plan_said(plan: Plan | None, endpoint: str, *, pooled: bool) -> Plan | None:
    """The part of a plan that an estimand rests on; for a pooled reader without its arms.

    Examples
    --------
    >>> os = PlannedEndpoint(code="OS", treatment="Drug against placebo")
    >>> plan = Plan(study="X", title="X", status="ongoing", arms=("Drug",), endpoints=(os,))
    >>> plan_said(plan, "OS", pooled=True) == Plan(
    ...     study="X", title="X", status="ongoing", endpoints=(PlannedEndpoint(code="OS"),))
    True
    """
    planned = planned_endpoint(plan, endpoint)
    if plan is None or planned is None:
        return None
    said = PlannedEndpoint(
        code=planned.code,
        label=planned.label,
        analysis_set=planned.analysis_set,
        arm=planned.arm,
        treatment=None if pooled else planned.treatment,
        intercurrent_events=planned.intercurrent_events,
        censoring=planned.censoring,
    )
    return Plan(
        study=plan.study,
        title=plan.study,
        status=plan.status,
        arms=() if pooled else plan.arms,
        endpoints=(said,),
    )


def _of_plan(text: str | None) -> Attribute:
    return Attribute(text=text.rstrip("."), source="plan") if text else Attribute(text=NOT_STATED)


def _treatment(
    analysis: SurvivalAnalysis, plan: Plan | None, arms: Sequence[str], pooled: bool
) -> Attribute:
    planned = planned_endpoint(plan, analysis.endpoint)
    if analysis.groups:
        return Attribute(text=f"cohorts, not treatments: {_against(arms)}", source="this page")
    if pooled:
        return Attribute(text="arms pooled: the study is blinded", source="this page")
    # Without arms in the plan, its words are taken to be of those on screen.
    others = bool(plan and plan.arms and any(changed_arms(tuple(arms), plan.arms)))
    if planned and planned.treatment and planned.arm == analysis.arm and not others:
        return _of_plan(planned.treatment)
    return Attribute(text=f"{_against(arms)}, {analysis.arm} arms", source="data")


def _against(arms: Sequence[str]) -> str:
    reference, *others = arms
    return f"{', '.join(others)} against {reference}" if others else reference


def _population(
    analysis: SurvivalAnalysis, planned: PlannedEndpoint | None, labels: Mapping[str, str]
) -> Attribute:
    flag = analysis.analysis_set
    said = f"subjects with {flag} = Y" if flag else "all subjects of the snapshot"
    as_planned = bool(flag and planned and planned.analysis_set == flag)
    changes = []
    if analysis.cohort.rule is not None:
        changes.append(f"of the cohort “{analysis.cohort.sentence(labels)}”")
    if analysis.groups:
        changes.append("in exactly one of the cohorts compared")
    if analysis.landmark_day is not None:
        changes.append(f"without event or censoring by day {analysis.landmark_day}")
    source: Source = "plan" if as_planned and not changes else "this page"
    return Attribute(text=", ".join([said, *changes]), source=source)


def _variable(
    analysis: SurvivalAnalysis, planned: PlannedEndpoint | None, origin: str, ends: pd.DataFrame
) -> Attribute:
    named = planned.label if planned and planned.label else analysis.endpoint
    described = ends.loc[ends["event"].astype(bool), "description"].dropna()
    events = [str(one) for one in dict.fromkeys(described)]
    if not events:
        return Attribute(text=f"{named}: time from {origin} to the event", source="data")
    shown = [*events[:_MOST_NAMED], *(["others"] if len(events) > _MOST_NAMED else [])]
    first = "the first of " if len(events) > 1 else ""
    return Attribute(
        text=f"{named}: time from {origin} to {first}{', '.join(map(_lower_first, shown))}",
        source="data",
    )


def _lower_first(text: str) -> str:
    """A description within a sentence; abbreviations stay as they are."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _summary(analysis: SurvivalAnalysis, arms: Sequence[str], pooled: bool) -> Attribute:
    compared = len(arms) > 1 and (not pooled or bool(analysis.groups))
    if not compared:
        return Attribute(text="survival of all subjects together", source="this page")
    strata = f" stratified by {', '.join(analysis.strata)}" if analysis.strata else ""
    return Attribute(text=f"hazard ratio, Cox model{strata}", source="this page")
