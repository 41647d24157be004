"""Tables made ahead: written or in memory, they answer alike; outdated ones are not believed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from queries import questions
from queries.adverse_events import event_criterion
from queries.cohorts import AnyRecord, Between, Cohort, OneOf
from queries.cohorts.editing import from_parts
from queries.errors import DataError
from queries.panels import PanelCounts, count_events, count_panels, panel_of
from queries.prepared import prepare_snapshot
from queries.profile import profile_columns
from queries.store import Store, open_store
from queries.subjects import EVENTS, SEVERE, SubjectList, list_subjects
from tests.tiny_snapshot import write_tiny_snapshot

WOMEN = OneOf(column="SEX", values=("F",))


def _changed(path: Path, *statements: str, prepare: bool = False) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{path}' AS snapshot")
        if prepare:
            prepare_snapshot(connection, path.name)
        for statement in statements:
            connection.execute(statement)
    return path


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[[str], Path]:
    return lambda name: write_tiny_snapshot(tmp_path / f"{name}.duckdb")


def _events(store: Store, *parts: object) -> pd.DataFrame:
    return count_events(store, Cohort(from_parts(list(parts))))  # type: ignore[arg-type]


def _where_it_is(store: Store) -> str:
    found = store.execute(
        "SELECT DISTINCT database_name FROM duckdb_tables() "
        "WHERE table_name = 'event_records' ORDER BY ALL",
        {},
    )
    return " ".join(found["database_name"])


def test_tables_in_the_snapshot_answer_like_those_in_memory(tiny):
    written = _changed(tiny("written"), prepare=True)
    with open_store(written) as prepared, open_store(tiny("plain")) as plain:
        assert (_where_it_is(prepared), _where_it_is(plain)) == ("snapshot", "memory")
        for parts in ((), (WOMEN,), (Between(column="AGE", high=61), WOMEN)):
            assert_frame_equal(_events(prepared, *parts), _events(plain, *parts))
        shown = SubjectList(columns=(EVENTS, SEVERE))
        lists = [list_subjects(store, Cohort(), shown) for store in (prepared, plain)]
        assert_frame_equal(*lists)


def test_subjects_in_another_order_are_not_counted_by_old_numbers(tiny):
    turned = _changed(
        tiny("turned"),
        "CREATE TABLE snapshot.other AS SELECT * FROM snapshot.adsl ORDER BY USUBJID DESC",
        "DROP TABLE snapshot.adsl",
        "ALTER TABLE snapshot.other RENAME TO adsl",
        prepare=True,
    )
    with open_store(turned) as store, open_store(tiny("plain")) as plain:
        assert _where_it_is(store) == "memory snapshot"
        assert_frame_equal(_events(store, WOMEN), _events(plain, WOMEN))


def test_a_subject_less_is_noticed(tiny):
    erased = _changed(
        tiny("erased"), "DELETE FROM snapshot.adsl WHERE USUBJID = 'S1'", prepare=True
    )
    with open_store(erased) as store:
        assert "memory" in _where_it_is(store)
        counted = count_panels(store, Cohort(event_criterion(store, classes=["Gut"])), [])
        assert (counted.subjects, counted.total) == (1, 7)
        events = _events(store).query("panel == 'event classes'")
        assert events[["level", "subjects"]].to_numpy().tolist() == [["Gut", 1], ["Skin", 2]]


def test_a_snapshot_with_the_tables_of_an_older_version_gets_the_new_ones(tiny):
    older = _changed(
        tiny("older"),
        "CREATE SCHEMA snapshot.prepared",
        "CREATE TABLE snapshot.prepared.subject_events AS SELECT 'S1' AS subject, 'Gut' AS class",
        "CREATE TABLE snapshot.prepared.subject_event_kinds AS SELECT 'S1' AS subject",
    )
    with open_store(older) as store, open_store(tiny("plain")) as plain:
        assert_frame_equal(_events(store), _events(plain))


@pytest.mark.parametrize("prepare", [False, True])
def test_a_column_of_the_data_may_be_called_rowid(tiny, prepare):
    named = _changed(tiny("named"), 'ALTER TABLE snapshot.adsl ADD COLUMN "RowId" BIGINT DEFAULT 7')
    if prepare:
        _changed(named, prepare=True)
    serious = AnyRecord(dataset="adae", where=OneOf(column="AESER", values=("Y",)))
    with open_store(named) as store, open_store(tiny("plain")) as plain:
        for parts in ((), (WOMEN,), (WOMEN, serious)):
            assert_frame_equal(_events(store, *parts), _events(plain, *parts))
            expected, found = (_panels(each, *parts) for each in (plain, store))
            assert found.subjects == expected.subjects
            shared = found.levels[found.levels["panel"] != "RowId"].reset_index(drop=True)
            assert_frame_equal(shared, expected.levels)


def test_no_adverse_events_are_prepared_too(tiny):
    quiet = _changed(tiny("quiet"), "DROP TABLE snapshot.adae")
    with open_store(_changed(quiet, prepare=True)) as store:
        assert _where_it_is(store) == "snapshot"
        assert _events(store).empty


def _panels(store: Store, *parts: object) -> PanelCounts:
    panels = [panel_of(each) for each in profile_columns(store)]
    return count_panels(store, Cohort(from_parts(list(parts))), panels)  # type: ignore[arg-type]


def test_a_study_without_adverse_events_has_no_panel_of_them(tiny):
    quiet = _changed(tiny("quiet"), "DROP TABLE snapshot.adae")
    with open_store(quiet) as store:
        assert _events(store).empty


# Remembering -----------------------------------------------------------------------------


def test_what_is_remembered_and_what_is_forgotten_count_alike(tiny, monkeypatch):
    monkeypatch.setattr("queries.subject_sets._MOST_CRITERIA", 2)
    monkeypatch.setattr("queries.subject_sets._MOST_PANELS", 2)
    monkeypatch.setattr("queries.subject_sets._AT_ONCE", 2)
    parts = [Between(column="AGE", low=low) for low in range(50, 62)]
    with open_store(tiny("few")) as store:
        for _ in range(2):
            for count in range(len(parts) + 1):
                rule = from_parts(parts[:count])
                counted = count_panels(store, Cohort(rule), [])
                size = questions.cohort_size(store=store, cohort=Cohort(rule))["subjects"].iloc[0]
                assert counted.subjects == size
            assert not _panels(store, *parts).levels.empty


def test_the_same_criterion_twice_costs_nothing_twice(tiny):
    with open_store(tiny("twice")) as store:
        counted = count_panels(store, Cohort(from_parts([WOMEN, WOMEN])), [])
        assert counted.attrition.to_numpy().tolist() == [[4, 0], [4, 0]]


def test_a_refused_criterion_is_refused_again(tiny):
    unknown = Cohort(from_parts([WOMEN, OneOf(column="NOSUCH", values=("F",))]))
    with open_store(tiny("refused")) as store:
        for _ in range(2):
            with pytest.raises(DataError, match="NOSUCH"):
                count_panels(store, unknown, [])
        assert count_panels(store, Cohort(WOMEN), []).subjects == 4


def test_several_threads_count_alike(tiny):
    rules = [from_parts([Between(column="AGE", low=low), WOMEN]) for low in range(40, 80)]
    with open_store(tiny("threads")) as store:
        panels = [panel_of(each) for each in profile_columns(store)]
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda r: count_panels(store, Cohort(r), panels), rules * 3))
        for rule, counted in zip(rules * 3, found, strict=True):
            size = questions.cohort_size(store=store, cohort=Cohort(rule))["subjects"].iloc[0]
            assert counted.subjects == size
