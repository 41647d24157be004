"""The datasets that hold records of subjects: what a rule may use of them, and of whom."""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb

from queries.blinding import reveals_by_name, reveals_by_values
from queries.cohorts.schema import RecordTable
from queries.identifiers import quoted
from queries.variables import domain_of

_SUBJECT = "USUBJID"
_DATES = ("ASTDT", "ASTDTM", "ADT", "ADTM")  # then SDTM's --STDTC and --DTC
_SDTM_DATE = re.compile(r"[A-Z]{2}(ST)?DTC", re.IGNORECASE)
_KNOWN_AT_BASELINE = re.compile(r"(ad)?mh", re.IGNORECASE)
# What was given, and what is measured of it, tells the arm whatever its columns are called.
_TELLS_TREATMENT = re.compile(r"(ad)?(ex|ec|da|pc|pp)\w*", re.IGNORECASE)


def record_tables(
    connection: duckdb.DuckDBPyConnection,
    datasets: Mapping[str, Mapping[str, str]],
    *,
    base: str,
    arm: str | None,
    pooled: bool,
) -> dict[str, RecordTable]:
    """The record datasets of a snapshot, by name, with what this reader may see of them.

    Parameters
    ----------
    datasets : mapping
        Types of the columns of every dataset of the snapshot.
    base : str
        The dataset of subjects; it has no records.
    arm : str, optional
        The column of the planned arm in `base`.
    pooled : bool
        Whether the reader is blinded: then only datasets of known domains are shown, without
        exposure and without any column that stands for an arm.
    """
    tables = {}
    for name, columns in datasets.items():
        subject = _found(columns, _SUBJECT)
        if name == base or subject is None:
            continue
        if pooled and (domain_of(name) is None or _TELLS_TREATMENT.fullmatch(name)):
            continue
        source = f"snapshot.{quoted(name)}"
        hidden = _hidden(connection, source, columns, subject, base, arm) if pooled else set()
        tables[name] = RecordTable(
            columns={c: kind for c, kind in columns.items() if c not in hidden},
            source=source,
            subject=subject,
            starts_on=_starts_on(connection, source, columns),
            parameter=_found(columns, "PARAMCD"),
            at_baseline=bool(_KNOWN_AT_BASELINE.fullmatch(name)),
        )
    return tables


def _found(columns: Mapping[str, str], wanted: str) -> str | None:
    return next((name for name in columns if name.upper() == wanted), None)


def _hidden(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    columns: Mapping[str, str],
    subject: str,
    base: str,
    arm: str | None,
) -> set[str]:
    hidden = {name for name in columns if reveals_by_name(name)}
    if arm is None:
        return hidden
    rest = [name for name in columns if name not in hidden]
    shown = ", ".join(f"record.{quoted(name)}" for name in rest)
    arms = "arm of the subject"
    while arms in columns:
        arms += "_"
    joined = (
        f"(SELECT {shown}, subject.{quoted(arm)} AS {quoted(arms)} FROM {source} AS record "
        f"JOIN snapshot.{quoted(base)} AS subject "
        f"ON record.{quoted(subject)} = subject.{quoted(_SUBJECT)})"
    )
    return hidden | reveals_by_values(connection, joined, rest, quoted(arms))


def _starts_on(
    connection: duckdb.DuckDBPyConnection, source: str, columns: Mapping[str, str]
) -> str | None:
    """SQL for the day a record starts, from the first date column that has values."""
    named = [found for name in _DATES if (found := _found(columns, name))]
    named += [name for name in columns if _SDTM_DATE.fullmatch(name)]
    for name in named:
        day = _day(f"record.{quoted(name)}", columns[name])
        filled = connection.execute(
            f"SELECT 1 FROM {source} AS record WHERE {day} IS NOT NULL LIMIT 1"
        ).fetchone()
        if filled is not None:
            return day
    return None


def _day(operand: str, kind: str) -> str:
    if kind == "VARCHAR":  # ISO 8601, with or without a time; a partial date is none
        return f"TRY_CAST(left({operand}, 10) AS DATE)"
    return f"TRY_CAST({operand} AS DATE)"
