"""A figure that grows downwards lane by lane, with a name at the left of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.lettering import NARROWEST, fitted, lines_within, literal
from dashboard.charts.theme import LIGHT
from dashboard.charts.timeline.days import LEFT, RIGHT, DayAxis
from dashboard.charts.timeline.key import Key, add_key, key_pixels

NAME_PIXELS, NAME_SIZE, NAME_LINE = LEFT - 18, 12, 15
NOTE_LINE, _MOST_NOTE_LINES = 16, 10
TOP, AXIS = 12, 66


@dataclass(slots=True, kw_only=True)
class Canvas:
    """What is drawn so far, in pixels from the top of the plot.

    Parameters
    ----------
    figure : Figure
    days : DayAxis
    bottom : float
        Pixels taken; the next lane starts here.
    names : list of (float, str)
        Middle of each lane and what stands at its left.
    keys : list of Key
        Marks to explain.
    notes : list of (str, list of str)
        What has no place on the axis, by kind; stands above the lanes.
    """

    figure: go.Figure
    days: DayAxis
    bottom: float = 0
    names: list[tuple[float, str]] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    notes: list[tuple[str, list[str]]] = field(default_factory=list)

    def take(self, pixels: float) -> float:
        """Take so many pixels and say where they start."""
        start = self.bottom
        self.bottom += pixels
        return start

    def name(self, middle: float, text: object, *, most: int = 2) -> None:
        """Write the name of a lane at its left."""
        self.names.append((middle, fitted(text, NAME_PIXELS, size=NAME_SIZE, most=most)))

    def heading(self, text: str) -> None:
        """Start a section."""
        self._write(f"<b>{text}</b>", self.take(28) + 8, color=LIGHT.text)

    def key(self, key: Key) -> None:
        """Explain a mark above the plot; once is enough."""
        if key not in self.keys:
            self.keys.append(key)

    def note(self, head: str, items: list[str]) -> None:
        """Keep what cannot be placed, to be listed above the lanes."""
        if items:
            self.notes.append((head, items))

    def finish(self) -> go.Figure:
        """Write notes, set size and axes once everything is drawn."""
        above = self._write_notes()
        add_key(self.figure, self.keys)
        below = max(self.bottom, 1)
        self.figure.update_layout(
            height=round(TOP + key_pixels(self.keys) + above + below + AXIS),
            margin=margins(key_pixels(self.keys)),
            showlegend=False,
            hovermode="closest",
            barmode="overlay",
            xaxis=self.days.layout(),
            yaxis={
                "range": [below, -above],
                "showgrid": False,
                "tickmode": "array",
                "tickvals": [middle for middle, _ in self.names],
                "ticktext": [text for _, text in self.names],
                "tickfont": {"color": LIGHT.text, "size": NAME_SIZE},
                "ticklabelstandoff": 6,
            },
        )
        return self.figure

    def _write_notes(self) -> float:
        """Pixels above the lanes that the notes take."""
        texts = [_note_lines(head, items) for head, items in self.notes]
        high = sum(NOTE_LINE * len(lines) + 6 for lines in texts)
        top = -high
        if high:
            self._hide_grid(top)
        for lines, (head, items) in zip(texts, self.notes, strict=True):
            hover = "<br>".join([f"<b>{head}</b>", *map(literal, items)])
            self._write("<br>".join(map(literal, lines)), top, color=LIGHT.muted, hover=hover)
            top += NOTE_LINE * len(lines) + 6
        return high

    def _hide_grid(self, top: float) -> None:
        low, high = self.days.range
        self.figure.add_shape(
            type="rect",
            x0=low,
            x1=high,
            y0=top,
            y1=0,
            fillcolor=LIGHT.background,
            line={"width": 0},
            layer="between",
        )

    def _write(self, text: str, top: float, *, color: str, hover: str | None = None) -> None:
        write(self.figure, text, y=top, yref="y", color=color, hover=hover)


def _note_lines(head: str, items: Sequence[str]) -> list[str]:
    lines = lines_within(f"{head}: {'; '.join(items)}.", NARROWEST - 30, size=NAME_SIZE)
    if len(lines) <= _MOST_NOTE_LINES:
        return lines
    return [*lines[: _MOST_NOTE_LINES - 1], f"… {len(items):,} in all."]


def margins(key: float) -> dict[str, Any]:
    """Fixed margins, so that the days of all figures of a subject stand in line."""
    return {"l": LEFT, "r": RIGHT, "t": TOP + key, "b": AXIS, "autoexpand": False}


def write(
    figure: go.Figure, text: str, *, y: float, yref: str, color: str, hover: str | None = None
) -> None:
    """Text that starts at the left edge of the figure and hangs down from `y`."""
    figure.add_annotation(
        text=text,
        hovertext=hover,
        x=0,
        xref="paper",
        xanchor="left",
        xshift=-LEFT + 10,
        y=y,
        yref=yref,
        yanchor="top",
        align="left",
        showarrow=False,
        font={"size": NAME_SIZE, "color": color},
    )
