"""All endpoints: a table that selects the one on screen, and their curves side by side."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.checks import InputError, NotEstimableError
from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnalysis, SurvivalAnswer
from dashboard.analyses.survival.endpoints import endpoints_table
from dashboard.analyses.survival.standing import planned_endpoint, standing_of
from dashboard.charts.survival.kaplan_meier import SurvivalOptions, draw_kaplan_meier
from dashboard.scripts import Made, made_by
from dashboard.text import interval, p_value, percent, plain, reached
from dashboard.views import disclosing
from dashboard.views.survival.curves import styles
from dashboard.views.survival.notes import curve_notes, notes, origin
from dashboard.views.survival.usual import endpoint_labels, usual_analysis

_ROWS = "survival_endpoint_rows"
_MOST = 4  # side by side
_METHOD = (
    "Kaplan–Meier medians, hazard ratios of Cox models and the test of each endpoint; p-values "
    "are not adjusted for the number of endpoints."
)


def show(analysis: SurvivalAnalysis) -> None:
    """The table of endpoints, and the curves of those chosen."""
    found = {code: _answer(code, analysis) for code in endpoint_labels()}
    _table(analysis, found)
    _side_by_side({code: one for code, one in found.items() if isinstance(one, Made)})


def _answer(endpoint: str, analysis: SurvivalAnalysis) -> Made[SurvivalAnswer] | str:
    try:
        return state.made(usual_analysis(endpoint, analysis))
    except (InputError, NotEstimableError) as error:
        return str(error)


def _table(analysis: SurvivalAnalysis, found: dict[str, Made[SurvivalAnswer] | str]) -> None:
    codes, labels = list(found), endpoint_labels()
    answers = [one.value if isinstance(one, Made) else one for one in found.values()]
    rows = pd.DataFrame(
        [_row(code, labels[code], one) for code, one in zip(codes, answers, strict=True)]
    )

    def select() -> None:
        chosen = st.session_state[_ROWS]["selection"]["rows"]
        if chosen:
            st.session_state["survival_endpoint"] = codes[chosen[0]]

    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        on_select=select,
        selection_mode="single-row",
        key=_ROWS,
        alt="Endpoints of the study; choosing a row puts its curve on screen",
    )
    how = "Each endpoint is analysed as its plan says, or as its data suggest."
    said = _without_endpoint(analysis)
    st.caption(
        f"Choosing a row puts that endpoint on screen; {plain(labels[analysis.endpoint])} is now. "
        f"{how} {' '.join(plain(note) for note in said)}"
    )
    results.offer(
        rows,
        raw=made_by(endpoints_table, found),
        name=f"{state.study().code} all endpoints",
        notes=[f"{_METHOD} {how}", *said],
    )


def _without_endpoint(analysis: SurvivalAnalysis) -> list[str]:
    return [notes(analysis, [])[0], *notes(analysis, [])[-1:]]


def _row(code: str, label: str, answer: SurvivalAnswer | str) -> dict[str, str]:
    planned = planned_endpoint(state.study().plan, code)
    row = {"Endpoint": label, "Role": (planned.role or "") if planned else ""}
    if isinstance(answer, str):
        return {**row, "Analysed": answer}
    table = answer.endpoint_table()
    row["Analysed"] = answer.analysis.analysis_set or "All subjects"
    for arm in table.itertuples():
        row[f"Events, {arm.arm}"] = (
            f"{arm.events:,} of {arm.subjects:,} ({percent(arm.events / arm.subjects)})"
        )
    for arm in table.itertuples():
        median = reached(arm.median, arm.median_lower, arm.median_upper)
        row[f"Median, {answer.analysis.unit}, {arm.arm}"] = median
    return {**row, **_compared(answer)}


def _compared(answer: SurvivalAnswer) -> dict[str, str]:
    compared = {}
    if not isinstance(answer.hazard_ratio, str):
        for row in answer.hazard_ratio.to_frame().itertuples():
            ratio = interval(row.hazard_ratio, row.lower, row.upper, 2)
            compared[f"Hazard ratio, {row.arm} / {row.reference}"] = ratio
    if not isinstance(answer.comparison, str):
        compared["p"] = p_value(answer.comparison.p_value)
        compared["Standing"] = standing_of(answer.analysis, state.study().plan).kind
    return compared


def _side_by_side(answers: dict[str, Made[SurvivalAnswer]]) -> None:
    labels, drawn = endpoint_labels(), list(answers)
    if len(drawn) < 2:
        return
    chosen = st.multiselect(
        "Side by side",
        drawn,
        key=state.choices("survival_beside", drawn, drawn[:2]),
        persist_state="session",
        format_func=labels.__getitem__,
        max_selections=_MOST,
        placeholder="Endpoints to draw",
    )
    with st.grid(2, min_column_width=380) as grid:
        for code in [one for one in drawn if one in chosen]:
            with grid.cell():
                st.subheader(plain(labels[code]), anchor=False)
                _curve(answers[code], labels[code])


def _curve(answer: Made[SurvivalAnswer], label: str) -> None:
    analysis, curves = answer.value.analysis, answer.part("curves")
    options = SurvivalOptions(
        endpoint=label,
        unit=analysis.unit,
        confidence_level=analysis.confidence_level,
        medians=True,
        origin=origin(analysis),
    )
    arms = [curve.arm for curve in curves.value.curves]
    results.figure(
        curves.then(draw_kaplan_meier, styles=styles(analysis, arms), options=options),
        name=f"{state.study().code} {analysis.endpoint} survival beside",
        notes=curve_notes(answer.value),
        data=curves.call("to_frame").call("assign", unit=analysis.unit),
        disclosure=disclosing.curves(analysis),
    )
