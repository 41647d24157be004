"""One result on the reader's page: picture or table, notes, files, comments."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from dashboard.charts.theme import alt_text
from dashboard.exports.fitting import Cells, cells_of
from dashboard.exports.wording import is_exploratory, said
from dashboard.sharing.content import FrozenCard, ShareContent
from dashboard.sharing.sponsor_text import field, hidden, moment, words
from queries.workspace import Comment
from queries.workspace.share_talk import MAX_COMMENT

if TYPE_CHECKING:
    from dashboard.sharing.sponsor_page import Reading

_MOST_ROWS = 300
_LONG = 25  # rows; a longer table scrolls in a window of its own
_NOTES_SEEN = 1  # of several; the others are one click away
FILES = {"csv": "Download CSV", "xlsx": "Download Excel"}


def card_section(content: ShareContent, one: FrozenCard, reading: Reading) -> str:
    """A result with everything that belongs to it."""
    place = one.kept.position
    parts = [
        f'<h2 id="title-{place}">{words(one.kept.name)}</h2>',
        _shown(content, one),
        _notes(one),
        _files(content, one),
        _comments(content, one, reading),
    ]
    return (
        f'<section class="card" id="card-{place}" aria-labelledby="title-{place}">'
        f"{''.join(parts)}</section>"
    )


def _notes(one: FrozenCard) -> str:
    notes = said(one.card.notes)
    marks = [note for note in notes if is_exploratory(note)]
    others = [note for note in notes if note not in marks]
    seen, more = others[:_NOTES_SEEN], others[_NOTES_SEEN:]
    lines = [f'<p class="mark">{words(note)}</p>' for note in marks]
    lines += [f"<p>{words(note)}</p>" for note in seen]
    if more:
        rest = "".join(f"<p>{words(note)}</p>" for note in more)
        lines.append(f"<details><summary>Method and data</summary>{rest}</details>")
    return f'<div class="notes">{"".join(lines)}</div>' if lines else ""


def _shown(content: ShareContent, one: FrozenCard) -> str:
    card = one.card
    picture = _picture(content, one) if one.kept.pictures else ""
    table = card.shown if card.shown is not None else card.data
    if table is None:
        return picture or '<p class="muted">Its picture could not be drawn.</p>'
    if card.figure is None or not picture:
        return picture + _table(table)
    return f"{picture}<details><summary>Numbers of this figure</summary>{_table(table)}</details>"


def _picture(content: ShareContent, one: FrozenCard) -> str:
    folder = f"/shared/{content.share.id}/picture/{one.kept.id}"
    sizes = {variant: (width, height) for variant, width, height in one.kept.pictures}
    narrow, dark = "(max-width: 40rem)", "(prefers-color-scheme: dark)"
    sources = "".join(
        f'<source media="{media}" srcset="{folder}/{variant}.png" '
        f'width="{sizes[variant][0]}" height="{sizes[variant][1]}">'
        for variant, media in (
            ("narrow-dark", f"{narrow} and {dark}"),
            ("narrow-light", narrow),
            ("wide-dark", dark),
        )
        if variant in sizes
    )
    width, height = sizes["wide-light"]
    alt = escape(alt_text(one.card.figure)) if one.card.figure is not None else ""
    return (
        f'<figure><picture>{sources}<img src="{folder}/wide-light.png" alt="{alt}" '
        f'width="{width}" height="{height}" loading="lazy"></picture></figure>'
    )


def _table(table: pd.DataFrame) -> str:
    cells = cells_of(table.head(_MOST_ROWS))
    heads = "".join(
        f'<th scope="col"{_classes(cells, place, 0)}>{escape(head)}</th>'
        for place, head in enumerate(cells.heads)
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td{_classes(cells, place, level)}>{escape(text)}</td>"
            for place, (level, text) in enumerate(row)
        )
        + "</tr>"
        for row in cells.rows
    )
    more = len(table) - _MOST_ROWS
    rest = f'<p class="muted small">{more:,} more rows are not shown.</p>' if more > 0 else ""
    long = " long" * (len(table) > _LONG)
    return (
        f'<div class="scroll{long}" tabindex="0"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{rest}"
    )


def _classes(cells: Cells, place: int, level: int) -> str:
    names = [*["n"] * cells.numeric[place], *[f"in{level}"] * (level > 0)]
    return f' class="{" ".join(names)}"' if names else ""


def _files(content: ShareContent, one: FrozenCard) -> str:
    if not content.share.downloads or one.card.table is None:
        return ""
    folder = f"/shared/{content.share.id}/file/{one.kept.id}"
    links = "".join(
        f'<a href="{folder}.{ending}" download>{label}</a>' for ending, label in FILES.items()
    )
    return f'<div class="files">{links}</div>'


# Comments --------------------------------------------------------------------------------


def _comments(content: ShareContent, one: FrozenCard, reading: Reading) -> str:
    about = [comment for comment in content.comments if comment.card == one.kept.name]
    threads = [comment for comment in about if comment.answers is None]
    drawn = "".join(
        _thread(content, one, first, [c for c in about if c.answers == first.id], reading)
        for first in threads
    )
    number = f" ({len(about)})" if about else ""
    is_open = " open" if about or reading.about == one.kept.id else ""
    return (
        f"<details{is_open}><summary>Comments{number}</summary>{drawn}"
        f"{_form(content, one, reading, label='Comment', button='Send comment')}</details>"
    )


def _thread(
    content: ShareContent,
    one: FrozenCard,
    first: Comment,
    answers: list[Comment],
    reading: Reading,
) -> str:
    replies = "".join(map(who_said, answers))
    inside = f'<div class="replies">{replies}</div>' if replies else ""
    form = _form(content, one, reading, label="Reply", button="Send reply", answers=first.id)
    return (
        f'<div class="thread">{who_said(first)}{inside}'
        f"<details><summary>Reply</summary>{form}</details></div>"
    )


def who_said(comment: Comment) -> str:
    """A comment with who said it and when."""
    team = ' <span class="tag">Study team</span>' if comment.from_team else ""
    return (
        f'<div class="said" id="comment-{escape(comment.id)}"><p class="who">'
        f"<b>{words(comment.author)}</b>{team} {moment(comment.said_at)}, "
        f'version {comment.version}</p><p class="text">{escape(comment.text)}</p></div>'
    )


def _form(
    content: ShareContent,
    one: FrozenCard,
    reading: Reading,
    *,
    label: str,
    button: str,
    answers: str = "",
) -> str:
    kept = reading.text if reading.about == one.kept.id and not answers else ""
    thread = f'<input type="hidden" name="answers" value="{escape(answers)}">' if answers else ""
    return (
        f'<form method="post" action="/shared/{content.share.id}/comment">{hidden(reading.csrf)}'
        f'<input type="hidden" name="card" value="{escape(one.kept.id)}">{thread}'
        f"{field('Your name', 'author', reading.name, most=100, autocomplete='name')}"
        f'<label>{label}<textarea name="text" required maxlength="{MAX_COMMENT}">'
        f"\n{escape(kept)}</textarea></label><button>{button}</button></form>"
    )
