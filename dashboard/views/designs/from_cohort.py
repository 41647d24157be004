"""Assumptions taken from the cohort on screen, in one click."""

from __future__ import annotations

import streamlit as st

from analytics.checks import InputError, NotEstimableError
from dashboard import cohorts, results, state
from dashboard.analyses.designs import (
    AssumptionsFit,
    DesignProposal,
    FittedAssumptions,
    taken_over,
)
from dashboard.text import number, plain
from dashboard.views.designs import current
from dashboard.views.survival.usual import endpoint_labels
from queries.errors import DataError


def show(shown: DesignProposal) -> None:
    """A popover: the endpoint, what the fit says, and the button that takes it over."""
    with st.popover("Take from the cohort", icon=":material/groups:"), results.explained():
        _inside(shown)


def _inside(shown: DesignProposal) -> None:
    labels = endpoint_labels()
    endpoints = list(labels)
    if not endpoints:
        st.info("This study has no time-to-event endpoints.", icon=":material/timeline:")
        return
    endpoint = st.selectbox(
        "Endpoint",
        endpoints,
        key=state.choice("design_endpoint", endpoints, endpoints[0]),
        persist_state="session",
        format_func=labels.__getitem__,
    )
    origin = cohorts.origin()
    asked = AssumptionsFit(
        endpoint=endpoint,
        cohort=state.current_cohort(),
        saved_cohort=origin.id if origin else None,
        cohort_version=origin.version if origin else None,
    )
    fitted = state.answered(asked)
    for sentence in fitted.sentences:
        st.markdown(plain(sentence))
    effect = _effect(fitted)
    own_accrual = fitted.accrual is not None and st.toggle(
        "Subjects enter as in the cohort",
        key=state.remember("design_own_accrual", False),
        persist_state="session",
        help="Else the accrual that is entered stays.",
    )
    if origin is None:
        st.caption("The cohort on screen is not saved: the design cannot say when it is stale.")
    st.button(
        "Use as assumptions",
        type="primary",
        icon=":material/architecture:",
        on_click=_take,
        args=(shown, fitted, effect, own_accrual),
    )


def _effect(fitted: FittedAssumptions) -> str | None:
    """The effect to assume: the one entered, or one that the data show."""
    if not fitted.effects:
        return None
    names = ["As entered", *(one.arm for one in fitted.effects)]
    said = {
        one.arm: f"{one.arm}: hazard ratio {number(one.effect.hazard_ratios[0], 3)} from "
        f"{one.events:,} events"
        for one in fitted.effects
    }
    chosen = st.radio(
        "Effect",
        names,
        key=state.choice("design_effect_of", names, names[0]),
        persist_state="session",
        format_func=lambda name: said.get(name, name),
        help="An effect estimated from the data at hand is optimistic when it was chosen for "
        "being large.",
    )
    return None if chosen == names[0] else chosen


def _take(
    shown: DesignProposal, fitted: FittedAssumptions, effect: str | None, own_accrual: bool
) -> None:
    with results.explained():
        try:
            estimated = {one.arm: one.effect for one in fitted.effects}
            taken = taken_over(
                shown,
                fitted,
                snapshot=state.snapshot().id,
                effect=estimated.get(effect) if effect else None,
                accrual_of_cohort=own_accrual,
            )
            current.SURVIVAL.put(taken)
        except (InputError, NotEstimableError, DataError) as error:
            st.session_state["design_said"] = str(error)
