"""Groups side by side: the counts are those of plain pandas, whatever is in the data."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.cohorts import EVERYONE, AnyOf, Between, Cohort, Not, OneOf
from queries.errors import DataError
from queries.groups import count_groups
from queries.identifiers import quoted
from queries.level_order import ordered_levels
from queries.store import Store, open_store
from tests.tiny_snapshot import write_tiny_snapshot

HOSTILE = '"; drop table adsl; --'
COLUMNS = {
    "USUBJID": "VARCHAR",
    "ARM": "VARCHAR",
    "SEX": "VARCHAR",
    HOSTILE: "VARCHAR",
    "pattern": "BIGINT",
    "c0": "DOUBLE",
    "WEIGHTBL": "DOUBLE",
    "SMALL": "FLOAT",
}
LEVELS, VALUES = ("SEX", HOSTILE, "SMALL"), ("pattern", "c0", "WEIGHTBL")
TEXTS = (None, "F", "M", "", " ", "' OR 1=1", "$c0", "é", "(blank)")
NUMBERS = (None, -0.0, 0.0, math.nan, 0.1, 0.1 + 0.2, 0.3, 65.5, -3.0)
VALUES_OF = {
    "ARM": ("A", "B", "Screen Failure", None),
    "SEX": TEXTS,
    HOSTILE: TEXTS,
    "pattern": (None, -3, 0, 1, 2, 2**40),
    "c0": NUMBERS,
    "WEIGHTBL": NUMBERS,
    "SMALL": (None, 0.5, -0.0, 1.0, math.nan),
}
SIZES = (0, 1, 5, 40, 300)
GROUPS = {
    "Women": (OneOf(column="SEX", values=("F",)), lambda row: row["SEX"] == "F"),
    "Not women": (Not(OneOf(column="SEX", values=("F",))), lambda row: row["SEX"] != "F"),
    "Everyone": (None, lambda row: True),
    "Nobody": (AnyOf(()), lambda row: False),
    "Heavy or unknown": (
        Between(column="WEIGHTBL", low=0.1, keep_missing=True),
        lambda row: _missing(row["WEIGHTBL"]) or row["WEIGHTBL"] >= 0.1,
    ),
    "Positive": (
        Between(column="pattern", low=1),
        lambda row: row["pattern"] is not None and row["pattern"] >= 1,
    ),
}


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def random_rows(size: int) -> list[dict]:
    draw = random.Random(size)
    return [{name: draw.choice(known) for name, known in VALUES_OF.items()} for _ in range(size)]


def write_subjects(path: Path, rows: list[dict]) -> Path:
    """A snapshot file with these subjects."""
    write_tiny_snapshot(path)
    listed = ", ".join(f"{quoted(name)} {type_}" for name, type_ in COLUMNS.items())
    marks = ", ".join("?" for _ in COLUMNS)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE OR REPLACE TABLE adsl ({listed})")
        for number, row in enumerate(rows):
            values = [str(number), *(row[name] for name in COLUMNS if name != "USUBJID")]
            connection.execute(f"INSERT INTO adsl VALUES ({marks})", values)
    return path


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Store]]:
    """Snapshots of random subjects, by their number."""
    folder = tmp_path_factory.mktemp("random")
    with ExitStack() as opened:
        paths = {
            size: write_subjects(folder / f"{size}.duckdb", random_rows(size)) for size in SIZES
        }
        yield {size: opened.enter_context(open_store(path)) for size, path in paths.items()}


def expected_counts(rows: list[dict], column: str, *, text: bool) -> dict[object, int]:
    """How many rows have each value, as plain pandas says it; None is missing."""
    values = pd.Series([row[column] for row in rows], dtype=object)
    values = values.where(values.map(lambda value: not _missing(value)), None)
    names = values.map(lambda value: None if value is None else _named(value) if text else value)
    counted = names.value_counts(dropna=False)
    return {None if _missing(name) else name: int(n) for name, n in counted.items()}


def _named(value: object) -> str:
    if isinstance(value, str):
        return value if value.strip() else "(blank)"
    return f"{value + 0.0:g}"


def counts_of(frame: pd.DataFrame, what: str) -> dict[object, int]:
    assert not frame[what].duplicated().any()
    pairs = zip(frame[what], frame["subjects"], strict=True)
    return {None if _missing(value) else value: int(n) for value, n in pairs}


@settings(max_examples=60, deadline=None)
@given(
    size=st.sampled_from(SIZES),
    names=st.lists(st.sampled_from(sorted(GROUPS)), min_size=1, max_size=6, unique=True),
    within=st.sampled_from(sorted(GROUPS)),
)
def test_counts_are_those_of_pandas(stores, size, names, within):
    enrolled = [row for row in random_rows(size) if row["ARM"] in ("A", "B")]
    asked = [row for row in enrolled if GROUPS[within][1](row)]
    members = {name: [row for row in asked if GROUPS[name][1](row)] for name in names}
    union = [row for row in asked if any(GROUPS[name][1](row) for name in names)]
    counts = count_groups(
        stores[size],
        [Cohort(GROUPS[name][0], name=name) for name in names],
        within=Cohort(GROUPS[within][0]),
        levels=LEVELS,
        values=VALUES,
    )
    assert counts.sizes == {name: len(found) for name, found in members.items()}
    assert counts.outside == len(asked) - len(union)
    assert counts.disjoint == (sum(map(len, members.values())) == len(union))
    for column in (*LEVELS, *VALUES):
        text, what = column in LEVELS, "level" if column in LEVELS else "value"
        together = counts.together(column)
        assert counts_of(together, what) == expected_counts(union, column, text=text)
        by_group = counts.by_group(column)
        for name in names:
            own = by_group[by_group["group"] == name]
            assert counts_of(own, what) == expected_counts(members[name], column, text=text)


def test_patterns_say_who_shares_what(tiny_store: Store) -> None:
    women = Cohort(OneOf(column="SEX", values=("F",)), name="Women")
    young = Cohort(Between(column="AGE", high=60), name="Young")
    counts = count_groups(tiny_store, [women, young])
    assert dict(counts.patterns.itertuples(index=False)) == {"00": 3, "01": 1, "10": 2, "11": 2}
    assert not counts.disjoint
    assert counts.levels == counts.values == {}


def test_more_columns_than_one_scan_can_tell_apart(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "wide.duckdb")
    with duckdb.connect(str(path)) as connection:
        for number in range(70):
            connection.execute(f'ALTER TABLE adsl ADD COLUMN "X{number}" BIGINT')
            connection.execute(f'UPDATE adsl SET "X{number}" = {number}')
    with open_store(path) as store:
        columns = [f"X{number}" for number in range(70)]
        counts = count_groups(store, [EVERYONE], levels=columns[:35], values=columns[35:])
    assert [counts.together(name).iloc[0, 0] for name in columns[:35]] == list(map(str, range(35)))
    assert [counts.together(name).iloc[0, 0] for name in columns[35:]] == list(range(35, 70))


def test_numbers_beside_the_text_give_its_order(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with open_store(path) as store:
        assert count_groups(store, [EVERYONE], levels=["TRT01P"]).level_order("TRT01P") == (
            "Placebo",
            "Active",
        )


@pytest.mark.parametrize(
    ("levels", "order"),
    [
        (("Y", "N"), ("N", "Y")),
        (("10 mg", "100 mg", "30 mg"), ("10 mg", "30 mg", "100 mg")),
        (("≥75", "65–74", "<65"), ("<65", "65–74", "≥75")),
        (("1.5", "-2", "10"), ("-2", "1.5", "10")),
        (("Unknown", "<65", "65"), ("<65", "65", "Unknown")),
        ((), ()),
    ],
)
def test_levels_without_numbers_beside_them(levels, order) -> None:
    assert ordered_levels(levels, {}) == order


def test_a_level_without_a_number_stands_last() -> None:
    assert ordered_levels(["A", "B", "C"], {"C": 1.0, "A": 2.0}) == ("C", "A", "B")


Ask = Callable[[Store], object]


@pytest.mark.parametrize(
    ("ask", "rule"),
    [
        (lambda store: count_groups(store, []), "1 to 8 groups are compared, but got 0"),
        (
            lambda store: count_groups(store, [Cohort(name=str(n)) for n in range(9)]),
            "1 to 8 groups are compared, but got 9",
        ),
        (
            lambda store: count_groups(store, [EVERYONE, EVERYONE]),
            "each group has a name of its own, but got 'All subjects'",
        ),
        (
            lambda store: count_groups(store, [EVERYONE], levels=["no such"]),
            "a column of ADSL that this reader may see, but got 'no such'",
        ),
        (
            lambda store: count_groups(store, [EVERYONE], values=["SEX"]),
            "a column of numbers, but got 'SEX'",
        ),
        (
            lambda store: count_groups(store, [EVERYONE], levels=["AGE"], values=["AGE"]),
            "counted by level or by value, but got 'AGE'",
        ),
    ],
)
def test_what_cannot_be_counted_is_refused(tiny_store: Store, ask: Ask, rule: str) -> None:
    with pytest.raises(DataError, match=rule):
        ask(tiny_store)


def test_a_pooled_reader_can_compare_no_arms(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    placebo = Cohort(OneOf(column="TRT01P", values=("Placebo",)))
    with open_store(path, pooled=True) as pooled:
        with pytest.raises(DataError, match="TRT01P"):
            count_groups(pooled, [placebo])
        with pytest.raises(DataError, match="that this reader may see"):
            count_groups(pooled, [EVERYONE], levels=["TRT01P"])
