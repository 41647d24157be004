"""Single sign-on (OpenID Connect) through Streamlit's `st.login`, turned into sessions of ours.

Streamlit talks to the provider and leaves who it was in a cookie of its own, good for thirty days.
That cookie is taken once, to begin a session that expires and can be ended, and is deleted.
"""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from queries.errors import DataError

FILE = "secrets.toml"
_SHORTEST_SECRET = 32


def is_configured() -> bool:
    """Whether `secrets.toml` in the home folder names a provider."""
    from streamlit.auth_util import get_secrets_auth_section

    return bool(get_secrets_auth_section())


def check_secrets(home: Path) -> bool:
    """Whether there is a provider; a refusal when its secrets are not kept as secrets.

    Examples
    --------
    >>> check_secrets(Path("no-such-home"))
    False
    """
    import tomllib

    path = home / FILE
    if not path.is_file():
        return False
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise DataError("secrets are readable by their owner only (chmod 600)", file=FILE)
    try:
        auth: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")).get("auth", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise DataError("secrets are written in TOML", file=FILE) from None
    secret = str(auth.get("cookie_secret", ""))
    if auth and (len(secret) < _SHORTEST_SECRET or len(set(secret)) < 8):
        rule = f"[auth] cookie_secret has at least {_SHORTEST_SECRET} random characters"
        raise DataError(rule, file=FILE)
    return bool(auth)


def login_address() -> str:
    """Where the browser goes to the provider from."""
    from streamlit.user_info import generate_login_redirect_url

    return generate_login_redirect_url("default")


def email_of(request: Request) -> str | None:
    """The verified address of who came back from the provider; None when there is none."""
    from streamlit.auth_util import get_cookie_with_chunks, get_origin_from_redirect_uri
    from streamlit.web.server.server_util import get_cookie_secret
    from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
    from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

    def one(name: str) -> bytes | None:
        held = request.cookies.get(name)
        return None if held is None else decode_signed_value(get_cookie_secret(), name, held)

    try:
        claims = json.loads(get_cookie_with_chunks(one, USER_COOKIE_NAME) or b"{}")
    except ValueError:
        return None
    email, verified = claims.get("email"), claims.get("email_verified", False)
    is_ours = claims.get("is_logged_in") is True
    is_ours = is_ours and claims.get("origin") == get_origin_from_redirect_uri()
    return email if is_ours and verified is True and isinstance(email, str) else None


def forget(request: Request, answer: Response) -> None:
    """Delete Streamlit's cookies: they outlive a session, and cannot be revoked."""
    for name in request.cookies:
        if name.startswith("_streamlit_user"):
            answer.delete_cookie(name)
