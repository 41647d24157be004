"""What a search wants, what it must keep, and whether it must hold when assumptions fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from analytics.checks import NotEstimableError, require
from analytics.design.survival import SurvivalDesign
from analytics.search import MEASURES, Constraint, Objective, Scenario, usual_scenarios
from analytics.search.characteristics import Characteristics
from dashboard import state
from dashboard.analyses.designs import DesignProposal

OVERS: Mapping[str, str] = {
    "assumed": "As assumed",
    "mean": "Mean of the scenarios",
    "worst": "Worst scenario",
    "quantile": "In all but the worst fifth",
}
_FACTORS: Mapping[str, tuple[str, float]] = {
    "hazard_ratio": ("Hazard ratio ×", 1.1),
    "times_to_event": ("Times to event on control ×", 1.25),
    "pace": ("Rates of accrual ×", 0.75),
    "times_to_dropout": ("Times to dropout ×", 0.5),
}
_USUAL = ("power", "expected_duration")
_MOST_WISHES = 4
_QUANTILE = 0.8
_USUAL_POWER = 80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """Over what figures are judged.

    Parameters
    ----------
    over : str
        As in `Objective`.
    scenarios : tuple of Scenario
        None when figures are taken as assumed.
    """

    over: str
    scenarios: tuple[Scenario, ...]


def choose_scenarios(design: SurvivalDesign) -> Robustness:
    """Whether designs are judged as assumed, or over scenarios that differ."""
    over = st.radio(
        "Figures are judged",
        list(OVERS),
        key=state.choice("search_over", list(OVERS), "assumed"),
        persist_state="session",
        format_func=OVERS.__getitem__,
    )
    if over == "assumed":
        return Robustness(over=over, scenarios=())
    st.caption("One scenario for each change, one with all of them, and one as assumed.")
    with st.grid(2, min_column_width=150):
        factors = {
            name: float(
                st.number_input(
                    label,
                    min_value=0.1,
                    max_value=10.0,
                    step=0.05,
                    key=state.remember(f"search_{name}", usual),
                    persist_state="session",
                    format="%.6g",
                    help="1 leaves the scenario out.",
                )
            )
            for name, (label, usual) in _FACTORS.items()
        }
    return Robustness(over=over, scenarios=usual_scenarios(design.assumptions, **factors))


def choose_wishes(
    proposal: DesignProposal, design: SurvivalDesign, robust: Robustness
) -> tuple[tuple[Objective, ...], tuple[Constraint, ...]]:
    """Objectives and limits."""
    usable = _usable(proposal)
    chosen = _measures("As good as possible", "objectives", usable, _USUAL)
    require(bool(chosen), "as good as possible: at least one figure", chosen=chosen)
    limited = _measures("Limits on", "limited", usable, ("power",))
    month = None
    if "finished_by" in (*chosen, *limited):
        month = _month(design)
    objectives = tuple(
        Objective(measure=name, month=_when(name, month), **_over(robust)) for name in chosen
    )
    return objectives, tuple(_limit(name, proposal, design, robust, month) for name in limited)


def _measures(label: str, name: str, usable: list[str], usual: tuple[str, ...]) -> list[str]:
    return list(
        st.multiselect(
            label,
            usable,
            key=state.choices(f"search_{name}", usable, list(usual)),
            persist_state="session",
            format_func=lambda one: MEASURES[one].title,
            max_selections=_MOST_WISHES if name == "objectives" else None,
            help="One to four; the front shows what each costs in the others."
            if name == "objectives"
            else "A design that misses one of them is not on the front.",
        )
    )


def _limit(
    name: str,
    proposal: DesignProposal,
    design: SurvivalDesign,
    robust: Robustness,
    month: float | None,
) -> Constraint:
    """The limit on one figure, from the side on which it is bad."""
    one = MEASURES[name]
    share = one.unit == "probability"
    side = "at least" if one.larger_is_better else "at most"
    bound = st.number_input(
        f"{one.title} {side}{', %' if share else ''}",
        min_value=0.1 if share else 0.0,
        max_value=99.9 if share else None,
        key=state.remember(f"search_limit_{name}", _own_bound(name, proposal, design)),
        persist_state="session",
        format="%.6g",
    )
    value = float(bound) / 100 if share else float(bound)
    return Constraint(
        measure=name,
        at_least=value if one.larger_is_better else None,
        at_most=None if one.larger_is_better else value,
        month=_when(name, month),
        **_over(robust),
    )


def _own_bound(name: str, proposal: DesignProposal, design: SurvivalDesign) -> float:
    """What the design to improve has: the limit before another one was entered."""
    one = MEASURES[name]
    if name == "power":
        return _USUAL_POWER
    own = Characteristics(design=design, costs=proposal.costs, value=proposal.value)
    try:
        value = one.read(own, _usual_month(design))
    except NotEstimableError:
        return 50.0
    scaled = 100 * value if one.unit == "probability" else value
    return float(
        min(max(float(f"{scaled:.3g}"), 0.1), 99.9 if one.unit == "probability" else np.inf)
    )


def _usual_month(design: SurvivalDesign) -> float:
    return float(round(2 * design.assumptions.accrual.duration))


def _month(design: SurvivalDesign) -> float:
    return float(
        st.number_input(
            "Finished by month",
            min_value=1.0,
            max_value=600.0,
            step=1.0,
            key=state.remember("search_month", _usual_month(design)),
            persist_state="session",
            format="%.6g",
        )
    )


def _when(name: str, month: float | None) -> float | None:
    return month if MEASURES[name].needs == "month" else None


def _over(robust: Robustness) -> dict[str, Any]:
    return {"over": robust.over, "quantile": _QUANTILE}


def _usable(proposal: DesignProposal) -> list[str]:
    """Figures that can be computed with what the proposal states."""
    have = {"", "month"}
    if any(proposal.costs.prices):
        have.add("costs")
        if proposal.value is not None:
            have.add("value")
    return [name for name, one in MEASURES.items() if one.needs in have]
