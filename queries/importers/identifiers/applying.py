"""Applying a plan: datasets go from where they were delivered into the snapshot, changed.

The delivered rows lie in a file of their own that is encrypted with a key nobody keeps, where
encryption is installed, and that is deleted; the snapshot never holds them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from queries.errors import DataError
from queries.identifiers import quoted
from queries.importers.dataset import Column
from queries.importers.identifiers.columns import changed
from queries.importers.identifiers.plan import DeidentificationPlan
from queries.importers.identifiers.told_dates import can_be_shifted, tells_dates
from queries.importers.loaded import Loaded
from queries.pseudonyms import code, keyed_hash, study_shift, subject_shift

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_JOINED_SHIFTS = 'LEFT JOIN memory.main.shifts AS shifts ON shifts.value = given."USUBJID"::VARCHAR'


@dataclass(frozen=True, slots=True, kw_only=True)
class Deidentified:
    """What came of it: the datasets as they now are, what was done, and the study's plan."""

    loaded: tuple[Loaded, ...]
    done: tuple[tuple[str, str, str], ...]  # dataset, column, sentence
    plan: dict[str, Any] | None


def deidentify(
    connection: duckdb.DuckDBPyConnection,
    loaded: Sequence[Loaded],
    plan: DeidentificationPlan,
    *,
    secret: str,
    study: str,
    study_plan: dict[str, Any] | None,
) -> Deidentified:
    """Write the datasets into the snapshot as the plan says.

    Parameters
    ----------
    secret : str
        The key of codes and shifts.
    study : str
        Its code; the shifts are made from it.
    study_plan : dict or None
        What came with the data. Its dates are shifted with the study's, or left out where every
        subject has a shift of its own: they would give the shifts away.

    Raises
    ------
    DataError
        When an action names a column that is in no dataset, or cannot be applied.
    """
    work = _Work(connection, loaded, plan, secret, study)
    work.check_columns()
    work.make_codes()
    work.make_shifts()
    written = tuple(work.write(one) for one in loaded)
    connection.execute("DROP TABLE IF EXISTS memory.main.codes")
    connection.execute("DROP TABLE IF EXISTS memory.main.shifts")
    return Deidentified(loaded=written, done=tuple(work.done), plan=work.changed_plan(study_plan))


class _Work:
    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        loaded: Sequence[Loaded],
        plan: DeidentificationPlan,
        secret: str,
        study: str,
    ) -> None:
        self.connection, self.loaded, self.plan = connection, loaded, plan
        self.secret, self.study = secret, study
        self.done: list[tuple[str, str, str]] = []
        self.actions = {one.name: dict(self._actions(one)) for one in loaded}

    def _actions(self, one: Loaded) -> Iterator[tuple[str, str]]:
        for column in one.dataset.columns:
            action = self.plan.action_of(one.name, column.name)
            if self.plan.dates == "keep" or action not in (None, "shift", "keep"):
                yield column.name, action or "keep"
                continue
            is_date = can_be_shifted(self.connection, one, column)
            if action == "shift" and not is_date:
                rule = "what is shifted holds dates: days, times, or ISO 8601 text"
                raise DataError(rule, file=one.dataset.file, column=column.name)
            if (action == "keep" and is_date) or (
                not is_date and tells_dates(self.connection, one, column)
            ):
                rule = "dates beside shifted ones are shifted, left out or years: kept, they would "
                rule += "give the shift away"
                raise DataError(rule, file=one.dataset.file, column=column.name)
            yield column.name, "shift" if is_date else "keep"

    def check_columns(self) -> None:
        for action in self.plan.actions:
            places = [one for one in self.loaded if action.dataset.lower() in ("", one.name)]
            if not any(one.has(action.column) for one in places):
                got = f"{action.dataset or 'any dataset'}: {action.column}"
                raise DataError("an action is for a column that is there", got=got)

    def make_codes(self) -> None:
        """A table of every value that is hashed and the code that stands for it."""
        values = [
            f"SELECT {quoted(name)}::VARCHAR AS value FROM {one.table}"
            for one in self.loaded
            for name, action in self.actions[one.name].items()
            if action == "hash"
        ]
        if not values:
            return
        sql = f"SELECT DISTINCT value FROM ({' UNION ALL '.join(values)}) WHERE value IS NOT NULL"
        self._keep("codes", sql, lambda value: code(self.secret, value), pa.string())
        row = self.connection.execute(
            "SELECT count(*) - count(DISTINCT made) FROM memory.main.codes"
        ).fetchone()
        if row != (0,):
            raise DataError("every value has a code of its own")

    def make_shifts(self) -> None:
        if self.plan.dates != "subject":
            return
        subjects = [
            f'SELECT "USUBJID"::VARCHAR AS value FROM {one.table}'
            for one in self.loaded
            if one.has("USUBJID")
        ]
        if not subjects:
            raise DataError("dates are shifted by subject where there is USUBJID")
        sql = f"SELECT DISTINCT value FROM ({' UNION ALL '.join(subjects)}) WHERE value IS NOT NULL"

        def made(subject: str) -> int:
            return subject_shift(self.secret, self.study, subject)

        self._keep("shifts", sql, made, pa.int32())

    def _keep(self, table: str, sql: str, made: Callable[[str], object], kind: pa.DataType) -> None:
        values = [value for (value,) in self.connection.execute(sql).fetchall()]
        frame = pa.table(
            {
                "value": pa.array(values, pa.string()),
                "made": pa.array([made(value) for value in values], kind),
            }
        )
        self.connection.register("made_here", frame)
        self.connection.execute(f"CREATE TABLE memory.main.{table} AS SELECT * FROM made_here")
        self.connection.unregister("made_here")

    def write(self, one: Loaded) -> Loaded:
        """Write one dataset into the snapshot, row after row in the order of the delivery."""
        columns: list[tuple[Column, str]] = []
        joins = [_JOINED_SHIFTS] if self._shifts_by_subject(one) else []
        for place, column in enumerate(one.dataset.columns):
            action = self.actions[one.name][column.name]
            name = f"given.{quoted(column.name)}"
            if action == "drop":
                self.done.append((one.name, column.name, "the column was left out"))
            elif action == "keep":
                columns.append((column, name))
            else:
                if action == "hash":
                    codes = f"codes_{place}"
                    joins.append(
                        f"LEFT JOIN memory.main.codes AS {codes} ON {codes}.value = {name}::VARCHAR"
                    )
                done = changed(column, action, code=f"codes_{place}.made", shift=self._shift(one))
                self.done.append((one.name, column.name, done.said + self._how(one, action)))
                columns.append((replace(column, type=done.type), done.sql))
        if not columns:
            raise DataError("a dataset keeps at least one column", file=one.dataset.file)
        self._create(one, columns, joins)
        dataset = replace(one.dataset, columns=tuple(column for column, _ in columns))
        # The hash of a delivered file would let anybody try shifts until one of them fits.
        hashed = keyed_hash(self.secret, "file", one.sha256, self.plan.to_json())
        return replace(one, dataset=dataset, sha256=hashed, place="snapshot.main")

    def _shifts_by_subject(self, one: Loaded) -> bool:
        return self.plan.dates == "subject" and one.has("USUBJID")

    def _shift(self, one: Loaded) -> str:
        if self.plan.dates == "study":
            return f"({study_shift(self.secret, self.study)})"
        return "shifts.made" if self._shifts_by_subject(one) else "NULL::INTEGER"

    def _how(self, one: Loaded, action: str) -> str:
        if action != "shift":
            return ""
        if self.plan.dates == "study":
            return " (one offset for the study)"
        by_subject = self._shifts_by_subject(one)
        missing = " (left out: the dataset names no subjects to shift them by)"
        return " (an offset for each subject)" if by_subject else missing

    def _create(
        self, one: Loaded, columns: Sequence[tuple[Column, str]], joins: Sequence[str]
    ) -> None:
        listed = ", ".join(f"{sql} AS {quoted(column.name)}" for column, sql in columns)
        # Joins leave rows in any order; what numbers subjects by their place needs the order.
        rows = f"SELECT d AS given, row_number() OVER () AS place FROM {one.table} AS d"
        declared = ", ".join(f"{quoted(column.name)} {column.type}" for column, _ in columns)
        table = f"snapshot.main.{quoted(one.name)}"
        self.connection.execute(f"CREATE TABLE {table} ({declared})")
        self.connection.execute(
            f"INSERT INTO {table} SELECT {listed} FROM ({rows}) {' '.join(joins)} ORDER BY place"
        )

    def changed_plan(self, plan: dict[str, Any] | None) -> dict[str, Any] | None:
        """The plan of the study, without a date that would give the shift away."""
        if plan is None or self.plan.dates == "keep":
            return plan
        days = study_shift(self.secret, self.study) if self.plan.dates == "study" else None
        return {name: _moved(value, days) for name, value in plan.items()}


def _moved(value: Any, days: int | None) -> Any:
    if isinstance(value, Mapping):
        return {name: _moved(one, days) for name, one in value.items()}
    if isinstance(value, list):
        return [_moved(one, days) for one in value]
    if isinstance(value, str) and _ISO_DAY.fullmatch(value):
        return None if days is None else str(date.fromisoformat(value) + timedelta(days=days))
    return value
