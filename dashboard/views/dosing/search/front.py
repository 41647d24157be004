"""The front of a search for escalation designs: two objectives at a time, and the list."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import results
from dashboard.analyses.dosing.found import SHARES, front_rows, marked_designs, titled
from dashboard.analyses.dosing.search import own_request
from dashboard.analyses.search.shown import front_points, tried_designs
from dashboard.charts.search.front import draw_front
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made, given
from dashboard.views.dosing.answers import characteristics_answer
from dashboard.views.dosing.naming import named
from dashboard.views.dosing.search.searched import SearchedDoses
from dashboard.views.search.choosing import choose_axes, choose_row, usual_axes

_HELP = "Click a design on the front to choose it."


def show(searched: SearchedDoses, *, goes_on: bool = False) -> None:
    """The picture; once the search rests the list of designs too."""
    wished = {one.label: one for one in searched.problem.objectives}
    names = {label: titled(one) for label, one in wished.items()}
    across, up = usual_axes(list(names)) if goes_on else choose_axes(searched.prefix, names)
    drawn = searched.made_answer.then(tried_designs, across, up).then(
        draw_front,
        searched.made_front.then(front_points, across, up),
        marked={} if goes_on else _marked(searched, across, up),
        across=names[across],
        up=names[up],
        percent=(wished[across].measure in SHARES, wished[up].measure in SHARES),
        joined=len(names) < 3,
    )
    titles = f"{names[up]} by {names[across]}"
    results.figure(
        searched.told(drawn),
        name=named(f"front of the search, {titles}"),
        notes=["The search goes on." if goes_on else _HELP, searched.note],
        data=searched.told(searched.made_front.part("table").call("drop", columns="design")),
        clicked=None if goes_on else searched.choose,
        disclosure=AGGREGATE,
    )
    if not goes_on:
        _list(searched)


def axes(searched: SearchedDoses) -> tuple[str, str]:
    """The objectives that the picture of the front has across and up."""
    labels = list(searched.problem.labels)
    kept = [
        st.session_state.get(f"{searched.prefix}_{name}", usual)
        for name, usual in zip(("across", "up"), usual_axes(labels), strict=True)
    ]
    across, up = kept if len(labels) > 2 and set(kept) <= set(labels) else usual_axes(labels)
    return str(across), str(up)


def _marked(searched: SearchedDoses, across: str, up: str) -> Made[dict[str, tuple[float, float]]]:
    """The chosen design, and the one of the page where its exact figures are soon found."""
    scenarios = searched.made_search.part("problem").part("scenarios")
    own = given(searched.proposal.without_data(), name="proposal")
    asked: Made[Any] = own.then(own_request, scenarios)
    answer = None if asked.value is None else characteristics_answer(asked)
    return searched.made_front.then(marked_designs, searched.chosen, answer, across=across, up=up)


def _list(searched: SearchedDoses) -> None:
    """The designs of the front; a row that is selected is chosen."""
    front, chosen = searched.front, searched.chosen
    shown = front_rows(front)
    shown["Design"] = shown["Design"].where(shown["Design"] != str(chosen), f"{chosen} (chosen)")
    alt = "Escalation designs on the front with their objectives, sizes and settings"
    choose_row(searched, shown, alt=alt)
    results.offer(
        front_rows(front),
        raw=searched.told(searched.made_front.part("table").call("drop", columns="design")),
        name=named("designs of the front"),
        notes=[searched.note],
        disclosure=AGGREGATE,
    )
