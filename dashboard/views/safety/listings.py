"""The Listings tab: deaths, and adverse events that are serious or of another kind."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from dashboard import navigation, state
from dashboard.analyses.safety.listings import ListedDeaths, ListedEvents, listed_cohort
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.text import plain
from dashboard.views.safety import behind, listing_table
from dashboard.views.safety.notes import notes
from queries.cohorts import Cohort
from queries.listing_rules import death_rule, event_rule
from queries.listings import (
    DEATH_COLUMNS,
    EVENT_COLUMNS,
    LISTED_KINDS,
    DeathListing,
    EventListing,
    listed_kinds,
)

_LABELS: Mapping[str, str] = {
    "subject": "Subject",
    "arm": "Arm",
    "term": "Term",
    "class": "Class",
    "grade": "Grade",
    "start_day": "Start day",
    "end_day": "End day",
    "serious": "Serious",
    "related": "Related",
    "action": "Action",
    "outcome": "Outcome",
    "days_after_last_dose": "Days after last dose",
    "emergent": "Treatment-emergent",
    "note": "Note",
    "died_on": "Date of death",
    "study_day": "Study day",
    "cause": "Cause",
    "evidence": "Known from",
    "fatal_events": "Fatal events",
}
_DAYS = (
    "Study days: day 1 is the day of first dose, and there is no day 0. Days after last dose "
    "count from the last dose in ADSL"
)


def show(subjects: SafetySubjects) -> None:
    """The listing of deaths and that of adverse events."""
    store = state.store()
    if store.pooled:
        st.caption("Listings show neither arms nor doses: the study is blinded.")
    _deaths(subjects)
    _events(subjects)


# Deaths ------------------------------------------------------------------------------


def _deaths(subjects: SafetySubjects) -> None:
    st.subheader("Deaths", anchor=False)
    store, key = state.store(), "safety_deaths"
    if not ListedDeaths(subjects=subjects).count(store):
        st.info("No record of this cohort says that anybody died.", icon=":material/search_off:")
        return
    labels = _labels(DEATH_COLUMNS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = listing_table.choose(key, labels, placeholder="Subject, cause, term, …")
    shown = DeathListing(search=wanted.search, order=wanted.order, descending=wanted.descending)
    listed = ListedDeaths(subjects=subjects, listing=shown)
    found = listed.count(store)
    if not found:
        _nothing_found()
        return
    said = [
        "Deaths as ADSL, DM, dispositions (DS) and fatal adverse events know them, one row for "
        f"each subject. {_DAYS}.",
        *_searched(wanted),
    ]
    name = f"{state.study().code} deaths"
    listing_table.show(
        key, listed, found=found, labels=labels, name=name, notes=notes(subjects, said)
    )
    st.caption(plain(" ".join(notes(subjects, said))))
    _behind(listed_cohort(subjects, store, death_rule(store)), "Deaths", key)


# Adverse events ----------------------------------------------------------------------


def _events(subjects: SafetySubjects) -> None:
    st.subheader("Adverse events", anchor=False)
    store, key = state.store(), "safety_events"
    kinds = listed_kinds(store)
    if not kinds:
        st.info("This study has no adverse events (ADAE, AE).", icon=":material/event_busy:")
        return
    labels = _labels(EVENT_COLUMNS)
    kind, emergent, wanted = _choose_events(kinds, labels, key)
    shown = EventListing(
        kind=kind,
        emergent=emergent,
        search=wanted.search,
        order=wanted.order,
        descending=wanted.descending,
    )
    listed = ListedEvents(subjects=subjects, listing=shown)
    found = listed.count(store)
    if not found:
        _nothing_found()
        return
    said = [
        f"Adverse events: {LISTED_KINDS[kind].lower()}{_emergent_said(emergent)}. {_DAYS}, and "
        "stand only at events that began after it.",
        *_searched(wanted),
    ]
    name = f"{state.study().code} adverse events {LISTED_KINDS[kind].lower()}"
    listing_table.show(
        key, listed, found=found, labels=labels, name=name, notes=notes(subjects, said)
    )
    st.caption(plain(" ".join(notes(subjects, said))))
    _unmarked(subjects)
    title = f"Adverse events: {LISTED_KINDS[kind].lower()}"
    _behind(listed_cohort(subjects, store, event_rule(store, shown)), title, key)


def _choose_events(
    kinds: tuple[str, ...], labels: Mapping[str, str], key: str
) -> tuple[str, bool, listing_table.Wanted]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "Events listed",
            kinds,
            key=state.choice(f"{key}_kind", kinds, kinds[0]),
            persist_state="session",
            format_func=LISTED_KINDS.__getitem__,
            on_change=partial(st.session_state.__setitem__, f"{key}_page", 1),
        )
        wanted = listing_table.choose(key, labels, placeholder="Subject, term, outcome, …")
        emergent = "emergent" in state.store().layout.adverse_events.sources and st.toggle(
            "Treatment-emergent only",
            key=state.remember(f"{key}_emergent", False),
            persist_state="session",
        )
    return kind, emergent, wanted


def _unmarked(subjects: SafetySubjects) -> None:
    """Fatal events that the data do not mark as serious, and the way to the findings."""
    store = state.store()
    if "unmarked" not in listed_kinds(store):
        return
    n = ListedEvents(subjects=subjects, listing=EventListing(kind="unmarked")).count(store)
    if not n:
        return
    events = "1 fatal event is" if n == 1 else f"{n:,} fatal events are"
    st.warning(
        f"{events} not marked serious. Such records are listed with a note.",
        icon=":material/report:",
    )
    st.button(
        "Data-quality findings",
        icon=":material/arrow_forward:",
        type="tertiary",
        on_click=navigation.go,
        args=("overview",),
    )


# Shared ------------------------------------------------------------------------------


def _behind(cohort: Cohort, title: str, key: str) -> None:
    if st.toggle(
        "Show the subjects as a cohort",
        key=state.remember(f"{key}_behind", False),
        persist_state="session",
        help="All subjects of the listing, whatever is searched for.",
    ):
        behind.show(cohort, title, key=key)


def _labels(columns: tuple[str, ...]) -> dict[str, str]:
    pooled = state.store().pooled
    return {name: _LABELS[name] for name in columns if not (pooled and name == "arm")}


def _emergent_said(emergent: bool) -> str:
    return ", treatment-emergent" if emergent else ", whenever they began"


def _searched(wanted: listing_table.Wanted) -> list[str]:
    return [f"Found by the search {wanted.search!r}."] if wanted.search else []


def _nothing_found() -> None:
    st.info(
        "Nothing is found. Change the search, the kind of events, or the cohort.",
        icon=":material/search_off:",
    )
