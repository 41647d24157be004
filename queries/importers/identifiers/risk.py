"""How many subjects share what could be known of one: k-anonymity of quasi-identifiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from queries.errors import DataError
from queries.identifiers import quoted
from queries.importers.loaded import Loaded, of_domain

USUAL = ("AGE", "AGEGR1", "SEX", "RACE", "ETHNIC", "COUNTRY", "ZIP", "ZIPCODE")
FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymity:
    """How subjects group by their quasi-identifiers.

    Parameters
    ----------
    columns : tuple of str
        Of the table of subjects.
    subjects : int
    smallest : int
        The size of the smallest group: the k of k-anonymity.
    unique, few : int
        Subjects who are alone in their group, and who share it with fewer than four others.
    """

    columns: tuple[str, ...]
    subjects: int
    smallest: int
    unique: int
    few: int

    @property
    def sentence(self) -> str:
        """The same, for a reader.

        Examples
        --------
        >>> Anonymity(columns=("AGE", "SEX"), subjects=9, smallest=1, unique=2, few=5).sentence
        'By AGE and SEX the smallest group has 1 of 9 subjects (k = 1); 5 subjects are in groups \
smaller than 5, 2 of them alone.'
        """
        *first, last = self.columns
        named = f"{', '.join(first)} and {last}" if first else last
        return (
            f"By {named} the smallest group has {self.smallest:,} of {self.subjects:,} subjects "
            f"(k = {self.smallest:,}); {self.few:,} subjects are in groups smaller than {FEW}, "
            f"{self.unique:,} of them alone."
        )


def anonymity(
    connection: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded], columns: Sequence[str] = ()
) -> Anonymity | None:
    """The k-anonymity of the subjects by some columns, or the usual ones that are there.

    None when there is no table of subjects, or none of the usual columns.

    Raises
    ------
    DataError
        When a column that is asked for is not there.
    """
    base = next(iter(of_domain(loaded, "ADSL") or of_domain(loaded, "DM")), None)
    if base is None:
        return None
    missing = [name for name in columns if not base.has(name)]
    if missing:
        raise DataError("a quasi-identifier is a column of the subjects", got=missing[0])
    names = [name.upper() for name in columns] or [name for name in USUAL if base.has(name)]
    if "AGE" in names and "AGEGR1" in names and not columns:
        names.remove("AGEGR1")
    if not names:
        return None
    listed = ", ".join(quoted(name) for name in names)
    groups = f"SELECT count(*) AS k FROM {base.table} GROUP BY {listed}"
    row = connection.execute(
        f"SELECT sum(k), min(k), sum(k) FILTER (k = 1), sum(k) FILTER (k < $few) FROM ({groups})",
        {"few": FEW},
    ).fetchone()
    subjects, smallest, unique, few = (int(number or 0) for number in row or (0, 0, 0, 0))
    return Anonymity(
        columns=tuple(names), subjects=subjects, smallest=smallest, unique=unique, few=few
    )
