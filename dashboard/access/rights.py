"""What a person may do: the table of roles and rights, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboard.home import PERSON
from queries.errors import DataError
from queries.workspace import ROLES, Person, Study

RIGHTS: Mapping[str, str] = {
    "look": "look at the studies of one's membership",
    "cohorts": "save and retire cohorts",
    "reports": "put reports together and take them away",
    "shares": "share views",
    "exports": "take results away as files",
    "designs": "save and retire designs",
    "jobs": "ask for long work, and cancel it",
    "sign-off": "sign a model card",
    "unblind": "see and pool the arms of an ongoing study, where the membership says so",
    "imports": "import data, accept and reject snapshots",
    "people": "manage accounts, memberships and sessions",
    "audit": "read the audit trail",
}
"""Every right, and what it allows."""

TABLE: Mapping[str, frozenset[str]] = {
    "administrator": frozenset({"look", "imports", "people", "audit"}),
    "manager": frozenset({"look", "cohorts", "reports", "shares"}),
    "statistician": frozenset(
        {
            *("look", "cohorts", "reports", "shares", "exports", "designs", "jobs"),
            *("sign-off", "unblind"),
        }
    ),
    "viewer": frozenset({"look"}),
}
"""The rights of each role. Who has several roles has the rights of each."""


class NotAllowedError(DataError):
    """Somebody wants to do what their roles do not allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who asks, and what they may.

    Parameters
    ----------
    name : str
        What stands in the audit trail.
    roles : tuple of str
    studies : mapping
        Codes of the studies of one's membership, and whether arms are seen there.
    is_owner : bool
        Whether this is the local owner of a workspace without accounts, who may everything.
    is_pooled : bool
        Whether no arms are shown in any case: for pages drawn on behalf of such a reader.

    Examples
    --------
    >>> anna = Reader(name="anna", roles=("viewer",), studies={"EQX-301": False})
    >>> anna.may("look"), anna.may("exports"), anna.reads("EQX-301"), anna.reads("EQX-201")
    (True, False, True, False)
    """

    name: str
    roles: tuple[str, ...]
    studies: Mapping[str, bool] = field(default_factory=dict)
    is_owner: bool = False
    is_pooled: bool = False

    @classmethod
    def of(cls, person: Person) -> Reader:
        """What a person with an account may."""
        studies = {one.study: one.sees_arms for one in person.memberships}
        return cls(name=person.name, roles=person.roles, studies=studies)

    def may(self, right: str) -> bool:
        """Whether one of the roles has this right."""
        if right not in RIGHTS:
            raise ValueError(f"no right is called {right!r}")
        return self.is_owner or any(right in TABLE[role] for role in self.roles)

    def require(self, right: str) -> str:
        """The name that the act is recorded under; a refusal when it is not allowed."""
        if not self.may(right):
            raise NotAllowedError(f"your role does not allow you to {RIGHTS[right]}")
        return self.name

    def reads(self, study: str) -> bool:
        """Whether a study is there for this person at all.

        An administrator, who imports the data, knows of every study; without a membership that
        says so, no arms of it.
        """
        return self.is_owner or study in self.studies or "administrator" in self.roles

    def may_unblind(self, study: str) -> bool:
        """Whether this person may decide that the arms of an ongoing study are shown."""
        if self.is_owner:
            return True
        return self.may("unblind") and self.studies.get(study, False)

    def is_blinded(self, study: Study) -> bool:
        """Whether this person is shown the arms of a study pooled.

        A blinded study is pooled for all. An ongoing one that was unblinded is unblinded for
        those who may unblind it; for the others it stays as it was.
        """
        if self.is_pooled:
            return True
        return study.blinded or (study.status == "ongoing" and not self.may_unblind(study.code))


LOCAL_OWNER = Reader(name=PERSON, roles=ROLES, is_owner=True)
"""Who asks while there are no accounts."""
