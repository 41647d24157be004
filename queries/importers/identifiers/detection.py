"""Looking for identifiers: by the names, labels and values of columns, with counts.

What is found are signs, not proofs. A name or a place within a sentence has no sign, so free
text is listed as such for somebody to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb

from queries.identifiers import quoted
from queries.importers.dataset import Column
from queries.importers.identifiers.classes import (
    CLASSES,
    DATES,
    FREE_TEXT,
    GEOGRAPHY,
    UNIQUE,
    IdentifierClass,
)
from queries.importers.identifiers.told_dates import can_be_shifted, is_often
from queries.importers.loaded import Loaded, of_domain

_MOST_VALUES = 100_000
_OLDEST = 89
_TELLING = 6  # signs; a shorter identifier may as well be a number or a code of something else
_LONG_TEXT, _MANY_TEXTS = 40, 30
_VERBATIM = re.compile(
    r"COVAL\d?|[A-Z]{2}(TERM|TRT|INDC|SPID|REASND|ORRES)|.*(COMMENT|NOTES?|DESC)"
)
# Terms of a dictionary are long and many, and nobody's.
_CODED = re.compile(r".*(DECOD|BODSYS|LLT|HLT|HLGT|SOC|PARAM|PARAMN|TEST|CLAS)")
_BIRTH = re.compile(r"BRTH.*|BIRTH.*|DOB")
_ABOUT = re.compile(r"\b(flag|imput|unit|number of|relative|days? (from|to|since))", re.I)
_BY_VALUE = tuple(one for one in CLASSES if one.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierFound:
    """A sign of an identifier in a column.

    Parameters
    ----------
    dataset, column, label : str
    kind : str
        The class: one of the 18, or "free text".
    sign : str
        "name", "label", "type", "values" or "length": what gave it away.
    records : int
        Records concerned: those whose values show the sign, or all that have a value.
    suggestion : str
        The action that is suggested: one of `plan.ACTIONS`.
    """

    dataset: str
    column: str
    label: str
    kind: str
    sign: str
    records: int
    suggestion: str


def find_identifiers(
    connection: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded]
) -> tuple[IdentifierFound, ...]:
    """The signs of identifiers in datasets, in their order; at most one of a class in a column."""
    named = _subjects_sql(loaded)
    return tuple(
        found
        for one in loaded
        for column in one.dataset.columns
        for found in _in_column(connection, one, column, named)
    )


def _subjects_sql(loaded: Sequence[Loaded]) -> str:
    """SQL for the identifiers of subjects that are no plain word or short number; "" for none."""
    base = next(iter(of_domain(loaded, "ADSL") or of_domain(loaded, "DM")), None)
    if base is None or not base.has("USUBJID", "text"):
        return ""
    telling = f"length(value) >= {_TELLING} OR NOT regexp_full_match(value, '[A-Za-z0-9]*')"
    return f'SELECT value FROM (SELECT "USUBJID" AS value FROM {base.table}) WHERE {telling}'


def _in_column(
    connection: duckdb.DuckDBPyConnection, one: Loaded, column: Column, named: str
) -> Iterator[IdentifierFound]:
    records, distinct, longest, hits = _values(connection, one, column)
    if not records:
        return
    counts = {**signs_of(column, records), **hits}
    if column.type in ("DATE", "TIMESTAMP"):
        counts[DATES] = ("type", records)
    if old := _old_ages(connection, one, column):
        counts[DATES] = ("values", old)
    if _is_of_each(one, column, records, distinct):
        counts.setdefault(UNIQUE, ("values", records))
    elif number := _naming_subjects(connection, one, column, named):
        counts.setdefault(UNIQUE, ("values", number))
    name = column.name.upper()
    is_long = longest >= _LONG_TEXT and distinct >= _MANY_TEXTS and not _CODED.fullmatch(name)
    if column.type == "VARCHAR" and (is_long or _VERBATIM.fullmatch(name)):
        counts[FREE_TEXT] = ("length" if is_long else "name", records)
    order = [known.name for known in CLASSES] + [FREE_TEXT]
    for kind in sorted(counts, key=order.index):
        sign, number = counts[kind]
        action = suggested(column, kind, sign)
        if kind == DATES and action == "shift" and not can_be_shifted(connection, one, column):
            # Kept in another form, dates would give away the shift of those beside them.
            action = "drop" if is_often(number, records) else "keep"
        yield IdentifierFound(
            dataset=one.name,
            column=column.name,
            label=column.label,
            kind=kind,
            sign=sign,
            records=number,
            suggestion=action,
        )


def signs_of(column: Column, records: int) -> dict[str, tuple[str, int]]:
    """The classes that the name or the label of a column is a sign of, as (sign, records).

    Examples
    --------
    >>> signs_of(Column(name="PATNAME", type="VARCHAR", source_type="text"), 12)
    {'names': ('name', 12)}
    >>> signs_of(Column(name="X1", type="VARCHAR", source_type="text", label="Home phone"), 12)
    {'telephone numbers': ('label', 12)}
    """
    found = {}
    for known in CLASSES:
        if known.names and re.fullmatch(known.names, column.name.upper()):
            found[known.name] = ("name", records)
        elif _fits_label(known, column):
            found[known.name] = ("label", records)
    return found


def _fits_label(known: IdentifierClass, column: Column) -> bool:
    if not known.labels or not re.search(known.labels, column.label.lower()):
        return False
    # Labels of flags, units and counts name what they are about: "Death Date Imputation Flag".
    about = _ABOUT.search(column.label)
    is_date = column.type in ("DATE", "TIMESTAMP", "VARCHAR")
    return not about and (known.name != DATES or is_date)


def suggested(column: Column, kind: str, sign: str) -> str:
    """The action that is suggested for a sign in a column.

    Examples
    --------
    >>> suggested(Column(name="ZIP", type="VARCHAR", source_type="text"), "geography", "name")
    'zip3'
    """
    name = column.name.upper()
    if kind == FREE_TEXT:
        return "keep"
    if kind == GEOGRAPHY:
        return "zip3" if "ZIP" in name else "drop"
    if kind == DATES:
        if _BIRTH.fullmatch(name):
            return "drop"
        if column.type in ("DOUBLE", "BIGINT"):
            return "age"
        is_date = column.type != "VARCHAR" or sign == "values" or name.endswith("DTC")
        return "shift" if is_date else "keep"
    return next(known.action for known in CLASSES if known.name == kind)


def _values(
    connection: duckdb.DuckDBPyConnection, one: Loaded, column: Column
) -> tuple[int, int, int, dict[str, tuple[str, int]]]:
    """Records with a value, different values, the longest, and the classes its values show."""
    name = quoted(column.name)
    if column.type != "VARCHAR":
        row = connection.execute(f"SELECT count({name}) FROM {one.table}").fetchone() or (0,)
        return row[0], 0, 0, {}
    tests = ", ".join(
        f"sum(n) FILTER (regexp_matches(value, $p{known.number}))" for known in _BY_VALUE
    )
    # The different values, and of these the first ones: enough to show what a column holds.
    values = (
        f"SELECT {name} AS value, count(*) AS n FROM {one.table} WHERE {name} IS NOT NULL "
        f"GROUP BY 1 LIMIT {_MOST_VALUES}"
    )
    asked = {f"p{known.number}": known.values for known in _BY_VALUE}
    records, distinct, longest, *found = connection.execute(
        f"SELECT sum(n), count(*), max(length(value)), {tests} FROM ({values})", asked
    ).fetchall()[0]
    hits = {
        known.name: ("values", int(number))
        for known, number in zip(_BY_VALUE, found, strict=True)
        if number
    }
    return int(records or 0), distinct, longest or 0, hits


def _old_ages(connection: duckdb.DuckDBPyConnection, one: Loaded, column: Column) -> int:
    if column.type not in ("DOUBLE", "BIGINT") or not is_age(column):
        return 0
    name = quoted(column.name)
    row = connection.execute(f"SELECT count_if({name} > {_OLDEST}) FROM {one.table}").fetchone()
    return int((row or (0,))[0] or 0)


def is_age(column: Column) -> bool:
    """Whether a column holds ages in years.

    Examples
    --------
    >>> is_age(Column(name="AGE", type="DOUBLE", source_type="numeric"))
    True
    """
    return re.fullmatch(r"[A-Z]{0,3}AGE(BL|Y|YR|YRS)?", column.name.upper()) is not None


def _naming_subjects(
    connection: duckdb.DuckDBPyConnection, one: Loaded, column: Column, named: str
) -> int:
    """Records in which a text of any name is the identifier of a subject, theirs or another's."""
    if not named or column.type != "VARCHAR" or column.name.upper() == "USUBJID":
        return 0
    row = connection.execute(
        f"SELECT count(*) FROM {one.table} WHERE {quoted(column.name)} IN ({named})"
    ).fetchone()
    return int((row or (0,))[0])


def _is_of_each(one: Loaded, column: Column, records: int, distinct: int) -> bool:
    """A text that is another one for every subject."""
    of_subjects = one.domain in ("ADSL", "DM") and column.type == "VARCHAR"
    return of_subjects and records >= 20 and distinct == records == one.rows
