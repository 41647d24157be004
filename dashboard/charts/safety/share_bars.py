"""Shares of subjects, by arm, as bars: one row a kind of event or threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.axes import percent
from dashboard.charts.lettering import legend_name, literal
from dashboard.charts.theme import ArmStyle, empty_figure, new_figure

_ROW_PIXELS, _FRAME = 17, 110


def draw_share_bars(
    table: pd.DataFrame,
    *,
    arms: Sequence[str],
    styles: Mapping[str, ArmStyle],
    names: Mapping[str, str],
    about: str,
    level: float = 0.95,
) -> go.Figure:
    """Share of subjects of each kind and arm; a point's `customdata` is (kind, arm).

    Parameters
    ----------
    table : DataFrame
        `kind`, `arm`, `with_event`, `subjects`, `proportion`, `lower`, `upper`, and `events`
        where they were counted.
    arms : sequence of str
        From top to bottom within a kind.
    styles : mapping
        Of the arms.
    names : mapping
        Kinds, from top to bottom, and what they are called.
    about : str
        Which subjects, as the alt text says it: "subjects with adverse events".
    level : float
        Coverage of the intervals.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"kind": ["high"], "arm": ["A"], "with_event": [1], "subjects": [4],
    ...      "proportion": [0.25], "lower": [0.01], "upper": [0.81]}
    ... )
    >>> from dashboard.charts.theme import alt_text, arm_styles
    >>> figure = draw_share_bars(
    ...     table, arms=["A"], styles=arm_styles(["A"]), names={"high": "High"}, about="subjects"
    ... )
    >>> list(figure.data[0].x), list(figure.data[0].customdata[0]), alt_text(figure)
    ([25.0], ['high', 'A'], 'Bars: subjects. High, A: 1 of 4.')
    """
    if table.empty:
        return empty_figure("No subject of this cohort is in the analysis set.")
    data = [_bars(table[table["arm"] == arm], arm, styles[arm], names, level) for arm in arms]
    return new_figure(
        _described(table, names, about),
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


def _bars(
    own: pd.DataFrame, arm: str, style: ArmStyle, names: Mapping[str, str], level: float
) -> go.Bar:
    events = own["events"] if "events" in own.columns else [None] * len(own)
    hover = [
        f"{literal(names[row.kind])}, {literal(arm)}<br>{row.with_event:,} of {row.subjects:,} "
        f"subjects ({percent(row.proportion)}){'' if count is None else f', {count:,} events'}<br>"
        f"{100 * level:.10g}% CI {percent(row.lower)} to {percent(row.upper)}"
        for row, count in zip(own.itertuples(), events, strict=True)
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


def _described(table: pd.DataFrame, names: Mapping[str, str], about: str) -> str:
    parts = [
        f"{names[row.kind]}, {row.arm}: {row.with_event} of {row.subjects}"
        for row in table.itertuples()
    ]
    return f"Bars: {about}. {'; '.join(parts)}."
