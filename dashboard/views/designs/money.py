"""Inputs of money: what a trial pays, and what finishing it is worth."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.design.cost import Costs, ValueCurve
from dashboard.views.designs import fields

_PRICES = {
    "per_site": "Per site",
    "per_activation": "Per activation",
    "per_screened": "Per screened subject",
    "per_randomised": "Per randomised subject",
    "per_subject_month": "Per subject and month",
    "per_trial_month": "Per month of the trial",
    "per_analysis": "Per analysis",
}


def choose_money(first: Costs, value: ValueCurve | None) -> tuple[Costs, ValueCurve | None]:
    """The prices and the worth of finishing that the inputs describe."""
    with st.grid(2, min_column_width=150):
        currency = fields.text("Currency", name="currency", first=first.currency, max_chars=8)
        sites = fields.whole("Sites", name="sites", first=first.sites, low=0, high=100_000)
        screened = fields.number(
            "Screening failures, %",
            name="screening",
            first=100 * first.screening_failure_share,
            low=0,
            high=99,
            step=5,
        )
        prices = {
            price: fields.number(
                label, name=price, first=getattr(first, price), low=0, high=1e12, step=1000
            )
            for price, label in _PRICES.items()
        }
    costs = Costs(
        currency=currency.strip() or "EUR",
        sites=sites,
        screening_failure_share=screened / 100,
        **prices,
    )
    return costs, _value(value, costs.currency)


def _value(first: ValueCurve | None, currency: str) -> ValueCurve | None:
    """What finishing is worth, month by month: a table that is drawn as a curve."""
    st.caption("What finishing by a month is worth: straight lines between the rows.")
    rows = pd.DataFrame({"Month": [], "Value": []}, dtype=float)
    if first is not None:
        rows = pd.DataFrame({"Month": first.months, "Value": first.values})
    edited = fields.table("value", rows)
    if edited.empty:
        return None
    points = [(float(month), float(value)) for month, value in edited.itertuples(index=False)]
    return ValueCurve.drawn(points, currency=currency)
