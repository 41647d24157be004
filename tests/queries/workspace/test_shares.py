"""Shares: a link opens one share alone, until it expires or is revoked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from queries.errors import DataError
from queries.workspace import (
    NewCard,
    NewVersion,
    PasscodeWaitError,
    Picture,
    Share,
    ShareEndedError,
    ShareUnknownError,
    Workspace,
    open_workspace,
    share_access,
    share_talk,
    tables,
)

STUDY, PERSON, PASSCODE = "EQX-301", "anna", "correct horse"
PICTURE = Picture(variant="wide-light", width=840, height=450, png=b"drawn")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with open_workspace(tmp_path) as here:
        here.register_study(code=STUDY, status="complete", person=PERSON)
        yield here


@pytest.fixture
def version(workspace: Workspace) -> NewVersion:
    snapshot = workspace.add_candidate(
        study=STUDY,
        file="snapshots/a.duckdb",
        content_sha256="0" * 64,
        report_json="{}",
        person=PERSON,
    ).id
    return frozen(snapshot, NewCard(name="Survival", card_json="{}", pictures=(PICTURE,)))


def frozen(snapshot: str, *cards: NewCard, pooled: bool = False) -> NewVersion:
    return NewVersion(
        page="survival",
        view=None,
        snapshot=snapshot,
        pooled=pooled,
        cohort="720 of 720 subjects",
        data_cut="2026-03-31",
        note="",
        cards=cards,
    )


def made(workspace: Workspace, version: NewVersion, **more: object) -> tuple[Share, str]:
    asked = {"title": "Survival", "recipient": "Acme", "audience": "safety review", **more}
    return workspace.shares.make(version, study=STUDY, person=PERSON, **asked)


def later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    at = tables.now() + by
    monkeypatch.setattr(tables, "now", lambda: at)


def test_a_link_opens_its_share_and_nothing_else(workspace, version):
    share, token = made(workspace, version)
    other, other_token = made(workspace, version)
    assert len(token) == 43  # 256 bits
    opened, secret = workspace.shares.open(token)
    assert opened == share
    visit = workspace.shares.visit(share.id, secret)
    assert (visit.share, visit.passed) == (share, True)
    with pytest.raises(ShareUnknownError, match="opened by its link"):
        workspace.shares.visit(other.id, secret)
    for wrong in (token[:-1], token + "A", token.swapcase(), share.id, "", secret):
        with pytest.raises(ShareUnknownError, match="whole"):
            workspace.shares.open(wrong)
    [card] = workspace.shares.cards(share.id, 1)
    assert card.pictures == (("wide-light", 840, 450),)
    assert workspace.shares.picture(share.id, card.id, "wide-light") == b"drawn"
    assert workspace.shares.picture(other.id, card.id, "wide-light") is None
    assert workspace.shares.open(other_token)[0] == other


def test_the_database_knows_no_secret(workspace, version, tmp_path):
    share, token = made(workspace, version, passcode=PASSCODE)
    _, secret = workspace.shares.open(token)
    with closing(sqlite3.connect(tmp_path / "workspace.db")) as database:
        whole = "\n".join(database.iterdump())
    assert share.id in whole
    assert not any(one in whole for one in (token, secret, PASSCODE))


@pytest.mark.parametrize("end", ["expires", "is revoked"])
def test_a_share_that_ends_is_gone_for_who_has_it_open(workspace, version, monkeypatch, end):
    share, token = made(workspace, version, days=3)
    _, secret = workspace.shares.open(token)
    if end == "expires":
        later(monkeypatch, timedelta(days=3))
    else:
        workspace.shares.revoke(share.id, person=PERSON)
    with pytest.raises(ShareEndedError, match=end.removeprefix("is ")[:6]):
        workspace.shares.visit(share.id, secret)
    with pytest.raises(ShareEndedError, match="a share is open"):
        workspace.shares.open(token)
    with pytest.raises(ShareEndedError, match="a share is open"):
        workspace.shares.renew(share.id, version, person=PERSON)
    again = workspace.shares.revoke(share.id, person="bo")
    assert again.revoked_by == (PERSON if end == "is revoked" else "bo")


def test_a_session_ends_after_a_week(workspace, version, monkeypatch):
    share, token = made(workspace, version)
    _, secret = workspace.shares.open(token)
    later(monkeypatch, timedelta(days=share_access.SESSION_DAYS))
    with pytest.raises(ShareUnknownError, match="opened by its link"):
        workspace.shares.visit(share.id, secret)
    workspace.shares.open(token)


def test_passcodes_are_few_guesses(workspace, version, monkeypatch):
    share, token = made(workspace, version, passcode=PASSCODE)
    _, secret = workspace.shares.open(token)
    visit = workspace.shares.visit(share.id, secret)
    assert not visit.passed
    assert [workspace.shares.enter(visit, f"wrong {n}") for n in range(3)] == [False] * 3
    assert workspace.shares.enter(visit, f" {PASSCODE} ")
    assert workspace.shares.visit(share.id, secret).passed
    assert not workspace.shares.visit(share.id, workspace.shares.open(token)[1]).passed
    for n in range(share_access.TRIES):
        assert not workspace.shares.enter(visit, f"wrong {n}")
    # Another browser does not get more guesses.
    other = workspace.shares.visit(share.id, workspace.shares.open(token)[1])
    with pytest.raises(PasscodeWaitError, match="for a while"):
        workspace.shares.enter(other, PASSCODE)
    later(monkeypatch, share_access.WAIT)
    assert workspace.shares.enter(other, PASSCODE)


def test_what_was_made_by_arm_is_shared_while_arms_are_shown(workspace, version):
    share, token = made(workspace, version)
    assert not workspace.shares.shows_arms(share.id)
    workspace.blind(STUDY, PERSON, "again")
    assert workspace.shares.shows_arms(share.id)
    assert workspace.shares.open(token)[0] == share  # frozen by somebody with the right
    with pytest.raises(DataError, match="when its study is unblinded"):
        made(workspace, version)
    assert len(workspace.shares.of_study(STUDY)) == 1
    with pytest.raises(DataError, match="when its study is unblinded"):
        workspace.shares.renew(share.id, version, person=PERSON)
    made(workspace, frozen(version.snapshot, *version.cards, pooled=True))


def test_comments_stand_in_threads_of_their_own_share(workspace, version):
    share, token = made(workspace, version)
    room = workspace.shares
    visit = room.visit(share.id, room.open(token)[1])
    asked = room.say(visit, card="Survival", text="Why?\r\nTell me.", author="Bo")
    answered = room.answer(asked, "Because.", person=PERSON)
    again = room.say(visit, card="Survival", text="Oh.", author="Bo", answers=answered.id)
    assert [one.answers for one in room.comments(share.id)] == [None, asked.id, asked.id]
    assert asked.text == "Why?\nTell me."
    assert (answered.from_team, again.from_team) == (True, False)
    assert room.visit(share.id, room.open(token)[1]).name == ""
    other, other_token = made(workspace, version)
    elsewhere = room.visit(other.id, room.open(other_token)[1])
    for refused, said in (
        ({"card": "Survival", "answers": asked.id}, "on the same result"),
        ({"card": "Another"}, "a result of its share"),
        ({"card": "Survival", "text": "x" * 4001}, "a comment is 1 to 4000"),
        ({"card": "Survival", "text": "\x00"}, "a comment is 1 to 4000"),
        ({"card": "Survival", "author": ""}, "a name is 1 to 100"),
        ({"card": "Survival", "author": "A\u202eB"}, "a name is 1 to 100"),
        *(
            ({"card": "Survival", "author": spoofed}, "not as the study's team")
            for spoofed in (
                "Study team",
                "anna, STUDY-TEAM",
                "anna (study  team)",
                "\uff33tudy team",
            )
        ),
    ):
        with pytest.raises(DataError, match=said):
            room.say(elsewhere, **{"text": "Hm.", "author": "Eve", **refused})
    assert room.comments(other.id) == ()


def test_a_share_takes_so_many_comments(workspace, version, monkeypatch):
    monkeypatch.setattr(share_talk, "MAX_COMMENTS", 2)
    share, token = made(workspace, version)
    visit = workspace.shares.visit(share.id, workspace.shares.open(token)[1])
    for _ in range(2):
        workspace.shares.say(visit, card="Survival", text="Hm.", author="Bo")
    with pytest.raises(DataError, match="at most 2 comments"):
        workspace.shares.say(visit, card="Survival", text="Hm.", author="Bo")


def test_a_signature_is_bound_to_what_was_on_screen(workspace, version):
    share, token = made(workspace, version)
    room = workspace.shares
    visit = room.visit(share.id, room.open(token)[1])
    signed = room.sign(visit, name="Bo", meaning="Reviewed", version=1)
    assert signed.content_sha256 == room.versions(share.id)[0].content_sha256
    changed = frozen(version.snapshot, NewCard(name="Survival", card_json='{"changed": 1}'))
    second = room.renew(share.id, changed, person=PERSON)
    assert second.number == 2
    assert second.content_sha256 != signed.content_sha256
    with pytest.raises(DataError, match="is the newest one"):
        room.sign(visit, name="Bo", meaning="Reviewed", version=1)
    with pytest.raises(DataError, match="the meaning of a signature"):
        room.sign(visit, name="Bo", meaning="Approved for all", version=2)
    assert room.signatures(share.id) == (signed,)


def test_nobody_signs_as_the_team(workspace, version):
    share, token = made(workspace, version)
    visit = workspace.shares.visit(share.id, workspace.shares.open(token)[1])
    with pytest.raises(DataError, match="not as the study's team"):
        workspace.shares.sign(visit, name="Study team", meaning="Reviewed", version=1)
    for fine in ("Dana of the safety team", "Studyte Amundsen"):
        assert workspace.shares.sign(visit, name=fine, meaning="Reviewed", version=1).name == fine


def test_views_are_counted_once_for_each_browser_and_version(workspace, version):
    share, token = made(workspace, version)
    room = workspace.shares
    first, second = (room.visit(share.id, room.open(token)[1]) for _ in range(2))
    assert room.readership(share.id).last_at is None
    for visit in (first, first, second):
        room.seen(visit, 1)
    read = room.readership(share.id)
    assert read.views == 2
    assert read.last_at is not None


def test_every_act_is_recorded_and_no_secret_with_it(workspace, version):
    share, token = made(workspace, version, passcode=PASSCODE)
    room = workspace.shares
    visit = room.visit(share.id, room.open(token)[1])
    room.enter(visit, "wrong passcode")
    room.enter(visit, PASSCODE)
    room.seen(visit, 1)
    room.say(visit, card="Survival", text="Hm.", author="Bo")
    room.sign(visit, name="Bo", meaning="Reviewed", version=1)
    room.taken(visit, name="Survival", ending="csv")
    room.renew(share.id, version, person=PERSON)
    room.revoke(share.id, person=PERSON)
    acts = [one for one in workspace.activity(STUDY) if "share" in one.act][::-1]
    assert [(one.act, one.person.removeprefix("reader of a share: ")) for one in acts] == [
        ("share", PERSON),
        ("wrong passcode of share", "Acme"),
        ("open share", "Acme"),
        ("comment on share", "Acme"),
        ("sign share", "Acme"),
        ("download from share", "Acme"),
        ("share version", PERSON),
        ("revoke share", PERSON),
    ]
    # A name of a result may tell what arms did: who sees none is not shown it in the record.
    assert [one.detail.get("pooled") for one in acts if one.person == PERSON] == [
        False,
        False,
        None,
    ]
    said = " ".join(one.detail_json for one in acts)
    assert not any(secret in said for secret in (token, PASSCODE, "wrong passcode"))


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        ({"audience": "everybody"}, "an audience is one of"),
        ({"recipient": " "}, "whom a share is for"),
        ({"threshold": 1}, "the threshold of a share"),
        ({"days": 367}, "days of a share"),
        ({"days": 0}, "days of a share"),
        ({"passcode": "short"}, "at least 8 characters"),
    ],
)
def test_a_share_that_is_refused_leaves_nothing(workspace, version, refused, said):
    with pytest.raises(DataError, match=said):
        made(workspace, version, **refused)
    assert workspace.shares.of_study(STUDY) == ()


def test_a_version_has_results_of_different_names(workspace, version):
    card = version.cards[0]
    for cards, said in (((), "1 to 100 results"), ((card, card), "names of their own")):
        with pytest.raises(DataError, match=said):
            made(workspace, frozen(version.snapshot, *cards))
