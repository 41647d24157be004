"""Taking a report away: as a document, and as a bundle that makes itself again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from dashboard import recording, state
from dashboard.bundles import write_bundle
from dashboard.exports.browser import find_browser
from dashboard.exports.reports.writing import write
from dashboard.reports import current
from dashboard.reports.bundling import bundle_of
from dashboard.reports.content import ReportContent
from dashboard.reports.current import KeptCard
from dashboard.reports.document import document_of
from dashboard.text import file_stem
from queries.workspace import Report

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_DOCUMENTS = {
    "html": ("Web page", "text/html"),
    "docx": ("Word", _DOCX),
    "pdf": ("PDF", "application/pdf"),
}


def show(report: Report, held: tuple[KeptCard, ...]) -> None:
    """Buttons; each makes its file when it is pressed."""
    content = current.content_of(report, held)
    by = state.acting("reports")  # what makes a file runs outside the session
    with st.container(border=True):
        st.markdown("**Take away**")
        with_code = st.toggle("With the code of every result", key="report_with_code")
        with st.container(horizontal=True, gap="small"):
            for ending, (label, mime) in _DOCUMENTS.items():
                make = partial(_document, content, ending, with_code, by)
                _download(content, label, ending, mime, make)
            _download(content, "Bundle", "zip", "application/zip", partial(_bundle, content, by))
        if find_browser() is None:
            st.caption(
                ":material/info: PDF, and Word with figures, are drawn by an installed Chromium; "
                "none was found."
            )
        st.caption(
            "The bundle holds tables, figures, their scripts and the hashes of everything. "
            "`equipoise reproduce BUNDLE` makes it again and compares."
        )


def _download(
    content: ReportContent, label: str, ending: str, mime: str, make: Callable[[], bytes]
) -> None:
    st.download_button(
        label,
        data=recording.taken(make, what=f"report {content.title}", ending=ending),
        file_name=f"{file_stem(content.title)}.{ending}",
        mime=mime,
        key=f"report {ending}",
        icon=":material/download:",
        on_click="ignore",
        disabled=not content.entries or (ending == "pdf" and find_browser() is None),
    )


def _document(content: ReportContent, format_: str, with_code: bool, by: str) -> bytes:
    now = datetime.now(UTC)
    document = document_of(content, written_at=now, written_by=by, with_code=with_code)
    return write(document, format_)


def _bundle(content: ReportContent, by: str) -> bytes:
    return write_bundle(bundle_of(content, made_at=datetime.now(UTC), made_by=by))
