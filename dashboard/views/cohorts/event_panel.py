"""Panels of adverse events: by kind, class and term; a click asks for subjects who had one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.charts.panels import MOST_LEVELS, draw_level_panel
from dashboard.views.cohorts.clicks import Selection, chart, places, replace, said
from queries.adverse_events import EVENT_KINDS, collected_kinds, event_criterion
from queries.cohorts import AnyRecord, OneOf, Rule, everything_in

EVENT_LABELS = {
    "event kinds": "Adverse events",
    "event classes": "Adverse events by class",
    "event terms": "Adverse events by term",
}


def event_panel(name: str, counts: pd.DataFrame, own: Rule | None, owner: int | None) -> None:
    """Draw one of the panels of adverse events.

    Parameters
    ----------
    name : str
        One of `EVENT_PANELS`.
    counts : DataFrame
        `level`, `now` and `total`.
    own : Rule, optional
        The criterion that this panel made, and `owner` its place in the rule.
    """
    chosen = _asked_for(name, own)
    counts = _in_order(name, counts[counts["level"].notna()], chosen)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", wrap=False):
        st.markdown(f"**{EVENT_LABELS[name]}**", width="stretch")
        with st.popover(
            "Refine",
            icon=":material/tune:",
            type="tertiary",
            key=f"refine {name}",
            on_change="rerun",
        ) as opened:
            if opened.open:
                _refine(name, counts, chosen, owner)
    shown = counts.head(MOST_LEVELS)
    bars = shown.assign(
        level=[EVENT_KINDS.get(level, level) for level in shown["level"]],
        chosen=[level in chosen for level in shown["level"]],
    )
    clicked = partial(_click, name, shown["level"].tolist(), chosen, owner)
    chart(draw_level_panel(bars, label=EVENT_LABELS[name]), name, ("points",), clicked)
    more = len(counts) - len(shown)
    rest = f"{more:,} more: search under Refine. " if more else ""
    st.caption(f"{rest}{'Treatment-emergent.' if _emergent() else ''}")


def _emergent() -> bool:
    return "emergent" in state.store().layout.adverse_events.sources


def _in_order(name: str, counts: pd.DataFrame, chosen: Sequence[str]) -> pd.DataFrame:
    if name == "event kinds":
        kinds = collected_kinds(state.store())
        known = counts[counts["level"].isin(kinds)]
        return known.sort_values("level", key=lambda levels: levels.map(kinds.index))
    first = counts["level"].isin(chosen)
    return counts.assign(first=first).sort_values(
        ["first", "total"], ascending=False, kind="stable"
    )


def owns_events(name: str, part: Rule) -> bool:
    """Whether a part of the rule is one that this panel would make."""
    asked = _asked_for(name, part)
    return bool(asked) and part == _part(name, asked)


def _asked_for(name: str, own: Rule | None) -> tuple[str, ...]:
    """Which levels of the panel a part of the rule asks for."""
    if not isinstance(own, AnyRecord):
        return ()
    store = state.store()
    if name == "event kinds":
        kinds = collected_kinds(store)
        return tuple(kind for kind in kinds if event_criterion(store, kind=kind) == own)[:1]
    source = store.layout.adverse_events.sources.get("class" if name == "event classes" else "term")
    return next(
        (
            tuple(map(str, part.values))
            for part in everything_in(own)
            if isinstance(part, OneOf) and part.column == source
        ),
        (),
    )


def _part(name: str, levels: Sequence[str]) -> AnyRecord:
    store = state.store()
    match name:
        case "event kinds":
            return event_criterion(store, kind=levels[0])
        case "event classes":
            return event_criterion(store, classes=levels)
        case _:
            return event_criterion(store, terms=levels)


def _click(
    name: str,
    levels: Sequence[str],
    chosen: tuple[str, ...],
    owner: int | None,
    selection: Selection,
) -> None:
    for place in places(selection):
        level = levels[place]
        if level in chosen:
            chosen = tuple(one for one in chosen if one != level)
        else:
            chosen = (level,) if name == "event kinds" else (*chosen, level)
    replace(owner, _part(name, chosen) if chosen else None)


def _refine(name: str, counts: pd.DataFrame, chosen: Sequence[str], owner: int | None) -> None:
    rows = {
        row.level: f"{EVENT_KINDS.get(row.level, row.level)} ({row.now:,} / {row.total:,})"
        for row in counts.itertuples()
    }
    key = f"levels {name}"
    state.show(key, [level for level in chosen if level in rows])

    def take() -> None:
        picked = st.session_state[key]
        replace(owner, _part(name, picked) if picked else None)

    st.multiselect(
        "Any of (subjects now / in total)",
        list(rows),
        key=key,
        persist_state="session",
        format_func=lambda level: rows[level],
        on_change=said(take),
        max_selections=1 if name == "event kinds" else None,
        placeholder="Type to search",
    )
