"""Whether hazards look proportional, and the log-rank family as sensitivity analyses."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.survival.comparisons import ComparisonsAnswer
from dashboard.analyses.survival.logrank_family import EMPHASIS, FamilyTest
from dashboard.analyses.survival.proportionality import Proportionality
from dashboard.analyses.survival.standing import standing_beside, standing_of
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import interval, number, p_value, plain
from dashboard.views.survival.notes import notes, times_said

DIGITS = {"days": 1, "weeks": 2, "months": 2, "years": 3}
"""How exactly a mean time is printed, by its unit."""


# Are hazards proportional? ----------------------------------------------------------


def show_proportionality(answer: ComparisonsAnswer) -> None:
    """A banner when one hazard ratio does not describe the difference of the arms."""
    found = answer.proportionality
    if isinstance(found, str):
        st.caption(plain(f"Proportional hazards were not tested: {found}"))
    elif not found.doubtful:
        st.caption(
            "No sign of non-proportional hazards (Grambsch–Therneau score test "
            f"p {p_value(found.p_value)}). A small trial cannot rule them out."
        )
    else:
        st.warning(_banner(answer, found), icon=":material/ssid_chart:")


def _banner(answer: ComparisonsAnswer, found: Proportionality) -> str:
    unit = answer.comparisons.analysis.unit
    crossed = [
        f"the curves of {one.arm} and {one.reference} cross (apart one way at {one.lower_at:.1f}, "
        f"the other way at {one.higher_at:.1f} {unit})"
        for one in found.crossings
    ]
    why = [f"Grambsch–Therneau score test p {p_value(found.p_value)}", *crossed]
    beside = [*_mean_differences(answer), *_maxcombo_said(answer)]
    listed = f"Sensitivity analyses without that assumption: {'; '.join(beside)}."
    return (
        f"**Hazards look non-proportional**: {plain('; '.join(why))}. One hazard ratio is then an "
        "average that depends on how long subjects were followed. "
        f"{plain(listed) if beside else ''} **A test chosen after seeing the curves proves "
        "nothing**: it is the pre-specified one that counts, where there is one."
    )


def _mean_differences(answer: ComparisonsAnswer) -> list[str]:
    means = answer.means
    if isinstance(means, str):
        return []
    if len(answer.arms) > 2:
        return [f"the RMST differences up to {means.horizon:.1f} {means.time_unit} below"]
    rows = means.contrasts[means.contrasts["measure"] == "RMST difference"]
    digits = DIGITS[means.time_unit]
    return [
        f"RMST difference up to {means.horizon:.1f} {means.time_unit}, {row.arm} - {row.reference}:"
        f" {interval(row.estimate, row.lower, row.upper, digits)}"
        for row in rows.itertuples()
    ]


def _maxcombo_said(answer: ComparisonsAnswer) -> list[str]:
    test = answer.maxcombo
    return [] if isinstance(test, str) else [f"MaxCombo p {p_value(test.p_value)}"]


# The log-rank family ----------------------------------------------------------------


def show_family(made: Made[ComparisonsAnswer]) -> None:
    """The log-rank test, its relatives and MaxCombo, each with its standing."""
    answer = made.value
    rows = [*map(_row, answer.tests, [_kind(answer, test) for test in answer.tests])]
    shown = pd.DataFrame([*rows, _maxcombo_row(answer)])
    strata = next((", ".join(test.strata) for test in answer.tests if test.strata), "")
    if not strata:
        shown = shown.drop(columns="Stratified")
    analysis = answer.comparisons.analysis
    method = (
        "Log-rank family: each test weights the events of a time; FH(ρ, γ) by S^ρ (1 - S)^γ. "
        "MaxCombo: the largest of |z| of FH(0, 0), FH(0, 1), FH(1, 0), FH(1, 1), by their joint "
        "normal distribution. P-values are two-sided and not adjusted for one another."
        f"{f' Stratified: by {strata}.' if strata else ''}"
    )
    kinds = [_kind(answer, test) for test in answer.tests]
    results.table(
        shown,
        raw=made.call("tests_table").call("assign", standing=[*kinds, _beside(answer)]),
        name=f"{state.study().code} {analysis.endpoint} log-rank family",
        notes=notes(
            analysis, [method], standing=standing_beside(analysis, state.study().plan, "these")
        ),
        disclosure=AGGREGATE,
    )
    reasons = dict.fromkeys(test.outcome for test in answer.tests if isinstance(test.outcome, str))
    st.caption(plain(" ".join([method, *reasons, *_said(answer.maxcombo)])))


def _kind(answer: ComparisonsAnswer, test: FamilyTest) -> str:
    analysis = replace(answer.comparisons.analysis, weight=test.weight, strata=test.strata)
    return standing_of(analysis, state.study().plan).kind


def _beside(answer: ComparisonsAnswer) -> str:
    return standing_beside(answer.comparisons.analysis, state.study().plan, "MaxCombo").kind


def _row(test: FamilyTest, kind: str) -> dict[str, str]:
    row = test.row()
    name = test.weight.name
    outcome = test.outcome
    known = not isinstance(outcome, str)
    return {
        "Test": f"{name[0].upper()}{name[1:]}",
        "Stresses": EMPHASIS.get(test.weight, ""),
        "Stratified": "Yes" if test.strata else "No",
        "Chi-square (df)": f"{number(outcome.statistic, 2)} ({outcome.degrees_of_freedom})"
        if not isinstance(outcome, str)
        else "NE",
        "p": p_value(float(str(row["p_value"]))) if known else "NE",
        "Standing": kind.capitalize(),
    }


def _maxcombo_row(answer: ComparisonsAnswer) -> dict[str, str]:
    test = answer.maxcombo
    row = {
        "Test": "MaxCombo",
        "Stresses": "wherever the difference is largest",
        "Stratified": "Yes" if answer.comparisons.analysis.strata else "No",
        "Chi-square (df)": "NE",
        "p": "NE",
        "Standing": _beside(answer).capitalize(),
    }
    if isinstance(test, str):
        return row
    return row | {
        "Chi-square (df)": f"max |z| {number(test.statistic, 2)}",
        "p": f"{p_value(test.p_value)} (error < {_bound(test.p_value_error)})",
    }


def _bound(error: float) -> str:
    return "1e-8" if error < 1e-8 else f"{error:.0e}"


def _said(outcome: object) -> list[str]:
    return [outcome] if isinstance(outcome, str) else []


# Hazard ratios ----------------------------------------------------------------------


def show_hazard_ratios(made: Made[ComparisonsAnswer]) -> None:
    """Hazard ratios by each way of estimating them."""
    answer, table = made.value, made.call("hazard_ratios_table")
    raw = table.value
    st.markdown("**Hazard ratios**")
    if raw.empty:
        st.info(plain(answer.hazard_ratio), icon=":material/do_not_disturb_on:")
        return
    analysis = answer.comparisons.analysis
    level = f"{analysis.confidence_level:.0%}"
    shown = pd.DataFrame(
        {
            "Arm": raw["arm"],
            "Reference": raw["reference"],
            "Estimated by": [
                f"{row.method}, stratified by {row.strata}" if row.strata else row.method
                for row in raw.itertuples()
            ],
            f"Hazard ratio ({level} CI)": [
                interval(row.hazard_ratio, row.lower, row.upper, 3) for row in raw.itertuples()
            ],
        }
    )
    method = (
        "Cox model with Efron ties and Wald intervals; Peto: one step from the log-rank test, "
        f"biased towards 1 when the effect is large. {times_said(analysis)}"
    )
    results.table(
        shown,
        raw=table,
        name=f"{state.study().code} {analysis.endpoint} hazard ratios",
        notes=notes(analysis, [method], standing=standing_of(analysis, state.study().plan)),
        disclosure=AGGREGATE,
    )
    st.caption(plain(method))
