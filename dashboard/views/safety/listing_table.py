"""A listing on the page: its search, its order, its pages, and one click to a profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import pandas as pd
import streamlit as st

from dashboard import navigation, results, state
from dashboard.analyses.safety.listings import ListedDeaths, ListedEvents
from dashboard.disclosure import SUBJECTS
from dashboard.scripts import Made, answer_of
from dashboard.views.subjects import listing

ROWS = 25
_DAY = st.column_config.DateColumn(format="YYYY-MM-DD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a reader asked of a listing."""

    search: str
    order: str
    descending: bool


def choose(key: str, labels: Mapping[str, str], *, placeholder: str) -> Wanted:
    """The inputs of a listing: what is searched for, and what sorts.

    Parameters
    ----------
    key : str
        Tells the listing from others; its inputs start with it.
    labels : mapping
        The columns that may sort, and what they are called.
    """

    def first_page() -> None:
        st.session_state[f"{key}_page"] = 1

    orders = ["", *labels]
    st.text_input(
        "Search",
        key=state.remember(f"{key}_search", ""),
        persist_state="session",
        placeholder=placeholder,
        on_change=first_page,
        max_chars=200,
    )
    st.selectbox(
        "Sort by",
        orders,
        key=state.choice(f"{key}_order", orders, ""),
        persist_state="session",
        format_func=lambda name: labels.get(name, "Subject and day"),
        on_change=first_page,
    )
    st.toggle(
        "Largest first",
        key=state.remember(f"{key}_descending", False),
        persist_state="session",
        on_change=first_page,
    )
    return Wanted(
        search=str(st.session_state[f"{key}_search"]),
        order=str(st.session_state[f"{key}_order"]),
        descending=bool(st.session_state[f"{key}_descending"]),
    )


def show(
    key: str,
    listed: ListedEvents | ListedDeaths,
    *,
    found: int,
    labels: Mapping[str, str],
    name: str,
    notes: Sequence[str],
) -> None:
    """The page that is open, the way to the others, and all of it as a file.

    Parameters
    ----------
    listed : ListedEvents or ListedDeaths
    found : int
        Rows of it, at least 1.
    """
    store = state.store()
    pages = ceil(found / ROWS)
    at = min(max(1, int(st.session_state[state.remember(f"{key}_page", 1)])), pages)
    st.session_state[f"{key}_page"] = at
    _table(listed.page(store, (at - 1) * ROWS, ROWS), key, labels, name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{(at - 1) * ROWS + 1:,} to {min(at * ROWS, found):,} of {found:,}")
        if pages > 1:
            _pages(key, at, pages)
    _offer(listed, found, labels, name, notes)


def _offer(
    listed: ListedEvents | ListedDeaths,
    found: int,
    labels: Mapping[str, str],
    name: str,
    notes: Sequence[str],
) -> None:
    """All of the listing, to take away; a very long one is read only when it is asked for."""
    store = state.store()
    if found <= results.MOST_KEPT:
        rows: Made[pd.DataFrame] = answer_of(listed, listed.run(store), name="listing")
        results.offer(
            rows.call("rename", columns=dict(labels)), name=name, notes=notes, disclosure=SUBJECTS
        )
        return
    none: Made[pd.DataFrame] = answer_of(listed, listed.page(store, 0, 1), name="listing")
    results.offer_later(
        none.call("rename", columns=dict(labels)),
        lambda: listed.run(store).rename(columns=dict(labels)),
        name=name,
        notes=notes,
    )


def _pages(key: str, at: int, pages: int) -> None:
    turned = f"{key}_pages {at} {pages}"  # another page is another widget: it starts there

    def turn() -> None:
        st.session_state[f"{key}_page"] = st.session_state[turned]

    st.pagination(pages, default=at, key=turned, on_change=turn)


def _table(rows: pd.DataFrame, key: str, labels: Mapping[str, str], name: str) -> None:
    ids = rows["subject"].tolist()
    click_key = f"{key} click"

    def open_row() -> None:
        click = st.session_state[click_key]
        if click is not None and 0 <= click["row"] < len(ids):
            listing.open_subject(ids[click["row"]])
            navigation.go("subjects")

    filled = [column for column in rows if column == "subject" or rows[column].notna().any()]
    st.dataframe(
        rows[filled].rename(columns={n: t for n, t in labels.items() if n != "subject"}),
        hide_index=True,
        height="content",
        alt=f"{name}; a click on an identifier opens the profile",
        column_config={
            "subject": st.column_config.ButtonColumn(
                "Subject", on_click=open_row, key=click_key, type="tertiary", pinned=True
            ),
            **{labels[day]: _DAY for day in filled if rows[day].dtype.kind == "M"},
        },
    )
