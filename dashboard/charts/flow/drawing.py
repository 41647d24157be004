"""A flow diagram as shapes and texts of one size, centred in whatever width there is."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from analytics.checks import require
from dashboard.charts.flow.layout import PADDING, SIZE, Box, Diagram, Line, arrange
from dashboard.charts.flow.values import ArmFlow, Flow, Losses
from dashboard.charts.lettering import NARROWEST
from dashboard.charts.theme import LIGHT, ArmStyle, new_figure

_MARGIN, _HEAD, _HALF_HEAD, _STRIPE = 6, 7, 3.5, 4
# From the middle of the upper edge; Plotly counts pixels upwards.
_IN_PIXELS: Mapping[str, object] = {
    "xref": "paper",
    "yref": "paper",
    "xsizemode": "pixel",
    "ysizemode": "pixel",
    "xanchor": 0.5,
    "yanchor": 1,
}


def draw_flow(
    flow: Flow, *, styles: Mapping[str, ArmStyle] | None = None, width: int = NARROWEST
) -> go.Figure:
    """A CONSORT flow diagram.

    The diagram has a fixed size in pixels and stands in the middle of a wider page. Six
    arms stand side by side in 1050 pixels, two in 380; others continue below.

    Parameters
    ----------
    flow : Flow
    styles : mapping, optional
        From `theme.arm_styles`; each arm then carries a stripe of its colour.
    width : int
        Pixels that the figure has at least wherever it is shown.

    Examples
    --------
    >>> arms = tuple(ArmFlow(arm=a, allocated=50, received=50, analysed=50) for a in "AB")
    >>> figure = draw_flow(Flow(randomised=100, arms=arms))
    >>> figure.layout.annotations[0].text
    '<b>Randomised (n=100)</b>'
    """
    require(width >= 320, "width >= 320", width=width)
    diagram = arrange(flow, width - 2 * _MARGIN)
    figure = new_figure(_describe(flow), height=round(diagram.bottom + 2 * _MARGIN))
    for line in diagram.lines:
        _add_line(figure, diagram, line)
    for box in diagram.boxes:
        _add_box(figure, diagram, box, (styles or {}).get(box.arm))
    hidden = {"visible": False, "fixedrange": True}
    side = {"l": 0, "r": 0, "t": _MARGIN, "b": _MARGIN}
    figure.update_layout(margin=side, xaxis=hidden, yaxis=hidden)
    return figure


def _add_line(figure: go.Figure, diagram: Diagram, line: Line) -> None:
    shift = diagram.width / 2
    points = [(x - shift, -y) for x, y in line.points]
    path = "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
    ink = {"color": LIGHT.muted, "width": 1.25}
    figure.add_shape(type="path", path=path, line=ink, **_IN_PIXELS)
    if line.arrow:
        head = _head(points[-2], points[-1])
        figure.add_shape(
            type="path", path=head, fillcolor=LIGHT.muted, line={"width": 0}, **_IN_PIXELS
        )


def _head(before: tuple[float, float], end: tuple[float, float]) -> str:
    x, y = end
    if before[0] == x:  # downwards
        corners = [(x - _HALF_HEAD, y + _HEAD), (x + _HALF_HEAD, y + _HEAD), end]
    else:  # to the right
        corners = [(x - _HEAD, y - _HALF_HEAD), (x - _HEAD, y + _HALF_HEAD), end]
    return "M" + "L".join(f"{a:.1f},{b:.1f}" for a, b in corners) + "Z"


def _add_box(figure: go.Figure, diagram: Diagram, box: Box, style: ArmStyle | None) -> None:
    left = box.left - diagram.width / 2
    across = {"x0": left, "x1": left + box.width}
    figure.add_shape(
        type="rect",
        y0=-box.top,
        y1=-box.bottom,
        fillcolor=LIGHT.surface,
        line={"color": LIGHT.line, "width": 1},
        name="box",
        **across,
        **_IN_PIXELS,
    )
    if style:
        figure.add_shape(
            type="rect",
            y0=-box.top,
            y1=-box.top - _STRIPE,
            fillcolor=style.colour,
            line={"width": 0},
            **across,
            **_IN_PIXELS,
        )
    figure.add_annotation(
        text="<br>".join(box.lines),
        hovertext=box.hover or None,
        x=0.5,
        xref="paper",
        xanchor="left",
        xshift=left + PADDING,
        y=1,
        yref="paper",
        yanchor="top",
        yshift=-box.top - PADDING,
        align="left",
        showarrow=False,
        font={"size": SIZE, "color": LIGHT.text},
    )


def _describe(flow: Flow) -> str:
    parts = []
    if flow.screened is not None:
        parts.append(f"{flow.screened:,} screened, {_said(flow.excluded, 'excluded')}")
    parts.append(f"{flow.randomised:,} randomised")
    parts += [_describe_arm(arm) for arm in flow.arms]
    parts += [
        f"cohort rule {step.rule}: {step.left_out:,} left out, {step.remaining:,} remaining"
        for step in flow.cohort
    ]
    return "Flow of subjects. " + "; ".join(parts) + "."


def _describe_arm(arm: ArmFlow) -> str:
    return (
        f"{arm.arm}: {arm.allocated:,} allocated, {arm.received:,} received it, "
        f"{_said(arm.not_received, 'did not')}, {_said(arm.lost, 'lost to follow-up')}, "
        f"{_said(arm.discontinued, 'discontinued')}, {arm.analysed:,} analysed, "
        f"{_said(arm.not_analysed, 'not analysed')}"
    )


def _said(losses: Losses, what: str) -> str:
    if not losses.ordered:
        return f"{losses.subjects:,} {what}"
    most, n = losses.ordered[0]
    return f"{losses.subjects:,} {what} (most often {most}, {n:,})"
