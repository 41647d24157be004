"""How an export says no: with every rule that the data break, not only the first."""

from __future__ import annotations

from collections.abc import Sequence

from queries.errors import DataError

MOST_PROBLEMS = 50


class ExportRefused(DataError):  # noqa: N818 - it says what happened
    """An export that was refused as a whole; nothing of it was written.

    Parameters
    ----------
    problems : sequence of DataError
        What stands against it; the first 50 are kept.

    Examples
    --------
    >>> print(ExportRefused([DataError("a name has at most 8 bytes", file="adsl.xpt")]))
    The export is refused for 1 problem.
    adsl.xpt: a name has at most 8 bytes.
    """

    def __init__(self, problems: Sequence[DataError]) -> None:
        self.problems = tuple(problems)[:MOST_PROBLEMS]
        self._count = len(problems)
        super().__init__("an export has no problems")

    def __str__(self) -> str:
        head = f"The export is refused for {self._count} problem{'s' * (self._count != 1)}."
        return "\n".join([head, *(str(problem) for problem in self.problems)])
