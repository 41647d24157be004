"""The response at each dose, with fitted curves over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.analyses.dose_response.shown import AVERAGE
from dashboard.charts.axes import amount, counted, percent
from dashboard.charts.dose_response.parts import HEIGHT, band, dose_axis, line, observed
from dashboard.charts.lettering import legend_pixels, literal
from dashboard.charts.theme import ARM_PALETTE, LIGHT, arm_styles, empty_figure, new_figure


def draw_response(
    table: pd.DataFrame, *, title: str, unit: str, share: bool, colour: str = ARM_PALETTE[0]
) -> go.Figure:
    """Observed means or shares by dose, with 95% intervals.

    Parameters
    ----------
    table : DataFrame
        `dose`, `estimate`, `lower`, `upper`, and who it is of: `analysed` or `subjects`.
    title, unit : str
        Of the response, with its unit; of the doses.
    share : bool
        Whether the response is a share, drawn in percent.
    colour : str
        Of the line between the points.

    Examples
    --------
    >>> table = pd.DataFrame({"dose": [0.0, 10.0], "estimate": [0.1, 0.3], "lower": [0.05, 0.2],
    ...     "upper": [0.2, 0.4], "subjects": [40, 40]})
    >>> figure = draw_response(table, title="Cramp, %", unit="mg", share=True)
    >>> figure.layout.xaxis.title.text, list(figure.data[1].y)
    ('Dose, mg', [10.0, 30.0])
    """
    known = table.dropna(subset=["estimate"])
    if known.empty:
        return empty_figure("No dose has a value.")
    factor = 100.0 if share else 1.0
    between = line(known, colour, name="Between doses", factor=factor, dash="dot", width=1.5)
    points = observed(known, said=_said(known, share), name="Observed, 95% CI", factor=factor)
    return new_figure(
        f"{title} by dose: {_listed(known, share)}.",
        height=HEIGHT,
        data=[{**between, "hoverinfo": "skip", "hovertemplate": None, "showlegend": False}, points],
        margin={"t": 40},
        xaxis=dose_axis(unit, table["dose"].tolist()),
        yaxis={"title": {"text": literal(title)}, **({"rangemode": "tozero"} if share else {})},
        showlegend=True,
        hovermode="closest",
    )


def draw_curves(
    curves: pd.DataFrame,
    table: pd.DataFrame,
    *,
    title: str,
    unit: str,
    share: bool,
    banded: str,
    average: pd.DataFrame | None = None,
) -> go.Figure:
    """Fitted curves over the observed means or shares, one of them with its band.

    Parameters
    ----------
    curves : DataFrame
        `family`, `dose`, `estimate`, `lower`, `upper`.
    table, title, unit, share
        As of `draw_response`.
    banded : str
        The family whose 95% band is drawn, or `AVERAGE`.
    average : DataFrame, optional
        `dose`, `estimate`, `lower`, `upper` of the averaged curve.
    """
    factor = 100.0 if share else 1.0
    families = list(dict.fromkeys(curves["family"]))
    styles = arm_styles(families)
    data: list[dict[str, Any]] = []
    shown: Mapping[str, pd.DataFrame] = {
        family: curves[curves["family"] == family] for family in families
    }
    if banded == AVERAGE and average is not None:
        data.append(band(average, LIGHT.accent, name="95% band", factor=factor))
    elif banded in shown:
        data.append(band(shown[banded], styles[banded].colour, name="95% band", factor=factor))
    for family, curve in shown.items():
        style = styles[family]
        width = 3.5 if family == banded else 1.8
        data.append(
            line(curve, style.colour, name=family, dash=style.dash, factor=factor, width=width)
        )
    if average is not None:
        data.append(line(average, LIGHT.accent, name=AVERAGE, factor=factor, width=3.5))
    known = table.dropna(subset=["estimate"])
    data.append(observed(known, said=_said(known, share), name="Observed, 95% CI", factor=factor))
    names = [*families, *([AVERAGE] if average is not None else []), "Observed, 95% CI"]
    top = 16 + legend_pixels(names)
    return new_figure(
        f"{title} by dose: curves {', '.join(families)}; observed {_listed(known, share)}.",
        height=HEIGHT + top,
        data=data,
        margin={"t": top},
        xaxis=dose_axis(unit, table["dose"].tolist()),
        yaxis={"title": {"text": literal(title)}, **({"rangemode": "tozero"} if share else {})},
        hovermode="closest",
    )


def _said(table: pd.DataFrame, share: bool) -> Sequence[str]:
    who = "analysed" if "analysed" in table else "subjects"
    return [
        f"dose {row['dose']:g}: {_number(row['estimate'], share)} "
        f"(95% CI {_number(row['lower'], share)} to {_number(row['upper'], share)}), "
        f"{counted(row[who], 'subject')}"
        for row in table.to_dict("records")
    ]


def _listed(table: pd.DataFrame, share: bool) -> str:
    return ", ".join(
        f"{row.dose:g}: {_number(float(row.estimate), share)}" for row in table.itertuples()
    )


def _number(value: float, share: bool) -> str:
    return percent(value) if share else amount(value)
