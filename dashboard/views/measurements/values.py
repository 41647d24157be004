"""The Values tab: boxes by visit and arm, lines of subjects, and values beyond the whiskers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.measurements.values import (
    LabValues,
    ValuesAnswer,
    of_quantity,
    values_of_some,
)
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.charts.axes import amount
from dashboard.charts.measurements.values import draw_values
from dashboard.charts.theme import arm_styles
from dashboard.disclosure import AGGREGATE, SUBJECTS
from dashboard.scripts import Made
from dashboard.views.measurements.choices import (
    choose_scale,
    choose_test,
    said_of_limits,
    tests_of,
    usual_limits,
)
from dashboard.views.safety import named_marks
from dashboard.views.safety.notes import notes
from queries.measurement_questions import measured_among

_QUANTITIES = {"value": "Value", "change": "Change from baseline"}
_MOST_LINES = 100
_OUTLIER = "measurements_outlier"


def show(subjects: SafetySubjects) -> None:
    """Boxes, the subjects behind their outliers, and the summary as a table."""
    tests = tests_of(subjects)
    if tests is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        one = choose_test(tests)
        quantity = st.selectbox(
            "Show",
            list(_QUANTITIES),
            key=state.choice("measurements_quantity", list(_QUANTITIES), "value"),
            persist_state="session",
            format_func=_QUANTITIES.__getitem__,
        )
        lines = st.toggle(
            "Lines of subjects",
            key=state.remember("measurements_lines", False),
            persist_state="session",
        )
        made = state.made(LabValues(subjects=subjects, test=str(one["test"])))
        answer = made.value
        amounts = answer.values["value"] if quantity == "value" else answer.values["change"]
        logarithmic = choose_scale(answer.asked.test, amounts.dropna())
    _boxes(made, quantity, lines=lines, logarithmic=logarithmic)
    _outliers(answer, quantity)
    _table(made, quantity)


def _boxes(made: Made[ValuesAnswer], quantity: str, *, lines: bool, logarithmic: bool) -> None:
    answer, summary = made.value, made.part("summary")
    asked, arms = answer.asked, answer.summary.arms
    name = answer.title if quantity == "value" else f"{answer.title}, change from baseline"
    threads, said_lines = _threads(made) if lines else (None, [])
    limits = said_of_limits(answer.limits) if quantity == "value" else []
    drawn = summary.then(
        draw_values,
        quantity=quantity,
        styles=arm_styles(list(arms), state.arms(asked.subjects.arm)),
        title=name,
        lines=threads,
        limits=usual_limits(answer.limits) if quantity == "value" else (),
        logarithmic=logarithmic,
    )
    results.figure(
        drawn,
        name=f"{state.study().code} {asked.test} {quantity} by visit",
        notes=_notes(answer, [*_FENCES, *said_lines, *limits]),
        data=summary.call("to_frame"),
        clicked=_choose_outlier,
        disclosure=SUBJECTS,
    )


_FENCES = [
    "Boxes: quartiles (linear interpolation), median and, dashed, mean; whiskers: the furthest "
    "values within 1.5 interquartile ranges of the quartiles, within visit and arm (Tukey); dots: "
    "values beyond. Click a dot for its subject."
]


def _threads(made: Made[ValuesAnswer]) -> tuple[Made[pd.DataFrame], list[str]]:
    """The lines of at most so many subjects, those of every arm alike."""
    people = made.value.values["subject"].nunique()
    lines = made.part("values").then(values_of_some, _MOST_LINES)
    kept = lines.value["subject"].nunique()
    if kept == people:
        return lines, [f"Lines: all {people:,} subjects."]
    return lines, [f"Lines: {kept:,} of {people:,} subjects, evenly spread over identifiers."]


def _choose_outlier(custom: Sequence[object]) -> None:
    st.session_state[_OUTLIER] = f"{custom[0]}"


def _outliers(answer: ValuesAnswer, quantity: str) -> None:
    """Beyond the whiskers: all of an arm at a visit, or one subject."""
    out = answer.summary.outliers
    own = out[out["quantity"] == quantity]
    if own.empty:
        st.caption("No value lies beyond the whiskers.")
        return
    marks: dict[str, list[str]] = {}
    for arm in answer.summary.arms:
        for visit in answer.summary.visits:
            at = own[(own["arm"] == arm) & (own["visit"] == visit)]
            marks[f"Beyond the whiskers at {visit}, {arm}"] = at["subject"].tolist()
    marks |= {str(subject): [str(subject)] for subject in sorted(own["subject"].unique())}
    named_marks.show(marks, key=_OUTLIER, among=measured_among)


def _table(made: Made[ValuesAnswer], quantity: str) -> None:
    answer, raw = made.value, made.part("summary").part("table").then(of_quantity, quantity)
    with st.expander("Table by visit", icon=":material/table:"):
        results.table(
            pd.DataFrame([_line(row) for _, row in raw.value.iterrows()]),
            raw=raw,
            name=f"{state.study().code} {answer.asked.test} {quantity} by visit table",
            notes=_notes(answer, _FENCES),
            disclosure=AGGREGATE,
        )


def _line(row: pd.Series) -> Mapping[str, str]:
    spread = "–" if pd.isna(row["sd"]) else amount(row["sd"])
    return {
        "Visit": row["visit"],
        "Arm": row["arm"],
        "n": f"{row['n']:,}",
        "Mean (SD)": f"{amount(row['mean'])} ({spread})",
        "Median (Q1 to Q3)": f"{amount(row['median'])} ({amount(row['q1'])} to "
        f"{amount(row['q3'])})",
        "Range": f"{amount(row['min'])} to {amount(row['max'])}",
        "Beyond whiskers": f"{row['outliers']:,}",
    }


def _notes(answer: ValuesAnswer, said: Sequence[str]) -> list[str]:
    measured = f"{answer.title}, one value for each subject and visit (the latest)."
    return notes(answer.asked.subjects, [measured, *said, *answer.said])
