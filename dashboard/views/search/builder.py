"""What a search asked for on the page is made of: what varies, what counts, how it goes."""

from __future__ import annotations

from collections.abc import Sequence

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
        budget, policy, seed, parts = choose_way("search", budgets=BUDGETS, usual=1_000)
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


def choose_way(prefix: str, *, budgets: Sequence[int], usual: int) -> tuple[int, str, int, int]:
    """How a search goes: designs to try, rule, seed, parts.

    Parameters
    ----------
    prefix : str
        Of the keys of the inputs.
    budgets : sequence of int
        Numbers of designs to choose from.
    usual : int
        Which of them is there first.
    """
    with st.grid(4, min_column_width=110):
        budget = st.selectbox(
            "Designs to try",
            budgets,
            key=state.choice(f"{prefix}_budget", budgets, usual),
            persist_state="session",
            format_func=lambda count: f"{count:,}",
        )
        policy = st.selectbox(
            "Rule",
            _OWN_POLICIES,
            key=state.choice(f"{prefix}_policy", _OWN_POLICIES, DEFAULT_POLICY),
            persist_state="session",
            help="How the next design is chosen. The default was the best in our comparison.",
        )
        seed = st.number_input(
            "Seed",
            min_value=0,
            max_value=2**31 - 1,
            key=state.remember(f"{prefix}_seed", 1),
            persist_state="session",
        )
        parts = st.selectbox(
            "Parts",
            PARTS,
            key=state.choice(f"{prefix}_parts", PARTS, 1),
            persist_state="session",
            help="Each may be done by another worker; start more with `equipoise worker`.",
        )
    return int(budget), str(policy), int(seed), int(parts)
