"""The inputs of a Cox model: covariates, ties, variance, interaction and reference levels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import streamlit as st

from dashboard import state
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.regression import (
    MOST_COVARIATES,
    MOST_LEVELS,
    Covariate,
    RegressionAnalysis,
)
from dashboard.text import plain
from dashboard.views.survival.regression.covariates import (
    is_code,
    is_numeric,
    labels_of,
    offered_clusters,
    offered_covariates,
    usual_covariates,
)
from queries.level_order import numbers_beside, ordered_levels
from queries.panels import Panel

_TIES: dict[Literal["efron", "breslow"], str] = {"efron": "Efron", "breslow": "Breslow"}
_MODEL, _ROBUST = "", " robust"  # no column is called so: its cluster stands in their place


def choose_model(analysis: SurvivalAnalysis) -> RegressionAnalysis:
    """The model that the panel describes."""
    with st.container(border=True):
        columns = _columns()
        factors = _numbers_as_factors(columns)
        with st.grid(3, min_column_width=220):
            interaction = _interaction(columns) if _has_arms(analysis) else None
            ties = _ties()
            variance = _variance()
        kinds = [(name, not is_numeric(name) or name in factors) for name in columns]
        references = _references([name for name, is_factor in kinds if is_factor])
    covariates = tuple(
        Covariate(column=name, kind="factor", reference=references.get(name))
        if is_factor
        else Covariate(column=name)
        for name, is_factor in kinds
    )
    # Who is a covariate is no stratum as well: the strata would leave nothing to estimate.
    strata = tuple(name for name in analysis.strata if name not in columns)
    return RegressionAnalysis(
        analysis=replace(analysis, strata=strata),
        covariates=covariates,
        ties=ties,
        robust=variance == _ROBUST,
        cluster=variance if variance not in (_MODEL, _ROBUST) else None,
        interaction=interaction,
    )


def _has_arms(analysis: SurvivalAnalysis) -> bool:
    return len(state.answered(analysis).curves.curves) > 1


def _columns() -> list[str]:
    offered = offered_covariates()
    labels = labels_of(offered)
    chosen: list[str] = st.multiselect(
        "Covariates",
        offered,
        key=state.choices("survival_covariates", offered, usual_covariates()),
        persist_state="session",
        format_func=labels.__getitem__,
        max_selections=MOST_COVARIATES,
        placeholder="None: the arm alone",
        select_all=False,
        wrap=True,
        help="The arm is in the model wherever there is more than one. A stratum of the panel "
        "above that is chosen here is a covariate and no stratum. Not offered: what is only "
        f"known after baseline, and texts with more than {MOST_LEVELS} levels.",
    )
    return chosen


def _numbers_as_factors(columns: list[str]) -> set[str]:
    numbers = [name for name in columns if is_numeric(name)]
    if not numbers:
        return set()
    return set(
        st.multiselect(
            "Numbers taken as factors",
            numbers,
            key=state.choices(
                "survival_factors", numbers, [name for name in numbers if is_code(name)]
            ),
            persist_state="session",
            format_func=labels_of(numbers).__getitem__,
            placeholder="None: a hazard ratio per unit",
            select_all=False,
            wrap=True,
        )
    )


def _interaction(columns: list[str]) -> str | None:
    options = ["", *columns]
    labels = {"": "None", **labels_of(columns)}
    chosen: str = st.selectbox(
        "Interaction of the arm with",
        options,
        key=state.choice("survival_interaction", options, ""),
        persist_state="session",
        format_func=labels.__getitem__,
    )
    return chosen or None


def _ties() -> Literal["efron", "breslow"]:
    options: list[Any] = list(_TIES)
    chosen: Literal["efron", "breslow"] = st.selectbox(
        "Ties",
        options,
        key=state.choice("survival_ties", options, "efron"),
        persist_state="session",
        format_func=_TIES.__getitem__,
    )
    return chosen


def _variance() -> str:
    clusters = labels_of(offered_clusters())
    options = [_MODEL, _ROBUST, *clusters]
    by_cluster = {name: f"Robust, clustered by {label}" for name, label in clusters.items()}
    said = {_MODEL: "Model-based", _ROBUST: "Robust", **by_cluster}
    chosen: str = st.selectbox(
        "Variance",
        options,
        key=state.choice("survival_variance", options, _MODEL),
        persist_state="session",
        format_func=said.__getitem__,
    )
    return chosen


def _references(factors: list[str]) -> dict[str, str]:
    """The chosen reference level of each factor."""
    if not factors:
        return {}
    levels, labels = levels_of(factors), labels_of(factors)
    chosen = {}
    with st.expander("Reference levels"), st.grid(3, min_column_width=220):
        for name in factors:
            if known := levels[name]:
                chosen[name] = st.selectbox(
                    plain(labels[name]),
                    known,
                    key=state.choice(f"survival_level_{name}", known, known[0]),
                    persist_state="session",
                )
    return {name: level for name, level in chosen.items() if level != levels[name][0]}


def levels_of(factors: list[str]) -> dict[str, list[str]]:
    """The levels of factors among the subjects on screen, in the order of a table."""
    counts = state.panel_counts([Panel(column=name) for name in factors]).levels
    beside = numbers_beside(state.store(), factors)
    found = {}
    for name in factors:
        held = counts.loc[counts["panel"] == name, "level"].dropna()
        numeric = is_numeric(name)
        texts = [text for one in held if (text := _as_label(one, numeric=numeric)).strip()]
        if numeric:
            found[name] = sorted(texts, key=float)
        else:
            found[name] = list(ordered_levels(texts, beside.get(name, {})))
    return found


def _as_label(value: object, *, numeric: bool) -> str:
    """A level as the regression names it: whole numbers without a decimal point."""
    if not numeric:
        return str(value)
    number = float(str(value))
    return str(int(number)) if number.is_integer() else str(number)
