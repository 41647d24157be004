"""The figures of a report as they stand on its pages."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboard.charts.theme import themed

WIDTH = 840  # pixels that a figure is drawn in; the text of an upright page is 170 mm wide
PAGE_MM = 170.0
_HIGHEST_MM = 205.0  # leaves room for title and notes
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


def width_mm(figure: go.Figure) -> float:
    """How wide a figure is printed: as the text, unless it would be higher than a page.

    Examples
    --------
    >>> width_mm(go.Figure(layout={"height": 400})), width_mm(go.Figure(layout={"height": 1680}))
    (170.0, 102.5)
    """
    height = figure.layout.height or _USUAL_HEIGHT
    return min(PAGE_MM, _HIGHEST_MM * WIDTH / height)
