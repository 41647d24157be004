"""What bad rules and bad JSON get: a sentence, and never SQL."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime

import duckdb
import pytest

from queries.cohorts import AllOf, AnyOf, Between, Cohort, Not, OneOf, Schema, predicate, union
from queries.errors import DataError

COLUMNS = {
    "AGE": "DOUBLE",
    "N": "BIGINT",
    "SEX": "VARCHAR",
    "FLAG": "BOOLEAN",
    "RANDDT": "DATE",
    "TRTSDTM": "TIMESTAMP",
    "LIST": "INTEGER[]",
}
SCHEMA = Schema(subjects=COLUMNS)
FEMALE = OneOf(column="SEX", values=("F",))


def _read(rule: object, **more: object) -> Cohort:
    return Cohort.from_json(json.dumps({"version": 1, "rule": rule, **more}), SCHEMA)


def test_a_range_runs_from_low_to_high():
    with pytest.raises(
        DataError, match=r"range of 'AGE' runs from low to high, but got '80 to 65'"
    ):
        _read({"column": "AGE", "between": [80, 65]})


@pytest.mark.parametrize("name", ["SEXX", "sex", '"; drop table adsl; --', "SEX\n", "x" * 5000])
def test_an_unknown_column_is_named_escaped_and_refused(name):
    with pytest.raises(DataError, match="a column that the snapshot's ADSL has") as refusal:
        _read({"column": name, "one_of": ["F"]})
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ({"column": "AGE", "one_of": ["old"]}, r"'AGE'.*type DOUBLE.*numbers, but got 'old'"),
        (
            {"column": "AGE", "one_of": [True]},
            r"type DOUBLE is compared with numbers, but got True",
        ),
        ({"column": "SEX", "one_of": [1]}, r"type VARCHAR is compared with text, but got 1"),
        ({"column": "SEX", "between": [1, 2]}, r"type VARCHAR is compared with text, but got 1"),
        ({"column": "N", "one_of": [2.5]}, r"type BIGINT is compared with whole numbers"),
        ({"column": "N", "one_of": [1e300]}, r"type BIGINT is compared with whole numbers"),
        ({"column": "FLAG", "one_of": ["Y"]}, r"type BOOLEAN is compared with true or false"),
        ({"column": "RANDDT", "one_of": ["2024-01-01"]}, r"type DATE is compared with dates"),
        (
            {"column": "RANDDT", "between": [{"datetime": "2024-01-01T10:00:00"}, None]},
            r"type DATE is compared with dates, but got '2024-01-01T10:00:00'",
        ),
        ({"column": "LIST", "one_of": [1]}, r"uses text, numbers, dates or truths"),
        (
            {"column": "RANDDT", "one_of": [{"date": "2024-13-01"}]},
            r"a date is written as ISO 8601",
        ),
        ({"column": "RANDDT", "one_of": [{"day": "2024-12-01"}]}, r"a value in a criterion is"),
        ({"column": "SEX", "one_of": ["F", 1]}, r"'SEX' are all of one kind"),
        ({"column": "SEX", "one_of": [["F"]]}, r"a value in a criterion is"),
        ({"column": "SEX", "one_of": [None]}, r"a value in a criterion is"),
        ({"column": "SEX", "one_of": []}, r"lists at least one value"),
        ({"column": "SEX", "one_of": "F"}, r"a part of a rule is"),
        ({"column": 5, "one_of": ["F"]}, r"a criterion names its column"),
        ({"column": "", "one_of": ["F"]}, r"a criterion names its column"),
        ({"column": "A\0", "one_of": ["F"]}, r"a criterion names its column"),
        ({"column": "SEX", "one_of": ["F\0"]}, r"valid Unicode without NUL"),
        ({"column": "SEX", "one_of": ["\ud800"]}, r"valid Unicode without NUL"),
        ({"column": "\ud800", "one_of": ["F"]}, r"a criterion names its column"),
        ({"column": "AGE", "between": ["a", "b"]}, r"is of numbers or dates"),
        ({"column": "AGE", "between": [1, {"date": "2024-01-01"}]}, r"are of one kind"),
        ({"column": "AGE", "between": [None, None], "keep_missing": True}, r"has a bound"),
        ({"column": "AGE", "between": [1]}, r"a part of a rule is"),
        (
            {"column": "AGE", "between": [10**400, None]},
            r"fits in 64 bits, but got 'a number of 1329",
        ),
        ({"column": "SEX", "one_of": ["F"], "keep_missing": 1}, r"`keep_missing` is true or false"),
        ({"column": "SEX", "one_of": ["F"], "sql": "1=1"}, r"only `keep_missing` besides"),
        ({"all_of": [], "any_of": []}, r"a part of a rule is"),
        ({"all_of": {}}, r"a part of a rule is"),
        ({"not": None}, r"a part of a rule is a JSON object"),
        ([], r"a part of a rule is a JSON object"),
        ("TRUE", r"a part of a rule is a JSON object"),
    ],
)
def test_what_is_not_a_rule_for_these_columns_is_refused(rule, sentence):
    with pytest.raises(DataError, match=sentence):
        _read(rule)


def test_ten_thousand_criteria_are_too_many():
    with pytest.raises(DataError, match="at most 1000 criteria, but got 10000"):
        _read({"any_of": [{"column": "SEX", "one_of": ["F"]}] * 10_000})


def test_criteria_in_nested_groups_are_counted_together():
    half = AnyOf((FEMALE,) * 600)
    with pytest.raises(DataError, match="at most 1000 criteria, but got 1200"):
        union(Cohort(half), Cohort(half))


def test_too_many_values_are_refused():
    with pytest.raises(DataError, match="at most 10000 values, but got 10001"):
        OneOf(column="AGE", values=tuple(range(10_001)))
    half = OneOf(column="AGE", values=tuple(range(6_000)))
    with pytest.raises(DataError, match="at most 10000 values, but got 12000"):
        AllOf((half, half))


@pytest.mark.parametrize("depth", [20, 400, 100_000])
def test_deep_nesting_is_refused(depth):
    text = '{"not":' * depth + '{"column":"SEX","one_of":["F"]}' + "}" * depth
    with pytest.raises(DataError, match="nested"):
        Cohort.from_json('{"version": 1, "rule": ' + text + "}", SCHEMA)


def test_nesting_is_refused_in_python_as_in_json():
    rule = FEMALE
    for _ in range(19):
        rule = Not(rule)
    assert predicate(rule, SCHEMA)[0].count("NOT (") == 0 + 18 + 1
    with pytest.raises(DataError, match="nested at most 20 deep"):
        Not(rule)


@pytest.mark.parametrize("bound", [math.nan, math.inf, -math.inf])
def test_bounds_are_finite(bound):
    with pytest.raises(DataError, match="is finite"):
        Between(column="AGE", low=bound)
    with pytest.raises(DataError, match="is finite"):
        OneOf(column="AGE", values=(bound,))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5_000])
def test_numbers_json_cannot_hold_are_refused(number):
    text = '{"version": 1, "rule": {"column": "AGE", "between": [' + number + ", null]}}"
    with pytest.raises(DataError, match=r"finite|JSON"):
        Cohort.from_json(text, SCHEMA)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is written as JSON"),
        ("{", "is written as JSON"),
        ("[]", "a cohort is a JSON object"),
        ("{}", "written in version 1"),
        ('{"version": 2}', "written in version 1 of its form, but got 2"),
        ('{"version": true}', "written in version 1"),
        ('{"version": 1, "sql": "x"}', "has `version`, `name` and `rule`"),
        ('{"version": 1, "version": 1}', "names each key once"),
        ('{"version": 1, "name": 5}', "the name of a cohort is text"),
        ('{"version": 1, "name": "' + "x" * 201 + '"}', "at most 200 characters"),
        ('{"version": 1, "name": "\\ud800"}', "the name of a cohort is text"),
        ("[" * 200_000, "nested without end"),
        ('"' + "x" * 3_000_000 + '"', "at most 2097152 characters"),
    ],
)
def test_what_is_not_a_cohort_is_refused(text, sentence):
    with pytest.raises(DataError, match=sentence):
        Cohort.from_json(text)


def test_time_zones_are_refused():
    with pytest.raises(DataError, match="no time zone"):
        Between(column="TRTSDTM", low=datetime(2024, 1, 1, tzinfo=UTC))
    with pytest.raises(DataError, match="of one kind"):
        Between(column="TRTSDTM", low=date(2024, 1, 1), high=datetime(2024, 1, 2))


@pytest.mark.parametrize("part", ["1=1", None, Cohort(), object])
def test_groups_hold_rules_only(part):
    with pytest.raises(DataError, match="a group holds criteria and groups"):
        AllOf((part,))
    with pytest.raises(DataError, match=r"a cohort has a rule|a group holds"):
        Cohort(Not(part))


def test_names_and_values_never_become_sql():
    name = '"; drop table adsl; --'
    rule = OneOf(column=name, values=("'; drop table adsl; --",))
    sql, parameters = predicate(rule, Schema(subjects={name: "VARCHAR"}))
    assert parameters == {"c0": ["'; drop table adsl; --"]}
    with duckdb.connect() as connection:
        connection.execute('CREATE TABLE adsl ("""; drop table adsl; --" VARCHAR)')
        connection.execute("INSERT INTO adsl VALUES ($v)", {"v": "'; drop table adsl; --"})
        assert connection.execute(
            f"SELECT count(*) FROM adsl WHERE {sql}", parameters
        ).fetchone() == (1,)


def test_a_thousand_criteria_are_answered():
    rule = AnyOf(tuple(Between(column="AGE", low=n, high=n) for n in range(1_000)))
    sql, parameters = predicate(rule, SCHEMA)
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE adsl AS SELECT n::DOUBLE AS AGE FROM range(2000) t(n)")
        assert connection.execute(
            f"SELECT count(*) FROM adsl WHERE {sql}", parameters
        ).fetchone() == (1_000,)
