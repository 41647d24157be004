"""What stands under every result of the Survival page, and goes along when it is taken away."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dashboard import state
from dashboard.analyses.survival import SurvivalAnalysis, SurvivalAnswer
from dashboard.analyses.survival.endpoint_times import named_origin
from dashboard.analyses.survival.ends import EndpointEnds
from dashboard.analyses.survival.estimand import Estimand, describe_estimand, plan_said
from dashboard.analyses.survival.standing import Standing, planned_endpoint, standing_of
from dashboard.scripts import Made, made_by
from dashboard.views import heading
from dashboard.views.survival.inputs import INTERVALS
from dashboard.views.survival.usual import missing_strata
from queries.cohorts import EVERYONE, labels_in, late_parts


def notes(
    analysis: SurvivalAnalysis,
    method: Sequence[str],
    *,
    standing: Standing | None = None,
    measure: str | None = None,
) -> list[str]:
    """The notes of one result.

    Parameters
    ----------
    analysis : SurvivalAnalysis
        Whose subjects, endpoint and arms it is about.
    method : sequence of str
        Sentences about how it was estimated.
    standing : Standing, optional
        How much it may claim; left out for what compares nothing.
    measure : str, optional
        The population-level summary that the result is. Unless given, the hazard ratio for
        what has a standing, and the distribution of the time for what has none.
    """
    if measure is None and standing is None:
        measure = "distribution of the time to event"
    compares = bool(analysis.groups) or not state.store().pooled
    said = [standing.sentence] if standing is not None and compares else []
    return [
        _compared(analysis),
        _analysed(analysis),
        *said,
        estimand_of(analysis).value.sentence(measure),
        *method,
        *_unit_said(analysis),
        *_marks(analysis),
        heading.provenance_line(),
    ]


def record_notes(
    analysis: SurvivalAnalysis, said: Sequence[str], *, standing: Standing | None = None
) -> list[str]:
    """The notes of a result that is about records and not about the endpoint.

    Parameters
    ----------
    said : sequence of str
        What was counted, in whom, and how.
    standing : Standing, optional
        As in `notes`.
    """
    stands = [standing.sentence] if standing is not None and not state.store().pooled else []
    analysed = f"Analysis set: {analysis.analysis_set or 'all subjects of the cohort'}."
    return [
        _compared(analysis),
        analysed,
        *stands,
        *said,
        *_cohort_marks(analysis),
        heading.provenance_line(),
    ]


def estimand_of(analysis: SurvivalAnalysis) -> Made[Estimand]:
    """What the analysis estimates, as far as the plan and the data say it."""
    pooled = state.store().pooled
    return made_by(
        describe_estimand,
        analysis,
        plan_said(state.study().plan, analysis.endpoint, pooled=pooled),
        arms=[curve.arm for curve in state.answered(analysis).curves.curves],
        origin=origin(analysis),
        ends=ends_of(analysis),
        pooled=pooled,
        labels=labels_in(analysis.cohort.rule, state.labels()),
    )


def ends_of(analysis: SurvivalAnalysis) -> Made[pd.DataFrame]:
    """How the times of the endpoint ended, by arm or group, in the analysis set."""
    return state.made(EndpointEnds(analysis=analysis), name="ends")


def curve_notes(answer: SurvivalAnswer) -> list[str]:
    """The notes of the curves and of what is read from them."""
    method = (
        f"Kaplan–Meier with {INTERVALS[answer.analysis.interval]} "
        f"{answer.analysis.confidence_level:.0%} intervals. {times_said(answer.analysis)} "
        "NR: not reached. NE: not estimable."
    )
    return notes(answer.analysis, [method])


def comparison_notes(answer: SurvivalAnswer) -> list[str]:
    """The notes of the test and the hazard ratio."""
    analysis = answer.analysis
    strata = f", stratified by {', '.join(analysis.strata)}" if analysis.strata else ""
    test = analysis.weight.name
    method = (
        f"{test[0].upper()}{test[1:]} test and Cox model (Efron ties, Wald intervals){strata}. "
        f"{times_said(analysis)} NE: not estimable."
    )
    standing = standing_of(analysis, state.study().plan)
    return notes(analysis, [method], standing=standing)


def times_said(analysis: SurvivalAnalysis) -> str:
    """The unit of the times and what they count from."""
    month = "; one month is 30.4375 days" if analysis.unit == "months" else ""
    return f"Times in {analysis.unit} from {origin(analysis)}{month}."


def origin(analysis: SurvivalAnalysis) -> str:
    """From when time is counted."""
    asked = state.ask("time_origin", cohort=EVERYONE, endpoint=analysis.endpoint)
    start = named_origin(asked)
    day = analysis.landmark_day
    return start if day is None else f"day {day} after {start} (landmark)"


def _compared(analysis: SurvivalAnalysis) -> str:
    if analysis.groups:
        named = "; ".join(
            f"{group.name}: {group.sentence(state.labels())}" for group in analysis.groups
        )
        return f"Groups are cohorts of all subjects ({named})."
    if state.store().pooled:
        return f"{heading.cohort_sentence()} Arms pooled: the study is blinded."
    role = "Planned" if analysis.arm == "planned" else "Actual"
    source = state.store().source_of(f"{analysis.arm}_arm")
    return f"{heading.cohort_sentence()} {role} arms ({source})."


def _analysed(analysis: SurvivalAnalysis) -> str:
    analysed = analysis.analysis_set or "all subjects of the cohort"
    return f"Analysis set: {analysed}. {_left_out(state.answered(analysis).exclusions)}"


def _left_out(exclusions: dict[str, int]) -> str:
    if not exclusions:
        return "No subject was left out."
    listed = "; ".join(f"{reason}: {n:,}" for reason, n in exclusions.items())
    return f"{sum(exclusions.values()):,} subjects of the cohort were left out ({listed})."


def _unit_said(analysis: SurvivalAnalysis) -> list[str]:
    table = state.ask("endpoints")
    units = table.loc[table["endpoint"] == analysis.endpoint, "unit"]
    said = "The data give this endpoint no unit of time (AVALU); days are assumed."
    return [said] if units.isna().all() else []


def _marks(analysis: SurvivalAnalysis) -> list[str]:
    marks = _cohort_marks(analysis)
    if is_interim(analysis):
        marks.append("Interim data: p-values are nominal, not adjusted for the planned looks.")
    if missing := missing_strata(analysis.endpoint):
        marks.append(f"Planned strata that this snapshot does not have: {', '.join(missing)}.")
    return marks


def _cohort_marks(analysis: SurvivalAnalysis) -> list[str]:
    marks = []
    if analysis.cohort.rule is not None:
        marks.append(
            "Exploratory: the cohort is filtered, so p-values do not control the type I error."
        )
    if analysis.groups:
        marks.append("Exploratory: cohorts are compared, not the arms that were randomised.")
    if any(late_parts(rule, state.store().schema) for rule in analysis.rules()):
        marks.append("The cohort is chosen by what happened after baseline.")
    return marks


def is_interim(analysis: SurvivalAnalysis) -> bool:
    """Whether the plan expects more events of this endpoint than the whole study has.

    Not than the subjects analysed have: a filter makes events fewer, but nothing interim.
    """
    planned = planned_endpoint(state.study().plan, analysis.endpoint)
    if planned is None or not planned.events:
        return False
    flag = planned.analysis_set if planned.analysis_set in state.store().columns else None
    whole = SurvivalAnalysis(endpoint=analysis.endpoint, analysis_set=flag).subjects()
    table = state.ask("endpoints", cohort=whole)
    events = table.loc[table["endpoint"] == analysis.endpoint, "events"].sum()
    return bool(events < planned.events)
