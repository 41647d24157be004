"""The Vitals and QT tab: subjects beyond thresholds after baseline, by arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from analytics.safety.measurements.thresholds import Threshold, usual_thresholds
from dashboard import results, state
from dashboard.analyses.measurements.thresholds import (
    NOTHING,
    ThresholdAnalysis,
    ThresholdAnswer,
    applicable,
)
from dashboard.analyses.measurements.vital_tests import RecordedTests, VitalTest
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.charts.measurements.thresholds import draw_thresholds
from dashboard.charts.theme import arm_styles
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import interval, percent, plain
from dashboard.views.measurements import own_thresholds
from dashboard.views.safety import named_marks
from dashboard.views.safety.notes import notes
from queries.cohorts import EVERYONE
from queries.measurement_extremes import measured_among

_MARK = "measurements_vitals_mark"
_ALL = ""
_SIDE_BY_SIDE = 2  # arms that fit beside each other on a narrow page


def show(subjects: SafetySubjects) -> None:
    """Inputs, bars, the subjects behind a bar, and the table."""
    if not state.answered(RecordedTests(subjects=SafetySubjects(cohort=EVERYONE))):
        st.info(NOTHING, icon=":material/monitor_heart:")
        return
    tests = state.answered(RecordedTests(subjects=subjects))
    if not tests:
        st.info(
            "Nobody in this cohort has vital signs or electrocardiograms on record.",
            icon=":material/group_off:",
        )
        return
    analysis = _inputs(subjects, tests)
    made = state.made(analysis)
    answer, table = made.value, made.part("table")
    _behind(answer)
    results.figure(
        table.then(
            draw_thresholds,
            arms=answer.arms,
            styles=arm_styles(list(answer.arms), state.arms(subjects.arm)),
            level=analysis.confidence_level,
        ),
        name=f"{state.study().code} vitals and QT thresholds",
        notes=notes(subjects, _said(answer)),
        data=table,
        clicked=_click,
        disclosure=AGGREGATE,
    )
    if answer.refusal and not state.store().pooled:
        st.warning(plain(answer.refusal), icon=":material/do_not_disturb_on:")
    _table(made)


# What is looked at -----------------------------------------------------------------------


def _inputs(subjects: SafetySubjects, tests: Mapping[str, VitalTest]) -> ThresholdAnalysis:
    with st.container(border=True):
        with st.grid(3, min_column_width=220):
            chosen = _measurement(tests)
            time_point = _time_point(tests, chosen)
        usual = usual_thresholds()
        own = own_thresholds.own_thresholds(tests)
        names = {one.name for one in usual} | {one.name for one in own}
        own_thresholds.choose(tests, names)
    return ThresholdAnalysis(
        subjects=subjects, thresholds=_of(chosen, (*usual, *own), tests), time_point=time_point
    )


def _measurement(tests: Mapping[str, VitalTest]) -> str:
    options = [_ALL, *tests]
    return st.selectbox(
        "Measurement",
        options,
        key=state.choice("measurements_vitals_test", options, _ALL),
        persist_state="session",
        format_func=lambda code: tests[code].label if code else "All with a threshold",
    )


def _time_point(tests: Mapping[str, VitalTest], chosen: str) -> str | None:
    """Which position or time counts, where a test was taken at several."""
    looked_at = [tests[chosen]] if chosen else list(tests.values())
    known = sorted({point for test in looked_at for point in test.time_points})
    if len(known) < 2:
        return None
    options = ["", *known]
    picked = st.selectbox(
        "Time point",
        options,
        key=state.choice("measurements_vitals_time_point", options, ""),
        persist_state="session",
        format_func=lambda point: point.capitalize() if point else "All, the worst counts",
        help="Each time point has its own baseline.",
    )
    return picked or None


def _of(
    chosen: str, thresholds: Sequence[Threshold], tests: Mapping[str, VitalTest]
) -> tuple[Threshold, ...]:
    """The thresholds of the measurement; all of them where it has none, which then is said."""
    if not chosen:
        return tuple(thresholds)
    own = tuple(
        one for one in thresholds if any(t.test == chosen for t in applicable([one], tests)[0])
    )
    if not own:
        st.caption("This measurement has no threshold yet: add one. All others are shown.")
    return own or tuple(thresholds)


# What came out ---------------------------------------------------------------------------


def _said(answer: ThresholdAnswer) -> list[str]:
    point = answer.asked.time_point
    several = any(len(answer.tests[one.test].time_points) > 1 for one in answer.thresholds)
    said = [
        "Subjects beyond the threshold at any time after baseline and first dose, unscheduled "
        "visits too, of those with a value then; for changes, with a baseline as well.",
        "Usual thresholds: ICH E14 (QTcF); for vital signs cuts in common use.",
        *_added(answer),
        "Clopper–Pearson intervals.",
    ]
    if "difference" in answer.table.columns:
        said.append("Risk differences with Miettinen–Nurminen intervals, not adjusted.")
    if several:
        where = f"Time point: {point}." if point else "All time points; the worst counts."
        said.append(f"{where} Each time point has its own baseline.")
    return [*said, *answer.said]


def _added(answer: ThresholdAnswer) -> list[str]:
    usual = {one.name for one in usual_thresholds()}
    own = [one.name for one in answer.thresholds if one.name not in usual]
    return [f"Added by the reader: {'; '.join(own)}."] if own else []


def _behind(answer: ThresholdAnswer) -> None:
    """The subjects of the bar that was clicked, or chosen by its name."""
    crossing = {
        _mark(one.name, arm): answer.crossing(one.name, arm)
        for one in answer.thresholds
        for arm in answer.arms
    }
    named_marks.show(crossing, key=_MARK, among=measured_among)


def _click(custom: Sequence[object]) -> None:
    st.session_state[_MARK] = _mark(*custom)


def _mark(threshold: object, arm: object) -> str:
    return f"{threshold}, {arm}"


def _table(made: Made[ThresholdAnswer]) -> None:
    answer = made.value
    results.table(
        pd.DataFrame(_wide(answer) if len(answer.arms) <= _SIDE_BY_SIDE else _long(answer)),
        raw=made.part("table"),
        name=f"{state.study().code} vitals and QT thresholds table",
        notes=notes(answer.asked.subjects, _said(answer)),
        disclosure=AGGREGATE,
    )


def _wide(answer: ThresholdAnswer) -> list[dict[str, str]]:
    """One row a threshold: few arms stand side by side."""
    rows = []
    for one in answer.thresholds:
        own = answer.table[answer.table["threshold"] == one.name].set_index("arm")
        row = {"Threshold": one.name}
        row |= {f"{arm}, n/N (%)": _share(own.loc[arm]) for arm in answer.arms}
        rows.append(row | _difference(own.loc[answer.arms[-1]], answer))
    return rows


def _long(answer: ThresholdAnswer) -> list[dict[str, str]]:
    """One row a threshold and arm, so that many arms make it longer and not wider."""
    rows = []
    for one in answer.thresholds:
        own = answer.table[answer.table["threshold"] == one.name].set_index("arm")
        for arm in answer.arms:
            first = one.name if arm == answer.arms[0] else ""
            row = {"Threshold": first, "Arm": arm, "n/N (%)": _share(own.loc[arm])}
            rows.append(row | _difference(own.loc[arm], answer))
    return rows


def _share(cell: pd.Series) -> str:
    share = f" ({percent(cell['proportion'], 1)})" if cell["subjects"] else ""
    return f"{cell['with_event']:,}/{cell['subjects']:,}{share}"


def _difference(cell: pd.Series, answer: ThresholdAnswer) -> dict[str, str]:
    """The difference from the reference, where arms are compared."""
    if "difference" not in cell.index:
        return {}
    level = f"{100 * answer.asked.confidence_level:.10g}%"
    heading = f"Difference from {answer.arms[0]}, points ({level} CI)"
    if cell.name == answer.arms[0]:
        return {heading: ""}
    apart = [100 * cell[f"difference{side}"] for side in ("", "_lower", "_upper")]
    return {heading: interval(*apart)}
