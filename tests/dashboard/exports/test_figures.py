"""Figures as files: complete, captioned, and asking nothing of the internet."""

from __future__ import annotations

import json
import struct
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.charts.theme import arm_styles, new_figure
from dashboard.exports import browser
from dashboard.exports.captions import captioned
from dashboard.exports.figures import FORMATS, PictureUnavailable, render, render_pictures

NOTES = ["EQX-301, data cut 2026-03-31.", "Exploratory: <filtered> & not confirmatory."]
TITLE = "Overall survival <by arm>"
needs_browser = pytest.mark.skipif(
    browser.find_browser() is None, reason="no Chromium or Chrome is installed"
)


@pytest.fixture(scope="module")
def figure() -> go.Figure:
    drawn = new_figure("Two curves that part after month 3.", height=320)
    for arm, style in arm_styles(["Control", "Experimental"]).items():
        drawn.add_scatter(
            x=np.arange(3), y=np.array([1, 0.8, 0.5]), name=arm, line={"color": style.colour}
        )
    drawn.update_xaxes(title_text="Months since randomisation")
    return drawn


class _Loads(HTMLParser):
    """Collects what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.policy = ""
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [f"{tag} {given[key]}" for key in ("src", "href", "data") if given.get(key)]
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_html_loads_nothing_and_forbids_it(figure: go.Figure) -> None:
    page = render(figure, "html", title=TITLE, notes=NOTES).decode()
    loads = _Loads()
    loads.feed(page)
    assert loads.found == []
    assert "default-src 'none'" in loads.policy
    assert "http" not in loads.policy
    styles = page.split("<style>")[1].split("</style>")[0]
    assert "http" not in styles
    assert "@import" not in styles


def test_html_carries_library_title_notes_and_description(figure: go.Figure) -> None:
    page = render(figure, "html", title=TITLE, notes=NOTES).decode()
    assert len(page) > 1_000_000
    assert "<h1>Overall survival &lt;by arm&gt;</h1>" in page
    assert "<p>Exploratory: &lt;filtered&gt; &amp; not confirmatory.</p>" in page
    assert 'aria-label="Two curves that part after month 3."' in page


def test_json_has_the_numbers_and_the_notes(figure: go.Figure) -> None:
    written = json.loads(render(figure, "json", title=TITLE, notes=NOTES))
    assert written["data"][0]["y"] == [1, 0.8, 0.5]
    assert written["layout"]["meta"]["notes"] == NOTES
    assert written["layout"]["meta"]["alt"] == "Two curves that part after month 3."


def test_caption_grows_the_figure_and_leaves_the_plot(figure: go.Figure) -> None:
    few = captioned(figure, title="Short", notes=NOTES)
    many = captioned(figure, title="Long " * 40, notes=["A note that is long. " * 30] * 4)
    for whole in (few, many):
        plot = whole.layout.height - whole.layout.margin.t - whole.layout.margin.b
        assert plot == 320 - 16 - 66
    assert many.layout.height > few.layout.height
    assert figure.layout.height == 320


def test_caption_shows_markup_as_text(figure: go.Figure) -> None:
    whole = captioned(figure, title=TITLE, notes=NOTES)
    assert whole.layout.title.text == "Overall survival &lt;by arm&gt;"
    assert whole.layout.annotations[-1].text.endswith("&lt;filtered&gt; &amp; not confirmatory.")


def test_unknown_format_is_refused(figure: go.Figure) -> None:
    with pytest.raises(ValueError, match="rendered as one of png, svg, pdf, html, json"):
        render(figure, "gif", title=TITLE)


def test_without_a_browser_a_sentence_says_what_to_do(
    figure: go.Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "find_browser", lambda: None)
    with pytest.raises(PictureUnavailable, match="need an installed Chromium or Chrome"):
        render(figure, "png", title=TITLE)


def test_a_browser_that_does_not_start_is_a_sentence(
    figure: go.Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("kaleido", reason="the extra `pictures` is not installed")
    monkeypatch.setattr(browser, "find_browser", lambda: "/no/such/chromium")
    with pytest.raises(PictureUnavailable, match="the installed browser can draw pictures"):
        render(figure, "svg", title=TITLE)


@needs_browser
def test_pictures_of_one_start(figure: go.Figure) -> None:
    pytest.importorskip("kaleido", reason="the extra `pictures` is not installed")
    pictures = render_pictures(figure, title=TITLE, notes=NOTES)
    assert set(pictures) == {"png", "svg"} < set(FORMATS)
    _check_png(pictures["png"], captioned(figure, title=TITLE, notes=NOTES))
    _check_svg(pictures["svg"].decode())


def _check_png(png: bytes, whole: go.Figure) -> None:
    width, height = struct.unpack(">II", png[16:24])
    scale = 300 / 96
    assert (width, height) == (round(1000 * scale), round(whole.layout.height * scale))
    place = png.index(b"pHYs")
    per_metre, _, unit = struct.unpack(">IIB", png[place + 4 : place + 13])
    assert unit == 1
    assert round(per_metre * 0.0254) == 300


def _check_svg(svg: str) -> None:
    root = ElementTree.fromstring(svg)
    said = " ".join(text for text in root.itertext() if "font-face" not in text)
    assert "Overall survival <by arm>" in said
    assert "Exploratory: <filtered> & not confirmatory." in said
    assert "Months since randomisation" in said
    assert "url(http" not in svg
    assert 'href="http' not in svg.replace('xmlns:xlink="http', "")
