"""Asking for a column by hand: searched levels, typed numbers, days from a calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.views.cohorts.clicks import replace, said
from dashboard.views.cohorts.levels import listed, named, value_of
from queries.cohorts import Between, OneOf, Rule
from queries.panels import Panel
from queries.profile import ColumnProfile

_A_YEAR = timedelta(days=366)


def refine(
    panel: Panel,
    profile: ColumnProfile,
    counts: pd.DataFrame,
    own: Rule | None,
    owner: int | None,
) -> None:
    """Inputs for a column; every change is a change of the cohort."""
    if panel.kind == "levels":
        _levels(panel, counts, own, owner)
    else:
        _range(panel, profile, own, owner)


def _levels(panel: Panel, counts: pd.DataFrame, own: Rule | None, owner: int | None) -> None:
    shown = {
        value_of(panel, row.level): f"{named(panel, row.level)} ({row.now:,} / {row.total:,})"
        for row in counts.itertuples()
    }
    key = f"levels {panel.column}"
    state.show(key, [level for level in shown if level in listed(own)])

    def take() -> None:
        picked = st.session_state[key]
        values = tuple(value for value in picked if value is not None)
        keep = None in picked
        part = OneOf(column=panel.column, values=values, keep_missing=keep) if picked else None
        replace(owner, part)

    st.multiselect(
        "Levels (subjects now / in total)",
        list(shown),
        key=key,
        persist_state="session",
        format_func=lambda level: shown[level],
        on_change=said(take),
        placeholder="All levels; type to search",
    )


def _range(panel: Panel, profile: ColumnProfile, own: Rule | None, owner: int | None) -> None:
    between = own if isinstance(own, Between) else Between(column=panel.column)
    low, high, keep = (f"{end} {panel.column}" for end in ("from", "to", "missing"))
    is_asked = isinstance(own, Between)
    state.show(low, _shown(panel, between.low))
    state.show(high, _shown(panel, between.high))
    state.show(keep, between.keep_missing if is_asked else bool(profile.missing))

    def take() -> None:
        first, last = st.session_state[low], st.session_state[high]
        kept = is_asked and bool(st.session_state.get(keep))
        if first is None and last is None:
            replace(owner, None if kept or not is_asked else Between(column=panel.column))
        else:
            replace(owner, Between(column=panel.column, low=first, high=last, keep_missing=kept))

    with st.container(horizontal=True):
        for title, key, end in (("From", low, profile.low), ("To", high, profile.high)):
            _end(title, key, panel, profile, end, take)
    if profile.missing:
        st.checkbox(
            f"Keep the {profile.missing:,} subjects without a value",
            key=keep,
            persist_state="session",
            on_change=said(take),
            disabled=not is_asked,
        )


def _shown(panel: Panel, end: Any) -> Any:
    return float(end) if panel.kind == "numbers" and end is not None else end


def _end(title: str, key: str, panel: Panel, profile: ColumnProfile, end: Any, take: Any) -> None:
    if panel.kind == "numbers":
        st.number_input(
            title,
            key=key,
            persist_state="session",
            value=None,
            step=profile.unit or panel.width / 10,
            format="%g",
            on_change=said(take),
            placeholder=f"{end:g}",
        )
        return
    assert isinstance(profile.low, date)
    assert isinstance(profile.high, date)
    st.date_input(
        title,
        key=key,
        persist_state="session",
        value=None,
        min_value=profile.low - _A_YEAR,
        max_value=profile.high + _A_YEAR,
        on_change=said(take),
    )
