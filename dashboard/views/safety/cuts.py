"""Cuts that leave out rare terms and small differences; the same in every picture of the page."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard import state


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """The least percentage of an arm, and the least difference in percentage points."""

    percent: float
    difference: float

    def said(self) -> list[str]:
        """What they leave out, for notes; nothing when they leave out nothing."""
        parts = []
        if self.percent:
            parts.append(f"in fewer than {self.percent:g}% of every arm")
        if self.difference:
            parts.append(f"less than {self.difference:g} percentage points from the reference")
        return [f"Not shown: terms and classes {', or '.join(parts)}."] if parts else []


def choose_cuts() -> Cuts:
    """The cuts on screen."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        percent = st.number_input(
            "In at least … % of an arm",
            min_value=0.0,
            max_value=100.0,
            step=1.0,
            format="%g",
            key=state.remember("safety_least_percent", 0.0),
            persist_state="session",
            width=220,
        )
        difference = 0.0
        if not state.store().pooled:
            difference = st.number_input(
                "Different by at least … points",
                min_value=0.0,
                max_value=100.0,
                step=1.0,
                format="%g",
                key=state.remember("safety_least_difference", 0.0),
                persist_state="session",
                width=220,
            )
    return Cuts(percent=float(percent), difference=float(difference))
