"""Residuals of a Cox model: scaled Schoenfeld against time, and one per subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.survival.regression import ProportionalHazards
from dashboard.charts.axes import amount, counted
from dashboard.charts.contrast import translucent
from dashboard.charts.lettering import fitted, literal
from dashboard.charts.theme import LIGHT, empty_figure, new_figure

_PIXELS, _TOP, _BOTTOM = 380, 40, 12
_MOST_POINTS = 3000
_MOST_TICKS = 7
_TITLE = 320  # pixels that a vertical title has


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardsOptions:
    """What the figure of proportional hazards is about.

    Parameters
    ----------
    covariate : str
        Which coefficient, as the result names it.
    label : str
        What it is called on the figure.
    estimate : float
        Its log hazard ratio under proportional hazards.
    unit : str
        Of the times.
    """

    covariate: str
    label: str
    estimate: float
    unit: str = "months"


def draw_hazards_check(result: ProportionalHazards, *, options: HazardsOptions) -> go.Figure:
    """Scaled Schoenfeld residuals of one coefficient, with their smooth and its band.

    Under proportional hazards the smooth is level at the estimate.

    Parameters
    ----------
    result : ProportionalHazards
    options : HazardsOptions

    Examples
    --------
    >>> from analytics.survival.regression import FollowUp, Numeric, fit_cox
    >>> from analytics.survival.regression import check_proportional_hazards
    >>> frame = pd.DataFrame({"days": [1, 2, 3, 4, 5], "died": [1, 1, 1, 0, 1],
    ...     "age": [6, 9, 5, 7, 8]})
    >>> follow_up = FollowUp(frame=frame, time="days", event="died")
    >>> fit = fit_cox(follow_up, [Numeric("age")])
    >>> check = check_proportional_hazards(fit, follow_up)
    >>> options = HazardsOptions(covariate="age", label="Age", estimate=0.04, unit="days")
    >>> draw_hazards_check(check, options=options).layout.yaxis.title.text
    'Log hazard ratio at that time: Age'
    """
    points = result.residuals[result.residuals["covariate"] == options.covariate]
    smooth = result.smooth[result.smooth["covariate"] == options.covariate]
    if points.empty:
        return empty_figure("There is no such coefficient in the model.")
    order = np.argsort(points["time"].to_numpy(), kind="stable")
    shown = points.iloc[order]
    kept = shown.iloc[_kept(shown["residual"].to_numpy())]
    figure = new_figure(
        _describe_hazards(smooth, options),
        height=_PIXELS + _TOP + _BOTTOM,
        data=[
            *_band(smooth, result.confidence_level),
            _dots(kept, options),
            _curve(smooth, "transformed_time"),
        ],
        margin={"t": _TOP, "b": _BOTTOM},
        hovermode="closest",
        legend={"traceorder": "normal"},
        xaxis=_time_axis(shown, options.unit),
        yaxis={
            "title": {
                "text": fitted(
                    f"Log hazard ratio at that time: {options.label}", _TITLE, size=14, most=2
                )
            }
        },
    )
    _add_level(figure, options.estimate, "Estimate under proportional hazards")
    _say_thinned(figure, len(kept), len(shown))
    return figure


def _kept(residuals: np.ndarray) -> np.ndarray:
    """Which points are drawn: all, or the most extreme and an even choice of the rest."""
    if residuals.size <= _MOST_POINTS:
        return np.arange(residuals.size)
    extreme = np.argsort(-np.abs(residuals), kind="stable")[: _MOST_POINTS // 6]
    even = np.linspace(0, residuals.size - 1, _MOST_POINTS - extreme.size).astype(int)
    return np.unique(np.concatenate((extreme, even)))


def _dots(points: pd.DataFrame, options: HazardsOptions) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": points["transformed_time"].to_numpy(),
        "y": points["residual"].to_numpy(),
        "customdata": points["time"].to_numpy(),
        "mode": "markers",
        "marker": _marker("circle"),
        "name": "Scaled Schoenfeld residual of an event",
        "hovertemplate": f"%{{customdata:.1f}} {literal(options.unit)}<br>%{{y:.2f}}"
        "<extra></extra>",
        "meta": {"part": "residuals"},
    }


def _marker(symbol: str) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "size": 6,
        "color": LIGHT.muted,
        "opacity": 0.55,
        "line": {"width": 1.1 if symbol.endswith("-open") else 0, "color": LIGHT.muted},
    }


def _curve(smooth: pd.DataFrame, against: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": smooth[against].to_numpy(),
        "y": smooth["estimate"].to_numpy(),
        "mode": "lines",
        "line": {"color": LIGHT.accent, "width": 2.5},
        "name": "Smooth",
        "hoverinfo": "skip",
        "meta": {"part": "smooth"},
    }


def _band(smooth: pd.DataFrame, level: float) -> list[dict[str, Any]]:
    edge = {
        "type": "scatter",
        "x": smooth["transformed_time"].to_numpy(),
        "mode": "lines",
        "line": {"width": 0, "color": LIGHT.accent},
        "hoverinfo": "skip",
    }
    filled = {"fill": "tonexty", "fillcolor": translucent(LIGHT.accent, 0.14)}
    return [
        {**edge, "y": smooth["lower"].to_numpy(), "showlegend": False, "meta": {"part": "lower"}},
        {
            **edge,
            **filled,
            "y": smooth["upper"].to_numpy(),
            "name": f"{level:.0%} band",
            "meta": {"part": "upper"},
        },
    ]


def _time_axis(points: pd.DataFrame, unit: str) -> dict[str, Any]:
    """Ticks at even steps of the transformed time, written as the times they are."""
    x, time = (points[name].to_numpy(dtype=float) for name in ("transformed_time", "time"))
    wanted = np.linspace(x.min(), x.max(), _MOST_TICKS)
    places = np.unique(np.abs(x[:, None] - wanted).argmin(axis=0))
    named = dict(zip(x[places].tolist(), map(_time_text, time[places].tolist()), strict=True))
    return {
        "tickmode": "array",
        "tickvals": list(named),
        "ticktext": list(named.values()),
        "title": {"text": literal(f"{unit.capitalize()}, on the scale of the test")},
    }


def _time_text(time: float) -> str:
    return f"{time:.1f}" if time < 100 else f"{time:.0f}"


def _add_level(figure: go.Figure, y: float, name: str) -> None:
    figure.add_hline(y=y, line={"color": LIGHT.muted, "width": 1.2, "dash": "5px,3px"})
    figure.add_scatter(
        x=[None],
        y=[None],
        mode="lines",
        line={"color": LIGHT.muted, "width": 1.2, "dash": "5px,3px"},
        name=name,
        meta={"part": "level"},
    )


def _say_thinned(figure: go.Figure, drawn: int, all_: int) -> None:
    if drawn == all_:
        return
    figure.add_annotation(
        text=f"{drawn:,} of {all_:,} points are drawn, the most extreme among them",
        x=1,
        xref="paper",
        xanchor="right",
        y=1,
        yref="paper",
        yanchor="top",
        showarrow=False,
        font={"size": 12, "color": LIGHT.muted},
    )


def _describe_hazards(smooth: pd.DataFrame, options: HazardsOptions) -> str:
    first, last = smooth.iloc[0], smooth.iloc[-1]
    return (
        f"Scaled Schoenfeld residuals of {options.label} against time: the smooth goes from "
        f"{first['estimate']:.2f} at {first['time']:.1f} {options.unit} to "
        f"{last['estimate']:.2f} at {last['time']:.1f} {options.unit}; under proportional "
        f"hazards it is level at {options.estimate:.2f}."
    )


# One residual per subject ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualOptions:
    """What the figure of residuals calls its axes.

    Parameters
    ----------
    residual, against : str
        Titles, with units.
    """

    residual: str
    against: str


def draw_residuals(
    table: pd.DataFrame, smooth: pd.DataFrame, *, options: ResidualOptions
) -> go.Figure:
    """Residuals of the subjects, those with an event filled, the others hollow.

    Parameters
    ----------
    table : DataFrame
        `subject`, `event`, `against`, `residual`.
    smooth : DataFrame
        `against`, `estimate`: a line through them; may be empty.
    options : ResidualOptions

    Examples
    --------
    >>> table = pd.DataFrame({"subject": ["S1", "S2"], "event": [True, False],
    ...     "against": [50.0, 60.0], "residual": [0.4, -0.4]})
    >>> options = ResidualOptions(residual="Martingale residual", against="Age (years)")
    >>> line = pd.DataFrame({"against": [], "estimate": []})
    >>> [trace.name for trace in draw_residuals(table, line, options=options).data]
    ['Event', 'Censored']
    """
    if table.empty:
        return empty_figure("No subject is in the model.")
    kept = table.iloc[_kept(table["residual"].to_numpy())]
    line = [_curve(smooth, "against")] if len(smooth) else []
    figure = new_figure(
        _describe_residuals(table, options),
        height=_PIXELS + _TOP + _BOTTOM,
        data=[*_subjects(kept), *line],
        margin={"t": _TOP, "b": _BOTTOM},
        hovermode="closest",
        xaxis={"title": {"text": literal(options.against)}},
        yaxis={"title": {"text": fitted(options.residual, _TITLE, size=14, most=2)}},
    )
    figure.add_hline(y=0, line={"color": LIGHT.line, "width": 1.2})
    _say_thinned(figure, len(kept), len(table))
    return figure


def _subjects(table: pd.DataFrame) -> list[dict[str, Any]]:
    traces = []
    for happened, name, symbol in ((True, "Event", "circle"), (False, "Censored", "circle-open")):
        rows = table[table["event"] == happened]
        if len(rows):
            traces.append(_trace(rows, name, _marker(symbol)))
    return traces


def _trace(rows: pd.DataFrame, name: str, marker: dict[str, Any]) -> dict[str, Any]:
    triples = rows[["subject", "against", "residual"]].itertuples(index=False)
    return {
        "type": "scatter",
        "x": rows["against"].to_numpy(),
        "y": rows["residual"].to_numpy(),
        "hovertext": [_subject_hover(*triple) for triple in triples],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "mode": "markers",
        "marker": marker,
        "name": name,
        "meta": {"part": name.lower()},
    }


def _subject_hover(subject: object, against: float, residual: float) -> str:
    return f"<b>{literal(subject)}</b><br>{residual:.3g} at {amount(against)}"


def _describe_residuals(table: pd.DataFrame, options: ResidualOptions) -> str:
    residual = table["residual"].to_numpy()
    far: Sequence[Any] = table.iloc[np.argmax(np.abs(residual))]
    return (
        f"{options.residual} of {counted(len(table), 'subject')} against {options.against}: "
        f"from {residual.min():.3g} to {residual.max():.3g}, the largest that of "
        f"{far['subject']}."  # type: ignore[call-overload]  # a row
    )
