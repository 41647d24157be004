"""Verifying the audit trail: what was changed, removed, added or moved behind its back.

The chain alone shows every change but one: acts that were cut off at its end leave a chain that
is whole. An anchor, the number and the hash of the latest act at some time, shows that too, as
long as it is kept where whoever changes the database cannot change it.

Neither shows what was done by somebody who can write both the database and the anchors: they can
chain anything anew. Nor does a chain say whether an act was true when it was recorded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, select

from queries.errors import DataError
from queries.workspace import chain, tables, trail

MOST_BREAKS = 100
_ANCHOR = re.compile(r"(\d{1,18}) (\S{20,40}) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Where the trail stood at a time: to be kept elsewhere, and verified against.

    Parameters
    ----------
    number : int
        Of the latest act; 0 when there was none.
    at : datetime
        When the anchor was made, UTC.
    hash : str
        Of that act.

    Examples
    --------
    >>> line = "12 2026-03-31T10:00:00.000000+00:00 " + "ab" * 32
    >>> anchor = Anchor.from_line(line)
    >>> anchor.number, anchor.line == line
    (12, True)
    """

    number: int
    at: datetime
    hash: str

    @property
    def line(self) -> str:
        """Number, time and hash, on a line."""
        return f"{self.number} {self.at.isoformat(timespec='microseconds')} {self.hash}"

    @classmethod
    def from_line(cls, line: str) -> Anchor:
        """The anchor that a line says; a DataError when it says none."""
        found = _ANCHOR.fullmatch(line.strip())
        rule = "an anchor is a number, a time with its zone, and a hash of 64 digits"
        if found is None:
            raise DataError(rule, got=line.strip())
        try:
            at = datetime.fromisoformat(found[2])
        except ValueError:
            raise DataError(rule, got=line.strip()) from None
        if at.tzinfo is None:
            raise DataError(rule, got=line.strip())
        return cls(number=int(found[1]), at=at.astimezone(UTC), hash=found[3])


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A place where the chain does not hold.

    Parameters
    ----------
    number : int
        Of the act.
    kind : str
        "changed": its content or its hash is another; "missing": acts before it are gone;
        "added": it has no hash; "removed": its hash is there without it; "cut": acts up to
        that of an anchor are gone; "rewritten": another act stands where the anchor was made.

    Examples
    --------
    >>> Break(number=7, kind="changed").sentence
    'Act 7 is not as it was recorded.'
    """

    number: int
    kind: Literal["changed", "missing", "added", "removed", "cut", "rewritten"]

    @property
    def sentence(self) -> str:
        """What was found, and where."""
        number = f"{self.number:,}"
        return {
            "changed": f"Act {number} is not as it was recorded.",
            "missing": f"Acts that stood right before act {number} are missing.",
            "added": f"Act {number} was added outside the chain.",
            "removed": f"Act {number} was removed.",
            "cut": f"The trail was cut: its anchor was made at act {number}, which is gone.",
            "rewritten": f"The trail up to act {number} is another one than when its anchor was "
            "made.",
        }[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What verifying the trail came to.

    Parameters
    ----------
    acts : int
        How many there are.
    head : Anchor
        Where the trail stands, and when it was verified.
    anchors : int
        How many anchors it was held against.
    breaks : tuple of Break
        Where it does not hold, at most the first 100.
    broken : int
        How many places there are.
    chained_later : int
        Number of the last act that was recorded before there was a chain; 0 when all are newer.

    Examples
    --------
    >>> head = Anchor(number=3, at=datetime(2026, 3, 31, tzinfo=UTC), hash="0" * 64)
    >>> found = Verification(acts=3, head=head, anchors=0, breaks=(), broken=0, chained_later=0)
    >>> found.holds, found.sentence
    (True, 'Verified: 3 acts, none changed, removed, added or moved.')
    """

    acts: int
    head: Anchor
    anchors: int
    breaks: tuple[Break, ...]
    broken: int
    chained_later: int

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.broken

    @property
    def sentence(self) -> str:
        """What was found, in a sentence."""
        acts = f"{self.acts:,} {'act' if self.acts == 1 else 'acts'}"
        if self.holds:
            return f"Verified: {acts}, none changed, removed, added or moved."
        places = "one place" if self.broken == 1 else f"{self.broken:,} places"
        return f"Not as it was recorded: {acts}, and the chain breaks in {places}."

    @property
    def limits(self) -> tuple[str, ...]:
        """What this verification cannot say."""
        said = []
        if self.chained_later:
            said.append(
                f"Acts up to number {self.chained_later:,} were recorded before there was a "
                "chain: what was done to them before they were chained does not show."
            )
        if not self.anchors:
            said.append(
                "Without an anchor it does not show when acts are cut off at the end of the trail."
            )
        return tuple(said)


def verify(connection: Connection, anchors: Sequence[Anchor] = ()) -> Verification:
    """Compute every hash anew, and compare it with the stored one, and with the anchors."""
    begun_from = chain.beginning(connection)
    hashes: dict[int, str] = {0: begun_from}
    wanted = {anchor.number for anchor in anchors}
    breaks: list[Break] = []
    acts = broken = later = 0
    last, head = 0, begun_from
    for row, found in _walked(connection, begun_from):
        acts += row is not None
        if row is not None and row["act"] == chain.CHAINED_LATER and not later:
            later = _last_unchained(row["detail_json"])
        if row is not None and row["hash"] is not None:
            last, head = row["number"], str(row["hash"])
            if last in wanted:
                hashes[last] = head
        broken += found is not None
        if found is not None and len(breaks) < MOST_BREAKS:
            breaks.append(found)
    missed = [one for one in (_held(anchor, hashes, last) for anchor in anchors) if one is not None]
    return Verification(
        acts=acts,
        head=Anchor(number=last, at=tables.now(), hash=head),
        anchors=len(anchors),
        breaks=tuple(dict.fromkeys([*missed, *breaks]))[:MOST_BREAKS],
        broken=broken + len(missed),
        chained_later=later,
    )


def _walked(
    connection: Connection, previous: str
) -> Iterator[tuple[dict[str, Any] | None, Break | None]]:
    """Every act, or None for a hash without one, with what is wrong there."""
    number_before = 0
    orphans = _orphans(connection)
    for row in trail.stored(connection):
        number = row["number"]
        while orphans and orphans[0][0] < number:
            number_before, previous = orphans.pop(0)
            yield None, Break(number=number_before, kind="removed")
        if row["hash"] is None:
            yield row, Break(number=number, kind="added")
            continue
        wrong: Break | None = None
        if row["hash"] != chain.hash_of(previous, row):
            kind: Literal["changed", "missing"] = (
                "changed" if number == number_before + 1 else "missing"
            )
            wrong = Break(number=number, kind=kind)
        # From here on the stored hash counts: what is sound after this act is not found fault with.
        number_before, previous = number, str(row["hash"])
        yield row, wrong
    for number, _ in orphans:
        yield None, Break(number=number, kind="removed")


def _orphans(connection: Connection) -> list[tuple[int, str]]:
    """Hashes whose act is gone."""
    act, link = tables.activity.c, tables.activity_links.c
    question = (
        select(link.number, link.hash)
        .outerjoin(tables.activity, act.number == link.number)
        .where(act.number.is_(None))
        .order_by(link.number)
    )
    with trail.stored_text(connection):
        return [(int(number), str(hashed)) for number, hashed in connection.execute(question)]


def _held(anchor: Anchor, hashes: dict[int, str], last: int) -> Break | None:
    found = hashes.get(anchor.number)
    if found == anchor.hash:
        return None
    if anchor.number > last:
        return Break(number=anchor.number, kind="cut")
    return Break(number=anchor.number, kind="rewritten")


def _last_unchained(detail_json: object) -> int:
    try:
        return int(json.loads(str(detail_json))["last"])
    except (ValueError, KeyError, TypeError):
        return 0
