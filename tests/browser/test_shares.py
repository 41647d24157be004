"""A manager shares a view, a sponsor reads, comments and signs on a phone; revoking ends it."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from dashboard.cards import Card
from dashboard.sharing.freezing import freeze
from queries.workspace import NewVersion, open_workspace
from tests.browser.accessibility import serious, violations
from tests.browser.conftest import NewPage, Observed, RunningServer
from tests.dashboard.sharing.http_browser import HttpBrowser

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
# What is tapped and has less than 44 pixels; a box to tick is tapped by its label.
SMALL = """() => [...document.querySelectorAll("a, button, summary, select, textarea, label.check, \
input:not([type=hidden]):not([type=checkbox])")]
    .filter(one => one.checkVisibility())
    .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
    .filter(([, box]) => Math.min(box.width, box.height) < 44)"""
TOKEN = re.compile(r"/share/([A-Za-z0-9_-]{43})")


def open_page(page: Page, server: RunningServer, path: str) -> None:
    page.goto(f"{server.url}/{path}")
    expect(page.get_by_role("heading").first).to_be_visible(timeout=60_000)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=60_000)


def share(page: Page, recipient: str) -> str:
    """Share what is on screen by its dialog; the link."""
    page.get_by_role("button", name="Share", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("For whom").fill(recipient)
    dialog.get_by_label("For whom").press("Tab")
    dialog.get_by_text("Sponsor's safety review").click()
    make = dialog.get_by_role("button", name="Freeze and make the link")
    expect(make).to_be_enabled()
    make.click()
    expect(dialog.get_by_text("The link is made")).to_be_visible(timeout=90_000)
    link = dialog.locator("code").inner_text().strip()
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_have_count(0)
    return link


@contextmanager
def mail_with(link: str) -> Iterator[str]:
    """A page of another site, as a mail in a browser is, that holds the link."""

    class Mail(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<a href="{link}">Please review</a>'.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mail) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()


@pytest.mark.slow
def test_a_share_from_its_making_to_its_end(
    new_page: NewPage, observed: Observed, server: RunningServer
) -> None:
    manager, phone = new_page(), new_page(**PHONE)
    open_page(manager, server, "survival")
    link = share(manager, "Dana Reyes, Acme")
    token = TOKEN.search(link)
    assert token is not None

    # The sponsor clicks the link in a mail: the token leaves the address, and tells no one.
    with mail_with(link) as mail:
        phone.goto(mail)
        phone.get_by_text("Please review").tap()
        expect(phone.get_by_role("heading", name="Survival of EQX-301")).to_be_visible()
    assert re.fullmatch(r"/shared/[A-Za-z0-9_-]{22}", urlsplit(phone.url).path)
    assert phone.evaluate("document.cookie") == ""
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    card = phone.locator("section", has=phone.get_by_role("heading", name="EQX-301 OS survival"))
    figure = card.locator("img")
    figure.scroll_into_view_if_needed()
    expect(figure).to_be_visible()
    assert "narrow-light" in figure.evaluate("e => e.currentSrc")
    assert figure.evaluate("e => e.decode().then(() => e.naturalWidth)") == 3 * 358

    for scheme in ("dark", "light"):
        phone.emulate_media(color_scheme=scheme)
        assert violations(phone) == [], scheme

    # They comment and sign.
    card.get_by_text("Comments", exact=True).tap()
    card.get_by_label("Your name").fill("Dana Reyes")
    card.get_by_label("Comment").fill("Why do the curves part <b>late</b>?")
    card.get_by_role("button", name="Send comment").tap()
    expect(card.get_by_text("Why do the curves part <b>late</b>?")).to_be_visible()
    sign = phone.locator("#sign-off")
    expect(sign.get_by_label("Your name")).to_have_value("Dana Reyes")
    sign.get_by_label("Meaning").select_option("Reviewed, with comments")
    sign.get_by_label("I have read").check()
    sign.get_by_role("button", name="Sign").tap()
    expect(sign.get_by_text("Dana Reyes: Reviewed, with comments")).to_be_visible()

    # The manager sees both, and answers.
    open_page(manager, server, "shares")
    expect(manager.get_by_text("Reviewed, with comments")).to_be_visible()
    expect(manager.get_by_text("Why do the curves part <b>late</b>?")).to_be_visible()
    expect(manager.get_by_text("1 view, last")).to_be_visible()
    manager.get_by_role("button", name="Answer").click()
    manager.get_by_role("textbox", name="Answer", exact=True).fill("The effect is delayed.")
    manager.get_by_role("textbox", name="Answer", exact=True).press("Tab")
    manager.get_by_role("button", name="Send answer").click()
    expect(manager.get_by_text("The effect is delayed.").first).to_be_visible()
    for scheme in ("dark", "light"):
        manager.emulate_media(color_scheme=scheme)
        assert serious(manager) == [], scheme
    phone.reload()
    expect(card.get_by_text("The effect is delayed.")).to_be_visible()

    # A new version: its link brings the page as it was frozen, and knows which share it is for.
    with manager.expect_popup() as waiting:
        manager.get_by_role("link", name="New version").click()
    anew = waiting.value
    anew.get_by_role("button", name="Share a new version").click(timeout=60_000)
    dialog = anew.get_by_role("dialog")
    expect(dialog.get_by_role("combobox", name="Link")).to_have_value(
        "New version of “Survival of EQX-301”, for Dana Reyes, Acme"
    )
    dialog.get_by_role("button", name="Freeze a new version").click()
    expect(dialog.get_by_text("The new version is frozen")).to_be_visible(timeout=90_000)
    dialog.get_by_role("button", name="Done").click()
    expect(anew.get_by_role("button", name="Share", exact=True)).to_be_visible()
    assert "share=" not in anew.url
    anew.close()
    phone.reload()
    expect(phone.get_by_role("heading", name="What changed since version 1")).to_be_visible()
    assert phone.evaluate(SMALL) == []
    assert observed.errors == []

    # Revoking ends the page that is open, by itself.
    manager.get_by_role("button", name="Revoke", exact=True).click()
    manager.get_by_role("button", name="Revoke this share").click()
    expect(manager.get_by_text("Revoked", exact=True).first).to_be_visible()
    expect(phone.get_by_role("heading", name="This share has ended")).to_be_visible()
    expect(phone.get_by_text("Survival of EQX-301")).to_have_count(0)
    phone.go_back()
    expect(phone.get_by_text("Survival of EQX-301")).to_have_count(0)

    # Nothing but the dialog ever held the token: no log, no record, no request after the first.
    assert token[1] not in server.log.read_text(errors="replace")
    held = [url for url in observed.requests if token[1] in url]
    assert [urlsplit(url).path for url in held] == [f"/share/{token[1]}"]
    with open_workspace(server.home) as workspace:
        acts = workspace.activity("EQX-301")
        assert not any(token[1] in one.detail_json for one in acts)
        assert {"share", "open share", "sign share", "revoke share"} <= {one.act for one in acts}


@pytest.mark.slow
def test_a_page_that_is_shared_works_without_scripts(
    new_page: NewPage, server: RunningServer
) -> None:
    manager = new_page()
    open_page(manager, server, "")
    link = share(manager, "Bo")
    plain = new_page(**PHONE, java_script_enabled=False, color_scheme="dark")
    plain.goto(link)
    expect(plain.get_by_role("heading", name="Overview of EQX-301")).to_be_visible()
    first = plain.locator("#card-1")
    first.locator("summary", has_text="Comments").tap()
    first.get_by_label("Your name").fill("Bo")
    first.get_by_label("Comment").fill("Seen.")
    first.get_by_role("button", name="Send comment").tap()
    expect(first.get_by_text("Seen.")).to_be_visible()
    with open_workspace(server.home) as workspace:
        [share_id] = [
            one.id for one in workspace.shares.of_study("EQX-301") if one.recipient == "Bo"
        ]
        workspace.shares.revoke(share_id, person="local owner")
    plain.reload()
    expect(plain.get_by_role("heading", name="This share has ended")).to_be_visible()


def test_other_paths_of_the_whole_server_lead_to_no_share(server: RunningServer) -> None:
    """Beside our routes stands Streamlit, which answers to anything with its own empty page."""
    with open_workspace(server.home) as workspace:
        snapshot = workspace.current_snapshot("EQX-301")
        assert snapshot is not None
        version = NewVersion(
            page="safety",
            view=None,
            snapshot=snapshot.id,
            pooled=True,
            cohort="Planted sentence.",
            data_cut="2026-06-30",
            note="",
            cards=freeze([Card(name="Planted result", notes=())]),
        )
        share_, token = workspace.shares.make(
            version,
            study="EQX-301",
            title="Planted",
            recipient="Bo",
            audience="safety review",
            person="anna",
        )
    port = urlsplit(server.url).port
    assert port is not None
    reader = HttpBrowser(port, host="localhost")
    assert reader.get(f"/share/{token}").status == 303
    assert "Planted result" in reader.get(f"/shared/{share_.id}").text
    cookie = "; ".join(f"{name}={value}" for name, (value, _) in reader.cookies.items())
    for path in (
        f"//shared/{share_.id}",
        f"/SHARED/{share_.id}",
        f"/shared//{share_.id}",
        f"/shared/{share_.id}/",
        f"/shared/x/../{share_.id}",
        f"/shared/%2e%2e/shared/{share_.id}",
        f"/shared/{share_.id}%00",
        f"/media/{share_.id}",
        f"//share/{token}",
        f"/share/{token}/",
    ):
        answer = reader.get(path, Cookie=cookie)
        assert "Planted" not in answer.text, path
        assert "share-" not in answer.headers.get("set-cookie", ""), path
    for method in ("HEAD", "POST", "DELETE"):
        opened = HttpBrowser(port, host="localhost").request(method, f"/share/{token}")
        assert (opened.status, "set-cookie" in opened.headers) == (405, False)
    elsewhere = reader.get(f"/shared/{share_.id}", Host="evil.example", Cookie=cookie)
    assert (elsewhere.status, elsewhere.text) == (400, "Invalid host header")
