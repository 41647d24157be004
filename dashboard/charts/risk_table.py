"""Numbers at risk, drawn under a curve on the curve's own ticks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.lettering import literal
from dashboard.charts.theme import LIGHT, ArmStyle

_HEADER_PIXELS = 24
_ROW_PIXELS, _TALL_ROW_PIXELS, _NAME_PIXELS = 21, 45, 19
_NAMES_BESIDE = 12  # characters; longer names of arms stand above their numbers


class _Counting(Protocol):
    def at_risk(self, times: np.ndarray) -> pd.DataFrame: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskTable:
    """The numbers and where they stand; `frame` has one row for each arm and tick."""

    frame: pd.DataFrame
    ticks: tuple[float, ...]
    styles: Mapping[str, ArmStyle]

    @property
    def arms(self) -> tuple[str, ...]:
        return tuple(self.frame["arm"].unique())

    @property
    def names_beside(self) -> bool:
        """Whether names fit into the margin even on a narrow screen."""
        return max(map(len, self.arms)) <= _NAMES_BESIDE

    @property
    def row_pixels(self) -> int:
        return _ROW_PIXELS if self.names_beside else _TALL_ROW_PIXELS

    @property
    def pixels(self) -> int:
        return _HEADER_PIXELS + self.row_pixels * len(self.arms)

    def middle_of(self, place: int) -> float:
        """Pixels from the top of the table to the middle of an arm's numbers."""
        top = _HEADER_PIXELS + place * self.row_pixels
        return top + (_ROW_PIXELS / 2 if self.names_beside else _NAME_PIXELS + 8)


def risk_table(
    result: _Counting, ticks: Sequence[float], styles: Mapping[str, ArmStyle]
) -> RiskTable:
    """Count the subjects at risk at each tick of the axis.

    Examples
    --------
    >>> from analytics.survival import SurvivalCounts, fit_kaplan_meier
    >>> from dashboard.charts.theme import arm_styles
    >>> counts = SurvivalCounts.from_subjects([2.0, 5.0], [1, 0], arms=["A", "A"])
    >>> table = risk_table(fit_kaplan_meier(counts), [0.0, 3.0], arm_styles(["A"]))
    >>> table.frame["at_risk"].tolist()
    [2, 1]
    """
    return RiskTable(
        frame=result.at_risk(np.asarray(ticks, dtype=float)), ticks=tuple(ticks), styles=styles
    )


def add_risk_table(figure: go.Figure, table: RiskTable) -> None:
    """Draw a table into the second pair of axes, whose domains the figure has set."""
    for place, arm in enumerate(table.arms):
        _add_numbers(figure, table, place, arm)
    figure.update_layout(
        xaxis2={"anchor": "y2", "matches": "x", "visible": False},
        yaxis2={"range": [table.pixels, 0], "showgrid": False, **_names(table)},
    )
    _add_heading(figure, "Numbers at risk", 0, LIGHT.text)
    if not table.names_beside:
        for place, arm in enumerate(table.arms):
            top = _HEADER_PIXELS + place * table.row_pixels
            _add_heading(figure, literal(arm), top, table.styles[arm].ink)


def _add_numbers(figure: go.Figure, table: RiskTable, place: int, arm: str) -> None:
    rows = table.frame[table.frame["arm"] == arm]
    figure.add_scatter(
        x=list(table.ticks),
        y=[table.middle_of(place)] * len(rows),
        text=[f"{number:,.0f}" for number in rows["at_risk"]],
        mode="text",
        textfont={"color": table.styles[arm].ink, "size": 13},
        cliponaxis=False,
        xaxis="x2",
        yaxis="y2",
        name=literal(arm),
        legendgroup=arm,
        showlegend=False,
        hoverinfo="skip",
        meta={"part": "at risk"},
    )


def _names(table: RiskTable) -> dict[str, object]:
    if not table.names_beside:
        return {"showticklabels": False}
    return {
        "tickmode": "array",
        "tickvals": [table.middle_of(place) - 1 for place in range(len(table.arms))],
        "ticktext": [
            f'<span style="color:{table.styles[arm].ink}">{literal(arm)}</span>'
            for arm in table.arms
        ],
        "ticklabelstandoff": 22,
    }


def _add_heading(figure: go.Figure, text: str, top: float, colour: str) -> None:
    figure.add_annotation(
        text=text,
        x=0,
        xref="paper",
        xanchor="left",
        xshift=-10,
        y=top,
        yref="y2",
        yanchor="top",
        showarrow=False,
        font={"size": 13, "color": colour},
    )
