"""The Dose tab: risk against dose, for the average subject or a chosen one."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.prediction.dose import CURVES, Curve, DoseResponse
from dashboard.analyses.prediction.fit import PredictionFit, PredictionReport
from dashboard.charts.prediction.dose import draw_dose
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import interval, number, plain
from dashboard.views.prediction.notes import INTENDED_USE
from dashboard.views.safety.notes import notes

_NAMES = {"logistic": "Logistic", "emax": "Emax"}
_MOST = 6


def show(asked: PredictionFit, report: Made[PredictionReport]) -> None:  # noqa: ARG001  (as every tab)
    """The curve, the doses that were given, and one dose asked for."""
    data = state.answered(asked.question).data
    offered = [name for name in data.predictors.columns if name != "arm"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        curve: Curve = st.radio(
            "Shape",
            CURVES,
            key=state.choice("prediction_dose_curve", CURVES, CURVES[0]),
            persist_state="session",
            format_func=_NAMES.__getitem__,
            horizontal=True,
        )
        adjust = st.multiselect(
            "For a subject with chosen values of",
            offered,
            key=state.choices("prediction_dose_adjust", offered, []),
            persist_state="session",
            placeholder="The average subject",
            max_selections=_MOST,
        )
    profile = tuple((name, _value(name, data.predictors[name])) for name in adjust)
    response = DoseResponse(
        question=asked.question, curve=curve, adjust=tuple(adjust), profile=profile
    )
    made = state.made(response)
    answer, curve_of = made.value, made.part("curve")
    said = [
        INTENDED_USE,
        asked.question.sentence(),
        f"{_NAMES[curve]} curve by maximum likelihood, weighted for censoring; robust 95% band at "
        f"each dose by itself. {answer.source}",
        f"{answer.left_out:,} subjects without a dose are left out." if answer.left_out else "",
        "Where dose was not randomised, this is an association. Nothing is told outside the doses "
        "that were given.",
    ]
    if answer.at_bound:
        st.warning(
            "A parameter ran into its bound: the data do not say how the curve bends, and the "
            "band is too narrow.",
            icon=":material/warning:",
        )
    noted = notes(asked.question.subjects, [one for one in said if one])
    name = f"{state.study().code} risk by dose"
    drawn = curve_of.then(draw_dose, made.part("observed"), days=asked.question.horizon)
    results.figure(drawn, name=name, notes=noted, data=curve_of, disclosure=AGGREGATE)
    both = made.part("at_doses").call("merge", made.part("observed"), on="dose")
    results.table(
        _shown(both.value), raw=both, name=f"{name} as a table", notes=noted, disclosure=AGGREGATE
    )


def _value(name: str, column: pd.Series) -> float | str:
    """The value of a predictor in the subject asked about."""
    if pd.api.types.is_numeric_dtype(column):
        low, high = float(column.min()), float(column.max())
        return float(
            st.number_input(
                plain(name),
                min_value=low,
                max_value=high,
                value=None,
                key=state.remember(f"prediction_profile_{name}", float(column.median())),
                persist_state="session",
            )
            or column.median()
        )
    levels = sorted(column.dropna().unique())
    return str(
        st.selectbox(
            plain(name),
            levels,
            key=state.choice(f"prediction_profile_{name}", levels, levels[0]),
            persist_state="session",
        )
    )


def _shown(both: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Dose": [f"{dose:g}" for dose in both["dose"]],
            "Subjects": [f"{n:,}" for n in both["subjects"]],
            "Events": [f"{n:,}" for n in both["events"]],
            "Observed incidence, %": [number(100 * share, 1) for share in both["incidence"]],
            "Fitted risk, % (95% CI)": [
                interval(100 * row.risk, 100 * row.lower, 100 * row.upper)
                for row in both.itertuples()
            ],
        }
    )
