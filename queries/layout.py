"""What a snapshot holds, as one reader may see it: datasets, standard columns, schema of rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from queries.after_baseline import columns_after_baseline
from queries.blinding import revealing_columns
from queries.cohorts import RecordTable, Schema
from queries.cohorts.rule import Anchor
from queries.enrolled import enrolled_sql
from queries.errors import DataError
from queries.identifiers import quoted
from queries.records import record_tables
from queries.standard import (
    ADVERSE_EVENT_COLUMNS,
    ENDPOINT_COLUMNS,
    SUBJECT_COLUMNS,
    Selection,
    StandardColumn,
    select_standard,
)

_ANCHORS: Mapping[Anchor, str] = {
    "first_dose": "first_dose_on",
    "randomisation": "randomised_on",
    "last_dose": "last_dose_on",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The datasets of a snapshot and where their standard columns come from.

    Parameters
    ----------
    datasets : mapping
        Types of the columns of every dataset, hidden ones among them.
    base : str
        The dataset of subjects: "adsl", else "dm".
    subjects, endpoints, adverse_events : Selection
        The standard columns of subjects, endpoints and adverse events.
    event_dataset : str or None
        The dataset of adverse events: "adae", else "ae".
    schema : Schema
        What a rule of this reader may use.
    """

    datasets: Mapping[str, Mapping[str, str]]
    base: str
    subjects: Selection
    endpoints: Selection
    adverse_events: Selection
    event_dataset: str | None
    schema: Schema

    @property
    def subject_source(self) -> str:
        """The table of subjects, as SQL names it."""
        return f"snapshot.{quoted(self.base)}"

    @property
    def number(self) -> str:
        """SQL for a subject's place in the table of subjects, from 0, within `numbered`."""
        return "rowid" if self.has_rowid else quoted(self._number_name)

    @property
    def numbered(self) -> str:
        """The table of subjects, as SQL, with `number` among its columns."""
        if self.has_rowid:
            return self.subject_source
        numbering = f"row_number() OVER () - 1 AS {quoted(self._number_name)}"
        return f"(SELECT *, {numbering} FROM {self.subject_source})"

    @property
    def has_rowid(self) -> bool:
        """Whether no column of the data takes the name that DuckDB has for a row's place."""
        return "rowid" not in {name.lower() for name in self.datasets[self.base]}

    @property
    def _number_name(self) -> str:
        name = "place of the subject"
        while name in {known.lower() for known in self.datasets[self.base]}:
            name += "_"
        return name

    @property
    def enrolled(self) -> str:
        """SQL that is true for a subject who was given an arm."""
        return enrolled_sql(self.subjects.sources.get("planned_arm"))


def read_layout(connection: duckdb.DuckDBPyConnection, *, pooled: bool, file: str) -> Layout:
    """The layout of the snapshot that is attached as `snapshot`.

    Raises
    ------
    DataError
        When it holds neither ADSL nor DM.
    """
    datasets = _datasets(connection)
    base = next((name for name in ("adsl", "dm") if name in datasets), "")
    if not base:
        raise DataError("a snapshot holds ADSL or DM", file=file)

    def select(dataset: str, wanted: tuple[StandardColumn, ...]) -> Selection:
        columns = datasets.get(dataset, {})
        return select_standard(wanted, columns, _blank_columns(connection, dataset, columns))

    subjects = select(base, SUBJECT_COLUMNS)
    arm = subjects.sources.get("planned_arm")
    columns = _visible(connection, f"snapshot.{quoted(base)}", datasets[base], arm, pooled)
    records = record_tables(connection, datasets, base=base, arm=arm, pooled=pooled)
    event_dataset = next((name for name in ("adae", "ae") if name in records), None)
    events = select(event_dataset or "", ADVERSE_EVENT_COLUMNS)
    return Layout(
        datasets=datasets,
        base=base,
        subjects=subjects,
        endpoints=select("adtte", ENDPOINT_COLUMNS),
        adverse_events=events,
        event_dataset=event_dataset,
        schema=_schema(connection, base, columns, subjects, records),
    )


def _visible(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    columns: Mapping[str, str],
    arm: str | None,
    pooled: bool,
) -> dict[str, str]:
    hidden = revealing_columns(connection, source, columns, arm) if pooled else set()
    return {name: kind for name, kind in columns.items() if name not in hidden}


def _schema(
    connection: duckdb.DuckDBPyConnection,
    base: str,
    columns: Mapping[str, str],
    subjects: Selection,
    records: Mapping[str, RecordTable],
) -> Schema:
    source = f"snapshot.{quoted(base)}"
    anchors = {
        anchor: f"TRY_CAST({quoted(subjects.sources[column])} AS DATE)"
        for anchor, column in _ANCHORS.items()
        if column in subjects.sources
    }
    labels = dict(
        connection.execute(
            "SELECT name, label FROM snapshot.provenance.variables WHERE dataset = $base",
            {"base": base},
        ).fetchall()
    )
    late = columns_after_baseline(
        connection,
        source,
        columns,
        labels=labels,
        baseline_days=[day for anchor, day in anchors.items() if anchor != "last_dose"],
    )
    return Schema(
        subjects=columns,
        subject=subjects.sources.get("subject", "USUBJID"),
        source=source,
        records=records,
        anchors=anchors,
        after_baseline=late,
    )


def _datasets(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    rows = connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = 'snapshot' AND schema_name = 'main' "
        "ORDER BY table_name, column_index"
    ).fetchall()
    datasets: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        datasets.setdefault(table, {})[column] = kind
    return datasets


def _blank_columns(
    connection: duckdb.DuckDBPyConnection, dataset: str, columns: Mapping[str, str]
) -> set[str]:
    """Columns without a single value."""
    if not columns:
        return set()
    counts = ", ".join(f"count({quoted(name)})" for name in columns)
    row = connection.execute(f"SELECT {counts} FROM snapshot.{quoted(dataset)}").fetchone() or ()
    return {name for name, count in zip(columns, row, strict=True) if count == 0}
