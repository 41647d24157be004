"""The encoding panel of the Survival page: what to estimate, for whom, how.

Defaults come from the study's plan; without one, from the data.
"""

from __future__ import annotations

import streamlit as st

from analytics.survival.counts import DAYS
from analytics.survival.logrank_weights import LOG_RANK, Weight
from dashboard import state
from dashboard.analyses.survival import SurvivalAnalysis, recorded_unit
from dashboard.analyses.survival.logrank_family import EMPHASIS, WEIGHTS
from dashboard.analyses.survival.standing import (
    planned_endpoint,
    planned_strata,
    planned_weight,
)
from dashboard.text import plain
from dashboard.views.compare.cohort_groups import choose_cohorts
from dashboard.views.compare.groups import reference_first
from queries.cohorts import EVERYONE, Cohort
from queries.store import ArmRole
from queries.workspace import PlannedEndpoint

INTERVALS = {"log-log": "log(−log)", "log": "log", "plain": "plain", "arcsin": "arcsine"}
_LANDMARKS = {"months": (3, 6, 12, 18, 24, 36, 48, 60), "days": (30, 60, 90, 180, 365, 730, 1825)}
_FLAGS = {"ITTFL": "Intention to treat", "SAFFL": "Safety", "PPROTFL": "Per protocol"}


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
        planned = planned_endpoint(state.study().plan, endpoint)
        flag = _analysis_set(endpoint, planned)
        strata = _strata(endpoint)
        by = _compared()
        weight = _test(endpoint, planned)
        with grid.cell(), st.container(horizontal=True):
            role: ArmRole = "planned" if by == "cohorts" else _arm_role(endpoint, planned)
            unit = _unit()
        groups = _groups() if by == "cohorts" else ()
        if by == "cohorts" and not groups:
            return None
        arms = () if by == "cohorts" else _arms(role)
        method = _interval()
        landmark_day = _landmark_day()
    recorded = recorded_unit(state.store(), endpoint)
    longest = float(table.loc[table["endpoint"] == endpoint, "longest"].max())
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
        landmarks=_landmarks(unit, longest - (landmark_day or 0) / DAYS[recorded], recorded),
        landmark_day=landmark_day,
    )


def _endpoint() -> str:
    known = endpoint_labels()
    codes = _planned_first(list(known))
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


def _test(endpoint: str, planned: PlannedEndpoint | None) -> Weight:
    named = planned_weight(planned) or LOG_RANK
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


def endpoint_labels() -> dict[str, str]:
    """Endpoints by code: labelled as the plan does, else as the data do."""
    table = state.ask("endpoints")
    recorded = dict(zip(table["endpoint"], table["label"], strict=True))
    plan = state.study().plan
    planned = {e.code: e.label for e in plan.endpoints if e.label} if plan else {}
    return {code: planned.get(code) or label or code for code, label in recorded.items()}


def _planned_first(codes: list[str]) -> list[str]:
    plan = state.study().plan
    planned = [e.code for e in plan.endpoints if e.code in codes] if plan else []
    return [*planned, *(code for code in codes if code not in planned)]


def _arm_role(endpoint: str, planned: PlannedEndpoint | None) -> ArmRole:
    if state.store().pooled:
        return "planned"
    roles: list[ArmRole] = ["planned", "actual"]
    actual = planned.arm == "actual" if planned else _is_safety_dataset()
    default: ArmRole = "actual" if actual else "planned"
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
        key=state.choices("survival_arms", arms, arms),
        persist_state="session",
        placeholder="All arms",
    )
    return [arm for arm in arms if arm in chosen] or list(arms)


def missing_strata(endpoint: str) -> tuple[str, ...]:
    """Planned factors that the snapshot does not carry, which nobody must overlook."""
    columns = state.store().columns
    return tuple(
        name for name in planned_strata(state.study().plan, endpoint) if name not in columns
    )


def _strata(endpoint: str) -> tuple[str, ...]:
    planned = [
        n for n in planned_strata(state.study().plan, endpoint) if n in state.store().columns
    ]
    factors = list(dict.fromkeys([*planned, *state.store().factors()]))
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


def _is_safety_dataset() -> bool:
    """Whether ADTTE carries the safety flag and no other set's, as safety endpoints do."""
    columns = state.store().datasets.get("adtte", {})
    return "SAFFL" in columns and "ITTFL" not in columns


def _analysis_set(endpoint: str, planned: PlannedEndpoint | None) -> str | None:
    here = [flag for flag in _FLAGS if flag in state.store().columns]
    unplanned = "SAFFL" if _is_safety_dataset() else ""
    wanted = planned.analysis_set if planned else unplanned
    default = wanted if wanted in here else ""
    options = ["", *here]
    chosen = st.selectbox(
        "Analysis set",
        options,
        key=state.choice(f"survival_set_{endpoint}", options, default),
        persist_state="session",
        format_func=lambda flag: f"{_FLAGS[flag]} ({flag})" if flag else "All subjects",
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


def _landmarks(unit: str, longest: float, recorded: str) -> tuple[float, ...]:
    horizon = longest * DAYS[recorded] / DAYS[unit]
    return tuple(float(t) for t in _LANDMARKS[unit] if t <= horizon)[-4:]
