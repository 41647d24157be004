"""Passwords, the signing key, secrets of single sign-on, and how a workspace is served."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import server
from dashboard.access.passwords import check_password, hash_password, is_right, make_password
from dashboard.access.sign_in import inner_path
from dashboard.access.signing import FILE, signing_key
from dashboard.access.single_sign_on import check_secrets
from dashboard.access.standing import check_address, standing
from queries.errors import DataError
from queries.workspace import open_workspace


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("", "12 to 200"),
        ("elevenchars", "12 to 200"),
        ("x" * 201, "12 to 200"),
        ("aaaaaaaaaaaaaaaa", "different characters"),
        ("password1234", "tried first"),
        ("Password123!", "tried first"),
        ("anna rides horses", "name of its person"),
    ],
)
def test_a_weak_password_is_refused_and_not_shown(password: str, said: str) -> None:
    with pytest.raises(DataError, match=said) as refusal:
        check_password(password, name="anna")
    assert not password or password not in str(refusal.value)


def test_a_made_password_keeps_the_rules_and_is_never_the_same() -> None:
    made = {make_password() for _ in range(50)}
    assert len(made) == 50
    assert all(check_password(one, name="anna") == one for one in made)


def test_only_the_right_password_is_right() -> None:
    hashed = hash_password("correct horse battery")
    assert is_right("correct horse battery", hashed)
    assert not is_right("correct horse batterz", hashed)
    assert not is_right("correct horse battery", "not a hash")
    assert hashed != hash_password("correct horse battery"), "salted"


def test_a_name_that_nobody_has_takes_as_long() -> None:
    hashed = hash_password("correct horse battery")

    def seconds(held: str | None) -> float:
        start = time.perf_counter()
        assert not is_right("wrong", held)
        return time.perf_counter() - start

    known, unknown = (statistics.median(seconds(held) for _ in range(7)) for held in (hashed, None))
    assert 0.4 < unknown / known < 2.5


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    key = signing_key(tmp_path)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert signing_key(tmp_path) == key
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert signing_key(tmp_path.parent) != key


@pytest.mark.parametrize("content", ["", "changeme", "secret" * 10, "a" * 64, "  \n"])
def test_a_key_that_was_not_drawn_stops_the_server(tmp_path: Path, content: str) -> None:
    file = tmp_path / FILE
    file.touch(mode=0o600)
    file.write_text(content)
    with open_workspace(tmp_path) as workspace, pytest.raises(DataError, match="signing key"):
        server.make_app(workspace)


def test_a_key_that_others_can_read_stops_the_server(tmp_path: Path) -> None:
    signing_key(tmp_path)
    (tmp_path / FILE).chmod(0o640)
    with open_workspace(tmp_path) as workspace, pytest.raises(DataError, match="its owner only"):
        server.make_app(workspace)


def test_single_sign_on_is_off_until_it_is_configured_with_a_secret(tmp_path: Path) -> None:
    assert not check_secrets(tmp_path)
    file = tmp_path / "secrets.toml"
    file.touch(mode=0o600)
    assert not check_secrets(tmp_path)
    file.write_text('[auth]\ncookie_secret = "changeme"\n')
    with pytest.raises(DataError, match="at least 32 random characters"):
        check_secrets(tmp_path)
    file.write_text(f'[auth]\ncookie_secret = "{make_password()}{make_password()}"\n')
    assert check_secrets(tmp_path)
    file.chmod(0o644)
    with pytest.raises(DataError, match="readable by their owner only"):
        check_secrets(tmp_path)


def test_secrets_are_read_from_the_home_folder_only(tmp_path: Path) -> None:
    chosen = server.settings(port=1, address="localhost", home=tmp_path)
    assert chosen["secrets.files"] == [str(tmp_path / "secrets.toml")]


def test_other_machines_and_own_data_need_an_administrator(tmp_path: Path) -> None:
    with open_workspace(tmp_path) as here:
        here.register_study(code="GBSG2", person="demo builder")
        assert standing(here) == "open"
        check_address(here, "localhost", server.LOCAL_ADDRESSES)
        with pytest.raises(DataError, match="equipoise people add NAME --role administrator"):
            check_address(here, "0.0.0.0", server.LOCAL_ADDRESSES)
        here.register_study(code="ABC-123", person="local owner")
        assert standing(here) == "set-up"
        here.people.add(name="Root", roles=["administrator"], person="local owner")
        assert standing(here) == "accounts"
        check_address(here, "0.0.0.0", server.LOCAL_ADDRESSES)


@pytest.mark.parametrize(
    "wanted",
    [
        *("", "survival", "//evil.example", "/\\evil.example", "https://evil.example", "\t//e"),
        *("/%0d%0a\r\nx", "javascript:alert(1)", "/sign-out", "/" + "a" * 2001, "/a\\b", "http:/x"),
    ],
)
def test_after_signing_in_nobody_is_sent_elsewhere(wanted: str) -> None:
    assert inner_path(wanted) == "/"


@given(st.text(max_size=40))
def test_where_one_is_sent_is_always_a_path_of_this_server(wanted: str) -> None:
    found = inner_path("/" + wanted)
    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))
