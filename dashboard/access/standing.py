"""Whether accounts are in force: the demo is open, real data and other machines are not."""

from __future__ import annotations

from typing import Literal

from queries.errors import DataError
from queries.workspace import Workspace

Standing = Literal["open", "set-up", "accounts"]
DEMO_STUDIES = frozenset({"EQX-301", "EQX-201", "GBSG2", "EQX-LARGE"})
"""Codes that no study of one's own carries: invented or published data."""

MAKE_ONE = (
    "make an administrator first, on the People page or with "
    "`equipoise people add NAME --role administrator`"
)


def standing(workspace: Workspace) -> Standing:
    """How a workspace is served now.

    "accounts" from the first administrator on, for good. Without one: "open" while there are demo
    studies only, and "set-up" when there are others, which nobody sees until there is one.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from queries.workspace import open_workspace
    >>> with TemporaryDirectory() as folder, open_workspace(folder) as workspace:
    ...     before = standing(workspace)
    ...     _ = workspace.register_study(code="ABC-123", person="local owner")
    ...     before, standing(workspace)
    ('open', 'set-up')
    """
    if workspace.people.has_administrator():
        return "accounts"
    return "open" if holds_demo_only(workspace) else "set-up"


def holds_demo_only(workspace: Workspace) -> bool:
    """Whether all studies are those of the demo."""
    return all(study.code in DEMO_STUDIES for study in workspace.studies())


def check_address(workspace: Workspace, address: str, local: tuple[str, ...]) -> None:
    """Refuse to serve other machines before somebody must sign in.

    Raises
    ------
    DataError
        When the address is not one of the local ones and there is no administrator.
    """
    if address not in local and not workspace.people.has_administrator():
        raise DataError(f"to listen on another address than localhost, {MAKE_ONE}", got=address)
