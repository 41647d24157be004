"""The cohort on screen: how it changes, the way back, and which saved cohort it is.

The cohort belongs to the session, not to a widget: charts and inputs only ask for changes.
Every change can be undone; a cohort that the data cannot answer is never put on screen.
"""

from __future__ import annotations

import streamlit as st

from dashboard import state
from queries.cohorts import EVERYONE, Cohort, Rule, check_rule, difference
from queries.errors import DataError
from queries.workspace import SavedCohort

_PAST, _FUTURE, _SAID = "cohort_past", "cohort_future", "cohort_said"
_BASE = "cohort_base"  # the saved version that the one on screen was made from, changed since
_MOST_STEPS = 100


def change(rule: Rule | None) -> None:
    """Put another rule on screen; what was there can be undone to.

    A rule that does not fit the data is said and changes nothing.
    """
    before = state.current_cohort()
    if rule == before.rule and repr(rule) == repr(before.rule):
        return
    _show(Cohort(rule), origin=None, base=st.session_state.get(_BASE))


def open_cohort(cohort: Cohort, saved: SavedCohort | None = None) -> None:
    """Put a cohort on screen: a saved one, or one from elsewhere."""
    origin = _pointer(saved)
    _show(cohort, origin=origin, base=origin)


def now_saved_as(saved: SavedCohort) -> None:
    """The cohort on screen has been saved: from now on it is that version."""
    state.set_cohort(saved.cohort)
    st.session_state[state.ORIGIN] = st.session_state[_BASE] = _pointer(saved)


def _pointer(saved: SavedCohort | None) -> dict[str, object] | None:
    return None if saved is None else {"id": saved.id, "version": saved.version}


def _show(cohort: Cohort, *, origin: dict[str, object] | None, base: object) -> None:
    try:
        check_rule(cohort.rule, state.store().schema)
    except DataError as error:
        say(error)
        return
    _remember(_PAST)
    st.session_state[_FUTURE] = []
    st.session_state[_BASE] = base
    _set(cohort, origin)


def _set(cohort: Cohort, origin: object) -> None:
    state.set_cohort(cohort)
    st.session_state[state.ORIGIN] = origin


def _remember(stack: str) -> None:
    steps = st.session_state.setdefault(stack, [])
    steps.append((state.current_cohort(), st.session_state.get(state.ORIGIN)))
    del steps[:-_MOST_STEPS]


def undo() -> None:
    """Go back to what was on screen before the last change."""
    _step(_PAST, _FUTURE)


def redo() -> None:
    """Take back an undo."""
    _step(_FUTURE, _PAST)


def _step(source: str, target: str) -> None:
    if st.session_state.get(source):
        _remember(target)
        _set(*st.session_state[source].pop())


def clear() -> None:
    """Put everyone on screen."""
    change(None)


def complement() -> None:
    """Put everyone else on screen."""
    change(difference(EVERYONE, state.current_cohort()).rule)


def can_undo() -> bool:
    """Whether there is something to go back to."""
    return bool(st.session_state.get(_PAST))


def can_redo() -> bool:
    """Whether an undo can be taken back."""
    return bool(st.session_state.get(_FUTURE))


def forget() -> None:
    """Start over, as for another study."""
    for stack in (_PAST, _FUTURE):
        st.session_state[stack] = []
    st.session_state[_BASE] = None
    _set(EVERYONE, None)


def keep_answerable() -> None:
    """Give up a cohort that this reader's data cannot answer, for the last one they can.

    A link may carry one for another snapshot; a study may have been pooled in the meantime.
    """
    schema = state.store().schema
    try:
        check_rule(state.current_cohort().rule, schema)
        return
    except DataError as error:
        say(error)
    past = st.session_state.get(_PAST, [])
    while past:
        cohort, origin = past.pop()
        try:
            check_rule(cohort.rule, schema)
        except DataError:
            continue
        _set(cohort, origin)
        return
    _set(EVERYONE, None)


def say(error: DataError) -> None:
    """Keep a refusal for the page to show."""
    st.session_state[_SAID] = f"{error} The cohort on screen is the last good one."


def said() -> str | None:
    """The refusal that the page has still to show, once."""
    text: str | None = st.session_state.pop(_SAID, None)
    return text


def origin() -> SavedCohort | None:
    """The saved cohort that is on screen unchanged, in the version that is shown."""
    return _saved(st.session_state.get(state.ORIGIN))


def stale_reasons(saved: SavedCohort) -> tuple[str, ...]:
    """Why what is on screen, computed from a saved cohort, is stale; empty when it is fresh."""
    return state.workspace().stale_reasons(saved.id, saved.version, computed_on=state.snapshot().id)


def started_from() -> SavedCohort | None:
    """The saved version that the cohort on screen was made from, changed since or not."""
    return _saved(st.session_state.get(_BASE) or st.session_state.get(state.ORIGIN))


def _saved(pointer: object) -> SavedCohort | None:
    if not isinstance(pointer, dict):
        return None
    try:
        return state.workspace().cohort(
            pointer.get("id", ""), pointer.get("version"), study=state.study().code
        )
    except DataError:
        return None
