"""The endpoint table: subjects, events, follow-up, medians and milestones of each arm."""

from __future__ import annotations

import math

import pandas as pd

from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.text import interval, percent, reached
from dashboard.views import disclosing
from dashboard.views.survival.notes import curve_notes


def show(analysis: SurvivalAnalysis) -> None:
    """The endpoint table."""
    made = state.made(analysis)
    answer, unit = made.value, analysis.unit
    raw = made.call("endpoint_table").call("assign", unit=unit)
    table = raw.value
    rows: dict[str, dict[str, str]] = {
        "Subjects": {r.arm: f"{r.subjects:,}" for r in table.itertuples()},
        "Events": {
            r.arm: f"{r.events:,} ({percent(r.events / r.subjects)})" for r in table.itertuples()
        },
        f"Median follow-up, {unit} (reverse Kaplan–Meier)": {
            r.arm: reached(r.median_followup, math.nan, math.nan) for r in table.itertuples()
        },
        f"Median, {unit} (95% CI)": {
            r.arm: reached(r.median, r.median_lower, r.median_upper) for r in table.itertuples()
        },
    }
    for time in answer.analysis.landmarks:
        rows[f"Survival at {time:g} {unit}, % (95% CI)"] = _landmark_row(table, time)
    shown = pd.DataFrame(rows).T.rename_axis("Statistic").reset_index()
    name = f"{state.study().code} {answer.analysis.endpoint} endpoint table"
    results.table(
        shown,
        raw=raw,
        name=name,
        notes=curve_notes(answer),
        disclosure=disclosing.endpoint_events(analysis, table),
    )


def _landmark_row(table: pd.DataFrame, time: float) -> dict[str, str]:
    name = f"survival_{time:g}"
    columns = [name, f"{name}_lower", f"{name}_upper"]
    percentages = 100 * table.set_index("arm")[columns]
    return {
        str(arm): interval(*row)
        for arm, row in zip(table["arm"], percentages.to_numpy(), strict=True)
    }
