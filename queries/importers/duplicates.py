"""Two files of one dataset: whether they say the same."""

from __future__ import annotations

from queries.identifiers import quoted
from queries.importers.dataset import Dataset
from queries.importers.loaded import Loaded, columns_of
from queries.importers.snapshot import SnapshotDraft


def same_content(first: Loaded, dataset: Dataset, draft: SnapshotDraft) -> bool:
    """Whether a dataset holds the rows already loaded; numbers are compared as numbers."""
    if {column.name.upper() for column in dataset.columns} != set(first.columns):
        return False
    second = columns_of(draft.load(dataset, "memory.main.second"))
    compared = ", ".join(
        _comparable(name, {first.columns[name], second[name]}) for name in first.columns
    )
    mine = f"SELECT {compared} FROM {first.table}"
    other = f"SELECT {compared} FROM memory.main.second"
    different = draft.connection.execute(
        f"SELECT count(*) FROM (({mine} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {mine}))"
    ).fetchone()
    draft.connection.execute("DROP TABLE memory.main.second")
    return different == (0,)


def _comparable(name: str, types: set[str]) -> str:
    if len(types) == 1:
        return quoted(name)
    return f"{quoted(name)}::{'DOUBLE' if types == {'DOUBLE', 'BIGINT'} else 'VARCHAR'}"
