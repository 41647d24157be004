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
_ENOUGH_SUBJECTS = 40  # below that, a good guess of the arm may be chance
_GOOD_GUESS = 0.8  # of the subjects that guessing the largest arm would get wrong


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
    """Columns with few levels from which the arm can be told, a missing value being a level.

    A column reveals when guessing the likeliest arm at each of its levels is always right
    or, with enough subjects, puts right four in five of those whom guessing the largest arm
    gets wrong: one crossed-over subject or one stray code does not make a column safe.

    Parameters
    ----------
    table, arm : str
        The table and its arm column, both already quoted or trusted.
    columns : iterable of str
        Names to try, as they stand in the table.
    """
    sizes = connection.execute(
        f"SELECT count(*) FROM {table} WHERE {arm} IS NOT NULL GROUP BY {arm}"
    ).fetchall()
    subjects, largest = sum(n for (n,) in sizes), max((n for (n,) in sizes), default=0)
    hard = subjects - largest
    if not hard:
        return set()
    revealing = set()
    for name in columns:
        cells = (
            f"SELECT {quoted(name)}::VARCHAR AS level, count(*) AS n FROM {table} "
            f"WHERE {arm} IS NOT NULL GROUP BY level, {arm}"
        )
        levels, guessed = connection.execute(
            f"SELECT count(*), sum(likeliest) FROM "
            f"(SELECT max(n) AS likeliest FROM ({cells}) GROUP BY level)"
        ).fetchone() or (0, 0)
        if 2 <= levels <= _FEW_LEVELS and (
            guessed == subjects
            or (subjects >= _ENOUGH_SUBJECTS and guessed - largest >= _GOOD_GUESS * hard)
        ):
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
