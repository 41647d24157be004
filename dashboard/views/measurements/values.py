"""The Values tab: boxes by visit and arm, lines of subjects, and values beyond the whiskers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.measurements.values import LabValues, ValuesAnswer
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.charts.axes import amount
from dashboard.charts.measurements.values import draw_values
from dashboard.charts.theme import arm_styles
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
        answer = state.answered(LabValues(subjects=subjects, test=str(one["test"])))
        amounts = answer.values["value"] if quantity == "value" else answer.values["change"]
        logarithmic = choose_scale(answer.asked.test, amounts.dropna())
    _boxes(answer, quantity, lines=lines, logarithmic=logarithmic)
    _outliers(answer, quantity)
    _table(answer, quantity)


def _boxes(answer: ValuesAnswer, quantity: str, *, lines: bool, logarithmic: bool) -> None:
    asked, summary = answer.asked, answer.summary
    name = answer.title if quantity == "value" else f"{answer.title}, change from baseline"
    threads, said_lines = _threads(answer) if lines else (None, [])
    limits = said_of_limits(answer.limits) if quantity == "value" else []
    drawn = draw_values(
        summary,
        quantity=quantity,
        styles=arm_styles(list(summary.arms), state.arms(asked.subjects.arm)),
        title=name,
        lines=threads,
        limits=usual_limits(answer.limits) if quantity == "value" else (),
        logarithmic=logarithmic,
    )
    results.figure(
        drawn,
        name=f"{state.study().code} {asked.test} {quantity} by visit",
        notes=_notes(answer, [*_FENCES, *said_lines, *limits]),
        data=summary.to_frame(),
        code=asked.code(state.snapshot_path(), pooled=state.store().pooled),
        clicked=_choose_outlier,
    )


_FENCES = [
    "Boxes: quartiles (linear interpolation), median and, dashed, mean; whiskers: the furthest "
    "values within 1.5 interquartile ranges of the quartiles, within visit and arm (Tukey); dots: "
    "values beyond. Click a dot for its subject."
]


def _threads(answer: ValuesAnswer) -> tuple[pd.DataFrame, list[str]]:
    """The lines of at most so many subjects, those of every arm alike."""
    people = answer.values[["subject", "arm"]].drop_duplicates().sort_values("subject")
    if len(people) <= _MOST_LINES:
        return answer.values, [f"Lines: all {len(people):,} subjects."]
    per_arm = _MOST_LINES // people["arm"].nunique()
    kept = pd.concat([_spread(own, per_arm) for _, own in people.groupby("arm")])
    said = f"Lines: {len(kept):,} of {len(people):,} subjects, evenly spread over identifiers."
    return answer.values[answer.values["subject"].isin(kept["subject"])], [said]


def _spread(own: pd.DataFrame, most: int) -> pd.DataFrame:
    if len(own) <= most:
        return own
    return own.iloc[[place * len(own) // most for place in range(most)]]


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


def _table(answer: ValuesAnswer, quantity: str) -> None:
    table = answer.summary.table
    own = table[table["quantity"] == quantity]
    with st.expander("Table by visit", icon=":material/table:"):
        results.table(
            pd.DataFrame([_line(row) for _, row in own.iterrows()]),
            raw=own,
            name=f"{state.study().code} {answer.asked.test} {quantity} by visit table",
            notes=_notes(answer, _FENCES),
            code=answer.asked.code(state.snapshot_path(), pooled=state.store().pooled),
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
