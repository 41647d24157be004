"""Pieces of WordprocessingML that python-docx has no words for."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from dashboard.exports.fitting import Block, Cells

_TWIPS = 20  # in a point


def field(paragraph: Any, code: str, shown: str) -> None:
    """A field such as PAGE; `shown` stands there until it is updated."""
    begin_field(paragraph, code)
    paragraph.add_run(shown)
    end_field(paragraph)


def begin_field(paragraph: Any, code: str, *, refresh: bool = False) -> None:
    """The start of a field; what follows, until its end, is what it shows."""
    start = _mark("begin")
    if refresh:
        start.set(qn("w:dirty"), "true")
    text = OxmlElement("w:instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = f" {code} "
    for piece in (start, text, _mark("separate")):
        paragraph.add_run()._r.append(piece)


def end_field(paragraph: Any) -> None:
    """The end of a field."""
    paragraph.add_run()._r.append(_mark("end"))


def _mark(kind: str) -> Any:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    return mark


def end_section_in_last_words(document: Any) -> None:
    """Let the section that just ended end with its last words, not with an empty line after them.

    On a page that is full, that line would stand alone on a page of its own.
    """
    *_, words, empty = document.paragraphs
    if words._p.getnext() is empty._p:  # no table between them
        words._p.get_or_add_pPr().append(empty._p.pPr.sectPr)
        empty._p.getparent().remove(empty._p)


def bookmark(paragraph: Any, name: str, number: int) -> None:
    """A name that links inside the document lead to, around what the paragraph holds."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for piece in (start, end):
        piece.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    properties = paragraph._p.pPr
    paragraph._p.insert(0 if properties is None else 1, start)
    paragraph._p.append(end)


def link(paragraph: Any, name: str, text: str) -> None:
    """A link to a bookmark."""
    anchor = OxmlElement("w:hyperlink")
    anchor.set(qn("w:anchor"), name)
    anchor.set(qn("w:history"), "1")
    anchor.append(paragraph.add_run(text)._r)
    paragraph._p.append(anchor)


def describe(picture: Any, text: str) -> None:
    """What a picture shows, for those who cannot see it."""
    properties = picture._inline.docPr
    properties.set("descr", text)


def grid(cells: Cells, block: Block, size: float, *, head: bool = True, whole: bool = False) -> Any:
    """A ruled table whose head is repeated on every page; `whole` keeps it on one."""
    widths = [round(_TWIPS * width) for width in block.widths]
    heads = [(0, cells.heads[place]) for place in block.columns]
    rows = [[row[place] for place in block.columns] for row in cells.rows]
    numeric = [cells.numeric[place] for place in block.columns]
    lines = [_row(heads, widths, numeric, size, head=True)] if head else []
    lines += [
        _row(row, widths, numeric, size, last=place == len(rows) - 1, keep=whole)
        for place, row in enumerate(rows)
    ]
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="80" w:type="dxa"/>'
        '<w:right w:w="80" w:type="dxa"/></w:tblCellMar>'
        '<w:tblLook w:firstRow="1" w:val="0020"/></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{''.join(lines)}</w:tbl>"
    )


def _row(
    texts: list[tuple[int, str]],
    widths: list[int],
    numeric: list[bool],
    size: float,
    *,
    head: bool = False,
    last: bool = False,
    keep: bool = False,
) -> str:
    repeated = "<w:tblHeader/>" if head else ""
    body = "".join(
        _cell(text, level, width, right, size, head, last, keep or head)
        for (level, text), width, right in zip(texts, widths, numeric, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{body}</w:tr>"


def _cell(
    text: str,
    level: int,
    width: int,
    right: bool,
    size: float,
    head: bool,
    last: bool,
    keep: bool,
) -> str:
    top = '<w:top w:val="single" w:sz="10" w:color="0B161C"/>' if head else ""
    weight, colour = (10, "0B161C") if last else (6, "0B161C") if head else (4, "E7EDF0")
    bottom = f'<w:bottom w:val="single" w:sz="{weight}" w:color="{colour}"/>'
    space = 50 if head else 20
    bold = "<w:b/>" if head else ""
    points = round(2 * size)
    kept = "<w:keepNext/>" if keep else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>'
        f"<w:tcBorders>{top}{bottom}</w:tcBorders>"
        f'<w:vAlign w:val="{"bottom" if head else "top"}"/></w:tcPr>'
        f'<w:p><w:pPr>{kept}<w:spacing w:before="{space}" w:after="{space}" w:line="240" '
        f'w:lineRule="auto"/><w:ind w:left="{180 * level}"/>'
        f'<w:jc w:val="{"right" if right else "left"}"/></w:pPr>'
        f'<w:r><w:rPr>{bold}<w:sz w:val="{points}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
    )
