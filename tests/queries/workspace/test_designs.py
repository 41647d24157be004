"""Saved designs: their versions, whom they are kept from, and what they rest on."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC

import pytest

from queries.cohorts import Between, Cohort
from queries.errors import DataError
from queries.workspace import CohortSource, open_workspace
from queries.workspace.design_checks import MAX_DESIGN_BYTES

OWNER = "local owner"
ELDERLY = Cohort(Between(column="AGE", low=65))
TEXT = '{"format": 1, "value": {"alpha": 0.1000000000000000055}}'
HIDDEN = "a design that was computed unblinded is for readers who see the arms"


@pytest.fixture
def room(workspace):
    return workspace.designs


@pytest.fixture
def keep(room):
    """Save a design of EQX-301; what is not given is of no importance to the test."""

    def keep(name: str = "Three looks", **more: object):
        facts = {"study": "EQX-301", "kind": "group-sequential", "design_json": TEXT}
        return room.save(name=name, **{**facts, "person": "anna", **more})

    return keep


@pytest.fixture
def keep_version(room):
    def keep_version(saved, **more: object):
        facts = {"based_on": saved.version, "kind": "group-sequential", "design_json": "{}"}
        return room.save_version(saved.id, **{**facts, "person": "ben", **more})

    return keep_version


@pytest.fixture
def unblinded_study(workspace):
    workspace.unblind("EQX-301", OWNER, "to see")


@pytest.fixture
def kept(workspace, room):
    """All that a refused act must leave as it was."""

    def kept() -> tuple[object, ...]:
        saved = room.of_study("EQX-301")
        return saved, [room.history(one.id) for one in saved], workspace.activity()

    return kept


# Saving and reading -----------------------------------------------------------------


def test_a_saved_design_comes_back_as_it_was(workspace, room, keep, save):
    women = save()
    saved = keep(cohort=women.as_source, snapshot=women.snapshot)
    assert len(saved.id) == 22  # 128 bits
    assert (saved.study, saved.version, saved.latest) == ("EQX-301", 1, 1)
    assert (saved.name, saved.kind, saved.design_json) == ("Three looks", "group-sequential", TEXT)
    assert (saved.cohort, saved.cohort_version) == (women.id, 1)
    assert (saved.snapshot, saved.unblinded) == (women.snapshot, False)
    assert (saved.created_by, saved.saved_by, saved.retired_at) == ("anna", "anna", None)
    assert saved.saved_at.tzinfo is UTC
    assert room.one(saved.id) == room.one(saved.id, 1, study=" EQX-301 ") == saved
    assert room.of_study("EQX-301") == room.history(saved.id) == (saved,)
    with pytest.raises(FrozenInstanceError, match="cannot assign"):
        saved.name = "Two looks"
    with open_workspace(workspace.home) as again:
        assert again.designs.of_study("EQX-301") == (saved,)


def test_a_new_version_leaves_the_former_ones_alone(room, keep, keep_version):
    first = keep()
    second = keep_version(first, name="Two looks", kind="fixed")
    assert (second.id, second.version, second.name, second.kind) == (
        first.id,
        2,
        "Two looks",
        "fixed",
    )
    assert (second.design_json, second.saved_by, second.created_by) == ("{}", "ben", "anna")
    former = room.one(first.id, 1)
    assert (former.name, former.design_json, former.latest) == ("Three looks", TEXT, 2)
    assert room.history(first.id) == (second, former)
    assert room.of_study("EQX-301") == (second,)
    assert keep_version(second).name == "Two looks"


def test_a_renamed_design_is_otherwise_the_same(room, keep, save):
    women = save()
    first = keep(cohort=women.as_source, snapshot=women.snapshot)
    second = room.rename(first.id, based_on=1, name=" Our  plan ", person="ben")
    assert (second.name, second.version, second.saved_by) == ("Our plan", 2, "ben")
    for name in ("kind", "design_json", "unblinded", "cohort", "cohort_version", "snapshot"):
        assert getattr(second, name) == getattr(first, name)
    assert keep(name="Three looks").id != first.id, "the former name is free"


def test_a_retired_design_is_off_the_list_and_stays_readable(room, keep, keep_version):
    saved = keep()
    retired = room.retire(saved.id, "ben")
    assert (retired.retired_by, room.of_study("EQX-301")) == ("ben", ())
    assert room.one(saved.id) == retired
    assert keep().id != saved.id, "its name is free"
    for act in (
        lambda: keep_version(saved),
        lambda: room.rename(saved.id, based_on=1, name="New", person=OWNER),
        lambda: room.retire(saved.id, OWNER),
    ):
        with pytest.raises(DataError, match="a retired design stays as it is"):
            act()


def test_the_list_is_by_name_and_of_one_study(workspace, room, keep):
    workspace.register_study(code="EQX-201", person=OWNER)
    other = keep(study="EQX-201")
    for name in ("two looks", "Fixed", "Été"):
        keep(name=name)
    assert [one.name for one in room.of_study("EQX-301")] == ["Fixed", "two looks", "Été"]
    assert room.of_study("EQX-201") == (other,)
    with pytest.raises(DataError, match="asked for in its own study"):
        room.one(other.id, study="EQX-301")


def test_each_act_is_recorded_without_the_design(workspace, room, keep):
    saved = keep()
    room.rename(saved.id, based_on=1, name="Ours", person="ben")
    room.retire(saved.id, "ben")
    told = [(act.act, act.person, act.detail) for act in workspace.activity(limit=3)]
    detail = {"design": saved.id, "kind": "group-sequential", "unblinded": False}
    assert told == [
        ("retire design", "ben", {**detail, "version": 2, "name": "Ours"}),
        ("save design", "ben", {**detail, "version": 2, "name": "Ours"}),
        ("save design", "anna", {**detail, "version": 1, "name": "Three looks"}),
    ]


# Names, versions and content --------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["", " ", "x" * 201, "a\nb", "a\0", "a\x1b[31m", "\u202eskool", "\ud800", None, 5]
)
def test_a_hostile_name_is_refused(room, keep, keep_version, name, kept):
    saved = keep()
    before = kept()
    acts = [lambda: keep(name=name), lambda: keep_version(saved, name=name)]
    acts.append(lambda: room.rename(saved.id, based_on=1, name=name, person=OWNER))
    for act in acts[: 1 if name is None else 3]:
        with pytest.raises(DataError, match="the name of a design is 1 to 200 print") as refusal:
            act()
        assert str(refusal.value).isprintable()
    assert kept() == before


@pytest.mark.parametrize("name", ["'; drop table design; --", "%_", "x" * 200, "<b>", "設計"])
def test_a_strange_name_is_only_a_name(room, keep, name):
    saved = keep(name=name)
    assert (room.of_study("EQX-301"), saved.name) == ((saved,), name)
    with pytest.raises(DataError, match="has a name of its own"):
        keep(name=name)


def test_a_name_is_taken_once_in_a_study(room, keep, keep_version, kept):
    keep()
    other = keep(name="Fixed")
    before = kept()
    for act in (
        lambda: keep(name="THREE  looks"),
        lambda: keep_version(other, name="three looks"),
        lambda: room.rename(other.id, based_on=1, name="Three looks", person=OWNER),
    ):
        with pytest.raises(DataError, match="has a name of its own, not taken yet"):
            act()
    assert kept() == before
    assert room.rename(other.id, based_on=1, name="FIXED", person=OWNER).name == "FIXED"


def test_a_version_saved_in_between_is_not_lost(room, keep, keep_version, kept):
    first = keep()
    keep_version(first)
    before = kept()
    for act in (
        lambda: keep_version(first),
        lambda: room.rename(first.id, based_on=1, name="Ours", person=OWNER),
    ):
        with pytest.raises(DataError, match="version 2 was saved by 'ben' in the meantime"):
            act()
    assert kept() == before


@pytest.mark.parametrize("number", [0, -1, 2, 2**64, True, 1.0, "1", "1; drop table design"])
def test_a_version_out_of_range_is_said(room, keep, keep_version, number):
    saved = keep()
    for ask in (
        lambda: room.one(saved.id, number),
        lambda: room.stale_reasons(saved.id, number),
        lambda: keep_version(saved, based_on=number),
    ):
        with pytest.raises(DataError, match="a version of 'Three looks' is a whole number from 1"):
            ask()


@pytest.mark.parametrize(
    "design_id", ["", "D" * 22, "'; drop table design", "a\0", "é" * 22, "x" * 9_999, None, 5]
)
def test_an_unknown_design_is_said(room, design_id):
    for ask in (
        lambda: room.one(design_id),
        lambda: room.history(design_id),
        lambda: room.retire(design_id, OWNER),
        lambda: room.stale_reasons(design_id),
        lambda: room.rename(design_id, based_on=1, name="Ours", person=OWNER),
    ):
        with pytest.raises(DataError, match="a saved design is one that this") as refusal:
            ask()
        assert str(refusal.value).isprintable()


DEEP = '{"a": ' * 70 + "1" + "}" * 70


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"design_json": "[]"}, "a design is a JSON object"),
        ({"design_json": "{"}, "a design is a JSON object"),
        ({"design_json": '{"a": NaN}'}, "with finite numbers"),
        ({"design_json": '{"a": "\0"}'}, "without NUL"),
        ({"design_json": '{"a": "\ud800"}'}, "a design is a JSON object, in Unicode"),
        ({"design_json": "{" + '"a": ' + "9" * 10_000 + "}"}, "a design is a JSON object"),
        ({"design_json": '{"a": ' * 100_000}, "a design is a JSON object"),
        ({"design_json": DEEP}, "nested at most 64 deep"),
        ({"design_json": {"a": 1}}, "a design is JSON text, but got 'dict'"),
        ({"design_json": '{"a": "' + "é" * (MAX_DESIGN_BYTES // 2) + '"}'}, "takes at most 1,048"),
        ({"kind": "Group"}, "a kind of design is named in lower-case"),
        ({"kind": "a" * 65}, "a kind of design is named in lower-case"),
        ({"kind": None}, "a kind of design is named in lower-case"),
        ({"unblinded": 1}, "a design was computed unblinded or not"),
        ({"person": "a\0"}, "the name of a person"),
        ({"study": "EQX-999"}, "a study is one that this workspace knows"),
    ],
)
def test_what_is_no_design_is_refused(keep, wrong, sentence, kept):
    before = kept()
    with pytest.raises(DataError, match=sentence):
        keep(**wrong)
    assert kept() == before


# Blinding ---------------------------------------------------------------------------


def test_nothing_unblinded_is_saved_for_a_blinded_study(keep, keep_version, kept):
    saved = keep()
    before = kept()
    for act in (
        lambda: keep(name="Seen", unblinded=True),
        lambda: keep_version(saved, unblinded=True),
    ):
        with pytest.raises(DataError, match="for a blinded study is computed with pooled arms"):
            act()
    assert kept() == before


@pytest.mark.usefixtures("unblinded_study")
def test_what_was_computed_unblinded_is_kept_from_who_sees_no_arms(
    workspace, room, keep, keep_version
):
    open_, secret = keep(name="Open"), keep(name="HR 0.6 seen", unblinded=True)
    mixed = keep(name="Mixed")
    mixed_later = keep_version(mixed, name="HR 0.6 too", unblinded=True)
    assert {one.id for one in room.of_study("EQX-301")} == {open_.id, secret.id, mixed.id}
    assert "HR 0.6" not in str([act.detail for act in workspace.activity()])

    def check(**reader: bool) -> None:
        assert {one.name for one in room.of_study("EQX-301", **reader)} == {"Open", "Mixed"}
        for ask in (room.one, room.history, room.stale_reasons):
            with pytest.raises(DataError, match=HIDDEN):
                ask(secret.id, **reader)
        seen = room.one(mixed.id, **reader)
        assert (seen.version, seen.latest) == (1, 1)
        assert room.history(mixed.id, **reader) == (seen,)
        with pytest.raises(DataError, match="is a whole number from 1 to 1"):
            room.one(mixed.id, 2, **reader)
        for act in (
            lambda: room.rename(mixed.id, based_on=1, name="X", person="c", **reader),
            lambda: room.retire(secret.id, "c", **reader),
            lambda: keep_version(mixed, based_on=1, **reader),
            lambda: keep_version(mixed_later, **reader),
        ):
            with pytest.raises(DataError, match=HIDDEN) as refusal:
                act()
            assert "HR 0.6" not in str(refusal.value)

    check(pooled=True)
    assert room.one(mixed.id) == mixed_later
    workspace.blind("EQX-301", OWNER, "sealed again")
    check()


@pytest.mark.usefixtures("unblinded_study")
def test_a_version_between_that_is_kept_back_is_refused(room, keep, keep_version):
    first = keep()
    second = keep_version(first, unblinded=True)
    keep_version(second)
    assert [one.version for one in room.history(first.id, pooled=True)] == [3, 1]
    with pytest.raises(DataError, match=HIDDEN):
        room.one(first.id, 2, pooled=True)


# What it rests on -------------------------------------------------------------------


def test_a_design_is_stale_when_its_cohort_or_snapshot_is(
    room, keep, save, save_version, accept_snapshot
):
    women = save()
    rests = keep(cohort=women.as_source, snapshot=women.snapshot)
    on_snapshot = keep(name="On a snapshot", snapshot=women.snapshot)
    free = keep(name="By hand")
    assert [room.stale_reasons(one.id) for one in (rests, on_snapshot, free)] == [(), (), ()]
    save_version(women, ELDERLY)
    replaced = "Version 1 of 'Women' has been replaced by version 2."
    assert room.stale_reasons(rests.id) == (replaced,)
    assert room.stale_reasons(on_snapshot.id) == ()
    later = accept_snapshot("later")
    earlier = "Computed on an earlier snapshot of the study."
    assert room.stale_reasons(rests.id, 1) == (replaced, earlier)
    assert room.stale_reasons(on_snapshot.id) == (earlier,)
    assert room.stale_reasons(free.id) == ()
    now = keep(name="Anew", cohort=CohortSource(cohort=women.id, version=2), snapshot=later)
    assert room.stale_reasons(now.id) == ()


def test_what_it_rests_on_is_of_its_study_and_known(keep, save, other, snapshot, kept):
    women = save()
    before = kept()
    for wrong, sentence in (
        ({"snapshot": other.snapshot}, "a design rests on a snapshot of its own study"),
        ({"snapshot": "a\0"}, "a snapshot is one that this workspace knows"),
        ({"cohort": women.as_source}, "names the snapshot it was computed on"),
        (
            {"cohort": other.as_source, "snapshot": snapshot},
            "a saved cohort is asked for in its own study",
        ),
        (
            {"cohort": CohortSource(cohort=women.id, version=2), "snapshot": snapshot},
            "a version of 'Women' is a whole number from 1 to 1",
        ),
        (
            {"cohort": CohortSource(cohort=women.id, version=None), "snapshot": snapshot},
            "a design rests on one version of a cohort",
        ),
        ({"cohort": women.id, "snapshot": snapshot}, "the cohort of a design is a CohortSource"),
    ):
        with pytest.raises(DataError, match=sentence):
            keep(**wrong)
    assert kept() == before
