"""The view `liver_results`: liver tests under one name each, as multiples of their own limit.

A value is used once, however often a study repeats it: rows of one subject, test, day and value
are one result (studies copy the last visit into an "End of Treatment" row). Its limit is that of
the record itself; where copies disagree, the smallest.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import duckdb

LIVER_TESTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "alt": ("ALT", "ALAT", "SGPT", "ALTSGPT"),
        "ast": ("AST", "ASAT", "SGOT", "ASTSGOT"),
        "tbl": ("BILI", "TBILI", "BILIT", "TBIL", "BILTOT", "BILT"),
        "alp": ("ALP", "ALKPH", "ALKP", "ALPHOS"),
    }
)
"""Codes of the tests, PARAMCD or LBTESTCD. Direct bilirubin (BILDIR) is another test."""

_OTHERS = r"\b(direct|indirect|conjugated|unconjugated|urine|isoenzyme|bone)\b"


def create_liver_view(connection: duckdb.DuckDBPyConnection) -> None:
    """Let questions read liver tests; needs the view of laboratory results."""
    pairs = ", ".join(
        f"('{code}', '{test}')" for test, codes in LIVER_TESTS.items() for code in codes
    )
    connection.execute(
        f"""
        CREATE VIEW liver_results AS
        SELECT *, CASE WHEN high > 0 THEN round(value / high, 10) END AS multiple
        FROM (
            SELECT
                subject,
                known.test,
                measured_on,
                value,
                min(high) FILTER (high > 0) AS high,
                any_value(unit) AS unit,
                count(*) AS records
            FROM laboratory_results
            JOIN (VALUES {pairs}) AS known (code, test)
                ON upper(trim(laboratory_results.test)) = code
            WHERE NOT regexp_matches(lower(coalesce(label, '')), '{_OTHERS}')
            GROUP BY subject, known.test, measured_on, value
        )
        """
    )
