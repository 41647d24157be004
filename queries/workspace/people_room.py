"""The people of a workspace: accounts, memberships, and who is signed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from queries.workspace import activity, people, sessions
from queries.workspace.job_room import Transaction
from queries.workspace.people import Person
from queries.workspace.sessions import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that lives, and whose it is."""

    session: Session
    person: Person


class PeopleRoom:
    """What is known of people; every method is one transaction.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     before = workspace.people.has_administrator()
    ...     _ = workspace.people.add(name="Anna", roles=["administrator"], person="local owner")
    ...     before, workspace.people.has_administrator(), workspace.people.one("anna").name
    (False, True, 'Anna')
    """

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading, self._writing = reading, writing

    # Accounts ---------------------------------------------------------------------------

    def has_administrator(self) -> bool:
        """Whether accounts are in force: from the first administrator on, for good."""
        with self._reading() as connection:
            return bool(people.administrators(connection))

    def every(self) -> tuple[Person, ...]:
        """All people, by name; those whose account is closed last."""
        with self._reading() as connection:
            return people.every(connection)

    def one(self, name: str) -> Person:
        """The person with this name; a DataError when there is none."""
        with self._reading() as connection:
            return people.one(connection, name)

    def by_email(self, email: str) -> Person | None:
        """The person in use whom single sign-on knows by this address."""
        with self._reading() as connection:
            return people.by_email(connection, email)

    def password_of(self, name: str) -> tuple[str, str] | None:
        """Id and password hash of the person in use with this name."""
        with self._reading() as connection:
            return people.password_of(connection, name)

    def add(
        self,
        *,
        name: str,
        roles: Iterable[str],
        person: str,
        password_hash: str | None = None,
        email: str | None = None,
        studies: Mapping[str, bool] | None = None,
        first: bool = False,
    ) -> Person:
        """Make an account.

        Parameters
        ----------
        name : str
            One that nobody had before, compared without regard to case.
        roles : iterable of str
            Some of `people.ROLES`.
        person : str
            Who makes it.
        password_hash, email : str, optional
            What the person signs in with: a password, single sign-on, or either.
        studies : mapping, optional
            Codes of the studies to be a member of, and whether arms are seen there.
        first : bool
            Only when there is no administrator yet; for the set-up of a workspace.
        """
        with self._writing() as connection:
            if first:
                people.check_is_first(connection)
            people.add(
                connection,
                name=name,
                roles=roles,
                password_hash=password_hash,
                email=email,
                person=person,
            )
            for study, sees_arms in (studies or {}).items():
                people.set_membership(connection, name, study, sees_arms=sees_arms, person=person)
            return people.one(connection, name)

    def set_roles(self, name: str, roles: Iterable[str], *, person: str) -> Person:
        """Give a person other roles; their sessions end."""
        with self._writing() as connection:
            return people.set_roles(connection, name, roles, person=person)

    def set_password(self, name: str, password_hash: str, *, person: str) -> Person:
        """Give a person another password; their sessions end, and a lockout is lifted."""
        with self._writing() as connection:
            return people.set_password(connection, name, password_hash, person=person)

    def set_membership(self, name: str, study: str, *, sees_arms: bool, person: str) -> Person:
        """Make a person a member of a study, or change what they see; their sessions end."""
        with self._writing() as connection:
            return people.set_membership(
                connection, name, study, sees_arms=sees_arms, person=person
            )

    def drop_membership(self, name: str, study: str, *, person: str) -> Person:
        """Take a person off a study; their sessions end."""
        with self._writing() as connection:
            return people.drop_membership(connection, name, study, person=person)

    def retire(self, name: str, *, person: str) -> Person:
        """Close an account for good; its sessions end, and its name stays taken."""
        with self._writing() as connection:
            return people.retire(connection, name, person=person)

    # Sessions ---------------------------------------------------------------------------

    def begin_session(
        self, person_id: str, *, token_sha256: str, how: str, address: str
    ) -> Session:
        """Begin a session of a person; that it began is recorded."""
        with self._writing() as connection:
            return sessions.begin(
                connection,
                token_sha256=token_sha256,
                person=person_id,
                name=people.by_id(connection, person_id).name,
                how=how,
                address=address,
            )

    def signed_in(self, token_sha256: str) -> SignedIn | None:
        """Whose session this is; None when it ended, expired, lay idle, or never was."""
        with self._reading() as connection:
            session = sessions.living(connection, token_sha256)
            if session is None:
                return None
            person = people.by_id(connection, session.person)
            return None if person.retired_at else SignedIn(session=session, person=person)

    def touch(self, token_sha256: str) -> None:
        """Note that a session was used just now."""
        with self._writing() as connection:
            sessions.touch(connection, token_sha256)

    def sessions(self) -> tuple[SignedIn, ...]:
        """Every session that lives, the last used first."""
        with self._reading() as connection:
            return tuple(
                SignedIn(session=one, person=people.by_id(connection, one.person))
                for one in sessions.all_living(connection)
            )

    def sign_out(self, token_sha256: str, *, person: str) -> bool:
        """End one session; whether it lived until now."""
        with self._writing() as connection:
            ended = sessions.end(connection, token_sha256, by=person)
            if ended:
                activity.append(connection, act="sign out", person=person)
            return ended

    def sign_out_everywhere(self, name: str, *, person: str) -> int:
        """End every session of a person; how many there were."""
        with self._writing() as connection:
            known = people.one(connection, name)
            ended = sessions.end_all(connection, known.id, by=person)
            detail = {"person": known.name, "sessions": ended}
            activity.append(connection, act="sign out person", person=person, detail=detail)
            return ended

    # Attempts ---------------------------------------------------------------------------

    def begin_attempt(self, *, name: str, address: str) -> int:
        """Note an attempt to sign in, as a failed one until `succeed`.

        Raises
        ------
        TooManyAttemptsError
            When this name, or this address, failed too often.
        """
        with self._writing() as connection:
            return sessions.begin_attempt(connection, name=name, address=address)

    def succeed(self, attempt: int, *, name: str) -> None:
        """Note that an attempt was right."""
        with self._writing() as connection:
            sessions.succeed(connection, attempt, name=name)

    def fail(self, name: str) -> None:
        """Note that an attempt was wrong; the one after which an account is locked is recorded."""
        with self._writing() as connection:
            if sessions.failures(connection, name) != sessions.MOST_BY_NAME:
                return
            if people.password_of(connection, name) is not None:
                known = people.one(connection, name).name
                activity.append(connection, act="lock person", person=known)
