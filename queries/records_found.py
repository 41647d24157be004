"""Subjects who meet a criterion on records, found once and remembered while the store is open.

A filter on age must not scan twenty million adverse events again because the rule also asks for
one of grade 3. The records of a snapshot never change, so what was found stays true. It is kept
as one bit per row of ADSL: testing a bit costs next to nothing, where looking a million
identifiers up takes as long as all panels together.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import duckdb

from queries.cohorts import AnyRecord, Rule, everything_in, predicate
from queries.cohorts.wire import rule_text
from queries.layout import Layout

_MOST_REMEMBERED = 200
_MANY_RECORDS = 200_000  # below that, looking again is quicker than writing down


class RecordsFound:
    """Bits of subjects, one table of one value for each criterion on records that are many."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
        self._connection, self._schema = connection, layout.schema
        self._is_numbered = layout.has_rowid
        self._lock = threading.Lock()
        self._tables: dict[str, str] = {}  # criterion to table, oldest use first
        self._made = 0
        self._large: dict[str, bool] = {}

    def tests(self, rules: Sequence[Rule | None]) -> Mapping[str, str]:
        """For criteria on records in the rules, by their JSON: SQL true for who meets them.

        What is not known yet is found now. The SQL reads FROM the table of subjects alone.
        """
        asked = [
            part
            for rule in rules
            if rule is not None
            for part in everything_in(rule)
            if isinstance(part, AnyRecord) and part.dataset in self._schema.records
        ]
        if not asked or not self._is_numbered:
            return {}
        with self._lock:
            wanted = {rule_text(part): part for part in asked if self._is_large(part)}
            tables = {text: self._table(text, part) for text, part in wanted.items()}
            self._forget_oldest(tables)
        return {
            text: f"COALESCE(get_bit((SELECT bits FROM {table}), rowid::INTEGER) = 1, FALSE)"
            for text, table in tables.items()
        }

    def _is_large(self, part: AnyRecord) -> bool:
        if part.dataset not in self._large:
            row = self._ask(f"SELECT count(*) FROM {self._schema.records[part.dataset].source}")
            self._large[part.dataset] = row > _MANY_RECORDS
        return self._large[part.dataset]

    def _table(self, text: str, part: AnyRecord) -> str:
        table = self._tables.pop(text, None)
        if table is None:
            test, bound = predicate(part, self._schema)
            last = self._ask(f"SELECT max(rowid) FROM {self._schema.source}")
            self._made += 1
            table = f"memory.main.records_found_{self._made}"
            self._connection.execute(
                f"CREATE TABLE {table} AS SELECT bitstring_agg(rowid, 0, {last}) AS bits "
                f"FROM {self._schema.source} WHERE {test}",
                bound,
            )
        self._tables[text] = table
        return table

    def _forget_oldest(self, in_use: Mapping[str, str]) -> None:
        old = [text for text in self._tables if text not in in_use]
        for text in old[: max(0, len(self._tables) - _MOST_REMEMBERED)]:
            self._connection.execute(f"DROP TABLE {self._tables.pop(text)}")

    def _ask(self, sql: str) -> int:
        row = self._connection.execute(sql).fetchone()
        return int(row[0]) if row and row[0] is not None else 0
