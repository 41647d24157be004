"""What the values of a dataset need: lengths in bytes, ranges, what a format may not hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from queries.cohort_records import CohortRecords
from queries.errors import DataError
from queries.identifiers import quoted
from queries.importers.dataset import Dataset

# A spreadsheet takes a text that begins with one of these for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was found in one column.

    Parameters
    ----------
    values : int
        How many are not missing.
    bytes, characters : int
        Of the longest text.
    blank_ends, blank, not_ascii, nul, formulas : int
        Texts that end with blanks, that hold nothing else or nothing at all, that hold more than
        ASCII, that hold a NUL byte, that a spreadsheet would take for a formula.
    infinite : int
        Numbers, dates and times without end.
    smallest, largest : float
        Absolute values; the smallest of those that are not 0.
    first, last : int or None
        Years of dates and times.
    fractions : int
        Times with a fraction of a second.
    """

    values: int = 0
    bytes: int = 0
    characters: int = 0
    blank_ends: int = 0
    blank: int = 0
    not_ascii: int = 0
    nul: int = 0
    formulas: int = 0
    infinite: int = 0
    smallest: float = 1.0
    largest: float = 0.0
    first: int | None = None
    last: int | None = None
    fractions: int = 0


def _text(value: str) -> Mapping[str, str]:
    starts = ", ".join(f"chr({ord(one)})" for one in FORMULA_STARTS)
    return {
        "bytes": f"coalesce(max(strlen({value})), 0)",
        "characters": f"coalesce(max(length({value})), 0)",
        "blank_ends": f"count_if({value} <> rtrim({value}) AND trim({value}) <> '')",
        "blank": f"count_if(trim({value}) = '')",
        "not_ascii": f"count_if(strlen({value}) <> length({value}))",
        "nul": f"count_if(contains({value}, chr(0)))",
        "formulas": f"count_if(left({value}, 1) IN ({starts}))",
    }


def _number(value: str) -> Mapping[str, str]:
    finite = f"CASE WHEN isfinite({value}) THEN abs({value}::DOUBLE) END"
    return {
        "values": f"count_if(NOT isnan({value}))",
        "infinite": f"count_if(isinf({value}))",
        "smallest": f"coalesce(min(CASE WHEN {value} <> 0 THEN {finite} END), 1)",
        "largest": f"coalesce(max({finite}), 0)",
    }


def _whole(value: str) -> Mapping[str, str]:
    return {"largest": f"coalesce(max(abs({value}::DOUBLE)), 0)"}


def _day(value: str) -> Mapping[str, str]:
    year = f"year(CASE WHEN isfinite({value}) THEN {value} END)"
    return {
        "infinite": f"count_if(NOT isfinite({value}))",
        "first": f"min({year})",
        "last": f"max({year})",
    }


def _clock(value: str) -> Mapping[str, str]:
    return {"fractions": f"count_if(microsecond({value}) % 1000000 <> 0)"}


_ASKED: Mapping[str, Callable[[str], Mapping[str, str]]] = MappingProxyType(
    {
        "VARCHAR": _text,
        "DOUBLE": _number,
        "BIGINT": _whole,
        "BOOLEAN": lambda _: {},
        "DATE": _day,
        "TIMESTAMP": lambda value: {**_day(value), **_clock(value)},
        "TIME": _clock,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredDataset:
    """A dataset and what was found in it.

    Parameters
    ----------
    dataset : Dataset
    columns : tuple of Measured
        In the order of the dataset's columns.
    rows_in_snapshot : int
        Rows of everyone.
    blank_last : bool
        Whether the last row is nothing but missing text.
    """

    dataset: Dataset
    columns: tuple[Measured, ...]
    rows_in_snapshot: int
    blank_last: bool = False

    @property
    def rows(self) -> int:
        """Rows of the cohort's subjects."""
        return self.dataset.rows or 0

    @property
    def cells(self) -> int:
        """Rows times columns."""
        return self.rows * len(self.columns)


def measure(records: CohortRecords, name: str) -> MeasuredDataset:
    """Look at every value of a dataset once.

    Raises
    ------
    DataError
        When a column is of a type that no import stores.

    Examples
    --------
    >>> from queries.cohorts import Cohort
    >>> found = measure(store.records_of(Cohort()), "adae")
    >>> [(c.name, m.bytes) for c, m in zip(found.dataset.columns, found.columns)][:3]
    [('USUBJID', 2), ('AEBODSYS', 4), ('AEDECOD', 11)]
    """
    dataset = records.dataset(name)
    asked: list[dict[str, str]] = []
    for column in dataset.columns:
        if column.type not in _ASKED:
            rule = "a column is stored as text, number, date, time, or true and false"
            raise DataError(rule, got=column.type, file=name, column=column.name)
        value = f"record.{quoted(column.name)}"
        asked.append({"values": f"count({value})", **_ASKED[column.type](value)})
    found = list(records.aggregate(name, [sql for one in asked for sql in one.values()]))
    measured = []
    for one in asked:
        # Without any value, an aggregate has none either.
        values: dict[str, Any] = {k: v for k in one if (v := found.pop(0)) is not None}
        measured.append(Measured(**values))
    return MeasuredDataset(
        dataset=dataset,
        columns=tuple(measured),
        rows_in_snapshot=records.rows_in_snapshot(name),
        blank_last=_ends_blank(dataset),
    )


def _ends_blank(dataset: Dataset) -> bool:
    if any(column.type != "VARCHAR" for column in dataset.columns):
        return False
    last: list[str | None] = []
    for batch in dataset.batches():
        if batch.num_rows:
            last = [array[-1].as_py() for array in batch.columns]
    return bool(last) and not any((value or "").strip() for value in last)
