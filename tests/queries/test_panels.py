"""Counts of many panels in one pass: each equals what asking for it alone would give."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries import questions
from queries.adverse_events import EVENT_KINDS, collected_kinds, event_criterion
from queries.cohorts import AnyOf, AnyRecord, Between, Cohort, Not, OneOf, Rule
from queries.cohorts.editing import from_parts, parts, with_part, without_part
from queries.errors import DataError
from queries.panels import Panel, bin_range, count_events, count_panels, panel_of
from queries.profile import nice_width, profile_columns
from queries.store import Store, open_store
from tests.tiny_snapshot import write_tiny_snapshot

_CRITERIA = st.sampled_from(
    [
        OneOf(column="SEX", values=("F",)),
        OneOf(column="SEX", values=("M",), keep_missing=True),
        Between(column="AGE", low=55, high=70),
        Between(column="AGE", high=60, keep_missing=True),
        Not(OneOf(column="RACE", values=("WHITE",))),
        Between(column="RANDDT", low=date(2024, 2, 1)),
        AnyOf((OneOf(column="COUNTRY", values=("DEU",)), Between(column="AGE", low=75))),
        AnyRecord(dataset="adae"),
        AnyRecord(dataset="adae", where=OneOf(column="AESER", values=("Y",))),
    ]
)
RULES = st.lists(_CRITERIA, max_size=4).map(from_parts)
SETTINGS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _size(store: Store, rule: Rule | None) -> int:
    return int(questions.cohort_size(store=store, cohort=Cohort(rule))["subjects"].iloc[0])


@pytest.fixture
def panels(tiny_store: Store) -> list[Panel]:
    hidden = {"USUBJID"}
    return [panel_of(one) for one in profile_columns(tiny_store) if one.name not in hidden]


@SETTINGS
@given(rule=RULES)
def test_every_panel_counts_what_a_query_of_its_own_would(tiny_store, panels, rule):
    counted = count_panels(tiny_store, Cohort(rule), panels)
    assert counted.subjects == _size(tiny_store, rule)
    assert counted.total == 8
    levels = counted.levels
    assert (levels.groupby("panel")["subjects"].sum() == counted.subjects).all()
    for level, subjects in levels[levels["panel"] == "SEX"][["level", "subjects"]].to_numpy():
        one = OneOf(column="SEX", values=(level,) if level else (), keep_missing=not level)
        assert subjects == _size(tiny_store, with_part(rule, one))


@SETTINGS
@given(rule=RULES)
def test_a_panel_leaves_out_its_own_criterion_and_no_other(tiny_store, rule):
    own = OneOf(column="SEX", values=("F",))
    asked = with_part(rule, own)
    owner = len(parts(asked)) - 1
    counted = count_panels(
        tiny_store,
        Cohort(asked),
        [Panel(column="SEX"), Panel(column="RACE")],
        owners={"SEX": owner},
    ).levels
    sizes = counted.groupby("panel")["subjects"].sum()
    assert sizes.get("SEX", 0) == _size(tiny_store, rule)
    assert sizes.get("RACE", 0) == _size(tiny_store, asked)


@SETTINGS
@given(rule=RULES)
def test_attrition_says_what_is_left_and_what_a_part_costs(tiny_store, rule):
    table = count_panels(tiny_store, Cohort(rule), []).attrition
    known = parts(rule)
    assert len(table) == len(known)
    for place, row in enumerate(table.itertuples()):
        assert row.left == _size(tiny_store, from_parts(known[: place + 1]))
        without = _size(tiny_store, without_part(rule, place))
        assert row.gained == without - _size(tiny_store, rule)


@SETTINGS
@given(rule=RULES)
def test_a_bar_of_adverse_events_and_the_cohort_it_makes_agree(tiny_store, rule):
    events = count_events(tiny_store, Cohort(rule))
    assert set(events["panel"]) <= {"event kinds", "event classes", "event terms"}
    for panel, level, subjects in events.to_numpy():
        if panel == "event kinds" and level not in collected_kinds(tiny_store):
            continue
        asked = {
            "event kinds": {"kind": level},
            "event classes": {"classes": [level]},
            "event terms": {"terms": [level]},
        }[panel]
        part = event_criterion(tiny_store, **asked)
        assert subjects == _size(tiny_store, with_part(rule, part)), (panel, level)


def test_the_bins_of_numbers_and_days_are_ranges_that_give_their_counts(tiny_store):
    ages = Panel(column="AGE", kind="numbers", start=40.0, width=10.0)
    months = Panel(column="RANDDT", kind="days", step="month")
    counted = count_panels(tiny_store, Cohort(), [ages, months]).levels
    for panel in (ages, months):
        for level, subjects in counted.loc[
            counted["panel"] == panel.column, ["level", "subjects"]
        ].to_numpy():
            if level is None:
                part = OneOf(column=panel.column, values=(), keep_missing=True)
            else:
                low, high = bin_range(panel, level, 1.0)
                part = Between(column=panel.column, low=low, high=high)
            assert subjects == _size(tiny_store, part)


@pytest.mark.parametrize(
    ("step", "first", "last"),
    [
        ("day", "2024-12-31", date(2024, 12, 31)),
        ("week", "2024-12-30", date(2025, 1, 5)),
        ("month", "2024-12-01", date(2024, 12, 31)),
        ("quarter", "2024-10-01", date(2024, 12, 31)),
        ("year", "2024-01-01", date(2024, 12, 31)),
    ],
)
def test_a_bin_of_days_ends_the_day_before_the_next(step, first, last):
    assert bin_range(Panel(column="D", kind="days", step=step), first, None)[1] == last


@given(span=st.floats(1e-6, 1e9), most=st.integers(5, 60), least=st.sampled_from([0.0, 0.01, 1.0]))
def test_bins_are_few_and_of_a_round_width(span, most, least):
    width = nice_width(span, most=most, least=least)
    assert width >= least
    assert span / width <= most * (1 + 1e-9)


def test_a_hidden_column_is_no_panel(tmp_path):
    with open_store(write_tiny_snapshot(tmp_path / "tiny.duckdb"), pooled=True) as pooled:
        with pytest.raises(DataError, match="a column of ADSL that this reader may see"):
            count_panels(pooled, Cohort(), [Panel(column="TRT01P")])
        names = {profile.name for profile in profile_columns(pooled)}
        assert names.isdisjoint({"TRT01P", "TRT01A", "TRT01PN", "ARMLIKE"})


def test_more_panels_than_can_be_told_apart_are_refused(tiny_store):
    with pytest.raises(DataError, match="at most 30 panels are counted at once, but got 31"):
        count_panels(tiny_store, Cohort(), [Panel(column="SEX")] * 31)


def test_what_a_study_does_not_collect_is_no_kind(tiny_store):
    assert set(collected_kinds(tiny_store)) < set(EVENT_KINDS)
    with pytest.raises(DataError, match="collects what the kind of adverse event needs"):
        event_criterion(tiny_store, kind="fatal")
