"""People: accounts, roles, memberships, sessions, and attempts that are counted."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from queries.errors import DataError
from queries.workspace import (
    Membership,
    TooManyAttemptsError,
    Workspace,
    open_workspace,
    sessions,
    tables,
)

TOKEN = "ab" * 32
OWNER = "local owner"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with open_workspace(tmp_path) as here:
        here.register_study(code="EQX-301", person=OWNER)
        here.people.add(name="Root", roles=["administrator"], person=OWNER, password_hash="h")
        here.people.add(
            name="Vera",
            roles=["viewer"],
            person="Root",
            password_hash="h",
            studies={"EQX-301": False},
        )
        yield here


def signed_in(workspace: Workspace, name: str = "Vera") -> None:
    person = workspace.people.one(name)
    workspace.people.begin_session(person.id, token_sha256=TOKEN, how="password", address="here")


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    at = tables.now() + by
    monkeypatch.setattr(tables, "now", lambda: at)


def test_accounts_are_in_force_from_the_first_administrator_on(tmp_path):
    with open_workspace(tmp_path) as here:
        here.people.add(name="Vera", roles=["viewer"], person=OWNER)
        assert not here.people.has_administrator()
        here.people.add(name="Root", roles=["administrator"], person=OWNER, first=True)
        assert here.people.has_administrator()
        with pytest.raises(DataError, match="the first administrator is made once"):
            here.people.add(name="Eve", roles=["administrator"], person="Eve", first=True)


@pytest.mark.parametrize(
    "name",
    [
        "vera",
        "VERA",
        " Vera ",
        "local owner",
        "Demo builder",
        "",
        "a\nb",
        "Equipoise",
        "EQUIPOISE ",
        "Reader of a share: Acme",
    ],
)
def test_a_name_means_one_person(workspace, name):
    with pytest.raises(DataError, match=r"the name of a person|a person has a name"):
        workspace.people.add(name=name, roles=["viewer"], person="Root")


@pytest.mark.parametrize("email", ["a", "a@", "@b", "a@b@c", "a b@c", "VERA@example.org"])
def test_an_address_means_one_person(workspace, email):
    workspace.people.add(name="Ann", roles=["viewer"], email="vera@example.org", person="Root")
    with pytest.raises(DataError, match="an e-mail address"):
        workspace.people.add(name="Ben", roles=["viewer"], email=email, person="Root")
    assert workspace.people.by_email("Vera@Example.org").name == "Ann"
    assert workspace.people.by_email("eve@example.org") is None


def test_the_last_administrator_stays_one(workspace):
    for act in (
        lambda: workspace.people.retire("Root", person="Root"),
        lambda: workspace.people.set_roles("Root", ["viewer"], person="Root"),
    ):
        with pytest.raises(DataError, match="keeps an administrator"):
            act()
    workspace.people.add(name="Other", roles=["administrator"], person="Root")
    assert workspace.people.retire("Root", person="Other").retired_at is not None
    with pytest.raises(DataError, match="is not closed"):
        workspace.people.set_password("Root", "h", person="Other")
    with pytest.raises(DataError, match="a name that nobody had before"):
        workspace.people.add(name="root", roles=["viewer"], person="Other")


@pytest.mark.parametrize(
    "change",
    [
        lambda people: people.set_roles("Vera", ["manager"], person="Root"),
        lambda people: people.set_membership("Vera", "EQX-301", sees_arms=True, person="Root"),
        lambda people: people.drop_membership("Vera", "EQX-301", person="Root"),
        lambda people: people.set_password("Vera", "other", person="Root"),
        lambda people: people.retire("Vera", person="Root"),
        lambda people: people.sign_out_everywhere("Vera", person="Root"),
        lambda people: people.sign_out(TOKEN, person="Root"),
    ],
)
def test_whatever_changes_what_somebody_may_do_ends_their_sessions(workspace, change):
    signed_in(workspace)
    assert workspace.people.signed_in(TOKEN).person.name == "Vera"
    acts = len(workspace.activity())
    change(workspace.people)
    assert workspace.people.signed_in(TOKEN) is None
    assert workspace.people.sessions() == ()
    assert len(workspace.activity()) > acts


def test_a_session_expires_and_does_not_lie_idle_for_long(workspace, monkeypatch):
    signed_in(workspace)
    later(monkeypatch, timedelta(minutes=59))
    workspace.people.touch(TOKEN)
    later(monkeypatch, timedelta(minutes=59))
    assert workspace.people.signed_in(TOKEN) is not None
    later(monkeypatch, timedelta(minutes=2))
    assert workspace.people.signed_in(TOKEN) is None
    workspace.people.touch(TOKEN)  # what has died does not wake
    assert workspace.people.signed_in(TOKEN) is None


def test_no_use_keeps_a_session_beyond_its_end(workspace, monkeypatch):
    signed_in(workspace)
    for _ in range(13):
        later(monkeypatch, timedelta(minutes=56))
        workspace.people.touch(TOKEN)
    assert workspace.people.signed_in(TOKEN) is None


def test_the_database_holds_no_token(workspace):
    with pytest.raises(DataError, match="known by the SHA-256"):
        workspace.people.begin_session(
            workspace.people.one("Vera").id, token_sha256="token", how="password", address="here"
        )


def test_attempts_at_a_name_are_counted_before_the_password_is_looked_at(workspace):
    with ThreadPoolExecutor(8) as pool:
        asked = [
            pool.submit(workspace.people.begin_attempt, name="VERA", address="here")
            for _ in range(12)
        ]
    refused = [isinstance(one.exception(), TooManyAttemptsError) for one in asked]
    assert refused.count(False) == sessions.MOST_BY_NAME
    with pytest.raises(TooManyAttemptsError, match="15 minutes later"):
        workspace.people.begin_attempt(name="Vera", address="elsewhere")
    workspace.people.begin_attempt(name="Root", address="here")


def test_a_right_attempt_or_a_new_password_lifts_the_lock_and_so_does_time(workspace, monkeypatch):
    people = workspace.people
    for _ in range(sessions.MOST_BY_NAME - 1):
        people.begin_attempt(name="Vera", address="here")
    people.succeed(people.begin_attempt(name="Vera", address="here"), name="Vera")
    for _ in range(sessions.MOST_BY_NAME):
        people.begin_attempt(name="Vera", address="here")
        people.fail("Vera")
    assert workspace.activity()[0].act == "lock person"
    people.set_password("Vera", "other", person="Root")
    for _ in range(sessions.MOST_BY_NAME):
        people.begin_attempt(name="Vera", address="here")
    later(monkeypatch, sessions.WINDOW + timedelta(seconds=1))
    people.begin_attempt(name="Vera", address="here")


def test_names_that_nobody_has_are_locked_alike_and_addresses_too(workspace):
    for number in range(sessions.MOST_BY_ADDRESS):
        workspace.people.begin_attempt(name=f"nobody {number // 5}", address="here")
    with pytest.raises(TooManyAttemptsError):
        workspace.people.begin_attempt(name="nobody 0", address="elsewhere")
    with pytest.raises(TooManyAttemptsError):
        workspace.people.begin_attempt(name="Root", address="here")


def test_memberships_are_recorded_with_their_study(workspace):
    changed = workspace.people.set_membership("vera", "EQX-301", sees_arms=True, person="Root")
    assert changed.memberships == (Membership(study="EQX-301", sees_arms=True),)
    act = workspace.activity("EQX-301")[0]
    assert (act.act, act.person, act.detail) == (
        "set membership",
        "Root",
        {"person": "Vera", "sees_arms": True},
    )
    with pytest.raises(DataError, match="a study is one that this workspace knows"):
        workspace.people.set_membership("Vera", "OTHER", sees_arms=False, person="Root")
