"""Differences on the scale of time and of survival: restricted means and milestones."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.survival.milestones import MilestoneComparison
from analytics.survival.rmst import RestrictedMeans
from dashboard import results, state
from dashboard.analyses.survival.comparisons import ComparisonsAnswer
from dashboard.analyses.survival.standing import standing_beside
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import interval, p_value, plain
from dashboard.views.survival.comparisons.weighted_tests import DIGITS
from dashboard.views.survival.notes import notes, times_said

_HERE = ":material/do_not_disturb_on:"
_MEASURES = {
    "RMST difference": "Difference of RMST",
    "RMST ratio": "Ratio of RMST",
    "RMTL ratio": "Ratio of RMTL",
}


def show_means(made: Made[ComparisonsAnswer]) -> None:
    """Restricted mean survival time and time lost, by arm and compared."""
    st.markdown("**Restricted mean survival time (RMST) and time lost (RMTL)**")
    answer, means = made.value, made.value.means
    if isinstance(means, str):
        st.info(plain(f"{means} Choose an earlier horizon."), icon=_HERE)
        return
    analysis = answer.comparisons.analysis
    results.table(
        _means_shown(means),
        raw=made.call("means_table"),
        name=f"{state.study().code} {analysis.endpoint} restricted means",
        notes=notes(
            analysis,
            [_horizon_said(means), times_said(analysis)],
            standing=standing_beside(analysis, state.study().plan, "restricted means"),
            measure="difference and ratio of restricted mean survival times",
        ),
        disclosure=AGGREGATE,
    )
    st.caption(plain(_horizon_said(means)))


def _horizon_said(means: RestrictedMeans) -> str:
    horizon = f"{means.horizon:.1f} {means.time_unit}"
    if means.horizon_from == "stated":
        start = f"Horizon {horizon}, as stated."
    else:
        start = (
            f"Horizon {horizon}: the smallest of the arms' last observed times. It depends on "
            "the data; a protocol states one."
        )
    return (
        f"{start} Areas under the Kaplan–Meier curves, strata pooled. An RMST difference above 0, "
        "an RMST ratio above 1 and an RMTL ratio below 1 favour the arm over the reference."
    )


def _means_shown(means: RestrictedMeans) -> pd.DataFrame:
    digits, unit = DIGITS[means.time_unit], means.time_unit
    level = f"{means.confidence_level:.0%} CI"
    statistics = [f"RMST, {unit} ({level})", f"RMTL, {unit} ({level})"]
    for measure, name in _MEASURES.items():
        of_time = f", {unit}" if measure == "RMST difference" else ""
        statistics += [f"{name}{of_time} ({level})", "p"]
    columns: dict[str, list[str]] = {"Statistic": statistics}
    for row in means.by_arm.itertuples():
        values = [
            interval(row.rmst, row.lower, row.upper, digits),
            interval(row.rmtl, row.rmtl_lower, row.rmtl_upper, digits),
        ]
        columns[str(row.arm)] = [*values, *_contrasts(means, str(row.arm), digits)]
    return pd.DataFrame(columns)


def _contrasts(means: RestrictedMeans, arm: str, digits: int) -> list[str]:
    rows = means.contrasts[means.contrasts["arm"] == arm].set_index("measure")
    if rows.empty:
        return ["Reference", ""] * len(_MEASURES)
    shown = []
    for measure in _MEASURES:
        row = rows.loc[measure]
        places = digits if measure == "RMST difference" else 3
        estimate = interval(row["estimate"], row["lower"], row["upper"], places)
        shown += [estimate, p_value(row["p_value"])]
    return shown


def show_milestone(made: Made[ComparisonsAnswer]) -> None:
    """Survival at one time, by arm and compared."""
    st.markdown("**Survival at a milestone**")
    answer, found = made.value, made.value.at_milestone
    if isinstance(found, str):
        st.info(plain(found), icon=_HERE)
        return
    analysis = answer.comparisons.analysis
    method = (
        f"Kaplan–Meier estimates at {found.time:g} {found.time_unit}, strata pooled; Wald "
        "interval of the difference in percentage points; p by the test on the log(−log) scale, "
        "which holds its level better than the plain one. Above 0 favours the arm."
    )
    results.table(
        _milestone_shown(found),
        raw=made.call("milestone_table"),
        name=f"{state.study().code} {analysis.endpoint} milestone",
        notes=notes(
            analysis,
            [method, times_said(analysis)],
            standing=standing_beside(analysis, state.study().plan, "a milestone"),
            measure=f"difference of survival at {found.time:g} {found.time_unit}",
        ),
        disclosure=AGGREGATE,
    )
    st.caption(plain(method))


def _milestone_shown(found: MilestoneComparison) -> pd.DataFrame:
    level = f"{found.confidence_level:.0%} CI"
    tests = found.tests[found.tests["scale"] == "log-log"].set_index("arm")["p_value"]
    differences = found.differences.set_index("arm")
    rows = []
    for row in found.by_arm.itertuples():
        arm = str(row.arm)
        shown = {
            "Arm": arm,
            "At risk": f"{row.at_risk:,}",
            f"Survival at {found.time:g} {found.time_unit}, % ({level})": interval(
                100 * row.survival, 100 * row.lower, 100 * row.upper
            ),
            f"Difference, points ({level})": "Reference",
            "p": "",
        }
        if arm in differences.index:
            limits = 100 * differences.loc[arm, ["difference", "lower", "upper"]].astype(float)
            shown[f"Difference, points ({level})"] = interval(*limits)
            shown["p"] = p_value(float(tests[arm]))
        rows.append(shown)
    return pd.DataFrame(rows)
