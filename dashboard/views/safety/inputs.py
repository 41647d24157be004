"""The encoding panel of the Safety page: whom to count, which events, how to compare."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard import state
from dashboard.analyses.safety.adverse_events import ADJUSTMENTS, MEASURES, AdverseEvents
from dashboard.analyses.safety.usual import usual_selection
from dashboard.views.safety.subjects import choose_subjects
from queries.adverse_events import collected_kinds
from queries.cohorts.checking import column_kind
from queries.events import Emergence, EventSelection, Kind, Until
from queries.events.selection import MOST_DAYS

EMERGENCE: Mapping[Emergence, str] = {
    "flagged": "Treatment-emergent, as flagged",
    "window": "From first dose until days after the last",
    "all": "All records, before treatment too",
}
KINDS: Mapping[Kind, str] = {
    "serious": "Serious",
    "related": "Related",
    "withdrawn": "Leading to withdrawal",
    "fatal": "Fatal",
}
_INTERVALS: Mapping[str, tuple[str, ...]] = {
    "risk difference": ("miettinen-nurminen", "newcombe"),
    "risk ratio": ("miettinen-nurminen", "koopman"),
    "odds ratio": ("miettinen-nurminen", "exact"),
    "rate ratio": ("exact", "score"),
}
ADJUSTED_BY: Mapping[str, str] = {
    "unadjusted": "Nothing",
    "benjamini-hochberg": "Benjamini–Hochberg",
    "double-fdr-2004": "Double FDR, 2004",
    "double-fdr-2012": "Double FDR, 2012",
}
_MOST_STRATA = 3


def choose_events() -> AdverseEvents:
    """The analysis that the panel describes."""
    with st.container(border=True):
        with st.grid(3, min_column_width=220):
            subjects = choose_subjects()
            selection = _selection()
        more = st.expander("Comparison, grouping and follow-up", icon=":material/tune:")
        with more, st.grid(3, min_column_width=220):
            selection = _follow_up(selection)
            measure = _measure()
            interval = _interval(measure)
            strata = _strata() if measure == "risk difference" else ()
            adjustment = _adjustment()
            column = _column()
    return AdverseEvents(
        subjects=subjects,
        selection=selection,
        column=column,
        measure=measure,
        interval=None if strata else interval,
        strata=strata,
        adjustment=adjustment,
    )


# Which events ----------------------------------------------------------------------------


def _selection() -> EventSelection:
    usual = state.answered(usual_selection())
    emergence = st.selectbox(
        "Events counted",
        list(EMERGENCE),
        key=state.choice("safety_emergence", list(EMERGENCE), usual.emergence),
        persist_state="session",
        format_func=EMERGENCE.__getitem__,
    )
    known = [kind for kind in KINDS if kind in collected_kinds(state.store())]
    kinds = st.multiselect(
        "Only events that are",
        known,
        key=state.choices("safety_kinds", known, []),
        persist_state="session",
        format_func=KINDS.__getitem__,
        placeholder="Of any kind",
        help="All of them must hold for the same record.",
    )
    return EventSelection(
        emergence=emergence,
        kinds=tuple(kinds),
        least_grade=_least_grade(),
        days_after=usual.days_after,
        until=usual.until,
    )


def _least_grade() -> int:
    if "severe" not in collected_kinds(state.store()):
        return 0
    graded = "grade" in state.store().layout.adverse_events.sources
    names = {0: "Any", 1: "1", 2: "2", 3: "3", 4: "4", 5: "5"}
    if not graded:
        names = {0: "Any", 2: "Moderate", 3: "Severe"}
    chosen = st.selectbox(
        "Grade, at least" if graded else "Severity, at least",
        list(names),
        key=state.choice("safety_grade", list(names), 0),
        persist_state="session",
        format_func=names.__getitem__,
    )
    return int(chosen)


def _follow_up(selection: EventSelection) -> EventSelection:
    until: Until = "last dose"
    if selection.emergence != "window":
        options: list[Until] = ["last dose", "end of study"]
        until = st.selectbox(
            "Follow-up ends",
            options,
            key=state.choice("safety_until", options, selection.until),
            persist_state="session",
            format_func={
                "last dose": "Some days after last dose",
                "end of study": "With the study",
            }.__getitem__,
            help="For rates and curves: until when a subject could have had an event that would "
            "have been recorded.",
        )
    days = selection.days_after
    if until == "last dose":
        days = int(
            st.number_input(
                "Days after last dose",
                min_value=0,
                max_value=MOST_DAYS,
                step=1,
                key=state.remember("safety_days_after", selection.days_after),
                persist_state="session",
            )
        )
    return EventSelection(
        emergence=selection.emergence,
        kinds=selection.kinds,
        least_grade=selection.least_grade,
        days_after=days,
        until=until,
    )


# How they are compared -------------------------------------------------------------------


def _measure() -> str:
    return st.selectbox(
        "Arms compared by",
        MEASURES,
        key=state.choice("safety_measure", MEASURES, MEASURES[0]),
        persist_state="session",
        format_func=str.capitalize,
        help="Rate ratios are of first events per patient-year.",
    )


def _interval(measure: str) -> str:
    options = _INTERVALS[measure]
    return st.selectbox(
        "Interval",
        options,
        key=state.choice(f"safety_interval_{measure}", options, options[0]),
        persist_state="session",
        format_func=interval_name,
    )


def interval_name(method: str) -> str:
    """A method of intervals as texts call it.

    Examples
    --------
    >>> interval_name("miettinen-nurminen"), interval_name("exact")
    ('Miettinen–Nurminen', 'Exact')
    """
    if method == "miettinen-nurminen":
        return "Miettinen–Nurminen"
    return method.capitalize()


def _strata() -> tuple[str, ...]:
    late = state.store().schema.after_baseline
    factors = [name for name in state.store().factors() if name not in late]
    labels = state.labels()
    chosen = st.multiselect(
        "Stratify the difference by",
        factors,
        key=state.choices("safety_strata", factors, []),
        persist_state="session",
        format_func=lambda name: labels.get(name, name),
        placeholder="Not stratified",
        max_selections=_MOST_STRATA,
    )
    return tuple(chosen)


def _adjustment() -> str:
    return st.selectbox(
        "p adjusted by",
        ADJUSTMENTS[1:],
        key=state.choice("safety_adjustment", ADJUSTMENTS[1:], ADJUSTMENTS[1]),
        persist_state="session",
        format_func=ADJUSTED_BY.__getitem__,
        help="False discovery rate over the terms of one arm. Double FDR first asks whether the "
        "class differs (Mehrotra and Heyse 2004; Mehrotra and Adewale 2012).",
    )


def _column() -> str | None:
    """A column that takes the place of the system organ class."""
    store = state.store()
    dataset = store.layout.event_dataset or ""
    columns = store.layout.schema.records[dataset].columns
    usual = store.layout.adverse_events.sources.get("class", "")
    labels = state.labels()
    offered = [
        name
        for name, kind in columns.items()
        if column_kind(kind) in {"text", "number", "whole number"} and name not in {usual}
    ]
    chosen = st.selectbox(
        "Terms grouped by",
        ["", *offered],
        key=state.choice("safety_column", ["", *offered], ""),
        persist_state="session",
        format_func=lambda name: labels.get(f"{dataset}.{name or usual}", name or usual) or "Class",
        help="Any coded column of the adverse events; the system organ class by default.",
    )
    return chosen or None
