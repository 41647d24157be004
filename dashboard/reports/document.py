"""A report as a document: sections, comments, figures and tables in their order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dashboard import __version__
from dashboard.exports.reports.report import Heading, Part, Report, ReportFigure, ReportTable
from dashboard.reports.content import Entry, ReportContent


def document_of(
    content: ReportContent, *, written_at: datetime, written_by: str, with_code: bool = False
) -> Report:
    """The document of a report.

    Parameters
    ----------
    written_at : datetime
        In UTC.
    with_code : bool
        Whether the script of every result stands at the end.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 31, 12, tzinfo=UTC)
    >>> empty = ReportContent(title="Safety review", study="EQX-301")
    >>> dict(document_of(empty, written_at=at, written_by="anna").facts)["Written"]
    '2026-03-31 12:00 UTC by anna'
    """
    snapshots = dict.fromkeys(entry.snapshot[:12] for entry in content.entries if entry.snapshot)
    facts = {
        "Study": f"{content.study} {content.study_title}".strip(),
        "Data cut": content.data_cut,
        "Snapshot": ", ".join(snapshots),
        "Subjects": content.cohort.sentence(),
        "Written": f"{written_at:%Y-%m-%d %H:%M} UTC by {written_by}",
        "Equipoise": __version__,
    }
    return Report(
        title=content.title,
        parts=tuple(part for entry in content.entries for part in _parts(entry, content.study)),
        subtitle=content.study_title,
        facts=tuple((name, value) for name, value in facts.items() if value),
        written_at=written_at,
        with_code=with_code,
    )


def _parts(entry: Entry, study: str) -> Iterator[Part]:
    card = entry.card
    if entry.section:
        yield Heading(entry.section, level=1)
    frame = card.shown if card.shown is not None else card.data
    if card.figure is not None:
        yield ReportFigure(
            title=_title(card.name, study),
            figure=card.figure,
            notes=card.notes,
            comment=entry.comment,
            code=card.script,
        )
    elif frame is not None:
        yield ReportTable(
            title=_title(card.name, study),
            frame=frame,
            notes=card.notes,
            comment=entry.comment,
            code=card.script,
        )


def _title(name: str, study: str) -> str:
    """The name of a result without the study, which stands on the first page.

    Examples
    --------
    >>> _title("EQX-301 adverse events overview", "EQX-301")
    'Adverse events overview'
    >>> _title("EQX-301 eDISH", "EQX-301")
    'eDISH'
    """
    own = name.removeprefix(f"{study} ")
    first = own.split(" ", 1)[0]
    return own if first != first.lower() else own[:1].upper() + own[1:]
