"""All inputs of a binary or continuous design: assumptions, looks, size, time, money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from analytics.design import Accrual
from analytics.design.binary import BinaryAssumptions
from dashboard.analyses.designs import EndpointProposal
from dashboard.analyses.designs.endpoint_proposal import ENDPOINT_SIZINGS, EndpointSizing
from dashboard.views.designs import fields
from dashboard.views.designs.endpoints.assumptions import choose_binary, choose_continuous
from dashboard.views.designs.money import choose_money
from dashboard.views.designs.monitoring import choose_monitoring

_SIZINGS: Mapping[EndpointSizing, str] = {
    "subjects": "State the subjects",
    "power": "Find the subjects for a power",
}
_ENROLMENT = ("Not stated", "At one rate", "In a time", "Rates by period")
_VARIANCES = {"pooled": "Under the null hypothesis (pooled)", "unpooled": "At the observed rates"}
_TESTS = {"t": "t test", "z": "z test, SD known"}


def choose_proposal(first: EndpointProposal) -> EndpointProposal:
    """The proposal that the inputs describe, which begin with `first`.

    Raises
    ------
    InputError
        When an input breaks a rule, with the rule and what was entered.
    """
    with st.expander("Assumptions", icon=":material/groups:", expanded=True):
        tested = _assumptions(first)
    with st.expander("Looks and boundaries", icon=":material/fence:", expanded=True):
        monitoring = choose_monitoring(first.monitoring, unit="subjects")
    with st.expander("Size", icon=":material/straighten:", expanded=True):
        sized = _size(tested)
    with st.expander("Time", icon=":material/schedule:", expanded=True):
        timed = _time(sized)
    with st.expander("Money", icon=":material/payments:"):
        costs, value = choose_money(first.costs, first.value)
    return replace(timed, monitoring=monitoring, costs=costs, value=value)


def _assumptions(first: EndpointProposal) -> EndpointProposal:
    assumed = first.assumptions
    if isinstance(assumed, BinaryAssumptions):
        chosen = choose_binary(assumed)
        variance = fields.choose(
            "Variance of the test",
            list(_VARIANCES),
            name="variance",
            first=first.variance,
            format_func=_VARIANCES.__getitem__,
        )
        return replace(first, assumptions=chosen, variance=variance)
    means = choose_continuous(assumed)
    test = fields.choose(
        "Test", list(_TESTS), name="test", first=first.test, format_func=_TESTS.__getitem__
    )
    return replace(first, assumptions=means, test=test)


def _size(first: EndpointProposal) -> EndpointProposal:
    sizing = fields.choose(
        "Size",
        list(ENDPOINT_SIZINGS),
        name="sizing",
        first=first.sizing,
        format_func=_SIZINGS.__getitem__,
    )
    if sizing == "subjects":
        subjects = fields.number(
            "Subjects in all", name="subjects", first=first.subjects, low=2, high=1e6, step=10
        )
        return replace(first, sizing=sizing, subjects=subjects)
    power = fields.percentage("Power, %", name="power", first=first.target_power, high=99.9)
    return replace(first, sizing=sizing, target_power=power)


def _time(first: EndpointProposal) -> EndpointProposal:
    with st.grid(2, min_column_width=140):
        how = fields.choose("Enrolment", _ENROLMENT, name="enrolment", first=_enrolment_of(first))
        later = fields.number(
            "Months to the endpoint",
            name="months_to_endpoint",
            first=first.months_to_endpoint,
            low=0,
            high=600,
            step=1,
            help="From randomisation until the endpoint of a subject is known.",
        )
        accrual, months = _enrolment(how, first)
    return replace(first, accrual=accrual, enrolment_months=months, months_to_endpoint=later)


def _enrolment_of(first: EndpointProposal) -> str:
    if first.enrolment_months is not None:
        return "In a time"
    if first.accrual is None:
        return "Not stated"
    return "At one rate" if len(first.accrual.rates) == 1 else "Rates by period"


def _enrolment(how: str, first: EndpointProposal) -> tuple[Accrual | None, float | None]:
    own = first.accrual or Accrual.uniform(subjects=240, duration=12)
    if how == "At one rate":
        rate = fields.number(
            "Subjects per month", name="rate", first=own.rates[0], low=0, high=1e5, step=5
        )
        return Accrual(ends=(12.0,), rates=(rate,)), None
    if how == "In a time":
        usual = first.enrolment_months or 18.0
        months = fields.number(
            "Enrolment, months", name="enrolment_months", first=usual, low=0.1, high=600, step=1
        )
        return None, months
    if how == "Rates by period":
        ends = fields.numbers("Periods end at months", name="accrual_ends", first=own.ends)
        rates = fields.numbers("Subjects per month", name="accrual_rates", first=own.rates)
        return Accrual(ends=ends, rates=rates), None
    return None, None
