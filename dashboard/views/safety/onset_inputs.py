"""The inputs of the Onset tab: which event, what competes, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

import streamlit as st

from dashboard import state
from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.analyses.safety.onset import Competing, OnsetAnalysis, TimeUnit
from dashboard.views.safety import marks
from queries.events import EventTerms

_COMPETING: Mapping[Competing, str] = {
    "death or discontinuation": "Death or discontinuation",
    "death": "Death alone",
}
_MOST_DAYS = 36_500
_BETWEEN = "\x1f"  # stands in no name
_EVENT_KEY, _SEEN_KEY = "safety_onset_of", "safety_onset_mark_seen"


def choose_onset(asked: AdverseEvents, *, competing: bool) -> OnsetAnalysis:
    """The analysis that the inputs describe.

    Parameters
    ----------
    competing : bool
        Whether what competes is asked for; where events repeat, only death ends them.
    """
    with st.grid(4, min_column_width=200):
        of = _event(asked)
        onset = OnsetAnalysis(
            subjects=asked.subjects,
            selection=asked.selection,
            of=of,
            column=asked.column,
            confidence_level=asked.confidence_level,
        )
        if competing:
            onset = replace(onset, competing=_competing())
        return replace(onset, unit=_unit(), day=_day())


def _event(asked: AdverseEvents) -> EventTerms:
    options = _options(asked)
    _follow_mark(options)
    chosen = st.selectbox(
        "Event",
        list(options),
        key=state.choice(_EVENT_KEY, list(options), _named("", "")),
        persist_state="session",
        format_func=options.__getitem__,
        help="The first event of this class or term. What was last selected in a table or chart "
        "of terms stands at the top.",
    )
    class_, term = chosen.split(_BETWEEN)
    return EventTerms(classes=(class_,) if class_ else (), terms=(term,) if term else ())


def _options(asked: AdverseEvents) -> dict[str, str]:
    """Every event that may be chosen, by its name for the link, with its name on screen."""
    known = state.store().event_sets.terms(asked.column)
    names = {_named("", ""): EventTerms().title()}
    names |= {_named(class_, ""): f"{class_}: any" for class_ in known["class"].unique()}
    pairs = zip(known["class"], known["term"], strict=True)
    names |= {_named(class_, term): f"{term} ({class_})" for class_, term in pairs}
    marked = _marked()
    first = {marked: names[marked]} if marked in names else {}
    return first | names


def _marked() -> str:
    """The row of terms that was last clicked."""
    parts = marks.chosen("term")
    return _named(*parts[:2]) if parts and len(parts) > 1 else ""


def _follow_mark(options: Mapping[str, str]) -> None:
    """A row that was clicked since this tab was last open is the event here."""
    marked, seen = _marked(), st.session_state.get(_SEEN_KEY)
    st.session_state[_SEEN_KEY] = marked
    # A link that was just opened brings its own event along.
    clicked = marked != seen and (seen is not None or _EVENT_KEY not in st.session_state)
    if clicked and marked in options:
        st.session_state[_EVENT_KEY] = marked


def _named(class_: str, term: str) -> str:
    return f"{class_}{_BETWEEN}{term}"


def _competing() -> Competing:
    options = list(_COMPETING)
    return st.selectbox(
        "Competing with the event",
        options,
        key=state.choice("safety_onset_competing", options, options[0]),
        persist_state="session",
        format_func=_COMPETING.__getitem__,
        help="Who died, or discontinued so that adverse events were no longer recorded, can have "
        "no first event after that. With death alone, those who discontinued are censored, as if "
        "they would have had events like the others.",
    )


def _unit() -> TimeUnit:
    units: list[TimeUnit] = list(get_args(TimeUnit))
    return st.selectbox(
        "Time in",
        units,
        key=state.choice("safety_onset_unit", units, "days"),
        persist_state="session",
        format_func=str.capitalize,
    )


def _day() -> int | None:
    value: int | None = st.number_input(
        "Compared at day",
        min_value=1,
        max_value=_MOST_DAYS,
        value=None,
        step=1,
        key=state.remember("safety_onset_day", None),
        persist_state="session",
        placeholder="Latest with 10 at risk",
        help="Day 1 is the day of first dose. Unless given: the latest of days 7, 14, 28, 56, 84, "
        "182, … at which 10 subjects of every arm are at risk.",
    )
    return value
