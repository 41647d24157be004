"""The Liver tab: the eDISH plot, its candidates for Hy's law, and the subjects behind it all."""

from __future__ import annotations

import streamlit as st

from dashboard import results, state
from dashboard.analyses.measurements.liver import LiverAnalysis, LiverAnswer
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.charts.measurements.edish import EdishAxes, draw_edish
from dashboard.charts.theme import arm_styles
from dashboard.disclosure import SUBJECTS
from dashboard.scripts import Made, answer_of
from dashboard.text import percent, plain
from dashboard.views.measurements import liver_behind, liver_course, liver_notes, liver_tables
from dashboard.views.measurements.liver_criteria import PLOT, choose_criteria, drag_cuts
from dashboard.views.safety import marks
from queries.record_views import collected_records

_MARK = "liver"
_GROUPS = (
    "candidate",
    "alp_unknown",
    "excluded_timing",
    "excluded_alp",
    "excluded_both",
    "hys_law_range",
    "temples_corollary",
    "cholestasis",
    "normal",
)
_ONLY_WHERE_SOME = {"alp_unknown", "excluded_timing", "excluded_alp", "excluded_both"}


def show(subjects: SafetySubjects) -> None:
    """The tab."""
    found = state.answered(LiverAnalysis(subjects=subjects).peaks)
    if found.peaks.table.empty:
        st.info("No subject of this cohort is in the analysis set.", icon=":material/group_off:")
        return
    if found.peaks.in_quadrants(LiverAnalysis().criteria)["quadrant"].isna().all():
        _say_what_is_missing(found.left_out["test"].tolist())
        return
    criteria = choose_criteria()
    # The peaks are remembered: a cut that moves asks for little more.
    asked = LiverAnalysis(subjects=subjects, criteria=criteria)
    made = answer_of(asked, asked.judge(state.store(), found))
    _plot(made)
    liver_course.show(made.value)
    _groups(made.value)
    liver_behind.show(made.value, _MARK)
    liver_tables.candidates(made)
    liver_tables.elevations(made)


def _say_what_is_missing(found: list[str]) -> None:
    if not collected_records(state.store().layout, "laboratory_results"):
        said = "This study has no laboratory results. Import ADLB or LB to see liver safety here."
    elif not found:
        said = (
            "No result of ALT, AST or total bilirubin is recorded for these subjects. The tests "
            "are known by PARAMCD or LBTESTCD: ALT, AST, BILI and ALP."
        )
    else:
        said = (
            "No subject has both ALT or AST and total bilirubin after first dose, with an upper "
            "limit of normal (ANRHI, A1HI or LBSTNRHI) on the record."
        )
    st.info(said, icon=":material/labs:")


# Groups of subjects ------------------------------------------------------------------


def _groups(answer: LiverAnswer) -> None:
    """One card a group; in it one number an arm, which opens the subjects behind it."""
    st.header("Quadrants and candidates", anchor=False)
    st.caption("Of subjects with a peak of both. Click a number for the subjects behind it.")
    counts = answer.quadrants().set_index(["group", "arm"])
    some = counts.groupby("group")["subjects"].sum()
    with st.grid(5, min_column_width=200):
        for group in _GROUPS:
            if group in _ONLY_WHERE_SOME and not some[group]:
                continue
            with st.container(border=True, gap="xsmall"):
                st.markdown(f"**{plain(liver_notes.group_name(group))}**")
                for arm in answer.arms:
                    n, measured = counts.loc[(group, arm), ["subjects", "measured"]]
                    share = percent(n / measured if measured else float("nan"), 1)
                    st.button(
                        f"**{n:,}** ({share}) {plain(arm)}",
                        key=f"liver {group} {arm}",
                        type="tertiary",
                        on_click=marks.choose,
                        args=(_MARK, [group, arm]),
                    )


# The plot ----------------------------------------------------------------------------


def _plot(made: Made[LiverAnswer]) -> None:
    answer, drawn = made.value, made.part("drawn").named("peaks")
    styles = arm_styles(list(answer.arms), state.arms(answer.asked.subjects.arm))
    axes = EdishAxes.around(drawn.value)
    figure = drawn.then(
        draw_edish, criteria=answer.asked.criteria, arms=answer.arms, styles=styles, axes=axes
    )
    with st.container(key=PLOT):
        drag_cuts(answer, axes, styles)
        results.figure(
            figure,
            name=f"{state.study().code} eDISH",
            notes=liver_notes.notes(answer, liver_notes.plot_said(answer)),
            data=drawn,
            clicked=lambda custom: liver_course.choose(str(custom[0])),
            disclosure=SUBJECTS,
        )
