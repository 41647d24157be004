"""Signing in and out, setting a workspace up, changing one's password: routes of our own."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard.access import sessions, single_sign_on
from dashboard.access.doorkeeper import SET_UP, SIGN_IN
from dashboard.access.forms import Field, FormPage, Forms, read_form
from dashboard.access.passwords import check_password, hash_password
from dashboard.access.proving import proven
from dashboard.access.standing import standing
from queries.errors import DataError
from queries.workspace import Person, SignedIn, TooManyAttemptsError, Workspace

SIGN_OUT, PASSWORD = "/sign-out", "/password"
_EXPIRED = "This form was open for too long, or in another window. Please try again."
_WRONG = "Name or password is wrong."
_NAME = Field(name="name", label="Name", complete="username")
_PASSWORD = Field(name="password", label="Password", kind="password", complete="current-password")
_NEW = Field(
    name="password",
    label="New password",
    kind="password",
    complete="new-password",
    help="12 characters or more. A few words are good.",
)
_AGAIN = Field(name="again", label="Once more", kind="password", complete="new-password")


class SetUp:
    """The link that makes the first administrator: printed in the terminal, good once.

    Examples
    --------
    >>> link = SetUp()
    >>> link.is_right(link.token), link.is_right("guess")
    (True, False)
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)

    def is_right(self, token: str) -> bool:
        """Whether this is the token of the link."""
        mine, given = (hashlib.sha256(one.encode()).digest() for one in (self.token, token))
        return hmac.compare_digest(mine, given)


class SignIn:
    """The routes, around one workspace.

    Parameters
    ----------
    workspace : callable
        Gives the workspace.
    signing_key : str
    set_up : SetUp
    behind_tls : bool
        Whether browsers come by https to a proxy in front.
    """

    def __init__(
        self,
        *,
        workspace: Callable[[], Workspace],
        signing_key: str,
        set_up: SetUp,
        behind_tls: bool = False,
    ) -> None:
        self._workspace, self._set_up, self._behind_tls = workspace, set_up, behind_tls
        self._forms, self._cookie = Forms(signing_key), sessions.cookie_name(signing_key)

    def routes(self) -> list[Route]:
        """Every path, and what answers there."""
        both = ["GET", "POST"]
        return [
            Route(SIGN_IN, self._sign_in, methods=both),
            Route(SIGN_OUT, self._sign_out, methods=both),
            Route(SET_UP, self._first, methods=both),
            Route(PASSWORD, self._change_password, methods=both),
            Route("/sign-in/with", self._with_provider, methods=["GET"]),
            Route("/sign-in/done", self._provided, methods=["GET"]),
        ]

    # Signing in -------------------------------------------------------------------------

    async def _sign_in(self, request: Request) -> Response:
        if await run_in_threadpool(standing, self._workspace()) != "accounts":
            return RedirectResponse("/", status_code=303)
        if request.method != "POST":
            ended = request.query_params.get("ended") is not None
            told = "Your session has ended." if ended else ""
            return self._ask(request, wanted=request.query_params.get("next", ""), told=told)
        given = await read_form(request)
        name, wanted = given.get("name", "")[:200], given.get("next", "")
        if not self._forms.is_ours(request, given):
            return self._ask(request, wanted=wanted, name=name, said=_EXPIRED, status=400)
        try:
            person = await run_in_threadpool(
                self._right_person, name, given.get("password", ""), _address(request)
            )
        except TooManyAttemptsError as error:
            answer = self._ask(request, wanted=wanted, name=name, said=_said(error), status=429)
            answer.headers["retry-after"] = "900"
            return answer
        if person is None:
            return self._ask(request, wanted=wanted, name=name, said=_WRONG, status=401)
        return await self._begin(request, person, how="password", wanted=wanted)

    def _ask(
        self,
        request: Request,
        *,
        wanted: str,
        name: str = "",
        said: str = "",
        told: str = "",
        status: int = 200,
    ) -> Response:
        provider = single_sign_on.is_configured()
        page = FormPage(
            title="Sign in",
            about="To look at the studies you are a member of.",
            action=SIGN_IN,
            fields=(replace(_NAME, value=name), _PASSWORD),
            button="Sign in",
            said=said,
            told=told,
            hidden={"next": inner_path(wanted)},
            links=[("/sign-in/with", "Sign in with your organisation")] if provider else [],
        )
        return self._forms.answer(page, request, secure=self._is_tls(request), status=status)

    def _right_person(self, name: str, password: str, address: str) -> Person | None:
        return proven(self._workspace(), name=name, password=password, address=address)

    async def _begin(
        self, request: Request, person: Person, *, how: str, wanted: str = ""
    ) -> Response:
        """Begin a session under a new token, whatever the browser held before."""
        signed_in: SignedIn | None = request.scope.get("signed_in")
        if signed_in is not None:
            await run_in_threadpool(self._end, signed_in)
        token = await run_in_threadpool(
            lambda: sessions.begin(self._workspace(), person, how=how, address=_address(request))
        )
        answer = RedirectResponse(inner_path(wanted), status_code=303)
        sessions.keep(answer, self._cookie, token, secure=self._is_tls(request))
        return answer

    def _end(self, signed_in: SignedIn) -> None:
        self._workspace().people.sign_out(
            signed_in.session.token_sha256, person=signed_in.person.name
        )

    # Signing out ------------------------------------------------------------------------

    async def _sign_out(self, request: Request) -> Response:
        signed_in: SignedIn | None = request.scope.get("signed_in")
        given = await read_form(request) if request.method == "POST" else {}
        if signed_in is None:
            return RedirectResponse("/", status_code=303)
        if not self._forms.is_ours(request, given):
            page = FormPage(
                title="Sign out",
                about=f"You are signed in as {signed_in.person.name}.",
                action=SIGN_OUT,
                button="Sign out",
                links=[("/", "Back")],
            )
            return self._forms.answer(page, request, secure=self._is_tls(request))
        await run_in_threadpool(self._end, signed_in)
        answer = RedirectResponse(SIGN_IN, status_code=303)
        sessions.drop(answer, self._cookie, secure=self._is_tls(request))
        return answer

    # One's own password -----------------------------------------------------------------

    async def _change_password(self, request: Request) -> Response:
        signed_in: SignedIn | None = request.scope.get("signed_in")
        if signed_in is None:
            return RedirectResponse("/", status_code=303)
        if request.method != "POST":
            return self._ask_new(request, signed_in)
        given = await read_form(request)
        if not self._forms.is_ours(request, given):
            return self._ask_new(request, signed_in, said=_EXPIRED, status=400)
        name = signed_in.person.name
        try:
            person = await run_in_threadpool(
                self._right_person, name, given.get("old", ""), _address(request)
            )
            if person is None:
                return self._ask_new(request, signed_in, said="That is not your password.")
            hashed = await run_in_threadpool(_new_hash, given, name)
        except DataError as error:
            return self._ask_new(request, signed_in, said=_said(error), status=400)
        await run_in_threadpool(
            lambda: self._workspace().people.set_password(name, hashed, person=name)
        )
        return await self._begin(request, person, how="password")

    def _ask_new(
        self, request: Request, signed_in: SignedIn, *, said: str = "", status: int = 200
    ) -> Response:
        old = Field(
            name="old", label="Current password", kind="password", complete="current-password"
        )
        page = FormPage(
            title="Change password",
            about=f"You are signed in as {signed_in.person.name}. Your other sessions end.",
            action=PASSWORD,
            fields=(old, _NEW, _AGAIN),
            button="Change password",
            said=said,
            links=[("/", "Back")],
        )
        return self._forms.answer(page, request, secure=self._is_tls(request), status=status)

    # The first administrator ------------------------------------------------------------

    async def _first(self, request: Request) -> Response:
        given = await read_form(request) if request.method == "POST" else {}
        token = given.get("token") or request.query_params.get("token", "")
        if await run_in_threadpool(self._workspace().people.has_administrator):
            return RedirectResponse(SIGN_IN, status_code=303)
        if not self._set_up.is_right(token):
            return self._forms.answer(_CLOSED, request, secure=self._is_tls(request), status=403)
        if request.method != "POST":
            return self._ask_first(request)
        if not self._forms.is_ours(request, given):
            return self._ask_first(request, said=_EXPIRED, status=400)
        try:
            person = await run_in_threadpool(self._make_first, given)
        except DataError as error:
            name = given.get("name", "")
            return self._ask_first(request, name=name, said=_said(error), status=400)
        return await self._begin(request, person, how="set-up")

    def _ask_first(
        self, request: Request, *, name: str = "", said: str = "", status: int = 200
    ) -> Response:
        page = FormPage(
            title="First administrator",
            about="This workspace holds study data, so people sign in. You import data, manage "
            "people, and analyse; give others less on the People page.",
            action=SET_UP,
            fields=(replace(_NAME, value=name), _NEW, _AGAIN),
            button="Make the account",
            said=said,
            hidden={"token": self._set_up.token},
        )
        return self._forms.answer(page, request, secure=self._is_tls(request), status=status)

    def _make_first(self, given: dict[str, str]) -> Person:
        name = given.get("name", "")
        return make_first(self._workspace(), name=name, password_hash=_new_hash(given, name))

    # Single sign-on ---------------------------------------------------------------------

    async def _with_provider(self, _request: Request) -> Response:
        if not single_sign_on.is_configured():
            return RedirectResponse(SIGN_IN, status_code=303)
        return RedirectResponse(single_sign_on.login_address(), status_code=303)

    async def _provided(self, request: Request) -> Response:
        """Who comes back from the provider is let in when an account has that address."""
        email = single_sign_on.email_of(request) if single_sign_on.is_configured() else None
        people = self._workspace().people
        person = await run_in_threadpool(people.by_email, email) if email else None
        if person is None:
            said = "No account here belongs to that address. Ask an administrator for one."
            answer = self._ask(request, wanted="", said=said, status=403)
        else:
            answer = await self._begin(request, person, how="single sign-on")
        single_sign_on.forget(request, answer)
        return answer

    def _is_tls(self, request: Request) -> bool:
        return sessions.is_tls(request.scope, behind_tls=self._behind_tls)


def make_first(workspace: Workspace, *, name: str, password_hash: str) -> Person:
    """Make the first administrator: also statistician, member of the studies that are there."""
    studies = {study.code: False for study in workspace.studies()}
    return workspace.people.add(
        name=name,
        roles=("administrator", "statistician"),
        password_hash=password_hash,
        studies=studies,
        person=name,
        first=True,
    )


def inner_path(wanted: str) -> str:
    """Where to go after signing in: a path of this server, else its first page.

    Examples
    --------
    >>> inner_path("/survival?view=abc"), inner_path("//evil.example"), inner_path("/\\\\evil")
    ('/survival?view=abc', '/', '/')
    """
    parts = urlsplit(wanted) if wanted.isprintable() else urlsplit("")
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    ours = inside and not wanted.startswith(("//", "/\\", SIGN_IN, SIGN_OUT, SET_UP))
    return wanted if ours and "\\" not in wanted and len(wanted) <= 2000 else "/"


_CLOSED = FormPage(
    title="Not set up yet",
    about="This workspace holds study data and has no administrator. Open the link that stands in "
    "the terminal where Equipoise was started, or run there: "
    "equipoise people add NAME --role administrator",
)


def _new_hash(given: dict[str, str], name: str) -> str:
    password = given.get("password", "")
    if password != given.get("again", ""):
        raise DataError("the two new passwords must be the same")
    check_password(password, name=name)
    return hash_password(password)


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _said(error: DataError) -> str:
    text = str(error)
    return text[:1].upper() + text[1:]
