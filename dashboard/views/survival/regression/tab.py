"""The Regression tab: a Cox model, its tests, and whether it fits."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.regression import FittedModel, RegressionAnalysis
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import number, p_value, plain
from dashboard.views.survival.regression import checks
from dashboard.views.survival.regression.inputs import choose_model
from dashboard.views.survival.regression.names import coefficient_rows, term_name
from dashboard.views.survival.regression.notes import model_notes

_FEW_EVENTS = 10  # per coefficient


def show(analysis: SurvivalAnalysis) -> None:
    """The model, and what can be checked of it."""
    asked = choose_model(analysis)
    made = state.made(asked).part("model")
    model: FittedModel | str = made.value
    if isinstance(model, str):
        st.info(plain(model), icon=":material/do_not_disturb_on:")
        return
    _tiles(model)
    _coefficients(asked, made)
    _tests(asked, made)
    checks.show(asked, made)


def _tiles(model: FittedModel) -> None:
    fit, found = model.fit, model.concordance
    overall = fit.tests.set_index("test")
    test = "Wald" if fit.robust else "likelihood ratio"
    freedom = int(overall.loc[test, "degrees_of_freedom"])
    left = sum(model.dropped.values())
    without = f"{left:,} left out" if left else "none left out"
    cards = [
        ("Subjects in the model", f"{fit.rows:,}", without),
        ("Events", f"{fit.events:,}", f"{freedom} coefficient{'s' if freedom > 1 else ''}"),
        (
            f"{test[0].upper()}{test[1:]} p",
            p_value(float(overall.loc[test, "p_value"])),
            f"chi-square {number(float(overall.loc[test, 'statistic']), 2)} on {freedom} df",
        ),
        ("Concordance", number(found.concordance, 3), f"standard error {found.std_err:.3f}"),
    ]
    with st.grid(4, min_column_width=175):
        for label, value, about in cards:
            results.tile(label, value, about)
    if fit.events < _FEW_EVENTS * freedom:
        st.warning(
            f"{fit.events:,} events for {freedom} coefficients: with fewer than {_FEW_EVENTS} "
            "events for each, estimates and intervals are not to be relied on.",
            icon=":material/warning:",
        )


def _coefficients(asked: RegressionAnalysis, made: Made[FittedModel]) -> None:
    said = model_notes(asked, made.value)
    st.subheader("Hazard ratios", anchor=False)
    results.table(
        coefficient_rows(asked, made.value),
        raw=made.part("fit").call("to_frame"),
        name=f"{_named(asked)} coefficients",
        notes=said,
        disclosure=AGGREGATE,
    )
    st.caption(" ".join(map(plain, said)))


def _tests(asked: RegressionAnalysis, made: Made[FittedModel]) -> None:
    model, table = made.value, made.call("tests_table")
    raw = table.value
    shown = pd.DataFrame(
        {
            "Of": [_tested(asked, model, of) for of in raw["of"]],
            "Test": [f"{test[0].upper()}{test[1:]}" for test in raw["test"]],
            "Chi-square": [number(x, 3) for x in raw["statistic"]],
            "df": raw["degrees_of_freedom"].astype(int),
            "p": [p_value(p) for p in raw["p_value"]],
        }
    )
    st.subheader("Tests of the model and of its terms", anchor=False)
    about = (
        "The model's tests ask whether all hazard ratios are 1, a term's whether all of its own "
        "are. The concordance is that with the data the model was fitted to; on new subjects it "
        "is lower."
    )
    st.caption(about)
    name = f"{_named(asked)} tests"
    results.table(
        shown, raw=table, name=name, notes=[*model_notes(asked, model), about], disclosure=AGGREGATE
    )


def _tested(asked: RegressionAnalysis, model: FittedModel, of: str) -> str:
    if of == "model":
        return "Model"
    terms = {term.name: term for term in model.fit.terms}
    return term_name(asked, terms[of])


def _named(asked: RegressionAnalysis) -> str:
    return f"{state.study().code} {asked.analysis.endpoint} regression"
