"""One card of a report: what it shows, its comment, its place."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard import results, state
from dashboard.access.restrictions import since_then
from dashboard.charts.theme import CONFIG, alt_text, for_page
from dashboard.reports.current import KeptCard
from dashboard.results import as_it_is
from dashboard.text import plain

_ROWS = 8


def show(one: KeptCard, *, last: int) -> None:
    """The card in a frame, with what can be done to it."""
    kept = one.kept
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{kept.position}. {plain(kept.name)}**", width="stretch")
            if state.may("reports"):
                _buttons(one, last)
        _preview(one)
        st.caption(" ".join(plain(note) for note in one.card.notes))
        _stale(one)
        _other_subjects(one)
        if state.may("reports"):
            _texts(one)
        else:
            _read(one)


def _buttons(one: KeptCard, last: int) -> None:
    kept, room = one.kept, state.workspace().reports
    for label, icon, to in (
        ("Move up", ":material/arrow_upward:", kept.position - 1),
        ("Move down", ":material/arrow_downward:", kept.position + 1),
    ):
        st.button(
            label,
            key=f"{label} {kept.id}",
            icon=icon,
            type="tertiary",
            disabled=not 1 <= to <= last,
            on_click=lambda to=to: _act(lambda person: room.move(kept.id, to=to, person=person)),
        )
    st.button(
        "Remove",
        key=f"remove {kept.id}",
        icon=":material/delete:",
        type="tertiary",
        on_click=lambda: _act(lambda person: room.remove(kept.id, person=person)),
    )


def _act(change: Callable[[str], object]) -> None:
    """Change the report, for who may."""
    with results.explained():
        change(state.acting("reports"))


def _preview(one: KeptCard) -> None:
    card = one.card
    if card.figure is not None:
        st.plotly_chart(
            for_page(card.figure, results.mode()),
            theme=None,
            config=dict(CONFIG),
            alt=alt_text(card.figure),
            key=f"card {one.kept.id}",
        )
        return
    table = card.shown if card.shown is not None else card.data
    if table is not None:
        st.table(as_it_is(table.head(_ROWS)), hide_index=True, alt=card.name)
        if len(table) > _ROWS:
            st.caption(f"{_ROWS} of {len(table):,} rows; the report holds all of them.")


def _stale(one: KeptCard) -> None:
    if one.kept.snapshot != state.snapshot().id:
        st.badge(
            "Earlier snapshot",
            icon=":material/history:",
            color="orange",
            help="It stands as it was computed then; add it anew to bring it up to date.",
        )


def _other_subjects(one: KeptCard) -> None:
    marks = state.workspace().subjects.of_study(state.study().code)
    if said := since_then(marks, one.kept.added_at):
        st.badge("Other subjects", icon=":material/person_off:", color="orange", help=said)


def _read(one: KeptCard) -> None:
    """Heading and comment, for who may only read them."""
    if one.kept.section:
        st.caption(f"Under the heading “{plain(one.kept.section)}”")
    if one.kept.comment:
        st.markdown(plain(one.kept.comment))


def _texts(one: KeptCard) -> None:
    kept, room = one.kept, state.workspace().reports
    section = state.show(f"section {kept.id}", kept.section)
    comment = state.show(f"comment {kept.id}", kept.comment)

    def write(change: Callable[..., object], key: str) -> None:
        # Only what was changed here: somebody else may have changed the other meanwhile.
        _act(lambda person: change(kept.id, st.session_state[key], person=person))

    st.text_input(
        "Heading above it", key=section, max_chars=200, on_change=write, args=(room.head, section)
    )
    st.text_area(
        "Comment",
        key=comment,
        max_chars=4000,
        height=80,
        on_change=write,
        args=(room.comment, comment),
    )
