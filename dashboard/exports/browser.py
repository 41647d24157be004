"""Pictures of figures, drawn by an installed Chromium through kaleido."""

from __future__ import annotations

import asyncio
import os
import shutil
import struct
import threading
import zlib
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.exports.fonts import font_face
from queries.errors import DataError

_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
_SECONDS = 60.0
# Chromium asks its maker for updates even when it is told not to; here it reaches nobody.
_NOWHERE = "http://127.0.0.1:9"
# Plotly turns the drawing into an SVG document of its own, which knows none of the page's
# fonts; the typeface has to travel inside, also into the PNG that is made from it.
_CARRY_FONT = """<style>%(rule)s</style><script>
document.fonts.load('14px "Source Sans"');
document.fonts.load('600 14px "Source Sans"');
const serialize = XMLSerializer.prototype.serializeToString;
XMLSerializer.prototype.serializeToString = function (node) {
  const text = serialize.call(this, node);
  const style = '<defs><style>%(rule)s</style>';
  return text.startsWith('<svg') ? text.replace('<defs', style + '</defs><defs') : text;
};
</script>"""
_one_at_a_time = threading.Lock()


class PictureUnavailable(DataError):  # noqa: N818  (an answer, not a fault of the reader)
    """PNG and SVG cannot be drawn on this machine; says why and what to do."""


def find_browser() -> str | None:
    """Path of a Chromium: `EQUIPOISE_BROWSER`, else the first one on the path.

    Examples
    --------
    >>> find_browser() is None or os.path.exists(find_browser())
    True
    """
    named = os.environ.get("EQUIPOISE_BROWSER")
    if named:
        return shutil.which(named)
    return next((path for name in _BROWSERS if (path := shutil.which(name))), None)


def draw(figure: go.Figure, formats: Sequence[str], *, scale: float) -> dict[str, bytes]:
    """A figure in several picture formats, with one start of the browser.

    Parameters
    ----------
    figure : Figure
        With width and height.
    formats : sequence of {"png", "svg"}
    scale : float
        Pixels of the PNG per pixel of the figure.

    Raises
    ------
    PictureUnavailable
    """
    path = find_browser()
    if path is None:
        raise PictureUnavailable(
            "PNG and SVG need an installed Chromium or Chrome (or EQUIPOISE_BROWSER with its "
            "path); HTML and data can be downloaded without one"
        )
    with _one_at_a_time:
        return _in_own_thread(_drawn(figure, formats, scale, path))


def _in_own_thread(work: Any) -> dict[str, bytes]:
    # The caller may have an event loop running; this one gets its own.
    answer: list[dict[str, bytes]] = []
    faults: list[Exception] = []

    def run() -> None:
        try:
            answer.append(asyncio.run(asyncio.wait_for(work, _SECONDS)))
        except Exception as fault:
            faults.append(fault)

    thread = threading.Thread(target=run, name="picture")
    thread.start()
    thread.join()
    if faults:
        fault = faults[0]
        raise PictureUnavailable(
            "the installed browser can draw pictures", got=f"{type(fault).__name__}: {fault}"
        ) from fault
    return answer[0]


async def _drawn(
    figure: go.Figure, formats: Sequence[str], scale: float, path: str
) -> dict[str, bytes]:
    from kaleido import Kaleido  # an extra; and it takes a while to import

    pictures = {}
    async with Kaleido(path=path, page_generator=_Page(), proxy_server=_NOWHERE) as browser:
        for format_ in formats:
            options = {"format": format_, "scale": scale if format_ == "png" else 1}
            pictures[format_] = await browser.calc_fig(figure, opts=options)
    return pictures


class _Page:
    """The page that draws: plotly.js from the installed package, no MathJax, our typeface."""

    def generate_index(self) -> str:
        from kaleido import PageGenerator

        page: str = PageGenerator(mathjax=False).generate_index()
        rule = font_face()
        if not rule:
            return page
        return page.replace("</title>", "</title>" + _CARRY_FONT % {"rule": rule}, 1)


def with_resolution(png: bytes, dots_per_inch: float) -> bytes:
    """A PNG that states its resolution, so that printing gives it its true size.

    Examples
    --------
    >>> signature = b"\\x89PNG\\r\\n\\x1a\\n"
    >>> header = struct.pack(">I4s13sI", 13, b"IHDR", bytes(13), 0)
    >>> b"pHYs" in with_resolution(signature + header, 300)
    True
    """
    per_metre = round(dots_per_inch / 0.0254)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", 9) + body + struct.pack(">I", zlib.crc32(body))
    after_header = 8 + 25  # signature, then IHDR: length, name, 13 bytes, checksum
    return png[:after_header] + chunk + png[after_header:]
