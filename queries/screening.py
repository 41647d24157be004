"""Who was screened: the subjects of DM who were not enrolled, and why, where DS says it."""

from __future__ import annotations

import duckdb

from queries.identifiers import quoted
from queries.layout import Layout

_DM, _DS = ("USUBJID",), ("USUBJID", "DSDECOD", "DSTERM")


def create_screening_view(connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Let questions read `screen_failures`: one row per subject of DM who is not enrolled.

    Its columns are `subject` and `reason`; without DM beside ADSL it has no rows.
    """
    connection.execute(f"CREATE VIEW screen_failures AS {_failures(layout)}")


def _failures(layout: Layout) -> str:
    dm, ds = layout.datasets.get("dm", {}), layout.datasets.get("ds", {})
    if layout.base != "adsl" or not set(_DM) <= set(dm):
        return "SELECT NULL::VARCHAR AS subject, NULL::VARCHAR AS reason WHERE FALSE"
    reason = "NULL::VARCHAR"
    if set(_DS) <= set(ds):
        reason = (
            "(SELECT max(COALESCE(ds.DSTERM, ds.DSDECOD)) FROM snapshot.ds "
            "WHERE ds.USUBJID = dm.USUBJID AND upper(ds.DSDECOD) LIKE '%SCREEN%FAIL%')"
        )
    subject = quoted(layout.schema.subject)
    return (
        f"SELECT dm.USUBJID AS subject, {reason} AS reason FROM snapshot.dm "
        f"WHERE dm.USUBJID NOT IN (SELECT {subject} FROM {layout.subject_source} "
        f"WHERE {subject} IS NOT NULL AND {layout.enrolled})"
    )
