"""Adjusted survival curves beside those that are not adjusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from analytics.survival.kaplan_meier import KaplanMeier
from analytics.survival.regression import AdjustedCurves
from dashboard.charts.axes import time_ticks
from dashboard.charts.contrast import translucent
from dashboard.charts.lettering import legend_name, legend_pixels, literal
from dashboard.charts.steps import curve_rows
from dashboard.charts.theme import LIGHT, ArmStyle, new_figure

_PIXELS, _AXIS, _TOP = 380, 66, 14
_MOST_BANDS = 4
_UNADJUSTED, _DOTS = "Unadjusted (Kaplan–Meier)", "1.5px,2.5px"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedOptions:
    """What the figure calls things.

    Parameters
    ----------
    endpoint : str
        Said in the description.
    unit, origin : str
        Of the time axis.
    confidence_level : float
        Of the bands.
    """

    endpoint: str
    unit: str = "months"
    origin: str = "randomisation"
    confidence_level: float = 0.95


def draw_adjusted(
    adjusted: AdjustedCurves,
    unadjusted: KaplanMeier,
    *,
    styles: Mapping[str, ArmStyle],
    options: AdjustedOptions,
) -> go.Figure:
    """Standardised curves with their bands, and Kaplan–Meier curves as thin lines.

    Parameters
    ----------
    adjusted : AdjustedCurves
    unadjusted : KaplanMeier
        Of the same subjects.
    styles : mapping
        From `theme.arm_styles`.
    options : AdjustedOptions
    """
    arms = list(dict.fromkeys(adjusted.table["arm"]))
    last = max(
        float(adjusted.table["time"].max()),
        *(float(curve.table["time"].iloc[-1]) for curve in unadjusted.curves),
    )
    ticks = time_ticks(last, unit=options.unit)
    top = _TOP + legend_pixels([*(_name(arm) for arm in arms), _UNADJUSTED])
    return new_figure(
        _described(adjusted, unadjusted, arms, options),
        height=_PIXELS + _AXIS + top,
        data=_traces(adjusted, unadjusted, arms, styles),
        margin={"t": top, "b": 12},
        hovermode="x unified",
        showlegend=True,
        legend={"traceorder": "normal"},
        xaxis={
            "range": [0, max(last, ticks[-1]) * 1.02],
            "tickmode": "array",
            "tickvals": ticks,
            "title": {"text": literal(f"{options.unit.capitalize()} since {options.origin}")},
            "unifiedhovertitle": {
                "text": f"{options.unit.capitalize().removesuffix('s')} %{{x:.1f}} · adjusted "
                f"({options.confidence_level:.0%} CI)"
            },
        },
        yaxis={
            "range": [0, 1.02],
            "tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1],
            "tickformat": ".0%",
            "title": {"text": "Survival probability"},
        },
    )


def _name(arm: str) -> str:
    return f"{arm}, adjusted"


def _traces(
    adjusted: AdjustedCurves,
    unadjusted: KaplanMeier,
    arms: list[str],
    styles: Mapping[str, ArmStyle],
) -> list[dict[str, Any]]:
    table, traces = adjusted.table, []
    if len(arms) <= _MOST_BANDS:
        for arm in arms:
            traces += _band(table[table["arm"] == arm], styles[arm])
    for curve in unadjusted.curves:
        traces.append(_plain(curve.arm, curve_rows(curve.table), styles[curve.arm]))
    traces += [_curve(arm, table[table["arm"] == arm], styles[arm]) for arm in arms]
    return [*traces, _KEY]


_KEY: dict[str, Any] = {
    "type": "scatter",
    "x": [None],
    "y": [None],
    "mode": "lines",
    "line": {"color": LIGHT.text, "dash": _DOTS, "width": 1.4},
    "name": _UNADJUSTED,
    "meta": {"part": "key"},
}


def _curve(arm: str, rows: pd.DataFrame, style: ArmStyle) -> dict[str, Any]:
    triples = rows[["survival", "lower", "upper"]].itertuples(index=False)
    return {
        "type": "scatter",
        "x": rows["time"].to_numpy(),
        "y": rows["survival"].to_numpy(),
        "text": [_limits(*triple) for triple in triples],
        "mode": "lines",
        "line": {"color": style.colour, "dash": style.dash, "width": 2.5, "shape": "hv"},
        "name": legend_name(_name(arm)),
        "hovertemplate": (
            f'<span style="color:{style.ink}"><b>{literal(arm)}</b></span>  '
            "%{text}<extra></extra>"
        ),
        "meta": {"part": "adjusted"},
    }


def _limits(survival: float, lower: float, upper: float) -> str:
    known = not (np.isnan(lower) or np.isnan(upper))
    return f"{survival:.1%}" + (f" ({100 * lower:.1f}–{100 * upper:.1f})" if known else "")


def _plain(arm: str, rows: pd.DataFrame, style: ArmStyle) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": rows["time"].to_numpy(),
        "y": rows["survival"].to_numpy(),
        "mode": "lines",
        "line": {"color": style.colour, "dash": _DOTS, "width": 1.4, "shape": "hv"},
        "name": f"{literal(arm)}, unadjusted",
        "showlegend": False,
        "hoverinfo": "skip",
        "meta": {"part": "unadjusted"},
    }


def _band(rows: pd.DataFrame, style: ArmStyle) -> list[dict[str, Any]]:
    known = rows[rows["lower"].notna() & rows["upper"].notna()]
    edge = {
        "type": "scatter",
        "x": known["time"].to_numpy(),
        "mode": "lines",
        "line": {"width": 0, "shape": "hv", "color": style.colour},
        "showlegend": False,
        "hoverinfo": "skip",
    }
    filled = {"fill": "tonexty", "fillcolor": translucent(style.colour, 0.13)}
    return [
        {**edge, "y": known["lower"].to_numpy(), "meta": {"part": "lower"}},
        {**edge, **filled, "y": known["upper"].to_numpy(), "meta": {"part": "upper"}},
    ]


def _described(
    adjusted: AdjustedCurves,
    unadjusted: KaplanMeier,
    arms: list[str],
    options: AdjustedOptions,
) -> str:
    parts = []
    for arm in arms:
        end = adjusted.table[adjusted.table["arm"] == arm].iloc[-1]
        plain = unadjusted.landmark(float(end["time"])).set_index("arm").loc[arm, "survival"]
        shown = "not estimable" if np.isnan(plain) else f"{plain:.0%}"
        parts.append(
            f"{arm} {end['survival']:.0%} adjusted and {shown} unadjusted at "
            f"{end['time']:.1f} {options.unit}"
        )
    return f"Survival curves of {options.endpoint} adjusted for covariates: {'; '.join(parts)}."
