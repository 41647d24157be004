"""Subjects with adverse events of each kind, by arm, as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import percent
from dashboard.charts.lettering import legend_name, literal
from dashboard.charts.theme import ArmStyle, empty_figure, new_figure

_ROW_PIXELS, _FRAME = 17, 110


def draw_overview(
    table: pd.DataFrame,
    *,
    arms: Sequence[str],
    styles: Mapping[str, ArmStyle],
    names: Mapping[str, str],
) -> go.Figure:
    """Share of subjects with an event of each kind; a point's `customdata` is (kind, arm).

    Parameters
    ----------
    table : DataFrame
        `kind`, `arm`, `with_event`, `subjects`, `proportion`, `lower`, `upper`, `events`.
    arms : sequence of str
        From top to bottom within a kind.
    styles : mapping
        Of the arms.
    names : mapping
        Kinds, from top to bottom, and what they are called.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"kind": ["any"], "arm": ["A"], "with_event": [1], "subjects": [4],
    ...      "proportion": [0.25], "lower": [0.01], "upper": [0.81], "events": [2]}
    ... )
    >>> from dashboard.charts.theme import arm_styles
    >>> styles = arm_styles(["A"])
    >>> figure = draw_overview(table, arms=["A"], styles=styles, names={"any": "Any"})
    >>> list(figure.data[0].x), list(figure.data[0].customdata[0])
    ([25.0], ['any', 'A'])
    """
    if table.empty:
        return empty_figure("No subject of this cohort is in the analysis set.")
    data = [_bars(table[table["arm"] == arm], arm, styles[arm], names) for arm in arms]
    return new_figure(
        _described(table, names),
        height=_FRAME + len(names) * (len(arms) * _ROW_PIXELS + 14),
        data=data,
        barmode="group",
        bargap=0.28,
        bargroupgap=0.12,
        showlegend=len(arms) > 1,
        xaxis={
            "title": {"text": "Subjects, %"},
            "range": [0, 109],
            "tickvals": [0, 20, 40, 60, 80, 100],
        },
        yaxis={
            "autorange": "reversed",
            "categoryorder": "array",
            "categoryarray": [literal(name) for name in names.values()],
            "showgrid": False,
        },
    )


def _bars(own: pd.DataFrame, arm: str, style: ArmStyle, names: Mapping[str, str]) -> go.Bar:
    hover = [
        f"{literal(names[row.kind])}, {literal(arm)}<br>{row.with_event:,} of {row.subjects:,} "
        f"subjects ({percent(row.proportion)}), {row.events:,} events<br>"
        f"95% CI {percent(row.lower)} to {percent(row.upper)}"
        for row in own.itertuples()
    ]
    return go.Bar(
        y=[literal(names[kind]) for kind in own["kind"]],
        x=[100 * share for share in own["proportion"]],
        orientation="h",
        name=legend_name(arm),
        marker={"color": style.colour},
        text=[f"{n:,}" for n in own["with_event"]],
        textposition="outside",
        cliponaxis=False,
        customdata=[[kind, arm] for kind in own["kind"]],
        hovertext=hover,
        hoverinfo="text",
    )


def _described(table: pd.DataFrame, names: Mapping[str, str]) -> str:
    parts = [
        f"{names[row.kind]}, {row.arm}: {row.with_event} of {row.subjects}"
        for row in table.itertuples()
    ]
    return f"Bars: subjects with adverse events. {'; '.join(parts)}."
