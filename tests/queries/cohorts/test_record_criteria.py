"""Criteria on records: DuckDB, plain Python, JSON and English agree on random rules and rows."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries.cohorts import (
    AllOf,
    AnyOf,
    AnyRecord,
    Between,
    Cohort,
    MultipleOf,
    Not,
    OneOf,
    RecordTable,
    Rule,
    Schema,
    Window,
    late_parts,
    predicate,
)
from queries.errors import DataError

RECORDS = {
    "USUBJID": "VARCHAR",
    "PARAMCD": "VARCHAR",
    "AVAL": "DOUBLE",
    "ANRHI": "DOUBLE",
    "AESER": "VARCHAR",
    "ADT": "DATE",
    "day": "BIGINT",  # a name that the compiler uses itself, as a name of the data
}
SCHEMA = Schema(
    subjects={"USUBJID": "VARCHAR", "SEX": "VARCHAR", "TRTSDT": "DATE", "DTHFL": "VARCHAR"},
    records={
        "adlb": RecordTable(
            columns=RECORDS, source="adlb", starts_on='record."ADT"', parameter="PARAMCD"
        ),
        "undated": RecordTable(columns={"USUBJID": "VARCHAR", "X": "VARCHAR"}, source="undated"),
        "mh": RecordTable(columns={"USUBJID": "VARCHAR"}, source="adlb", at_baseline=True),
    },
    anchors={"first_dose": '"TRTSDT"'},
    after_baseline=frozenset({"DTHFL"}),
)
DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(6)]
NUMBERS = [0.0, 10.0, 29.5, 30.0, 90.0, 90.5, math.nan]
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "USUBJID": st.sampled_from(["0", "1", "2", "9", None]),
            "PARAMCD": st.sampled_from(["ALT", "AST", None]),
            "AVAL": st.none() | st.sampled_from(NUMBERS),
            "ANRHI": st.none() | st.sampled_from(NUMBERS),
            "AESER": st.sampled_from(["Y", "N", None]),
            "ADT": st.none() | st.sampled_from(DAYS),
            "day": st.none() | st.integers(0, 3),
        }
    ),
    max_size=10,
)
SUBJECTS = st.lists(st.none() | st.sampled_from(DAYS), min_size=1, max_size=3)
_PARTS = (
    st.sampled_from(["ALT", "AST"]).map(lambda v: OneOf(column="PARAMCD", values=(v,)))
    | st.booleans().map(lambda k: OneOf(column="AESER", values=("Y",), keep_missing=k))
    | st.sampled_from([29.5, 30.0]).map(lambda v: Between(column="AVAL", low=v))
    | st.integers(0, 3).map(lambda v: Between(column="day", high=v))
    | st.builds(
        MultipleOf,
        column=st.just("AVAL"),
        comparison=st.sampled_from(["above", "at_least", "below", "at_most"]),
        factor=st.sampled_from([1, 3, 0.5]),
        of=st.sampled_from(["ANRHI", None]),
        keep_missing=st.booleans(),
    )
)
WHERE = st.recursive(
    _PARTS,
    lambda parts: (
        st.lists(parts, max_size=3).map(lambda found: AllOf(tuple(found)))
        | st.lists(parts, max_size=3).map(lambda found: AnyOf(tuple(found)))
        | parts.map(Not)
    ),
    max_leaves=5,
)
_ENDS = st.none() | st.integers(-3, 4)
WINDOWS = (
    st.tuples(_ENDS, _ENDS)
    .filter(lambda ends: ends != (None, None))
    .map(lambda ends: sorted(ends) if None not in ends else ends)
    .map(lambda ends: Window(low=ends[0], high=ends[1]))
)
RULES = st.recursive(
    st.builds(
        AnyRecord,
        dataset=st.just("adlb"),
        where=st.none() | WHERE,
        within=st.none() | WINDOWS,
        at_least=st.integers(1, 3),
    ),
    lambda parts: parts.map(Not) | st.lists(parts, max_size=3).map(lambda p: AllOf(tuple(p))),
    max_leaves=4,
)


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _first_value(row: dict, rows: list[dict]) -> object:
    same = [
        one
        for one in rows
        if (one["USUBJID"], one["PARAMCD"]) == (row["USUBJID"], row["PARAMCD"])
        and not _missing(one["AVAL"])
    ]
    same.sort(key=lambda one: (one["ADT"] or date.max, -one["AVAL"]))
    return same[0]["AVAL"] if same else None


def _fits(rule: Rule, row: dict, rows: list[dict]) -> bool:
    match rule:
        case AllOf():
            return all(_fits(part, row, rows) for part in rule.criteria)
        case AnyOf():
            return any(_fits(part, row, rows) for part in rule.criteria)
        case Not():
            return not _fits(rule.criterion, row, rows)
    value = row[rule.column]
    if isinstance(rule, MultipleOf):
        other = _first_value(row, rows) if rule.of is None else row[rule.of]
        if _missing(value) or _missing(other):
            return rule.keep_missing
        limit = rule.factor * other
        return {
            "above": value > limit,
            "at_least": value >= limit,
            "below": value < limit,
            "at_most": value <= limit,
        }[rule.comparison]
    if _missing(value):
        return rule.keep_missing
    if isinstance(rule, OneOf):
        return value in rule.values
    return (rule.low is None or value >= rule.low) and (rule.high is None or value <= rule.high)


def _holds(rule: Rule, subject: str, first_dose: date | None, rows: list[dict]) -> bool:
    match rule:
        case AllOf():
            return all(_holds(part, subject, first_dose, rows) for part in rule.criteria)
        case Not():
            return not _holds(rule.criterion, subject, first_dose, rows)
    own = [row for row in rows if row["USUBJID"] == subject]
    if rule.where is not None:
        own = [row for row in own if _fits(rule.where, row, rows)]
    if rule.within is not None:
        low, high = rule.within.low, rule.within.high
        dated = [row for row in own if row["ADT"] and first_dose]
        own = [
            row
            for row in dated
            if (low is None or (row["ADT"] - first_dose).days >= low)
            and (high is None or (row["ADT"] - first_dose).days <= high)
        ]
    return len(own) >= rule.at_least


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE adsl (USUBJID VARCHAR, SEX VARCHAR, TRTSDT DATE, DTHFL VARCHAR)"
    )
    listed = ", ".join(f'"{name}" {type_}' for name, type_ in RECORDS.items())
    connection.execute(f"CREATE TABLE adlb ({listed})")
    yield connection
    connection.close()


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(doses=SUBJECTS, rows=ROWS, rule=RULES)
def test_duckdb_and_python_choose_the_same_subjects(database, doses, rows, rule):
    database.execute("DELETE FROM adsl")
    database.execute("DELETE FROM adlb")
    for number, dose in enumerate(doses):
        database.execute("INSERT INTO adsl VALUES (?, 'F', ?, NULL)", [str(number), dose])
    for row in rows:
        values = [row[name] for name in RECORDS]
        database.execute(f"INSERT INTO adlb VALUES ({', '.join('?' * 7)})", values)
    sql, parameters = predicate(rule, SCHEMA)
    found = dict(database.execute(f"SELECT USUBJID, {sql} FROM adsl", parameters).fetchall())
    expected = {str(n): _holds(rule, str(n), dose, rows) for n, dose in enumerate(doses)}
    assert found == expected


@settings(max_examples=100, deadline=None)
@given(rule=RULES)
def test_json_and_english_hold_the_whole_rule(rule):
    cohort = Cohort(rule)
    again = Cohort.from_json(cohort.to_json(), SCHEMA)
    assert repr(again) == repr(cohort)
    assert cohort.sentence().isprintable()


LABELS = {
    "adae.AETOXGR": "Toxicity grade",
    "adlb.AVAL": "Result",
    "adlb.ANRHI": "Upper limit of normal",
    "SEX": "Sex",
}
SEVERE = OneOf(column="AETOXGR", values=("3", "4", "5"))


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            AnyRecord(dataset="adae", where=SEVERE, within=Window(low=0, high=30)),
            "Any adverse event where toxicity grade is one of 3, 4, 5, "
            "0 to 30 days after first dose",
        ),
        (
            AnyRecord(
                dataset="adlb",
                where=AllOf(
                    (
                        OneOf(column="PARAMCD", values=("ALT",)),
                        MultipleOf(column="AVAL", comparison="above", factor=3, of="ANRHI"),
                    )
                ),
                within=Window(low=1),
            ),
            "Any laboratory result where (PARAMCD is ALT and result is above 3 × upper limit of "
            "normal), at least 1 day after first dose",
        ),
        (
            AnyRecord(
                dataset="adex", where=MultipleOf(column="EXDOSE", comparison="below", factor=1)
            ),
            "Any exposure record where EXDOSE is below its first value",
        ),
        (Not(AnyRecord(dataset="adae")), "No adverse event"),
        (Not(AnyRecord(dataset="adae", at_least=2)), "Fewer than 2 adverse events"),
        (
            AllOf((OneOf(column="SEX", values=("F",)), AnyRecord(dataset="adae", where=SEVERE))),
            "Sex is F and (any adverse event where toxicity grade is one of 3, 4, 5)",
        ),
        (
            AnyRecord(dataset="adae", within=Window(low=-30, high=-1, anchor="randomisation")),
            "Any adverse event, 30 to 1 day before randomisation",
        ),
        (
            AnyRecord(dataset="x; drop", within=Window(high=0)),
            'Any record of "x; drop", on or before the day of first dose',
        ),
    ],
)
def test_a_criterion_on_records_is_a_sentence(rule, sentence):
    assert Cohort(rule).sentence(LABELS) == sentence


def _read(rule: object) -> Cohort:
    return Cohort.from_json(json.dumps({"version": 1, "rule": rule}), SCHEMA)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"any_record": "adcm"}, "uses a dataset of the snapshot, but got 'adcm'"),
        ({"any_record": "adlb\x00"}, "names its dataset, in valid Unicode without NUL"),
        ({"any_record": ["adlb"]}, "names its dataset"),
        ({"any_record": "adlb", "were": None}, "has `where`, `within` and `at_least`"),
        ({"any_record": "adlb", "at_least": 0}, "`at_least` is a whole number from 1 up"),
        ({"any_record": "adlb", "at_least": True}, "`at_least` is a whole number from 1 up"),
        ({"any_record": "adlb", "within": {"days": [5, 1], "of": "first_dose"}}, "low to high"),
        ({"any_record": "adlb", "within": {"days": [None, None], "of": "x"}}, "at least one end"),
        ({"any_record": "adlb", "within": {"days": [0, 1.5], "of": "first_dose"}}, "whole number"),
        ({"any_record": "adlb", "within": {"days": [0, 10**9], "of": "x"}}, "at most 100000"),
        ({"any_record": "adlb", "within": {"days": [0, 1], "of": "birth"}}, "count from one of"),
        (
            {"any_record": "adlb", "within": {"days": [0, 1], "of": "last_dose"}},
            "counts from a day that the snapshot has, but got 'last_dose'",
        ),
        ({"any_record": "undated", "within": {"days": [0, 1], "of": "first_dose"}}, "have dates"),
        ({"any_record": "adlb", "where": {"column": "SEX", "one_of": ["F"]}}, "dataset 'adlb' has"),
        ({"any_record": "adlb", "where": {"any_record": "adlb"}}, "criteria on one record"),
        ({"column": "AVAL", "times": "ANRHI", "above": 3}, "snapshot's ADSL has"),
        ({"column": "TRTSDT", "times": "TRTSDT", "above": 3}, "a multiple is of numbers"),
        ({"column": "SEX", "times": None, "above": 3}, "records have a first value"),
        ({"column": "AVAL", "times": "ANRHI", "above": 0}, "number above 0"),
        ({"column": "AVAL", "times": "ANRHI", "above": "3"}, "number above 0"),
        ({"column": "AVAL", "times": "ANRHI", "over": 3}, "`times` goes with one of"),
        ({"column": "AVAL", "times": "ANRHI", "above": 3, "below": 9}, "goes with one of"),
        ({"column": "AVAL", "times": 7, "above": 3}, "that is compared with has a name"),
    ],
)
def test_what_is_no_criterion_on_records_is_refused(rule, sentence):
    with pytest.raises(DataError, match=sentence):
        _read(rule)


def test_a_criterion_on_records_counts_towards_the_limits():
    where = AllOf(tuple(OneOf(column="X", values=(n,)) for n in range(600)))
    with pytest.raises(DataError, match="at most 1000 criteria, but got 1200"):
        AllOf((AnyRecord(dataset="a", where=where), AnyRecord(dataset="b", where=where)))


BASELINE_FLAG = OneOf(column="ABLFL", values=("Y",))


@pytest.mark.parametrize(
    ("rule", "known_by"),
    [
        (OneOf(column="SEX", values=("F",)), []),
        (Not(OneOf(column="DTHFL", values=("Y",))), [None]),
        (AnyRecord(dataset="adlb"), [None]),
        (AnyRecord(dataset="adlb", within=Window(high=0)), []),
        (AnyRecord(dataset="adlb", within=Window(low=0, high=30)), [30]),
        (AnyRecord(dataset="adlb", within=Window(low=5)), [None]),
        (AnyRecord(dataset="adlb", within=Window(high=0, anchor="last_dose")), [None]),
        (AnyRecord(dataset="adlb", where=BASELINE_FLAG), []),
        (AnyRecord(dataset="adlb", where=AllOf((BASELINE_FLAG, AnyOf(())))), []),
        (AnyRecord(dataset="adlb", where=AnyOf((BASELINE_FLAG, AnyOf(())))), [None]),
        (AnyRecord(dataset="adlb", where=Not(BASELINE_FLAG)), [None]),
        (AnyRecord(dataset="mh"), []),
        (
            AnyOf((OneOf(column="DTHFL", values=("Y",)), AnyRecord(dataset="adlb"))),
            [None, None],
        ),
    ],
)
def test_what_is_not_known_at_baseline_is_found(rule, known_by):
    assert [late.known_by for late in late_parts(rule, SCHEMA)] == known_by
