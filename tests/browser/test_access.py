"""Attacks on a running server: nothing passes without a session, and a session only what it may.

Requests go out by hand, as an attacker's would; a browser comes in at the end.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus

from dashboard.access.passwords import hash_password
from dashboard.access.sessions import cookie_name
from dashboard.access.signing import signing_key
from queries.workspace import open_workspace, tables
from tests.browser.accessibility import serious, violations
from tests.browser.attacker import (
    WORD,
    Browser,
    file_of,
    run_page,
    signed_in,
    until_closed,
)
from tests.browser.conftest import NewPage, RunningServer, running_server
from tests.homes import copied_home

pytestmark = pytest.mark.browser

SECRETS = ("EQX-301", "Lumarestat", "GBSG2", "streamlit", "Streamlit")


@pytest.fixture(scope="module")
def guarded(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The demo studies with accounts in force."""
    folder = tmp_path_factory.mktemp("guarded")
    home = copied_home(demo_home, folder)
    hashed = hash_password(WORD)
    with open_workspace(home) as here:
        for name, roles, studies in (
            ("root", ["administrator"], {}),
            ("stan", ["statistician"], {"EQX-301": True, "EQX-201": False}),
            ("blind", ["statistician"], {"EQX-301": False}),
            ("vera", ["viewer"], {"EQX-301": False}),
            ("other", ["viewer"], {"GBSG2": False}),
        ):
            here.people.add(
                name=name, roles=roles, studies=studies, password_hash=hashed, person="tester"
            )
    with running_server(home, folder / "server.log") as running:
        yield running


@pytest.fixture
def stranger(guarded: RunningServer) -> Browser:
    return Browser(server=guarded)


# Without a session ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/survival", "/import", "/people", "/?view=abc", "/static/js/index.js", "/media/x"),
        *("/_stcore/health", "/_stcore/host-config", "/_stcore/metrics", "/favicon.ico"),
        *("//", "//survival", "/%2e%2e/", "/Sign-In", "/SIGN-IN", "//sign-in", "/sign-in/"),
        *("/sign-in/../survival", "/sign-in%2f..%2fsurvival", "/health%2f..%2fsurvival"),
        *("/%2Fhealth", "/health/"),
        *("/health;/survival", "/media/../health", "/auth/login", "/oauth2callback", "/password"),
        *("/sign-in/with", "/sign-in/done", "/_stcore/upload_file/a/b", "/component/x/index.html"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_stranger_gets_the_way_in_and_nothing_else(
    stranger: Browser, path: str, method: str
) -> None:
    status, body, headers = stranger.ask(path, method=method)
    assert status in (303, 400, 401, 404, 405)
    if status == 303:
        assert headers["location"].startswith("/sign-in")
    assert len(body) < 100
    assert not any(word.encode() in body for word in SECRETS)
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil"])
def test_a_strange_host_name_opens_nothing(stranger: Browser, host: str) -> None:
    assert stranger.ask("/", Host=host)[0] == 400
    assert stranger.ask("/sign-in", Host=host, X_Forwarded_Host="localhost")[0] == 400


@pytest.mark.parametrize("token", ["", "guess", "x" * 5000, "../../etc", "%00", 'a"; b="c'])
def test_a_connection_without_a_session_is_refused(stranger: Browser, token: str) -> None:
    if token:
        stranger.cookies[cookie_name(signing_key(stranger.server.home))] = token
    with pytest.raises(InvalidStatus, match="403"):
        stranger.socket()


def test_forged_forms_are_not_believed(stranger: Browser) -> None:
    body = urlencode({"name": "stan", "password": WORD})
    assert stranger.ask("/sign-in", method="POST", body=body)[0] == 400
    other = Browser(server=stranger.server)
    page = other.ask("/sign-in")[1].decode()
    form = re.search(r'name="form" value="([^"]+)"', page)
    assert form is not None
    stranger.ask("/sign-in")
    for token in (form[1], form[1][:-1] + "x", "", "null"):
        forged = urlencode({"name": "stan", "password": WORD, "form": token})
        assert stranger.ask("/sign-in", method="POST", body=forged)[0] == 400
    assert stranger.ask("/sign-in", method="POST", body="x" * 100_000)[0] == 400
    assert stranger.token == ""


def test_guesses_are_counted_and_a_lock_tells_nothing(guarded: RunningServer) -> None:
    answers = {}
    for name in ("other", "nobody"):
        browser = Browser(server=guarded)
        said = [browser.send_form("/sign-in", name=name, password="guess") for _ in range(6)]
        answers[name] = [status for status, _, _ in said]
        assert "15 minutes" in said[-1][1].decode()
        assert browser.sign_in(name) == 429, "the right password does not help now"
    assert answers["other"] == answers["nobody"] == [401] * 5 + [429]
    with open_workspace(guarded.home) as here:
        assert here.activity()[0].act == "lock person"
        here.people.set_password("other", hash_password(WORD), person="root")
    assert Browser(server=guarded).sign_in("other") == 303


# With one -------------------------------------------------------------------------------


def test_a_session_is_always_a_new_one_and_its_cookie_is_guarded(guarded: RunningServer) -> None:
    browser = Browser(server=guarded)
    name = cookie_name(signing_key(guarded.home))
    browser.cookies[name] = "chosen-by-an-attacker"
    assert browser.sign_in("vera") == 303
    first = browser.token
    assert first != "chosen-by-an-attacker"
    [given] = [one for one in browser.set_cookies if one.startswith(name)]
    assert "HttpOnly" in given
    assert "SameSite=lax" in given
    assert browser.sign_in("vera") == 303
    assert browser.token != first
    old = Browser(server=guarded, cookies={name: first})
    assert old.ask("/")[0] == 303, "the former session has ended"
    assert first not in guarded.log.read_text()
    dump = (guarded.home / "workspace.db").read_bytes()
    assert browser.token.encode() not in dump


def test_an_expired_session_is_none(guarded: RunningServer) -> None:
    browser = signed_in(guarded, "vera")
    assert browser.ask("/")[0] == 200
    with open_workspace(guarded.home) as here, here._writing() as connection:
        connection.execute(tables.sessions.update().values(expires_at=tables.now()))
    assert browser.ask("/")[0] == 303
    with pytest.raises(InvalidStatus, match="403"):
        browser.socket()


def test_a_revoked_session_loses_its_connection_and_its_files(guarded: RunningServer) -> None:
    browser = signed_in(guarded, "stan")
    with browser.socket() as socket:
        media = file_of(socket)
        assert browser.ask(media)[0] == 200
        subprocess.run(
            [
                *(sys.executable, "-m", "dashboard.command", "people", "sign-out", "stan"),
                *("--home", str(guarded.home)),
            ],
            check=True,
            capture_output=True,
        )
        start = time.monotonic()
        assert browser.ask(media)[0] == 401
        last, closed = until_closed(socket)
        assert [ForwardMsg.FromString(one).auth_redirect.url for one in last] == [
            "/sign-in?ended=1"
        ]
        assert closed.rcvd is not None
        assert closed.rcvd.code == 1008
        assert time.monotonic() - start < 2


def test_a_file_is_for_the_session_that_was_told_of_it(guarded: RunningServer) -> None:
    owner, member = signed_in(guarded, "stan"), signed_in(guarded, "vera")
    with owner.socket() as socket:
        _, script = run_page(socket)
        media = file_of(socket)
        assert owner.ask(media)[0] == 200
        assert owner.ask(media)[2]["cache-control"] == "private, no-store"
        for path in (media, f"/{media}", media.replace("media", "%6dedia"), f"{media}?x=1"):
            assert member.ask(path)[0] in (400, 404)
        upload = f"/_stcore/upload_file/{script}/file"
        assert member.ask(upload, method="PUT", body="x")[0] == 404
        assert owner.ask(upload, method="PUT", body="x")[0] == 404, "it was not asked for"


def test_a_run_of_scripts_is_not_taken_over(guarded: RunningServer) -> None:
    owner, member = signed_in(guarded, "stan"), signed_in(guarded, "vera")
    with owner.socket() as socket:
        _, script = run_page(socket)
    with owner.socket(existing=script) as socket:
        assert run_page(socket)[1] == script, "one's own goes on"
    with member.socket(existing=script) as socket:
        assert run_page(socket)[1] not in ("", script)


# Roles, memberships, blinding -----------------------------------------------------------


def test_studies_of_others_are_not_there_nor_are_links_to_them(guarded: RunningServer) -> None:
    with open_workspace(guarded.home) as here:
        snapshot = here.current_snapshot("EQX-301")
        assert snapshot is not None
        view = here.save_view(
            study="EQX-301", snapshot=snapshot.id, page="survival", state={}, person="stan"
        )
    browser = signed_in(guarded, "other")
    with browser.socket() as socket:
        for page, query in (("", ""), ("survival", f"view={view}"), ("cohorts", "")):
            received, _ = run_page(socket, page, query)
            assert b"GBSG2" in received
            assert b"EQX-301" not in received
            assert b"Lumarestat" not in received
            assert b"EQX-201" not in received


@pytest.mark.parametrize("name", ["blind", "vera", "root"])
def test_a_blinded_reader_finds_no_arm_on_any_page(guarded: RunningServer, name: str) -> None:
    """The study is unblinded, for others."""
    seeing = signed_in(guarded, "stan")
    pages = ("", "survival", "safety", "cohorts", "subjects", "dose-response", "compare")
    with seeing.socket() as socket:
        assert b"Lumarestat 200" in run_page(socket, "survival")[0], "warm, and unblinded there"
    browser = signed_in(guarded, name)
    with browser.socket() as socket:
        for page in pages:
            received, _ = run_page(socket, page)
            assert b"EQX-301" in received
            for stand_in in (b"TRT01", b"Lumarestat 200", b"Placebo", b"EXDOSE", b"ARMCD"):
                assert stand_in not in received, page


def test_pages_of_others_roles_are_not_there(guarded: RunningServer) -> None:
    with signed_in(guarded, "vera").socket() as socket:
        for page in ("people", "import"):
            received, _ = run_page(socket, page)
            assert b"Signed in now" not in received
            assert b"Check files" not in received
        received, _ = run_page(socket, "survival")
        assert b"Figure as SVG" not in received
        assert b"Add to report" not in received
        assert b"Show arms" not in received
    with signed_in(guarded, "root").socket() as socket:
        assert b"Signed in now" in run_page(socket, "people")[0]


# Before there are accounts --------------------------------------------------------------


def test_own_data_wait_for_the_first_administrator(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with open_workspace(home) as here:
        here.register_study(code="ABC-123", title="Not for strangers", person="tester")
    with running_server(home, tmp_path / "server.log") as server:
        browser = Browser(server=server)
        assert browser.ask("/")[2]["location"] == "/set-up"
        assert browser.ask("/set-up?token=guess")[0] == 403
        with pytest.raises(InvalidStatus, match="403"):
            browser.socket()
        while "/set-up?token=" not in server.log.read_text():
            time.sleep(0.1)
        link = re.search(r"/set-up\?token=[\w-]+", server.log.read_text())
        assert link is not None
        weak = browser.send_form(link[0], name="root", password="short", again="short")
        assert (weak[0], browser.token) == (400, "")
        assert browser.send_form(link[0], name="root", password=WORD, again=WORD)[0] == 303
        assert browser.ask("/")[0] == 200
        assert Browser(server=server).ask(link[0])[2]["location"].startswith("/sign-in")
        with open_workspace(home) as here:
            assert here.people.one("root").roles == ("administrator", "statistician")


def test_open_pages_close_when_the_first_administrator_is_made(tmp_path: Path) -> None:
    with running_server(tmp_path / "home", tmp_path / "server.log") as server:
        browser = Browser(server=server)
        assert browser.ask("/")[0] == 200
        with browser.socket() as socket:
            assert b"No study is here yet" in run_page(socket)[0]
            with open_workspace(server.home) as here:
                here.people.add(name="root", roles=["administrator"], person="tester")
            until_closed(socket)
        assert browser.ask("/")[0] == 303


# In a browser ---------------------------------------------------------------------------


@pytest.mark.parametrize("width", [420, 1440])
def test_a_person_signs_in_looks_and_signs_out(
    new_page: NewPage, guarded: RunningServer, width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    page.goto(f"{guarded.url}/survival")
    page.get_by_label("Name").fill("vera")
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Survival", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=60_000)
    if width < 600:
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=10_000)
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=10_000)


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.slow), "dark"])
def test_sign_in_people_and_audit_trail_are_accessible(
    new_page: NewPage, guarded: RunningServer, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(f"{guarded.url}/people")
    assert violations(page) == []
    page.get_by_label("Name").fill("root")
    page.get_by_label("Password").fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    for heading in ("People", "Audit trail"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=60_000)
        expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=60_000)
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=60_000)
        assert serious(page) == [], heading
        page.get_by_role("link", name="Audit trail").click()
