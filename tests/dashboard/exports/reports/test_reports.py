"""Reports read back: HTML by a parser, Word by python-docx, PDF by pypdf."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import docx
import pandas as pd
import plotly.graph_objects as go
import pytest
from docx.enum.section import WD_ORIENT
from pypdf import PdfReader

from dashboard.charts.theme import new_figure
from dashboard.exports import browser
from dashboard.exports.figures import PictureUnavailable, render
from dashboard.exports.reports.report import (
    Comment,
    Heading,
    Report,
    ReportFigure,
    ReportTable,
)
from dashboard.exports.reports.writing import FORMATS, write
from dashboard.exports.wording import printable
from tests.dashboard.exports.hostile import HOSTILE

NOTES = ("Exploratory, not confirmatory.", "720 of 720 subjects.", "Data cut 2026-03-31.")
SMALL = pd.DataFrame({"Term": ["Any", "\u2003Nausea"], "Placebo": ["12 (5.0%)", "NE"]})
WIDE = pd.DataFrame({f"Visit {n}, change": [f"{n}.25 (1.00 to 9.99)"] * 40 for n in range(9)})
needs_browser = pytest.mark.skipif(
    browser.find_browser() is None, reason="no Chromium or Chrome is installed"
)


def drawn(name: str = "Placebo") -> go.Figure:
    figure = new_figure("A curve that falls.", height=320)
    return figure.add_scatter(x=[0, 1, 2], y=[1, 0.8, 0.5], name=name)


SAFETY = (
    Heading("Safety"),
    Comment("Looked at all harm.\n\nNothing new.", by="A. Reader, 2026-04-01"),
    ReportTable(title="Events by term", frame=SMALL, notes=NOTES, code="table()"),
    Heading("By visit", 2),
    ReportTable(title="Change by visit", frame=WIDE, notes=NOTES),
)
EFFICACY = (
    Heading("Efficacy"),
    ReportFigure(title="Survival", figure=drawn(), notes=NOTES, comment="It parts.", code="km()"),
)
REPORT = Report(
    title="Interim report",
    subtitle="For the committee",
    parts=(*SAFETY, *EFFICACY),
    facts=(("Study", "EQX-301"), ("Data cut", "2026-03-31")),
    written_at=datetime(2026, 4, 1, 12, tzinfo=UTC),
    with_code=True,
)
TABLES = replace(REPORT, parts=SAFETY)


class _Read(HTMLParser):
    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.policy = ""
        self.text: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" else []
        self.fetched += [given[key] for key in ("src", "data") if key in given]
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] not in (["script"], ["style"]):
            self.text.append(data)

    @property
    def said(self) -> str:
        return " ".join(" ".join(self.text).split())


def test_a_page_holds_everything_and_loads_nothing() -> None:
    page = _Read(write(REPORT, "html"))
    assert page.policy.startswith("default-src 'none'; script-src 'unsafe-inline';")
    assert "http" not in page.policy
    assert page.fetched == []
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert len(page.links) == 4 + 1 + 2
    for text in ("Figure 1 Survival", "Table 2 Change by visit", "1.1 By visit", *NOTES, "km()"):
        assert text in page.said


def test_a_page_without_figures_carries_no_script_and_needs_no_chromium(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(browser, "find_browser", lambda: None)
    assert "script" not in _Read(write(TABLES, "html")).tags
    assert b"plotly-graph-div" in write(REPORT, "html")
    assert write(TABLES, "docx")[:2] == b"PK"
    for format_ in ("docx", "pdf"):
        with pytest.raises(PictureUnavailable, match="HTML, Word and data can be taken away"):
            write(REPORT, format_)


def _hostile() -> Report:
    parts = []
    for text in HOSTILE:
        frame = pd.DataFrame({text: [text], "n": [text]})
        parts += [Heading(text, 2), Comment(text, by=text)]
        parts += [ReportTable(title=text, frame=frame, notes=[text], comment=text, code=text)]
    facts = tuple((text, text) for text in HOSTILE)
    return Report(title=HOSTILE[0], parts=parts, facts=facts, subtitle=HOSTILE[1], with_code=True)


def test_hostile_text_stays_text_on_a_page() -> None:
    harmless = [text.strip() or "Empty" for text in map(printable, HOSTILE)]
    page = _Read(write(_hostile(), "html"))
    assert "script" not in page.tags
    for text in harmless[:-1]:
        assert " ".join(text.split()) in page.said
    figure = ReportFigure(title="T", figure=drawn("</script><script>alert(1)"), notes=HOSTILE)
    tags = _Read(write(Report(title="T", parts=[figure]), "html")).tags
    plain = _Read(write(Report(title="T", parts=[replace(figure, figure=drawn())]), "html")).tags
    assert tags == plain


def test_hostile_text_stays_text_in_word() -> None:
    document = docx.Document(io.BytesIO(write(_hostile(), "docx")))
    said = {line.text for line in document.paragraphs}
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    for text in map(printable, HOSTILE):
        assert text in cells
        assert text in said
    with zipfile.ZipFile(io.BytesIO(write(_hostile(), "docx"))) as file:
        links = file.read("word/_rels/document.xml.rels").decode()
    assert "TargetMode" not in links, "nothing leads out of the document"


def test_word_has_headings_lists_captions_and_repeated_heads() -> None:
    document = docx.Document(io.BytesIO(write(TABLES, "docx")))
    by_style: dict[str, list[str]] = {}
    for line in document.paragraphs:
        by_style.setdefault(line.style.name, []).append(line.text)
    assert by_style["Heading 1"] == ["1  Safety", "Code"]
    assert by_style["Heading 2"] == ["1.1  By visit", "Table 1. Events by term"]
    assert by_style["Caption"] == ["Table 1. Events by term", "Table 2. Change by visit"]
    assert by_style["table of figures"] == by_style["Caption"]
    assert len(by_style["toc 1"]) == 2
    assert by_style["Note"].count(NOTES[1]) == 2
    assert by_style["Code"] == ["table()"]
    facts, terms, visits = document.tables
    assert [cell.text for cell in facts.rows[1].cells] == ["Data cut", "2026-03-31"]
    assert [cell.text for cell in terms.rows[2].cells] == ["Nausea", "NE"]
    assert len(visits.rows) == 41
    xml = document.element.xml
    assert xml.count("<w:tblHeader/>") == 2
    assert 'TOC \\o "1-3"' in xml
    assert "SEQ Table" in xml
    assert "NUMPAGES" in document.sections[0].footer._element.xml


def test_word_lies_across_only_where_it_must_and_keeps_headings_with_tables() -> None:
    document = docx.Document(io.BytesIO(write(TABLES, "docx")))
    turned = [section.orientation == WD_ORIENT.LANDSCAPE for section in document.sections]
    assert turned == [False, True, False]
    # A section ends in its last words: an empty line after a full page would be a page.
    ends = document.element.xpath("//w:p[w:pPr/w:sectPr]")
    assert len(ends) == 2
    assert all(end.getprevious().tag.endswith("}tbl") or end.text for end in ends)
    assert REPORT.across() == [False, False, False, True, True, False, False]


def test_words_properties_and_bytes_depend_on_the_report_alone() -> None:
    data = write(TABLES, "docx")
    assert data == write(TABLES, "docx")
    properties = docx.Document(io.BytesIO(data)).core_properties
    assert properties.created.isoformat() == "2026-04-01T12:00:00+00:00"
    assert (properties.title, properties.author) == ("Interim report", "Equipoise")
    assert write(REPORT, "html") == write(REPORT, "html")


@needs_browser
def test_figures_in_word_have_alt_texts_and_300_dots_per_inch() -> None:
    pytest.importorskip("kaleido", reason="the extra `pictures` is not installed")
    document = docx.Document(io.BytesIO(write(REPORT, "docx")))
    (shape,) = document.inline_shapes
    assert shape._inline.docPr.get("descr") == "A curve that falls."
    assert shape.width.mm == pytest.approx(170, abs=0.5)
    (picture,) = document.part.package.image_parts
    assert picture.image.horz_dpi == 300
    assert picture.image.px_width == pytest.approx(170 / 25.4 * 300, abs=2)


@needs_browser
def test_a_pdf_numbers_and_lists_its_pages() -> None:
    pytest.importorskip("kaleido", reason="the extra `pictures` is not installed")
    data = write(REPORT, "pdf")
    assert data == write(REPORT, "pdf"), "two prints are the same file"
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in " ".join(text.split())
    where = {
        title: 1 + next(i for i, p in enumerate(pages) if i and title in p) for title in TITLES
    }
    contents = " ".join(pages[0].split())
    for title, page in where.items():
        assert re.search(rf"{title}\W*{page}\b", contents), title
    assert any("Exploratory, not confirmatory." in page for page in pages)
    outline = [
        item.title for item in PdfReader(io.BytesIO(data)).outline if not isinstance(item, list)
    ]
    assert outline


TITLES = ("Safety", "Events by term", "Change by visit", "Efficacy", "Survival")


@needs_browser
def test_a_figure_as_pdf_is_one_page_and_the_same_each_time() -> None:
    pytest.importorskip("kaleido", reason="the extra `pictures` is not installed")
    data = [render(drawn(), "pdf", title="Survival", notes=NOTES) for _ in range(2)]
    assert data[0] == data[1]
    (page,) = PdfReader(io.BytesIO(data[0])).pages
    assert "Survival" in page.extract_text()
    assert "Data cut 2026-03-31." in page.extract_text()


def test_formats_and_rules() -> None:
    assert set(FORMATS) == {"html", "docx", "pdf"}
    with pytest.raises(ValueError, match="one of html, docx, pdf, not 'odt'"):
        write(REPORT, "odt")
    with pytest.raises(ValueError, match="level is 1, 2 or 3"):
        Heading("Deep", 4)
    with pytest.raises(ValueError, match="a report has a title"):
        Report(title=" \x00", parts=())
