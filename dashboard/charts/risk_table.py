"""Numbers at risk, events and censorings, drawn under a curve on the curve's own ticks."""

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
MEASURES: Mapping[str, str] = {
    "at_risk": "Numbers at risk",
    "events": "Events so far",
    "censored": "Censored so far",
}
_PARTS = {"at_risk": "at risk", "events": "events so far", "censored": "censored so far"}
_NAMES_BESIDE = 12  # characters; longer names of arms stand above their numbers


class _Counting(Protocol):
    def at_risk(self, times: np.ndarray) -> pd.DataFrame: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskTable:
    """The numbers and where they stand, a block for each measure.

    Parameters
    ----------
    frame : DataFrame
        One row for each arm and tick, with a column for each measure.
    ticks : tuple of float
    styles : mapping
    measures : tuple of str
        Keys of `MEASURES`, from the top.
    """

    frame: pd.DataFrame
    ticks: tuple[float, ...]
    styles: Mapping[str, ArmStyle]
    measures: tuple[str, ...] = ("at_risk",)

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
    def block_pixels(self) -> int:
        return _HEADER_PIXELS + self.row_pixels * len(self.arms)

    @property
    def pixels(self) -> int:
        return self.block_pixels * len(self.measures)

    def top_of(self, block: int, place: int) -> float:
        """Pixels from the top of the table to the top of an arm's row in a block."""
        return block * self.block_pixels + _HEADER_PIXELS + place * self.row_pixels

    def middle_of(self, block: int, place: int) -> float:
        """Pixels from the top of the table to the middle of an arm's numbers in a block."""
        beside = _ROW_PIXELS / 2 if self.names_beside else _NAME_PIXELS + 8
        return self.top_of(block, place) + beside


def risk_table(
    result: _Counting,
    ticks: Sequence[float],
    styles: Mapping[str, ArmStyle],
    measures: Sequence[str] = ("at_risk",),
) -> RiskTable:
    """Count the subjects at risk, and those who have left, at each tick of the axis.

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
        frame=result.at_risk(np.asarray(ticks, dtype=float)),
        ticks=tuple(ticks),
        styles=styles,
        measures=tuple(measures),
    )


def add_risk_table(figure: go.Figure, table: RiskTable) -> None:
    """Draw a table into the second pair of axes, whose domains the figure has set."""
    for block, measure in enumerate(table.measures):
        _add_heading(figure, MEASURES[measure], block * table.block_pixels, LIGHT.text)
        for place, arm in enumerate(table.arms):
            _add_numbers(figure, table, (block, place), arm)
            if not table.names_beside:
                _add_heading(
                    figure, literal(arm), table.top_of(block, place), table.styles[arm].ink
                )
    figure.update_layout(
        xaxis2={"anchor": "y2", "matches": "x", "visible": False},
        yaxis2={"range": [table.pixels, 0], "showgrid": False, **_names(table)},
    )


def _add_numbers(figure: go.Figure, table: RiskTable, at: tuple[int, int], arm: str) -> None:
    measure = table.measures[at[0]]
    rows = table.frame[table.frame["arm"] == arm]
    figure.add_scatter(
        x=list(table.ticks),
        y=[table.middle_of(*at)] * len(rows),
        text=[f"{number:,.0f}" for number in rows[measure]],
        mode="text",
        textfont={"color": table.styles[arm].ink, "size": 13},
        cliponaxis=False,
        xaxis="x2",
        yaxis="y2",
        name=literal(arm),
        legendgroup=arm,
        showlegend=False,
        hoverinfo="skip",
        meta={"part": _PARTS[measure]},
    )


def _names(table: RiskTable) -> dict[str, object]:
    if not table.names_beside:
        return {"showticklabels": False}
    places = [
        (block, place) for block in range(len(table.measures)) for place in range(len(table.arms))
    ]
    return {
        "tickmode": "array",
        "tickvals": [table.middle_of(*at) - 1 for at in places],
        "ticktext": [
            f'<span style="color:{table.styles[arm].ink}">{literal(arm)}</span>'
            for _ in table.measures
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
