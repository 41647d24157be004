"""The encoding panel of the Survival page: what to estimate, for whom, how.

Defaults come from the study's plan; without one, from the data.
"""

from __future__ import annotations

import streamlit as st

from analytics.survival.logrank_weights import LOG_RANK, Weight
from dashboard import state
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.logrank_family import EMPHASIS, WEIGHTS
from dashboard.text import plain
from dashboard.views.compare.cohort_groups import choose_cohorts
from dashboard.views.compare.groups import reference_first
from dashboard.views.survival.usual import (
    FLAGS,
    endpoint_labels,
    usual_landmarks,
    usual_role,
    usual_set,
    usual_strata,
    usual_weight,
)
from queries.cohorts import EVERYONE, Cohort
from queries.store import ArmRole

INTERVALS = {"log-log": "log(−log)", "log": "log", "plain": "plain", "arcsin": "arcsine"}


def choose_analysis() -> SurvivalAnalysis | None:
    """The analysis that the panel describes; None when the cohort has no endpoint."""
    table = state.ask("endpoints")
    if table.empty:
        st.info(
            "No subject of this cohort has a time-to-event endpoint. Clear the filters, or import "
            "an ADTTE dataset for this study.",
            icon=":material/timeline:",
        )
        return None
    with st.container(border=True), st.grid(3, min_column_width=220) as grid:
        endpoint = _endpoint()
        flag = _analysis_set(endpoint)
        strata = _strata(endpoint)
        by = _compared()
        weight = _test(endpoint)
        with grid.cell(), st.container(horizontal=True):
            role: ArmRole = "planned" if by == "cohorts" else _arm_role(endpoint)
            unit = _unit()
        groups = _groups() if by == "cohorts" else ()
        if by == "cohorts" and not groups:
            return None
        arms = () if by == "cohorts" else _arms(role)
        method = _interval()
        horizon = _horizon(endpoint, unit)
        landmark_day = _landmark_day()
    return SurvivalAnalysis(
        endpoint=endpoint,
        cohort=EVERYONE if groups else state.current_cohort(),
        analysis_set=flag,
        arm=role,
        arms=arms,
        groups=groups,
        strata=strata,
        weight=weight,
        unit=unit,
        interval=method,
        landmarks=usual_landmarks(endpoint, unit, landmark_day),
        horizon=horizon,
        landmark_day=landmark_day,
    )


def _endpoint() -> str:
    known = endpoint_labels()
    codes = list(known)
    return st.selectbox(
        "Endpoint",
        codes,
        key=state.choice("survival_endpoint", codes, codes[0]),
        persist_state="session",
        format_func=known.__getitem__,
    )


def _compared() -> str:
    kinds = {"arms": "Arms", "cohorts": "Cohorts"}
    return st.radio(
        "Compare",
        list(kinds),
        key=state.choice("survival_compared", list(kinds), "arms"),
        persist_state="session",
        format_func=kinds.__getitem__,
        horizontal=True,
        help="Cohorts: the one on screen, everyone else, and saved ones. Subjects of more than "
        "one of them are left out.",
    )


def _groups() -> tuple[Cohort, ...]:
    """The cohorts chosen as groups, the reference first; empty when none is."""
    chosen = choose_cohorts("survival_cohorts", may_overlap=False)
    if chosen is None:
        return ()
    for remark in chosen.remarks:
        st.caption(plain(remark))
    return reference_first(chosen, key="survival_reference_cohort").cohorts


def _test(endpoint: str) -> Weight:
    named = usual_weight(endpoint)
    weights = {weight.name: weight for weight in (*WEIGHTS, named)}
    chosen = st.selectbox(
        "Test",
        list(weights),
        key=state.choice(f"survival_test_{endpoint}", list(weights), named.name),
        persist_state="session",
        format_func=_test_label,
        help="The log-rank test and its weighted relatives, which stress early or late "
        "differences. The plan's test is chosen at first; a test chosen after seeing the curves "
        "proves nothing.",
    )
    return weights[chosen]


def _test_label(name: str) -> str:
    stressed = next((said for weight, said in EMPHASIS.items() if weight.name == name), "")
    shown = f"{name[0].upper()}{name[1:]}"
    return f"{shown}: {stressed}" if stressed and name != LOG_RANK.name else shown


def _interval() -> str:
    return st.selectbox(
        "Interval of the curves",
        list(INTERVALS),
        key=state.choice("survival_interval", list(INTERVALS), "log-log"),
        persist_state="session",
        format_func=INTERVALS.__getitem__,
    )


def _horizon(endpoint: str, unit: str) -> float | None:
    value: float | None = st.number_input(
        f"Horizon of restricted means, {unit}",
        min_value=0.0,
        max_value=1e6,
        value=None,
        key=state.remember(f"survival_horizon_{endpoint}_{unit}", None),
        persist_state="session",
        placeholder="Shortest follow-up of an arm",
        help="Up to which restricted mean survival time counts. A protocol states one; the "
        "smallest of the arms' last observed times depends on the data.",
    )
    return value


def _landmark_day() -> int | None:
    day = st.number_input(
        "Count from day (landmark)",
        min_value=0,
        max_value=100_000,
        value=None,
        step=1,
        key=state.remember("survival_landmark", None),
        persist_state="session",
        placeholder="The endpoint's own start",
        help="Subjects with an event or censoring by that day are left out; time is counted "
        "from it. Needed where the cohort uses what happened after baseline.",
    )
    return None if day is None else int(day)


def _arm_role(endpoint: str) -> ArmRole:
    if state.store().pooled:
        return "planned"
    roles: list[ArmRole] = ["planned", "actual"]
    default = usual_role(endpoint)
    chosen = st.radio(
        "Arms",
        roles,
        key=state.choice(f"survival_role_{endpoint}", roles, default),
        persist_state="session",
        format_func=str.capitalize,
        horizontal=True,
        help="Planned arms answer questions of efficacy, actual arms questions of safety.",
    )
    return chosen or default


def _arms(role: ArmRole) -> tuple[str, ...]:
    arms = state.arms(role)
    if len(arms) < 2:
        return ()
    chosen = _arms_compared(arms) if len(arms) > 2 else list(arms)
    reference = st.selectbox(
        "Reference arm",
        chosen,
        key=state.choice("survival_reference", chosen, chosen[0]),
        persist_state="session",
    )
    return (reference, *(arm for arm in chosen if arm != reference))


def _arms_compared(arms: tuple[str, ...]) -> list[str]:
    """The arms chosen, in the order of the study; all of them when none is."""
    chosen = st.multiselect(
        "Arms compared",
        arms,
        key=state.choices(f"survival_arms_{state.study().code}", arms, arms),
        persist_state="session",
        placeholder="All arms",
    )
    return [arm for arm in arms if arm in chosen] or list(arms)


def _strata(endpoint: str) -> tuple[str, ...]:
    planned = usual_strata(endpoint)
    late = state.store().schema.after_baseline
    offered = [name for name in state.store().factors() if name not in late]
    factors = list(dict.fromkeys([*planned, *offered]))
    labels = state.labels()
    chosen = st.multiselect(
        "Stratify by",
        factors,
        key=state.choices(f"survival_strata_{endpoint}", factors, planned),
        persist_state="session",
        format_func=lambda name: labels.get(name, name),
        placeholder="Not stratified",
        help="Strata enter the log-rank test and the hazard ratio; the curves stay unstratified.",
    )
    return tuple(chosen)


def _analysis_set(endpoint: str) -> str | None:
    options = ["", *(flag for flag in FLAGS if flag in state.store().columns)]
    default = usual_set(endpoint) or ""
    chosen = st.selectbox(
        "Analysis set",
        options,
        key=state.choice(f"survival_set_{endpoint}", options, default),
        persist_state="session",
        format_func=lambda flag: f"{FLAGS[flag]} ({flag})" if flag else "All subjects",
    )
    return chosen or None


def _unit() -> str:
    units = ["months", "days"]
    chosen = st.radio(
        "Time in",
        units,
        key=state.choice("survival_unit", units, "months"),
        persist_state="session",
        format_func=str.capitalize,
        horizontal=True,
    )
    return chosen or "months"
