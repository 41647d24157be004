"""Which variables would tell a blinded reader who got what.

A pooled reader sees no arm, and nothing that stands for one: treatment names,
codes and sequences, doses, and any column whose levels happen to split the
subjects exactly by arm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import duckdb

from queries.identifiers import quoted

POOLED_ARM = "All subjects"

_REVEALING_NAMES = (
    r"(ACT)?ARM(CD|N|NRS|UD)?",  # ARM, ARMCD, ACTARM
    r"TRT(\d\d)?[PA]N?",  # TRT01P, TRT01AN, TRTP, TRTA
    r"TRTSEQ[PA]N?",  # treatment sequences
    r"TR\d\d[PA]G\d+N?",  # pooled treatment groups
    r".*DOSE.*|DOSU|EXTRT|AVGDD|CUMD.*",  # doses
    r"TRTCD|KITNO.*",
)
_REVEALING_NAME = re.compile("|".join(f"({p})" for p in _REVEALING_NAMES), re.IGNORECASE)
_FEW_LEVELS = 20


def reveals_by_name(column: str) -> bool:
    """Whether a column's name alone says that it carries treatment or dose.

    Examples
    --------
    >>> [name for name in ("TRT01P", "ARMCD", "EXDOSE", "AGE", "STRATA1") if reveals_by_name(name)]
    ['TRT01P', 'ARMCD', 'EXDOSE']
    """
    return bool(_REVEALING_NAME.fullmatch(column))


def reveals_by_values(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str], arm: str
) -> set[str]:
    """Columns with few levels, each of which occurs in one arm only.

    Parameters
    ----------
    table, arm : str
        The table and its arm column, both already quoted or trusted.
    columns : iterable of str
        Names to try, as they stand in the table.
    """
    tests = [
        (name, f"count(DISTINCT {quoted(name)})", f"count(DISTINCT ({quoted(name)}, {arm}))")
        for name in columns
    ]
    if not tests:
        return set()
    wanted = ", ".join(f"{levels}, {pairs}" for _, levels, pairs in tests)
    arms_sql = f"SELECT count(DISTINCT {arm}), {wanted} FROM {table}"
    row = connection.execute(arms_sql).fetchone() or ()
    arms, counts = row[0], row[1:]
    revealing = set()
    for i, (name, _, _) in enumerate(tests):
        levels, pairs = counts[2 * i], counts[2 * i + 1]
        if arms > 1 and 1 < levels <= _FEW_LEVELS and levels == pairs:
            revealing.add(name)
    return revealing


def revealing_columns(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], arm: str | None
) -> set[str]:
    """All columns of a table that a pooled reader must not see."""
    by_name = {name for name in columns if reveals_by_name(name)}
    if arm is None:
        return by_name
    rest = [name for name in columns if name not in by_name]
    return by_name | reveals_by_values(connection, table, rest, quoted(arm))
