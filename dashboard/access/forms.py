"""Small pages of our own, before and beside Streamlit's: a form, signed against forgery."""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import HTMLResponse

LASTS_SECONDS = 3600
FIELD, COOKIE = "form", "equipoise_form"
_NONCE = re.compile(r"[A-Za-z0-9_-]{22}")
_LONGEST_BODY = 16 * 1024
_ICON = Path(__file__).parents[1] / "static" / "icon.svg"

_STYLE = """
:root { color-scheme: light dark; --back: #F4F7F8; --card: #FFFFFF; --text: #0B161C;
  --soft: #55676F; --line: #DBE4E8; --accent: #0B6E75; --label: #FFFFFF; --link: #0B6E75;
  --bad: #B42338; --bad-back: #FDF0F1; }
@media (prefers-color-scheme: dark) { :root { --back: #0B1216; --card: #0F171C; --text: #E6EDF0;
  --soft: #9FB1BA; --line: #2B3B44; --accent: #17808A; --link: #4FB9C0; --bad: #F0808C;
  --bad-back: #2A171B; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem 1rem;
  background: var(--back); color: var(--text); font: 15px/1.5 "Source Sans", "Source Sans 3",
  system-ui, sans-serif; }
main { width: 100%; max-width: 25rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; padding: 1.75rem 1.5rem; }
header { display: flex; align-items: center; gap: .6rem; font-weight: 600; color: var(--soft); }
header svg { width: 1.9rem; height: 1.9rem; flex: none; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1rem 0 .25rem; }
p { margin: .5rem 0; } .soft { color: var(--soft); }
label { display: block; margin: .9rem 0 .25rem; font-weight: 600; }
input { width: 100%; font: inherit; color: inherit; background: var(--back); padding: .55rem .7rem;
  border: 1px solid var(--line); border-radius: .4rem; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 2px solid var(--accent);
  outline-offset: 1px; }
button, .button { display: block; width: 100%; margin-top: 1.25rem; padding: .6rem .7rem;
  font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
  color: var(--label); background: var(--accent); border: 1px solid var(--accent);
  border-radius: .4rem; }
.button { color: var(--text); background: none; border-color: var(--line); margin-top: .75rem; }
.said { margin: .9rem 0 0; padding: .55rem .7rem; border: 1px solid var(--bad);
  border-radius: .4rem; color: var(--bad); background: var(--bad-back); }
code { overflow-wrap: anywhere; font-size: .9em; } a { color: var(--link); }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line of a form."""

    name: str
    label: str
    kind: str = "text"
    complete: str = "off"
    value: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """A page with a form: what it says, what it asks, what its button says.

    Parameters
    ----------
    title, about : str
    action : str
        The path that it is sent to.
    fields : sequence of Field
    button : str
        "" for a page without a form.
    said : str
        What went wrong the last time.
    links : sequence of tuple
        Path and text of further ways on.
    hidden : mapping
        What goes along unseen.
    """

    title: str
    about: str = ""
    action: str = ""
    fields: Sequence[Field] = ()
    button: str = ""
    said: str = ""
    links: Sequence[tuple[str, str]] = ()
    hidden: Mapping[str, str] | None = None


class Forms:
    """Answers with forms, and believes only forms that this server gave to the same browser.

    Examples
    --------
    >>> forms = Forms("k" * 40)
    >>> answer = forms.answer(FormPage(title="Sign in", action="/sign-in", button="Sign in"),
    ...                       secure=False)
    >>> answer.status_code, "HttpOnly" in answer.headers["set-cookie"]
    (200, True)
    """

    def __init__(self, signing_key: str) -> None:
        self._signer = URLSafeTimedSerializer(signing_key, salt="equipoise form")

    def answer(
        self, page: FormPage, request: Request | None = None, *, secure: bool, status: int = 200
    ) -> HTMLResponse:
        """The page, with a token in it and its counterpart in a cookie.

        A browser keeps its counterpart, so that a form in another window stays good.
        """
        held = "" if request is None else request.cookies.get(COOKIE, "")
        nonce = held if _NONCE.fullmatch(held) else secrets.token_urlsafe(16)
        text = _written(page, str(self._signer.dumps([page.action, nonce])))
        answer = HTMLResponse(text, status_code=status, headers={"cache-control": "no-store"})
        answer.set_cookie(
            COOKIE,
            nonce,
            max_age=LASTS_SECONDS,
            httponly=True,
            secure=secure,
            samesite="strict",
        )
        return answer

    def is_ours(self, request: Request, given: Mapping[str, str]) -> bool:
        """Whether a form that came back is one that this browser was given for this path."""
        try:
            held = self._signer.loads(given.get(FIELD, ""), max_age=LASTS_SECONDS)
        except BadSignature:
            return False
        action, nonce = held
        own = request.cookies.get(COOKIE, "")
        return bool(action == request.url.path) and hmac.compare_digest(str(nonce), own)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form that was sent; those of one that is too long are left unread."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_BODY:
            return {}
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=20))
    except (UnicodeDecodeError, ValueError):
        return {}


def _written(page: FormPage, token: str) -> str:
    said = f'<p class="said" role="alert">{escape(page.said)}</p>' if page.said else ""
    about = f'<p class="soft">{escape(page.about)}</p>' if page.about else ""
    form = _form(page, token) if page.button else ""
    links = "".join(
        f'<a class="button" href="{escape(path)}">{escape(text)}</a>' for path, text in page.links
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f'<link rel="icon" href="{icon_address()}">'
        f"<title>{escape(page.title)} · Equipoise</title><style>{_STYLE}</style></head><body>"
        f"<main><header>{_ICON.read_text(encoding='utf-8')}Equipoise</header>"
        f"<h1>{escape(page.title)}</h1>{about}{said}{form}{links}</main></body></html>"
    )


def _form(page: FormPage, token: str) -> str:
    unseen = {**(page.hidden or {}), FIELD: token}
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in unseen.items()
    )
    lines = "".join(_line(one, is_first=place == 0) for place, one in enumerate(page.fields))
    return (
        f'<form method="post" action="{escape(page.action)}">{hidden}{lines}'
        f'<button type="submit">{escape(page.button)}</button></form>'
    )


def _line(one: Field, *, is_first: bool) -> str:
    about = f'<p class="soft" id="about-{one.name}">{escape(one.help)}</p>' if one.help else ""
    told = f' aria-describedby="about-{one.name}"' if one.help else ""
    focus = " autofocus" if is_first else ""
    return (
        f'<label for="{one.name}">{escape(one.label)}</label>'
        f'<input id="{one.name}" name="{one.name}" type="{one.kind}" required{focus}{told} '
        f'autocomplete="{one.complete}" autocapitalize="none" spellcheck="false" '
        f'value="{escape(one.value)}">{about}'
    )


@cache
def icon_address() -> str:
    """The icon itself as an address, so that no browser asks for one without a session.

    Examples
    --------
    >>> icon_address()[:26]
    'data:image/svg+xml;base64,'
    """
    return f"data:image/svg+xml;base64,{base64.b64encode(_ICON.read_bytes()).decode()}"
