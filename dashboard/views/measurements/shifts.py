"""The Shifts tab: from the category at baseline to the worst one after it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analytics.safety.measurements import CHANGES
from dashboard import results, state
from dashboard.analyses.measurements.shifts import Direction, Kind, LabShifts, ShiftsAnswer
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.charts.measurements.shifts import draw_scatter, draw_shifts
from dashboard.charts.theme import arm_styles
from dashboard.disclosure import AGGREGATE, SUBJECTS
from dashboard.scripts import Made
from dashboard.text import percent, plain
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

_KINDS = {"range": "Normal range", "grade": "Toxicity grade"}
_DIRECTIONS = {"high": "Too high", "low": "Too low"}
_CELL, _DOT = "measurements_shift_cell", "measurements_shift_dot"


def show(subjects: SafetySubjects) -> None:
    """Shift matrices, the subjects behind them, changes of grade, and a dot for each subject."""
    tests = tests_of(subjects)
    if tests is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = _choose(subjects, tests)
    if asked is None:
        st.info(
            "This test has neither limits of the normal range nor toxicity grades, so there is "
            "no category to shift from. The Values tab shows it by visit.",
            icon=":material/rule:",
        )
        return
    made = state.made(asked)
    answer = made.value
    if not answer.arms:
        st.info("No subject of this cohort is in the analysis set.", icon=":material/group_off:")
        return
    _matrix(made)
    if answer.changes is not None:
        _changes(made)
    _scatter(made)


def _choose(subjects: SafetySubjects, tests: pd.DataFrame) -> LabShifts | None:
    one = choose_test(tests)
    known: tuple[tuple[Kind, int], ...] = (("range", one["limited"]), ("grade", one["graded"]))
    kinds = [kind for kind, n in known if n]
    if not kinds:
        return None
    kind: Kind = st.selectbox(
        "Categories",
        kinds,
        key=state.choice("measurements_kind", kinds, kinds[0]),
        persist_state="session",
        format_func=_KINDS.__getitem__,
    )
    picked = st.segmented_control(
        "Worse is",
        list(_DIRECTIONS),
        key=state.choice("measurements_direction", list(_DIRECTIONS), "high"),
        persist_state="session",
        format_func=_DIRECTIONS.__getitem__,
        required=True,
        help="Which end of the normal range, or of the values, counts as worse.",
    )
    direction: Direction = "low" if picked == "low" else "high"
    return LabShifts(subjects=subjects, test=str(one["test"]), kind=kind, direction=direction)


def _matrix(made: Made[ShiftsAnswer]) -> None:
    answer, counted = made.value, made.part("shifts")
    shifts, asked, rows = answer.shifts, answer.asked, answer.shifts.table
    marks = {
        _cell(answer, row): shifts.behind(row["arm"], row["baseline"], row["worst"])
        for _, row in rows[rows["subjects"] > 0].iterrows()
    }
    st.subheader(f"{plain(answer.title)}: baseline to worst", anchor=False)
    drawn = counted.then(
        draw_shifts,
        names=answer.names,
        worse="high" if asked.kind == "grade" else asked.direction,
        after="Worst after baseline",
    )
    names = [_cell(answer, row) if row["subjects"] else "" for _, row in rows.iterrows()]
    results.figure(
        drawn,
        name=f"{state.study().code} {asked.test} shifts by {asked.kind}",
        notes=_notes(answer, _COLOURS),
        data=counted.part("table"),
        clicked=named_marks.clicked(names, _CELL),
        disclosure=AGGREGATE,
    )
    named_marks.show(marks, key=_CELL, among=measured_among)
    results.table(
        _apart(answer),
        raw=counted.part("apart"),
        name=f"{state.study().code} {asked.test} subjects of the shift table",
        notes=_notes(answer, []),
        disclosure=AGGREGATE,
    )


_COLOURS = [
    "Orange: worse than baseline; blue: better; grey: no shift; the deeper, the larger the share "
    "of the arm. Percentages are of subjects with both; click a cell for the subjects in it."
]


def _cell(answer: ShiftsAnswer, row: pd.Series) -> str:
    before, after = answer.names[row["baseline"]], answer.names[row["worst"]]
    return f"{row['arm']}: {before} to {after.lower()}"


def _apart(answer: ShiftsAnswer) -> pd.DataFrame:
    columns = {
        "arm": "Arm",
        "subjects": "Subjects",
        "both": "With both",
        "no_baseline": "No baseline category",
        "no_worst": "None after baseline",
        "neither": "Neither",
    }
    return answer.shifts.apart.rename(columns=columns)


def _changes(made: Made[ShiftsAnswer]) -> None:
    answer, changes = made.value, made.value.changes
    if changes is None:
        return
    st.subheader("Changes of grade", anchor=False)
    rows = []
    for change, name in CHANGES.items():
        own = changes.table[changes.table["change"] == change].set_index("arm")
        cells = {
            arm: f"{own.loc[arm, 'subjects']:,}/{own.loc[arm, 'of']:,} "
            f"({percent(own.loc[arm, 'share'], 1)})"
            for arm in answer.arms
        }
        rows.append({"From baseline to worst grade": name} | cells)
    results.table(
        pd.DataFrame(rows),
        raw=made.part("changes").part("table"),
        name=f"{state.study().code} {answer.asked.test} changes of grade",
        notes=_notes(answer, []),
        disclosure=AGGREGATE,
    )
    marks = {
        f"{name}, {arm}": changes.behind(arm, change)
        for change, name in CHANGES.items()
        for arm in answer.arms
    }
    named_marks.show(marks, key="measurements_grade_change", among=measured_among)


def _scatter(made: Made[ShiftsAnswer]) -> None:
    answer, people = made.value, made.part("values")
    asked, values = answer.asked, answer.values
    st.subheader("Each subject: baseline and worst value", anchor=False)
    logarithmic = choose_scale(asked.test, values[["baseline", "worst"]].stack())
    worst = "Highest" if asked.direction == "high" else "Lowest"
    drawn = people.then(
        draw_scatter,
        styles=arm_styles(list(answer.arms), state.arms(asked.subjects.arm)),
        title=answer.title,
        worst=worst,
        limits=usual_limits(answer.limits),
        logarithmic=logarithmic,
    )
    results.figure(
        drawn,
        name=f"{state.study().code} {asked.test} baseline and worst",
        notes=_notes(answer, _said_of_scatter(answer)),
        data=people,
        clicked=_choose_dot,
        disclosure=SUBJECTS,
    )
    named_marks.show(
        {str(subject): [str(subject)] for subject in values["subject"]},
        key=_DOT,
        among=measured_among,
    )


def _choose_dot(custom: Sequence[object]) -> None:
    st.session_state[_DOT] = str(custom[0])


def _said_of_scatter(answer: ShiftsAnswer) -> list[str]:
    worst = "highest" if answer.asked.direction == "high" else "lowest"
    said = [f"{len(answer.values):,} subjects with a baseline value and a {worst} value after it."]
    return [*said, *said_of_limits(answer.limits)]


def _notes(answer: ShiftsAnswer, said: Sequence[str]) -> list[str]:
    return notes(answer.asked.subjects, [*said, *answer.said])
