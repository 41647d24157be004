"""How long computations say how far they are."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float, str], None]
"""Is told the share done, from 0 to 1, and what goes on, in a sentence. May raise to stop it."""


def unheard(share: float, sentence: str) -> None:
    """Progress that nobody listens to.

    Examples
    --------
    >>> unheard(0.5, "Drawing.")
    """


def part(progress: Progress, start: float, end: float) -> Progress:
    """The progress of a part of the work, which is from one share of the whole to another.

    Examples
    --------
    >>> part(lambda share, sentence: print(share, sentence), 0.5, 1.0)(0.5, "Drawing.")
    0.75 Drawing.
    """

    def report(share: float, sentence: str) -> None:
        progress(start + share * (end - start), sentence)

    return report
