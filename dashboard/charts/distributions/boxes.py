"""A number by group as quartiles, range and mean."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from analytics.checks import require
from dashboard.charts.axes import amount, counted
from dashboard.charts.contrast import translucent
from dashboard.charts.lettering import fitted, literal, text_width
from dashboard.charts.theme import LIGHT, ArmStyle, empty_figure, new_figure

_FIVE = ["minimum", "q1", "median", "q3", "maximum"]
_HEADING, _ROW, _BOX, _TOP, _AXIS = 17, 44, 22, 8, 82  # pixels
_PLOT_PIXELS = 340


def draw_boxes(summary: pd.DataFrame, *, styles: Mapping[str, ArmStyle], label: str) -> go.Figure:
    """Quartiles, range and mean of a number by group; whiskers end at minimum and maximum.

    Parameters
    ----------
    summary : DataFrame
        One row per group: `group`, `minimum`, `q1`, `median`, `q3`, `maximum`, `mean`,
        `n` (subjects with a value) and `missing` (without). A group with `n` 0 has NaN.
    styles : mapping
        From `theme.arm_styles`, from top to bottom.
    label : str
        The variable with its unit.

    Examples
    --------
    >>> from dashboard.charts.theme import arm_styles
    >>> ages = pd.DataFrame({"group": ["A"], "minimum": [51], "q1": [69], "median": [76],
    ...     "q3": [81], "maximum": [89], "mean": [74.7], "n": [84], "missing": [2]})
    >>> draw_boxes(ages, styles=arm_styles(["A"]), label="Age (years)").data[0].median
    (76.0,)
    """
    rows = summary.set_index("group")
    rows = rows.loc[[group for group in styles if group in rows.index]]
    if not rows["n"].sum():
        return empty_figure(f"No subject has a value of {literal(label)}.")
    _require_in_order(rows)
    names = [_heading(row) for _, row in rows.iterrows()]
    row_pixels = _ROW + _HEADING * max(name.count("<br>") + 1 for name in names)
    height = _TOP + row_pixels * len(rows) + _AXIS
    figure = new_figure(_describe(rows, label), height=height)
    for place, (group, row) in enumerate(rows.iterrows()):
        _add_headings(figure, names[place], _counts(row), place - 0.5)
        if row["n"]:
            middle = place + 0.5 - 28 / row_pixels
            _add_box(figure, row, styles[str(group)], middle, _BOX / row_pixels)
            _add_mean(figure, row, styles[str(group)], middle)
    _set_axes(figure, len(rows), label)
    return figure


def _require_in_order(rows: pd.DataFrame) -> None:
    known = rows[rows["n"] > 0]
    slack = 1e-9 * (known["maximum"] - known["minimum"]).abs().max()
    steps = known[_FIVE].astype(float).diff(axis=1).iloc[:, 1:]
    for group in known.index:
        five = known.loc[group, _FIVE].tolist()
        ordered = bool((steps.loc[group] >= -slack).all())
        require(ordered, "minimum <= q1 <= median <= q3 <= maximum", group=group, received=five)
        mean = float(known.loc[group, "mean"])
        within = five[0] - slack <= mean <= five[-1] + slack
        require(within, "minimum <= mean <= maximum", group=group, mean=mean)


def _heading(row: pd.Series) -> str:
    return fitted(row.name, _PLOT_PIXELS - 12 - text_width(_counts(row), 13), size=14, most=2)


def _counts(row: pd.Series) -> str:
    missing = f", {int(row['missing']):,} missing" if row["missing"] else ""
    return f"n = {int(row['n']):,}{missing}" if row["n"] else f"no values{missing}"


def _add_headings(figure: go.Figure, name: str, counts: str, top: float) -> None:
    common = {"y": top, "yanchor": "top", "xref": "x domain", "showarrow": False, "yshift": -4}
    figure.add_annotation(text=name, x=0, xanchor="left", align="left", **common)
    muted = {"size": 13, "color": LIGHT.muted}
    figure.add_annotation(text=counts, x=1, xanchor="right", font=muted, **common)


def _add_box(
    figure: go.Figure, row: pd.Series, style: ArmStyle, place: float, width: float
) -> None:
    five = [float(row[name]) for name in _FIVE]
    figure.add_box(
        orientation="h",
        y=[place],
        lowerfence=five[:1],
        q1=five[1:2],
        median=five[2:3],
        q3=five[3:4],
        upperfence=five[4:],
        width=width,
        whiskerwidth=0.6,
        line={"color": style.colour, "width": 2},
        fillcolor=translucent(style.colour, 0.13),
        hoverinfo="skip",
        meta={"part": "box"},
    )


def _add_mean(figure: go.Figure, row: pd.Series, style: ArmStyle, place: float) -> None:
    # A box answers a pointer with six labels at once; here all six points tell one story.
    figure.add_scatter(
        x=[float(row[name]) for name in (*_FIVE, "mean")],
        y=[place] * 6,
        mode="markers",
        marker={
            "symbol": style.symbol,
            "size": 9,
            "color": style.colour,
            "opacity": [0, 0, 0, 0, 0, 1],
            "line": {"color": LIGHT.background, "width": 1},
        },
        hovertext=[_hover(row)] * 6,
        hovertemplate="%{hovertext}<extra></extra>",
        meta={"part": "mean"},
    )


def _hover(row: pd.Series) -> str:
    return (
        f"<b>{literal(row.name)}</b><br>median {amount(row['median'])}, quartiles "
        f"{amount(row['q1'])} and {amount(row['q3'])}<br>minimum {amount(row['minimum'])}, "
        f"maximum {amount(row['maximum'])}, mean {amount(row['mean'])}<br>"
        f"{counted(row['n'], 'subject')}, {int(row['missing']):,} missing"
    )


def _set_axes(figure: go.Figure, rows: int, label: str) -> None:
    said = "Whiskers: minimum and maximum. Mark: mean."
    muted = f'<span style="font-size:12px;color:{LIGHT.muted}">{said}</span>'
    title = f"{fitted(label, _PLOT_PIXELS, size=14, most=1)}<br>{muted}"
    figure.update_layout(
        showlegend=False,
        hovermode="closest",
        margin={"t": _TOP, "l": 14, "r": 22, "b": _AXIS},
        xaxis={"title": {"text": title}, "nticks": 6, "showgrid": True},
        yaxis={"range": [rows - 0.5, -0.5], "visible": False},
    )


def _describe(rows: pd.DataFrame, label: str) -> str:
    parts = [
        f"{group} median {amount(row['median'])}, quartiles {amount(row['q1'])} and "
        f"{amount(row['q3'])}, minimum {amount(row['minimum'])}, maximum "
        f"{amount(row['maximum'])}, mean {amount(row['mean'])}, {_counts(row)}"
        if row["n"]
        else f"{group} {_counts(row)}"
        for group, row in rows.iterrows()
    ]
    return f"{label} by group, whiskers from minimum to maximum: " + "; ".join(parts) + "."
