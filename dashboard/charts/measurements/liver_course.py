"""The liver tests of one subject over time, all as multiples of their own upper limit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import log10
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from analytics.safety.liver import TESTS, LiverCriteria
from dashboard.charts.axes import amount
from dashboard.charts.lettering import legend_pixels, literal
from dashboard.charts.theme import LIGHT, empty_figure, new_figure
from dashboard.charts.timeline.days import DayAxis

TEST_NAMES: Mapping[str, str] = {
    "alt": "ALT",
    "ast": "AST",
    "tbl": "Total bilirubin",
    "alp": "ALP",
}
# Not the colours of arms that studies have; told apart by marker and dash as well.
_STYLES: Mapping[str, tuple[str, str, str]] = {
    "alt": ("#C4174F", "circle", "solid"),
    "ast": ("#9440DD", "square", "7px,2px"),
    "tbl": ("#A08A4A", "diamond", "solid"),
    "alp": ("#647886", "triangle-up", "2px,2px"),
}
_TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 50, 100, 200)
_PLOT = 300


def draw_liver_course(
    results: pd.DataFrame,
    *,
    criteria: LiverCriteria,
    subject: str,
    dosed: tuple[int, int] | None = None,
    first_dose: date | None = None,
) -> go.Figure:
    """ALT, AST, bilirubin and ALP over study days, with the limits that they are judged by.

    Parameters
    ----------
    results : DataFrame
        `test`, `day`, `multiple`, `value`, `unit`, `high`.
    criteria : LiverCriteria
    subject : str
        For the description.
    dosed : (int, int), optional
        Study days of the first and the last dose, shaded.
    first_dose : date, optional
        Date of day 1.

    Examples
    --------
    >>> results = pd.DataFrame(
    ...     {"test": ["alt", "alt", "tbl"], "day": [-3, 15, 15], "multiple": [0.5, 6.0, 2.5],
    ...      "value": [20, 240, 50], "unit": "U/L", "high": 40}
    ... )
    >>> figure = draw_liver_course(results, criteria=LiverCriteria(), subject="S1")
    >>> [trace.name for trace in figure.data]
    ['ALT', 'Total bilirubin']
    """
    if results.empty:
        return empty_figure("No liver test of this subject has a date and a limit.")
    days = DayAxis.around(results["day"], span=dosed, first_dose=first_dose)
    tests = [test for test in TESTS if (results["test"] == test).any()]
    legend = legend_pixels([TEST_NAMES[test] for test in tests])
    low, high = _span(results, criteria)
    ticks = [tick for tick in _TICKS if low <= tick <= high]
    return new_figure(
        _described(results, tests, subject, days),
        height=_PLOT + 70 + legend,
        data=[_line(results[results["test"] == test], test, days) for test in tests],
        showlegend=True,
        margin={"l": 12, "r": 46, "t": 16 + legend, "b": 12},
        xaxis=days.layout(),
        yaxis={
            "type": "log",
            "range": [log10(low), log10(high)],
            "tickvals": ticks,
            "ticktext": [f"{tick:g}" for tick in ticks],
            "title": {"text": "× upper limit of normal"},
        },
        shapes=[*_dosed(dosed, days), *_limits(criteria)],
        annotations=_names(criteria, dosed, days),
    )


def _span(results: pd.DataFrame, criteria: LiverCriteria) -> tuple[float, float]:
    known = results.loc[results["multiple"] > 0, "multiple"]
    cuts = (1.0, criteria.aminotransferase, criteria.bilirubin)
    return min(0.2, float(known.min()) / 1.25), max(5.0, 1.4 * max(*cuts, float(known.max())))


def _line(own: pd.DataFrame, test: str, days: DayAxis) -> go.Scatter:
    colour, symbol, dash = _STYLES[test]
    own = own.sort_values(["day", "multiple"])
    return go.Scatter(
        x=[days.middle(day) for day in own["day"]],
        y=[float(multiple) if multiple > 0 else None for multiple in own["multiple"]],
        mode="lines+markers",
        name=TEST_NAMES[test],
        line={"color": colour, "width": 2, "dash": dash},
        marker={"color": colour, "symbol": symbol, "size": 8},
        hovertext=[_hover(row, days) for row in own.itertuples()],
        hoverinfo="text",
    )


def _hover(row: Any, days: DayAxis) -> str:
    unit = "" if pd.isna(row.unit) else f" {literal(row.unit)}"
    return (
        f"<b>{TEST_NAMES[row.test]}</b> {amount(row.multiple)} × ULN<br>"
        f"{amount(row.value)}{unit}, limit {amount(row.high)}<br>{days.say(row.day)}"
    )


def _dosed(dosed: tuple[int, int] | None, days: DayAxis) -> list[dict[str, Any]]:
    if dosed is None:
        return []
    return [
        {
            "type": "rect",
            "x0": days.starts(dosed[0]),
            "x1": days.ends(dosed[1]),
            "yref": "y domain",
            "y0": 0,
            "y1": 1,
            "line": {"width": 0},
            "fillcolor": LIGHT.surface,
            "layer": "below",
        }
    ]


def _cuts(criteria: LiverCriteria) -> dict[float, str]:
    """The lines, and how they are named; at one multiple there is one line."""
    names = {1.0: "ULN", criteria.bilirubin: f"> {criteria.bilirubin:g}"}
    return {**names, criteria.aminotransferase: f"≥ {criteria.aminotransferase:g}"}


def _limits(criteria: LiverCriteria) -> list[dict[str, Any]]:
    return [
        {
            "type": "line",
            "xref": "x domain",
            "x0": 0,
            "x1": 1,
            "y0": cut,
            "y1": cut,
            "layer": "below",
            "line": {
                "color": LIGHT.muted if cut == 1 else LIGHT.line,
                "width": 1.5,
                "dash": "solid" if cut == 1 else "6px,4px",
            },
        }
        for cut in _cuts(criteria)
    ]


def _names(
    criteria: LiverCriteria, dosed: tuple[int, int] | None, days: DayAxis
) -> list[dict[str, Any]]:
    font = {"size": 12, "color": LIGHT.muted}
    names: list[dict[str, Any]] = [
        {
            "text": said,
            "xref": "x domain",
            "x": 1,
            "xanchor": "left",
            "xshift": 4,
            "y": log10(cut),
            "yanchor": "middle",
            "showarrow": False,
            "font": font,
        }
        for cut, said in _cuts(criteria).items()
    ]
    if dosed is not None:
        names.append(
            {
                "text": "Treatment",
                "x": days.starts(dosed[0]),
                "xanchor": "left",
                "xshift": 4,
                "yref": "y domain",
                "y": 0.01,
                "yanchor": "bottom",
                "showarrow": False,
                "font": font,
            }
        )
    return names


def _described(results: pd.DataFrame, tests: list[str], subject: str, days: DayAxis) -> str:
    parts = []
    for test in tests:
        own = results[results["test"] == test]
        top = own.loc[own["multiple"].idxmax()]
        parts.append(
            f"{TEST_NAMES[test]} up to {amount(top['multiple'])} × ULN on {days.say(top['day'])}"
        )
    return f"Liver tests of {subject} over study days. {'; '.join(parts)}."
