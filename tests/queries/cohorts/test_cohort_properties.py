"""Random rules over a random frame: DuckDB, plain Python and JSON agree."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries.cohorts import (
    AllOf,
    AnyOf,
    Between,
    Cohort,
    Not,
    OneOf,
    Rule,
    Schema,
    difference,
    intersection,
    predicate,
    union,
)
from queries.identifiers import quoted

HOSTILE = '"; drop table adsl; --'
COLUMNS = {
    "USUBJID": "VARCHAR",
    "SEX": "VARCHAR",
    HOSTILE: "VARCHAR",
    "it's": "DOUBLE",
    "$c0": "BIGINT",
    "Größe 🩺": "INTEGER",
    "FLAG": "BOOLEAN",
    "day": "DATE",
    "moment": "TIMESTAMP",
    "clock": "TIME",
}
SCHEMA = Schema(subjects=COLUMNS)
TEXTS = ["F", "M", "", " ", "' OR 1=1 --", "$c0", "é", "10"]
DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(4)]
MOMENTS = [datetime(2024, 1, n, hour) for n in (1, 2, 3) for hour in (0, 12, 23)]
BIG = 2**53 + 1
NUMBERS: dict[str, list[float]] = {
    "it's": [-1.5, 0.0, -0.0, 0.1, 1.0, 65.0, math.inf, math.nan],
    "$c0": [-(2**63), -1, 0, 1, 65, BIG, BIG + 1, 2**63 - 1],
    "Größe 🩺": [-(2**31), 0, 1, 65],
}
VALUES: dict[str, list] = {
    **NUMBERS,
    "SEX": TEXTS,
    HOSTILE: TEXTS,
    "FLAG": [True, False],
    "day": DAYS,
    "moment": MOMENTS,
    "clock": [time(0), time(9, 30), time(23, 59, 59)],
}
ROWS = st.lists(
    st.fixed_dictionaries({name: st.none() | st.sampled_from(v) for name, v in VALUES.items()}),
    max_size=12,
)
KEEP = st.booleans()


def _asked(name: str) -> st.SearchStrategy:
    """Values a criterion on a column may name: those in the data and some besides."""
    if name == "it's":
        return st.sampled_from([-1.5, 0.0, 0.1, 1.0, 1, 65, 1e300])
    if name == "$c0":
        return st.sampled_from([-(2**63) + 1, -1, 0, 1, 65.0, BIG, BIG + 1, 2**63 - 1])
    return st.sampled_from(VALUES[name])


def _ends(name: str) -> st.SearchStrategy:
    if name in {"$c0", "Größe 🩺"}:
        return _asked(name) | st.sampled_from([0.5, -0.5, 64.9, 1e300, -1e300, float(BIG)])
    return st.sampled_from(DAYS) if name == "moment days" else _asked(name)


@st.composite
def _one_of(draw: st.DrawFn) -> Rule:
    name = draw(st.sampled_from(sorted(VALUES)))
    keep = draw(KEEP)
    asked = st.sampled_from(DAYS) if name == "moment" and draw(KEEP) else _asked(name)
    values = draw(st.lists(asked, min_size=0 if keep else 1, max_size=4))
    return OneOf(column=name, values=tuple(values), keep_missing=keep)


@st.composite
def _between(draw: st.DrawFn) -> Rule:
    name = draw(st.sampled_from(sorted(set(VALUES) - {"SEX", HOSTILE, "FLAG"})))
    ends = _ends("moment days" if name == "moment" and draw(KEEP) else name)
    low, high = sorted(draw(st.lists(ends, min_size=2, max_size=2)))
    low, high = draw(st.sampled_from([(low, high), (low, None), (None, high), (None, None)]))
    keep = draw(KEEP) and (low, high) != (None, None)
    return Between(column=name, low=low, high=high, keep_missing=keep)


RULES = st.recursive(
    _one_of() | _between(),
    lambda parts: (
        st.lists(parts, max_size=4).map(lambda found: AllOf(tuple(found)))
        | st.lists(parts, max_size=4).map(lambda found: AnyOf(tuple(found)))
        | parts.map(Not)
    ),
    max_leaves=12,
)


def _holds(rule: Rule, row: dict) -> bool:
    match rule:
        case AllOf():
            return all(_holds(part, row) for part in rule.criteria)
        case AnyOf():
            return any(_holds(part, row) for part in rule.criteria)
        case Not():
            return not _holds(rule.criterion, row)
    value = row[rule.column]
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return rule.keep_missing
    if isinstance(rule, OneOf):
        return any(_as(value, one) == one for one in rule.values)
    return (rule.low is None or _as(value, rule.low) >= rule.low) and (
        rule.high is None or _as(value, rule.high) <= rule.high
    )


def _as(value: object, asked: object) -> object:
    whole_day = isinstance(value, datetime) and not isinstance(asked, datetime)
    return value.date() if whole_day else value


def _expected(rule: Rule, rows: list[dict]) -> set[str]:
    return {str(number) for number, row in enumerate(rows) if _holds(rule, row)}


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    listed = ", ".join(f"{quoted(name)} {type_}" for name, type_ in COLUMNS.items())
    connection.execute(f"CREATE TABLE adsl ({listed})")
    yield connection
    connection.close()


def _fill(database: duckdb.DuckDBPyConnection, rows: list[dict]) -> None:
    database.execute("DELETE FROM adsl")
    marks = ", ".join("?" for _ in COLUMNS)
    for number, row in enumerate(rows):
        values = [str(number), *(row[name] for name in COLUMNS if name != "USUBJID")]
        database.execute(f"INSERT INTO adsl VALUES ({marks})", values)


def _asked_of(database: duckdb.DuckDBPyConnection, rule: Rule | None) -> set[str]:
    sql, parameters = predicate(rule, SCHEMA)
    found = database.execute(f"SELECT USUBJID, {sql} FROM adsl", parameters).fetchall()
    assert all(answer in {True, False} for _, answer in found)
    return {subject for subject, answer in found if answer}


quick = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@quick
@given(rows=ROWS, rule=RULES)
def test_duckdb_and_python_choose_the_same_subjects(database, rows, rule):
    _fill(database, rows)
    chosen = _asked_of(database, rule)
    assert chosen == _expected(rule, rows)
    everyone = {str(number) for number in range(len(rows))}
    assert _asked_of(database, Not(rule)) == everyone - chosen


@quick
@given(rows=ROWS, first=RULES, second=RULES)
def test_the_algebra_of_cohorts_is_that_of_sets(database, rows, first, second):
    _fill(database, rows)
    one, two = Cohort(first), Cohort(second)
    a, b = _asked_of(database, first), _asked_of(database, second)
    assert _asked_of(database, union(one, two).rule) == a | b
    assert _asked_of(database, intersection(one, two).rule) == a & b
    assert _asked_of(database, difference(one, two).rule) == a - b


@quick
@given(rule=RULES, name=st.text(max_size=50))
def test_json_gives_back_the_same_cohort(rule, name):
    try:
        cohort = Cohort(rule, name=name)
    except ValueError:
        cohort = Cohort(rule)
    text = cohort.to_json()
    again = Cohort.from_json(text, SCHEMA)
    assert repr(again) == repr(cohort)  # 1, 1.0 and True are equal, but not the same
    assert again.to_json() == text


@quick
@given(rule=RULES)
def test_every_rule_has_a_sentence_of_one_printable_line(rule):
    sentence = Cohort(rule).sentence()
    assert sentence
    assert sentence.isprintable()


def test_the_rule_agrees_with_plain_pandas():
    frame = pd.DataFrame({"USUBJID": list("abcdef"), "AGE": [64, 65, 70, 80, 81, None]})
    frame["SEX"] = ["F", "F", "M", "F", "F", "F"]
    rule = AllOf((OneOf(column="SEX", values=("F",)), Between(column="AGE", low=65, high=80)))
    sql, parameters = predicate(rule, Schema(subjects={"AGE": "DOUBLE", "SEX": "VARCHAR"}))
    with duckdb.connect() as connection:
        connection.register("adsl", frame)
        chosen = connection.execute(f"SELECT USUBJID FROM adsl WHERE {sql}", parameters).df()
    expected = frame[(frame.SEX == "F") & frame.AGE.between(65, 80)]
    assert chosen.USUBJID.tolist() == expected.USUBJID.tolist() == ["b", "d"]
