"""Intervals of 10,000 terms at once, against a search row by row in Python and in R.

All find the same roots of Miettinen and Nurminen's score. The loops go over fewer rows, and their
time is scaled up. R, where it is installed, is timed inside R, in turns of its own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from math import acos, cos, pi, sqrt
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from analytics.safety.incidence import (
    IncidenceCounts,
    compare_incidence,
    compare_incidence_by_stratum,
    score_difference,
)
from analytics.safety.incidence.measures import MEASURES
from tests.benchmarks.measure import compare, report, use_threads

ROWS = 10_000
IN_LOOPS = 500
Z = 1.959963984540054
SECONDS = 1.0  # more than 10,000 rows of intervals may not take

IN_R = """
d <- read.csv('{file}')
restricted <- function(x1, n1, x2, n2, t) {{
  N <- n1 + n2; a <- ((n1 + 2 * n2) * t - N - x1 - x2) / N / 3
  b <- ((n2 * t - N - 2 * x2) * t + x1 + x2) / N; c <- x2 * t * (1 - t) / N
  q <- a^3 - a * b / 2 + c / 2; p <- sqrt(max(a^2 - b / 3, 0)) * ifelse(q < 0, -1, 1)
  cosine <- if (abs(p) > 1e-100) q / p^3 else 1
  p2 <- 2 * p * cos((pi + acos(max(-1, min(1, cosine)))) / 3) - a
  max(0, -t, min(1, 1 - t, p2))
}}
one <- function(x1, n1, x2, n2) {{
  excess <- function(t, side) {{
    p2 <- restricted(x1, n1, x2, n2, t); p1 <- max(0, min(1, p2 + t)); N <- n1 + n2
    v <- (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * N / (N - 1)
    x1 / n1 - x2 / n2 - t - side * {z} * sqrt(v)
  }}
  d <- x1 / n1 - x2 / n2
  c(uniroot(excess, c(-1, d - 1e-12), side = 1, tol = 1e-12)$root,
    uniroot(excess, c(d + 1e-12, 1), side = -1, tol = 1e-12)$root)
}}
spent <- sapply(1:3, function(i) system.time(found <<- mapply(one, d$x1, d$n1, d$x2, d$n2))[3])
cat(min(spent), range(found))
"""


def main() -> None:
    """Print the comparisons."""
    use_threads()
    cells = _cells()
    few = tuple(one[:IN_LOOPS] for one in cells)
    agreed = np.array([_searched(*row) for row in zip(*few, strict=True)]).T
    np.testing.assert_allclose(score_difference(*few), agreed, atol=1e-8)
    counts, stratified = _table(cells, strata=1), _table(cells, strata=3)
    loops = f"brentq row by row, {IN_LOOPS} rows"
    ways = {"score_difference": lambda: score_difference(*cells)}
    ways[loops] = lambda: [_searched(*row) for row in zip(*few, strict=True)]
    found = compare(f"Miettinen–Nurminen difference, {ROWS:,} rows", ways, turns=5)
    report("incidence", found)
    taken = found.timing("score_difference").median
    print(f"per row a search takes {found.ratio(loops) * ROWS / IN_LOOPS:.0f} times as long")
    if shutil.which("Rscript"):
        print(f"and R's uniroot {_in_r(few) * ROWS / IN_LOOPS / taken:.0f} times")
    print(f"goal {SECONDS:g} s: {'reached' if taken < SECONDS else 'MISSED'}")
    tables = {
        f"{measure}, {interval}": _comparison(counts, measure, interval)
        for measure in MEASURES
        for interval in MEASURES[measure]
    }
    for weights in ("mantel-haenszel", "miettinen-nurminen"):
        tables[f"three strata, {weights}"] = _by_stratum(stratified, weights)
    report("incidence", compare(f"a table of {ROWS:,} terms", tables, turns=3))


def _cells() -> tuple[np.ndarray, ...]:
    """Two arms of different size and terms that are mostly rare, as adverse events are."""
    rng = np.random.default_rng(20260331)
    n1, n2 = rng.integers(40, 400, (2, ROWS))
    rate = rng.beta(0.5, 8.0, ROWS)
    return rng.binomial(n1, rate), n1, rng.binomial(n2, np.minimum(1, 1.3 * rate)), n2


def _table(cells: tuple[np.ndarray, ...], *, strata: int) -> IncidenceCounts:
    rng = np.random.default_rng(1)
    x1, n1, x2, n2 = cells
    parts = []
    for arm, events, subjects in (("A", x2, n2), ("B", x1, n1)):
        for stratum in range(strata):
            frame = pd.DataFrame({"term": np.arange(ROWS), "subjects": subjects})
            frame["with_event"] = (
                events if strata == 1 else rng.binomial(subjects, events / subjects)
            )
            parts.append(frame.assign(arm=arm, stratum=str(stratum), patient_years=subjects / 2))
    return IncidenceCounts(frame=pd.concat(parts, ignore_index=True), arms=("A", "B"))


def _comparison(counts: IncidenceCounts, measure: str, interval: str) -> object:
    return lambda: compare_incidence(counts, measure=measure, interval=interval)


def _by_stratum(counts: IncidenceCounts, weights: str) -> object:
    return lambda: compare_incidence_by_stratum(counts, weights=weights)


def _searched(x1: int, n1: int, x2: int, n2: int) -> tuple[float, float]:
    """The limits of one row, each by a search of its own."""
    apart = x1 / n1 - x2 / n2

    def excess(value: float, side: float) -> float:
        one, other = _restricted(x1, n1, x2, n2, value)
        variance = (one * (1 - one) / n1 + other * (1 - other) / n2) * (n1 + n2) / (n1 + n2 - 1)
        return apart - value - side * Z * sqrt(variance)

    return (
        brentq(excess, -1, apart - 1e-12, args=(1.0,), xtol=1e-12),
        brentq(excess, apart + 1e-12, 1, args=(-1.0,), xtol=1e-12),
    )


def _restricted(x1: int, n1: int, x2: int, n2: int, value: float) -> tuple[float, float]:
    whole = n1 + n2
    a = ((n1 + 2 * n2) * value - whole - x1 - x2) / whole / 3
    b = ((n2 * value - whole - 2 * x2) * value + x1 + x2) / whole
    q = a**3 - a * b / 2 + x2 * value * (1 - value) / whole / 2
    p = sqrt(max(a**2 - b / 3, 0.0)) * (-1 if q < 0 else 1)
    cosine = q / p**3 if abs(p) > 1e-100 else 1.0
    other = 2 * p * cos((pi + acos(max(-1.0, min(1.0, cosine)))) / 3) - a
    other = max(0.0, -value, min(1.0, 1 - value, other))
    return max(0.0, min(1.0, other + value)), other


def _in_r(cells: tuple[np.ndarray, ...]) -> float:
    """Seconds that R takes for these rows."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cells.csv"
        pd.DataFrame(dict(zip(("x1", "n1", "x2", "n2"), cells, strict=True))).to_csv(file)
        script = IN_R.format(file=file, z=Z)
        done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True)
    seconds, least, greatest = map(float, done.stdout.split())
    lower, upper = score_difference(*cells)
    np.testing.assert_allclose((least, greatest), (lower.min(), upper.max()), atol=1e-5)
    return seconds


if __name__ == "__main__":
    main()
