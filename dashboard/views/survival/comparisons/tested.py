"""One analysis as it was tested: by arm, with its hazard ratio and its p-values."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analytics.survival.logrank import LogRank
from analytics.survival.logrank_weights import LOG_RANK
from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnalysis, SurvivalAnswer
from dashboard.analyses.survival.standing import planned_endpoint, standing_of
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import interval, number, p_value, plain
from dashboard.views.survival.notes import comparison_notes, is_interim

_HERE = ":material/do_not_disturb_on:"


def show_tested(analysis: SurvivalAnalysis, *, title: str, reasons: Sequence[str] = ()) -> None:
    """Test and hazard ratio of one analysis, under a name that says how much they claim.

    Parameters
    ----------
    reasons : sequence of str
        What keeps it from being the plan's own.
    """
    made = state.made(analysis)
    answer = made.value
    st.subheader(plain(title), anchor=False)
    st.markdown(plain(_described(answer)))
    if reasons:
        st.caption(plain(f"Not the plan's own: {'; '.join(reasons)}."))
    if isinstance(answer.comparison, LogRank):
        _p_values(answer, answer.comparison)
    for reason in dict.fromkeys([answer.comparison, answer.hazard_ratio]):
        if isinstance(reason, str):
            st.warning(plain(reason), icon=_HERE)
    if isinstance(answer.comparison, LogRank):
        _by_arm(made, title)
    said = [*_left_out(answer), *_sides(answer), *_level(analysis)]
    st.caption(plain(" ".join(said)))


def named_test(answer: SurvivalAnswer) -> str:
    """The test of an analysis, as a sentence starts with it."""
    name = answer.analysis.weight.name
    return f"Stratified {name}" if answer.analysis.strata else f"{name[0].upper()}{name[1:]}"


def _described(answer: SurvivalAnswer) -> str:
    analysis = answer.analysis
    arms = [curve.arm for curve in answer.curves.curves]
    strata = f" by {', '.join(analysis.strata)}" if analysis.strata else ""
    subjects = f"analysis set {analysis.analysis_set}" if analysis.analysis_set else "all subjects"
    compared = "cohorts" if analysis.groups else f"{analysis.arm} arms"
    against = f"{', '.join(arms[1:])} against {arms[0]}" if len(arms) > 1 else arms[0]
    return f"{named_test(answer)} test{strata}; {subjects}; {compared}: {against}."


def _p_values(answer: SurvivalAnswer, test: LogRank) -> None:
    nominal = ", nominal" if is_interim(answer.analysis) else ""
    freedom = test.degrees_of_freedom
    about = f"chi-square {number(test.statistic, 2)} on {freedom} df{nominal}"
    cards = [(f"{named_test(answer)} p, two-sided", p_value(test.p_value), about)]
    if _is_one_sided(answer.analysis, test):
        shown = p_value(test.one_sided("fewer"))
        cards.append(("One-sided p", shown, f"for fewer events{nominal}"))
    with st.grid(3, min_column_width=230):
        for label, value, said in cards:
            results.tile(label, value, said)


def _is_one_sided(analysis: SurvivalAnalysis, test: LogRank) -> bool:
    """Whether the plan tests these arms in one direction, and the test has one."""
    plan = state.study().plan
    if standing_of(analysis, plan).kind == "exploratory":
        return False  # of cohorts, for one, the plan says no direction
    planned = planned_endpoint(plan, analysis.endpoint)
    return bool(plan and plan.sides == 1 and planned and planned.test and test.z is not None)


def _by_arm(made: Made[SurvivalAnswer], title: str) -> None:
    table, analysis = made.call("by_arm_table"), made.value.analysis
    raw = table.value
    weighted = "" if analysis.weight == LOG_RANK else ", weighted"
    digits = 0 if not weighted else 1
    level = f"{analysis.confidence_level:.0%}"
    shown = pd.DataFrame(
        {
            "Arm": raw["arm"],
            "Subjects": [f"{n:,}" for n in raw["subjects"]],
            f"Events observed{weighted}": [number(n, digits) for n in raw["observed"]],
            f"Expected{weighted}": [number(n, 1) for n in raw["expected"]],
            f"Hazard ratio ({level} CI)": [_hazard_ratio(row) for row in raw.to_dict("records")],
        }
    )
    name = f"{state.study().code} {analysis.endpoint} {title}"
    results.table(
        shown, raw=table, name=name, notes=comparison_notes(made.value), disclosure=AGGREGATE
    )


def _hazard_ratio(row: dict[str, object]) -> str:
    if "hazard_ratio" not in row:
        return "NE"
    if not isinstance(row["reference"], str):
        return "Reference"
    estimate, lower, upper = (float(str(row[n])) for n in ("hazard_ratio", "lower", "upper"))
    return interval(estimate, lower, upper, 3)


def _left_out(answer: SurvivalAnswer) -> list[str]:
    listed = "; ".join(f"{reason}: {n:,}" for reason, n in answer.exclusions.items())
    arms = () if answer.analysis.groups else state.arms(answer.analysis.arm)
    compared = {curve.arm for curve in answer.curves.curves}
    outside = [arm for arm in arms if arm not in compared]
    return [
        *([f"Left out: {listed}."] if listed else []),
        *([f"Not compared: {', '.join(outside)}."] if outside else []),
        "Expected: under equal hazards. A hazard ratio below 1 favours the arm over the reference.",
    ]


def _sides(answer: SurvivalAnswer) -> list[str]:
    test, said = answer.comparison, []
    if isinstance(test, LogRank) and _is_one_sided(answer.analysis, test):
        said.append(f"One-sided: fewer events in {test.arms[1]} than under equal hazards.")
    if is_interim(answer.analysis):
        said.append("Interim data: p-values are nominal, not adjusted for the planned looks.")
    return said


def _level(analysis: SurvivalAnalysis) -> list[str]:
    """What the plan says the p-value of its own analysis is to be compared with."""
    plan = state.study().plan
    if standing_of(analysis, plan).kind != "pre-specified":
        return []
    planned = planned_endpoint(plan, analysis.endpoint)
    alpha = (planned.alpha if planned else None) or (plan.alpha if plan else None)
    if plan is None or planned is None or not planned.test or alpha is None:
        return []
    sides = {1: "one-sided ", 2: "two-sided "}.get(plan.sides or 0, "")
    if len(planned.looks) > 1:
        looks = ", ".join(f"{look:.0%}" for look in planned.looks)
        spent = f" by {planned.spending} spending" if planned.spending else ""
        return [
            f"The plan spends a {sides}alpha of {alpha:g} over looks at {looks} of the events"
            f"{spent}: the p-value is compared with the boundary of its look, not with alpha."
        ]
    return [f"The plan's alpha is {alpha:g}{f' ({sides.strip()})' if sides else ''}."]
