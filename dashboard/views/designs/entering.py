"""All inputs of a survival design: assumptions, looks, size, money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from dashboard.analyses.designs import DesignProposal
from dashboard.analyses.designs.proposal import SIZINGS, Sizing
from dashboard.views.designs import fields
from dashboard.views.designs.assumptions import choose_assumptions
from dashboard.views.designs.money import choose_money
from dashboard.views.designs.monitoring import choose_monitoring

_SIZINGS: Mapping[Sizing, str] = {
    "events": "State the events",
    "power": "Find the events for a power",
    "duration": "Find the subjects for a power in a time",
    "calendar": "Look at calendar times",
}


def choose_proposal(first: DesignProposal) -> DesignProposal:
    """The proposal that the inputs describe, which begin with `first`.

    Raises
    ------
    InputError
        When an input breaks a rule, with the rule and what was entered.
    """
    with st.expander("Assumptions", icon=":material/groups:", expanded=True):
        assumptions = choose_assumptions(first.assumptions)
    with st.expander("Looks and boundaries", icon=":material/fence:", expanded=True):
        monitoring = choose_monitoring(first.monitoring, unit="events")
    with st.expander("Size", icon=":material/straighten:", expanded=True):
        sized = _size(first)
    with st.expander("Money", icon=":material/payments:"):
        costs, value = choose_money(first.costs, first.value)
    return replace(
        sized,
        assumptions=assumptions,
        monitoring=monitoring,
        costs=costs,
        value=value,
    )


def _size(first: DesignProposal) -> DesignProposal:
    sizing = fields.choose(
        "Size", list(SIZINGS), name="sizing", first=first.sizing, format_func=_SIZINGS.__getitem__
    )
    events, power, duration = first.events, first.target_power, first.study_duration
    times = first.look_times or (18.0, 36.0)
    with st.grid(3, min_column_width=130):
        if sizing == "events":
            events = fields.number(
                "Events at the end", name="events", first=events, low=1, high=1e6, step=10
            )
        elif sizing == "calendar":
            times = fields.numbers(
                "Looks at months",
                name="look_times",
                first=times,
                help="Shares of events follow from what is expected by then.",
            )
        else:
            power = fields.number(
                "Power, %", name="power", first=100 * power, low=1, high=99.9, step=5
            ) / 100  # fmt: skip
        if sizing == "duration":
            duration = fields.number(
                "Study duration, months", name="duration", first=duration, low=1, high=600, step=3
            )
        margin = fields.number(
            "Null hazard ratio",
            name="margin",
            first=first.margin,
            low=0.2,
            high=5,
            step=0.05,
            help="1 for superiority; above 1 is the margin of non-inferiority.",
        )
    return replace(
        first,
        sizing=sizing,
        events=events,
        target_power=power,
        study_duration=duration,
        look_times=times if sizing == "calendar" else first.look_times,
        margin=margin,
    )
