"""A report as one page of HTML that carries all it needs and can load nothing."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape

from plotly.offline import get_plotlyjs

from dashboard.charts.theme import CONFIG, alt_text
from dashboard.exports.fitting import Block, Cells, Fit, cells_of, fit
from dashboard.exports.reports import style
from dashboard.exports.reports.pictures import on_paper, width_mm
from dashboard.exports.reports.report import (
    Comment,
    Heading,
    Placed,
    Report,
    ReportFigure,
    ReportTable,
)
from dashboard.exports.wording import code_lines, is_exploratory, paragraphs, printable, said

# The page may run what it carries and can load nothing: the browser sees to it.
_POLICY = (
    "default-src 'none'; {scripts}style-src 'unsafe-inline'; img-src data: blob:; font-src data:"
)
_TAIL = 4  # rows that stay together at the end of a table, its notes among them
_SCRIPTS = "script-src 'unsafe-inline'; "
_NUMBERED_PAGES = (
    '@page{@bottom-right{content:"Page " counter(page) " of " counter(pages);'
    "font:8pt Arial,sans-serif}}"
)


def to_html(report: Report) -> bytes:
    """A report as a page with figures that answer to the pointer; needs no Chromium.

    Examples
    --------
    >>> page = to_html(Report(title="A <b>", parts=[Heading("Safety"), Comment("All is well.")]))
    >>> b"<h1>A &lt;b&gt;</h1>" in page
    True
    """
    figures = report.with_numbers(ReportFigure)
    plots = {one.anchor: _interactive(one) for one in figures}
    script = f"<script>{get_plotlyjs()}</script>" if figures else ""
    return _page(report, plots, head=script, scripts=_SCRIPTS, rules=_NUMBERED_PAGES).encode()


def to_printable_page(
    report: Report, pictures: Mapping[str, bytes], pages: Mapping[str, int] | None = None
) -> str:
    """The page that is printed as PDF: with pictures, and without a script.

    Parameters
    ----------
    pictures : mapping of anchor to SVG
    pages : mapping of anchor to page, optional
        For the lists of contents; left blank at their place until they are known.
    """
    plots = {
        one.anchor: _still(one.part, pictures[one.anchor])
        for one in report.with_numbers(ReportFigure)
        if isinstance(one.part, ReportFigure)
    }
    return _page(report, plots, pages=pages or {}, fixed=True)


def _page(
    report: Report,
    plots: Mapping[str, str],
    *,
    head: str = "",
    scripts: str = "",
    rules: str = "",
    pages: Mapping[str, int] | None = None,
    fixed: bool = False,
) -> str:
    title = escape(printable(report.title))
    body = [_opening(report), _contents(report, pages), _body(report, plots, fixed)]
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta http-equiv="Content-Security-Policy" '
            f'content="{_POLICY.format(scripts=scripts)}">',
            f"<title>{title}</title>\n<style>{style.rules()}{rules}</style>\n{head}\n</head>",
            "<body>",
            *body,
            "</body>\n</html>\n",
        ]
    )


def _opening(report: Report) -> str:
    subtitle = printable(report.subtitle)
    facts = "".join(
        f"<dt>{escape(printable(name))}</dt><dd>{escape(printable(value))}</dd>"
        for name, value in report.facts
    )
    return (
        f"<header><h1>{escape(printable(report.title))}</h1>"
        + (f'<p class="subtitle">{escape(subtitle)}</p>' if subtitle else "")
        + (f'<dl class="facts">{facts}</dl>' if facts else "")
        + "</header>"
    )


def _contents(report: Report, pages: Mapping[str, int] | None) -> str:
    placed = report.placed()
    headings = [one for one in placed if isinstance(one.part, Heading)]
    if report.coded():
        headings.append(Placed(part=Heading("Code"), anchor="code"))
    lists = {
        "Contents": headings,
        "Figures": report.with_numbers(ReportFigure),
        "Tables": report.with_numbers(ReportTable),
    }
    listed = "".join(_list(name, items, pages) for name, items in lists.items() if items)
    return f'<nav aria-label="Contents">{listed}</nav>' if listed else ""


def _list(name: str, items: Sequence[Placed], pages: Mapping[str, int] | None) -> str:
    lines = "".join(_entry(item, pages) for item in items)
    listed = "" if name == "Contents" else ' class="listed"'
    return f"<h2>{name}</h2><ol{listed}>{lines}</ol>"


def _entry(item: Placed, pages: Mapping[str, int] | None) -> str:
    level = item.part.level if isinstance(item.part, Heading) else 1
    page = (
        ""
        if pages is None
        else f'<span class="dots"></span><span class="page">{pages.get(item.anchor, "")}</span>'
    )
    return (
        f'<li class="level-{level}"><a href="#{item.anchor}">'
        f'<span class="number">{item.label}</span>'
        f'<span class="title">{escape(item.title)}</span>{page}</a></li>'
    )


def _body(report: Report, plots: Mapping[str, str], fixed: bool) -> str:
    # One section for each run of pages that lie alike; a heading of level 1 begins another.
    sections: list[tuple[str, list[str]]] = [("", [])]
    for one, across in zip(report.placed(), report.across(), strict=True):
        lies = "wide" if across else "upright"
        if isinstance(one.part, Heading) and one.part.level == 1:
            sections.append((f"part {lies}", []))
        elif not sections[-1][0].endswith(lies):
            sections.append((lies, []))
        sections[-1][1].append(_part(one, plots, fixed))
    if coded := report.coded():
        sections.append(("part upright", ['<h2 id="code">Code</h2>', *map(_code, coded)]))
    return "\n".join(
        f'<section class="{name}">{"".join(parts)}</section>' for name, parts in sections if parts
    )


def _part(one: Placed, plots: Mapping[str, str], fixed: bool) -> str:
    if isinstance(one.part, Heading):
        return _heading(one, one.part)
    if isinstance(one.part, Comment):
        return _comment(one.part)
    if isinstance(one.part, ReportFigure):
        return _figure(one, one.part, plots[one.anchor])
    return _table(one, one.part, fixed)


def _heading(one: Placed, heading: Heading) -> str:
    tag = f"h{heading.level + 1}"
    number = f'<span class="number">{one.label}</span> '
    return f'<{tag} id="{one.anchor}">{number}{escape(one.title)}</{tag}>'


def _comment(comment: Comment) -> str:
    by = printable(comment.by)
    signed = f'<p class="by">{escape(by)}</p>' if by else ""
    return _prose(comment.text) + signed


def _prose(text: str) -> str:
    return "".join(f"<p>{escape(said)}</p>" for said in paragraphs(text))


def _notes(notes: Sequence[str]) -> str:
    lines = "".join(
        f"<p{' class=mark' if is_exploratory(note) else ''}>{escape(note)}</p>"
        for note in said(notes)
    )
    return f'<div class="notes">{lines}</div>' if lines else ""


def _figure(one: Placed, part: ReportFigure, plot: str) -> str:
    return (
        f"{_prose(part.comment)}"
        f'<figure class="card" id="{one.anchor}" style="margin-left:0;margin-right:0">'
        f'<figcaption class="caption"><b>{one.label}</b> {escape(one.title)}</figcaption>'
        f"{plot}{_notes(part.notes)}</figure>"
    )


def _interactive(one: Placed) -> str:
    assert isinstance(one.part, ReportFigure)
    figure = on_paper(one.part.figure)
    figure.update_layout(width=None, autosize=True)
    plot = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        include_mathjax=False,
        config=dict(CONFIG),
        div_id=f"{one.anchor}-plot",
    )
    alt = escape(printable(alt_text(one.part.figure)))
    return f'<div class="plot" role="img" aria-label="{alt}">{plot}</div>'


def _still(part: ReportFigure, svg: bytes) -> str:
    data = base64.b64encode(svg).decode("ascii")
    alt = escape(printable(alt_text(part.figure)))
    width = width_mm(part.figure, part.notes)
    return (
        f'<div class="plot"><img alt="{alt}" style="width:{width:.1f}mm" '
        f'src="data:image/svg+xml;base64,{data}"></div>'
    )


def _table(one: Placed, part: ReportTable, fixed: bool) -> str:
    cells = cells_of(part.frame)
    page = fit(cells)
    # On screen a wide table is scrolled; only paper needs it in parts.
    blocks = page.blocks if fixed else (Block(columns=tuple(range(len(cells.heads))), widths=()),)
    notes = _notes(part.notes)
    # Notes in the last rows of the last table: paper can keep them beside what they explain.
    feet = [*[""] * (len(blocks) - 1), notes if fixed else ""]
    drawn = "".join(
        f'<div class="scroll block">{_grid(cells, block, page, foot)}</div>'
        for block, foot in zip(blocks, feet, strict=True)
    )
    short = " short" if cells.short and len(blocks) == 1 else ""
    return (
        f'<div class="card{short}" id="{one.anchor}">{_prose(part.comment)}'
        f'<p class="caption"><b>{one.label}</b> {escape(one.title)}</p>'
        f"{drawn}{'' if fixed else notes}</div>"
    )


def _grid(cells: Cells, block: Block, page: Fit, foot: str) -> str:
    widths = "".join(f'<col style="width:{width:.1f}pt">' for width in block.widths)
    heads = "".join(
        f'<th scope="col"{_classes(cells, place, 0)}>{escape(cells.heads[place])}</th>'
        for place in block.columns
    )
    rows = [f"<tr>{_line(cells, block, row)}</tr>" for row in cells.rows]
    if rows:
        rows[-1] = rows[-1].replace("<tr>", '<tr class="last">', 1)
    if foot:
        rows.append(f'<tr class="foot"><td colspan="{len(block.columns)}">{foot}</td></tr>')
    body, tail = "".join(rows[:-_TAIL]), "".join(rows[-_TAIL:])
    fixed = ' class="fixed"' if widths else ""
    return (
        f'<table{fixed} style="--size:{page.size:g}pt">'
        f"<colgroup>{widths}</colgroup><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"
        f'<tbody class="tail">{tail}</tbody></table>'
    )


def _line(cells: Cells, block: Block, row: tuple[tuple[int, str], ...]) -> str:
    return "".join(
        f"<td{_classes(cells, place, row[place][0])}>{escape(row[place][1])}</td>"
        for place in block.columns
    )


def _classes(cells: Cells, place: int, level: int) -> str:
    names = [*["n"] * cells.numeric[place], *[f"in{level}"] * (level > 0)]
    return f' class="{" ".join(names)}"' if names else ""


def _code(one: Placed) -> str:
    assert not isinstance(one.part, Heading | Comment)
    lines = escape("\n".join(code_lines(one.part.code or "")))
    return f"<h3>{one.label}. {escape(one.title)}</h3><pre>{lines}</pre>"
