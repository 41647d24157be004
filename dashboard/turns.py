"""Page scripts take turns: a few at once are done sooner, all of them, than many.

Thirty readers at once got 29 % more pages so (`tests/benchmarks/bench_crowd.py 60 5`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

# While one waits for DuckDB or NumPy, which let go of the interpreter, another goes on.
_TURNS = BoundedSemaphore(2)
PATIENCE = 5.0  # seconds; who draws pictures for a share must not keep the others waiting


@contextmanager
def turn() -> Iterator[None]:
    """Wait for one's turn, but not for ever, and hold it for the length of the block.

    Examples
    --------
    >>> with turn():
    ...     "drawn"
    'drawn'
    """
    held = _TURNS.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if held:
            _TURNS.release()
