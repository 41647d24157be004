"""Figures laid out by a real Chromium, so that tests can ask where each text stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from plotly.offline import get_plotlyjs

from dashboard.charts.theme import themed
from dashboard.exports.fonts import font_face
from tests.browser.chromium import find_chromium
from tests.dashboard.charts.drawing import Box, Drawing, LayOut

_PAGE = (
    f"<!doctype html><meta charset='utf-8'><style>body {{ margin: 0 }}{font_face()}</style>"
    "<div id='figure'></div>"
)
_LAY_OUT = """async ([figure, width]) => {
  await Promise.all(['14px', '600 14px'].map(size => document.fonts.load(size + ' "Source Sans"')));
  const place = document.getElementById('figure');
  place.style.width = width + 'px';
  Plotly.purge(place);
  await Plotly.newPlot(place, figure.data, figure.layout, {displayModeBar: false});
  const boxes = chosen => [...place.querySelectorAll(chosen)].map(node => {
    const box = node.getBoundingClientRect();
    const turned = (node.getAttribute('transform') || '').includes('rotate(-90');
    return [node.textContent, box.left, box.top, box.right, box.bottom, turned];
  });
  return {texts: boxes('.main-svg text'), shapes: boxes('.shapelayer path'),
          links: boxes('.main-svg a').length, height: place.getBoundingClientRect().height};
}"""


# For each module anew: while it is open, no other test of the process can run an event loop.
@pytest.fixture(scope="module")
def lay_out() -> Iterator[LayOut]:
    """Draw a figure at a width; skips where there is no Chromium."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium or Chrome is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1500, "height": 1200})
        page.set_content(_PAGE)
        page.add_script_tag(content=get_plotlyjs())
        yield lambda figure, width: _drawing(
            page.evaluate(_LAY_OUT, [json.loads(themed(figure).to_json()), width]), width
        )
        browser.close()


def _drawing(found: dict[str, Any], width: int) -> Drawing:
    texts = (Box(*box) for box in found["texts"])
    return Drawing(
        texts=tuple(text for text in texts if text.text and text.right > text.left),
        shapes=tuple(Box(*box) for box in found["shapes"]),
        links=found["links"],
        frame=Box("", 0, 0, width, found["height"]),
    )
