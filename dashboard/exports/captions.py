"""A figure that travels alone: its title above it and its notes below, drawn in."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from dashboard.charts.theme import LIGHT, themed

WIDTH = 1000  # pixels; about 10 inches at 96 pixels an inch
_SIDE = 24
_TITLE_CHARACTERS, _NOTE_CHARACTERS = 88, 132
_TITLE_LINE, _NOTE_LINE = 26, 17
_AXIS = 66  # tick labels and title of a bottom axis
_LEGEND_ROW = 24


def captioned(figure: go.Figure, *, title: str, notes: Sequence[str]) -> go.Figure:
    """A copy of a figure in light colours with its title and notes drawn into it.

    Parameters
    ----------
    figure : Figure
        As a chart drew it; the plot keeps its height.
    title : str
        Above the plot; wrapped where it is long.
    notes : sequence of str
        Below the plot, one paragraph each: study and data cut, population, cohort,
        method, and "exploratory" where it is.

    Examples
    --------
    >>> from dashboard.charts.theme import new_figure
    >>> whole = captioned(new_figure("", height=300), title="Survival", notes=["Safety population"])
    >>> whole.layout.width, whole.layout.height > 300
    (1000, True)
    """
    whole = themed(figure, "light")
    heading = _lines([title], _TITLE_CHARACTERS)
    footer = _lines(notes, _NOTE_CHARACTERS)
    before = _margins(whole)
    below = _AXIS if _has_bottom_axis(whole) else before["b"]
    top = max(before["t"], _legend_pixels(whole) + 4) + _TITLE_LINE * len(heading) + _SIDE
    bottom = below + _NOTE_LINE * len(footer) + _SIDE
    plot = (whole.layout.height or 450) - before["t"] - below
    whole.update_layout(
        width=WIDTH,
        height=plot + top + bottom,
        margin={"t": top, "b": bottom, "l": before["l"] + _SIDE, "r": before["r"] + _SIDE},
        meta={**(whole.layout.meta or {}), "title": title, "notes": list(notes)},
    )
    _write_title(whole, heading)
    _write_notes(whole, footer, below)
    return whole


def _lines(paragraphs: Sequence[str], width: int) -> list[str]:
    return [line for text in paragraphs for line in textwrap.wrap(" ".join(text.split()), width)]


def _margins(figure: go.Figure) -> dict[str, float]:
    template = figure.layout.template.layout.margin
    own = figure.layout.margin
    return {s: own[s] if own[s] is not None else template[s] or 0 for s in ("l", "r", "t", "b")}


def _has_bottom_axis(figure: go.Figure) -> bool:
    axes = {axis.plotly_name: axis for axis in figure.select_xaxes()}
    lowest = axes.get("xaxis2") or axes.get("xaxis")
    return lowest is not None and lowest.visible is not False


def _legend_pixels(figure: go.Figure) -> int:
    if figure.layout.showlegend is False:
        return 0
    names = [t.name or "" for t in figure.data if t.showlegend is not False and t.name]
    per_row = max(1, int((WIDTH - 120) // (7 * max(map(len, names), default=1) + 56)))
    return _LEGEND_ROW * -(-len(names) // per_row)


def _write_title(figure: go.Figure, lines: Sequence[str]) -> None:
    figure.update_layout(
        title={
            "text": _as_text(lines),
            "font": {"size": 19, "color": LIGHT.text, "weight": 600},
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": _SIDE - 6},
        }
    )


def _write_notes(figure: go.Figure, lines: Sequence[str], below: float) -> None:
    if not lines:
        return
    figure.add_annotation(
        text=_as_text(lines),
        x=0,
        xref="paper",
        xanchor="left",
        y=0,
        yref="paper",
        yanchor="top",
        yshift=-below - 6,
        align="left",
        showarrow=False,
        font={"size": 12.5, "color": LIGHT.muted},
    )


def _as_text(lines: Sequence[str]) -> str:
    return "<br>".join(escape(line, quote=False) for line in lines)
