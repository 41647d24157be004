"""What is checked of a Cox model, and the curves that it adjusts: one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import pandas as pd
import streamlit as st

from analytics.survival.regression import Numeric
from analytics.survival.regression.proportional_hazards import GLOBAL
from dashboard import results, state
from dashboard.analyses.survival.adjusted_survival import AdjustedSurvival
from dashboard.analyses.survival.regression import FittedModel, RegressionAnalysis
from dashboard.analyses.survival.regression_checks import (
    LINEAR_PREDICTOR,
    TIME,
    HazardsCheck,
    ResidualsCheck,
)
from dashboard.charts.survival.adjusted import AdjustedOptions, draw_adjusted
from dashboard.charts.survival.residuals import (
    HazardsOptions,
    ResidualOptions,
    draw_hazards_check,
    draw_residuals,
)
from dashboard.scripts import Made, made_by
from dashboard.text import interval, number, p_value, plain
from dashboard.views.survival.curves import styles
from dashboard.views.survival.notes import origin
from dashboard.views.survival.regression.covariates import label_of, labels_of
from dashboard.views.survival.regression.names import coefficient_names, term_name
from dashboard.views.survival.regression.notes import model_notes
from dashboard.views.survival.usual import endpoint_labels

_HERE = ":material/do_not_disturb_on:"
_TRANSFORMS = {
    "km": "Kaplan–Meier",
    "identity": "Time",
    "rank": "Rank of time",
    "log": "Logarithm of time",
}
_KINDS = {
    "martingale": "Martingale",
    "deviance": "Deviance",
    "dfbeta": "Influence on a coefficient",
}
_ABOUT = {
    "martingale": "Martingale residuals: observed less expected events. A smooth that bends "
    "against a covariate says that its effect is not log-linear.",
    "deviance": "Deviance residuals: martingale residuals made symmetric. Those far from 0 are "
    "subjects whom the model predicts badly.",
    "dfbeta": "What each subject adds to the log hazard ratio: the estimate less what it would be "
    "without the subject (dfbeta, to first order).",
}


def show(asked: RegressionAnalysis, made: Made[FittedModel]) -> None:
    """The choice, and what is chosen."""
    model = made.value
    said = model_notes(asked, model)
    shown: dict[str, Callable[[], None]] = {
        "Adjusted curves": lambda: _adjusted(asked, said),
        "Proportional hazards": lambda: _hazards(asked, made, said),
        "Residuals": lambda: _residuals(asked, model, said),
    }
    adjusted = model.has_arm and bool(asked.covariates or asked.analysis.strata)
    if not adjusted:
        del shown["Adjusted curves"]
    names = list(shown)
    st.subheader("Adjusted curves and checks" if adjusted else "Checks", anchor=False)
    chosen = st.radio(
        "Shown",
        names,
        key=state.choice("survival_model_check", names, names[0]),
        persist_state="session",
        horizontal=True,
        label_visibility="collapsed",
    )
    shown[chosen or names[0]]()


def _said(answer: object) -> bool:
    """Whether an answer is a sentence, which then is shown."""
    if isinstance(answer, str):
        st.info(plain(answer), icon=_HERE)
        return True
    return False


def _name(asked: RegressionAnalysis, what: str) -> str:
    return f"{state.study().code} {asked.analysis.endpoint} {what}"


# Adjusted curves -----------------------------------------------------------------------------


def _adjusted(asked: RegressionAnalysis, said: list[str]) -> None:
    made = state.made(AdjustedSurvival(model=asked))
    answer = made.value
    if _said(answer) or isinstance(answer, str):
        return
    analysis = asked.analysis
    arms = list(dict.fromkeys(answer.adjusted.table["arm"]))
    options = AdjustedOptions(
        endpoint=endpoint_labels()[analysis.endpoint],
        unit=analysis.unit,
        origin=origin(analysis),
        confidence_level=analysis.confidence_level,
    )
    about = (
        "Adjusted by standardisation: every subject of the model is given each arm in turn and "
        "keeps covariates and stratum; the predicted curves are averaged. "
        "Unadjusted: Kaplan–Meier curves of the same subjects."
    )
    results.figure(
        made.part("adjusted").then(
            draw_adjusted,
            made.part("unadjusted"),
            styles=styles(analysis, arms),
            options=options,
        ),
        name=_name(asked, "adjusted survival"),
        notes=[about, *said],
        data=made.call("to_frame").call("assign", unit=analysis.unit),
    )
    _landmarks(asked, made.call("landmark_table"), [about, *said])


def _landmarks(asked: RegressionAnalysis, made: Made[pd.DataFrame], said: list[str]) -> None:
    table = made.value
    if table.empty:
        return
    shares = table.copy()
    numbers = [name for name in table.columns if name not in ("time", "arm")]
    shares[numbers] = 100 * table[numbers]
    level = f"{asked.analysis.confidence_level:.0%}"
    rows = shares.to_dict("records")
    shown = pd.DataFrame(
        {
            asked.analysis.unit.capitalize(): [f"{row['time']:g}" for row in rows],
            "Group" if asked.analysis.groups else "Arm": [row["arm"] for row in rows],
            "Unadjusted, %": [number(row["unadjusted"]) for row in rows],
            f"Adjusted, % ({level} CI)": [
                interval(row["survival"], row["lower"], row["upper"]) for row in rows
            ],
            f"Adjusted difference, points ({level} CI)": [_difference(row) for row in rows],
        }
    )
    results.table(shown, raw=made, name=_name(asked, "adjusted landmarks"), notes=said)


def _difference(row: Mapping[Any, float]) -> str:
    if row["difference"] != row["difference"]:
        return "Reference"
    low, high = row["difference_lower"], row["difference_upper"]
    return f"{number(row['difference'])} ({number(low)} to {number(high)})"


# Proportional hazards ------------------------------------------------------------------------


def _hazards(asked: RegressionAnalysis, made: Made[FittedModel], said: list[str]) -> None:
    model = made.value
    names = coefficient_names(asked, model)
    with st.grid(2, min_column_width=240):
        transform = st.selectbox(
            "Time scale of the test",
            list(_TRANSFORMS),
            key=state.choice("survival_transform", list(_TRANSFORMS), "km"),
            persist_state="session",
            format_func=_TRANSFORMS.__getitem__,
        )
        covariate = _coefficient("survival_hazards_of", names)
    answer = state.made(HazardsCheck(model=asked, transform=transform), name="check")
    check = answer.value
    if _said(check) or isinstance(check, str):
        return
    terms = {term.name: term_name(asked, term) for term in model.fit.terms}
    shown = pd.DataFrame(
        {
            "Term": ["All together" if of == GLOBAL else terms[of] for of in check.table["term"]],
            "Chi-square": [number(x, 3) for x in check.table["statistic"]],
            "df": check.table["degrees_of_freedom"].astype(int),
            "p": [p_value(p) for p in check.table["p_value"]],
        }
    )
    about = (
        f"Score test that a hazard ratio does not change with time (scale: "
        f"{_TRANSFORMS[transform].lower() if transform != 'km' else _TRANSFORMS[transform]}). A "
        "small p speaks against proportional hazards; a large one does not prove them."
    )
    notes = [about, *said]
    name = _name(asked, "proportional hazards")
    results.table(shown, raw=answer.part("table"), name=f"{name} test", notes=notes)
    options = made_by(
        HazardsOptions,
        covariate=covariate,
        label=names[covariate],
        estimate=made.call("coefficient", covariate),
        unit=asked.analysis.unit,
    )
    results.figure(
        answer.then(draw_hazards_check, options=options),
        name=f"{name} {covariate}",
        notes=[
            "Scaled Schoenfeld residuals with a natural cubic spline (4 degrees of freedom).",
            *notes,
        ],
        data=answer.part("residuals"),
    )


def _coefficient(key: str, names: Mapping[str, str]) -> str:
    options = list(names)
    return st.selectbox(
        "Coefficient",
        options,
        key=state.choice(key, options, options[0]),
        persist_state="session",
        format_func=names.__getitem__,
    )


# Residuals -----------------------------------------------------------------------------------


def _residuals(asked: RegressionAnalysis, model: FittedModel, said: list[str]) -> None:
    names = coefficient_names(asked, model)
    with st.grid(3, min_column_width=220):
        kind = _kind()
        against = _against(model)
        covariate = _coefficient("survival_dfbeta_of", names) if kind == "dfbeta" else None
    question = ResidualsCheck(model=asked, kind=kind, against=against, covariate=covariate)
    made = state.made(question, name="residuals")
    found = made.value
    if _said(found) or isinstance(found, str):
        return
    residual = f"{_KINDS[kind]} residual"
    if kind == "dfbeta":
        residual = f"Influence on the log hazard ratio: {names[found.covariate]}"
    options = ResidualOptions(residual=residual, against=_axis(asked, against))
    line = "The line is a natural cubic spline (4 degrees of freedom)."
    results.figure(
        made.part("table").then(draw_residuals, made.part("smooth"), options=options),
        name=_name(asked, f"{kind} residuals"),
        notes=[_ABOUT[kind], *([line] if len(found.smooth) else []), *said],
        data=made.part("table"),
    )


def _kind() -> Literal["martingale", "deviance", "dfbeta"]:
    options: list[Any] = list(_KINDS)
    chosen: Literal["martingale", "deviance", "dfbeta"] = st.selectbox(
        "Residuals",
        options,
        key=state.choice("survival_residuals", options, "martingale"),
        persist_state="session",
        format_func=_KINDS.__getitem__,
    )
    return chosen


def _against(model: FittedModel) -> str:
    numbers = [term.column for term in model.fit.terms if isinstance(term, Numeric)]
    options = [LINEAR_PREDICTOR, TIME, *numbers]
    labels = {LINEAR_PREDICTOR: "Linear predictor", TIME: "Time", **labels_of(numbers)}
    return st.selectbox(
        "Against",
        options,
        key=state.choice("survival_against", options, LINEAR_PREDICTOR),
        persist_state="session",
        format_func=labels.__getitem__,
    )


def _axis(asked: RegressionAnalysis, against: str) -> str:
    if against == LINEAR_PREDICTOR:
        return "Linear predictor (log hazard ratio from the mean)"
    if against == TIME:
        unit = asked.analysis.unit
        return f"{unit.capitalize()} since {origin(asked.analysis)}"
    return label_of(against)
