"""Inputs of TITE-CRM beyond the prior guess, which it shares with the CRM."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from analytics.dosing.characteristics import CohortAccrual
from analytics.dosing.late_toxicity.follow_up import SCHEMES
from dashboard.analyses.dosing.late_toxicity.settings import (
    LateToxicitySettings,
    window_days,
    with_window,
)
from dashboard.views.designs import fields

_USUAL_OVERDOSE = 0.95


def choose_follow_up(
    first: LateToxicitySettings, accrual: CohortAccrual
) -> tuple[LateToxicitySettings, CohortAccrual]:
    """Window and weights; the window is the assessment of the accrual, entered in days."""
    with st.grid(2, min_column_width=140):
        days = fields.whole(
            "Assessment window, days",
            name="dosing_tite_window",
            first=window_days(accrual),
            low=1,
            high=3650,
            help="From the first dose. Long enough for the toxicities that matter: six months in "
            "the paper, for radiotherapy. Other families wait as long after each cohort.",
        )
        scheme = fields.choose(
            "Weights",
            SCHEMES,
            name="dosing_scheme",
            first=first.scheme,
            help="Linear: the share of the window that was followed. Adaptive: less for little "
            "follow-up when toxicities are seen to come late.",
        )
    return replace(first, scheme=scheme), with_window(accrual, days)


def choose_tite_rules(first: LateToxicitySettings) -> LateToxicitySettings:
    """Skipping and overdose control."""
    kept = fields.switch(
        "No dose is skipped",
        name="dosing_tite_skip",
        first=not first.skips,
        help="The dose is at most one above that of the patient before.",
    )
    bounded = fields.switch(
        "Leave out doses that are too toxic", name="dosing_tite_bounded",
        first=first.overdose is not None,
    )  # fmt: skip
    limit = None
    if bounded:
        limit = fields.number(
            "Above target with probability over",
            name="dosing_tite_overdose",
            first=first.overdose or _USUAL_OVERDOSE,
            low=0.05,
            high=0.999,
            step=0.01,
            help="The trial stops without a dose when none is left.",
        )
    return replace(first, skips=not kept, overdose=limit)


def choose_arrival(first: LateToxicitySettings) -> LateToxicitySettings:
    """How patients and toxicities come, in simulations."""
    with st.grid(2, min_column_width=140):
        arrivals = fields.choose(
            "Patients come",
            ("poisson", "fixed"),
            name="dosing_arrivals",
            first=first.arrivals,
            format_func={"poisson": "at random", "fixed": "at equal times"}.__getitem__,
        )
        lateness = fields.number(
            "Lateness of toxicities",
            name="dosing_lateness",
            first=first.lateness,
            low=0.1,
            high=20,
            step=0.5,
            help="1: uniform over the window. 2: three in four in its second half.",
        )
    return replace(first, arrivals=arrivals, lateness=lateness)
