"""The Subgroups tab: a forest plot, with a test of interaction for each factor."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from analytics.survival.regression import SubgroupHazardRatios
from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.comparisons import nothing_to_compare
from dashboard.analyses.survival.model_standing import subgroup_standing
from dashboard.analyses.survival.subgroups import (
    FEW_LEVELS,
    MOST_FACTORS,
    MOST_LEVELS,
    SubgroupAnalysis,
    subgroups_table,
)
from dashboard.charts.survival.forest import draw_forest
from dashboard.charts.survival.forest_rows import ForestOptions
from dashboard.disclosure import AGGREGATE
from dashboard.text import number, p_value, plain
from dashboard.views.survival.curves import styles
from dashboard.views.survival.notes import notes, times_said
from dashboard.views.survival.regression.covariates import (
    labels_of,
    offered_subgroups,
    planned_subgroups,
    usual_subgroups,
)
from dashboard.views.survival.regression.names import hazard_ratio
from dashboard.views.survival.usual import endpoint_labels

_HERE = ":material/do_not_disturb_on:"
_READ = (
    "No p-values within subgroups: a subgroup's interval says what it knows, and whether the "
    "effect differs is the question of the interaction test. With many factors some will seem "
    "to differ by chance."
)


def show(analysis: SurvivalAnalysis) -> None:
    """The forest plot, and its numbers."""
    arms = tuple(curve.arm for curve in state.answered(analysis).curves.curves)
    refusal = nothing_to_compare(state.store(), analysis, arms)
    if refusal is not None:
        st.info(plain(refusal), icon=_HERE)
        return
    asked = _choose(analysis, arms)
    made = state.made(asked).part("found").named("found")
    found: SubgroupHazardRatios | str = made.value
    if isinstance(found, str):
        st.info(plain(found), icon=_HERE)
        return
    first = found.table.iloc[0]
    options = ForestOptions(
        arm=str(first["arm"]),
        reference=str(first["reference"]),
        endpoint=endpoint_labels()[analysis.endpoint],
        labels=labels_of(asked.factors),
        planned=planned_subgroups(),
    )
    said = _notes(asked, found, options)
    table = made.then(subgroups_table, planned=planned_subgroups())
    name = f"{state.study().code} {analysis.endpoint} subgroups"
    results.figure(
        made.then(draw_forest, options=options, styles=styles(analysis, list(arms))),
        name=name,
        notes=said,
        data=table,
        disclosure=AGGREGATE,
    )
    with st.expander("Numbers of the forest plot", icon=":material/table:"):
        results.table(
            _shown(found, options),
            raw=table,
            name=f"{name} table",
            notes=said,
            disclosure=AGGREGATE,
        )


def _choose(analysis: SurvivalAnalysis, arms: tuple[str, ...]) -> SubgroupAnalysis:
    offered, planned = offered_subgroups(), planned_subgroups()
    labels = {
        name: f"{label} · pre-specified" if name in planned else label
        for name, label in labels_of(offered).items()
    }
    with st.container(border=True), st.grid(3, min_column_width=220) as grid:
        with grid.cell(column_span=2 if len(arms) > 2 else 3):
            factors = st.multiselect(
                "Subgroups by",
                offered,
                key=state.choices("survival_subgroups", offered, usual_subgroups()),
                persist_state="session",
                format_func=labels.__getitem__,
                max_selections=MOST_FACTORS,
                placeholder="None: all subjects only",
                select_all=False,
                wrap=True,
                help=f"Factors that were known at baseline and have at most {FEW_LEVELS} levels; "
                f"those that the plan names, with up to {MOST_LEVELS}.",
            )
        versus = _versus(arms) if len(arms) > 2 else None
    return SubgroupAnalysis(analysis=analysis, factors=tuple(factors), versus=versus)


def _versus(arms: tuple[str, ...]) -> str:
    others = list(arms[1:])
    return st.selectbox(
        f"Compared with {plain(arms[0])}",
        others,
        key=state.choice("survival_versus", others, others[-1]),
        persist_state="session",
        help="Each comparison uses the subjects of its two arms only.",
    )


def _notes(
    asked: SubgroupAnalysis, found: SubgroupHazardRatios, options: ForestOptions
) -> list[str]:
    analysis = asked.analysis
    if not analysis.groups:
        analysis = replace(analysis, arms=(options.reference, options.arm))
    strata = f", stratified by {', '.join(analysis.strata)}" if analysis.strata else ""
    return notes(
        analysis,
        [
            f"{options.arm} against {options.reference}: {found.method}{strata}. {_READ}",
            "The area of a square is its number of events; arrows: more lies beyond the axis. The "
            "diamond and the dashed line are all subjects.",
            *_without_level(found, options),
            *_planned_said(asked),
            f"{times_said(analysis)} NE: not estimable.",
        ],
        standing=subgroup_standing(asked, state.study().plan),
        measure="hazard ratio by subgroup",
    )


def _without_level(found: SubgroupHazardRatios, options: ForestOptions) -> list[str]:
    """Subjects who are in no level of a factor."""
    rows = found.interactions[found.interactions["missing"] > 0]
    listed = "; ".join(
        f"{(options.labels or {})[row.subgroup]} {row.missing:,}" for row in rows.itertuples()
    )
    if not listed:
        return ["Every subject is in a level of each factor."] if len(found.interactions) else []
    return [f"Subjects in no level: {listed}."]


def _planned_said(asked: SubgroupAnalysis) -> list[str]:
    """Planned factors that are not shown, which nobody must overlook."""
    offered = offered_subgroups()
    absent = [
        name if name in offered else f"{name} ({_why_not_offered(name)})"
        for name in planned_subgroups()
        if name not in asked.factors
    ]
    return [f"Pre-specified subgroups that are not shown: {', '.join(absent)}."] if absent else []


def _why_not_offered(name: str) -> str:
    store, profile = state.store(), state.profiles().get(name)
    if name not in store.columns:
        return "not in the data"
    if name in store.schema.after_baseline:
        return "known only after baseline"
    if profile is not None and profile.kind == "levels" and profile.levels > MOST_LEVELS:
        return f"{profile.levels:,} levels"
    return "no factor"


def _shown(found: SubgroupHazardRatios, options: ForestOptions) -> pd.DataFrame:
    tests = found.interactions.set_index("subgroup")
    labels = options.labels or {}
    rows, before = [], ""
    for row in found.table.to_dict("records"):
        factor = row["subgroup"]
        starts = factor != before
        before = factor
        test = tests.loc[factor] if factor and starts else None
        rows.append(
            {
                "Subgroup": (labels.get(factor) or "All subjects") if starts or not factor else "",
                "Level": row["level"],
                f"{options.arm}, events/n": f"{row['events']:,}/{row['subjects']:,}",
                f"{options.reference}, events/n": (
                    f"{row['events_reference']:,}/{row['subjects_reference']:,}"
                ),
                f"Hazard ratio ({found.confidence_level:.0%} CI)": _ratio(row),
                "Interaction": "" if test is None else _tested(test),
                "Note": row["note"] or ("" if test is None else test["note"]),
            }
        )
    return pd.DataFrame(rows)


def _ratio(row: dict[str, float]) -> str:
    if row["hazard_ratio"] != row["hazard_ratio"]:
        return "NE"
    return hazard_ratio(row["hazard_ratio"], row["lower"], row["upper"])


def _tested(test: pd.Series) -> str:
    if test["p_value"] != test["p_value"]:
        return "NE"
    chi = number(test["statistic"], 2)
    return f"p {p_value(test['p_value'])} (chi-square {chi}, df {test['degrees_of_freedom']})"
