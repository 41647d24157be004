"""What an action makes of a column: SQL, the type it is then stored as, and a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from queries.identifiers import quoted
from queries.importers.dataset import Column
from queries.importers.identifiers.classes import RESTRICTED_ZIP3

_TIME = "([T ][0-9:.Z+-]{0,30})?"
_NUMBERED_DATE = re.compile(r"[A-Z][A-Z0-9]*(DT|DTM)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What becomes of a column.

    Parameters
    ----------
    sql : str
        Over the delivered row, `given`.
    type : str
        DuckDB's.
    said : str
        What was done, after the column's name.
    """

    sql: str
    type: str
    said: str


def changed(column: Column, action: str, *, code: str, shift: str) -> Changed:
    """What an action other than "keep" and "drop" makes of a column.

    Parameters
    ----------
    code, shift : str
        SQL for the code of its value, and for the days that its dates are shifted by.

    Examples
    --------
    >>> age = Column(name="AGE", type="DOUBLE", source_type="numeric")
    >>> changed(age, "age", code="NULL", shift="NULL").sql
    'least(given."AGE", 90)'
    """
    return _ACTIONS[action](column, code, shift)


def is_shiftable(column: Column, *, looks_like_dates: bool) -> bool:
    """Whether the values of a column are dates that can be shifted.

    `looks_like_dates` says of a text that nearly all of its values are ISO dates, and of a number
    that all of them could be days or seconds since 1960.

    Examples
    --------
    >>> is_shiftable(Column(name="AESTDTC", type="VARCHAR", source_type="text"),
    ...              looks_like_dates=False)
    True
    """
    if column.type in ("DATE", "TIMESTAMP"):
        return True
    name = column.name.upper()
    if column.type in ("DOUBLE", "BIGINT"):
        return looks_like_dates and _NUMBERED_DATE.fullmatch(name) is not None
    is_date = re.fullmatch(r"[A-Z]{2,6}DTC", name) is not None
    return column.type == "VARCHAR" and (looks_like_dates or is_date)


def dates_sql(column: Column) -> str | None:
    """SQL that is true for a value that is a date; None for a column that holds none by its type.

    Numbers count as SAS dates from 1975 to 2058, or date-times of these years.
    """
    name = f"given.{quoted(column.name)}"
    if column.type == "VARCHAR":
        pattern = f"(19|20)[0-9]{{2}}(-[0-9]{{2}}(-[0-9]{{2}}{_TIME})?)?"
        return f"regexp_full_match({name}, '{pattern}')"
    if column.type not in ("DOUBLE", "BIGINT"):
        return None
    least, most = 5_479, 36_159
    seconds = 86_400 if column.name.upper().endswith("DTM") else 1
    return f"{name} BETWEEN {least * seconds} AND {most * seconds}"


def _shifted(column: Column, _code: str, shift: str) -> Changed:
    name = f"given.{quoted(column.name)}"
    said = "dates were shifted"
    if column.type == "DATE":
        sql = f"CASE WHEN {_plausible(name)} THEN {name} + {shift} END"
        return Changed(sql=sql, type="DATE", said=said)
    if column.type == "TIMESTAMP":
        sql = f"CASE WHEN {_plausible(name)} THEN {name} + to_days({shift}) END"
        return Changed(sql=sql, type="TIMESTAMP", said=said)
    if column.type == "VARCHAR":
        said = "dates were shifted, partial ones by their month or year, and what is no ISO date "
        return Changed(sql=_shifted_text(name, shift), type="VARCHAR", said=f"{said}left out")
    seconds = 86_400 if column.name.upper().endswith("DTM") else 1
    sql = f"CASE WHEN {dates_sql(column)} THEN {name} + {shift} * {seconds} END"
    return Changed(sql=sql, type=column.type, said=said)


def _plausible(day: str) -> str:
    """SQL that is true for a day that somebody lived.

    9999-12-31 and the like stand for a date that is missing. Shifted as well, such a day tells
    the shift to everybody who knows what it was, so it is left out.
    """
    return f"{day} >= DATE '1901-01-01' AND {day} < DATE '2099-01-01'"


def _shifted_text(name: str, shift: str) -> str:
    day = f"TRY_CAST(left({name}, 10) AS DATE)"
    month, year = (f"TRY_CAST({name} || '{end}' AS DATE)" for end in ("-15", "-07-01"))
    return (
        f"CASE WHEN left({name}, 4) NOT BETWEEN '1901' AND '2098' THEN NULL "
        f"WHEN regexp_full_match({name}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{_TIME}') "
        f"THEN strftime({day} + {shift}, '%Y-%m-%d') || substr({name}, 11) "
        f"WHEN regexp_full_match({name}, '[0-9]{{4}}-[0-9]{{2}}') "
        f"THEN strftime({month} + {shift}, '%Y-%m') "
        f"WHEN regexp_full_match({name}, '[0-9]{{4}}') THEN strftime({year} + {shift}, '%Y') END"
    )


def _year(column: Column, _code: str, _shift: str) -> Changed:
    name, said = f"given.{quoted(column.name)}", "only the year is kept"
    if column.type in ("DATE", "TIMESTAMP"):
        return Changed(sql=f"year({name})", type="BIGINT", said=said)
    found = f"nullif(regexp_extract({name}::VARCHAR, '^((19|20)[0-9]{{2}})([^0-9]|$)', 1), '')"
    return Changed(sql=found, type="VARCHAR", said=said)


def _age(column: Column, _code: str, _shift: str) -> Changed:
    name, said = f"given.{quoted(column.name)}", "ages over 89 are 90, which stands for 90 or more"
    if column.type in ("DOUBLE", "BIGINT"):
        return Changed(sql=f"least({name}, 90)", type=column.type, said=said)
    number = f"TRY_CAST({name} AS DOUBLE)"
    sql = f"CASE WHEN {number} > 89 THEN '90' WHEN {number} IS NOT NULL THEN {name} END"
    return Changed(sql=sql, type="VARCHAR", said=said)


def _age_bands(column: Column, _code: str, _shift: str) -> Changed:
    age = f"TRY_CAST(given.{quoted(column.name)} AS DOUBLE)"
    lower = f"(floor({age} / 10) * 10)::INTEGER"
    sql = (
        f"CASE WHEN {age} >= 90 THEN '90+' WHEN {age} > 89 THEN '90+' "
        f"WHEN {age} >= 0 THEN {lower} || '-' || ({lower} + 9) END"
    )
    return Changed(sql=sql, type="VARCHAR", said="ages are ten-year bands, 90 or more together")


def _zip3(column: Column, _code: str, _shift: str) -> Changed:
    name = f"trim(given.{quoted(column.name)}::VARCHAR)"
    restricted = ", ".join(f"'{start}'" for start in RESTRICTED_ZIP3)
    sql = (
        f"CASE WHEN {name} IS NULL THEN NULL "
        f"WHEN regexp_full_match({name}, '[0-9]{{5}}(-?[0-9]{{4}})?') "
        f"AND left({name}, 3) NOT IN ({restricted}) THEN left({name}, 3) ELSE '000' END"
    )
    said = "ZIP codes are their first three digits, 000 where 20,000 people or fewer live"
    return Changed(sql=sql, type="VARCHAR", said=said)


def _hash(_column: Column, code: str, _shift: str) -> Changed:
    return Changed(sql=code, type="VARCHAR", said="values are codes made with a key")


_ACTIONS: dict[str, Callable[[Column, str, str], Changed]] = {
    "shift": _shifted,
    "year": _year,
    "age": _age,
    "age_bands": _age_bands,
    "zip3": _zip3,
    "hash": _hash,
}
