"""Saved cohorts: their names, their versions, what they were built from."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.cohorts import Between, Cohort, OneOf, union
from queries.errors import DataError
from queries.workspace import CohortSource, open_workspace
from queries.workspace.cohort_checks import checked_name, name_key

OWNER = "local owner"
WOMEN = Cohort(OneOf(column="SEX", values=("F",)))
ELDERLY = Cohort(Between(column="AGE", low=65))
EVERYONE = Cohort()


# Saving and reading -----------------------------------------------------------------


def test_a_saved_cohort_comes_back_as_it_was(workspace, snapshot, save):
    saved = save(name="Women", comment="For the board\nof May")
    assert len(saved.id) == 22  # 128 bits
    assert (saved.study, saved.snapshot, saved.subjects) == ("EQX-301", snapshot, 360)
    assert (saved.version, saved.latest, saved.name) == (1, 1, "Women")
    assert saved.comment == "For the board\nof May"
    assert saved.cohort == Cohort(WOMEN.rule, name="Women")
    assert (saved.created_by, saved.saved_by) == ("anna", "anna")
    assert (saved.operation, saved.sources, saved.retired_at, saved.retired_by) == (
        None,
        (),
        None,
        None,
    )
    assert saved.saved_at.tzinfo is UTC
    assert timedelta(0) <= datetime.now(UTC) - saved.saved_at < timedelta(minutes=1)
    assert workspace.cohort(saved.id) == workspace.cohort(saved.id, 1) == saved
    assert workspace.cohort(saved.id, study=" EQX-301 ") == saved
    assert workspace.cohorts("EQX-301") == workspace.cohort_history(saved.id) == (saved,)
    with pytest.raises(FrozenInstanceError, match="cannot assign"):
        saved.name = "Men"


def test_it_is_all_there_when_it_is_opened_again(tmp_path, workspace, save):
    saved = save()
    with open_workspace(tmp_path / "home") as again:
        assert again.cohorts("EQX-301") == (saved,)


def test_the_cohort_is_called_what_it_is_saved_as(save):
    saved = save(name="  Elderly \u00a0 women ", cohort=Cohort(WOMEN.rule, name="On screen"))
    assert (saved.name, saved.cohort.name) == ("Elderly women", "Elderly women")
    assert json.loads(saved.cohort_json)["name"] == "Elderly women"


def test_everyone_and_nobody_can_be_saved(save):
    assert save(name="Everyone", cohort=EVERYONE).cohort.rule is None
    assert save(name="Nobody", cohort=union(), subjects=0).subjects == 0


def test_a_rule_of_ten_thousand_values_can_be_saved(save):
    values = tuple(f"EQX-301-{number:06}-♀" for number in range(10_000))
    listed = Cohort(OneOf(column="USUBJID", values=values))
    assert save(cohort=listed).cohort.rule == listed.rule


def test_a_new_version_leaves_the_former_ones_alone(workspace, save, save_version, accept_snapshot):
    first = save(comment="first")
    later = accept_snapshot("later")
    second = save_version(first, ELDERLY, name="Elderly", snapshot=later, subjects=7)
    assert (second.id, second.version, second.latest) == (first.id, 2, 2)
    assert (second.name, second.comment, second.cohort.rule) == ("Elderly", "", ELDERLY.rule)
    assert (second.snapshot, second.subjects, second.saved_by) == (later, 7, "ben")
    assert (second.created_at, second.created_by) == (first.created_at, "anna")
    former = workspace.cohort(first.id, 1)
    assert former.latest == 2
    same = set(former.__slots__) - {"latest"}
    assert {name: getattr(former, name) for name in same} == {
        name: getattr(first, name) for name in same
    }
    assert workspace.cohort_history(first.id) == (second, former)
    assert workspace.cohorts("EQX-301") == (second,)


def test_a_new_version_keeps_the_name_when_none_is_given(save, save_version):
    saved = save_version(save(name="Women"), ELDERLY)
    assert (saved.name, saved.cohort.name) == ("Women", "Women")


def test_the_list_is_by_name_and_of_one_study(workspace, save, other):
    for name in ("women", "Elderly", "Émigrés", "asian"):
        save(name=name)
    listed = [saved.name for saved in workspace.cohorts("EQX-301")]
    assert listed == ["asian", "Elderly", "women", "Émigrés"]
    assert workspace.cohorts("EQX-201") == (other,)


def test_each_act_is_recorded_without_the_rule(workspace, save, save_version):
    second = save_version(save(name="Women"), ELDERLY, name="Elderly")
    workspace.retire_cohort(second.id, "anna")
    told = [(act.act, act.person, act.study, act.detail) for act in workspace.activity(limit=3)]
    assert told == [
        ("retire cohort", "anna", "EQX-301", _detail(second, version=2, name="Elderly")),
        ("save cohort", "ben", "EQX-301", _detail(second, version=2, name="Elderly")),
        ("save cohort", "anna", "EQX-301", _detail(second, version=1, name="Women")),
    ]


def _detail(saved, **more: object) -> dict[str, object]:
    return {"cohort": saved.id, **more}


# Names ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Women", "WOMEN", " women\u2003", "Wo\u0301men"])
def test_a_name_is_taken_once_in_a_study(save, other, name, everything):
    save(name="Women")
    save(name="Wómen")
    before = everything()
    with pytest.raises(DataError, match=r"a name of its own, and 'W.men' was saved by 'anna' alr"):
        save(name=name)
    assert everything() == before
    assert other.name == "Women"


def test_a_new_version_does_not_take_the_name_of_another_cohort(save, save_version, everything):
    women, _ = save(name="Women"), save(name="Elderly")
    before = everything()
    with pytest.raises(DataError, match="'Elderly' was saved by 'anna' already, but got 'ELD"):
        save_version(women, name="ELDERLY")
    assert everything() == before
    assert save_version(women, name="WOMEN").name == "WOMEN"  # its own name in other letters


def test_a_name_that_was_given_up_is_free(save, save_version):
    save_version(save(name="Women"), name="Females")
    assert save(name="Women").version == 1


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "x" * 201,
        "a\nb",
        "a\tb",
        "a\0",
        "a\x1b[31m",
        "\u202eneleW",
        "Women\u200f",
        "Wo\u200bmen",
        "a\u2028b",
        "\ud800",
        "\ue000",
        None,
        5,
        b"Women",
    ],
)
def test_a_hostile_name_is_refused(save, save_version, name, everything):
    saved = save(name="Elderly")
    before = everything()
    with pytest.raises(DataError, match="the name of a cohort is 1 to 200 printable") as refusal:
        save(name=name)
    assert str(refusal.value).isprintable()
    if name is not None:
        with pytest.raises(DataError, match="the name of a cohort is 1 to 200 printable"):
            save_version(saved, name=name)
    assert everything() == before


@pytest.mark.parametrize(
    "name",
    ["'; drop table cohort; --", "%_", "x" * 200, "65 < AGE ≤ 80", "<b>", "高齢者", "ß" * 200],
)
def test_a_strange_name_is_only_a_name(workspace, save, name):
    saved = save(name=name)
    assert workspace.cohorts("EQX-301") == (saved,)
    assert (saved.name, saved.cohort.name) == (name, name)
    with pytest.raises(DataError, match="has a name of its own"):
        save(name=name)


@given(st.text(min_size=1))
def test_a_checked_name_shows_and_stays(text):
    try:
        name = checked_name(text)
    except DataError:
        return
    assert checked_name(name) == name
    assert 1 <= len(name) <= 200
    assert len(name_key(name)) <= 600  # the width of its column
    assert len(name_key(name).encode()) <= 2_400  # PostgreSQL indexes at most 2,704 bytes
    assert name_key(name.upper()) == name_key(name.upper().lower().upper())


@given(st.text(alphabet="aA bB\u00e9\u0301e", min_size=1, max_size=12))
def test_names_are_compared_without_case_and_blanks(text):
    try:
        name = checked_name(text)
    except DataError:
        return
    for same in (text.swapcase(), text.replace(" ", "  "), f" {text} "):
        assert name_key(checked_name(same)) == name_key(name)


# Versions ---------------------------------------------------------------------------


def test_a_version_saved_in_between_is_not_lost(save, save_version, everything):
    first = save()
    save_version(first, ELDERLY, person="ben")
    before = everything()
    with pytest.raises(
        DataError,
        match=r"new version of 'Women' is based on its newest one, and version 2 was saved by "
        r"'ben' in the meantime, but got 'version 1'",
    ):
        save_version(first, EVERYONE, person="carla")
    assert everything() == before
    assert save_version(first, EVERYONE, based_on=2, person="carla").version == 3


OUT_OF_RANGE = [
    0,
    -1,
    2,
    2**31,
    2**64,
    pytest.param(10**5_000, id="endless"),
    True,
    1.0,
    "1",
    "1; drop table cohort",
    [1],
]


@pytest.mark.parametrize("number", OUT_OF_RANGE)
def test_a_version_out_of_range_is_said(workspace, save, save_version, number, everything):
    saved, elderly = save(), save(name="Elderly")
    before = everything()
    sources = (CohortSource(cohort=saved.id, version=number), elderly.as_source)
    for ask in (
        lambda: workspace.cohort(saved.id, number),
        lambda: workspace.stale_reasons(saved.id, number),
        lambda: save_version(saved, based_on=number),
        lambda: save(name="Both", operation="union", sources=sources),
    ):
        with pytest.raises(DataError, match="a version of 'Women' is a whole number from 1 to 1"):
            ask()
    assert everything() == before


def test_a_version_must_be_named_where_one_is_needed(save, save_version):
    saved = save()
    with pytest.raises(DataError, match="a version of 'Women' is a whole number from 1 to 1"):
        save_version(saved, based_on=None)
    sources = (CohortSource(cohort=saved.id, version=None), saved.as_source)
    with pytest.raises(DataError, match="a version of 'Women' is a whole number from 1 to 1"):
        save(name="Both", operation="union", sources=sources)


@pytest.mark.parametrize(
    "cohort_id", ["", "x", "C" * 22, "'; drop table cohort", "a\0", "é" * 22, "x" * 9_999, None, 5]
)
def test_an_unknown_cohort_is_said(workspace, save, save_version, cohort_id, everything):
    saved = save()
    before = everything()
    sources = (saved.as_source, CohortSource(cohort=cohort_id, version=1))
    for ask in (
        lambda: workspace.cohort(cohort_id),
        lambda: workspace.cohort_history(cohort_id),
        lambda: workspace.retire_cohort(cohort_id, OWNER),
        lambda: workspace.stale_reasons(cohort_id, 1),
        lambda: workspace.save_cohort_version(
            cohort_id, based_on=1, cohort_json="{}", snapshot="", subjects=1, person=OWNER
        ),
        lambda: save(name="Both", operation="union", sources=sources),
    ):
        with pytest.raises(DataError, match="a saved cohort is one that this") as refusal:
            ask()
        assert len(str(refusal.value)) < 200
        assert str(refusal.value).isprintable()
    assert everything() == before
