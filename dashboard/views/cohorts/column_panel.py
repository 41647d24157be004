"""The panel of one column of the subjects: levels to click, numbers and days to brush."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.charts.panels import MOST_LEVELS, draw_histogram_panel, draw_level_panel
from dashboard.text import plain
from dashboard.views.cohorts.clicks import Selection, chart, places, replace
from dashboard.views.cohorts.levels import listed, named, value_of
from dashboard.views.cohorts.refining import refine
from queries.cohorts import Between, OneOf, Rule
from queries.cohorts.editing import toggled
from queries.panels import Panel, bin_range
from queries.profile import ColumnProfile

_DAY = 86_400_000  # milliseconds
_DAYS_IN = {"day": 1.0, "week": 7.0, "month": 30.4, "quarter": 91.3, "year": 365.25}


def column_panel(
    panel: Panel,
    profile: ColumnProfile,
    counts: pd.DataFrame,
    own: Rule | None,
    owner: int | None,
) -> None:
    """Draw the panel of a column.

    Parameters
    ----------
    counts : DataFrame
        `level`, `now` and `total`.
    own : Rule, optional
        The criterion that this panel made, and `owner` its place in the rule.
    """
    label = state.labels().get(panel.column, panel.column)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", wrap=False):
        st.markdown(f"**{plain(label)}**", width="stretch")
        with st.popover(
            "Refine",
            icon=":material/tune:",
            type="tertiary",
            key=f"refine {panel.column}",
            on_change="rerun",
        ) as opened:
            if opened.open:
                refine(panel, profile, counts, own, owner)
    if panel.kind == "levels":
        _levels(panel, counts, own, owner, label)
    else:
        _histogram(panel, profile, counts, own, owner, label)


def _levels(
    panel: Panel, counts: pd.DataFrame, own: Rule | None, owner: int | None, label: str
) -> None:
    chosen = listed(own)
    is_chosen = [value_of(panel, level) in chosen for level in counts["level"]]
    # What is chosen stays in sight, however rare.
    shown = counts.assign(chosen=is_chosen)
    shown = shown.sort_values(["chosen", "total"], ascending=False, kind="stable")
    shown = shown.head(MOST_LEVELS).sort_values("total", ascending=False, kind="stable")
    bars = shown.assign(level=[named(panel, level) for level in shown["level"]])
    clicked = partial(_click, panel, shown["level"].tolist(), own, owner)
    chart(draw_level_panel(bars, label=label), panel.column, ("points",), clicked)
    if len(counts) > len(shown):
        st.caption(f"{len(counts) - len(shown):,} more levels: search under Refine.")


def _click(
    panel: Panel,
    levels: Sequence[Any],
    own: Rule | None,
    owner: int | None,
    selection: Selection,
) -> None:
    chosen = own if isinstance(own, OneOf) else None
    for place in places(selection):
        chosen = toggled(chosen, panel.column, value_of(panel, levels[place]))
    replace(owner, chosen)


def _histogram(
    panel: Panel,
    profile: ColumnProfile,
    counts: pd.DataFrame,
    own: Rule | None,
    owner: int | None,
    label: str,
) -> None:
    missing = counts["level"].isna()
    bins = _bins(panel, profile, counts[~missing])
    width = panel.width if panel.kind == "numbers" else _DAYS_IN[panel.step] * _DAY
    figure = draw_histogram_panel(bins, label=label, width=width, chosen=_range_of(own))
    brushed = partial(_brush, panel, bins, width, own, owner)
    chart(figure, panel.column, ("box", "points"), brushed)
    for row in counts[missing].itertuples():
        st.caption(f"Missing: {row.now:,} / {row.total:,}")


def _bins(panel: Panel, profile: ColumnProfile, counts: pd.DataFrame) -> pd.DataFrame:
    ranges = [bin_range(panel, level, profile.unit) for level in counts["level"]]
    bins = counts.assign(
        low=[_on_axis(low) for low, _ in ranges],
        name=[_range_name(low, high) for low, high in ranges],
        first=[low for low, _ in ranges],
        last=[high for _, high in ranges],
    ).sort_values("low", ignore_index=True)
    bins.attrs["days"] = panel.kind == "days"
    return bins


def _on_axis(value: object) -> float:
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() * 1000
    return float(str(value))


def _range_name(low: object, high: object) -> str:
    first, last = (
        f"{one.day} {one:%b %Y}" if isinstance(one, date) else f"{one:g}" for one in (low, high)
    )
    return first if first == last else f"{first} to {last}"


def _range_of(own: Rule | None) -> tuple[float, float] | None:
    if not isinstance(own, Between):
        return None
    low = float("-inf") if own.low is None else _on_axis(own.low)
    return low, float("inf") if own.high is None else _on_axis(own.high)


def _brush(
    panel: Panel,
    bins: pd.DataFrame,
    width: float,
    own: Rule | None,
    owner: int | None,
    selection: Selection,
) -> None:
    """Snap a brush to whole bins; the same bins once more take the criterion away."""
    if selection.get("box"):
        start, end = sorted(_from_axis(x) for x in selection["box"][0]["x"])
        touched = bins[(bins["low"] + width > start) & (bins["low"] < end)]
    else:
        touched = bins.iloc[places(selection)]
    if touched.empty:
        return
    keep = isinstance(own, Between) and own.keep_missing
    low, high = touched["first"].tolist()[0], touched["last"].tolist()[-1]  # plain numbers
    part = Between(column=panel.column, low=low, high=high, keep_missing=keep)
    replace(owner, None if part == own else part)


def _from_axis(x: object) -> float:
    if isinstance(x, str):  # Plotly gives days as text
        return datetime.fromisoformat(x[:23]).replace(tzinfo=UTC).timestamp() * 1000
    return float(str(x))
