"""Who asks, for page scripts: by the cookie of the page, looked up anew."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from dashboard.access.rights import LOCAL_OWNER, Reader
from dashboard.access.sessions import cookie_name, token_sha256
from dashboard.access.signing import signing_key
from queries.errors import DataError
from queries.workspace import SignedIn, Workspace


class SignedOutError(DataError):
    """Accounts are in force, and nobody is signed in on this page."""


def reader_of(workspace: Workspace, cookies: Mapping[str, str]) -> Reader:
    """Who asks, and what they may.

    The cookies of a page are those it was opened with; whether the session is still good is
    looked up in the workspace.

    Raises
    ------
    SignedOutError
        When accounts are in force and no session that lives stands behind the cookies.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     reader_of(workspace, {}).name
    'local owner'
    """
    if not workspace.people.has_administrator():
        return LOCAL_OWNER
    found = session_behind(workspace, cookies)
    if found is None:
        raise SignedOutError("who looks at a page is signed in")
    return Reader.of(found.person)


def session_behind(workspace: Workspace, cookies: Mapping[str, str]) -> SignedIn | None:
    """The session behind the cookies of a page, as it is now."""
    token = cookies.get(_cookie(workspace.home))
    return workspace.people.signed_in(token_sha256(token)) if token else None


@lru_cache(maxsize=16)
def _cookie(home: Path) -> str:
    return cookie_name(signing_key(home))
