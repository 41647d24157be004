"""Survival: one endpoint, its curves, medians, landmarks, test and hazard ratio."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnswer, time_origin
from dashboard.charts.survival import SurvivalOptions, draw_kaplan_meier
from dashboard.charts.theme import arm_styles
from dashboard.text import interval, number, p_value, percent, plain, reached
from dashboard.views import heading
from dashboard.views.survival_inputs import (
    INTERVALS,
    choose_analysis,
    endpoint_labels,
    missing_strata,
    planned_endpoint,
)
from queries.cohorts import late_parts


def show() -> None:
    """The Survival page."""
    with results.explained():
        heading.show("Survival")
        analysis = choose_analysis()
        if analysis is None:
            return
        answer = analysis.run(state.store())
        _headline(answer)
        _curves(answer)
        _endpoint_table(answer)
        _comparison(answer)


def _headline(answer: SurvivalAnswer) -> None:
    unit = answer.analysis.unit
    cards = []
    if not isinstance(answer.hazard_ratio, str):
        for row in answer.hazard_ratio.to_frame().itertuples():
            ratio = interval(row.hazard_ratio, row.lower, row.upper, 2)
            cards.append(("Hazard ratio (95% CI)", ratio, f"{row.arm} / {row.reference}"))
    if not isinstance(answer.comparison, str):
        label = "Stratified log-rank p" if answer.analysis.strata else "Log-rank p"
        mark = "nominal, interim data" if is_interim(answer) else "two-sided"
        mark = "exploratory" if answer.analysis.cohort.rule is not None else mark
        cards.append((label, p_value(answer.comparison.p_value), mark))
    for row in answer.endpoint_table().itertuples():
        median = reached(row.median, row.median_lower, row.median_upper)
        cards.append((f"Median, {unit} (95% CI)", median, row.arm))
    with st.grid(4, min_column_width=175):
        for label, value, about in cards:
            results.tile(label, value, about)


def _curves(answer: SurvivalAnswer) -> None:
    options = SurvivalOptions(
        endpoint=endpoint_labels()[answer.analysis.endpoint],
        unit=answer.analysis.unit,
        confidence_level=answer.analysis.confidence_level,
        medians=True,
        origin=_origin(answer),
    )
    styles = arm_styles([c.arm for c in answer.curves.curves], state.arms(answer.analysis.arm))
    figure = draw_kaplan_meier(answer.curves, styles=styles, options=options)
    results.figure(
        figure,
        name=f"{state.study().code} {answer.analysis.endpoint} survival",
        notes=_notes(answer),
        data=answer.curves.to_frame().assign(unit=answer.analysis.unit),
        code=answer.analysis.code(state.snapshot_path(), pooled=state.store().pooled),
    )


def _endpoint_table(answer: SurvivalAnswer) -> None:
    unit = answer.analysis.unit
    table = answer.endpoint_table()
    rows: dict[str, dict[str, str]] = {
        "Subjects": {r.arm: f"{r.subjects:,}" for r in table.itertuples()},
        "Events": {
            r.arm: f"{r.events:,} ({percent(r.events / r.subjects)})" for r in table.itertuples()
        },
        f"Median follow-up, {unit} (reverse Kaplan–Meier)": {
            r.arm: reached(r.median_followup, math.nan, math.nan) for r in table.itertuples()
        },
        f"Median, {unit} (95% CI)": {
            r.arm: reached(r.median, r.median_lower, r.median_upper) for r in table.itertuples()
        },
    }
    for time in answer.analysis.landmarks:
        rows[f"Survival at {time:g} {unit}, % (95% CI)"] = _landmark_row(table, time)
    shown = pd.DataFrame(rows).T.rename_axis("Statistic").reset_index()
    st.header("Endpoint table", anchor=False)
    name = f"{state.study().code} {answer.analysis.endpoint} endpoint table"
    results.table(shown, raw=table.assign(unit=unit), name=name, notes=_notes(answer))


def _landmark_row(table: pd.DataFrame, time: float) -> dict[str, str]:
    name = f"survival_{time:g}"
    columns = [name, f"{name}_lower", f"{name}_upper"]
    percentages = 100 * table.set_index("arm")[columns]
    return {
        str(arm): interval(*row)
        for arm, row in zip(table["arm"], percentages.to_numpy(), strict=True)
    }


def _comparison(answer: SurvivalAnswer) -> None:
    st.header("Comparison of arms", anchor=False)
    said = [part for part in (answer.hazard_ratio, answer.comparison) if isinstance(part, str)]
    for part in dict.fromkeys(said):
        st.warning(plain(part), icon=":material/do_not_disturb_on:")
    if isinstance(answer.hazard_ratio, str):
        return
    table = answer.hazard_ratio.to_frame()
    shown = pd.DataFrame(
        {
            "Arm": table["arm"],
            "Reference": table["reference"],
            "Hazard ratio (95% CI)": [
                interval(r.hazard_ratio, r.lower, r.upper, 3) for r in table.itertuples()
            ],
            "Wald p": [p_value(p) for p in table["p_value"]],
        }
    )
    results.table(
        shown,
        raw=answer.comparison_table(),
        name=f"{state.study().code} {answer.analysis.endpoint} comparison",
        notes=_notes(answer),
    )
    if not isinstance(answer.comparison, str):
        test = answer.comparison
        st.caption(
            f"Log-rank chi-square {number(test.statistic, 4)} on {test.degrees_of_freedom} "
            f"degree{'s' if test.degrees_of_freedom > 1 else ''} of freedom, "
            f"p {p_value(test.p_value)}. A hazard ratio below 1 favours the arm over the reference."
        )


def _notes(answer: SurvivalAnswer) -> list[str]:
    analysis = answer.analysis
    role = "Planned" if analysis.arm == "planned" else "Actual"
    if state.store().pooled:
        arms = "Arms pooled: the study is blinded."
    else:
        arms = f"{role} arms ({state.store().source_of(f'{analysis.arm}_arm')})."
    strata = f" stratified by {', '.join(analysis.strata)}" if analysis.strata else ""
    compared = f"; log-rank test and Cox model (Efron ties, Wald intervals){strata}"
    method = (
        f"Kaplan–Meier with {INTERVALS[analysis.interval]} 95% intervals"
        f"{'' if state.store().pooled else compared}. Times in {analysis.unit} from "
        f"{_origin(answer)}; one month is 30.4375 days. "
        "NR: not reached. NE: not estimable."
    )
    analysed = analysis.analysis_set or "all subjects of the cohort"
    return [
        f"{heading.cohort_sentence()} {arms}",
        f"Analysis set: {analysed}. {_left_out(answer)}",
        method,
        *_unit_said(answer),
        *_marks(answer),
        heading.provenance_line(),
    ]


def _origin(answer: SurvivalAnswer) -> str:
    """From when time is counted."""
    origin = time_origin(state.store(), answer.analysis.endpoint)
    day = answer.analysis.landmark_day
    return origin if day is None else f"day {day} after {origin} (landmark)"


def _unit_said(answer: SurvivalAnswer) -> list[str]:
    table = state.ask("endpoints")
    units = table.loc[table["endpoint"] == answer.analysis.endpoint, "unit"]
    said = "The data give this endpoint no unit of time (AVALU); days are assumed."
    return [said] if units.isna().all() else []


def _left_out(answer: SurvivalAnswer) -> str:
    if not answer.exclusions:
        return "No subject was left out."
    listed = "; ".join(f"{reason}: {n:,}" for reason, n in answer.exclusions.items())
    return f"{sum(answer.exclusions.values()):,} subjects of the cohort were left out ({listed})."


def _marks(answer: SurvivalAnswer) -> list[str]:
    marks = []
    if answer.analysis.cohort.rule is not None:
        marks.append(
            "Exploratory: the cohort is filtered, so p-values do not control the type I error."
        )
    if late_parts(answer.analysis.cohort.rule, state.store().schema):
        marks.append("The cohort is chosen by what happened after baseline.")
    if is_interim(answer):
        marks.append("Interim data: p-values are nominal, not adjusted for the planned looks.")
    if missing := missing_strata(answer.analysis.endpoint):
        marks.append(f"Planned strata that this snapshot does not have: {', '.join(missing)}.")
    return marks


def is_interim(answer: SurvivalAnswer) -> bool:
    """Whether the plan expects more events of this endpoint than there are."""
    planned = planned_endpoint(answer.analysis.endpoint)
    events = sum(curve.events for curve in answer.curves.curves)
    return bool(planned and planned.events and events < planned.events)
