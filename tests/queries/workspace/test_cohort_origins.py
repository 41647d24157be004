"""Saved cohorts: what they were built from, retiring them, and what is refused."""

from __future__ import annotations

import json

import pytest

from queries.cohorts import Between, Cohort, OneOf, difference, union
from queries.cohorts.wire import MAX_JSON
from queries.errors import DataError
from queries.workspace import CohortSource

OWNER = "local owner"
ELDERLY = Cohort(Between(column="AGE", low=65))
HUGE = Cohort(OneOf(column="AGE", values=tuple(float(10**15 + n) for n in range(10_000))))


# Built from others ------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["union", "intersection", "difference"])
def test_a_cohort_remembers_what_it_was_built_from(workspace, save, save_version, operation):
    women, elderly = save(name="Women"), save(name="Elderly", cohort=ELDERLY)
    newer = save_version(women)
    sources = (newer.as_source, elderly.as_source)
    built = save(name="Built", operation=operation, sources=list(sources))
    assert (built.operation, built.sources) == (operation, sources)
    assert built.sources[0] == CohortSource(cohort=women.id, version=2)
    assert workspace.cohort(built.id) == built


def test_a_version_is_built_from_a_former_one(save, save_version):
    women, elderly = save(name="Women"), save(name="Elderly", cohort=ELDERLY)
    wider = union(women.cohort, elderly.cohort)
    sources = (women.as_source, elderly.as_source)
    second = save_version(women, wider, operation="union", sources=sources)
    assert second.sources == sources
    third = save_version(second, difference(wider, ELDERLY))
    assert (third.operation, third.sources) == (None, ())


def test_a_cohort_is_built_from_retired_ones_too(workspace, save):
    women, elderly = save(name="Women"), save(name="Elderly")
    workspace.retire_cohort(women.id, OWNER)
    sources = (women.as_source, elderly.as_source)
    assert save(name="Both", operation="union", sources=sources).sources == sources


def _sources(count: int) -> list[CohortSource]:
    return [CohortSource(cohort="C" * 22, version=number) for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("operation", "sources", "sentence"),
    [
        ("minus", _sources(2), "is built by union, intersection, difference, but got 'minus'"),
        ("UNION", _sources(2), "is built by union, intersection, difference"),
        (["union"], _sources(2), "is built by union, intersection, difference"),
        ("", _sources(2), "is built by union, intersection, difference"),
        (None, _sources(1), "that has sources says by which operation it was built"),
        ("union", [], "a union or an intersection has 2 to 100 sources, but got 0"),
        ("intersection", _sources(1), "a union or an intersection has 2 to 100 sources, but got 1"),
        ("union", _sources(101), "a union or an intersection has 2 to 100 sources, but got 101"),
        ("difference", _sources(3), "a difference is built from two cohorts, but got 3"),
        ("union", _sources(1) * 2, "from each of its sources once"),
        ("union", _sources(2), "a saved cohort is one that this workspace knows"),
        ("union", "ab", "the sources of a cohort are a list of CohortSource"),
        ("union", ["a", "b"], "the sources of a cohort are a list of CohortSource"),
        ("union", None, "the sources of a cohort are a list of CohortSource"),
    ],
)
def test_sources_that_break_a_rule_are_refused(
    save, save_version, everything, operation, sources, sentence
):
    saved = save()
    before = everything()
    with pytest.raises(DataError, match=sentence):
        save(name="Built", operation=operation, sources=sources)
    with pytest.raises(DataError, match=sentence):
        save_version(saved, operation=operation, sources=sources)
    assert everything() == before


# Other studies ----------------------------------------------------------------------


def test_nothing_crosses_from_another_study(workspace, save, save_version, everything, other):
    saved = save()
    before = everything()
    with pytest.raises(DataError, match="is asked for in its own study, but got 'EQX-301'"):
        workspace.cohort(other.id, study="EQX-301")
    with pytest.raises(DataError, match="a study is one that this workspace knows"):
        workspace.cohort(other.id, study="EQX-999")
    for act in (
        lambda: save(name="Crossed", snapshot=other.snapshot),
        lambda: save_version(saved, snapshot=other.snapshot),
        lambda: save_version(other),
        lambda: workspace.stale_reasons(saved.id, 1, computed_on=other.snapshot),
    ):
        with pytest.raises(DataError, match="is used on the snapshots of its own study"):
            act()
    sources = (saved.as_source, other.as_source)
    for act in (
        lambda: save(name="Crossed", operation="union", sources=sources),
        lambda: save_version(saved, operation="union", sources=sources),
    ):
        with pytest.raises(DataError, match="from cohorts of its own study, but got 'Women'"):
            act()
    assert everything() == before
    assert workspace.cohort_history(other.id) == (other,)


# Retiring ---------------------------------------------------------------------------


def test_a_retired_cohort_leaves_the_list_and_stays_readable(workspace, save, save_version):
    first, elderly = save(name="Women"), save(name="Elderly")
    second = save_version(first, ELDERLY)
    retired = workspace.retire_cohort(first.id, "carla")
    assert retired.retired_by == "carla"
    assert retired.retired_at >= second.saved_at
    assert workspace.cohorts("EQX-301") == (elderly,)
    assert workspace.cohort(first.id) == retired
    assert workspace.cohort(first.id, 1).cohort == first.cohort
    assert [saved.version for saved in workspace.cohort_history(first.id)] == [2, 1]
    assert workspace.stale_reasons(first.id, 2) == ()


def test_a_retired_cohort_stays_as_it_is(workspace, save, save_version, everything):
    saved = save()
    retired = workspace.retire_cohort(saved.id, OWNER)
    before = everything()
    for act in (
        lambda: workspace.retire_cohort(saved.id, OWNER),
        lambda: save_version(saved),
    ):
        with pytest.raises(DataError, match="a retired cohort stays as it is, but got 'Women'"):
            act()
    assert everything() == before
    assert workspace.cohort(saved.id) == retired


def test_the_name_of_a_retired_cohort_is_free(workspace, save):
    for _ in range(3):
        workspace.retire_cohort(save(name="Women").id, OWNER)
    assert workspace.cohorts("EQX-301") == ()
    saved = save(name="women")
    assert workspace.cohorts("EQX-301") == (saved,)


# What is no cohort ------------------------------------------------------------------


def _filled(length: int) -> str:
    """A cohort in compact JSON of this length."""
    text = '{"version":1,"rule":{"column":"A","one_of":["%s"]}}'
    return text % ("x" * (length - len(text) + 2))


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"cohort_json": ""}, "a cohort is written as JSON"),
        ({"cohort_json": "[]"}, "a cohort is a JSON object, but got 'list'"),
        ({"cohort_json": "null"}, "a cohort is a JSON object"),
        ({"cohort_json": "{}"}, "a cohort is written in version 1"),
        ({"cohort_json": '{"version": 1, "rule": {"all": []}}'}, "a part of a rule is"),
        ({"cohort_json": '{"version": 1, "sql": "1=1"}'}, "a cohort has `version`, `name`"),
        ({"cohort_json": '{"version": 1, "version": 1}'}, "names each key once"),
        ({"cohort_json": "[" * 100_000}, "is not nested without end"),
        ({"cohort_json": "'; drop table cohort; --"}, "a cohort is written as JSON"),
        ({"cohort_json": None}, "a cohort's JSON is text"),
        ({"cohort_json": {"version": 1}}, "a cohort's JSON is text"),
        ({"cohort_json": "x" * (MAX_JSON + 1)}, "a cohort's JSON is text of at most 2097152"),
        ({"cohort_json": _filled(MAX_JSON)}, "a cohort's JSON is text of at most 2097152"),
        ({"snapshot": None}, "a snapshot is one that this workspace knows"),
        ({"snapshot": "a'b"}, "a snapshot is one that this workspace knows"),
        ({"snapshot": "unknown"}, "a snapshot is one that this workspace knows"),
        ({"subjects": -1}, "the number of subjects in a cohort is a whole number from 0"),
        ({"subjects": 2**31}, "the number of subjects in a cohort is a whole number from 0"),
        ({"subjects": 10**5_000}, "but got 'a number of 16610 bits'"),
        ({"subjects": 1.5}, "the number of subjects in a cohort is a whole number"),
        ({"subjects": True}, "the number of subjects in a cohort is a whole number"),
        ({"subjects": None}, "the number of subjects in a cohort is a whole number"),
        ({"comment": "x" * 2_001}, "the comment on a cohort is 1 to 2000 printable"),
        ({"comment": "a\0b"}, "the comment on a cohort is 1 to 2000 printable"),
        ({"comment": None}, "the comment on a cohort is 1 to 2000 printable"),
        ({"person": ""}, "the name of a person"),
        ({"person": "a\nb"}, "the name of a person"),
    ],
)
def test_what_breaks_a_rule_is_not_saved(save, save_version, everything, facts, sentence):
    saved = save()
    before = everything()
    for act in (
        lambda: save(**{"name": "Elderly", **facts}),
        lambda: save_version(saved, **facts),
    ):
        with pytest.raises(DataError, match=sentence):
            act()
    assert everything() == before


def test_an_unknown_study_has_no_cohorts(workspace, save):
    for code in ("EQX-999", "'; drop table study", "a\0"):
        for ask in (lambda code=code: save(study=code), lambda code=code: workspace.cohorts(code)):
            with pytest.raises(DataError, match=r"a study is one that|the code of a study is"):
                ask()


def test_what_is_saved_can_always_be_read(save, workspace):
    """The written form of a cohort is longer than the compact one it may be given in."""
    compact = json.dumps(json.loads(HUGE.to_json()), separators=(",", ":"))
    facts = json.loads(compact)
    facts["rule"]["one_of"] = [int(value) for value in facts["rule"]["one_of"]]
    for text in (compact, json.dumps(facts), _filled(MAX_JSON - 100)):
        saved = save(name=f"{len(text)} characters", cohort=Cohort.from_json(text))
        assert workspace.cohort(saved.id).cohort.rule == Cohort.from_json(text).rule
