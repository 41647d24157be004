"""How an import says no: with every problem it found, not only the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from queries.errors import DataError

MOST_PROBLEMS = 50


class ImportRefused(DataError):  # noqa: N818 - it says what happened
    """An import that was refused as a whole; nothing of it was kept.

    Parameters
    ----------
    problems : sequence of DataError
        What stands against the import, at most 50.

    Examples
    --------
    >>> print(ImportRefused([DataError("a file is not empty", file="adsl.csv")]))
    The import is refused for 1 problem.
    adsl.csv: a file is not empty.
    """

    def __init__(self, problems: Sequence[DataError]) -> None:
        self.problems = tuple(problems)[:MOST_PROBLEMS]
        super().__init__("an import has no problems")
        self.rule = "an import has no problems"

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"The import is refused for {count} problem{'' if count == 1 else 's'}."
        return "\n".join([head, *(str(problem) for problem in self.problems)])


class Problems:
    """Problems found so far.

    Examples
    --------
    >>> problems = Problems()
    >>> with problems.collected():
    ...     raise DataError("a file is not empty", file="adsl.csv")
    >>> len(problems.found)
    1
    """

    def __init__(self) -> None:
        self.found: list[DataError] = []

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Keep a `DataError` raised inside, and go on after the block."""
        try:
            yield
        except ImportRefused as refusal:
            self.found.extend(refusal.problems)
        except DataError as problem:
            self.found.append(problem)

    def refuse(self) -> None:
        """Raise `ImportRefused` if anything was found."""
        if self.found:
            raise ImportRefused(self.found)
