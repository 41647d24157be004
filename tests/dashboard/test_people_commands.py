"""The command `equipoise people`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard import command
from dashboard.access.passwords import is_right
from queries.workspace import open_workspace

WORD = "correct horse battery"


def ran(home: Path, *arguments: str, given: str = "") -> str:
    done = CliRunner().invoke(
        command.equipoise, ["people", *arguments, "--home", str(home)], input=given
    )
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_people_are_added_listed_changed_reset_and_retired(tmp_path: Path) -> None:
    with open_workspace(tmp_path) as here:
        here.register_study(code="EQX-301", person="tester")
    assert "Nobody has an account yet" in ran(tmp_path, "list")
    added = ran(tmp_path, "add", "root", "--role", "administrator", given=f"{WORD}\n")
    assert "root may sign in: administrator" in added
    assert WORD not in added
    made = ran(
        tmp_path, "add", "ben", "--role", "viewer", "--study", "EQX-301", "--generate"
    ).splitlines()[-1]
    password = made.removeprefix("Password, shown this once: ")
    with open_workspace(tmp_path) as here:
        held = here.people.password_of("ben")
        assert held is not None
        assert is_right(password, held[1])
    [ben, _] = json.loads(ran(tmp_path, "list", "--json"))
    assert (ben["name"], ben["roles"], ben["studies"]) == ("ben", "viewer", "EQX-301")
    changed = ran(
        tmp_path, "change", "ben", "--role", "statistician", "--study", "EQX-301", "--arms"
    )
    assert "EQX-301 (arms)" in changed
    ran(tmp_path, "reset", "ben", given="blue parrot sings\n")
    with open_workspace(tmp_path) as here:
        held = here.people.password_of("ben")
        assert held is not None
        assert is_right("blue parrot sings", held[1])
    assert "0 sessions ended" in ran(tmp_path, "sign-out", "ben")
    assert "is closed" in ran(tmp_path, "retire", "ben")
    with open_workspace(tmp_path) as here:
        assert here.people.password_of("ben") is None
        acts = [act.act for act in here.activity()]
        assert acts[:3] == ["retire person", "sign out person", "change password"]
        assert not any(WORD in act.detail_json for act in here.activity())


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        (("add", "eve", "--role", "viewer"), "short\n", "a password has 12 to 200 characters"),
        (("retire", "nobody"), "", "a person is one that this workspace knows"),
        (("add", "local owner", "--role", "viewer", "--generate"), "", "the program acts under"),
    ],
)
def test_what_breaks_a_rule_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], given: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        ran(tmp_path, *arguments, given=given)


def test_another_address_waits_for_an_administrator(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["run", "--address", "0.0.0.0", "--home", str(tmp_path)]
    assert command._run(asked) == command.REFUSED
    assert "equipoise people add NAME --role administrator" in capsys.readouterr().err
