"""A report as PDF: its page printed by an installed Chromium, pages numbered and listed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from html import escape

from pypdf import PdfReader

from dashboard.exports.browser import Picture, draw_and_print
from dashboard.exports.reports.pictures import on_paper
from dashboard.exports.reports.report import Report, ReportFigure
from dashboard.exports.reports.web_page import to_printable_page
from dashboard.exports.wording import printable

_FOOTER = (
    '<div style="font:7.5pt Arial,Liberation Sans,sans-serif;color:#55676F;width:100%;'
    'margin:0 20mm;display:flex;justify-content:space-between;gap:10mm">'
    '<span style="overflow:hidden;white-space:nowrap;text-overflow:ellipsis">{title}</span>'
    '<span style="white-space:nowrap">Page <span class="pageNumber"></span> of '
    '<span class="totalPages"></span></span></div>'
)


def to_pdf(report: Report) -> bytes:
    """A report as PDF, with one start of the browser for its figures and its pages.

    Raises
    ------
    PictureUnavailable
        When no Chromium can be found or started.
    """
    figures = report.with_numbers(ReportFigure)
    pictures = [
        Picture(figure=on_paper(one.part.figure), format="svg")
        for one in figures
        if isinstance(one.part, ReportFigure)
    ]
    anchors = [one.anchor for one in figures]

    def page(drawn: list[bytes], before: bytes | None) -> str:
        pages = {} if before is None else pages_of(before)
        return to_printable_page(report, dict(zip(anchors, drawn, strict=True)), pages)

    footer = _FOOTER.format(title=escape(printable(report.title)))
    return draw_and_print(pictures, page, footer=footer)


def pages_of(pdf: bytes) -> Mapping[str, int]:
    """The page, from 1, on which each name that a link leads to stands."""
    reader = PdfReader(io.BytesIO(pdf))
    found = {}
    for name, place in reader.named_destinations.items():
        number = reader.get_destination_page_number(place)
        if number is not None:
            found[name.removeprefix("/")] = number + 1
    return found
