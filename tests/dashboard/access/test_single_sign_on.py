"""Single sign-on: an address that no account has gets nothing."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from streamlit import auth_util
from streamlit.web.server import server_util
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from dashboard.access import single_sign_on
from dashboard.access.sign_in import SetUp, SignIn
from dashboard.access.signing import signing_key
from queries.workspace import Workspace, open_workspace

HERE = "http://localhost:8501"
SECRET = "a-secret-that-was-drawn-for-this-test"


def coming_back(claims: dict[str, object], *, secret: str = SECRET) -> Request:
    """The request of a browser that the provider has sent back."""
    value = create_signed_value(secret, "_streamlit_user", json.dumps(claims)).decode()
    cookie = f'_streamlit_user="{value}"'.encode("latin-1")
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/sign-in/done",
            "query_string": b"",
            "scheme": "http",
            "server": ("localhost", 8501),
            "client": ("127.0.0.1", 1),
            "headers": [(b"cookie", cookie)],
        }
    )


def answered(workspace: Workspace, request: Request) -> Response:
    routes = SignIn(
        workspace=lambda: workspace, signing_key=signing_key(workspace.home), set_up=SetUp()
    )
    return asyncio.run(routes._provided(request))


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single_sign_on, "is_configured", lambda: True)
    monkeypatch.setattr(auth_util, "get_origin_from_redirect_uri", lambda: HERE)
    monkeypatch.setattr(server_util, "get_cookie_secret", lambda: SECRET)


RIGHT = {
    "email": "Ann@Example.org",
    "email_verified": True,
    "is_logged_in": True,
    "origin": HERE,
    "provider": "default",
}


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(
    ("change", "let_in"),
    [
        ({}, True),
        ({"email": "eve@example.org"}, False),
        ({"email_verified": False}, False),
        ({"email_verified": "true"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"is_logged_in": False}, False),
        ({"email": ["Ann@Example.org"]}, False),
        ({"email": "gone@example.org"}, False),
    ],
)
def test_only_a_verified_address_of_an_account_gets_in(
    tmp_path: Path, change: dict[str, object], let_in: bool
) -> None:
    with open_workspace(tmp_path) as here:
        for name in ("ann", "gone"):
            here.people.add(
                name=name, roles=["viewer"], email=f"{name}@example.org", person="tester"
            )
        here.people.retire("gone", person="tester")
        answer = answered(here, coming_back(RIGHT | change))
        assert answer.status_code == (303 if let_in else 403)
        assert bool(here.people.sessions()) is let_in
        kept = answer.headers.getlist("set-cookie")
        assert any(one.startswith("equipoise_session_") for one in kept) is let_in
        assert any(one.startswith('_streamlit_user=""') for one in kept), "taken once"


@pytest.mark.usefixtures("configured")
def test_a_forged_answer_of_the_provider_is_none(tmp_path: Path) -> None:
    with open_workspace(tmp_path) as here:
        here.people.add(name="ann", roles=["viewer"], email="ann@example.org", person="tester")
        assert answered(here, coming_back(RIGHT, secret="another")).status_code == 403


def test_it_is_off_by_default(tmp_path: Path) -> None:
    with open_workspace(tmp_path) as here:
        here.people.add(name="ann", roles=["viewer"], email="ann@example.org", person="tester")
        assert answered(here, coming_back(RIGHT)).status_code == 403
