"""The reports of a workspace: begun, filled with cards, reordered, commented."""

from __future__ import annotations

from queries.workspace import reports
from queries.workspace.job_room import Transaction
from queries.workspace.reports import Report, ReportCard


class ReportRoom:
    """What pages do with reports; every method is one transaction, and is recorded.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     _ = workspace.register_study(code="EQX-301", person="anna")
    ...     report = workspace.reports.begin(study="EQX-301", title="Safety", person="anna")
    ...     workspace.reports.rename(report.id, "Safety review", person="anna").title
    'Safety review'
    """

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading, self._writing = reading, writing

    def begin(self, *, study: str, title: str, person: str) -> Report:
        """Begin a report without cards."""
        with self._writing() as connection:
            return reports.begin(connection, study=study, title=title, person=person)

    def of_study(self, study: str) -> tuple[Report, ...]:
        """The reports of a study, newest first."""
        with self._reading() as connection:
            return reports.of_study(connection, study)

    def one(self, report: str) -> Report:
        """A report by its id.

        Raises
        ------
        DataError
            When there is none, which may be because it was deleted.
        """
        with self._reading() as connection:
            return reports.one(connection, report)

    def rename(self, report: str, title: str, *, person: str) -> Report:
        """Give a report another title, of at most 200 characters."""
        with self._writing() as connection:
            return reports.rename(connection, report, title, person=person)

    def drop(self, report: str, *, person: str) -> None:
        """Delete a report with its cards; that it was is recorded."""
        with self._writing() as connection:
            reports.drop(connection, report, person=person)

    def cards(self, report: str, *, pooled: bool = False) -> tuple[ReportCard, ...]:
        """The cards in their order; those made by arm only while the study shows arms."""
        with self._reading() as connection:
            return reports.cards(connection, report, pooled=pooled)

    def hidden(self, report: str, *, pooled: bool = False) -> int:
        """How many cards `cards` leaves out because the study is blinded."""
        with self._reading() as connection:
            return reports.hidden(connection, report, pooled=pooled)

    def add(
        self,
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
        """Add a card at the end.

        Parameters
        ----------
        name : str
            Of the result.
        card_json : str
            The result as it stood on its page, at most 16 MiB; the very text comes back.
        snapshot : str
            Id of the snapshot that it was computed on.
        pooled : bool
            Whether whoever adds it saw no arms.
        section : str
            A heading above it.

        Raises
        ------
        DataError
            When the report is full, of another study, or the study is blinded and the card not.
        """
        with self._writing() as connection:
            return reports.add(
                connection,
                report,
                name=name,
                card_json=card_json,
                snapshot=snapshot,
                pooled=pooled,
                person=person,
                section=section,
                comment=comment,
            )

    def comment(self, card: str, text: str, *, person: str) -> ReportCard:
        """Write the comment of a card, of at most 4,000 characters; "" takes it away."""
        with self._writing() as connection:
            return reports.comment(connection, card, text, person=person)

    def head(self, card: str, text: str, *, person: str) -> ReportCard:
        """Write the heading above a card, of at most 200 characters; "" takes it away."""
        with self._writing() as connection:
            return reports.head(connection, card, text, person=person)

    def move(self, card: str, *, to: int, person: str) -> None:
        """Put a card at a position, from 1."""
        with self._writing() as connection:
            reports.move(connection, card, to=to, person=person)

    def remove(self, card: str, *, person: str) -> None:
        """Take a card out of its report."""
        with self._writing() as connection:
            reports.remove(connection, card, person=person)
