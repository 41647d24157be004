"""Cumulative incidences under competing risks: one cause by arm, and all causes stacked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.survival.competing import AalenJohansen
from dashboard.charts.axes import counted, percent, time_ticks
from dashboard.charts.lettering import fitted, legend_name, legend_pixels, literal
from dashboard.charts.steps import step_index, thinned
from dashboard.charts.survival.step_curves import StepOptions, draw_step_curves
from dashboard.charts.theme import LIGHT, ArmStyle, new_figure

_PANEL_PIXELS, _TITLE_PIXELS, _AXIS_PIXELS = 250, 28, 82
_TOP_PIXELS, _BOTTOM_PIXELS = 16, 12
_HOVER_POINTS = 120
_LEFT_PANEL, _RIGHT_PANEL = [0.0, 0.485], [0.515, 1.0]
_TITLE_WIDTH = 160  # pixels that a panel has for its arm's name on a narrow screen
# Tones that stand for no arm, dark and light in turn; more causes repeat them with a pattern.
_CAUSE_COLOURS = (LIGHT.accent, LIGHT.accent_soft, LIGHT.muted, LIGHT.line, LIGHT.track)
_PATTERNS = ("", "/", ".")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidenceOptions:
    """What cumulative incidences are about.

    Parameters
    ----------
    endpoint : str
        Said in the description.
    unit, origin : str
        Of the time axis.
    confidence_level : float
    """

    endpoint: str = ""
    unit: str = "months"
    origin: str = "randomisation"
    confidence_level: float = 0.95


def draw_incidence(
    result: AalenJohansen,
    cause: str,
    *,
    styles: Mapping[str, ArmStyle],
    options: IncidenceOptions,
) -> go.Figure:
    """The cumulative incidence of one cause by arm, above the numbers at risk.

    Parameters
    ----------
    result : AalenJohansen
        Times already in `options.unit`.
    cause : str
    styles : mapping
        From `theme.arm_styles`.
    options : IncidenceOptions

    Examples
    --------
    >>> from analytics.survival.competing import CompetingCounts, fit_aalen_johansen
    >>> from dashboard.charts.theme import arm_styles
    >>> counts = CompetingCounts.from_subjects([1, 2, 3], ["rash", "death", ""])
    >>> figure = draw_incidence(
    ...     fit_aalen_johansen(counts), "rash", styles=arm_styles(["All subjects"]),
    ...     options=IncidenceOptions(origin="first dose"))
    >>> figure.layout.yaxis.title.text, figure.layout.xaxis.title.text
    ('Cumulative incidence of rash', 'Months since first dose')
    """
    curves = [result.curve(arm, cause) for arm in result.arms]
    rows = pd.concat([curve.to_frame() for curve in curves], ignore_index=True)
    step = StepOptions(
        alt=_incidence_said(result, cause, options),
        estimate=f"Cumulative incidence of {_named(cause)}",
        unit=options.unit,
        origin=options.origin,
        shares=True,
        confidence_level=options.confidence_level,
    )
    rows = rows.rename(columns={"incidence": "value"})
    return draw_step_curves(rows, result, styles=styles, options=step)


def draw_stacked_incidence(
    result: AalenJohansen,
    *,
    styles: Mapping[str, ArmStyle],
    options: IncidenceOptions,
) -> go.Figure:
    """What has come first by each time, stacked, one panel per arm; the rest is event-free.

    Examples
    --------
    >>> from analytics.survival.competing import CompetingCounts, fit_aalen_johansen
    >>> from dashboard.charts.theme import arm_styles
    >>> counts = CompetingCounts.from_subjects([1, 2, 3], ["rash", "death", ""])
    >>> figure = draw_stacked_incidence(
    ...     fit_aalen_johansen(counts), styles=arm_styles(["All subjects"]),
    ...     options=IncidenceOptions())
    >>> [trace.name for trace in figure.data if trace.showlegend]
    ['death', 'rash']
    """
    bands = result.stacked()
    last = float(bands["time"].max()) or 1.0
    columns = min(2, len(result.arms))
    rows = -(-len(result.arms) // columns)
    pixels = _TITLE_PIXELS + _PANEL_PIXELS + _AXIS_PIXELS
    top = _TOP_PIXELS + legend_pixels([*result.causes])
    figure = new_figure(_stacked_said(result, options), height=top + rows * pixels + _BOTTOM_PIXELS)
    figure.update_layout(
        margin={"t": top, "b": _BOTTOM_PIXELS},
        hovermode="x unified",
        showlegend=True,
        legend={"traceorder": "normal", "yanchor": "bottom"},
    )
    ticks = time_ticks(last, unit=options.unit, most=6)
    for place, arm in enumerate(result.arms):
        _add_panel(figure, place, bands[bands["arm"] == arm], result.causes)
        _set_panel(figure, (place, columns, rows), options, ticks, last)
        _add_title(figure, place, arm, styles[arm])
    return figure


def _add_panel(figure: go.Figure, place: int, bands: pd.DataFrame, causes: tuple[str, ...]) -> None:
    number = "" if place == 0 else str(place + 1)
    axes = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
    for order, cause in enumerate(causes):
        own = bands[bands["cause"] == cause]
        drawn = own.iloc[thinned(own["time"].to_numpy(dtype=float))]
        cycle, tone = divmod(order, len(_CAUSE_COLOURS))
        colour = _CAUSE_COLOURS[tone]
        figure.add_scatter(
            x=drawn["time"].to_numpy(),
            y=drawn["top"].to_numpy(),
            mode="lines",
            line={"color": LIGHT.background, "width": 1, "shape": "hv"},
            fill="tozeroy" if order == 0 else "tonexty",
            fillcolor=colour,
            fillpattern={"shape": _PATTERNS[cycle % len(_PATTERNS)], "fgcolor": LIGHT.background},
            name=legend_name(cause),
            legendgroup=cause,
            showlegend=place == 0,
            hoverinfo="skip",
            meta={"part": "band"},
            **axes,
        )
    _add_hover(figure, bands, causes, axes)


def _add_hover(
    figure: go.Figure, bands: pd.DataFrame, causes: tuple[str, ...], axes: dict[str, str]
) -> None:
    # Shares of the causes, the one on top first, as they lie in the figure.
    for cause in reversed(causes):
        own = bands[bands["cause"] == cause]
        time = own["time"].to_numpy(dtype=float)
        grid = np.linspace(0, time[-1], _HOVER_POINTS + 1)
        held = own.iloc[step_index(time, grid)]
        figure.add_scatter(
            x=grid,
            y=held["top"].to_numpy(),
            text=[percent(share) for share in held["top"] - held["bottom"]],
            mode="markers",
            marker={"color": LIGHT.text, "size": 1, "opacity": 0},
            name=literal(cause),
            legendgroup=cause,
            showlegend=False,
            hovertemplate=f"{literal(cause)}  %{{text}}<extra></extra>",
            meta={"part": "hover"},
            **axes,
        )


def _set_panel(
    figure: go.Figure,
    at: tuple[int, int, int],
    options: IncidenceOptions,
    ticks: list[float],
    last: float,
) -> None:
    place, columns, rows = at
    row, column = divmod(place, columns)
    pixels = _TITLE_PIXELS + _PANEL_PIXELS + _AXIS_PIXELS
    top = 1 - (row * pixels + _TITLE_PIXELS) / (rows * pixels)
    bottom = 1 - ((row + 1) * pixels - _AXIS_PIXELS) / (rows * pixels)
    number = "" if place == 0 else str(place + 1)
    domain = [0.0, 1.0] if columns == 1 else [_LEFT_PANEL, _RIGHT_PANEL][column]
    unit = options.unit.capitalize()
    title = f"{unit} since {options.origin}"
    figure.update_layout(
        {
            f"xaxis{number}": {
                "anchor": f"y{number}",
                "domain": domain,
                "range": [0, last],
                "tickmode": "array",
                "tickvals": ticks,
                "title": {"text": fitted(title, _TITLE_WIDTH if columns == 2 else 400, size=14)},
                "unifiedhovertitle": {"text": f"{unit.removesuffix('s')} %{{x:.1f}}"},
            },
            f"yaxis{number}": {
                "anchor": f"x{number}",
                "domain": [bottom, top],
                "range": [0, 1],
                "tickvals": [0, 0.25, 0.5, 0.75, 1],
                "tickformat": ".0%",
                "showticklabels": column == 0,
                "title": {"text": "Share of subjects" if column == 0 else ""},
            },
        }
    )


def _add_title(figure: go.Figure, place: int, arm: str, style: ArmStyle) -> None:
    number = "" if place == 0 else str(place + 1)
    figure.add_annotation(
        text=f"<b>{fitted(arm, _TITLE_WIDTH, size=14, most=1)}</b>",
        x=0,
        xref=f"x{number} domain",
        xanchor="left",
        y=1,
        yref=f"y{number} domain",
        yanchor="bottom",
        yshift=5,
        showarrow=False,
        font={"size": 14, "color": style.ink},
    )


def _named(cause: str) -> str:
    """A cause in the middle of a sentence; what is written in capitals stays so."""
    second = cause[1:2]
    return cause if second.isupper() else f"{cause[:1].lower()}{cause[1:]}"


def _incidence_said(result: AalenJohansen, cause: str, options: IncidenceOptions) -> str:
    parts = []
    for arm in result.arms:
        curve = result.curve(arm, cause)
        end = curve.table.iloc[-1]
        parts.append(
            f"{arm} {counted(curve.events, 'event')} in {counted(curve.subjects, 'subject')}, "
            f"{percent(end['incidence'])} at {end['time']:.1f} {options.unit}"
        )
    others = ", ".join(one for one in result.causes if one != cause)
    about = f"Cumulative incidence of {_named(cause)}, competing with {others}"
    of = f" ({options.endpoint})" if options.endpoint else ""
    return f"{about}{of}: {'; '.join(parts)}."


def _stacked_said(result: AalenJohansen, options: IncidenceOptions) -> str:
    parts = []
    for arm in result.arms:
        curves = [result.curve(arm, cause) for cause in result.causes]
        shares = ", ".join(f"{c.cause} {percent(c.table['incidence'].iloc[-1])}" for c in curves)
        free = percent(float(curves[0].table["event_free"].iloc[-1]))
        parts.append(f"{arm} {shares}, event-free {free}")
    of = f" of {options.endpoint}" if options.endpoint else ""
    return f"What comes first{of}, stacked, at the end of follow-up: {'; '.join(parts)}."
