"""Pictures of figures, drawn by an installed Chromium through kaleido."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import re
import shutil
import struct
import threading
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

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
_SECONDS, _SECONDS_EACH = 60.0, 15.0
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
_PDF_DATE = re.compile(rb"(/(?:Creation|Mod)Date ?\(D:)\d{14}")
_SVG_NAME = re.compile(rb'<defs id="defs-([0-9a-f]{6})"')
_SVG_TRACE = re.compile(rb'(class="trace [a-z]+ )trace[0-9a-f]{6}"')
_Answer = TypeVar("_Answer")
_one_at_a_time = threading.Lock()


class PictureUnavailable(DataError):  # noqa: N818  (an answer, not a fault of the reader)
    """PNG, SVG and PDF cannot be drawn on this machine; says why and what to do."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure with width and height, to be drawn in one format; `scale` is of PNG alone."""

    figure: go.Figure
    format: str
    scale: float = 1.0


def draw(figure: go.Figure, formats: Sequence[str], *, scale: float) -> dict[str, bytes]:
    """A figure in several picture formats, with one start of the browser.

    Parameters
    ----------
    figure : Figure
        With width and height.
    formats : sequence of {"png", "svg", "pdf"}
    scale : float
        Pixels of the PNG per pixel of the figure.

    Raises
    ------
    PictureUnavailable
    """
    pictures = [Picture(figure=figure, format=one, scale=scale) for one in formats]
    return dict(zip(formats, draw_all(pictures), strict=True))


def draw_all(pictures: Sequence[Picture]) -> list[bytes]:
    """Many pictures, in their order, with one start of the browser.

    Raises
    ------
    PictureUnavailable

    Examples
    --------
    >>> draw_all([])
    []
    """
    return _with_browser(_drawn, pictures) if pictures else []


def draw_and_print(
    pictures: Sequence[Picture],
    page: Callable[[list[bytes], bytes | None], str],
    *,
    footer: str,
) -> bytes:
    """A page of HTML as PDF, with pictures drawn for it, all with one start of the browser.

    Parameters
    ----------
    pictures : sequence of Picture
    page : callable
        Is given the pictures and gives the page, complete in itself. It is asked twice, the
        second time with the first print, in which it can look up where things stand.
    footer : str
        HTML at the foot of every sheet; spans of the classes `pageNumber` and `totalPages`
        are filled in.

    Raises
    ------
    PictureUnavailable
    """

    async def work(browser: Any, pictures: Sequence[Picture]) -> bytes:
        drawn = await _drawn(browser, pictures)
        first = await _printed(browser, page(drawn, None), footer)
        return await _printed(browser, page(drawn, first), footer)

    return timeless(_with_browser(work, pictures))


def _with_browser(
    work: Callable[[Any, Sequence[Picture]], Awaitable[_Answer]], pictures: Sequence[Picture]
) -> _Answer:
    path = find_browser()
    if path is None:
        raise PictureUnavailable(
            "PNG, SVG and PDF need an installed Chromium or Chrome (or EQUIPOISE_BROWSER with its "
            "path); HTML, Word and data can be taken away without one"
        )

    async def started() -> _Answer:
        from kaleido import Kaleido  # an extra; and it takes a while to import

        # What a Chromium says that is no message is passed over there, with a traceback that looks
        # like a fault of ours; a picture that does not come is one, with a sentence.
        logging.getLogger("choreographer.channels.pipe").setLevel(logging.CRITICAL)
        async with Kaleido(path=path, page_generator=_Page(), proxy_server=_NOWHERE) as browser:
            return await work(browser, pictures)

    seconds = _SECONDS + _SECONDS_EACH * len(pictures)
    with _one_at_a_time:
        return _in_own_thread(asyncio.wait_for(started(), seconds))


def _in_own_thread(work: Awaitable[_Answer]) -> _Answer:
    # The caller may have an event loop running; this one gets its own.
    answer: list[_Answer] = []
    faults: list[Exception] = []

    async def awaited() -> _Answer:
        return await work

    def run() -> None:
        try:
            answer.append(asyncio.run(awaited()))
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


async def _drawn(browser: Any, pictures: Sequence[Picture]) -> list[bytes]:
    drawn = []
    for picture in pictures:
        options = {"format": picture.format, "scale": picture.scale}
        if picture.format != "png":
            options["scale"] = 1
        drawn.append(
            _SAME_EACH_TIME[picture.format](await browser.calc_fig(picture.figure, options))
        )
    return drawn


async def _printed(browser: Any, page: str, footer: str) -> bytes:
    from choreographer.utils import TmpDirectory

    # A sandboxed Chromium sees only some folders; the drawing library knows which.
    folder = TmpDirectory(sneak=browser.is_isolated())
    try:
        file = folder.path / "report.html"
        file.write_text(page, encoding="utf-8")
        tab = await browser.create_tab("")
        await tab.send_command("Page.enable")
        loaded = tab.subscribe_once("Page.loadEventFired")
        await tab.send_command("Page.navigate", params={"url": file.as_uri()})
        await loaded
        answer = await tab.send_command("Page.printToPDF", params=_print_options(footer))
        return base64.b64decode(answer["result"]["data"])
    finally:
        folder.clean()


def _print_options(footer: str) -> dict[str, Any]:
    return {
        "printBackground": True,
        "preferCSSPageSize": True,
        "displayHeaderFooter": True,
        "headerTemplate": "<span></span>",
        "footerTemplate": footer,
        "generateTaggedPDF": True,
        "generateDocumentOutline": True,
    }


def timeless(pdf: bytes) -> bytes:
    """A PDF that does not say when it was made; nothing in it moves.

    Examples
    --------
    >>> timeless(b"<</CreationDate (D:20260331120000+00'00')>>")
    b"<</CreationDate (D:20000101000000+00'00')>>"
    """
    return _PDF_DATE.sub(lambda found: found[1] + b"20000101000000", pdf)


def steady(svg: bytes) -> bytes:
    """An SVG whose inner names are the same whenever it is drawn.

    Examples
    --------
    >>> steady(b'<defs id="defs-3f9a1c"><clipPath id="clip3f9a1cxy"/></defs>')
    b'<defs id="defs-figure"><clipPath id="clipfigurexy"/></defs>'
    """
    svg = _SVG_TRACE.sub(rb'\1trace"', svg)
    found = _SVG_NAME.search(svg)
    if found is None:
        return svg
    # A name stands after letters; six signs after "#" are a colour.
    return re.sub(rb"(?<=[a-z-])" + found[1], b"figure", svg)


_SAME_EACH_TIME: Mapping[str, Callable[[bytes], bytes]] = {
    "png": bytes,
    "svg": steady,
    "pdf": timeless,
}


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
