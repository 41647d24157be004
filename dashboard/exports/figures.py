"""Figures as files: interactive HTML, SVG, PDF, PNG for print, and the figure's own JSON.

HTML and JSON are written at once. SVG, PDF and PNG are drawn by an installed Chromium and
take seconds; `render_pictures` draws several with one start of it. No format asks
anything of the internet, when it is made or when it is opened.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape

import plotly.graph_objects as go
from plotly.utils import PlotlyJSONEncoder

from dashboard.charts.theme import CONFIG, FONT, LIGHT, alt_text, themed
from dashboard.exports.browser import PictureUnavailable, draw, with_resolution
from dashboard.exports.captions import captioned
from dashboard.exports.fonts import font_face

__all__ = ["FORMATS", "PictureUnavailable", "render", "render_pictures"]

FORMATS: Mapping[str, str] = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "html": "text/html",
    "json": "application/json",
}
_PICTURES = ("png", "svg", "pdf")
_DOTS_PER_INCH = 300
_SCALE = _DOTS_PER_INCH / 96  # a CSS pixel is 1/96 inch

# An exported page may run what it carries and can load nothing: the browser sees to it.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:">
<title>{title}</title>
<style>
{font_face}
body {{ font-family: {font}; color: {text}; background: {background}; \
margin: 2rem auto; max-width: 68rem; padding: 0 1rem; line-height: 1.45 }}
h1 {{ font-size: 1.3rem; font-weight: 600; margin: 0 0 .5rem }}
figure {{ margin: 0 }}
figcaption {{ font-size: .85rem; color: {muted} }}
figcaption p {{ margin: .35rem 0 0 }}
</style>
</head>
<body>
<h1>{title}</h1>
<figure>
<div role="img" aria-label="{alt}">
{plot}
</div>
<figcaption>
{notes}
</figcaption>
</figure>
</body>
</html>
"""


def render(figure: go.Figure, format_: str, *, title: str, notes: Sequence[str] = ()) -> bytes:
    """A figure as a file, with its title and notes.

    Parameters
    ----------
    figure : Figure
        As a chart drew it; exports are always in light colours.
    format_ : {"png", "svg", "pdf", "html", "json"}
    title : str
    notes : sequence of str
        Study and data cut, population, cohort, method, and "exploratory" where it is.

    Raises
    ------
    PictureUnavailable
        For PNG, SVG and PDF when no Chromium can be found or started.

    Examples
    --------
    >>> from dashboard.charts.theme import new_figure
    >>> page = render(new_figure("Nothing", height=200), "html", title="A figure", notes=["A note"])
    >>> b"<p>A note</p>" in page
    True
    """
    if format_ in _PICTURES:
        return render_pictures(figure, (format_,), title=title, notes=notes)[format_]
    if format_ == "html":
        return _html(figure, title, notes).encode()
    if format_ == "json":
        return _json(captioned(figure, title=title, notes=notes))
    raise ValueError(f"a figure is rendered as one of {', '.join(FORMATS)}, not {format_!r}")


def render_pictures(
    figure: go.Figure,
    formats: Sequence[str] = ("png", "svg"),
    *,
    title: str,
    notes: Sequence[str] = (),
) -> dict[str, bytes]:
    """PNG (300 dots per inch), SVG and PDF of a figure, with one start of the browser.

    Raises
    ------
    PictureUnavailable
        When no Chromium can be found or started.
    """
    whole = captioned(figure, title=title, notes=notes)
    pictures = draw(whole, formats, scale=_SCALE)
    if "png" in pictures:
        pictures["png"] = with_resolution(pictures["png"], _DOTS_PER_INCH)
    return pictures


def _json(figure: go.Figure) -> bytes:
    # Numbers as lists that anything can read; `Figure.to_json` would pack them as base64.
    data = [trace.to_plotly_json() for trace in figure.data]
    plain = {"data": data, "layout": figure.layout.to_plotly_json()}
    return json.dumps(plain, cls=PlotlyJSONEncoder).encode()


def _html(figure: go.Figure, title: str, notes: Sequence[str]) -> str:
    plot = themed(figure, "light").to_html(
        full_html=False,
        include_plotlyjs=True,
        include_mathjax=False,
        config=dict(CONFIG),
        div_id="figure",
    )
    return _PAGE.format(
        title=escape(title),
        alt=escape(alt_text(figure)),
        plot=plot,
        notes="\n".join(f"<p>{escape(note)}</p>" for note in notes),
        font_face=font_face(),
        font=FONT,
        text=LIGHT.text,
        muted=LIGHT.muted,
        background=LIGHT.background,
    )
