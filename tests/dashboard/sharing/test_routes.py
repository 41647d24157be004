"""The links of shares, attacked over HTTP: what is not theirs stays shut, what ended is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from dashboard.access.headers import SecurityHeaders
from dashboard.cards import Card
from dashboard.sharing import routes
from dashboard.sharing.freezing import freeze
from queries.workspace import NewVersion, Share, Workspace, open_workspace
from tests.dashboard.sharing.http_browser import HttpBrowser, serving

STUDY, PASSCODE, SCRIPT = "EQX-301", "correct horse", "<script>alert(1)</script>"
TABLE = pd.DataFrame({"Term": [f"Nausea {SCRIPT}", "=HYPERLINK(1)"], "n": ["31", "44"]})


@dataclass
class Sharing:
    """A server with shares, and the workspace behind it."""

    workspace: Workspace
    version: NewVersion
    port: int

    def make(self, **more: object) -> tuple[Share, str]:
        asked = {"title": f"Safety {SCRIPT}", "recipient": "Acme", "audience": "safety review"}
        return self.workspace.shares.make(
            self.version, study=STUDY, person="anna", **{**asked, **more}
        )

    def browser(self) -> HttpBrowser:
        """A browser of its own."""
        return HttpBrowser(self.port)

    def reader(self, token: str) -> HttpBrowser:
        """A browser that has opened a link."""
        browser = self.browser()
        assert browser.get(f"/share/{token}").status == 303
        return browser


@pytest.fixture
def sharing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sharing]:
    with open_workspace(tmp_path) as workspace:
        workspace.register_study(code=STUDY, status="complete", person="anna")
        snapshot = workspace.add_candidate(
            study=STUDY,
            file="snapshots/a.duckdb",
            content_sha256="0" * 64,
            report_json="{}",
            person="anna",
        )
        cards = freeze([Card(name=f"Terms {SCRIPT}", notes=(SCRIPT,), shown=TABLE)])
        version = NewVersion(
            page="safety",
            view=None,
            snapshot=snapshot.id,
            pooled=False,
            cohort=f"All subjects {SCRIPT}.",
            data_cut="2026-03-31",
            note=SCRIPT,
            cards=cards,
        )
        monkeypatch.setattr(routes, "_workspace", lambda: workspace)
        app = Starlette(routes=routes.share_routes(), middleware=[Middleware(SecurityHeaders)])
        with serving(app) as port:
            yield Sharing(workspace=workspace, version=version, port=port)


def proof_of(page: str) -> str:
    return re.findall(r'name="csrf" value="([^"]+)"', page)[0]


def card_of(page: str) -> str:
    return re.findall(r'name="card" value="([^"]+)"', page)[0]


def test_the_token_is_swapped_for_a_cookie_of_the_share_alone(sharing: Sharing) -> None:
    share, token = sharing.make()
    browser = sharing.browser()
    first = browser.get(f"/share/{token}")
    assert (first.status, first.headers["location"]) == (303, f"/shared/{share.id}")
    cookie = first.headers["set-cookie"]
    assert cookie.startswith(f"share-{share.id}=")
    assert f"Path=/shared/{share.id};" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert token not in str(first.headers) + first.text
    shown = browser.get(f"/shared/{share.id}")
    assert shown.status == 200
    assert "Nausea" in shown.text
    assert token not in str(shown.headers) + shown.text
    # As a proxy that ends TLS says, which the server believes on its own machine alone.
    behind_tls = sharing.browser().get(f"/share/{token}", X_Forwarded_Proto="https")
    assert "Secure" in behind_tls.headers["set-cookie"]


def test_every_answer_is_private_and_strict(sharing: Sharing) -> None:
    share, token = sharing.make()
    reader = sharing.reader(token)
    addresses = (f"/share/{token}", f"/shared/{share.id}", f"/shared/{share.id}/alive", "/share/x")
    for address in addresses:
        headers = reader.get(address).headers
        assert headers["cache-control"] == "no-store, private"
        assert headers["referrer-policy"] == "no-referrer"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    "altered",
    [
        lambda t: t[:-1],
        lambda t: t + "A",
        lambda t: t.swapcase(),
        lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"),
        lambda t: t + "%00",
        lambda t: t + "%20",
        lambda t: "%2e%2e%2f" + t,
        lambda _: "'%20OR%201=1%20--",
        lambda _: "x" * 5000,
        lambda _: "%ff%fe",
    ],
)
def test_a_token_that_is_not_whole_opens_nothing(sharing: Sharing, altered: object) -> None:
    _, token = sharing.make()
    answer = sharing.browser().get(f"/share/{altered(token)}")  # type: ignore[operator]
    assert answer.status in (403, 404)
    assert "set-cookie" not in answer.headers
    assert "Nausea" not in answer.text


def test_a_cookie_opens_its_own_share_and_no_other(sharing: Sharing) -> None:
    share, token = sharing.make()
    other, _ = sharing.make()
    reader = sharing.reader(token)
    [(secret, _)] = reader.cookies.values()
    assert reader.get(f"/shared/{other.id}").status == 403
    card = card_of(reader.get(f"/shared/{share.id}").text)
    for name in (f"share-{other.id}", f"share-{share.id}"):
        for path in ("", "/alive", f"/file/{card}.csv", f"/picture/{card}/wide-light.png"):
            answer = sharing.browser().get(f"/shared/{other.id}{path}", Cookie=f"{name}={secret}")
            assert answer.status == 403
    # Neither the public id nor an empty cookie is a key; an id that is not there says the same.
    for share_id in (share.id, "no-such-share"):
        for cookie in ("", share.id, token):
            held = f"share-{share_id}={cookie}"
            answer = sharing.browser().get(f"/shared/{share_id}", Cookie=held)
            assert (answer.status, "Open the link again" in answer.text) == (403, True)


def test_other_paths_to_a_share_lead_nowhere(sharing: Sharing) -> None:
    share, token = sharing.make()
    reader = sharing.reader(token)
    cookie = "; ".join(f"{name}={value}" for name, (value, _) in reader.cookies.items())
    for path in (
        f"//shared/{share.id}",
        f"/SHARED/{share.id}",
        f"/shared//{share.id}",
        f"/shared/{share.id}/",
        f"/shared/x/../{share.id}",
        f"/shared/%2e%2e/shared/{share.id}",
        f"/shared/{share.id.swapcase()}",
        f"/shared/{share.id};x",
        f"/shared/{share.id}%00",
        f"/shared/{share.id}/file/x.csv",
        f"/shared/{share.id}/file/../../../etc/passwd.csv",
        f"/shared/{share.id}/picture/x/../../x.png",
        f"//share/{token}",
        f"/SHARE/{token}",
        f"/share/{token}/",
    ):
        answer = reader.get(path, Cookie=cookie)
        assert answer.status in (307, 403, 404), path
        assert "set-cookie" not in answer.headers
        assert "Nausea" not in answer.text


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_do_nothing(sharing: Sharing, method: str) -> None:
    share, token = sharing.make()
    browser = sharing.browser()
    opened = browser.request(method, f"/share/{token}")
    assert (opened.status, "set-cookie" in opened.headers) == (405, False)
    reader = sharing.reader(token)
    answer = reader.request(method, f"/shared/{share.id}")
    assert (answer.status, answer.text) == (405, "")
    assert sharing.workspace.shares.one(share.id).revoked_at is None


def test_a_share_that_is_revoked_between_two_requests_is_gone(sharing: Sharing) -> None:
    share, token = sharing.make(downloads=True)
    reader = sharing.reader(token)
    page = reader.get(f"/shared/{share.id}").text
    card = card_of(page)
    assert reader.get(f"/shared/{share.id}/alive").status == 204
    assert reader.get(f"/shared/{share.id}/file/{card}.csv").status == 200
    sharing.workspace.shares.revoke(share.id, person="anna")
    for path in ("", "/alive", f"/file/{card}.csv", f"/picture/{card}/wide-light.png"):
        answer = reader.get(f"/shared/{share.id}{path}")
        assert answer.status == 410
        assert "Nausea" not in answer.text
    form = {"csrf": proof_of(page), "card": card, "author": "Bo", "text": "Hm."}
    assert reader.post(f"/shared/{share.id}/comment", form).status == 410
    assert sharing.browser().get(f"/share/{token}").status == 410
    assert sharing.workspace.shares.comments(share.id) == ()


def test_a_passcode_is_asked_for_first_and_guesses_are_few(sharing: Sharing) -> None:
    share, token = sharing.make(passcode=PASSCODE, downloads=True)
    reader, home = sharing.reader(token), f"/shared/{share.id}"
    asked = reader.get(home)
    assert asked.status == 401
    assert not any(word in asked.text for word in ("Nausea", "Acme", "Safety", STUDY))
    [card] = sharing.workspace.shares.cards(share.id, 1)
    assert reader.get(f"{home}/file/{card.id}.csv").status == 401
    assert reader.get(f"{home}/alive").status == 401
    form = {"csrf": proof_of(asked.text)}
    assert reader.post(f"{home}/passcode", form | {"passcode": ""}).status == 401
    right = reader.post(f"{home}/passcode", form | {"passcode": PASSCODE})
    assert (right.status, reader.get(home).status) == (303, 200)
    other = sharing.reader(token)
    form = {"csrf": proof_of(other.get(home).text)}
    tried = [
        other.post(f"{home}/passcode", form | {"passcode": f"guess {n}"}).status for n in range(6)
    ]
    assert tried == [401] * 5 + [429]
    late = other.post(f"{home}/passcode", form | {"passcode": PASSCODE})
    assert (late.status, other.get(home).status) == (429, 401)
    assert reader.get(home).status == 200  # who was let in stays in


def test_a_form_from_elsewhere_is_not_taken(sharing: Sharing) -> None:
    share, token = sharing.make()
    reader, home = sharing.reader(token), f"/shared/{share.id}"
    page = reader.get(home).text
    stranger = sharing.reader(token)
    good = {"csrf": proof_of(page), "card": card_of(page), "author": "Bo", "text": "Hm."}
    foreign = proof_of(stranger.get(home).text)
    for wrong in ("", "x", good["csrf"][:-1], foreign, good["csrf"].split(".")[0]):
        assert reader.post(f"{home}/comment", good | {"csrf": wrong}).status == 400
        signed = {"csrf": wrong, "name": "Bo", "meaning": "Reviewed", "version": "1", "read": "yes"}
        assert reader.post(f"{home}/sign", signed).status == 400
    assert reader.post(f"{home}/comment", good, Sec_Fetch_Site="cross-site").status == 400
    assert reader.post(f"{home}/comment", good, Content_Type="text/plain").status == 400
    assert sharing.workspace.shares.comments(share.id) == ()
    assert sharing.workspace.shares.signatures(share.id) == ()
    assert reader.post(f"{home}/comment", good).status == 303


def test_what_is_said_is_shown_as_text(sharing: Sharing) -> None:
    share, token = sharing.make()
    reader, home = sharing.reader(token), f"/shared/{share.id}"
    page = reader.get(home).text
    nasty = f'{SCRIPT}"><img src=x onerror=alert(1)>\r\n</textarea>'
    form = {"csrf": proof_of(page), "card": card_of(page), "author": SCRIPT, "text": nasty}
    sent = reader.post(f"{home}/comment", form)
    assert sent.status == 303
    again = reader.get(sent.headers["location"]).text
    assert "Comments (1)" in again
    for shown in (page, again):
        assert SCRIPT not in shown
        assert "<img src=x" not in shown
        assert shown.count("<script>") == 1  # our own
    assert again.count("</textarea>") == again.count("<textarea")


def test_huge_and_odd_forms_are_refused(sharing: Sharing) -> None:
    share, token = sharing.make()
    reader, home = sharing.reader(token), f"/shared/{share.id}"
    page = reader.get(home).text
    form = {"csrf": proof_of(page), "card": card_of(page), "author": "Bo"}
    long = reader.post(f"{home}/comment", form | {"text": "x" * 5000})
    assert long.status == 400
    assert "x" * 5000 in long.text  # what was typed is not lost
    for text in ("x" * 200_000, "\x00", " ", "\ud800".encode("utf-8", "surrogatepass")):
        assert reader.post(f"{home}/comment", form | {"text": text}).status == 400
    for body in (b"\xff\xfe", b"a=1&" * 100, b"csrf=%ff"):
        answer = reader.post(f"{home}/comment", body)
        assert answer.status == 400
    for version in ("0", "2", "-1", "9" * 30, "²", "one"):
        signed = form | {"name": "Bo", "meaning": "Reviewed", "version": version, "read": "yes"}
        assert reader.post(f"{home}/sign", signed).status == 400
    unread = form | {"name": "Bo", "meaning": "Reviewed", "version": "1"}
    assert "have read it" in reader.post(f"{home}/sign", unread).text
    assert sharing.workspace.shares.comments(share.id) == ()
    assert sharing.workspace.shares.signatures(share.id) == ()


def test_a_reader_is_told_that_subjects_were_left_out_since_and_not_who(sharing: Sharing) -> None:
    share, token = sharing.make()
    reader = sharing.reader(token)
    told = reader.get(f"/shared/{share.id}").text
    assert "Made before" not in told
    assert "<dt>Snapshot</dt>" in told
    hashed = "a1" * 32
    for state in ("restricted", "erased"):
        sharing.workspace.subjects.mark(
            study=STUDY, subject_hash=hashed, state=state, reason="Withdrew", person="anna"
        )
    told = reader.get(f"/shared/{share.id}").text
    assert "Made before subjects were restricted, released or erased" in told
    assert "<dt>Snapshot, as it is now</dt>" in told
    assert hashed not in told
    assert "Withdrew" not in told
    later, token = sharing.make()
    assert "Made before" not in sharing.reader(token).get(f"/shared/{later.id}").text


def test_files_are_given_where_that_is_allowed(sharing: Sharing) -> None:
    share, token = sharing.make()
    reader = sharing.reader(token)
    page = reader.get(f"/shared/{share.id}").text
    card = card_of(page)
    assert "/file/" not in page
    for ending in ("csv", "xlsx"):
        assert reader.get(f"/shared/{share.id}/file/{card}.{ending}").status == 403
    share, token = sharing.make(downloads=True)
    reader = sharing.reader(token)
    own = card_of(reader.get(f"/shared/{share.id}").text)
    csv = reader.get(f"/shared/{share.id}/file/{own}.csv")
    assert csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert csv.headers["content-disposition"].startswith('attachment; filename="Terms_')
    assert '"\'=HYPERLINK(1)"' in csv.text
    book = reader.get(f"/shared/{share.id}/file/{own}.xlsx")
    assert book.content.startswith(b"PK")
    for path in (f"{card}.csv", f"{own}.json", f"{own}.py"):
        assert reader.get(f"/shared/{share.id}/file/{path}").status == 404
    acts = [one.act for one in sharing.workspace.activity(STUDY)]
    assert acts.count("download from share") == 2


def test_a_new_version_says_what_changed_and_is_signed_anew(sharing: Sharing) -> None:
    share, token = sharing.make()
    reader, home = sharing.reader(token), f"/shared/{share.id}"
    form = {"name": "Bo", "meaning": "Reviewed", "version": "1", "read": "yes"}
    first = reader.get(home).text
    assert "What changed" not in first
    signed = reader.post(f"{home}/sign", form | {"csrf": proof_of(first)})
    assert signed.headers["location"] == f"{home}#sign-off"
    changed = Card(name=f"Terms {SCRIPT}", notes=(SCRIPT,), shown=TABLE.assign(n=["31", "45"]))
    version = {name: getattr(sharing.version, name) for name in sharing.version.__slots__}
    frozen = freeze([changed, Card(name="Deaths", notes=())])
    renewed = NewVersion(**{**version, "cards": frozen, "data_cut": "2026-06-30"})
    sharing.workspace.shares.renew(share.id, renewed, person="anna")
    late = reader.post(f"{home}/sign", form | {"csrf": proof_of(first)})
    assert (late.status, "the newest one" in late.text) == (400, True)
    page = reader.get(home).text
    for said in ("What changed since version 1", "44 before, 45 now", ">New</span>Deaths"):
        assert said in page
    assert "2026-03-31 before, 2026-06-30 now" in page
    assert "version 1, content" in page
