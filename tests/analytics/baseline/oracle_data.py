"""The data behind the baseline oracles, as tests/oracles/baseline_data.csv describes them."""

from __future__ import annotations

from functools import cache

import pandas as pd
from lifelines import datasets

from analytics.baseline import LevelCounts, ValueCounts
from tests.analytics.survival.oracle_data import ORACLES


def cases(table: pd.DataFrame, *columns: str) -> list[tuple]:
    """The distinct combinations of these columns."""
    return list(table[list(columns)].drop_duplicates().itertuples(index=False, name=None))


@cache
def value_counts(name: str) -> ValueCounts:
    """A numeric variable of an oracle, counted."""
    frame = _counted(name).rename(columns={"level": "value"})
    return ValueCounts(frame=frame, groups=_groups(name), disjoint=True, variable=name)


@cache
def level_counts(name: str) -> LevelCounts:
    """A categorical variable of an oracle, counted."""
    frame = _counted(name)
    frame["level"] = [None if pd.isna(one) else _text(one) for one in frame["level"]]
    return LevelCounts(frame=frame, groups=_groups(name), disjoint=True, variable=name)


def counts(name: str) -> LevelCounts | ValueCounts:
    """A variable of an oracle, counted."""
    numeric = _descriptions().loc[name, "kind"] == "values"
    return value_counts(name) if numeric else level_counts(name)


def _groups(name: str) -> tuple[str, ...]:
    return tuple(str(_descriptions().loc[name, "groups"]).split("|"))


def _counted(name: str) -> pd.DataFrame:
    """group, level, subjects."""
    told = _descriptions().loc[name]
    rows = _rows(told["file"])
    if not told["group"]:
        own = rows[rows["data"] == name.partition(":")[2]]
        return own.rename(columns={"value": "level"})[["group", "level", "subjects"]]
    if told["where"]:
        rows = rows.query(told["where"])
    rows = rows.assign(group=rows[told["group"]].map(_text), level=rows[told["column"]])
    rows = rows[rows["group"].isin(_groups(name))]
    sizes = rows.groupby(["group", "level"], dropna=False).size()
    return sizes.rename("subjects").reset_index()


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


@cache
def _descriptions() -> pd.DataFrame:
    table = pd.read_csv(ORACLES / "baseline_data.csv", keep_default_na=False, dtype=str)
    return table.set_index("data")


@cache
def _rows(file: str) -> pd.DataFrame:
    if file == "lifelines:gbsg2":
        return datasets.load_gbsg2()
    return pd.read_csv(ORACLES / file, float_precision="round_trip")
