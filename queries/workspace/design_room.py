"""The saved designs of a workspace, for readers who see the arms and for readers who do not."""

from __future__ import annotations

from queries.workspace import designs
from queries.workspace.cohorts import CohortSource
from queries.workspace.designs import SavedDesign
from queries.workspace.job_room import Transaction


class DesignRoom:
    """What pages do with saved designs; every method is one transaction.

    What was computed unblinded is kept from every reader while the study is blinded, and from
    one who asks with `pooled` at any time: it is in no list, and is refused by its id.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     _ = workspace.register_study(code="EQX-301", person="anna")
    ...     saved = workspace.designs.save(study="EQX-301", name="Three looks", person="anna",
    ...                                    kind="group-sequential-survival", design_json="{}")
    ...     [one.name for one in workspace.designs.of_study("EQX-301")]
    ['Three looks']
    """

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading, self._writing = reading, writing

    def save(
        self,
        *,
        study: str,
        name: str,
        kind: str,
        design_json: str,
        person: str,
        unblinded: bool = False,
        cohort: CohortSource | None = None,
        snapshot: str | None = None,
    ) -> SavedDesign:
        """Save a design, as version 1, under a name that no other design in use has.

        Parameters
        ----------
        kind : str
            What the JSON holds, in lower-case letters, digits and dashes.
        design_json : str
            A JSON object of at most 1 MiB; the very text comes back.
        unblinded : bool
            Whether it was computed from data by somebody who saw the arms; refused while the
            study is blinded.
        cohort : CohortSource, optional
            The version of a saved cohort that its assumptions rest on.
        snapshot : str, optional
            Id of the snapshot that they were computed on; needed with a cohort.
        """
        with self._writing() as connection:
            return designs.add(
                connection,
                study=study,
                name=name,
                kind=kind,
                design_json=design_json,
                person=person,
                unblinded=unblinded,
                cohort=cohort,
                snapshot=snapshot,
            )

    def save_version(
        self,
        design_id: str,
        *,
        based_on: int,
        kind: str,
        design_json: str,
        person: str,
        pooled: bool = False,
        name: str | None = None,
        unblinded: bool = False,
        cohort: CohortSource | None = None,
        snapshot: str | None = None,
    ) -> SavedDesign:
        """Save a new version of a design; without a name, under the one it has.

        `based_on` is the version it started from. When that is no longer the newest one,
        nothing is saved, and the refusal says which version is and who saved it.
        """
        with self._writing() as connection:
            return designs.add_version(
                connection,
                design_id,
                based_on=based_on,
                kind=kind,
                design_json=design_json,
                person=person,
                pooled=pooled,
                name=name,
                unblinded=unblinded,
                cohort=cohort,
                snapshot=snapshot,
            )

    def rename(
        self, design_id: str, *, based_on: int, name: str, person: str, pooled: bool = False
    ) -> SavedDesign:
        """Give a design another name, as a new version that is otherwise the newest one."""
        with self._writing() as connection:
            return designs.rename(
                connection, design_id, based_on=based_on, name=name, person=person, pooled=pooled
            )

    def one(
        self,
        design_id: str,
        version: int | None = None,
        *,
        pooled: bool = False,
        study: str | None = None,
    ) -> SavedDesign:
        """A version of a saved design, by default the newest one that the reader may see.

        Retired ones are found as well. With `study`, a design of another study is refused.
        """
        with self._reading() as connection:
            return designs.one(connection, design_id, version, pooled=pooled, study=study)

    def of_study(self, study: str, *, pooled: bool = False) -> tuple[SavedDesign, ...]:
        """Of every design in use its newest version that the reader may see, by name."""
        with self._reading() as connection:
            return designs.of_study(connection, study, pooled=pooled)

    def history(self, design_id: str, *, pooled: bool = False) -> tuple[SavedDesign, ...]:
        """Every version of a design that the reader may see, newest first."""
        with self._reading() as connection:
            return designs.history(connection, design_id, pooled=pooled)

    def retire(self, design_id: str, person: str, *, pooled: bool = False) -> SavedDesign:
        """Take a design off the list for good; its versions can still be read."""
        with self._writing() as connection:
            return designs.retire(connection, design_id, person, pooled=pooled)

    def stale_reasons(
        self, design_id: str, version: int | None = None, *, pooled: bool = False
    ) -> tuple[str, ...]:
        """Why the assumptions of a version are stale, as sentences; empty when they are fresh."""
        with self._reading() as connection:
            saved = designs.one(connection, design_id, version, pooled=pooled)
            return designs.stale_reasons(connection, saved)
