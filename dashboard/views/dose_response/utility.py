"""The Utility tab: what is left of the benefit when harm is taken off, and the dose to take on."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.dosing.response import FAMILIES
from dashboard import results, state
from dashboard.analyses.dose_response import (
    SMALLEST,
    ResponseAnalysis,
    WorthAnalysis,
    WorthAnswer,
)
from dashboard.analyses.dose_response.shown import FAMILY_NAMES
from dashboard.charts.dose_response.utility import draw_utility
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import number, percent
from dashboard.views.dose_response.data import dose_header, shown_intervals
from dashboard.views.dose_response.inputs import (
    choose_harm,
    chosen,
    entered,
    response_unit,
)
from dashboard.views.dose_response.notes import named, notes
from dashboard.views.dosing import seen

_METHOD = (
    "Utility is the benefit over placebo less the weighed harm over placebo (clinical utility "
    "index, Ouellet et al. 2009). Band and intervals from both curves fitted to 500 drawn sets of "
    "estimates (95%)."
)
_JUDGEMENT = "The price of harm is a judgement: look at several. No dose is decided here."


def show(asked: ResponseAnalysis) -> None:
    """The utility curve, the best dose, and utility at the doses of the trial."""
    harm = choose_harm()
    seen.offer(harm)
    share = asked.endpoint.is_share
    unit = "percentage points" if share else response_unit(asked) or "units of the response"
    options = [SMALLEST, *FAMILIES]
    with st.container(border=True), st.grid(4, min_column_width=160):
        price = entered(
            f"10% more harm outweigh, {unit}",
            name="price_share" if share else "price",
            first=5.0 if share else 2.0,
            step=0.5,
            help="The benefit that 10 percentage points more of the adverse event take away.",
        )
        benefit_family = _family("Curve of benefit", "benefit_family", options)
        harm_family = _family("Curve of harm", "harm_family", options)
        correlation = entered(
            "Correlation of errors",
            name="correlation",
            first=0.0,
            step=0.1,
            help="Between the estimates of benefit and harm at a dose, which come from the same "
            "subjects: -1 to 1. It changes the band alone.",
        )
    wanted = WorthAnalysis(
        response=asked,
        harm=harm,
        price=price,
        benefit_family=benefit_family,
        harm_family=harm_family,
        correlation=correlation,
    )
    made = state.made(wanted)
    _headline(made.value)
    _draw(wanted, made, unit)


def _family(label: str, name: str, options: list[str]) -> str:
    return str(
        chosen(
            label,
            options,
            name=name,
            first=SMALLEST,
            format_func=lambda one: FAMILY_NAMES.get(one, "Smallest AIC"),
        )
    )


def _headline(answer: WorthAnswer) -> None:
    utility = answer.utility
    factor = 100 if answer.response.is_share else 1
    with st.grid(3, min_column_width=180):
        results.tile(
            f"Best {dose_header(answer.response.doses.unit).lower()}",
            number(utility.best_dose, 1),
            f"95% interval {number(utility.best_lower, 1)} to {number(utility.best_upper, 1)}",
        )
        results.tile("Utility there", number(factor * utility.best_utility, 1), "over placebo")
        results.tile("Some dose is worth it", percent(utility.beneficial), "of the draws")


def _draw(wanted: WorthAnalysis, made: Made[WorthAnswer], unit: str) -> None:
    answer, curve = made.value, made.part("utility")
    utility, doses = answer.utility, answer.response.doses
    curves = (
        f"Curve of benefit: {FAMILY_NAMES[utility.efficacy.family]}; of harm: "
        f"{FAMILY_NAMES[utility.safety.family]}."
    )
    price = f"10 percentage points more harm outweigh {wanted.price:g} {unit} of benefit."
    said = notes(
        [*answer.response.notes(), *answer.harm.notes(), price, curves, _METHOD, _JUDGEMENT]
    )
    table = made.call("to_frame").named("utility")
    results.figure(
        table.then(
            draw_utility,
            best=tuple(curve.part(one) for one in ("best_dose", "best_lower", "best_upper")),
            harm_weight=curve.part("tradeoff").part("harm_weight"),
            unit=doses.unit,
            doses=doses.doses,
            response_unit=unit,
            share=answer.response.is_share,
        ),
        name=named("utility by dose"),
        notes=said,
        data=table,
        disclosure=AGGREGATE,
    )
    results.table(
        _at_doses(answer),
        name=named("utility at the doses of the trial"),
        notes=said,
        raw=table,
        disclosure=AGGREGATE,
    )


def _at_doses(answer: WorthAnswer) -> pd.DataFrame:
    table, doses = answer.utility.table, answer.response.doses
    factor = 100 if answer.response.is_share else 1
    places = [(table["dose"] - dose).abs().argmin() for dose in doses.doses]
    rows = table.iloc[places] + 0.0  # no negative zero at placebo
    return pd.DataFrame(
        {
            dose_header(doses.unit): [f"{dose:g}" for dose in doses.doses],
            "Benefit": [number(factor * one, 1) for one in rows["benefit"]],
            "Harm, percentage points": [number(100 * one, 1) for one in rows["harm"]],
            "Utility (95% CI)": shown_intervals(rows, of="utility", factor=factor),
        }
    )
