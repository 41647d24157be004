"""The criteria of the cohort on screen: chips to remove, what each costs, and how they combine."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import cohorts, state
from dashboard.text import plain
from queries.cohorts import AllOf, AnyOf, Cohort, Rule, late_parts
from queries.cohorts.editing import (
    from_parts,
    joined_by_or,
    negated,
    parts,
    split,
    with_part,
    without_part,
)
from queries.panels import PanelCounts

_CHIP = 70  # characters of a chip


def chips() -> None:
    """One chip for each criterion; a click takes it away."""
    labels = state.labels()
    known = parts(state.current_cohort().rule)
    if not known:
        st.caption("No criteria yet: click a bar or drag over a histogram.")
        return
    with st.container(horizontal=True, gap="xsmall"):
        for place, part in enumerate(known):
            sentence = Cohort(part).sentence(labels)
            short = sentence if len(sentence) <= _CHIP else f"{sentence[: _CHIP - 1]}…"
            st.button(
                plain(short),
                key=f"chip {place}",
                icon=":material/close:",
                icon_position="right",
                help=f"Remove: {plain(sentence)}",
                on_click=_remove,
                args=(place,),
            )


def _remove(place: int) -> None:
    cohorts.change(without_part(state.current_cohort().rule, place))


def attrition() -> None:
    """Subjects left after each criterion, and what dropping it would gain."""
    rule = state.current_cohort().rule
    known = parts(rule)
    counts = state.panel_counts([])
    st.header("Attrition", anchor=False)
    if not known:
        st.caption(f"All {counts.total:,} subjects are in: there are no criteria yet.")
        return
    table = attrition_table(counts, known)
    event = st.dataframe(
        table,
        key=f"attrition {len(known)} {hash(repr(rule))}",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        alt="Subjects left after each criterion and gained without it",
        column_config={
            "Left, %": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1),
            "To gain, %": st.column_config.NumberColumn(format="percent"),
            "Criterion": st.column_config.TextColumn(width="large"),
        },
    )
    _actions(list(event["selection"]["rows"]), known)
    _late()


def attrition_table(counts: PanelCounts, known: tuple[Rule, ...]) -> pd.DataFrame:
    """Attrition as a table: subjects left, and gained by dropping each criterion alone."""
    labels = state.labels()
    size = max(counts.subjects, 1)
    return pd.DataFrame(
        {
            "Criterion": [Cohort(part).sentence(labels) for part in known],
            "Left": counts.attrition["left"],
            "Left, %": counts.attrition["left"] / max(counts.total, 1),
            "To gain": counts.attrition["gained"],
            "To gain, %": counts.attrition["gained"] / size,
        }
    )


def _actions(chosen: list[int], known: tuple[Rule, ...]) -> None:
    st.caption(
        "To gain: subjects who would come in if only this criterion were dropped. "
        "Select rows to drop, reverse or combine them."
    )
    places = [place for place in chosen if place < len(known)]
    if not places:
        return
    groups = [place for place in places if isinstance(known[place], AnyOf | AllOf)]
    with st.container(horizontal=True, gap="small"):
        st.button("Drop", icon=":material/delete:", on_click=_drop, args=(places,))
        st.button("Reverse (not)", icon=":material/swap_horiz:", on_click=_reverse, args=(places,))
        if len(places) > 1:
            st.button("Any of these (or)", icon=":material/join:", on_click=_either, args=(places,))
        if groups:
            st.button("Take apart", icon=":material/call_split:", on_click=_apart, args=(groups,))


def _drop(places: list[int]) -> None:
    known = parts(state.current_cohort().rule)
    kept = [part for place, part in enumerate(known) if place not in places]
    cohorts.change(from_parts(kept))


def _reverse(places: list[int]) -> None:
    rule = state.current_cohort().rule
    for place in places:
        rule = with_part(rule, negated(parts(rule)[place]), place=place)
    cohorts.change(rule)


def _either(places: list[int]) -> None:
    cohorts.change(joined_by_or(state.current_cohort().rule, places))


def _apart(places: list[int]) -> None:
    rule = state.current_cohort().rule
    for place in sorted(places, reverse=True):
        rule = split(rule, place)
    cohorts.change(rule)


def _late() -> None:
    """Say which criteria are not known at baseline."""
    late = late_parts(state.current_cohort().rule, state.store().schema)
    if not late:
        return
    labels = state.labels()
    listed = "; ".join(dict.fromkeys(Cohort(one.part).sentence(labels) for one in late))
    st.warning(
        f"Not known at baseline: {plain(listed)}. Comparisons from baseline refuse this cohort, "
        "or ask for a landmark: whoever is chosen by what happened later had to be there "
        "until it happened (immortal time).",
        icon=":material/history_toggle_off:",
    )
