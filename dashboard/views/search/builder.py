"""What a search asked for on the page is made of: what varies, what counts, how it goes."""

from __future__ import annotations

import streamlit as st

from analytics.design.survival import SurvivalDesign
from analytics.search import DEFAULT_POLICY, POLICIES, SearchProblem
from dashboard import state
from dashboard.analyses.designs import DesignProposal
from dashboard.analyses.search import DesignSearch
from dashboard.views.search.varied import choose_space
from dashboard.views.search.wanted import choose_scenarios, choose_wishes

BUDGETS = (200, 500, 1_000, 2_000)
PARTS = (1, 2, 4)
_OWN_POLICIES = tuple(one for one in POLICIES if "gp" not in one)


def choose_search(proposal: DesignProposal, design: SurvivalDesign) -> DesignSearch:
    """The search that the inputs describe, for a design that is to be improved.

    Raises
    ------
    InputError
        When nothing is free, or a range is none.
    """
    with st.expander("What may vary", icon=":material/tune:", expanded=True):
        space = choose_space(proposal, design)
    with st.expander("What must hold if assumptions fail", icon=":material/shield:"):
        robust = choose_scenarios(design)
    with st.expander("What counts", icon=":material/flag:", expanded=True):
        objectives, constraints = choose_wishes(proposal, design, robust)
    with st.expander("How to search", icon=":material/search:"):
        budget, policy, seed, parts = _way()
    priced = any(proposal.costs.prices)
    problem = SearchProblem(
        space=space,
        objectives=objectives,
        constraints=constraints,
        scenarios=robust.scenarios,
        costs=proposal.costs if priced else None,
        value=proposal.value if priced else None,
    )
    return DesignSearch(problem=problem, budget=budget, policy=policy, seed=seed, parts=parts)


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
