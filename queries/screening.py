"""Who was screened, where and when; who of them was not enrolled, and why, where DS says it."""

from __future__ import annotations

import duckdb

from queries.identifiers import quoted
from queries.layout import Layout

_DM, _DS = ("USUBJID",), ("USUBJID", "DSDECOD", "DSTERM")
# Informed consent begins screening; where it was not collected, other days that are near it.
_SCREENED_ON = ("RFICDTC", "RFICDT", "DMDTC", "DMDT")


def create_screening_view(connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Let questions read `screened` and `screen_failures`.

    `screened` has a row per subject of DM: `subject`, `site`, `country`, `screened_on` (NULL where
    DM has no complete day) and `enrolled`. `screen_failures` has those who are not enrolled:
    `subject` and `reason`. Without DM beside ADSL both have no rows.
    """
    connection.execute(f"CREATE VIEW screened AS {_screened(layout)}")
    connection.execute(f"CREATE VIEW screen_failures AS {_failures(layout)}")


def _has_screening(layout: Layout) -> bool:
    return layout.base == "adsl" and set(_DM) <= set(layout.datasets.get("dm", {}))


def _screened(layout: Layout) -> str:
    if not _has_screening(layout):
        return (
            "SELECT NULL::VARCHAR AS subject, NULL::VARCHAR AS site, NULL::VARCHAR AS country, "
            "NULL::DATE AS screened_on, NULL::BOOLEAN AS enrolled WHERE FALSE"
        )
    dm = layout.datasets["dm"]

    def text(name: str) -> str:
        return f"dm.{quoted(name)}::VARCHAR" if name in dm else "NULL::VARCHAR"

    days = [f"TRY_CAST(left({text(name)}, 10) AS DATE)" for name in _SCREENED_ON if name in dm]
    screened_on = f"COALESCE({', '.join([*days, 'NULL::DATE'])})"
    return (
        f"SELECT dm.USUBJID::VARCHAR AS subject, {text('SITEID')} AS site, "
        f"{text('COUNTRY')} AS country, {screened_on} AS screened_on, "
        f"dm.USUBJID IN ({_enrolled(layout)}) AS enrolled FROM snapshot.dm"
    )


def _failures(layout: Layout) -> str:
    if not _has_screening(layout):
        return "SELECT NULL::VARCHAR AS subject, NULL::VARCHAR AS reason WHERE FALSE"
    reason = "NULL::VARCHAR"
    if set(_DS) <= set(layout.datasets.get("ds", {})):
        reason = (
            "(SELECT max(COALESCE(ds.DSTERM, ds.DSDECOD)) FROM snapshot.ds "
            "WHERE ds.USUBJID = dm.USUBJID AND upper(ds.DSDECOD) LIKE '%SCREEN%FAIL%')"
        )
    return (
        f"SELECT dm.USUBJID AS subject, {reason} AS reason FROM snapshot.dm "
        f"WHERE dm.USUBJID NOT IN ({_enrolled(layout)})"
    )


def _enrolled(layout: Layout) -> str:
    """SQL for the subjects who were enrolled; none is NULL, of which NOT IN would tell nothing."""
    subject = quoted(layout.schema.subject)
    return (
        f"SELECT {subject} FROM {layout.subject_source} "
        f"WHERE {subject} IS NOT NULL AND {layout.enrolled}"
    )
