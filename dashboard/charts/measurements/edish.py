"""The eDISH plot: the highest aminotransferase of each subject against the highest bilirubin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.safety.liver import QUADRANTS, LiverCriteria
from dashboard.charts.axes import amount, counted
from dashboard.charts.lettering import legend_name, legend_pixels, literal
from dashboard.charts.theme import LIGHT, ArmStyle, empty_figure, new_figure

QUADRANT_NAMES: Mapping[str, str] = {
    "hys_law_range": "Hy's law range",
    "temples_corollary": "Temple's corollary",
    "cholestasis": "Cholestasis",
    "normal": "Normal range",
}
GLYPHS: Mapping[str, str] = {
    "circle": "●",
    "square": "■",
    "diamond": "◆",
    "triangle-up": "▲",
    "cross": "✚",
    "x": "✖",
    "star": "★",
    "pentagon": "⬟",
}
"""What a label writes for the marker of an arm."""

MOST_POINTS = 3000
"""Of more subjects, points that would lie on one another are drawn once."""

_PLOT, _ABOVE = 430, 22  # pixels
_PER_DECADE = 60  # places that points of one arm can take along an axis
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
# Where the label of a quadrant stands: its corner of the plot.
_CORNERS: Mapping[str, tuple[float, float]] = {
    "hys_law_range": (0.995, 0.99),
    "temples_corollary": (0.995, 0.01),
    "cholestasis": (0.005, 0.99),
    "normal": (0.005, 0.01),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EdishAxes:
    """What the two axes show, in multiples of the upper limit; both are logarithmic.

    Examples
    --------
    >>> EdishAxes.around(pd.DataFrame({"at": [0.4, 14.0], "tbl": [0.3, 4.0]}))
    EdishAxes(x=(0.2, 20.0), y=(0.1, 8.0))
    """

    x: tuple[float, float]
    y: tuple[float, float]

    @classmethod
    def around(cls, peaks: pd.DataFrame) -> EdishAxes:
        """Axes on which every peak and every usual cut can be seen."""
        return cls(x=_span(peaks["at"], 0.2, 20.0), y=_span(peaks["tbl"], 0.1, 8.0))


def _span(values: pd.Series, low: float, high: float) -> tuple[float, float]:
    known = values[values > 0]
    if known.empty:
        return low, high
    least, most = float(known.min()) / 1.6, float(known.max()) * 1.3
    return min(low, _round(least, floor)), max(high, _round(most, ceil))


def _round(value: float, towards: Any) -> float:
    power = 10.0 ** floor(log10(value))
    return float(f"{towards(value / power - 1e-9) * power:.6g}")


def draw_edish(
    peaks: pd.DataFrame,
    *,
    criteria: LiverCriteria,
    arms: Sequence[str],
    styles: Mapping[str, ArmStyle],
    axes: EdishAxes,
    test: str = "ALT or AST",
) -> go.Figure:
    """Every subject as a point; a point's `customdata` is the subject.

    Parameters
    ----------
    peaks : DataFrame
        `subject`, `arm`, `at`, `tbl` (multiples of the ULN), `at_day`, `tbl_day`, `quadrant`,
        `status`.
    criteria : LiverCriteria
        Where the lines stand.
    arms : sequence of str
        In the order of the legend.
    styles : mapping
        Of the arms.
    axes : EdishAxes
    test : str
        What the horizontal axis is about.

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> peaks = pd.DataFrame(
    ...     {"subject": ["S1"], "arm": "A", "at": 8.0, "tbl": 3.1, "at_day": 8, "tbl_day": 9,
    ...      "quadrant": "hys_law_range", "status": "candidate"}
    ... )
    >>> figure = draw_edish(peaks, criteria=LiverCriteria(), arms=["A"],
    ...     styles=arm_styles(["A"]), axes=EdishAxes.around(peaks))
    >>> [trace.name for trace in figure.data], figure.layout.annotations[0].text
    (['A', 'Candidate'], "<b>Hy's law range: 1</b>")
    """
    if peaks.empty:
        return empty_figure("No subject has a peak of ALT or AST and one of bilirubin.")
    shown = thinned(peaks)
    data = [_points(shown[shown["arm"] == arm], arm, styles[arm], axes) for arm in arms]
    candidates = peaks[peaks["status"] == "candidate"]
    data += [_rings(candidates, axes)] if len(candidates) else []
    legend = legend_pixels([*arms, "Candidate"])
    return new_figure(
        _described(peaks, arms, criteria, test),
        height=_PLOT + 70 + legend,
        data=data,
        showlegend=len(data) > 1,
        margin={"l": 12, "r": 16, "t": _ABOVE + legend, "b": 12},
        legend={"y": 1 + _ABOVE / _PLOT, "yanchor": "bottom"},  # above the cut's own label
        xaxis=_axis(axes.x, f"Highest {test}, × upper limit of normal"),
        yaxis=_axis(axes.y, "Highest total bilirubin, × upper limit of normal"),
        shapes=_lines(criteria),
        annotations=[*_quadrant_labels(peaks, arms, styles), *_cut_labels(criteria)],
    )


def thinned(peaks: pd.DataFrame) -> pd.DataFrame:
    """The points that are drawn: of very many, those in the normal range that show.

    Of those of one arm that would lie on one another the first is kept. Every point outside the
    normal range stays, and counts are never of what is drawn.

    Examples
    --------
    >>> one = {"arm": "A", "at": 1.0, "tbl": 0.5, "quadrant": "normal"}
    >>> len(thinned(pd.DataFrame([one] * 3000))), len(thinned(pd.DataFrame([one] * 3001)))
    (3000, 1)
    """
    if len(peaks) <= MOST_POINTS:
        return peaks
    place = peaks[["at", "tbl"]].clip(lower=1e-3).apply(np.log10).mul(_PER_DECADE).round()
    repeated = place.assign(arm=peaks["arm"]).duplicated()
    return peaks[~(repeated & (peaks["quadrant"] == "normal"))]


def _axis(span: tuple[float, float], title: str) -> dict[str, Any]:
    ticks = [tick for tick in _TICKS if span[0] <= tick <= span[1]]
    return {
        "type": "log",
        "range": [log10(end) for end in span],
        "tickvals": ticks,
        "ticktext": [f"{tick:g}" for tick in ticks],
        "title": {"text": title},
        "showgrid": True,
    }


def _points(own: pd.DataFrame, arm: str, style: ArmStyle, axes: EdishAxes) -> go.Scatter:
    return go.Scatter(
        x=_within(own["at"], axes.x),
        y=_within(own["tbl"], axes.y),
        mode="markers",
        name=legend_name(arm),
        marker={
            "color": style.colour,
            "symbol": style.symbol,
            "size": 8,
            "opacity": [0.55 if quadrant == "normal" else 0.95 for quadrant in own["quadrant"]],
            "line": {"width": 0.5, "color": LIGHT.background},
        },
        customdata=[[subject] for subject in own["subject"]],
        hovertext=[_hover(row) for row in own.itertuples()],
        hoverinfo="text",
        # What is selected is shown below the figure; the points keep their look.
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0.55}},
    )


def _rings(own: pd.DataFrame, axes: EdishAxes) -> go.Scatter:
    return go.Scatter(
        x=_within(own["at"], axes.x),
        y=_within(own["tbl"], axes.y),
        mode="markers",
        name="Candidate",
        marker={
            "symbol": "circle-open",
            "size": 16,
            "color": LIGHT.text,
            "line": {"width": 1.5},
        },
        customdata=[[subject] for subject in own["subject"]],
        hoverinfo="skip",
    )


def _within(values: pd.Series, span: tuple[float, float]) -> list[float]:
    """A value of 0 has no place on a logarithmic axis: it stands at the lower end."""
    return [float(value) for value in values.clip(lower=span[0])]


def _hover(row: Any) -> str:
    return (
        f"<b>{literal(row.subject)}</b>, {literal(row.arm)}<br>"
        f"ALT or AST {amount(row.at)} × ULN on day {row.at_day:,.0f}<br>"
        f"Bilirubin {amount(row.tbl)} × ULN on day {row.tbl_day:,.0f}"
    )


def _lines(criteria: LiverCriteria) -> list[dict[str, Any]]:
    line = {"color": LIGHT.muted, "width": 1.5, "dash": "6px,4px"}
    x, y = criteria.aminotransferase, criteria.bilirubin
    return [
        {"type": "line", "x0": x, "x1": x, "yref": "y domain", "y0": 0, "y1": 1, "line": line},
        {"type": "line", "y0": y, "y1": y, "xref": "x domain", "x0": 0, "x1": 1, "line": line},
    ]


def _quadrant_labels(
    peaks: pd.DataFrame, arms: Sequence[str], styles: Mapping[str, ArmStyle]
) -> list[dict[str, Any]]:
    labels = []
    for quadrant in QUADRANTS:
        own = peaks.loc[peaks["quadrant"] == quadrant, "arm"]
        x, y = _CORNERS[quadrant]
        text = f"<b>{QUADRANT_NAMES[quadrant]}: {len(own):,}</b>"
        if len(arms) > 1:
            text += "<br>" + "   ".join(
                f'<span style="color:{styles[arm].ink}">{GLYPHS[styles[arm].symbol]}</span> '
                f"{int((own == arm).sum()):,}"
                for arm in arms
            )
        labels.append(
            {
                "text": text,
                "xref": "x domain",
                "yref": "y domain",
                "x": x,
                "y": y,
                "xanchor": "right" if x > 0.5 else "left",
                "yanchor": "top" if y > 0.5 else "bottom",
                "align": "right" if x > 0.5 else "left",
                "showarrow": False,
                "borderpad": 3,
                "bgcolor": LIGHT.background,
                "opacity": 0.9,
                "font": {"size": 13, "color": LIGHT.text},
            }
        )
    return labels


def _cut_labels(criteria: LiverCriteria) -> list[dict[str, Any]]:
    font = {"size": 12, "color": LIGHT.muted}
    return [
        {
            "text": f"≥ {criteria.aminotransferase:g}",
            "x": log10(criteria.aminotransferase),
            "yref": "y domain",
            "y": 1,
            "yanchor": "bottom",
            "showarrow": False,
            "font": font,
        },
        {
            "text": f"> {criteria.bilirubin:g}",
            "y": log10(criteria.bilirubin),
            "xref": "x domain",
            "x": 0.5 if criteria.aminotransferase > 100 else 0.003,
            "xanchor": "left",
            "yanchor": "bottom",
            "showarrow": False,
            "font": font,
        },
    ]


def _described(peaks: pd.DataFrame, arms: Sequence[str], criteria: LiverCriteria, test: str) -> str:
    parts = []
    for quadrant in QUADRANTS:
        own = peaks.loc[peaks["quadrant"] == quadrant, "arm"]
        by_arm = ", ".join(f"{arm} {int((own == arm).sum())}" for arm in arms)
        parts.append(f"{QUADRANT_NAMES[quadrant]}: {by_arm}")
    candidates = counted(int((peaks["status"] == "candidate").sum()), "candidate")
    return (
        f"eDISH plot of {len(peaks):,} subjects: highest {test} against highest total bilirubin, "
        f"cut at {criteria.aminotransferase:g} and {criteria.bilirubin:g} times the upper limit. "
        f"{'; '.join(parts)}. {candidates} for Hy's law."
    )
