"""The Test tab: whether the response depends on the dose, by contrasts of candidate shapes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.dosing.response import ContrastTest
from dashboard import results, state
from dashboard.analyses.dose_response import ResponseAnalysis, SignalAnalysis, SignalAnswer
from dashboard.charts.dose_response.contrasts import draw_contrasts
from dashboard.disclosure import AGGREGATE
from dashboard.text import number, p_value
from dashboard.views.dose_response.inputs import choose_shapes, entered
from dashboard.views.dose_response.notes import named, notes

_METHOD = (
    "MCP part of MCP-Mod (Bretz, Pinheiro and Branson 2005; Pinheiro et al. 2014): for each "
    "candidate shape the contrast of the doses that is most likely to show it. P-values are "
    "one-sided and adjusted for all candidates by the joint distribution of the contrasts."
)
_BEFORE = "The test holds its error rate only if candidates were chosen before the data were seen."
_FILTERED = "Exploratory: the cohort is filtered, so p-values do not control the type I error."


def show(asked: ResponseAnalysis) -> None:
    """The largest contrast, all of them, and their coefficients."""
    doses = state.answered(asked.arms)
    doses.require_curve()
    with st.container(border=True):
        shapes = choose_shapes(doses.doses[-1], name="test")
        alpha = entered("One-sided alpha, %", name="alpha", first=2.5, step=0.5, width=200) / 100
    wanted = SignalAnalysis(response=asked, shapes=shapes, alpha=alpha)
    made = state.made(wanted)
    answer = made.value
    _headline(answer)
    marks = [_FILTERED] if asked.arms.cohort.rule is not None else []
    said = notes([*answer.response.notes(), _scale(answer), _METHOD, _BEFORE, *marks])
    results.table(
        _shown(answer.test),
        name=named("contrast tests"),
        notes=said,
        raw=made.call("to_frame"),
        disclosure=AGGREGATE,
    )
    st.subheader("Optimal contrasts", anchor=False)
    contrasts = made.part("test").part("contrasts").call("to_frame").named("contrasts")
    results.figure(
        contrasts.then(draw_contrasts, doses.doses, unit=doses.unit),
        name=named("optimal contrasts"),
        notes=said,
        data=contrasts,
        disclosure=AGGREGATE,
    )


def _headline(answer: SignalAnswer) -> None:
    test = answer.test
    best = test.table.loc[test.table["statistic"].idxmax()]
    with st.grid(3, min_column_width=180):
        results.tile("Adjusted p-value", p_value(test.p_value), "of any response to dose")
        results.tile("Largest statistic", number(best["statistic"], 2), str(best["shape"]))
        results.tile(
            "Critical value",
            number(test.critical_value, 2),
            f"one-sided alpha {100 * test.alpha:g}%",
        )
    if answer.all_against:
        st.warning(
            "Every contrast points away from the benefit: check which direction is better.",
            icon=":material/swap_vert:",
        )


def _scale(answer: SignalAnswer) -> str:
    if answer.response.is_share:
        return "Contrasts are of log odds, with their covariance taken as known."
    return f"Contrasts are of means, with {answer.test.estimates.df:g} degrees of freedom."


def _shown(test: ContrastTest) -> pd.DataFrame:
    rows = test.table
    significant = ["yes" if one else "no" for one in test.significant]
    return pd.DataFrame(
        {
            "Candidate": rows["shape"],
            "Contrast": [number(one, 2) for one in rows["estimate"]],
            "SE": [number(one, 2) for one in rows["std_err"]],
            "Statistic": [number(one, 2) for one in rows["statistic"]],
            "p": [p_value(one) for one in rows["p_value"]],
            "Adjusted p": [p_value(one) for one in rows["adjusted_p_value"]],
            "Significant": significant,
        }
    )
