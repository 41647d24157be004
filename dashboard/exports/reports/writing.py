"""Reports as files: one call for every format."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dashboard.exports.reports.printed import to_pdf
from dashboard.exports.reports.report import Report
from dashboard.exports.reports.web_page import to_html
from dashboard.exports.reports.word import to_docx

FORMATS: Mapping[str, str] = {
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
_WRITERS: Mapping[str, Callable[[Report], bytes]] = {
    "html": to_html,
    "docx": to_docx,
    "pdf": to_pdf,
}


def write(report: Report, format_: str) -> bytes:
    """A report as a file; the same report gives the same bytes.

    Parameters
    ----------
    report : Report
    format_ : {"html", "docx", "pdf"}

    Raises
    ------
    PictureUnavailable
        For PDF, and for Word with figures, when no Chromium can be found or started.

    Examples
    --------
    >>> from dashboard.exports.reports.report import Heading
    >>> write(Report(title="Safety review", parts=[Heading("Harm")]), "html")[:15]
    b'<!doctype html>'
    """
    if format_ not in _WRITERS:
        raise ValueError(f"a report is written as one of {', '.join(FORMATS)}, not {format_!r}")
    return _WRITERS[format_](report)
