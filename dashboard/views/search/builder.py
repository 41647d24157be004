"""What a search varies, what it wants and what it must keep."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from analytics.checks import require
from analytics.design.survival import SurvivalDesign
from analytics.search import (
    DEFAULT_POLICY,
    MEASURES,
    POLICIES,
    Constraint,
    Objective,
    SearchProblem,
    SearchSpace,
)
from dashboard import state
from dashboard.analyses.designs import DesignProposal
from dashboard.analyses.search import DesignSearch

FAMILIES: Mapping[str, str] = {
    "obrien_fleming": "O'Brien–Fleming type",
    "pocock": "Pocock type",
    "hwang_shih_decani": "Hwang–Shih–DeCani",
    "kim_demets": "Kim–DeMets",
}
FUTILITIES: Mapping[str, str] = {
    "none": "None",
    "fixed_z": "One z at interim looks",
    **{name: f"β: {label}" for name, label in FAMILIES.items()},
}
BUDGETS = (200, 500, 1_000, 2_000)
PARTS = (1, 2, 4)
_OWN_POLICIES = tuple(one for one in POLICIES if "gp" not in one)
_USUAL = ("power", "expected_duration")


def choose_search(proposal: DesignProposal, design: SurvivalDesign) -> DesignSearch:
    """The search that the inputs describe, for a design that is to be improved.

    Raises
    ------
    InputError
        When nothing is free, or a range is none.
    """
    with st.expander("What may vary", icon=":material/tune:", expanded=True):
        space = _space(design)
    with st.expander("What counts", icon=":material/flag:", expanded=True):
        objectives, constraints = _wishes(proposal)
    with st.expander("How to search", icon=":material/search:"):
        budget, policy, seed, parts = _way()
    priced = any(proposal.costs.prices)
    problem = SearchProblem(
        space=space,
        objectives=objectives,
        constraints=constraints,
        costs=proposal.costs if priced else None,
        value=proposal.value if priced else None,
    )
    return DesignSearch(problem=problem, budget=budget, policy=policy, seed=seed, parts=parts)


def _space(design: SurvivalDesign) -> SearchSpace:
    one_sided = design.monitoring.sides == 1
    looks = _pair("Looks, the final one too", "looks", 1, 5, (1, 4))
    fractions = _pair("Interim looks at shares of events, %", "fractions", 10, 95, (30, 85))
    efficacy = _several("Efficacy boundary", "efficacy", FAMILIES, list(FAMILIES))
    futility = (
        _several("Futility boundary", "futility", FUTILITIES, ["none", "hwang_shih_decani"])
        if one_sided
        else []
    )
    most = int(design.assumptions.accrual.subjects)
    events = _pair(
        "Events at the end",
        "events",
        max(int(0.3 * design.events), 10),
        max(int(min(2 * design.events, 0.95 * most)), 20),
        (int(0.7 * design.events), int(min(1.3 * design.events, 0.95 * most))),
    )
    allocation = st.toggle(
        "Allocation, 1 : 1 to 2 : 1",
        key=state.remember("search_allocation", False),
        persist_state="session",
    )
    return SearchSpace(
        design=design,
        looks=looks,
        fractions=(fractions[0] / 100, fractions[1] / 100),
        efficacy=tuple(efficacy),
        futility=tuple(futility),
        events=events,
        allocation_ratio=(1.0, 2.0) if allocation else None,
    )


def _pair(label: str, name: str, low: int, high: int, usual: tuple[int, int]) -> tuple[int, int]:
    """From a lowest to a highest value."""
    with st.grid(2, min_column_width=120):
        ends = [
            st.number_input(
                f"{label}: {end}" if end == "from" else end,
                min_value=low,
                max_value=high,
                step=1,
                key=_kept(f"search_{name}_{end}", first, low, high),
                persist_state="session",
            )
            for end, first in zip(("from", "to"), usual, strict=True)
        ]
    rule = f"{label}: from the lowest to the highest"
    require(ends[0] <= ends[1], rule, lowest=int(ends[0]), highest=int(ends[1]))
    return int(ends[0]), int(ends[1])


def _kept(key: str, first: int, low: int, high: int) -> str:
    """The key of a number that is moved into its limits when another study has other ones."""
    kept = int(st.session_state.get(key, first))
    return state.remember(state.show(key, min(max(kept, low), high)), first)


def _several(label: str, name: str, options: Mapping[str, str], usual: list[str]) -> list[str]:
    chosen = st.multiselect(
        label,
        list(options),
        key=state.choices(f"search_{name}", list(options), usual),
        persist_state="session",
        format_func=options.__getitem__,
    )
    require(bool(chosen), f"{label}: at least one", chosen=chosen)
    return list(chosen)


def _wishes(proposal: DesignProposal) -> tuple[tuple[Objective, ...], tuple[Constraint, ...]]:
    usable = _usable(proposal)
    chosen = st.multiselect(
        "As good as possible",
        usable,
        key=state.choices("search_objectives", usable, list(_USUAL)),
        persist_state="session",
        format_func=lambda name: MEASURES[name].title,
        max_selections=4,
        help="One to four; the front shows what each costs in the others.",
    )
    require(bool(chosen), "as good as possible: at least one figure", chosen=chosen)
    power = st.number_input(
        "Power at least, %",
        min_value=1.0,
        max_value=99.9,
        step=1.0,
        key=state.remember("search_power", 80.0),
        persist_state="session",
        format="%.6g",
    )
    constraints = [Constraint(measure="power", at_least=float(power) / 100)]
    st.caption("Further limits, one per row; empty cells limit nothing.")
    kept = state.remember("search_limits", [])
    rows = pd.DataFrame(
        st.session_state[kept] or [], columns=["Figure", "At least", "At most"]
    ).astype({"Figure": object, "At least": float, "At most": float})
    edited = st.data_editor(
        rows,
        key="search_limits_editor",
        num_rows="dynamic",
        hide_index=True,
        column_config={
            "Figure": st.column_config.SelectboxColumn(
                options=[MEASURES[name].title for name in usable]
            ),
            "At least": st.column_config.NumberColumn(format="%.6g"),
            "At most": st.column_config.NumberColumn(format="%.6g"),
        },
    )
    return tuple(Objective(measure=name) for name in chosen), (
        *constraints,
        *_limits(edited, usable),
    )


def _limits(rows: pd.DataFrame, usable: list[str]) -> list[Constraint]:
    by_title = {MEASURES[name].title: name for name in usable}
    made = []
    for title, least, most in rows.itertuples(index=False):
        name = by_title.get(title)
        if name is None:
            continue
        scale = 100.0 if MEASURES[name].unit == "probability" else 1.0
        if pd.notna(least):
            made.append(Constraint(measure=name, at_least=float(least) / scale))
        if pd.notna(most):
            made.append(Constraint(measure=name, at_most=float(most) / scale))
    return made


def _usable(proposal: DesignProposal) -> list[str]:
    """Figures that can be computed with what the proposal states."""
    have = {""}
    if any(proposal.costs.prices):
        have.add("costs")
        if proposal.value is not None:
            have.add("value")
    return [name for name, one in MEASURES.items() if one.needs in have]


def _way() -> tuple[int, str, int, int]:
    with st.grid(4, min_column_width=110):
        budget = st.selectbox(
            "Designs to try",
            BUDGETS,
            key=state.choice("search_budget", BUDGETS, 1_000),
            persist_state="session",
            format_func=lambda count: f"{count:,}",
        )
        policy = st.selectbox(
            "Rule",
            _OWN_POLICIES,
            key=state.choice("search_policy", _OWN_POLICIES, DEFAULT_POLICY),
            persist_state="session",
            help="How the next design is chosen. The default was the best in our comparison.",
        )
        seed = st.number_input(
            "Seed",
            min_value=0,
            max_value=2**31 - 1,
            key=state.remember("search_seed", 1),
            persist_state="session",
        )
        parts = st.selectbox(
            "Parts",
            PARTS,
            key=state.choice("search_parts", PARTS, 1),
            persist_state="session",
            help="Each may be done by another worker; start more with `equipoise worker`.",
        )
    return int(budget), str(policy), int(seed), int(parts)
