"""What a reader's browser sends: its cookie, its forms, and the proof that they are ours."""

from __future__ import annotations

from urllib.parse import parse_qsl

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request

from queries.errors import DataError

MOST_BYTES = 32 * 1024
_FORM_DAYS = 7  # as long as its session
_FORM = "application/x-www-form-urlencoded"
_SALT = "equipoise share form"


class FormRefusedError(DataError):
    """A form that is not ours, too large, or too old."""


def cookie_name(share: str) -> str:
    """The cookie of one share; another share has another one.

    Examples
    --------
    >>> cookie_name("abc")
    'share-abc'
    """
    return f"share-{share}"


def proof(secret: str, share: str) -> str:
    """What the forms of a page carry: signed with the session's secret, which no other page has.

    Examples
    --------
    >>> check_proof(proof("secret", "abc"), "secret", "abc")
    >>> check_proof(proof("secret", "abc"), "another", "abc")
    Traceback (most recent call last):
        ...
    dashboard.sharing.asking.FormRefusedError: a form is sent from the page it is on, within 7 days.
    """
    return _signer(secret).dumps(share)


def check_proof(given: str, secret: str, share: str) -> None:
    """Refuse a form that this session's page did not carry."""
    try:
        signed = _signer(secret).loads(given, max_age=_FORM_DAYS * 86_400)
    except BadSignature:
        signed = None
    if signed != share:
        raise FormRefusedError(f"a form is sent from the page it is on, within {_FORM_DAYS} days")


def _signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=_SALT)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form; refused when it comes from elsewhere, or is too large."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise FormRefusedError("a form is sent from the page it is on")
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        raise FormRefusedError(f"a form is sent as {_FORM}")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise FormRefusedError(f"a form takes at most {MOST_BYTES // 1024} kB")
    try:
        text = body.decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=12, errors="strict"))
    except ValueError:
        raise FormRefusedError("a form can be read") from None
