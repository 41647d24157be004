"""Whether what was computed from a saved cohort still stands."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.cohorts import Between, Cohort
from queries.errors import DataError
from queries.workspace import CohortSource, SavedCohort, stale_reasons

OWNER = "local owner"
ELDERLY = Cohort(Between(column="AGE", low=65))
EARLIER = "Computed on an earlier snapshot of the study."


def _saved(name: str, version: int = 1, sources: tuple[SavedCohort, ...] = ()) -> SavedCohort:
    at = datetime(2026, 3, 31, tzinfo=UTC)
    return SavedCohort(
        id=name.lower(),
        study="EQX-301",
        created_at=at,
        created_by="anna",
        version=version,
        latest=version,
        name=name,
        comment="",
        cohort_json=Cohort(name=name).to_json(),
        snapshot="a",
        subjects=720,
        operation="union" if sources else None,
        sources=tuple(source.as_source for source in sources),
        saved_at=at,
        saved_by="anna",
    )


WOMEN, OLD = _saved("Women"), _saved("Old")
BOTH = _saved("Both", sources=(WOMEN, OLD))
TOP = _saved("Top", sources=(BOTH, WOMEN))
FRESH = {"women": 1, "old": 1, "both": 1, "top": 1}


def _reasons(saved: SavedCohort, *sources: SavedCohort, **latest: int) -> tuple[str, ...]:
    return stale_reasons(saved, sources, latest={**FRESH, **latest}, current_snapshot="a")


def test_what_nothing_has_overtaken_is_fresh():
    assert _reasons(WOMEN) == ()
    assert _reasons(TOP, BOTH, WOMEN, OLD) == ()


def test_a_replaced_version_is_said():
    assert _reasons(_saved("Elderly", 2), elderly=4) == (
        "Version 2 of 'Elderly' has been replaced by version 4.",
    )
    assert _reasons(_saved("Elderly", 4), elderly=4) == ()


def test_a_replaced_source_is_said_however_far_it_is():
    said = "Built from 'Women' version 1, which is now at version 3."
    assert _reasons(BOTH, WOMEN, OLD, women=3) == (said,)
    assert _reasons(TOP, BOTH, WOMEN, OLD, women=3) == (said,)  # once, though built from it twice


def test_reasons_come_from_near_to_far_and_the_snapshot_last():
    reasons = stale_reasons(
        TOP,
        (OLD, WOMEN, BOTH),
        latest={"top": 2, "both": 3, "women": 4, "old": 5},
        current_snapshot="b",
    )
    assert reasons == (
        "Version 1 of 'Top' has been replaced by version 2.",
        "Built from 'Both' version 1, which is now at version 3.",
        "Built from 'Women' version 1, which is now at version 4.",
        "Built from 'Old' version 1, which is now at version 5.",
        EARLIER,
    )


@pytest.mark.parametrize(
    ("current", "computed_on", "reasons"),
    [
        ("a", None, ()),
        ("b", None, (EARLIER,)),
        ("b", "b", ()),  # saved on an earlier snapshot, but computed on the current one
        ("b", "a", (EARLIER,)),
        ("a", "b", (EARLIER,)),
        (None, None, ()),
        (None, "b", ()),
    ],
)
def test_an_earlier_snapshot_is_said(current, computed_on, reasons):
    found = stale_reasons(
        WOMEN, latest={"women": 1}, current_snapshot=current, computed_on=computed_on
    )
    assert found == reasons


def test_a_version_built_from_a_former_one_of_its_own_is_fresh():
    second = _saved("Women", 2, sources=(WOMEN, OLD))
    assert _reasons(second, WOMEN, OLD, women=2) == ()
    assert _reasons(second, WOMEN, OLD, women=2, old=2) == (
        "Built from 'Old' version 1, which is now at version 2.",
    )
    # By way of another cohort as well: saving it was what replaced its source.
    around = _saved("Women", 2, sources=(BOTH, OLD))
    assert _reasons(around, BOTH, WOMEN, OLD, women=2) == ()


def test_what_is_built_from_such_a_version_is_stale_when_that_is_replaced():
    second = _saved("Women", 2, sources=(WOMEN, OLD))
    built = _saved("Built", sources=(second, OLD))
    assert _reasons(built, second, WOMEN, OLD, women=2, built=1) == ()
    assert _reasons(built, second, WOMEN, OLD, women=3, built=1) == (
        "Built from 'Women' version 2, which is now at version 3.",
    )


def test_a_source_that_is_its_own_ancestor_and_another_ones_is_still_said():
    second = _saved("Women", 2, sources=(WOMEN, OLD))
    built = _saved("Built", sources=(second, BOTH))
    assert _reasons(built, second, BOTH, WOMEN, OLD, women=2, built=1) == (
        "Built from 'Women' version 1, which is now at version 2.",  # by way of Both
    )


def test_a_name_cannot_end_the_sentence():
    saved = _saved("x' has been replaced. \"")
    [reason] = stale_reasons(saved, latest={saved.id: 2}, current_snapshot="a")
    assert reason == r"""Version 1 of 'x\' has been replaced. "' has been replaced by version 2."""


def test_not_knowing_is_not_being_fresh():
    with pytest.raises(DataError, match="with every source at hand, but got 'old version 1'"):
        _reasons(BOTH, WOMEN)
    with pytest.raises(DataError, match="with every newest version known, but got 'Women'"):
        stale_reasons(WOMEN, latest={}, current_snapshot="a")
    with pytest.raises(DataError, match="with every newest version known, but got 'Old'"):
        stale_reasons(BOTH, (WOMEN, OLD), latest={"both": 1, "women": 1}, current_snapshot="a")


def test_many_ways_to_the_same_source_take_no_more_time():
    layer = (_saved("A0"), _saved("B0"))
    everything = [*layer]
    for number in range(1, 300):  # 2 to the power of 300 ways down
        layer = tuple(_saved(f"{letter}{number}", sources=layer) for letter in "AB")
        everything += layer
    latest = {saved.id: 1 for saved in everything} | {"a0": 2}
    assert stale_reasons(layer[0], everything, latest=latest, current_snapshot="a") == (
        "Built from 'A0' version 1, which is now at version 2.",
    )


@st.composite
def _histories(draw: st.DrawFn) -> list[SavedCohort]:
    """Versions of four cohorts, each built from any that were there before it."""
    saved: list[SavedCohort] = []
    for _ in range(draw(st.integers(1, 12))):
        name = draw(st.sampled_from("ABCD"))
        version = 1 + sum(one.name == name for one in saved)
        sources = draw(st.lists(st.sampled_from(saved), unique=True, max_size=3)) if saved else []
        saved.append(_saved(name, version, tuple(sources)))
    return saved


@given(_histories())
def test_reasons_are_those_of_every_way_down(history):
    known = {saved.as_source: saved for saved in history}
    latest = {saved.id: saved.version for saved in history}  # the last of each counts

    def overtaken(built: SavedCohort, top: SavedCohort) -> set[CohortSource]:
        found: set[CohortSource] = set()
        for named in built.sources:
            if latest[named.cohort] > named.version and named.cohort not in {built.id, top.id}:
                found.add(named)
            found |= overtaken(known[named], top)
        return found

    for saved in history:
        reasons = stale_reasons(saved, history, latest=latest, current_snapshot="a")
        replaced = latest[saved.id] > saved.version
        assert len(reasons) == len(set(reasons)) == replaced + len(overtaken(saved, saved))


# In the workspace -------------------------------------------------------------------


def test_the_workspace_knows_what_is_stale(workspace, save, save_version, accept_snapshot):
    women, elderly = save(name="Women"), save(name="Elderly", cohort=ELDERLY)
    both = save(name="Both", operation="union", sources=(women.as_source, elderly.as_source))
    top = save(name="Top", operation="difference", sources=(both.as_source, elderly.as_source))
    assert workspace.stale_reasons(top.id, 1) == ()
    save_version(save_version(women, name="Females"))
    assert workspace.stale_reasons(women.id, 1) == (
        "Version 1 of 'Women' has been replaced by version 3.",
    )
    now = accept_snapshot("later")
    assert workspace.stale_reasons(top.id, 1) == (
        "Built from 'Women' version 1, which is now at version 3.",
        EARLIER,
    )
    assert workspace.stale_reasons(elderly.id, 1, computed_on=now) == ()


def test_a_candidate_makes_nothing_stale(workspace, save):
    saved = save()
    (workspace.home / "snapshots" / "candidate").write_bytes(b"")
    workspace.add_candidate(
        study="EQX-301",
        file="snapshots/candidate",
        content_sha256="0" * 64,
        report_json="{}",
        person=OWNER,
    )
    assert workspace.stale_reasons(saved.id, 1) == ()
