"""Counts from remembered records equal what one SQL query over all records gives."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries import endpoint_sets, questions
from queries.cohorts import (
    EVERYONE,
    AllOf,
    AnyOf,
    AnyRecord,
    Between,
    Cohort,
    Not,
    OneOf,
    Rule,
    difference,
    intersection,
)
from queries.errors import DataError
from queries.store import ArmRole, Store, open_store
from tests.tiny_snapshot import write_tiny_snapshot

COUNTS = """
SELECT
    arm,
    stratum,
    time,
    count(*) FILTER (event) AS events,
    count(*) FILTER (NOT event) AS censored
FROM cohort
JOIN endpoint_times USING (subject)
WHERE endpoint = $endpoint AND time IS NOT NULL AND event IS NOT NULL
GROUP BY ALL
ORDER BY ALL
"""
EXCLUSIONS = """
SELECT arm, reason, count(*) AS subjects
FROM (
    SELECT
        cohort.arm,
        CASE
            WHEN times.subject IS NULL THEN 'no record of this endpoint'
            WHEN times.time IS NULL THEN 'no time'
            WHEN times.event IS NULL THEN 'no censoring indicator'
        END AS reason
    FROM cohort
    LEFT JOIN (SELECT * FROM endpoint_times WHERE endpoint = $endpoint) AS times USING (subject)
)
WHERE reason IS NOT NULL
GROUP BY ALL
ORDER BY ALL
"""

# What must not be lost, and not be counted twice: subjects without an arm or an identifier, one
# who is there twice, records of nobody, several of one subject, and times and events of any kind.
HOSTILE = """
INSERT INTO adsl ("USUBJID", "SEX", "COUNTRY", "TRT01P", "TRT01PN", "TRT01A", "AGE") VALUES
 ('S9', 'F', 'DEU', 'Screen Failure', NULL, NULL, 50), ('S10', 'M', 'FRA', NULL, NULL, NULL, 51),
 ('S11', 'F', NULL, 'Active', 1, NULL, 'NaN'), (NULL, 'M', 'DEU', 'Placebo', 0, 'Placebo', 52),
 ('S12', NULL, 'DEU', 'Active', 1, NULL, 53), ('S12', 'F', 'FRA', 'Placebo', 0, 'Active', 54),
 ('S13', 'a / b', 'c', 'Active', 1, 'Active', 55), ('S14', 'a', 'b / c', 'Active', 1, 'É', 56);
INSERT INTO adtte VALUES
 ('S9', 'OS', NULL, 5, 0), ('S10', 'OS', NULL, 6, 0), ('S11', 'OS', NULL, 7, 0),
 (NULL, 'OS', NULL, 8, 0), ('S12', 'OS', NULL, 9, 1), ('NOBODY', 'OS', NULL, 4, 0),
 ('S13', 'OS', NULL, 7, 0), ('S14', 'OS', NULL, 7, 1), ('S14', 'OS', NULL, 7, 0),
 ('S14', 'OS', NULL, 30, 0), ('S1', 'OS', NULL, NULL, 0), ('S2', 'OS', NULL, 3, NULL),
 ('S3', 'OS', NULL, 'NaN', 0), ('S3', 'OS', NULL, 'NaN', 1), ('S4', 'OS', NULL, 'inf', 0),
 ('S5', 'OS', NULL, -2, 0), ('S6', 'OS', NULL, -0.0, 0), ('S6', 'OS', NULL, 0.0, 1),
 ('S7', 'OS', NULL, 0.1, 'NaN'), ('S7', 'OS', NULL, 0.3, 0.5),
 ('S1', 'PFS', 'Progression-free survival', 2, 1), ('S2', 'PFS', NULL, NULL, NULL),
 ('S8', NULL, NULL, 1, 0), ('S8', '', NULL, 1, 0);
"""
ENDPOINTS = st.sampled_from(["OS", "PFS", "", "unknown", "'; drop table adtte; --"])
ROLES = st.sampled_from(get_args(ArmRole))
SETTINGS = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
_CRITERIA = st.sampled_from(
    [
        OneOf(column="SEX", values=("F",)),
        OneOf(column="SEX", values=("M",), keep_missing=True),
        Between(column="AGE", low=55, high=70),
        Between(column="AGE", high=60, keep_missing=True),
        Not(OneOf(column="RACE", values=("WHITE",))),
        AnyOf((OneOf(column="COUNTRY", values=("DEU",)), Between(column="AGE", low=75))),
        AnyOf(()),
        AnyRecord(dataset="adae"),
    ]
)
RULES: st.SearchStrategy[Rule] = st.recursive(
    _CRITERIA, lambda inner: st.lists(inner, max_size=3).map(lambda them: AllOf(tuple(them)))
)
COHORTS = st.one_of(st.just(EVERYONE), RULES.map(Cohort))


def asked(store: Store, sql: str, cohort: Cohort, arm: ArmRole, stratum, endpoint) -> pd.DataFrame:
    """One query that joins all records to the cohort."""
    subjects, bound = store.subjects_sql(cohort, arm, stratum=stratum)
    return store.execute(f"WITH cohort AS ({subjects}) {sql}", {**bound, "endpoint": endpoint})


def require_same(store: Store, cohort: Cohort, arm: ArmRole, stratum, endpoint: str) -> None:
    counts = questions.survival_counts(
        store=store, endpoint=endpoint, cohort=cohort, arm=arm, stratum=stratum
    )
    expected = asked(store, COUNTS, cohort, arm, stratum, endpoint)
    pd.testing.assert_frame_equal(counts, expected, check_exact=True)
    exclusions = questions.survival_exclusions(
        store=store, endpoint=endpoint, cohort=cohort, arm=arm
    )
    expected = asked(store, EXCLUSIONS, cohort, arm, (), endpoint)
    pd.testing.assert_frame_equal(exclusions, expected, check_exact=True)


def hostile_snapshot(folder: Path) -> Path:
    path = write_tiny_snapshot(folder / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(HOSTILE)
    return path


@pytest.fixture(scope="module", params=["by arm", "pooled", "without places"])
def hostile(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[Store]:
    path = hostile_snapshot(tmp_path_factory.mktemp("hostile"))
    if request.param == "without places":  # the data take the name that places have
        with duckdb.connect(str(path)) as connection:
            connection.execute('ALTER TABLE adsl ADD COLUMN "ROWID" INTEGER')
    with open_store(path, pooled=request.param == "pooled") as store:
        yield store


@SETTINGS
@given(
    cohort=COHORTS,
    arm=ROLES,
    stratum=st.lists(st.sampled_from(["SEX", "COUNTRY", "AGE", "USUBJID"]), max_size=3),
    endpoint=ENDPOINTS,
)
def test_counts_and_exclusions_are_those_of_one_query(hostile, cohort, arm, stratum, endpoint):
    require_same(hostile, cohort, arm, tuple(stratum), endpoint)


@pytest.fixture(scope="module")
def trial(demo_home: Path) -> Iterator[Store]:
    largest = max((demo_home / "snapshots").rglob("*.duckdb"), key=lambda path: path.stat().st_size)
    with open_store(largest) as store:
        yield store


@settings(SETTINGS, max_examples=25)
@given(
    rule=st.lists(
        st.sampled_from(
            [
                OneOf(column="SEX", values=("F",)),
                Between(column="AGE", low=55),
                OneOf(column="ITTFL", values=("Y",)),
                AnyRecord(dataset="adae", where=OneOf(column="AESER", values=("Y",))),
            ]
        ),
        max_size=3,
    ),
    arm=ROLES,
    data=st.data(),
)
def test_a_whole_trial_is_counted_as_by_one_query(trial, rule, arm, data):
    known = sorted(questions.endpoints(store=trial)["endpoint"].unique())
    assert "OS" in known
    strata = st.lists(st.sampled_from(trial.factors()), max_size=2, unique=True)
    cohort = Cohort(AllOf(tuple(rule)) if rule else None)
    endpoint = data.draw(st.sampled_from(known))
    require_same(trial, cohort, arm, tuple(data.draw(strata)), endpoint)


def test_combined_cohorts_are_counted_like_any_other(hostile: Store) -> None:
    women = Cohort(OneOf(column="SEX", values=("F",)))
    elderly = Cohort(Between(column="AGE", low=60))
    for cohort in (intersection(women, elderly), difference(women, elderly)):
        require_same(hostile, cohort, "planned", ("COUNTRY",), "OS")


def test_a_study_without_endpoints_has_none(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute("DROP TABLE adtte")
    with open_store(path) as store:
        require_same(store, EVERYONE, "planned", ("SEX",), "OS")
        assert questions.survival_counts(store=store, endpoint="OS").empty


def test_a_study_without_subjects_has_no_counts(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute("DELETE FROM adsl")
    with open_store(path) as store:
        require_same(store, EVERYONE, "actual", (), "OS")


def test_a_blinded_reader_cannot_ask_by_what_stands_for_an_arm(tmp_path: Path) -> None:
    cohort = Cohort(OneOf(column="ARMLIKE", values=("x",)))
    with open_store(write_tiny_snapshot(tmp_path / "tiny.duckdb"), pooled=True) as store:
        with pytest.raises(DataError, match="a stratum is a column of ADSL that this reader may"):
            questions.survival_counts(store=store, endpoint="OS", stratum=("ARMLIKE",))
        with pytest.raises(DataError, match="ARMLIKE"):
            questions.survival_counts(store=store, endpoint="OS", cohort=cohort)
        with pytest.raises(DataError, match="ARMLIKE"):
            questions.survival_exclusions(store=store, endpoint="OS", cohort=cohort)


def test_an_unknown_role_is_refused(tiny_store: Store) -> None:
    with pytest.raises(DataError, match="arm is planned or actual"):
        questions.survival_counts(store=tiny_store, endpoint="OS", arm="any")  # type: ignore[arg-type]


def test_answers_do_not_share_what_a_caller_may_change(tiny_store: Store) -> None:
    first = questions.survival_counts(store=tiny_store, endpoint="OS")
    first[["arm", "time", "events"]] = ["nobody", -1.0, 99]
    require_same(tiny_store, EVERYONE, "planned", (), "OS")


def test_no_more_is_remembered_than_is_said(tmp_path: Path, monkeypatch) -> None:
    for most in ("_MOST_RECORDS", "_MOST_GROUPS", "_MOST_GROUPED"):
        monkeypatch.setattr(endpoint_sets, most, 2000)
    with open_store(hostile_snapshot(tmp_path)) as store:
        sets = store.endpoint_sets
        for _ in range(2):
            for stratum in ((), ("SEX",), ("COUNTRY",), ("SEX", "COUNTRY"), ("USUBJID",)):
                for endpoint in ("OS", "PFS", "unknown"):
                    require_same(store, EVERYONE, "planned", stratum, endpoint)
                    for remembered in (sets._records, sets._groups, sets._grouped):
                        assert 0 < remembered.weight <= 2000


def test_what_the_records_say_is_what_usable_ones_say(hostile: Store) -> None:
    assert hostile.endpoint_sets.words("OS").labels == {"Overall survival"}
    assert hostile.endpoint_sets.words("PFS").labels == {"Progression-free survival"}
    assert hostile.endpoint_sets.words("unknown").labels == frozenset()
    assert hostile.endpoint_sets.words("OS").units == frozenset()


def test_many_threads_get_the_same_answers(tmp_path: Path) -> None:
    with open_store(hostile_snapshot(tmp_path)) as store:
        kinds = [(arm, stratum) for arm in get_args(ArmRole) for stratum in ((), ("SEX",))]
        expected = {kind: asked(store, COUNTS, EVERYONE, *kind, "OS") for kind in kinds}
        wrong: list[object] = []

        def ask() -> None:
            for arm, stratum in kinds:
                counts = questions.survival_counts(
                    store=store, endpoint="OS", arm=arm, stratum=stratum
                )
                if not counts.equals(expected[arm, stratum]):
                    wrong.append((arm, stratum))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
