"""The look of reports in Word: styles, pages, and what stands at their head and foot."""

from __future__ import annotations

from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from dashboard.charts.theme import LIGHT
from dashboard.exports.fitting import MARGIN_MM, PAGE_MM
from dashboard.exports.reports.pictures import PAGE_MM as TEXT_MM
from dashboard.exports.reports.style import MARK
from dashboard.exports.reports.word_parts import field

FONT, CODE_FONT = "Arial", "Courier New"
# name: size, bold, colour, points before, points after
_STYLES = {
    "Normal": (10, False, LIGHT.text, 0, 6),
    "Title": (24, True, LIGHT.text, 90, 6),
    "Subtitle": (13, False, LIGHT.muted, 0, 14),
    "Heading 1": (16, True, LIGHT.text, 0, 10),
    "Heading 2": (13, True, LIGHT.text, 16, 6),
    "Heading 3": (11, True, LIGHT.text, 12, 4),
    "Caption": (10, True, LIGHT.text, 10, 5),
    "List heading": (12, True, LIGHT.text, 16, 4),
    "Note": (8, False, LIGHT.muted, 0, 1),
    "Signed": (9, False, LIGHT.muted, 0, 8),
    "Code": (7.5, False, LIGHT.text, 0, 0),
    "toc 1": (10, False, LIGHT.text, 0, 2),
    "toc 2": (10, False, LIGHT.text, 0, 2),
    "toc 3": (10, False, LIGHT.text, 0, 2),
    "table of figures": (10, False, LIGHT.text, 0, 2),
}
_KEPT = ("Heading 1", "Heading 2", "Heading 3", "Caption", "List heading")


def set_styles(document: Any) -> None:
    """Give a document the house styles."""
    known = {style.name.lower(): style for style in document.styles}
    for name, (size, bold, colour, before, after) in _STYLES.items():
        style = known.get(name.lower())
        if style is None:
            style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = document.styles["Normal"]
        _set_font(style, CODE_FONT if name == "Code" else FONT)
        style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
        style.font.color.rgb = _colour(colour)
        _plain_letters(style.element.rPr)
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(after)
        style.paragraph_format.line_spacing = 1.15 if name == "Normal" else 1.05
        style.paragraph_format.keep_with_next = name in _KEPT
    document.styles["Heading 1"].paragraph_format.page_break_before = True
    _remove_rules(document.styles["Title"])
    _set_lists(document.styles)


def _set_font(style: Any, font: str) -> None:
    style.font.name = font
    fonts = style.element.rPr.rFonts
    for which in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{which}"), font)
        # The template's theme would win over the name.
        fonts.attrib.pop(qn(f"w:{which}Theme"), None)
    fonts.attrib.pop(qn("w:cstheme"), None)


def _plain_letters(properties: Any) -> None:
    """The template's wide or kerned letters are not ours."""
    for name in ("w:spacing", "w:kern"):
        for found in properties.findall(qn(name)):
            properties.remove(found)


def _remove_rules(style: Any) -> None:
    rules = style.element.pPr.find(qn("w:pBdr"))
    if rules is not None:
        style.element.pPr.remove(rules)


def _set_lists(styles: Any) -> None:
    for name, level in (("toc 1", 0), ("toc 2", 1), ("toc 3", 2), ("table of figures", 0)):
        layout = styles[name].paragraph_format
        layout.left_indent = Mm(6 * level)
        layout.right_indent = Mm(8)
        layout.tab_stops.add_tab_stop(Mm(TEXT_MM), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _colour(tone: str) -> RGBColor:
    return RGBColor.from_string(tone.removeprefix("#"))


def mark(run: Any) -> None:
    """Make a run stand out as exploratory."""
    run.bold = True
    run.font.color.rgb = _colour(MARK)


def set_page(section: Any, *, landscape: bool) -> None:
    """A4, upright or across."""
    short, long = map(Mm, PAGE_MM)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
    for side in ("left", "right", "top", "bottom"):
        setattr(section, f"{side}_margin", Mm(MARGIN_MM))
    section.header_distance = section.footer_distance = Mm(10)


def set_head_and_foot(section: Any, title: str) -> None:
    """The title at the head of every page but the first, "Page 1 of 9" at its foot."""
    section.different_first_page_header_footer = True
    head = section.header.paragraphs[0]
    head.style = "Note"
    head.add_run(title)
    for foot in (section.footer, section.first_page_footer):
        line = foot.paragraphs[0]
        line.style = "Note"
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.add_run("Page ")
        field(line, "PAGE", "1")
        line.add_run(" of ")
        field(line, "NUMPAGES", "1")
