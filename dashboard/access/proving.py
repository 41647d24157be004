"""That somebody is who they say: at sign-in, and again whenever they sign something."""

from __future__ import annotations

from dashboard.access.passwords import is_right
from queries.workspace import Person, Workspace


def proven(workspace: Workspace, *, name: str, password: str, address: str) -> Person | None:
    """Whose password this is; None when it is not that of the name.

    Every attempt is counted, before it is looked at.

    Parameters
    ----------
    workspace : Workspace
    name, password : str
        As they were given.
    address : str
        From where.

    Raises
    ------
    TooManyAttemptsError
        When this name, or this address, failed too often.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     proven(workspace, name="anna", password="a guess", address="127.0.0.1") is None
    True
    """
    people = workspace.people
    attempt = people.begin_attempt(name=name, address=address)
    held = people.password_of(name)
    if not is_right(password, held[1] if held else None):
        people.fail(name)
        return None
    people.succeed(attempt, name=name)
    return people.one(name)
