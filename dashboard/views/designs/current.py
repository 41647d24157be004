"""The proposal on screen: kept as JSON in the view, so that links carry it."""

from __future__ import annotations

import streamlit as st

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result
from dashboard import state
from dashboard.analyses.designs import (
    DesignProposal,
    planned_design,
    proposal_of_plan,
    usual_proposal,
)

TEXT = "design_proposal"
_STUDY, _SAVED = "design_study", "design_saved"
_MOST = 60_000  # characters that a link can carry


def proposal() -> DesignProposal:
    """The one on screen; first, the plan of the study."""
    study = state.study().code
    text = st.session_state.get(TEXT)
    if text is None or st.session_state.get(_STUDY) != study:
        put(planned())
        return planned()
    try:
        found = Result.from_json(text)
    except InputError:
        found = None
    if not isinstance(found, DesignProposal):
        put(planned())
        st.warning("The design of this link cannot be read; the plan is shown instead.")
        return planned()
    if found.unblinded and state.store().pooled:
        put(planned())
        st.warning(
            "This design rests on hazards by arm, which are not shown while the study is blinded; "
            "the plan is shown instead.",
            icon=":material/visibility_off:",
        )
        return planned()
    return found


def put(shown: DesignProposal, *, saved: tuple[str, int] | None = None) -> None:
    """Make a proposal the one on screen.

    Parameters
    ----------
    saved : (id, version), optional
        Of the saved design that it is.
    """
    text = shown.to_json()
    if len(text) > _MOST:
        raise InputError(f"A design has at most {_MOST:,} characters as JSON, not {len(text):,}.")
    st.session_state[TEXT] = text
    st.session_state[_STUDY] = state.study().code
    st.session_state[_SAVED] = None if saved is None else list(saved)
    for key in (TEXT, _STUDY, _SAVED):
        state.remember(key, None)


def keep(entered: DesignProposal) -> str:
    """Keep what the inputs say, and give its text."""
    text = entered.to_json()
    st.session_state[TEXT] = text
    return text


def saved() -> tuple[str, int] | None:
    """Id and version of the saved design that the one on screen came from."""
    pointer = st.session_state.get(_SAVED)
    return None if pointer is None else (str(pointer[0]), int(pointer[1]))


def planned() -> DesignProposal:
    """The plan of the study; a usual trial when it has none that can be taken."""
    plan = state.study().plan
    if plan is None:
        return usual_proposal()
    try:
        return proposal_of_plan(planned_design(plan))
    except (InputError, NotEstimableError):
        return usual_proposal()


def lacking() -> tuple[str, ...]:
    """What the plan of the study leaves open."""
    plan = state.study().plan
    if plan is None:
        return ("The study has no plan here.",)
    try:
        return planned_design(plan).lacking
    except (InputError, NotEstimableError) as error:
        return (str(error),)
