"""The addresses of shares: a link that becomes a session, and the reader's page behind it.

`/share/<token>` is opened once; the token then leaves the address bar for a cookie that this
share alone gets. Every other address looks the session and the share up anew, so that what was
revoked or has expired ends at once. No answer is kept by a browser.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache, partial, wraps

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.access.sessions import is_tls
from dashboard.exports.spreadsheets import to_xlsx
from dashboard.exports.tables import to_csv
from dashboard.home import open_here
from dashboard.sharing.asking import check_proof, cookie_name, proof, read_form
from dashboard.sharing.content import content_of
from dashboard.sharing.look import policy
from dashboard.sharing.sponsor_page import Reading, message, page, passcode_page
from dashboard.text import file_stem
from queries.errors import DataError
from queries.workspace import (
    PasscodeWaitError,
    Share,
    ShareEndedError,
    ShareUnknownError,
    Visit,
    Workspace,
)
from queries.workspace.share_access import SESSION_DAYS

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_EVERY = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_UNKNOWN = (
    "Open the link again",
    "This page is opened by the link that you were sent. Copy the whole of it, since mails break "
    "long lines. If it still does not open, ask the person who sent it for a new one.",
)
_ENDED = ("This share has ended", "Ask the person who sent you the link for a new one.")
_WRONG = "This is not the passcode."
_WAIT = "Too many wrong passcodes. Try again in a quarter of an hour."

Answer = Callable[[Request], Response]


class _PasscodeNeededError(Exception):
    """The session has not given the passcode."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit


@cache
def _workspace() -> Workspace:
    return open_here()


# What every answer has in common -------------------------------------------------------------


def _answering(
    method: str, answer: Callable[[Request, dict[str, str]], Response]
) -> Callable[[Request], Awaitable[Response]]:
    """An address that takes one method; its refusals are pages that say nothing of a share."""

    @wraps(answer)
    async def endpoint(request: Request) -> Response:
        if request.method != method:
            return _private(Response(status_code=405, headers={"Allow": method}))
        try:
            form = await read_form(request) if method == "POST" else {}
            return _private(await run_in_threadpool(answer, request, form))
        except ShareEndedError:
            return _page(message(*_ENDED), 410)
        except ShareUnknownError:
            return _page(message(*_UNKNOWN), 403)
        except _PasscodeNeededError as asked:
            return _page(_ask_passcode(request, asked.visit), 401)
        except DataError as error:
            return _page(message("This was not taken", str(error)), 400)

    return endpoint


def _private(response: Response) -> Response:
    response.headers.update(
        {
            "Cache-Control": "no-store, private",
            "Content-Security-Policy": policy(),
            "X-Robots-Tag": "noindex, nofollow",
        }
    )
    return response


def _page(text: str, status: int = 200) -> Response:
    return _private(HTMLResponse(text, status_code=status))


def _secret(request: Request) -> str:
    return request.cookies.get(cookie_name(request.path_params["share"]), "")


def _visit(request: Request, *, passed: bool = True) -> Visit:
    found = _workspace().shares.visit(request.path_params["share"], _secret(request))
    if passed and not found.passed:
        raise _PasscodeNeededError(found)
    return found


def _ask_passcode(request: Request, visit: Visit, said: str = "") -> str:
    return passcode_page(visit.share.id, proof(_secret(request), visit.share.id), said)


def _home(share: Share) -> str:
    return f"/shared/{share.id}"


# The addresses ---------------------------------------------------------------------------------


def _open(request: Request, _form: dict[str, str], *, behind_tls: bool) -> Response:
    share, secret = _workspace().shares.open(request.path_params["token"])
    response = RedirectResponse(_home(share), status_code=303)
    response.set_cookie(
        cookie_name(share.id),
        secret,
        max_age=SESSION_DAYS * 86_400,
        path=_home(share),
        httponly=True,
        secure=is_tls(request.scope, behind_tls=behind_tls),
        # Strict would not come along when the link is clicked in a mail on another site; forms
        # carry a proof of their own.
        samesite="lax",
    )
    return response


def _show(request: Request, _form: dict[str, str]) -> Response:
    return _whole_page(request, _visit(request), about=request.query_params.get("about", ""))


def _whole_page(
    request: Request, visit: Visit, *, alert: str = "", about: str = "", text: str = ""
) -> Response:
    content = content_of(_workspace(), visit.share)
    csrf = proof(_secret(request), visit.share.id)
    reading = Reading(csrf=csrf, name=visit.name, alert=alert, about=about, text=text)
    drawn = HTMLResponse(page(content, reading), status_code=400 if alert else 200)
    _workspace().shares.seen(visit, content.version.number)
    return drawn


def _enter(request: Request, form: dict[str, str]) -> Response:
    visit = _visit(request, passed=False)
    check_proof(form.get("csrf", ""), _secret(request), visit.share.id)
    try:
        if visit.passed or _workspace().shares.enter(visit, form.get("passcode", "")):
            return RedirectResponse(_home(visit.share), status_code=303)
    except PasscodeWaitError:
        return HTMLResponse(_ask_passcode(request, visit, _WAIT), status_code=429)
    return HTMLResponse(_ask_passcode(request, visit, _WRONG), status_code=401)


def _comment(request: Request, form: dict[str, str]) -> Response:
    visit = _visit(request)
    check_proof(form.get("csrf", ""), _secret(request), visit.share.id)
    content = content_of(_workspace(), visit.share)
    card, text = form.get("card", ""), form.get("text", "")
    found = next((one.kept for one in content.cards if one.kept.id == card), None)
    if found is None:
        said = "The page has changed meanwhile. Your comment was not sent; here it is again."
        return _whole_page(request, visit, alert=f"{said} {text}")
    try:
        said_now = _workspace().shares.say(
            visit,
            card=found.name,
            text=text,
            author=form.get("author", ""),
            answers=form.get("answers") or None,
        )
    except DataError as error:
        return _whole_page(request, visit, alert=str(error)[:300], about=card, text=text)
    here = f"{_home(visit.share)}?about={found.id}#comment-{said_now.id}"
    return RedirectResponse(here, status_code=303)


def _sign(request: Request, form: dict[str, str]) -> Response:
    visit = _visit(request)
    check_proof(form.get("csrf", ""), _secret(request), visit.share.id)
    version = form.get("version", "")
    try:
        if form.get("read") != "yes":
            raise DataError("whoever signs says that they have read it")
        _workspace().shares.sign(
            visit,
            name=form.get("name", ""),
            meaning=form.get("meaning", ""),
            version=int(version) if version.isdecimal() and len(version) < 9 else 0,
        )
    except DataError as error:
        return _whole_page(request, visit, alert=str(error)[:300])
    return RedirectResponse(f"{_home(visit.share)}#sign-off", status_code=303)


def _alive(request: Request, _form: dict[str, str]) -> Response:
    _visit(request)
    return Response(status_code=204)


def _picture(request: Request, _form: dict[str, str]) -> Response:
    visit, asked = _visit(request), request.path_params
    png = _workspace().shares.picture(visit.share.id, asked["card"], asked["variant"])
    if png is None:
        return HTMLResponse(message("Not here", "This share has no such picture."), 404)
    return Response(png, media_type="image/png")


def _file(request: Request, _form: dict[str, str]) -> Response:
    visit, ending = _visit(request), request.path_params["ending"]
    if not visit.share.downloads:
        return HTMLResponse(message("Not here", "Nothing can be downloaded from this share."), 403)
    content = content_of(_workspace(), visit.share)
    asked = request.path_params["card"]
    card = next((one.card for one in content.cards if one.kept.id == asked), None)
    if card is None or card.table is None or ending not in _TYPES:
        return HTMLResponse(message("Not here", "This share has no such file."), 404)
    sheets = {"Table": card.table if card.shown is None else card.shown}
    if card.shown is not None and card.data is not None:
        sheets["Numbers"] = card.data
    notes = (*card.notes, content.version.cohort)
    if ending == "csv":
        data = to_csv(sheets["Table"], notes)
    else:
        data = to_xlsx(sheets, title=card.name, notes=notes)
    _workspace().shares.taken(visit, name=card.name, ending=ending)
    name = f"{file_stem(card.name)}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=_TYPES[ending], headers=headers)


def share_routes(*, behind_tls: bool = False) -> list[Route]:
    """The routes of shares, for the server.

    Parameters
    ----------
    behind_tls : bool
        Whether browsers come by https to a proxy in front: cookies are then marked Secure.

    Examples
    --------
    >>> share_routes()[0].path
    '/share/{token}'
    """
    answers: list[tuple[str, str, Callable[..., Response]]] = [
        ("/share/{token}", "GET", partial(_open, behind_tls=behind_tls)),
        ("/shared/{share}", "GET", _show),
        ("/shared/{share}/passcode", "POST", _enter),
        ("/shared/{share}/comment", "POST", _comment),
        ("/shared/{share}/sign", "POST", _sign),
        ("/shared/{share}/alive", "GET", _alive),
        ("/shared/{share}/picture/{card}/{variant}.png", "GET", _picture),
        ("/shared/{share}/file/{card}.{ending}", "GET", _file),
    ]
    return [
        Route(path, _answering(method, answer), methods=_EVERY) for path, method, answer in answers
    ]
