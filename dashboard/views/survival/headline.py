"""The numbers that a reader looks for first."""

from __future__ import annotations

import streamlit as st

from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnalysis, SurvivalAnswer
from dashboard.analyses.survival.comparisons import nothing_to_compare
from dashboard.analyses.survival.standing import standing_of
from dashboard.text import interval, p_value, plain, reached
from dashboard.views.survival.notes import is_interim


def show(analysis: SurvivalAnalysis) -> None:
    """Hazard ratio, test and medians as tiles."""
    answer = state.answered(analysis)
    if analysis.groups or not state.store().pooled:
        for sentence in _not_compared(answer):
            st.warning(plain(sentence), icon=":material/do_not_disturb_on:")
    cards = [*_hazard_ratios(answer), *_test(answer), *_medians(answer)]
    with st.grid(4, min_column_width=175):
        for label, value, about in cards:
            results.tile(label, value, about)


def _not_compared(answer: SurvivalAnswer) -> list[str]:
    """Why there is no hazard ratio or no test, each reason once."""
    arms = tuple(curve.arm for curve in answer.curves.curves)
    if refusal := nothing_to_compare(state.store(), answer.analysis, arms):
        return [refusal]
    found = (answer.hazard_ratio, answer.comparison)
    return list(dict.fromkeys(part for part in found if isinstance(part, str)))


def _hazard_ratios(answer: SurvivalAnswer) -> list[tuple[str, str, str]]:
    if isinstance(answer.hazard_ratio, str):
        return []
    return [
        (
            "Hazard ratio (95% CI)",
            interval(row.hazard_ratio, row.lower, row.upper, 2),
            f"{row.arm} / {row.reference}",
        )
        for row in answer.hazard_ratio.to_frame().itertuples()
    ]


def _test(answer: SurvivalAnswer) -> list[tuple[str, str, str]]:
    if isinstance(answer.comparison, str):
        return []
    analysis = answer.analysis
    name = answer.comparison.weight.name
    label = f"Stratified {name} p" if analysis.strata else f"{name[0].upper()}{name[1:]} p"
    standing = standing_of(analysis, state.study().plan)
    mark = "nominal, interim" if is_interim(analysis) else "two-sided"
    about = f"{standing.kind}, {mark}"
    return [(label, p_value(answer.comparison.p_value), about)]


def _medians(answer: SurvivalAnswer) -> list[tuple[str, str, str]]:
    label = f"Median, {answer.analysis.unit} (95% CI)"
    return [
        (label, reached(row.median, row.median_lower, row.median_upper), row.arm)
        for row in answer.endpoint_table().itertuples()
    ]
