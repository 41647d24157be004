"""Reports: cards in an order anybody may change; a blinded reader sees those made pooled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.errors import DataError
from queries.workspace import ReportCard, Workspace, open_workspace
from queries.workspace.reports import MAX_CARD_BYTES

STUDY, PERSON = "EQX-301", "anna"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with open_workspace(tmp_path) as here:
        here.register_study(code=STUDY, status="complete", person=PERSON)
        yield here


@pytest.fixture
def snapshot(workspace: Workspace) -> str:
    return candidate(workspace)


def candidate(workspace: Workspace) -> str:
    return workspace.add_candidate(
        study=STUDY,
        file="snapshots/a.duckdb",
        content_sha256="0" * 64,
        report_json="{}",
        person=PERSON,
    ).id


def filled(workspace: Workspace, snapshot: str, *names: str, pooled: bool = True) -> str:
    report = workspace.reports.begin(study=STUDY, title="Safety", person=PERSON).id
    for name in names:
        workspace.reports.add(
            report, name=name, card_json="{}", snapshot=snapshot, pooled=pooled, person=PERSON
        )
    return report


def names(cards: tuple[ReportCard, ...]) -> list[str]:
    assert [card.position for card in cards] == list(range(1, len(cards) + 1))
    return [card.name for card in cards]


def test_cards_are_added_moved_commented_and_removed(workspace, snapshot):
    report = filled(workspace, snapshot, "A", "B", "C")
    first, second, third = workspace.reports.cards(report)
    workspace.reports.move(third.id, to=1, person=PERSON)
    assert names(workspace.reports.cards(report)) == ["C", "A", "B"]
    workspace.reports.remove(first.id, person=PERSON)
    assert names(workspace.reports.cards(report)) == ["C", "B"]
    assert (
        workspace.reports.comment(second.id, " seen\nby all ", person=PERSON).comment
        == "seen\nby all"
    )
    assert workspace.reports.comment(second.id, "  ", person=PERSON).comment == ""
    said = [(act.act, act.changes) for act in workspace.activity(limit=5)]
    assert said == [
        ("comment card", {"comment": ("seen\nby all", "")}),
        ("comment card", {"comment": ("", "seen\nby all")}),
        ("remove card", {}),
        ("move card", {"position": (3, 1)}),
        ("add card", {}),
    ]
    renamed = workspace.reports.rename(report, "All of it", person=PERSON)
    assert workspace.reports.head(second.id, " Two ", person=PERSON).section == "Two"
    assert workspace.reports.head(second.id, "Two", person=PERSON).section == "Two"
    headed, called = workspace.activity(limit=2)
    assert (called.act, called.changes) == ("rename report", {"title": ("Safety", renamed.title)})
    assert (headed.act, headed.changes) == ("head card", {"section": ("", "Two")})


def test_what_was_made_by_arm_is_kept_from_a_blinded_reader(workspace, snapshot):
    report = filled(workspace, snapshot, "Pooled")
    by_arm = {"card_json": "{}", "snapshot": snapshot, "pooled": False, "person": PERSON}
    workspace.reports.add(report, name="By arm", **by_arm)
    workspace.blind(STUDY, PERSON, "again")
    assert names(workspace.reports.cards(report)) == ["Pooled"]
    assert workspace.reports.hidden(report) == 1
    with pytest.raises(DataError, match="waits until its study is unblinded"):
        workspace.reports.add(report, name="By arm", **by_arm)


def test_a_deleted_report_is_gone_and_that_is_recorded(workspace, snapshot):
    report = filled(workspace, snapshot, "A")
    workspace.reports.drop(report, person=PERSON)
    assert workspace.reports.of_study(STUDY) == ()
    assert workspace.activity()[0].act == "delete report"
    with pytest.raises(DataError, match="a report is known by its id"):
        workspace.reports.cards(report)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "the name of a card is 1 to 300 printable characters"),
        ({"card_json": "x" * (MAX_CARD_BYTES + 1)}, "a card takes at most 16 MiB"),
        ({"snapshot": "unknown"}, "snapshot"),
        ({"comment": "x" * 4001}, "a comment is 1 to 4000"),
    ],
)
def test_a_card_that_breaks_a_rule_is_refused(workspace, snapshot, change, said):
    report = filled(workspace, snapshot)
    usual = {"name": "A", "card_json": "{}", "snapshot": snapshot, "pooled": True}
    with pytest.raises(DataError, match=said):
        workspace.reports.add(report, **(usual | change), person=PERSON)
    assert workspace.reports.cards(report) == ()


def test_a_position_outside_the_report_is_refused(workspace, snapshot):
    report = filled(workspace, snapshot, "A", "B")
    with pytest.raises(DataError, match="the position of a card is a whole number from 1 to 2"):
        workspace.reports.move(workspace.reports.cards(report)[0].id, to=3, person=PERSON)


@given(moves=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5)), max_size=8))
def test_moving_cards_is_moving_them_in_a_list(tmp_path_factory, moves):
    with open_workspace(tmp_path_factory.mktemp("reports")) as here:
        here.register_study(code=STUDY, status="complete", person=PERSON)
        report = filled(here, candidate(here), *"ABCDE")
        order = list("ABCDE")
        for taken, to in moves:
            card = here.reports.cards(report)[taken]
            here.reports.move(card.id, to=to, person=PERSON)
            order.insert(to - 1, order.pop(taken))
        assert names(here.reports.cards(report)) == order
