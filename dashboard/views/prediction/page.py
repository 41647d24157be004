"""Prediction: the question, the fit, how good it is, who is at risk, the model card."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard import results, state
from dashboard.analyses.prediction.fit import PredictionFit, PredictionReport
from dashboard.jobs import kinds
from dashboard.scripts import Made, answer_of
from dashboard.text import plain
from dashboard.views import heading, jobs
from dashboard.views.prediction import card, dose, explanation, groups, models, people, performance
from dashboard.views.prediction.builder import choose_fit, show_support
from dashboard.views.tabs import choose_tab

INTENDED_USE = "Supports review; does not recommend treatment."
TABS: Mapping[str, Callable[[PredictionFit, Made[PredictionReport]], None]] = {
    "Performance": performance.show,
    "Who is at risk": people.show,
    "What it rests on": explanation.show,
    "Fairness": groups.show,
    "Dose": dose.show,
    "Model card": card.show,
}


def show() -> None:
    """The Prediction page."""
    with results.explained():
        heading.show("Prediction")
        st.caption(f":material/info: {INTENDED_USE}")
        if state.store().layout.event_dataset is None:
            st.info(
                "This study has no adverse events to foretell. Import ADAE or AE.",
                icon=":material/online_prediction:",
            )
            return
        asked = choose_fit()
        if not show_support(asked):
            return
        report = jobs.answer(
            state.job(kinds.PREDICTION, asked),
            label="Fit and validate",
            about="Models are fitted and judged by nested cross-validation; about a minute.",
        )
        if report is not None:
            _report(asked, report)
        models.show()


def _report(asked: PredictionFit, report: PredictionReport) -> None:
    verdict = report.validation.verdict(report.chosen)
    if report.no_better:
        st.warning(
            plain(
                f"{report.chosen}: {verdict}. The interval of its IPA against the arm average "
                "reaches 0 or below: for these subjects the model adds nothing that one could "
                "rely on."
            ),
            icon=":material/do_not_disturb_on:",
        )
    else:
        st.success(plain(f"{report.chosen}: {verdict}."), icon=":material/check_circle:")
    names = list(TABS)
    for tab, draw in zip(choose_tab(names, key="prediction_tab"), TABS.values(), strict=True):
        if tab.open:
            with tab, results.explained():
                draw(asked, answer_of(asked, report, name="report"))
