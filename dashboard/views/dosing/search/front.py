"""The front of a search for escalation designs: two objectives at a time, and the list."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import results, state
from dashboard.analyses.dosing.found import SHARES, front_rows, own_values, titled
from dashboard.analyses.dosing.search import OWN, own_request
from dashboard.charts.search.front import draw_front
from dashboard.exports import tables
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
    trials, table = searched.answer.trials, searched.front.table
    tried = trials.assign(across=trials[across], up=trials[up])
    tried = tried[tried["evaluated"]][["across", "up", "feasible"]]
    shown = table.assign(across=table[across], up=table[up])
    results.figure(
        draw_front(
            tried.astype({"feasible": bool}),
            shown[["number", "across", "up"]].sort_values("across"),
            marked=_marked(searched, across, up, with_own=not goes_on),
            across=titled(wished[across]),
            up=titled(wished[up]),
            percent=(wished[across].measure in SHARES, wished[up].measure in SHARES),
            joined=len(labels) < 3,
        ),
        name=f"{state.study().code} dosing front {across} {up}",
        notes=["The search goes on." if goes_on else _HELP, searched.note],
        data=table.drop(columns="design"),
        clicked=None if goes_on else choose,
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


def _marked(
    searched: Searched, across: str, up: str, *, with_own: bool
) -> dict[str, tuple[float, float]]:
    """The chosen design, and the one of the page where its exact figures are soon found."""
    if not with_own:
        return {}
    row = searched.front.row(searched.chosen)
    found = {f"Design {searched.chosen}": (float(row[across]), float(row[up]))}
    asked = own_request(searched.proposal, searched.problem.scenarios)
    answer = None if asked is None else characteristics_answer(asked)
    if answer is not None:
        values = own_values(searched.problem, answer)
        found[OWN] = values[across], values[up]
    return found


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
    results.download(
        "Front as CSV",
        data=lambda: tables.to_csv(front.table, [searched.note]),
        file_name=f"{results.file_stem(f'{state.study().code} dosing front')}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )
