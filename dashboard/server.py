"""The server: one `st.App` with our own routes, headers and settings.

Every setting that touches safety or the internet is given here and wins over a
`config.toml` that happens to lie where the command is started.
"""

from __future__ import annotations

import gc
import re
import socket
import tomllib
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from dashboard import __version__
from dashboard.access import single_sign_on
from dashboard.access.doorkeeper import Doorkeeper
from dashboard.access.headers import SecurityHeaders
from dashboard.access.origins import SameOrigin
from dashboard.access.sessions import cookie_name
from dashboard.access.sign_in import SetUp, SignIn
from dashboard.access.signing import signing_key
from dashboard.access.standing import check_address, standing
from dashboard.home import open_here
from dashboard.sharing.routes import share_routes
from queries.errors import DataError
from queries.workspace import Workspace

MAIN_SCRIPT = Path(__file__).with_name("main.py")
LOCAL_ADDRESSES = ("localhost", "127.0.0.1", "::1")
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
UPLOAD_LIMIT_MB = 190
_LOADED_FIRST = ("dashboard.pages", "dashboard.views.account", "dashboard.views.signed_out")

_SETTINGS: Mapping[str, Any] = {
    # Nothing is asked of the internet, nothing is told to it.
    "browser.gatherUsageStats": False,
    "server.headless": True,
    "server.showEmailPrompt": False,
    "client.showErrorLinks": False,
    "client.allowedOrigins": [],
    # What a reader of the dashboard must not get.
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    # Files are taken away with our own buttons, which put it on the audit trail; this hides the
    # others, and keeps nobody from copying what the browser shows.
    "client.disableDataExport": True,
    "server.enableAgentApi": False,
    "server.enableStaticServing": False,
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.maxUploadSize": UPLOAD_LIMIT_MB,
    # Page scripts are ours and do not change while they are served.
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "runner.magicEnabled": False,
    # Python looks for garbage when there is some; after every run of a page it took longer than
    # most pages do.
    "runner.postScriptGC": False,
    "logger.hideWelcomeMessage": True,
}


class PortTakenError(OSError):
    """Another program listens on the port already."""


async def _health(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok", "version": __version__})


def make_app(
    workspace: Workspace,
    *,
    address: str = "localhost",
    names: Sequence[str] = (),
    behind_tls: bool = False,
    set_up: SetUp | None = None,
    started: Callable[[], None] | None = None,
) -> st.App:
    """The dashboard as an ASGI application.

    Parameters
    ----------
    workspace : Workspace
        Where people and their sessions are looked up.
    address : str
        The address it listens on; a local one answers to local names only.
    names : sequence of str
        Names that browsers know it by, when a proxy stands in front; it answers to no others.
    behind_tls : bool
        Whether browsers come by https to a proxy in front: cookies are then marked Secure.
    set_up : SetUp, optional
        The link that makes the first administrator.
    started : callable, optional
        Called once, when the server is ready to answer.
    """
    # Streamlit holds an upload in memory; on its way there Starlette would move it to the disk,
    # where nothing encrypts it.
    MultiPartParser.spool_max_size = (UPLOAD_LIMIT_MB + 1) * 2**20
    key = signing_key(workspace.home)
    sign_in = SignIn(
        workspace=lambda: workspace,
        signing_key=key,
        set_up=set_up or SetUp(),
        behind_tls=behind_tls,
    )
    return st.App(
        MAIN_SCRIPT,
        routes=[Route("/health", _health), *sign_in.routes(), *share_routes(behind_tls=behind_tls)],
        middleware=[
            Middleware(SecurityHeaders, behind_tls=behind_tls),
            Middleware(TrustedHostMiddleware, allowed_hosts=_allowed_hosts(address, names)),
            Middleware(SameOrigin),
            Middleware(
                Doorkeeper,
                workspace=lambda: workspace,
                cookie=cookie_name(key),
                with_oidc=single_sign_on.check_secrets(workspace.home),
            ),
        ],
        lifespan=_lifespan(started),
    )


def _lifespan(
    started: Callable[[], None] | None,
) -> Callable[[st.App], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncGenerator[None]:
        _load_pages()
        if started is not None:
            started()
        yield

    return lifespan


def _load_pages() -> None:
    """Load what pages need before the first is asked for.

    Two scripts that load the same modules at one moment, each from another end, find them half
    loaded. What is loaded once is there for good, and not looked at again when garbage is
    collected.
    """
    for page in _LOADED_FIRST:
        import_module(page)
    gc.collect()
    gc.freeze()


def settings(
    *, port: int, address: str, names: Sequence[str] = (), home: Path | None = None
) -> dict[str, Any]:
    """Streamlit's settings: the packaged theme, then the fixed ones.

    Parameters
    ----------
    port : int
    address : str
        The address to listen on.
    names : sequence of str
        As for `make_app`.
    home : Path, optional
        The folder with `secrets.toml`, where single sign-on is configured; no other is read.

    Examples
    --------
    >>> chosen = settings(port=8501, address="localhost")
    >>> chosen["browser.gatherUsageStats"], chosen["server.port"]
    (False, 8501)
    """
    packaged = files("dashboard") / ".streamlit" / "config.toml"
    written = tomllib.loads(packaged.read_text(encoding="utf-8")) if packaged.is_file() else {}
    return {
        **dict(_flat(written)),
        **_SETTINGS,
        "server.port": port,
        "server.address": address,
        "server.allowedHosts": _allowed_hosts(address, names),
        "secrets.files": [] if home is None else [str(home / single_sign_on.FILE)],
    }


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _allowed_hosts(address: str, names: Sequence[str] = ()) -> list[str]:
    """Host names a browser may use; any, when another address is bound and none are named."""
    for name in names:
        if not _NAME.fullmatch(name):
            raise DataError("a name of the server is a host name without port", got=name)
    if names or address in LOCAL_ADDRESSES:
        return [*LOCAL_ADDRESSES, *names]
    return ["*"]


def _refuse_taken_port(port: int, address: str) -> None:
    kind = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(kind, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise PortTakenError(f"cannot listen on {address}:{port}: {error.strerror}") from None


def serve(
    *,
    port: int,
    address: str,
    names: Sequence[str] = (),
    behind_tls: bool = False,
    started: Callable[[str | None], None] | None = None,
) -> None:
    """Serve the dashboard until interrupted.

    Parameters
    ----------
    port, address
        Where to listen.
    names : sequence of str
        Names that browsers know it by, when a proxy stands in front.
    behind_tls : bool
        Whether browsers come by https to a proxy in front.
    started : callable, optional
        Called once, when the server is ready to answer, with the path that makes the first
        administrator, where one is needed before anything is shown.

    Raises
    ------
    DataError
        When it must not be served so: another address than localhost without an administrator,
        a key that is not kept as a secret.
    PortTakenError
        When the port cannot be listened on.
    """
    with open_here() as workspace:
        check_address(workspace, address, LOCAL_ADDRESSES)
        set_up = SetUp()
        waits = standing(workspace) == "set-up"
        path = f"/set-up?token={set_up.token}" if waits else None
        app = make_app(
            workspace,
            address=address,
            names=names,
            behind_tls=behind_tls,
            set_up=set_up,
            started=None if started is None else partial(started, path),
        )
        _refuse_taken_port(port, address)
        app.run(config=settings(port=port, address=address, names=names, home=workspace.home))
