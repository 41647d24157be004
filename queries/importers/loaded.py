"""What is in a draft so far: the datasets loaded, and their columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from queries.identifiers import quoted
from queries.importers.archive import SourceFile
from queries.importers.dataset import Dataset
from queries.variables import domain_of

_KINDS = {
    "date": {"DATE", "TIMESTAMP"},
    "number": {"DOUBLE", "BIGINT"},
    "text": {"VARCHAR"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One dataset in the draft, as it is stored, and the file it came from.

    `place` is the schema that holds it: the snapshot's, or where it waits to be de-identified.
    """

    dataset: Dataset
    source: SourceFile
    sha256: str
    place: str = "snapshot.main"

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.dataset.rows or 0

    @property
    def columns(self) -> Mapping[str, str]:
        """Upper-case column names and the types they are stored as."""
        return columns_of(self.dataset)

    @property
    def name(self) -> str:
        """The table's name."""
        return self.dataset.name

    @property
    def domain(self) -> str | None:
        """The domain it belongs to, if any."""
        return domain_of(self.dataset.name)

    @property
    def table(self) -> str:
        """The table, as SQL names it."""
        return f"{self.place}.{quoted(self.dataset.name)}"

    def has(self, column: str, kind: str = "any") -> bool:
        """Whether there is such a column, of that kind: text, number, date or any.

        Letter case does not matter.
        """
        found = self.columns.get(column.upper())
        return found is not None and (kind == "any" or found in _KINDS[kind])


def columns_of(dataset: Dataset) -> dict[str, str]:
    """Upper-case column names and the types they are stored as."""
    return {column.name.upper(): column.type for column in dataset.columns}


def of_domain(loaded: Iterable[Loaded], domain: str) -> list[Loaded]:
    """The datasets of a domain; or, for any other name, the dataset of that name."""
    return [one for one in loaded if domain in (one.domain, one.name.upper())]
