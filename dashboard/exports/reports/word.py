"""A report as a Word document."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import docx
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from dashboard.charts.theme import alt_text
from dashboard.exports.browser import Picture, draw_all, with_resolution
from dashboard.exports.fitting import POINTS_PER_MM, Block, Cells, cells_of, fit
from dashboard.exports.reports import word_parts, word_styles
from dashboard.exports.reports.pictures import WIDTH, on_paper, width_mm
from dashboard.exports.reports.report import (
    Comment,
    Heading,
    Placed,
    Report,
    ReportFigure,
    ReportTable,
)
from dashboard.exports.wording import code_lines, is_exploratory, paragraphs, printable, said

_DOTS_PER_INCH = 300
_BORN = datetime(2000, 1, 1, tzinfo=UTC)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_FACT_MM = 40.0


def to_docx(report: Report) -> bytes:
    """A report as a Word document, its figures as pictures of 300 dots per inch.

    Raises
    ------
    PictureUnavailable
        When it has a figure and no Chromium can be found or started.

    Examples
    --------
    >>> to_docx(Report(title="Safety review", parts=[Heading("Adverse events")]))[:2]
    b'PK'
    """
    figures = [
        (one.anchor, one.part)
        for one in report.with_numbers(ReportFigure)
        if isinstance(one.part, ReportFigure)
    ]
    drawn = draw_all(
        [
            Picture(figure=on_paper(part.figure), format="png", scale=_scale(part))
            for _, part in figures
        ]
    )
    pictures = {
        anchor: with_resolution(png, _DOTS_PER_INCH)
        for (anchor, _), png in zip(figures, drawn, strict=True)
    }
    return _Document(report, pictures).written()


def _scale(part: ReportFigure) -> float:
    return width_mm(part.figure, part.notes) / 25.4 * _DOTS_PER_INCH / WIDTH


class _Document:
    """A document being written, from its first page to its last."""

    def __init__(self, report: Report, pictures: Mapping[str, bytes]) -> None:
        self.report, self.pictures = report, pictures
        self.document: Any = docx.Document()
        self.numbers = count(1)
        self.landscape = self.turned = False
        word_styles.set_styles(self.document)
        word_styles.set_page(self.document.sections[0], landscape=False)
        word_styles.set_head_and_foot(self.document.sections[0], printable(report.title))
        _set_properties(self.document.core_properties, report)

    def written(self) -> bytes:
        self._open()
        for one, across in zip(self.report.placed(), self.report.across(), strict=True):
            self._turn(across)
            if isinstance(one.part, Heading):
                self._heading(one, one.part)
            elif isinstance(one.part, Comment):
                self._comment(one.part)
            elif isinstance(one.part, ReportFigure):
                self._figure(one, one.part)
            else:
                self._table(one, one.part)
        self._codes()
        sink = io.BytesIO()
        self.document.save(sink)
        return _timeless(sink.getvalue())

    def _say(self, text: str, style: str = "Normal") -> Any:
        return self.document.add_paragraph(text, style)

    def _open(self) -> None:
        self._say(printable(self.report.title), "Title")
        if subtitle := printable(self.report.subtitle):
            self._say(subtitle, "Subtitle")
        if self.report.facts:
            self._facts()
        placed = self.report.placed()
        headings = [one for one in placed if isinstance(one.part, Heading)]
        if self.report.coded():
            headings.append(Placed(part=Heading("Code"), anchor="code"))
        self._list("Contents", r'TOC \o "1-3" \h \z \u', headings)
        for kind, name in ((ReportFigure, "Figure"), (ReportTable, "Table")):
            self._list(f"{name}s", rf'TOC \h \z \c "{name}"', self.report.with_numbers(kind))

    def _facts(self) -> None:
        cells = Cells(
            heads=("Fact", "Value"),
            rows=tuple(
                ((0, printable(name)), (0, printable(value))) for name, value in self.report.facts
            ),
            numeric=(False, False),
        )
        widths = tuple(mm * POINTS_PER_MM for mm in (_FACT_MM, 170 - _FACT_MM))
        self._grid(cells, Block(columns=(0, 1), widths=widths), 9.5, head=False)

    def _list(self, name: str, code: str, items: Sequence[Placed]) -> None:
        """A list that Word can renew; what it lists stands there from the start."""
        if not items:
            return
        self._say(name, "List heading")
        for place, item in enumerate(items):
            level = item.part.level if isinstance(item.part, Heading) else 0
            line = self._say("", f"toc {level}" if level else "table of figures")
            if place == 0:
                word_parts.begin_field(line, code, refresh=True)
            word_parts.link(line, _bookmark(item.anchor), _labelled(item))
            if place == len(items) - 1:
                word_parts.end_field(line)

    def _turn(self, landscape: bool) -> None:
        """Begin a page of the other orientation, where this one does not suit."""
        self.turned = landscape != self.landscape
        if self.turned:
            section = self.document.add_section(WD_SECTION.NEW_PAGE)
            word_parts.end_section_in_last_words(self.document)
            word_styles.set_page(section, landscape=landscape)
            section.different_first_page_header_footer = False
            self.landscape = landscape

    def _heading(self, one: Placed, heading: Heading) -> None:
        line = self._say(_labelled(one), f"Heading {heading.level}")
        if self.turned:  # already on a new page
            line.paragraph_format.page_break_before = False
        word_parts.bookmark(line, _bookmark(one.anchor), next(self.numbers))

    def _comment(self, comment: Comment) -> None:
        self._prose(comment.text)
        if by := printable(comment.by):
            self._say(by, "Signed")

    def _prose(self, text: str) -> None:
        for paragraph in paragraphs(text):
            self._say(paragraph)

    def _caption(self, one: Placed) -> None:
        kind, number = one.label.split()
        line = self._say(f"{kind} ", "Caption")
        word_parts.field(line, f"SEQ {kind} \\* ARABIC", number)
        line.add_run(f". {one.title}")
        word_parts.bookmark(line, _bookmark(one.anchor), next(self.numbers))

    def _notes(self, notes: Sequence[str], *, whole: bool = True) -> None:
        lines = said(notes)
        for place, note in enumerate(lines):
            line = self._say("", "Note")
            line.paragraph_format.keep_with_next = whole and place < len(lines) - 1
            run = line.add_run(note)
            if is_exploratory(note):
                word_styles.mark(run)

    def _figure(self, one: Placed, part: ReportFigure) -> None:
        self._prose(part.comment)
        self._caption(one)
        line = self._say("")
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.keep_with_next = bool(said(part.notes))
        line.paragraph_format.line_spacing = 1.0
        picture = line.add_run().add_picture(
            io.BytesIO(self.pictures[one.anchor]), width=Mm(width_mm(part.figure))
        )
        word_parts.describe(picture, printable(alt_text(part.figure)))
        self._notes(part.notes)

    def _table(self, one: Placed, part: ReportTable) -> None:
        cells = cells_of(part.frame)
        page = fit(cells)
        whole = cells.short and len(page.blocks) == 1
        self._prose(part.comment)
        self._caption(one)
        for place, block in enumerate(page.blocks):
            if place:
                self._say("").paragraph_format.page_break_before = True
            self._grid(cells, block, page.size, whole=whole)
        self._notes(part.notes, whole=whole)

    def _grid(
        self, cells: Cells, block: Block, size: float, *, head: bool = True, whole: bool = False
    ) -> None:
        if not block.columns:
            self._say("The table has no columns.")
            return
        table = word_parts.grid(cells, block, size, head=head, whole=whole)
        self.document.element.body.insert_element_before(table, "w:sectPr")
        after = self._say("", "Note")
        after.paragraph_format.line_spacing = 0.5
        after.paragraph_format.keep_with_next = whole

    def _codes(self) -> None:
        coded = self.report.coded()
        if not coded:
            return
        self._turn(False)
        line = self._say("Code", "Heading 1")
        word_parts.bookmark(line, "code", next(self.numbers))
        for one in coded:
            assert not isinstance(one.part, Heading | Comment)
            self._say(_labelled(one), "Heading 2")
            for text in code_lines(one.part.code or ""):
                self._say(text, "Code")


def _labelled(one: Placed) -> str:
    if not one.label:
        return one.title
    return f"{one.label}{'  ' if isinstance(one.part, Heading) else '. '}{one.title}"


def _bookmark(anchor: str) -> str:
    return anchor.replace("-", "_")


def _set_properties(properties: Any, report: Report) -> None:
    written = (report.written_at or _BORN).replace(microsecond=0)
    if written.tzinfo is not None:
        written = written.astimezone(UTC).replace(tzinfo=None)
    properties.title = printable(report.title)[:255]
    properties.subject = printable(report.subtitle)[:255]
    properties.author = properties.last_modified_by = "Equipoise"
    properties.comments = ""
    properties.language = "en"
    properties.revision = 1
    properties.created = properties.modified = written


def _timeless(data: bytes) -> bytes:
    """The same document, whose inner files do not say when they were written."""
    sink = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as given,
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as kept,
    ):
        for name in given.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(entry, given.read(name))
    return sink.getvalue()
