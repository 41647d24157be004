"""What a search for escalation designs may vary, and what counts."""

from __future__ import annotations

from typing import Any, TypeVar

import streamlit as st

from analytics.checks import require
from analytics.dosing.search import (
    DOSE_MEASURES,
    DoseConstraint,
    DoseObjective,
    DoseSearchProblem,
    DoseSearchSpace,
)
from dashboard import state
from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.found import OVERS, SHARES, TITLES
from dashboard.analyses.dosing.search import SEARCHED, DoseSearch
from dashboard.views.dosing.scenarios import choose_scenarios
from dashboard.views.search.builder import choose_way

Number = TypeVar("Number", int, float)
BUDGETS = (50, 100, 200, 500, 1_000)
_MOST_WISHES = 4
_QUANTILE = 0.8
_LOW, _HIGH = 0.05, 0.7  # targets for which there are textbook designs
_USUAL = ("correct", "overdosed", "patients")
_FEWEST, _MOST_SEARCHED = (
    6,
    60,
)  # patients; with more, designs with small cohorts have too many states
_USUAL_LIMITS = {
    "correct": 50.0,
    "overdosed": 30.0,
    "overdosed_60": 20.0,
    "at_target": 30.0,
    "none": 20.0,
    "patients": 30.0,
    "toxicities": 8.0,
    "duration": 24.0,
}


def choose_search(proposal: DosingProposal) -> DoseSearch:
    """The search that the inputs describe, for the doses, the target and the accrual on screen.

    Raises
    ------
    InputError
        When no family or no objective is chosen, or a rule is broken.
    """
    target = proposal.target
    require(
        _LOW < target < _HIGH, f"a search has a target over {_LOW} and under {_HIGH}", target=target
    )
    space = _space(proposal)
    with st.expander("What counts", icon=":material/flag:", expanded=True):
        objectives, constraints = _wishes()
    with st.expander("Scenarios of the search", icon=":material/shield:", expanded=True):
        scenarios = choose_scenarios(proposal)
        st.caption("The same as on the Characteristics tab.")
    with st.expander("How to search", icon=":material/search:"):
        budget, policy, seed, parts = choose_way("dosing_search", budgets=BUDGETS, usual=200)
    problem = DoseSearchProblem(
        space=space,
        scenarios=scenarios,
        objectives=objectives,
        constraints=constraints,
        accrual=proposal.accrual,
    )
    return DoseSearch(problem=problem, budget=budget, policy=policy, seed=seed, parts=parts)


def _space(proposal: DosingProposal) -> DoseSearchSpace:
    most = max(min(proposal.most_patients, _MOST_SEARCHED), _FEWEST)
    sizes = _FEWEST, _MOST_SEARCHED
    with st.expander("What may vary", icon=":material/tune:", expanded=True):
        families = _families(proposal)
        varied: dict[str, Any] = {
            "patients": _range(
                "Patients at most", "most", *sizes, (max(most * 3 // 5, _FEWEST), most)
            ),
            "cohort": _range("Patients per cohort", "cohort", 1, 6, (2, 4)),
        }
    with st.expander("Settings that vary", icon=":material/discover_tune:"):
        label = "Stops with so many at the dose proposed again"
        varied["stop_at"] = _range(label, "stop", *sizes, (min(9, most), most))
        varied |= _of_families(proposal, families)
    return DoseSearchSpace(
        doses=proposal.doses,
        target=proposal.target,
        families=families,
        start=proposal.start,
        symmetric=True,
        **varied,
    )


def _families(proposal: DosingProposal) -> tuple[str, ...]:
    usual = [
        name
        for name, family in SEARCHED.items()
        if family in ("BOIN", "Keyboard", "CRM", proposal.family)
    ]
    families = st.multiselect(
        "Families",
        list(SEARCHED),
        key=state.choices("dosing_search_families", list(SEARCHED), usual),
        persist_state="session",
        format_func=SEARCHED.__getitem__,
        help="3+3 has nothing to vary: it is among the textbook designs that the front is "
        "compared with.",
    )
    require(bool(families), "at least one family of designs varies", families=tuple(families))
    return tuple(one for one in SEARCHED if one in families)


def _of_families(proposal: DosingProposal, families: tuple[str, ...]) -> dict[str, Any]:
    """The ranges of what only some families are told."""
    target, doses = proposal.target, proposal.doses
    found: dict[str, Any] = {}
    if "boin" in families:
        found["under"] = _range("BOIN: too low, × target", "under", 0.2, 0.95, (0.4, 0.9))
        highest = round(min(2.5, 0.99 / target), 2)
        found["over"] = _range("BOIN: too high, × target", "over", 1.05, highest, (1.1, 1.8))
    nearest = min(target, 1 - target)
    widest = round(nearest - 0.005, 3)
    if {"keyboard", "mtpi2"} & set(families):
        label = "Keyboard, mTPI-2: target ±"
        found["below"] = _range(label, "interval", 0.01, widest, (0.02, 0.1), step=0.005)
    if "crm" in families:
        label = "CRM: half-width of the indifference interval"
        found["half_width"] = _range(
            label, "half", 0.01, round(0.6 * nearest, 3), (0.02, 0.12), step=0.005
        )
        if doses > 1:
            label = "CRM: dose guessed to be the MTD"
            found["prior_mtd"] = _range(label, "prior", 1, doses, (1, doses))
    found["safety"] = _range("Too toxic with a probability over", "safety", 0.55, 0.99, (0.8, 0.98))
    return found


def _range(
    label: str,
    name: str,
    low: Number,
    high: Number,
    usual: tuple[Number, Number],
    *,
    step: float = 0.01,
) -> tuple[Number, Number]:
    """From a lowest to a highest value; what is kept is moved into the limits of this design."""
    key = f"dosing_search_range_{name}"
    kept: tuple[Number, Number] = st.session_state.get(key, usual)
    inside = tuple(type(low)(min(max(one, low), high)) for one in kept)
    ends: Any = st.slider(
        label,
        low,
        high,
        step=1 if isinstance(low, int) else step,
        key=state.remember(state.show(key, inside), usual),
        persist_state="session",
    )
    return type(low)(ends[0]), type(low)(ends[1])


def _wishes() -> tuple[tuple[DoseObjective, ...], tuple[DoseConstraint, ...]]:
    """Objectives and limits, all over the scenarios in the same way."""
    chosen = st.multiselect(
        "As good as possible",
        list(DOSE_MEASURES),
        key=state.choices("dosing_search_objectives", list(DOSE_MEASURES), list(_USUAL)),
        persist_state="session",
        format_func=_directed,
        max_selections=_MOST_WISHES,
        help="One to four; the front shows what each costs in the others.",
    )
    require(bool(chosen), "as good as possible: at least one figure", chosen=tuple(chosen))
    limited = st.multiselect(
        "Limits on",
        list(DOSE_MEASURES),
        key=state.choices("dosing_search_limited", list(DOSE_MEASURES), []),
        persist_state="session",
        format_func=TITLES.__getitem__,
        help="A design that misses one of them is not on the front.",
    )
    bounds = {name: _bound(name) for name in limited}
    over = st.radio(
        "Figures are judged",
        list(OVERS),
        key=state.choice("dosing_search_over", list(OVERS), "mean"),
        persist_state="session",
        format_func=OVERS.__getitem__,
    )
    how: dict[str, Any] = {"over": str(over), "quantile": _QUANTILE}
    objectives = tuple(DoseObjective(measure=name, **how) for name in chosen)
    return objectives, tuple(_limit(name, bound, **how) for name, bound in bounds.items())


def _directed(name: str) -> str:
    """A figure and the direction in which it is sought."""
    return f"{TITLES[name]} {'↑' if DOSE_MEASURES[name].larger_is_better else '↓'}"


def _bound(name: str) -> float:
    """The limit on one figure, from the side on which it is bad."""
    share = name in SHARES
    side = "at least" if DOSE_MEASURES[name].larger_is_better else "at most"
    entered = st.number_input(
        f"{TITLES[name]} {side}{', %' if share else ''}",
        min_value=0.0,
        max_value=100.0 if share else None,
        key=state.remember(f"dosing_search_limit_{name}", _USUAL_LIMITS[name]),
        persist_state="session",
        format="%.6g",
    )
    return float(entered) / 100 if share else float(entered)


def _limit(name: str, bound: float, **how: Any) -> DoseConstraint:
    if DOSE_MEASURES[name].larger_is_better:
        return DoseConstraint(measure=name, at_least=bound, **how)
    return DoseConstraint(measure=name, at_most=bound, **how)
