"""The audit trail of a workspace: read, verified, anchored, and written where pages see people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, select

from queries.workspace import activity, chain, tables, trail, verifying
from queries.workspace.job_room import Transaction
from queries.workspace.limits import checked_json
from queries.workspace.trail import EVERY_ACT, ActFilter, ChainedAct
from queries.workspace.verifying import Anchor, Verification


class AuditRoom:
    """What pages and commands do with the audit trail; every method is one transaction.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     _ = workspace.register_study(code="EQX-301", person="anna")
    ...     anchor = workspace.audit.anchor()
    ...     found = workspace.audit.verify([anchor])
    ...     found.holds, found.acts, found.limits
    (True, 1, ())
    """

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading, self._writing = reading, writing

    def acts(
        self,
        wanted: ActFilter = EVERY_ACT,
        *,
        start: int = 0,
        rows: int | None = None,
        newest: bool = False,
    ) -> tuple[ChainedAct, ...]:
        """The acts that a filter lets through, in the order of the chain.

        Parameters
        ----------
        start, rows : int
            From which one on, and how many at most.
        newest : bool
            The latest first.
        """
        with self._reading() as connection:
            return trail.acts(connection, wanted, start=start, rows=rows, newest=newest)

    def count(self, wanted: ActFilter = EVERY_ACT) -> int:
        """How many acts a filter lets through."""
        with self._reading() as connection:
            return trail.count(connection, wanted)

    def choices(self) -> ActFilter:
        """Every person, act and study of the trail, to choose from."""
        with self._reading() as connection:
            return trail.choices(connection)

    def verify(self, anchors: Sequence[Anchor] = ()) -> Verification:
        """Compute the chain anew and hold it against the stored one, and against anchors.

        It takes about a second for 100,000 acts.
        """
        with self._reading() as connection:
            return verifying.verify(connection, anchors)

    def anchor(self) -> Anchor:
        """Where the trail stands now, to be kept elsewhere."""
        with self._reading() as connection:
            number, hashed = chain.head(connection)
        return Anchor(number=number, at=tables.now(), hash=hashed)

    def head(self) -> tuple[int, str]:
        """Number and hash of the latest act; what cannot change without another act."""
        with self._reading() as connection:
            return chain.head(connection)

    def beginning(self) -> str:
        """The value that the first act follows."""
        with self._reading() as connection:
            return chain.beginning(connection)

    def see(self, *, person: str, study: str, what: str, snapshot: str) -> bool:
        """Record that a person looks at data of single subjects, once a day and place.

        Parameters
        ----------
        what : str
            The place, such as "subject profile"; never which subject.

        Returns
        -------
        bool
            Whether it was the first time on this day (UTC).
        """
        detail = {"what": what, "snapshot": snapshot}
        with self._writing() as connection:
            chain.lock(connection)
            if _was_seen(connection, person, study, checked_json(detail, "what was seen")):
                return False
            activity.append(connection, act=SEEN, person=person, study=study, detail=detail)
            return True


SEEN = "view subjects"


def _was_seen(connection: Connection, person: str, study: str, detail_json: str) -> bool:
    today = tables.now().replace(hour=0, minute=0, second=0, microsecond=0)
    act = tables.activity.c
    question = select(act.number).where(
        act.study == study,
        act.act == SEEN,
        act.person == activity.checked_person(person),
        act.detail_json == detail_json,
        act.at >= today,
        act.at < today + timedelta(days=1),
    )
    return connection.execute(question.limit(1)).first() is not None
