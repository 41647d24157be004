"""Doses over time: for each arm, the share of its subjects at each dose and off treatment."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from analytics.safety.exposure import OTHER_LEVELS, DoseOverTime
from analytics.safety.exposure.dose_over_time import OFF
from analytics.survival.counts import DAYS
from dashboard.charts.axes import percent, time_ticks
from dashboard.charts.contrast import mixed
from dashboard.charts.lettering import legend_name, legend_pixels, literal
from dashboard.charts.theme import LIGHT, empty_figure, new_figure

_PANEL_PIXELS, _TITLE_PIXELS, _AXIS_PIXELS, _TOP_PIXELS = 150, 34, 60, 16
# Between these, highest dose first; both stand out from either background.
_HIGHEST, _LOWEST = "#1B7279", "#9AD0D3"
_INTERRUPTED = "#C9852B"


def draw_dose_over_time(followed: DoseOverTime, *, unit: str = "months") -> go.Figure:
    """Stacked areas, one panel per arm, on one axis of time.

    Parameters
    ----------
    followed : DoseOverTime
    unit : str
        Of the axis of time.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {"arm": "A", "day": [1, 1], "level": ["50 mg", "Off treatment"], "subjects": [9, 1],
    ...      "of": 10, "share": [0.9, 0.1]}
    ... )
    >>> over = DoseOverTime(table=table, levels=("50 mg", "Off treatment"), arms=("A",))
    >>> [trace.name for trace in draw_dose_over_time(over).data]
    ['50 mg', 'Off treatment']
    """
    if followed.table.empty:
        return empty_figure("No subject has a dose on record.")
    arms, colours = followed.arms, level_colours(followed.levels)
    top = _TOP_PIXELS + legend_pixels(followed.levels)
    plot = len(arms) * (_PANEL_PIXELS + _TITLE_PIXELS)
    figure = new_figure(_alt(followed), height=top + plot + _AXIS_PIXELS)
    last = max(1.0, float(followed.table["day"].max()) - 1) / DAYS[unit]
    for place, arm in enumerate(arms):
        _add_panel(figure, followed, arm, place, colours, unit)
        _set_panel(figure, arm, place, len(arms))
    figure.update_layout(
        margin={"t": top},
        hovermode="x",
        legend={"traceorder": "normal"},
        xaxis={
            "title": {"text": f"{unit.capitalize()} since first dose"},
            "tickmode": "array",
            "tickvals": time_ticks(last, unit=unit),
            "range": [0, last],
            "anchor": "y" if len(arms) == 1 else f"y{len(arms)}",
            "unifiedhovertitle": {"text": f"{unit.capitalize().removesuffix('s')} %{{x:.1f}}"},
        },
    )
    figure.update_layout(hovermode="x unified")
    return figure


def level_colours(levels: tuple[str, ...]) -> dict[str, str]:
    """The colour of each dose: darker for higher ones, apart from what is no dose.

    Examples
    --------
    >>> level_colours(("200 mg", "100 mg", "Interrupted"))
    {'200 mg': '#1B7279', '100 mg': '#9AD0D3', 'Interrupted': '#C9852B'}
    """
    doses = [name for name in levels if name not in (*OTHER_LEVELS, OFF)]
    steps = np.linspace(0, 1, len(doses)) if len(doses) > 1 else [0.0]
    colours = {
        name: mixed(_HIGHEST, _LOWEST, float(step)) for name, step in zip(doses, steps, strict=True)
    }
    named = {OTHER_LEVELS[0]: _INTERRUPTED, OFF: LIGHT.track}
    return colours | {name: named.get(name, LIGHT.line) for name in levels if name not in colours}


def _add_panel(
    figure: go.Figure,
    followed: DoseOverTime,
    arm: str,
    place: int,
    colours: dict[str, str],
    unit: str,
) -> None:
    rows = followed.table[followed.table["arm"] == arm]
    for level in followed.levels:
        own = rows[rows["level"] == level]
        figure.add_scatter(
            x=(own["day"].to_numpy() - 1) / DAYS[unit],
            y=own["share"].to_numpy(),
            text=[
                f"{n:,} of {of:,}, {percent(share)}"
                for n, of, share in zip(own["subjects"], own["of"], own["share"], strict=True)
            ],
            mode="lines",
            line={"width": 0.5, "color": colours[level], "shape": "hv"},
            fillcolor=colours[level],
            stackgroup=f"arm {place}",
            name=legend_name(level),
            legendgroup=level,
            showlegend=place == 0,
            yaxis="y" if place == 0 else f"y{place + 1}",
            hovertemplate=f"{literal(level)}: %{{text}}<extra></extra>",
            meta={"arm": place},
        )


def _set_panel(figure: go.Figure, arm: str, place: int, arms: int) -> None:
    whole = arms * (_PANEL_PIXELS + _TITLE_PIXELS)
    high = 1 - (place * (_PANEL_PIXELS + _TITLE_PIXELS) + _TITLE_PIXELS) / whole
    low = max(0.0, high - _PANEL_PIXELS / whole)
    figure.update_layout(
        {
            "yaxis" if place == 0 else f"yaxis{place + 1}": {
                "domain": [low, high],
                "range": [0, 1],
                "tickformat": ".0%",
                "tickvals": [0, 0.5, 1],
                "title": {"text": "Subjects"},
                "anchor": "x",
            }
        }
    )
    figure.add_annotation(
        text=f"<b>{literal(arm)}</b>",
        x=0,
        y=high,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        yshift=5,
        showarrow=False,
    )


def _alt(followed: DoseOverTime) -> str:
    said = []
    for arm in followed.arms:
        own = followed.table[followed.table["arm"] == arm]
        last = own[own["day"] == own["day"].max()]
        off = last.loc[last["level"] == OFF, "share"]
        day = int(own["day"].max())
        said.append(f"{arm}: {percent(float(off.sum()))} off treatment on day {day}")
    return "Share of subjects at each dose since first dose. " + "; ".join(said) + "."
