"""Variables that a dataset repeats from ADSL, and where they disagree with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb

from queries.identifiers import quoted
from queries.importers.findings import counted
from queries.importers.loaded import Loaded, of_domain
from queries.importers.report import Finding

# In a dataset, in ADSL. TRTP and TRTA may rightly differ in a study of several periods.
_SAME_NAME = (
    *("TRTSDT", "TRTEDT", "TRTSDTM", "TRTEDTM", "RANDDT", "DTHDT"),
    *("AGE", "AGEGR1", "SEX", "RACE", "ETHNIC", "COUNTRY", "SITEID"),
    *("ARM", "ACTARM", "TRT01P", "TRT01A", "SAFFL", "ITTFL"),
)
_REPEATED = (
    *((name, name) for name in _SAME_NAME),
    ("TRTP", "TRT01P"),
    ("TRTA", "TRT01A"),
)


def find_disagreements(
    connection: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded]
) -> list[Finding]:
    """One finding for each variable of each dataset that disagrees with ADSL's.

    A value that is missing on one side is no disagreement.
    """
    subjects = of_domain(loaded, "ADSL")
    if not subjects:
        return []
    return [
        finding
        for one in loaded
        if one.domain not in ("ADSL", "DM") and one.has("USUBJID", "text")
        for here, there in _REPEATED
        if one.has(here) and subjects[0].has(there)
        for finding in _compared(connection, one, subjects[0], here, there)
    ]


def _compared(
    connection: duckdb.DuckDBPyConnection, one: Loaded, adsl: Loaded, here: str, there: str
) -> Iterator[Finding]:
    left, right = f"mine.{quoted(here)}", f"adsl.{quoted(there)}"
    days = "NULL"
    if one.has(here, "date") and adsl.has(there, "date"):
        days = f"date_diff('day', {right}, {left})"
    elif not (one.has(here, "number") and adsl.has(there, "number")):
        left, right = f"{left}::VARCHAR", f"{right}::VARCHAR"
    records, count, example, least, most = connection.execute(
        f"SELECT count(*), count(DISTINCT mine.USUBJID), min(mine.USUBJID), min({days}), "
        f"max({days}) FROM {one.table} AS mine JOIN {adsl.table} AS adsl USING (USUBJID) "
        f"WHERE {left} <> {right}"
    ).fetchall()[0]
    if records:
        yield Finding(
            rule="disagrees with ADSL",
            severity="information" if here in ("TRTP", "TRTA") else "warning",
            dataset=one.name.upper(),
            variable=here,
            subjects=count,
            records=records,
            sentence=(
                f"{here} of {one.name.upper()} disagrees with {there} of ADSL in "
                f"{counted(records, 'record')} of {counted(count, 'subject')}{_shift(least, most)}."
            ),
            example=example,
        )


def _shift(least: int | None, most: int | None) -> str:
    """How far dates are apart, when they all are by the same distance."""
    if least is None or least != most or least == 0:
        return ""
    apart = f"; it is always {counted(abs(least), 'day')} {'later' if least > 0 else 'earlier'}"
    if abs(least) == 3653:
        apart += ", the distance between the 1960 and 1970 epochs"
    return apart
