"""The attacks that links, pages and shares have to stand, group by group, on a running server.

Which tests try what; those without a file name are here, over HTTP and WebSocket.

1. Parts of an address dropped, altered, doubled: `test_what_is_added_to_the_address_of_a_share…`,
   `test_altered_links_show_nothing_of_another_study`; `test_designs_page.py`:
   `test_a_hostile_link_shows_the_plan`.
2. A filter that does not reach a panel: `test_the_cohort_of_a_link_reaches_every_panel`;
   `queries/test_store.py`: `test_a_cohort_restricts_every_question`; `queries/test_panels.py`:
   `test_every_panel_counts_what_a_query_of_its_own_would`. A share computes nothing, so that it
   has no filter: `test_what_is_added_to_the_address_of_a_share_changes_nothing`.
3. A token used elsewhere: `test_a_key_opens_one_door`,
   `test_nobody_asks_for_the_files_of_anothers`; `sharing/test_routes.py`:
   `test_a_cookie_opens_its_own_share_and_no_other`; `test_access.py`:
   `test_a_file_is_for_the_session_that_was_told_of_it`, `test_a_run_of_scripts_is_not_taken_over`.
4. Those who only look change a share: `test_clicks_that_were_never_drawn_do_nothing`,
   `test_a_right_that_was_taken_away_is_gone_from_an_open_page`; `access/test_rights.py`.
5. Secrets that are empty, usual or changed: `test_nothing_is_served_with_a_careless_secret`,
   `test_a_new_signing_key_ends_sessions_and_forms_and_no_link`; `dashboard/test_keys.py`,
   `access/test_secrets.py`: `test_a_key_that_was_not_drawn_stops_the_server`.
6. Ended meanwhile: `test_a_share_that_ends_is_gone_from_every_address`; `test_access.py`:
   `test_a_revoked_session_loses_its_connection_and_its_files`, `test_an_expired_session_is_none`;
   `test_shares.py`: `test_a_share_from_its_making_to_its_end` (the page that is open).
7. Other ways to write a path or a host: `test_the_doorkeeper_knows_shares_by_their_exact_address`;
   `test_access.py`: `test_a_stranger_gets_the_way_in_and_nothing_else`,
   `test_a_strange_host_name_opens_nothing`; `test_shares.py`:
   `test_other_paths_of_the_whole_server_lead_to_no_share`.
8. One cache for two: `test_two_readers_of_a_page_never_see_each_others`.
9. Names as SQL, files beyond the snapshot: `queries/test_store.py`:
   `test_a_hostile_column_name_is_data`, `test_a_store_reaches_no_other_file_and_writes_nothing`;
   `cohorts/test_cohort_refusals.py`: `test_names_and_values_never_become_sql`;
   `test_a_link_with_hostile_names_is_text`.
10. Uploads: `test_a_file_of_a_wrong_kind_is_not_taken`, `test_messages_for_developers_do_nothing`;
    `importers/test_archive.py`: `test_bombs`; `exports/test_tables.py`, `test_spreadsheets.py`
    (formulas); `bundles/test_bundles.py`: `test_only_scripts_of_our_form_are_run`;
    `sharing/test_routes.py`: `test_what_is_said_is_shown_as_text`.
11. One result less another: `test_a_click_on_a_refused_share_makes_none`;
    `views/test_shares_page.py`: `test_two_external_shares_do_not_tell_of_the_few_between_them`,
    `test_a_report_brings_no_other_cohort_into_an_external_share`;
    `analytics/disclosure/test_disclosure.py`; `dashboard/disclosure/test_attack.py`.
12. What errors and logs tell: `test_refusals_and_logs_tell_nothing`; `test_shares.py`:
    `test_a_share_from_its_making_to_its_end` (referrer, history).
13. Forged tokens and guesses: `test_forged_keys_open_nothing`; `test_access.py`:
    `test_guesses_are_counted_and_a_lock_tells_nothing`, `test_forged_forms_are_not_believed`;
    `access/test_single_sign_on.py`: `test_a_forged_answer_of_the_provider_is_none`.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from dashboard.access.key import snapshot_keys
from dashboard.access.passwords import hash_password
from dashboard.access.pseudonym_key import pseudonym_key
from dashboard.access.sessions import cookie_name
from dashboard.access.signing import signing_key
from dashboard.cards import Card
from dashboard.sharing.freezing import freeze
from queries.cohorts import EVERYONE, Between, Cohort
from queries.pseudonyms import subject_hash
from queries.store import open_store
from queries.workspace import NewVersion, Share, open_workspace
from tests.browser.attacker import (
    WORD,
    Browser,
    messages,
    run_page,
    signed_in,
    told_of_file,
    until_closed,
    until_finished,
)
from tests.browser.conftest import REPOSITORY, RunningServer, running_server
from tests.homes import copied_home

pytestmark = pytest.mark.browser

PEOPLE: tuple[tuple[str, list[str], dict[str, bool]], ...] = (
    ("root", ["administrator"], {}),
    ("stan", ["statistician"], {"EQX-301": True}),
    ("blind", ["statistician"], {"EQX-301": False}),
    ("mia", ["manager"], {"EQX-301": False}),
    ("vera", ["viewer"], {"EQX-301": False}),
    ("other", ["manager", "statistician"], {"GBSG2": True}),
)
ARM = b"Lumarestat 200"
JWT = ".".join(
    base64.urlsafe_b64encode(part).decode().rstrip("=")
    for part in (b'{"alg":"none","typ":"JWT"}', b'{"sub":"root","iat":9999999999}', b"")
)


@pytest.fixture(scope="module")
def guarded(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The demo studies with accounts in force."""
    folder = tmp_path_factory.mktemp("attacked")
    home = copied_home(demo_home, folder)
    hashed = hash_password(WORD)
    with open_workspace(home) as here:
        for name, roles, studies in PEOPLE:
            here.people.add(
                name=name, roles=roles, studies=studies, password_hash=hashed, person="tester"
            )
    with running_server(home, folder / "server.log", refuses_loudly=True) as running:
        yield running
    log = (folder / "server.log").read_text(errors="replace")
    assert log.count("Traceback") == log.count("Invalid file extension")


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A share, the token of its link, and a browser that has opened it."""

    share: Share
    token: str
    reader: Browser

    @property
    def home(self) -> str:
        return f"/shared/{self.share.id}"

    @property
    def cookie(self) -> tuple[str, str]:
        [one] = [(n, v) for n, v in self.reader.cookies.items() if n.startswith("share-")]
        return one


def plant(server: RunningServer, study: str = "EQX-301", **more: Any) -> Planted:
    """Share one table of a study, which says which study it is of."""
    table = pd.DataFrame({"Term": [f"Planted in {study}"], "n": ["31"]})
    with open_workspace(server.home) as here:
        snapshot = here.current_snapshot(study)
        assert snapshot is not None
        version = NewVersion(
            page="safety",
            view=None,
            snapshot=snapshot.id,
            pooled=True,
            cohort="All subjects.",
            data_cut="2026-03-31",
            note="",
            cards=freeze([Card(name=f"Terms of {study}", notes=(), shown=table)]),
        )
        share, token = here.shares.make(
            version,
            study=study,
            person="stan",
            **{"title": "Safety", "recipient": f"Reader of {study}", "audience": "safety review"}
            | more,
        )
    reader = Browser(server=server)
    assert reader.ask(f"/share/{token}")[0] == 303
    return Planted(share=share, token=token, reader=reader)


@pytest.fixture(scope="module")
def planted(guarded: RunningServer) -> Planted:
    return plant(guarded, downloads=True)


@pytest.fixture(scope="module")
def elsewhere(guarded: RunningServer) -> Planted:
    return plant(guarded, "GBSG2", downloads=True)


def save_view(server: RunningServer, study: str, state: dict[str, Any], person: str) -> str:
    with open_workspace(server.home) as here:
        snapshot = here.current_snapshot(study)
        assert snapshot is not None
        return here.save_view(
            study=study, snapshot=snapshot.id, page="survival", state=state, person=person
        )


def click(socket: ClientConnection, page: str, *widgets: str, **values: str) -> bytes:
    """Run a page as if buttons were pressed, and fields filled in, that have these ids."""
    back = BackMsg()
    back.rerun_script.page_name = page
    for one in widgets:
        back.rerun_script.widget_states.widgets.add(id=one, trigger_value=True)
    for one, value in values.items():
        back.rerun_script.widget_states.widgets.add(id=one, string_value=value)
    socket.send(back.SerializeToString())
    return until_finished(socket)[0]


def widget(received: bytes, key: str) -> str:
    """The id of the widget with a key among what a page has sent."""
    found = re.search(rb"\$\$ID-[0-9a-f]+-" + re.escape(key).encode(), received)
    assert found is not None, key
    return found[0].decode()


# 1. Parts of an address -----------------------------------------------------------------


def test_what_is_added_to_the_address_of_a_share_changes_nothing(planted: Planted) -> None:
    def body(query: str) -> str:
        status, page, _ = planted.reader.ask(planted.home + query)
        assert status == 200
        return re.sub(r'name="csrf" value="[^"]+"', "", page.decode())

    plain = body("")
    assert "Planted in EQX-301" in plain
    for query in (
        "?view=x",
        "?study=GBSG2&snapshot=x",
        "?cohort=%7B%7D&cohort=1",
        "?state=%7B%22study%22:%22GBSG2%22%7D",
        "?audience=safety%20review&threshold=1",
        f"?share={'A' * 22}&share=",
        "?version=0&version=1",
    ):
        assert body(query) == plain


def test_altered_links_show_nothing_of_another_study(guarded: RunningServer) -> None:
    own = save_view(guarded, "EQX-301", {"inputs": {"study": "GBSG2"}}, "stan")
    foreign = save_view(guarded, "GBSG2", {}, "other")
    state = '{"study":"GBSG2","snapshot":"x","cohort":{}}'
    queries = (
        *("", "view=", f"view={own}", f"view={own[:-1]}", f"view={foreign}"),
        *(f"view={own}&view={foreign}", f"view={foreign}&view={own}"),
        *("study=GBSG2", urlencode({"state": state}), "view=%00'"),
    )
    browser = signed_in(guarded, "vera")
    for query in queries:
        with browser.socket() as socket:
            received = run_page(socket, "survival", query)[0]
        assert b"EQX-301" in received or b"link" in received, query
        for foreign_word in (b"German Breast", b"horTh", b"tgrade", ARM):
            assert foreign_word not in received, query
        assert not re.search(rb"GBSG2", received.replace(query.encode(), b"")), query


# 2. A filter that does not reach a panel -------------------------------------------------


def test_the_cohort_of_a_link_reaches_every_panel(guarded: RunningServer) -> None:
    """What goes to the browser is what the store counts in the cohort that the link names."""
    young = Cohort(Between(column="AGE", high=60))
    view = save_view(guarded, "EQX-301", {"cohort": json.loads(young.to_json())}, "stan")
    tiles, sums, told, said = {}, {}, {}, []
    with signed_in(guarded, "vera").socket() as socket:
        back = BackMsg()
        back.rerun_script.page_name, back.rerun_script.query_string = "", f"view={view}"
        socket.send(back.SerializeToString())
        for read in messages(socket):
            element = read.delta.new_element
            tiles[element.metric.label] = element.metric.body
            said.append(element.markdown.body)
            if element.plotly_chart.spec:
                for trace in json.loads(element.plotly_chart.spec)["data"]:
                    sums[trace.get("name")] = sum(_numbers(trace.get("y")))
                    told[trace.get("name")] = trace.get("customdata")
            if read.WhichOneof("type") == "script_finished":
                break
    with open_workspace(guarded.home) as here:
        snapshot = here.current_snapshot("EQX-301")
        assert snapshot is not None
        path = here.path(snapshot)
    with open_store(path, key=snapshot_keys(), pooled=True) as store:
        subjects, sites = (
            int(store.ask("cohort_size", cohort=young)[name].item())
            for name in ("subjects", "sites")
        )
        ended = store.ask("disposition", cohort=young)
    assert 0 < subjects < 720
    assert (tiles["Subjects"], tiles["Sites"]) == (str(subjects), str(sites))
    assert sums["Enrolled"] == subjects, "the bars of the sites, which are drawn last"
    assert sums["All subjects"] != 0
    names = {"Ongoing": "ONGOING", "Death": "DEATH", "Lost to follow-up": "LOST TO FOLLOW-UP"}
    for name, code in names.items():
        counted = ended.loc[(ended["status"] == code) | (ended["reason"] == code), "subjects"].sum()
        assert told[name][0][0] == counted, name
    notes = [one for one in said if "subjects\\:" in one or "subjects:" in one]
    assert notes
    assert not [one for one in notes if f"{subjects} of 720 subjects" not in one]


def _numbers(column: Any) -> list[float]:
    """The numbers of a trace, plain or as Plotly packs them."""
    if isinstance(column, dict):
        packed = np.frombuffer(base64.b64decode(column["bdata"]), dtype=column["dtype"])
        return [float(one) for one in packed]
    return [float(one) for one in column or ()]


# 3. Keys used elsewhere -----------------------------------------------------------------


def test_a_key_opens_one_door(guarded: RunningServer, planted: Planted, elsewhere: Planted) -> None:
    name, secret = planted.cookie
    other_name, other_secret = elsewhere.cookie
    session = cookie_name(signing_key(guarded.home))
    stan = signed_in(guarded, "stan")
    swapped = (
        {name: other_secret},
        {other_name: secret},
        {name: elsewhere.token, other_name: planted.token},
        {name: stan.token, session: stan.token},
        {name: planted.share.id, other_name: elsewhere.share.id},
    )
    for cookies in swapped:
        for one in (planted, elsewhere):
            for end in ("", "/alive", "/file/x.csv", "/picture/x/wide-light.png"):
                attacker = Browser(server=guarded, cookies=dict(cookies))
                status, body, _ = attacker.ask(one.home + end)
                assert status == 403
                assert b"Planted" not in body
    # Whoever reads a share is nobody to the pages, and a session is no link.
    for key in (secret, planted.token, planted.share.id):
        attacker = Browser(server=guarded, cookies={session: key, name: secret})
        for path in ("/", "/survival", "/shares", "/media/x", "/_stcore/host-config"):
            assert attacker.ask(path)[0] in (303, 401)
        with pytest.raises(InvalidStatus, match="403"):
            attacker.socket()
    for key in (stan.token, secret, planted.share.id):
        assert Browser(server=guarded).ask(f"/share/{key}")[0] == 403


def test_nobody_asks_for_the_files_of_anothers(guarded: RunningServer) -> None:
    """The messages name a run of scripts; the server goes by the connection they came on."""
    owner, member = signed_in(guarded, "stan"), signed_in(guarded, "vera")
    with owner.socket() as open_page, member.socket() as socket:
        file_id, script = told_of_file(open_page)
        run_page(socket, "survival")
        back = BackMsg()
        back.backend_operation_request.request_id = "one"
        back.backend_operation_request.session_id = script
        back.backend_operation_request.deferred_file.file_id = file_id
        socket.send(back.SerializeToString())
        back = BackMsg()
        back.file_urls_request.request_id = "two"
        back.file_urls_request.session_id = script
        back.file_urls_request.file_names.append("adsl.csv")
        socket.send(back.SerializeToString())
        answers = b""
        for read in messages(socket):
            answers += read.SerializeToString()
            if read.WhichOneof("type") == "file_urls_response":
                break
        answers += run_page(socket, "survival")[0]
    assert b"/media/" not in answers
    for address in re.findall(rb"/_stcore/upload_file/[A-Za-z0-9._/-]+", answers):
        assert script.encode() not in address


# 4. Those who only look -----------------------------------------------------------------


def test_clicks_that_were_never_drawn_do_nothing(guarded: RunningServer, planted: Planted) -> None:
    """The ids of buttons are the same for everybody: a viewer may send a manager's click."""
    with signed_in(guarded, "mia").socket() as socket:
        drawn = run_page(socket, "shares")[0] + run_page(socket, "survival")[0]
    revoke = widget(drawn, f"share_revoke_{planted.share.id}")
    share = widget(drawn, "share_page")
    with open_workspace(guarded.home) as here:
        before = here.shares.of_study("EQX-301")
    for name in ("vera", "other", "root"):
        with signed_in(guarded, name).socket() as socket:
            seen = run_page(socket, "shares")[0]
            assert b"Planted" not in seen
            assert b"Reader of EQX-301" not in seen
            for page in ("shares", "survival", ""):
                seen = click(socket, page, revoke, share)
                if name != "other":  # who may share, and gets the dialog, of GBSG2
                    assert b"Freeze and make the link" not in seen
                assert b"Revoked" not in seen
    with open_workspace(guarded.home) as here:
        assert here.shares.of_study("EQX-301") == before
        assert here.shares.comments(planted.share.id) == ()
    assert planted.reader.ask(planted.home)[0] == 200
    with signed_in(guarded, "mia").socket() as socket:
        spare = plant(guarded)
        run_page(socket, "shares")
        click(socket, "shares", widget(drawn, "share_page"))
        again = run_page(socket, "shares")[0]
        click(socket, "shares", widget(again, f"share_revoke_{spare.share.id}"))
    assert spare.reader.ask(spare.home)[0] == 410, "the same click, of who may"


def test_a_right_that_was_taken_away_is_gone_from_an_open_page(guarded: RunningServer) -> None:
    spare = plant(guarded)
    with open_workspace(guarded.home) as here:
        here.people.add(
            name="max",
            roles=["manager"],
            studies={"EQX-301": False},
            password_hash=hash_password(WORD),
            person="tester",
        )
    with signed_in(guarded, "max").socket() as socket:
        drawn = run_page(socket, "shares")[0]
        with open_workspace(guarded.home) as here:
            here.people.set_roles("max", ["viewer"], person="root")
        back = BackMsg()
        back.rerun_script.page_name = "shares"
        revoke = widget(drawn, f"share_revoke_{spare.share.id}")
        back.rerun_script.widget_states.widgets.add(id=revoke, trigger_value=True)
        socket.send(back.SerializeToString())  # before the connection is looked at again
        until_closed(socket)
    assert spare.reader.ask(spare.home)[0] == 200
    with open_workspace(guarded.home) as here:
        assert here.shares.one(spare.share.id).revoked_at is None


# 5. Secrets -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signing", "variables", "said"),
    [
        ("", {}, "a signing key has at least 32 random characters"),
        (None, {"EQUIPOISE_KEY": ""}, "a key has at least 16 characters"),
        (None, {"EQUIPOISE_KEY": "change-me-secret-key"}, "a key is no default"),
    ],
)
def test_nothing_is_served_with_a_careless_secret(
    tmp_path: Path, signing: str | None, variables: dict[str, str], said: str
) -> None:
    home = tmp_path / "home"
    open_workspace(home).close()
    if signing is not None:
        (home / "signing.key").touch(mode=0o600)
        (home / "signing.key").write_text(signing)
    plain = {k: v for k, v in os.environ.items() if not k.startswith("EQUIPOISE_KEY")}
    ended = subprocess.run(
        [sys.executable, "-m", "dashboard.command", "run", "--home", str(home), "--port", "1"],
        cwd=tmp_path,
        env=plain | {"PYTHONPATH": str(REPOSITORY)} | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = ended.stdout + ended.stderr
    assert ended.returncode not in (0, None)
    assert said in " ".join(told.split())
    assert "Traceback" not in told
    assert "change-me" not in told
    assert "listen" not in told, "it does not come as far as the port, which nobody may take"


def test_a_new_signing_key_ends_sessions_and_forms_and_no_link(
    demo_home: Path, tmp_path: Path
) -> None:
    home = copied_home(demo_home, tmp_path)
    hashed = hash_password(WORD)
    with open_workspace(home) as here:
        for name, roles in (("root", ["administrator"]), ("vera", ["viewer"])):
            here.people.add(name=name, roles=roles, password_hash=hashed, person="tester")
    with running_server(home, tmp_path / "one.log") as server:
        planted, member = plant(server), signed_in(server, "vera")
        assert member.ask("/")[0] == 200
        stranger = Browser(server=server)
        form = stranger.ask("/sign-in")[1].decode()
    (home / "signing.key").unlink()
    with running_server(home, tmp_path / "two.log") as server:
        for one in (planted.reader, member, stranger):
            one.server = server
        assert member.ask("/")[0] == 303
        with pytest.raises(InvalidStatus, match="403"):
            member.socket()
        renamed = {cookie_name(signing_key(home)): next(iter(member.cookies.values()))}
        assert Browser(server=server, cookies=renamed).ask("/")[0] == 303
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
        body = urlencode({**dict(hidden), "name": "vera", "password": WORD})
        assert stranger.ask("/sign-in", method="POST", body=body)[0] == 400
        assert planted.reader.ask(planted.home)[0] == 200
        assert Browser(server=server).ask(f"/share/{planted.token}")[0] == 303


# 6. Ended meanwhile ---------------------------------------------------------------------


def test_a_share_that_ends_is_gone_from_every_address(guarded: RunningServer) -> None:
    spare = plant(guarded, downloads=True)
    with open_workspace(guarded.home) as here:
        [card] = here.shares.cards(spare.share.id, 1)
        ends = ("", "/alive", f"/file/{card.id}.csv")
        assert [spare.reader.ask(spare.home + end)[0] for end in ends] == [200, 204, 200]
        here.shares.revoke(spare.share.id, person="stan")
    for end in (*ends, f"/file/{card.id}.xlsx", f"/picture/{card.id}/wide-light.png"):
        status, body, headers = spare.reader.ask(spare.home + end)
        assert status == 410
        assert b"Planted" not in body
        assert headers["cache-control"] == "no-store, private"
    assert Browser(server=guarded).ask(f"/share/{spare.token}")[0] == 410


# 7. Other ways to write a path ----------------------------------------------------------


def test_the_doorkeeper_knows_shares_by_their_exact_address(
    guarded: RunningServer, planted: Planted
) -> None:
    """Without an account nothing but the exact addresses of shares is let through."""
    here, token = planted.home, planted.token
    paths = (
        *(f"/{here}", f"{here}/", f"{here}//", f"{here}/../../survival", f"{here}/x", f"{here};x"),
        *(f"{here}%00", f"{here}%2f..%2f..%2fsurvival", f"{here}/%2e%2e/alive"),
        *(here.upper(), here.swapcase(), f"/Shared/{planted.share.id}", f"{here}/ALIVE"),
        *(f"//share/{token}", f"/SHARE/{token}", f"/share/{token}/", f"/share//{token}"),
        *(f"/share/{token}/../../survival", f"/share/{token}%2f..%2f..", f"/share/{token}%0a"),
        *("/shared", "/shared/", "/share", "/share/", "/shared/../survival", "/share/../media/x"),
        *("/shares", "/shared/x/_stcore/stream", "/shared/x/../../_stcore/host-config"),
        *(f"{here}/file/..%2f..%2fworkspace.db", f"{here}/file/x.csv/y", f"{here}/_stcore/health"),
    )
    for path in paths:
        for headers in ({}, {"X_Forwarded_Host": "localhost", "X_Original_URL": "/health"}):
            status, body, answered = planted.reader.ask(path, **headers)
            assert status in (303, 307, 400, 401, 403, 404), path
            assert b"Planted" not in body, path
            assert b"streamlit" not in body.lower(), path
            if status in (303, 307):
                assert answered["location"].startswith(("/sign-in", "http://localhost")), path
            assert not any(one.startswith("share-") for one in planted.reader.set_cookies), path
    assert Browser(server=guarded).ask(f"{here}%2falive")[0] == 403, "another way to write /alive"
    for host in ("evil.example", "localhost.evil.example", "localhost@evil", "localhost#.evil"):
        for path in (here, f"/share/{token}", "/survival"):
            assert planted.reader.ask(path, Host=host)[0] == 400


# 8. One cache for two -------------------------------------------------------------------


def test_two_readers_of_a_page_never_see_each_others(guarded: RunningServer) -> None:
    """Who sees arms and who does not, turn and turn about, on the same warm caches."""
    seeing, blind = signed_in(guarded, "stan"), signed_in(guarded, "blind")
    with seeing.socket() as one, blind.socket() as two:
        for page in ("survival", "safety", "", "survival", "safety"):
            shown = run_page(one, page)[0]
            hidden = run_page(two, page)[0]
            assert ARM in shown or page == "", page
            for word in (ARM, b"Placebo", b"TRT01", b"Show arms"):
                assert word not in hidden, page
        back = BackMsg()
        back.clear_cache = True
        two.send(back.SerializeToString())
        assert ARM not in run_page(two, "survival")[0]
        assert ARM in run_page(one, "survival")[0]


# 9. Names as SQL ------------------------------------------------------------------------


def test_a_link_with_hostile_names_is_text(guarded: RunningServer) -> None:
    planted_file = guarded.home / "planted.txt"
    planted_file.write_text("Planted secret")
    for column in (
        "AGE) OR 1=1 --",
        f"AGE IN (SELECT content FROM read_text('{planted_file}'))",
        f"AGE; ATTACH '{guarded.home / 'workspace.db'}' AS w; --",
        'AGE"; DROP TABLE adsl; --',
        "<img src=x onerror=alert(1)>",
    ):
        rule = {"column": column, "one_of": ["x"]}
        state = {"cohort": {"version": 1, "name": "Hostile", "rule": rule}}
        view = save_view(guarded, "EQX-301", state, "stan")
        with signed_in(guarded, "vera").socket() as socket:
            received = run_page(socket, "survival", f"view={view}")[0]
            assert b"a criterion uses a column that the snapshot" in received
            assert b"Planted secret" not in received
            assert b"Traceback" not in received
            assert not re.search(rb"(?<!\\)<img", received)
            assert b"EQX-301" in run_page(socket, "")[0], "the study is still there"


# 10. Uploads ----------------------------------------------------------------------------


def test_a_file_of_a_wrong_kind_is_not_taken(guarded: RunningServer) -> None:
    assert upload(guarded, "adsl.csv") == (204, False), "the way is the right one"
    for name in ("evil.pkl", "evil.html", "adsl.csv.exe", "../../adsl.py"):
        assert upload(guarded, name) == (204, True), name  # kept for its session, and not read
    assert not [*guarded.home.rglob("*evil*"), *guarded.home.rglob("*.exe")]


def upload(server: RunningServer, name: str) -> tuple[int, bool]:
    """Send a file past the page, and say that it was chosen; whether *Check files* still waits."""
    browser = signed_in(server, "root")
    with browser.socket() as socket:
        drawn = run_page(socket, "import")[0]
        back = BackMsg()
        back.file_urls_request.request_id = "one"
        back.file_urls_request.file_names.append(name)
        socket.send(back.SerializeToString())
        found = next(r for r in messages(socket) if r.WhichOneof("type") == "file_urls_response")
        [urls] = found.file_urls_response.file_urls
        head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        browser.ask("/_stcore/health")  # which gives the cookie that the header has to repeat
        status, _, _ = browser.ask(
            urls.upload_url,
            method="PUT",
            body=f"{head}cos\nsystem\n(S'id'\ntR.\r\n--b--\r\n",
            Content_Type="multipart/form-data; boundary=b",
            X_Xsrftoken=browser.cookies.get("_streamlit_xsrf", ""),
        )
        back = BackMsg()
        back.rerun_script.page_name = "import"
        chosen = back.rerun_script.widget_states.widgets.add(id=widget(drawn, "uploads"))
        info = chosen.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = name, 20, urls.file_id
        info.file_urls.CopyFrom(urls)
        socket.send(back.SerializeToString())
        waits = True
        for read in messages(socket):
            button = read.delta.new_element.button
            if button.label == "Check files":
                waits = button.disabled
            if read.WhichOneof("type") == "script_finished":
                return status, waits
    raise AssertionError("the page did not end")


def test_messages_for_developers_do_nothing(guarded: RunningServer) -> None:
    with signed_in(guarded, "vera").socket() as socket:
        run_page(socket)
        for name in ("debug_shutdown_runtime", "debug_disconnect_websocket", "load_git_info"):
            back = BackMsg()
            setattr(back, name, True)
            socket.send(back.SerializeToString())
        back = BackMsg()
        back.backend_operation_request.request_id = "one"
        back.backend_operation_request.install_skills.SetInParent()
        socket.send(back.SerializeToString())
        assert b"EQX-301" in run_page(socket)[0]
    assert Browser(server=guarded).ask("/health")[0] == 200
    assert not list(guarded.home.rglob("SKILL.md"))


# 11. One result less another ------------------------------------------------------------


def test_a_click_on_a_refused_share_makes_none(guarded: RunningServer) -> None:
    """The button is disabled; a browser may press it all the same."""
    with open_workspace(guarded.home) as here:
        snapshot = here.current_snapshot("EQX-301")
        assert snapshot is not None
        key = pseudonym_key(here.home)
        with open_store(here.path(snapshot), key=snapshot_keys(), pooled=True) as store:
            everybody = store.ask("subjects", cohort=EVERYONE)["subject"]
        version = NewVersion(
            page="overview", view=None, snapshot=snapshot.id, pooled=True, cohort="All subjects.",
            data_cut="2026-03-31", note="", cards=freeze([Card(name="Sites", notes=("A note.",))]),
            subjects=tuple(subject_hash(key, "EQX-301", one) for one in everybody),
        )  # fmt: skip
        first, _ = here.shares.make(
            version, study="EQX-301", title="All", recipient="Dana", audience="external",
            person="mia",
        )  # fmt: skip
        before = here.shares.of_study("EQX-301")
    made = {}
    for high in (87, 60):  # all but 8 of the subjects of the first share; all but hundreds
        cohort = Cohort(Between(column="AGE", high=high))
        view = save_view(guarded, "EQX-301", {"cohort": json.loads(cohort.to_json())}, "mia")
        with signed_in(guarded, "mia").socket() as socket:
            drawn = run_page(socket, "survival", f"view={view}")[0]
            asked = click(socket, "survival", widget(drawn, "share_page"))
            named = {widget(asked, "share_recipient"): "Eve"}
            press = widget(asked, "share_make")
            click(socket, "survival", **named)
            told = click(socket, "survival", press, **named)
        with open_workspace(guarded.home) as here:
            made[high] = len(here.shares.of_study("EQX-301")) - len(before)
        assert (b"too few subjects" in told) == (high == 87)
    assert made == {87: 0, 60: 1}, "the same click, where the cohort is another one"
    with open_workspace(guarded.home) as here:
        here.shares.revoke(first.id, person="mia")


# 12. What errors and logs tell ----------------------------------------------------------


def test_refusals_and_logs_tell_nothing(guarded: RunningServer, planted: Planted) -> None:
    stranger = Browser(server=guarded)
    told = b""
    for path in ("/share/guess", planted.home, f"{planted.home}/file/x.csv", "/people", "/media/x"):
        _, body, headers = stranger.ask(path)
        told += body
        assert headers["referrer-policy"] in ("no-referrer", "same-origin")
    told += stranger.ask(f"{planted.home}/comment", method="POST", body="\x00" * 50)[1]
    told += stranger.send_form("/sign-in", name="nobody", password=WORD)[1]
    with signed_in(guarded, "vera").socket() as socket:
        received = run_page(socket, "survival", "view=../../etc/passwd")[0]
    for word in (
        b"Traceback",
        b'File "',
        b"queries/",
        b"sqlite",
        b"EQX",
        str(guarded.home).encode(),
    ):
        assert word not in told
    assert b"Traceback" not in received
    assert str(guarded.home).encode() not in received
    log = guarded.log.read_text()
    stan = signed_in(guarded, "stan")
    for secret in (planted.token, planted.cookie[1], stan.token, WORD, "etc/passwd", "/shared/"):
        assert secret not in log
    with open_workspace(guarded.home) as here:
        acts = "".join(one.detail_json for one in here.activity())
    for secret in (planted.token, planted.cookie[1], stan.token, WORD):
        assert secret not in acts


# 13. Forged keys ------------------------------------------------------------------------


def test_forged_keys_open_nothing(guarded: RunningServer, planted: Planted) -> None:
    session = cookie_name(signing_key(guarded.home))
    stan = signed_in(guarded, "stan")
    name, secret = planted.cookie
    for place in (0, len(stan.token) // 2, -2):
        for forged in (_flipped(stan.token, place), stan.token.swapcase(), JWT, f"{JWT}x"):
            assert Browser(server=guarded, cookies={session: forged}).ask("/")[0] == 303
        for forged in (_flipped(secret, place), secret.swapcase(), JWT, secret + secret):
            assert Browser(server=guarded, cookies={name: forged}).ask(planted.home)[0] == 403
        for forged in (_flipped(planted.token, place), JWT):
            assert Browser(server=guarded).ask(f"/share/{forged}")[0] in (303, 403)
    for user in ("_streamlit_user", "_streamlit_user_tokens"):
        attacker = Browser(server=guarded, cookies={user: f'"{JWT}"'})
        assert attacker.ask("/")[0] == 303
        with pytest.raises(InvalidStatus, match="403"):
            attacker.socket()


def _flipped(text: str, place: int) -> str:
    at = place % len(text)
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
