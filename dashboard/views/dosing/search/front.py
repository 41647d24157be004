"""The front of a search for escalation designs: two objectives at a time, and the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard import results, state
from dashboard.analyses.dosing.found import SHARES, front_rows, marked_designs, titled
from dashboard.analyses.dosing.search import own_request
from dashboard.analyses.search.shown import front_points, tried_designs
from dashboard.charts.search.front import draw_front
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made, given
from dashboard.views.dosing.answers import characteristics_answer
from dashboard.views.dosing.search.searched import CHOSEN, Searched

_HELP = "Click a design on the front to choose it."


def choose(clicked: Sequence[object]) -> None:
    """A point of the front was clicked."""
    st.session_state[CHOSEN] = int(str(clicked[0]))
    state.remember(CHOSEN, None)


def show(searched: Searched, *, goes_on: bool = False) -> None:
    """The picture; once the search rests the list of designs too."""
    wished = {one.label: one for one in searched.problem.objectives}
    labels = list(wished)
    across, up = _usual_axes(labels) if goes_on else _choose_axes(searched, labels)
    drawn = searched.made_answer.then(tried_designs, across, up).then(
        draw_front,
        searched.made_front.then(front_points, across, up),
        marked={} if goes_on else _marked(searched, across, up),
        across=titled(wished[across]),
        up=titled(wished[up]),
        percent=(wished[across].measure in SHARES, wished[up].measure in SHARES),
        joined=len(labels) < 3,
    )
    titles = f"{titled(wished[up])} by {titled(wished[across])}"
    results.figure(
        searched.told(drawn),
        name=f"{state.study().code} dosing: front of the search, {titles}",
        notes=["The search goes on." if goes_on else _HELP, searched.note],
        data=searched.told(searched.made_front.part("table").call("drop", columns="design")),
        clicked=None if goes_on else choose,
        disclosure=AGGREGATE,
    )
    if not goes_on:
        _list(searched)


def _usual_axes(labels: list[str]) -> tuple[str, str]:
    return (labels[1] if len(labels) > 1 else labels[0]), labels[0]


def axes(searched: Searched) -> tuple[str, str]:
    """The objectives that the picture of the front has across and up."""
    labels = list(searched.problem.labels)
    kept = [
        st.session_state.get(f"dosing_search_{name}", usual)
        for name, usual in zip(("across", "up"), _usual_axes(labels), strict=True)
    ]
    across, up = kept if len(labels) > 2 and set(kept) <= set(labels) else _usual_axes(labels)
    return str(across), str(up)


def _choose_axes(searched: Searched, labels: list[str]) -> tuple[str, str]:
    usual = _usual_axes(labels)
    if len(labels) < 3:
        return usual
    named = {one.label: titled(one) for one in searched.problem.objectives}
    with st.grid(2, min_column_width=180):
        across, up = (
            st.selectbox(
                label,
                labels,
                key=state.choice(f"dosing_search_{label.lower()}", labels, first),
                persist_state="session",
                format_func=named.__getitem__,
            )
            for label, first in zip(("Across", "Up"), usual, strict=True)
        )
    return str(across), str(up)


def _marked(searched: Searched, across: str, up: str) -> Made[dict[str, tuple[float, float]]]:
    """The chosen design, and the one of the page where its exact figures are soon found."""
    scenarios = searched.made_search.part("problem").part("scenarios")
    own = given(searched.proposal.without_data(), name="proposal")
    asked: Made[Any] = own.then(own_request, scenarios)
    answer = None if asked.value is None else characteristics_answer(asked)
    return searched.made_front.then(marked_designs, searched.chosen, answer, across=across, up=up)


def _list(searched: Searched) -> None:
    """The designs of the front; a row that is selected is chosen."""
    front, chosen = searched.front, searched.chosen
    shown = front_rows(front)
    shown["Design"] = shown["Design"].where(shown["Design"] != str(chosen), f"{chosen} (chosen)")
    event = st.dataframe(
        shown,
        key=f"dosing_search_front {front.numbers[:1]} {chosen}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=320,
        alt="Escalation designs on the front with their objectives, sizes and settings",
    )
    picked = event["selection"]["rows"]
    if picked:
        choose([front.numbers[picked[0]]])
        st.rerun()
    results.offer(
        front_rows(front),
        raw=searched.told(searched.made_front.part("table").call("drop", columns="design")),
        name=f"{state.study().code} dosing: designs of the front",
        notes=[searched.note],
    )
