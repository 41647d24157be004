"""Subjects who meet a criterion on records, found once and remembered while the store is open.

A filter on age must not scan twenty million adverse events again because the rule also asks for
one of grade 3. The records of a snapshot never change, so what was found stays true.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import duckdb

from queries.cohorts import AnyRecord, Rule, Schema, everything_in, subjects_with
from queries.cohorts.wire import rule_text

_MOST_REMEMBERED = 200
_MANY_RECORDS = 200_000  # below that, looking again is quicker than writing down


class RecordsFound:
    """Tables of subjects, one for each criterion on records of a large dataset."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._tables: dict[str, str] = {}  # oldest use first
        self._made = 0
        self._large: dict[str, bool] = {}

    def tables(self, rules: Sequence[Rule | None], schema: Schema) -> Mapping[str, str]:
        """For each criterion on records in the rules, by its JSON: the table of its subjects."""
        asked = [
            part
            for rule in rules
            if rule is not None
            for part in everything_in(rule)
            if isinstance(part, AnyRecord) and part.dataset in schema.records
        ]
        if not asked:
            return {}
        with self._lock:
            wanted = {rule_text(p): p for p in asked if self._is_large(p, schema)}
            tables = {text: self._table(text, part, schema) for text, part in wanted.items()}
            self._forget_oldest(tables)
            return tables

    def _is_large(self, part: AnyRecord, schema: Schema) -> bool:
        if part.dataset not in self._large:
            source = schema.records[part.dataset].source
            row = self._connection.execute(f"SELECT count(*) FROM {source}").fetchone()
            self._large[part.dataset] = row is not None and row[0] > _MANY_RECORDS
        return self._large[part.dataset]

    def _table(self, text: str, part: AnyRecord, schema: Schema) -> str:
        table = self._tables.pop(text, None)
        if table is None:
            sql, bound = subjects_with(part, schema)
            self._made += 1
            table = f"memory.main.records_found_{self._made}"
            self._connection.execute(f"CREATE TABLE {table} AS {sql}", bound)
        self._tables[text] = table
        return table

    def _forget_oldest(self, in_use: Mapping[str, str]) -> None:
        old = [text for text in self._tables if text not in in_use]
        for text in old[: max(0, len(self._tables) - _MOST_REMEMBERED)]:
            self._connection.execute(f"DROP TABLE {self._tables.pop(text)}")
