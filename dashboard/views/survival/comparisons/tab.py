"""The comparison of arms: the plan's own analysis first, everything else labelled."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.survival.adjustment import METHODS
from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.comparisons import (
    Comparisons,
    ComparisonsAnswer,
    doses_of,
    nothing_to_compare,
)
from dashboard.analyses.survival.standing import planned_analysis, planned_strata, standing_of
from dashboard.scripts import Made
from dashboard.text import plain
from dashboard.views.survival.comparisons import differences, several_arms, weighted_tests
from dashboard.views.survival.comparisons.tested import show_tested

_ADJUSTMENTS = {
    "holm": "Holm",
    "bonferroni": "Bonferroni",
    "benjamini-hochberg": "Benjamini–Hochberg (false discovery rate)",
    "none": "None",
}


def show(analysis: SurvivalAnalysis) -> None:
    """The plan's analysis, the reader's, and what surrounds them."""
    arms = tuple(curve.arm for curve in state.answered(analysis).curves.curves)
    refusal = nothing_to_compare(state.store(), analysis, arms)
    if refusal is not None:
        st.info(plain(refusal), icon=":material/do_not_disturb_on:")
        return
    _tests_first(analysis)
    doubts = st.container()
    made = state.made(_asked(analysis, arms))
    with doubts:
        weighted_tests.show_proportionality(made.value)
    _beside(made)


def _tests_first(analysis: SurvivalAnalysis) -> None:
    plan = state.study().plan
    planned = planned_analysis(analysis, plan, columns=state.store().columns, arms=state.arms)
    standing = standing_of(analysis, plan)
    if isinstance(planned, str):
        st.info(plain(planned), icon=":material/description:")
    else:
        with results.explained():
            show_tested(planned, title="Pre-specified analysis")
    if standing.kind != "pre-specified":
        title = f"{standing.kind.capitalize()} analysis, as chosen above"
        # Without a plan's own analysis, the sentence above has said why.
        reasons = () if isinstance(planned, str) else standing.reasons
        show_tested(analysis, title=title, reasons=reasons)


def _beside(made: Made[ComparisonsAnswer]) -> None:
    weighted_tests.show_family(made)
    weighted_tests.show_hazard_ratios(made)
    differences.show_means(made)
    differences.show_milestone(made)
    if made.value.pairs is not None:
        several_arms.show_pairs(made, _ADJUSTMENTS)
    if made.value.trend is not None:
        several_arms.show_trend(made)


def _asked(analysis: SurvivalAnalysis, arms: tuple[str, ...]) -> Comparisons:
    planned = planned_strata(state.study().plan, analysis.endpoint)
    known = tuple(name for name in planned if name in state.store().columns)
    exploratory = standing_of(analysis, state.study().plan).kind == "exploratory"
    st.subheader(f"{'Exploratory' if exploratory else 'Sensitivity'} analyses", anchor=False)
    with st.container(horizontal=True):
        milestone = _milestone(analysis)
        several = len(arms) > 2
        adjustment = _adjustment() if several else "holm"
        scores = _scores(analysis, arms) if several else ()
    return Comparisons(
        analysis=analysis,
        other_strata=() if analysis.strata else known,
        milestone=milestone,
        adjustment=adjustment,
        scores=scores,
    )


def _milestone(analysis: SurvivalAnalysis) -> float | None:
    value: float | None = st.number_input(
        f"Milestone, {analysis.unit}",
        min_value=0.0,
        max_value=1e6,
        value=None,
        key=state.remember(f"survival_milestone_{analysis.endpoint}_{analysis.unit}", None),
        persist_state="session",
        placeholder="Latest landmark of all arms",
        width=260,
    )
    return value


def _adjustment() -> str:
    return st.selectbox(
        "Adjustment of pairs",
        METHODS,
        key=state.choice("survival_adjustment", METHODS, "holm"),
        persist_state="session",
        format_func=_ADJUSTMENTS.__getitem__,
        width=260,
    )


def _scores(analysis: SurvivalAnalysis, arms: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """Each arm with its score, in the study's order whatever the reference is."""
    known = arms if analysis.groups else state.arms(analysis.arm)
    order = tuple(arm for arm in known if arm in arms)
    ways: dict[str, tuple[float, ...]] = {
        "Order of the arms": tuple(float(place) for place in range(1, len(order) + 1))
    }
    if doses := doses_of(order):
        ways["Dose in the arm's name"] = doses
    names: list[Any] = list(ways)
    chosen = st.selectbox(
        "Scores of the trend",
        names,
        key=state.choice("survival_scores", names, names[-1]),
        persist_state="session",
        width=260,
    )
    return tuple(zip(order, ways[chosen], strict=True))
