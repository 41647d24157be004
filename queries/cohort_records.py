"""The datasets of a snapshot, whole, for the subjects of a cohort: what an export writes.

A blinded reader gets what a rule of theirs may use and nothing else: no exposure, no dataset of
an unknown domain, no column that stands for an arm. Nor do rows stand in the order of the file
then, which may be sorted by arm, but by subject.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import duckdb
import pyarrow as pa

from queries.errors import DataError
from queries.identifiers import quoted
from queries.importers.dataset import Column, Dataset
from queries.importers.row_groups import ROW_GROUP
from queries.layout import Layout

AS_IMPORTED = "Rows stand in the order of the imported file."
BY_SUBJECT = (
    "Rows stand by subject, and those of a subject in the order of the imported file: "
    "the study is blinded, and the order of a file may tell the arms."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A dataset as SQL: its table, called `record`, and whose records are taken.

    Parameters
    ----------
    name, table : str
        The dataset, and its table as SQL names it.
    subject : str or None
        The column that says whose record it is; None where records are of no subject.
    columns : mapping of str to str
        The columns this reader may see, and their types.
    """

    name: str
    table: str
    subject: str | None
    columns: dict[str, str]

    @property
    def chosen(self) -> str:
        """SQL that is true for the records of the cohort's subjects."""
        if self.subject is None:
            return "TRUE"
        return f"record.{quoted(self.subject)} IN (SELECT subject FROM cohort_subjects)"

    @property
    def numbered(self) -> tuple[str, str]:
        """The table with the place of each row, from 0, and SQL for that place."""
        if "rowid" not in {name.lower() for name in self.columns}:
            return f"{self.table} AS record", "record.rowid"
        place = "place of the row"
        while place in self.columns:
            place += "_"
        numbering = f"SELECT *, row_number() OVER () - 1 AS {quoted(place)} FROM {self.table}"
        return f"({numbering}) AS record", f"record.{quoted(place)}"


class CohortRecords:
    """The records of a cohort's subjects; made by `Store.records_of`, used by one thread.

    Examples
    --------
    >>> from queries.cohorts import Cohort, OneOf
    >>> women = store.records_of(Cohort(OneOf(column="SEX", values=("F",))))
    >>> women.subjects, women.names
    (4, ('adsl', 'adae', 'adlb', 'adtte'))
    >>> [batch.num_rows for batch in women.dataset("adae").batches()]
    [5]
    """

    def __init__(
        self,
        layout: Layout,
        cursor: duckdb.DuckDBPyConnection,
        chosen: str,
        bound: dict[str, object],
        *,
        pooled: bool,
    ) -> None:
        self.pooled = pooled
        self._cursor, self._layout = cursor, layout
        self._sources = _sources(layout, pooled=pooled)
        subject = quoted(layout.schema.subject)
        # Of this cursor alone: no other reader of the store sees it.
        self._cursor.execute(
            "CREATE TEMP TABLE cohort_subjects AS "
            "SELECT subject, row_number() OVER (ORDER BY subject) - 1 AS place FROM ("
            f"SELECT DISTINCT {subject} AS subject FROM {layout.subject_source} "
            f"WHERE {chosen} AND {layout.enrolled} AND {subject} IS NOT NULL)",
            bound,
        )
        self.subjects = self._count("SELECT count(*) FROM cohort_subjects")

    @property
    def names(self) -> tuple[str, ...]:
        """The datasets that this reader may take: subjects first, then by name."""
        return tuple(self._sources)

    @property
    def order(self) -> str:
        """A sentence on the order of rows."""
        return BY_SUBJECT if self.pooled else AS_IMPORTED

    def source(self, name: str) -> Source:
        """A dataset as SQL.

        Raises
        ------
        DataError
            When there is none of that name that this reader may see.
        """
        if name not in self._sources:
            known = ", ".join(one.upper() for one in self._sources)
            raise DataError(f"a dataset is one of {known}", got=name)
        return self._sources[name]

    def rows_in_snapshot(self, name: str) -> int:
        """How many rows the dataset has, those of other subjects among them."""
        return self._count(f"SELECT count(*) FROM {self.source(name).table}")

    def dataset(self, name: str) -> Dataset:
        """A dataset, described as its source described it, and its rows in batches.

        A number that is none (NaN) counts as missing.
        """
        source = self.source(name)
        table, _ = source.numbered
        file, label, kind, encoding = self._origin(name)
        return Dataset(
            name=name,
            file=file,
            format=kind,
            label=label,
            encoding=encoding,
            columns=self._columns(source),
            batches=partial(self._batches, source),
            rows=self._count(f"SELECT count(*) FROM {table} WHERE {source.chosen}"),
        )

    def aggregate(self, name: str, wanted: list[str]) -> tuple[object, ...]:
        """Values of SQL aggregates over the rows of a dataset, which are called `record`."""
        source = self.source(name)
        asked = f"SELECT {', '.join(wanted)} FROM {source.table} AS record WHERE {source.chosen}"
        return tuple(self._cursor.execute(asked).fetchone() or ())

    def close(self) -> None:
        """Forget who the subjects were."""
        self._cursor.close()

    def _count(self, sql: str) -> int:
        return int((self._cursor.execute(sql).fetchone() or (0,))[0])

    def _origin(self, name: str) -> tuple[str, str, str, str]:
        """File, label, format and encoding of a dataset's source."""
        found = self._cursor.execute(
            "SELECT file, label, format, encoding FROM provenance_files WHERE dataset = $name",
            {"name": name},
        ).fetchone() or ("", "", "", "")
        file, label, kind, encoding = (str(part or "") for part in found)
        return file, label, kind, encoding

    def _columns(self, source: Source) -> tuple[Column, ...]:
        rows = self._cursor.execute(
            "SELECT name, label, format, source_type FROM provenance_variables "
            "WHERE dataset = $name",
            {"name": source.name},
        ).fetchall()
        said = {name: (label or "", form or "", kind or "") for name, label, form, kind in rows}
        described = []
        for name, kind in source.columns.items():
            label, form, source_type = said.get(name, ("", "", ""))
            described.append(
                Column(name=name, type=kind, source_type=source_type, label=label, format=form)
            )
        return tuple(described)

    def _batches(self, source: Source) -> Iterator[pa.RecordBatch]:
        by_subject = self.pooled and source.subject is not None
        for sql, bound in self._by_subject(source) if by_subject else self._by_row(source):
            yield from self._cursor.execute(sql, bound).to_arrow_table().to_batches()

    def _by_row(self, source: Source) -> Iterator[tuple[str, dict[str, object]]]:
        """Portions in the order of the file; a sort of the whole might not fit into memory."""
        table, place = source.numbered
        sql = (
            f"SELECT {_values(source)} FROM {table} WHERE {place} >= $first AND {place} < $end "
            f"AND {source.chosen} ORDER BY {place}"
        )
        for first in range(
            0, self._count(f"SELECT coalesce(max({place}) + 1, 0) FROM {table}"), ROW_GROUP
        ):
            yield sql, {"first": first, "end": first + ROW_GROUP}

    def _by_subject(self, source: Source) -> Iterator[tuple[str, dict[str, object]]]:
        table, place = source.numbered
        rows = self._count(f"SELECT count(*) FROM {source.table}")
        at_once = max(1, ROW_GROUP * self.subjects // max(rows, 1))
        sql = (
            f"SELECT {_values(source)} FROM {table} JOIN cohort_subjects AS chosen "
            f"ON record.{quoted(source.subject or '')} = chosen.subject "
            f"WHERE chosen.place >= $first AND chosen.place < $end "
            f"ORDER BY chosen.place, {place}"
        )
        for first in range(0, self.subjects, at_once):
            yield sql, {"first": first, "end": first + at_once}


def _values(source: Source) -> str:
    """The columns, called c0, c1, ...: names of the data may be anything."""
    values = []
    for position, (name, kind) in enumerate(source.columns.items()):
        value = f"record.{quoted(name)}"
        if kind == "DOUBLE":
            value = f"CASE WHEN NOT isnan({value}) THEN {value} END"
        values.append(f"{value} AS c{position}")
    return ", ".join(values)


def _sources(layout: Layout, *, pooled: bool) -> dict[str, Source]:
    schema = layout.schema
    found = {
        layout.base: _source(layout, layout.base, schema.subject, schema.subjects),
    }
    for name, columns in sorted(layout.datasets.items()):
        if name in schema.records:
            record = schema.records[name]
            found[name] = _source(layout, name, record.subject, record.columns)
        elif name != layout.base and not pooled:
            found[name] = _source(layout, name, None, columns)
    return found


def _source(layout: Layout, name: str, subject: str | None, seen: Mapping[str, str]) -> Source:
    # Subjects are named in every list; in a study of a few, their names happen to split by arm.
    columns = {c: kind for c, kind in layout.datasets[name].items() if c in seen or c == subject}
    return Source(name=name, table=f"snapshot.{quoted(name)}", subject=subject, columns=columns)
