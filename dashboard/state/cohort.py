"""The cohort on screen."""

from __future__ import annotations

import streamlit as st

from queries.cohorts import EVERYONE, Cohort

COHORT = "cohort"
ORIGIN = "cohort_origin"  # the saved cohort, and its version, that the one on screen is


def current_cohort() -> Cohort:
    """The cohort on screen."""
    cohort: Cohort = st.session_state.get(COHORT, EVERYONE)
    return cohort


def set_cohort(cohort: Cohort) -> None:
    """Make a cohort the one on screen; `dashboard.cohorts` keeps the way back."""
    st.session_state[COHORT] = cohort
