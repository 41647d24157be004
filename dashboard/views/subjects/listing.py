"""The list of subjects: its columns, its search, its order and its pages."""

from __future__ import annotations

from math import ceil

import pandas as pd
import streamlit as st

from dashboard import recording, results, state
from dashboard.analyses.subjects import SubjectListing
from dashboard.disclosure import SUBJECTS
from dashboard.scripts import Made, answer_of
from dashboard.views import heading
from queries.cohorts.checking import column_kind
from queries.subjects import EVENTS, SEVERE, SubjectList, count_subjects, list_subjects

ROWS = 25
OPENED, PAGE = "subject_opened", "subject_page"
_USUAL = ("site", "planned_arm", "age", "sex", "status")


def choose() -> SubjectList:
    """What the list shows, as the session remembers it."""
    options = _columns()
    columns = st.session_state[state.choices("subject_columns", options, _default(options))]
    orders = ["", *options]
    return SubjectList(
        columns=tuple(columns),
        search=str(st.session_state[state.remember("subject_search", "")]),
        order=st.session_state[state.choice("subject_order", orders, "")],
        descending=bool(st.session_state[state.remember("subject_descending", False)]),
    )


def opened() -> str | None:
    """The subject whose profile is on screen."""
    subject: str | None = st.session_state[state.remember(OPENED, None)]
    return subject


def open_subject(subject: str | None) -> None:
    """Put a subject's profile on screen; None goes back to the list."""
    st.session_state[OPENED] = subject


def _columns() -> list[str]:
    store = state.store()
    named = [n for n, kind in store.columns.items() if column_kind(kind) is not None]
    counted = [EVENTS, SEVERE] if store.layout.event_dataset else []
    return [*(name for name in named if name != store.schema.subject), *counted]


def _default(options: list[str]) -> list[str]:
    store = state.store()
    usual = [store.source_of(column) for column in _USUAL if store.collected(column)]
    return [name for name in dict.fromkeys([*usual, EVENTS]) if name in options]


def _first_page() -> None:
    st.session_state[PAGE] = 1


def show(shown: SubjectList) -> None:
    """Draw the list."""
    _inputs()
    store, cohort = state.store(), state.current_cohort()
    found = count_subjects(store, cohort, shown)
    if not found:
        st.info(
            "No subject of this cohort is found. Change the search, or the cohort.",
            icon=":material/search_off:",
        )
        return
    recording.seen("list of subjects")
    pages = ceil(found / ROWS)
    st.session_state[PAGE] = min(max(1, int(st.session_state[state.remember(PAGE, 1)])), pages)
    page = int(st.session_state[PAGE])
    rows = list_subjects(store, cohort, shown, start=(page - 1) * ROWS, rows=ROWS)
    _table(rows)
    with st.container(horizontal=True, vertical_alignment="center"):
        last = min(page * ROWS, found)
        all_of = "; the CSV holds all of them" if pages > 1 and state.may("exports") else ""
        st.caption(f"{(page - 1) * ROWS + 1:,} to {last:,} of {found:,} found{all_of}")
        if pages > 1:
            _pages(page, pages)
        _take_away(shown, found)


def _pages(page: int, pages: int) -> None:
    key = f"subject_pages {page} {pages}"  # another page is another widget: it starts there

    def turn() -> None:
        st.session_state[PAGE] = st.session_state[key]

    st.pagination(pages, default=page, key=key, on_change=turn)


def _inputs() -> None:
    options, labels = _columns(), state.labels()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Search",
            key=state.remember("subject_search", ""),
            persist_state="session",
            placeholder="Subject id, site, status, …",
            on_change=_first_page,
            max_chars=200,
        )
        st.selectbox(
            "Sort by",
            ["", *options],
            key="subject_order",
            persist_state="session",
            format_func=lambda name: labels.get(name, name) or "Subject id",
            on_change=_first_page,
        )
        st.toggle(
            "Largest first",
            key="subject_descending",
            persist_state="session",
            on_change=_first_page,
        )
        with st.popover("Columns", icon=":material/view_column:"):
            st.multiselect(
                "Columns",
                options,
                key="subject_columns",
                persist_state="session",
                format_func=lambda name: labels.get(name, name),
                max_selections=20,
            )


def _table(rows: pd.DataFrame) -> None:
    labels = state.labels()
    ids = rows["subject"].tolist()

    def open_row() -> None:
        click = st.session_state["subject_click"]
        if click is not None and 0 <= click["row"] < len(ids):
            open_subject(ids[click["row"]])

    names = {name: labels.get(name, name) for name in rows.columns[1:]}
    st.dataframe(
        rows.rename(columns=_distinct(names)),
        hide_index=True,
        height="content",
        alt="Subjects of the cohort; a click on an identifier opens the profile",
        column_config={
            "subject": st.column_config.ButtonColumn(
                "Subject", on_click=open_row, key="subject_click", type="tertiary", pinned=True
            )
        },
    )
    st.selectbox(
        "Open the profile of",
        [None, *ids],
        key=f"subject_pick {ids[0]}",
        format_func=lambda one: "A subject of this page" if one is None else one,
        on_change=lambda: open_subject(st.session_state[f"subject_pick {ids[0]}"]),
        label_visibility="collapsed",
        width=320,
    )


def _distinct(names: dict[str, str]) -> dict[str, str]:
    """Labels as headings; two columns of one label are called by their names as well."""
    labels = list(names.values())
    return {
        name: label if labels.count(label) == 1 and label != "subject" else f"{label} ({name})"
        for name, label in names.items()
    }


def _take_away(shown: SubjectList, found: int) -> None:
    """All that were found, whatever page is on screen; very many are read when asked for."""
    searched = [f"Found by the search {shown.search!r}."] if shown.search else []
    store, listed = state.store(), SubjectListing(cohort=state.current_cohort(), shown=shown)
    name = f"{state.study().code} subjects"
    notes = [heading.cohort_sentence(), *searched, heading.provenance_line()]
    if found <= results.MOST_KEPT:
        results.offer(
            state.made(listed, name="subjects"), name=name, notes=notes, disclosure=SUBJECTS
        )
        return
    none: Made[pd.DataFrame] = answer_of(listed, pd.DataFrame(), name="subjects")
    results.offer_later(none, lambda: listed.run(store), name=name, notes=notes)
