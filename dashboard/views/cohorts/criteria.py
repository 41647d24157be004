"""The criteria of the cohort on screen: chips to remove, what each costs, and how they combine."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import cohorts, results, state
from dashboard.analyses.attrition import CohortAttrition
from dashboard.text import percent, plain
from dashboard.views import heading
from queries.cohorts import AllOf, AnyOf, Cohort, Rule, labels_in, late_parts
from queries.cohorts.editing import (
    from_parts,
    joined_by_or,
    negated,
    parts,
    split,
    with_part,
    without_part,
)

_CHIP = 70  # characters of a chip
_TO_GAIN = "To gain: subjects who would come in if only this criterion were dropped."
_TITLES = {
    "criterion": "Criterion",
    "left": "Left",
    "left_share": "Left, %",
    "gained": "To gain",
    "gained_share": "To gain, %",
}


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
    cohort = state.current_cohort()
    known = parts(cohort.rule)
    st.header("Attrition", anchor=False)
    if not known:
        _, total = heading.cohort_size()
        st.caption(f"All {total:,} subjects are in: there are no criteria yet.")
        return
    labels = labels_in(cohort.rule, state.labels())
    raw = state.made(CohortAttrition(cohort=cohort, labels=labels), name="attrition")
    table = raw.value.rename(columns=_TITLES)
    event = st.dataframe(
        table,
        key=f"attrition {len(known)} {hash(repr(cohort.rule))}",
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
    results.offer(
        _in_percent(table),
        raw=raw,
        name=f"{state.study().code} attrition",
        notes=[
            "Left: subjects after the criterion and all those before it, in percent of the "
            f"snapshot. {_TO_GAIN} Its percentage is of the cohort.",
            heading.cohort_sentence(),
            heading.provenance_line(),
        ],
    )
    _actions(list(event["selection"]["rows"]), known)
    _late()


def _in_percent(table: pd.DataFrame) -> pd.DataFrame:
    shares = [name for name in table if name.endswith("%")]
    return table.assign(**{name: [percent(one, 1) for one in table[name]] for name in shares})


def _actions(chosen: list[int], known: tuple[Rule, ...]) -> None:
    st.caption(f"{_TO_GAIN} Select rows to drop, reverse or combine them.")
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
