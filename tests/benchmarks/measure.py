"""How long several ways of doing the same thing take, measured beside one another.

Times on a busy machine say little; ratios taken in one run say a lot. The ways take turns
(A B, A B, ...), so that whatever else the machine does falls on all of them alike, and each
turn's ratio compares neighbours.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import pandas as pd

TABLES = "EQUIPOISE_BENCH_TABLES"
"""The environment variable that names a folder for the tables as CSV."""

THREADS = "EQUIPOISE_BENCH_THREADS"
"""The environment variable that says how many cores to use; by default all there are."""

Way = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long one way took, turn by turn.

    Parameters
    ----------
    way : str
        Its name.
    seconds : tuple of float
        One time per turn.

    Examples
    --------
    >>> timing = Timing(way="sorted", seconds=(3.0, 1.0, 2.0))
    >>> timing.least, timing.median, timing.p95
    (1.0, 2.0, 3.0)
    """

    way: str
    seconds: tuple[float, ...]

    @property
    def least(self) -> float:
        """The fastest turn: nearest to what the work takes on an idle machine."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """The middle turn."""
        return median(self.seconds)

    @property
    def p95(self) -> float:
        """The least time that 95 % of the turns did not exceed; of up to 19 turns the slowest."""
        return sorted(self.seconds)[math.ceil(0.95 * len(self.seconds)) - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Ways measured in turns; the first one is what the others are compared with.

    Parameters
    ----------
    case : str
        What was done, and on how much.
    timings : tuple of Timing
        In the order in which they took turns.
    threads : int
        Cores that the process could use.
    """

    case: str
    timings: tuple[Timing, ...]
    threads: int

    def timing(self, way: str) -> Timing:
        """The timing of one way."""
        return next(timing for timing in self.timings if timing.way == way)

    def ratio(self, way: str) -> float:
        """Time of a way over time of the first one: the median over turns."""
        pairs = zip(self.timing(way).seconds, self.timings[0].seconds, strict=True)
        return median(own / first for own, first in pairs)

    def to_frame(self, facts: Mapping[str, Mapping[str, object]] | None = None) -> pd.DataFrame:
        """One row per way; times in milliseconds.

        Parameters
        ----------
        facts : mapping, optional
            By way, further columns and their values: bytes written, rows a second.
        """
        rows = [
            {
                "case": self.case,
                "way": timing.way,
                "least_ms": 1000 * timing.least,
                "median_ms": 1000 * timing.median,
                "p95_ms": 1000 * timing.p95,
                "ratio": self.ratio(timing.way),
                "turns": len(timing.seconds),
                "threads": self.threads,
                **(facts or {}).get(timing.way, {}),
            }
            for timing in self.timings
        ]
        return pd.DataFrame(rows)


def compare(
    case: str,
    ways: Mapping[str, Way],
    *,
    turns: int = 7,
    warm_ups: int = 1,
    calls: int = 1,
    clock: Callable[[], float] = perf_counter,
) -> Comparison:
    """Measure ways in turns.

    Parameters
    ----------
    case : str
        What is done, and on how much.
    ways : mapping
        By name, functions without arguments; the others are compared with the first.
    turns : int
        How often each is timed, at least 1.
    warm_ups : int
        Rounds that are not counted: caches fill, code is compiled.
    calls : int
        Calls in a row that make one timed turn, for what takes microseconds.
    clock : callable
        Seconds of a clock.

    Examples
    --------
    >>> numbers = list(range(1000))
    >>> found = compare("a sum", {"sum": lambda: sum(numbers), "max": lambda: max(numbers)})
    >>> [timing.way for timing in found.timings], found.ratio("sum")
    (['sum', 'max'], 1.0)
    """
    if not ways or turns < 1 or warm_ups < 0 or calls < 1:
        got = f"{len(ways)} ways, turns={turns}, warm_ups={warm_ups}, calls={calls}"
        raise ValueError(f"a comparison has ways, turns and calls, but got {got}.")
    for _ in range(warm_ups):
        for work in ways.values():
            work()
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(turns):
        for way, work in ways.items():
            seconds[way].append(_timed(work, calls, clock))
    timings = tuple(Timing(way=way, seconds=tuple(spent)) for way, spent in seconds.items())
    return Comparison(case=case, timings=timings, threads=available_threads())


def _timed(work: Way, calls: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(calls):
        work()
    return (clock() - start) / calls


def report(
    benchmark: str,
    comparison: Comparison,
    *,
    facts: Mapping[str, Mapping[str, object]] | None = None,
) -> None:
    """Print a comparison as a Markdown table; add it to `<benchmark>.csv` if a folder is named.

    The folder is that of the environment variable EQUIPOISE_BENCH_TABLES.

    Examples
    --------
    >>> timings = (Timing(way="a", seconds=(0.5,)), Timing(way="b", seconds=(1.0,)))
    >>> report("halves", Comparison(case="both", timings=timings, threads=2))
    | case | way | least_ms | median_ms | p95_ms | ratio | turns | threads |
    |---|---|---|---|---|---|---|---|
    | both | a | 500 | 500 | 500 | 1 | 1 | 2 |
    | both | b | 1,000 | 1,000 | 1,000 | 2 | 1 | 2 |
    """
    frame = comparison.to_frame(facts)
    print("\n".join(markdown_rows(frame)))
    if folder := os.environ.get(TABLES):
        path = Path(folder) / f"{benchmark}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", newline="") as file:
            frame.to_csv(file, index=False, header=file.tell() == 0)


def markdown_rows(frame: pd.DataFrame) -> list[str]:
    """A frame as the lines of a Markdown table; numbers with three digits that count."""
    lines = [list(frame.columns), ["---"] * len(frame.columns)]
    lines += [[_shown(value) for value in row] for row in frame.itertuples(index=False)]
    return [_line(lines[0]), "|" + "|".join(lines[1]) + "|", *map(_line, lines[2:])]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def use_threads() -> int:
    """Keep this process to as many cores as EQUIPOISE_BENCH_THREADS says; how many there are.

    Call it before anything starts threads. DuckDB, Arrow and BLAS look at the cores that
    their process may use, so one setting holds for all of them. On systems that cannot keep
    a process to some cores, nothing is changed.
    """
    wanted = os.environ.get(THREADS)
    if wanted and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[: max(1, int(wanted))])
    return available_threads()


def available_threads() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
