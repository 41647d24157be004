"""The figures of a report as they stand on its pages."""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.charts.lettering import text_width
from dashboard.charts.theme import themed
from dashboard.exports.fitting import text_points

WIDTH = 840  # pixels that a figure is drawn in; the text of an upright page is 170 mm wide
PAGE_MM = 170.0
_HIGHEST_MM = 218.0  # of a figure and its notes; leaves room for headings and its title
_NOTE_POINTS, _NOTE_MM = 8.0, 3.9  # type of a note, height of a line
_USUAL_HEIGHT = 450


def on_paper(figure: go.Figure) -> go.Figure:
    """A figure in light colours and at the width that reports draw.

    Examples
    --------
    >>> on_paper(go.Figure()).layout.width
    840
    """
    whole = themed(figure, "light")
    height = whole.layout.height or _USUAL_HEIGHT
    return whole.update_layout(width=WIDTH, height=height, autosize=False)


def width_mm(figure: go.Figure, notes: Sequence[str] = ()) -> float:
    """How wide a figure is printed: as the text, unless it would not fit a page with its notes.

    Examples
    --------
    >>> width_mm(go.Figure(layout={"height": 400})), width_mm(go.Figure(layout={"height": 1680}))
    (170.0, 109.0)
    """
    height = figure.layout.height or _USUAL_HEIGHT
    room = max(_HIGHEST_MM - _notes_mm(notes), _HIGHEST_MM / 2)
    return min(PAGE_MM, room * WIDTH / height)


def _notes_mm(notes: Sequence[str]) -> float:
    width = text_points(False)
    return _NOTE_MM * sum(math.ceil(text_width(note, _NOTE_POINTS) / width) for note in notes)
