"""Columns whose values are dates: those that can be shifted, and those that only tell of them."""

from __future__ import annotations

import duckdb

from queries.identifiers import quoted
from queries.importers.dataset import Column
from queries.importers.identifiers.classes import CLASSES, DATES
from queries.importers.identifiers.columns import dates_sql, is_shiftable
from queries.importers.loaded import Loaded

_ENOUGH_DATES = 0.9
_OFTEN = 0.5
_MOST_VALUES = 100_000
_WRITTEN = next(one.values for one in CLASSES if one.name == DATES)


def can_be_shifted(connection: duckdb.DuckDBPyConnection, one: Loaded, column: Column) -> bool:
    """Whether a column holds dates of a form that is shifted: days, times, ISO 8601 text.

    A few values that are none, such as a code for a missing date, do not make it something else.
    """
    return is_shiftable(column, looks_like_dates=_looks_like_dates(connection, one, column))


def _looks_like_dates(connection: duckdb.DuckDBPyConnection, one: Loaded, column: Column) -> bool:
    test = dates_sql(column)
    if test is None:
        return False
    name = f"given.{quoted(column.name)}"
    complete = f"count_if(length({name}::VARCHAR) >= 7)"  # years alone are no dates to shift
    [(known, dates, long)] = connection.execute(
        f"SELECT count({name}), count_if({test}), {complete} FROM {one.table} AS given"
    ).fetchall()
    enough = bool(known and dates >= _ENOUGH_DATES * known)
    return enough and (column.type != "VARCHAR" or bool(long))


def is_often(dates: int, known: int) -> bool:
    """Whether so many of the values of a column tell of dates that it is a column of dates.

    Examples
    --------
    >>> is_often(20, 30), is_often(1, 30)
    (True, False)
    """
    return known > 0 and dates >= _OFTEN * known


def tells_dates(connection: duckdb.DuckDBPyConnection, one: Loaded, column: Column) -> bool:
    """Whether most values of a text hold a date, in whatever way it is written.

    Beside shifted dates each of them gives the shift away. A date told here and there, in a
    comment, is not found by this: free text has to be read or left out.
    """
    if column.type != "VARCHAR":
        return False
    name = quoted(column.name)
    values = (
        f"SELECT {name} AS value, count(*) AS n FROM {one.table} WHERE {name} IS NOT NULL "
        f"GROUP BY 1 LIMIT {_MOST_VALUES}"
    )
    [(dates, known)] = connection.execute(
        f"SELECT sum(n) FILTER (regexp_matches(value, $dates)), sum(n) FROM ({values})",
        {"dates": _WRITTEN},
    ).fetchall()
    return is_often(int(dates or 0), int(known or 0))
