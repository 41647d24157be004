"""Reports: cards that were taken from pages, in an order, each with a comment.

A card is the JSON of a result as it stood on a page; what is in it is no business of this room.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from queries.errors import DataError
from queries.workspace import activity, snapshots, studies, tables
from queries.workspace.limits import checked_text, checked_whole

MAX_CARD_BYTES = 16 * 1024 * 1024
MAX_CARDS = 200

_report, _card = tables.reports.c, tables.report_cards.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report that somebody is putting together.

    Parameters
    ----------
    id : str
        Opaque.
    study : str
        Code of its study.
    title : str
    made_at, made_by
        When (UTC) and by whom it was begun.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 31, tzinfo=UTC)
    >>> Report(id="R" * 22, study="EQX-301", title="Safety", made_at=at, made_by="anna").title
    'Safety'
    """

    id: str
    study: str
    title: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCard:
    """One card of a report.

    Parameters
    ----------
    id : str
        Opaque.
    report : str
        Id of its report.
    position : int
        From 1, without gaps.
    name : str
        Of the result.
    section : str
        The heading above it; "" when it goes on in the section of the card before.
    comment : str
        "" when there is none.
    card_json : str
        The result as it stood on its page.
    snapshot : str
        Id of the snapshot that it was computed on.
    pooled : bool
        Whether whoever added it saw no arms.
    added_at, added_by
        When (UTC) and by whom it was added.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 31, tzinfo=UTC)
    >>> ReportCard(id="C" * 22, report="R" * 22, position=1, name="Survival", section="",
    ...            comment="", card_json="{}", snapshot="S" * 22, pooled=True, added_at=at,
    ...            added_by="anna").position
    1
    """

    id: str
    report: str
    position: int
    name: str
    section: str
    comment: str
    card_json: str
    snapshot: str
    pooled: bool
    added_at: datetime
    added_by: str


def begin(connection: Connection, *, study: str, title: str, person: str) -> Report:
    """Begin a report without cards."""
    known = studies.one(connection, study)
    row: dict[str, Any] = {
        "id": secrets.token_urlsafe(16),
        "study": known.code,
        "title": _title(title),
        "made_at": tables.now(),
        "made_by": activity.checked_person(person),
    }
    connection.execute(insert(tables.reports).values(row))
    begun = Report(**row)
    _record(connection, "begin report", person, begun, title=begun.title)
    return begun


def of_study(connection: Connection, study: str) -> tuple[Report, ...]:
    """The reports of a study, newest first."""
    known = studies.one(connection, study)
    question = select(tables.reports).where(_report.study == known.code)
    found = connection.execute(question.order_by(_report.made_at.desc(), _report.id)).mappings()
    return tuple(Report(**row) for row in found)


def one(connection: Connection, report: str, *, lock: bool = False) -> Report:
    """A report by its id."""
    question = select(tables.reports).where(_report.id == report)
    row = connection.execute(question.with_for_update() if lock else question).mappings().first()
    if row is None:
        raise DataError("a report is known by its id", got=report)
    return Report(**row)


def rename(connection: Connection, report: str, title: str, *, person: str) -> Report:
    """Give a report another title."""
    before = one(connection, report, lock=True)
    called = update(tables.reports).where(_report.id == report).values(title=_title(title))
    connection.execute(called)
    renamed = one(connection, report)
    changed = {"old": before.title, "new": renamed.title}
    _record(connection, "rename report", person, renamed, title=changed)
    return renamed


def drop(connection: Connection, report: str, *, person: str) -> None:
    """Delete a report with its cards; that it was is recorded."""
    found = one(connection, report, lock=True)
    connection.execute(delete(tables.report_cards).where(_card.report == report))
    connection.execute(delete(tables.reports).where(_report.id == report))
    _record(connection, "delete report", person, found, title=found.title)


def cards(connection: Connection, report: str, *, pooled: bool = False) -> tuple[ReportCard, ...]:
    """The cards of a report in their order.

    While the study is blinded, or for a reader of pooled data, those made by arm are left out.
    """
    found = one(connection, report)
    question = select(tables.report_cards).where(_card.report == report)
    if pooled or studies.one(connection, found.study).blinded:
        question = question.where(_card.pooled)
    rows = connection.execute(question.order_by(_card.position)).mappings()
    return tuple(ReportCard(**row) for row in rows)


def hidden(connection: Connection, report: str, *, pooled: bool = False) -> int:
    """How many cards `cards` leaves out."""
    number = select(func.count()).where(_card.report == report)
    return int(connection.execute(number).scalar_one()) - len(
        cards(connection, report, pooled=pooled)
    )


def add(
    connection: Connection,
    report: str,
    *,
    name: str,
    card_json: str,
    snapshot: str,
    pooled: bool,
    person: str,
    section: str = "",
    comment: str = "",
) -> ReportCard:
    """Add a card at the end of a report."""
    found = one(connection, report, lock=True)
    own = snapshots.one(connection, snapshot)
    if own.study != found.study:
        raise DataError("a card and its report are of the same study", got=own.study)
    if not pooled and studies.one(connection, found.study).blinded:
        raise DataError("a card that was made by arm waits until its study is unblinded", got=name)
    if len(card_json.encode()) > MAX_CARD_BYTES:
        raise DataError(
            f"a card takes at most {MAX_CARD_BYTES // 1024**2} MiB", got=len(card_json.encode())
        )
    number = _count(connection, report)
    if number >= MAX_CARDS:
        raise DataError(f"a report has at most {MAX_CARDS} cards", got=number + 1)
    row: dict[str, Any] = {
        "id": secrets.token_urlsafe(16),
        "report": report,
        "position": number + 1,
        "name": checked_text(name, "the name of a card", longest=300),
        "section": _section(section),
        "comment": _comment(comment),
        "card_json": card_json,
        "snapshot": own.id,
        "pooled": pooled,
        "added_at": tables.now(),
        "added_by": activity.checked_person(person),
    }
    connection.execute(insert(tables.report_cards).values(row))
    added = ReportCard(**row)
    _record_card(connection, "add card", person, added)
    return added


def comment(connection: Connection, card: str, text: str, *, person: str) -> ReportCard:
    """Write the comment of a card; "" takes it away."""
    return _write(connection, "comment card", card, person, comment=_comment(text))


def head(connection: Connection, card: str, text: str, *, person: str) -> ReportCard:
    """Write the heading above a card; "" takes it away."""
    return _write(connection, "head card", card, person, section=_section(text))


def move(connection: Connection, card: str, *, to: int, person: str) -> None:
    """Put a card at a position, from 1; the others close up and make way."""
    found = _one_card(connection, card)
    one(connection, found.report, lock=True)
    number = _count(connection, found.report)
    checked_whole(to, "the position of a card", low=1, high=number)
    order = [one_id for one_id in _order(connection, found.report) if one_id != card]
    order.insert(to - 1, card)
    _number(connection, order)
    moved = {"old": found.position, "new": to}
    _record_card(connection, "move card", person, found, position=moved)


def remove(connection: Connection, card: str, *, person: str) -> None:
    """Take a card out of its report."""
    found = _one_card(connection, card)
    one(connection, found.report, lock=True)
    connection.execute(delete(tables.report_cards).where(_card.id == card))
    _number(connection, _order(connection, found.report))
    _record_card(connection, "remove card", person, found)


def _write(connection: Connection, act: str, card: str, person: str, **written: str) -> ReportCard:
    """Write a text of a card, and record the old and the new one."""
    one(connection, _one_card(connection, card).report, lock=True)
    before = _one_card(connection, card)
    said = {name: new for name, new in written.items() if new != getattr(before, name)}
    if not said:
        return before
    connection.execute(update(tables.report_cards).where(_card.id == card).values(said))
    changed = {name: {"old": getattr(before, name), "new": new} for name, new in said.items()}
    _record_card(connection, act, person, before, **changed)
    return _one_card(connection, card)


def _record(
    connection: Connection, act: str, person: str, report: Report, **detail: object
) -> None:
    said = {"report": report.id, **detail}
    activity.append(connection, act=act, person=person, study=report.study, detail=said)


def _record_card(
    connection: Connection, act: str, person: str, card: ReportCard, **detail: object
) -> None:
    said = {"card": card.id, "pooled": card.pooled, "snapshot": card.snapshot, **detail}
    _record(connection, act, person, one(connection, card.report), **said)


def _one_card(connection: Connection, card: str) -> ReportCard:
    row = connection.execute(select(tables.report_cards).where(_card.id == card)).mappings().first()
    if row is None:
        raise DataError("a card is known by its id", got=card)
    return ReportCard(**row)


def _count(connection: Connection, report: str) -> int:
    number = select(func.count()).where(_card.report == report)
    return int(connection.execute(number).scalar_one())


def _order(connection: Connection, report: str) -> list[str]:
    asked = select(_card.id).where(_card.report == report).order_by(_card.position)
    return list(connection.execute(asked).scalars())


def _number(connection: Connection, order: list[str]) -> None:
    for position, card in enumerate(order, start=1):
        renumbered = update(tables.report_cards).where(_card.id == card)
        connection.execute(renumbered.values(position=position))


def _title(title: str) -> str:
    return checked_text(title, "the title of a report", longest=200)


def _section(text: str) -> str:
    return checked_text(text, "the heading of a section", longest=200) if text.strip() else ""


def _comment(text: str) -> str:
    return checked_text(text, "a comment", longest=4000, lines=True) if text.strip() else ""
