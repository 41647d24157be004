"""Rows as lines of text, made by DuckDB: thousands at a time, exact to the last bit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType

import duckdb
import pyarrow as pa

from queries.importers.dataset import Column

_AT_ONCE = 20_000


class RowText:
    """A connection that knows no file, and turns batches into lines.

    Parameters
    ----------
    line : str
        SQL for the line of a row whose values are c0, c1, ...

    Examples
    --------
    >>> with RowText("c0::VARCHAR || ';'") as text:
    ...     list(text.lines([pa.record_batch({"c0": [0.1, 61.0]})]))
    [['0.1;', '61.0;']]
    """

    def __init__(self, line: str) -> None:
        self._line = line
        self._connection = duckdb.connect(":memory:", config={"enable_external_access": "false"})

    def lines(self, batches: Iterable[pa.RecordBatch]) -> Iterator[list[str]]:
        """The lines of all rows, in their order."""
        for batch in batches:
            for first in range(0, batch.num_rows, _AT_ONCE):
                part = pa.Table.from_batches([batch.slice(first, _AT_ONCE)])
                self._connection.register("batch", part)
                made = self._connection.execute(f"SELECT {self._line} AS line FROM batch")
                yield made.to_arrow_table().column("line").to_pylist()

    def __enter__(self) -> RowText:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()


def iso_values(columns: Sequence[Column]) -> list[str]:
    """SQL for the values c0, c1, ...: dates and times as ISO 8601, the others as they are.

    Examples
    --------
    >>> iso_values([Column(name="ADTM", type="TIMESTAMP", source_type="")])
    ["replace(c0::VARCHAR, ' ', 'T')"]
    """
    forms = {
        "DATE": "{}::VARCHAR",
        "TIME": "{}::VARCHAR",
        "TIMESTAMP": "replace({}::VARCHAR, ' ', 'T')",
    }
    return [forms.get(c.type, "{}").format(f"c{place}") for place, c in enumerate(columns)]
