"""Survival on EQX-LARGE and samples of it: this product, R's survival and lifelines in turns.

Run from the repository: `python tests/benchmarks/bench_survival.py`. Times are whole days. R reads
its rows before any clock starts, from the same numbers, and times itself; likewise the store has
found the endpoint's records before (it prints how long its first answer took), and counts them
anew each time. All take turns. Ratios are to the first way of each case: how many times as long
another one takes. Without R its rows are missing. Numbers of subjects to measure may be given as
arguments.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

import duckdb
import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test, multivariate_logrank_test

from analytics.survival import (
    SurvivalCounts,
    fit_cox_by_arm,
    fit_kaplan_meier,
    logrank_z,
    test_logrank,
)
from analytics.survival.regression import FollowUp, Numeric, fit_cox
from queries.questions import survival_counts
from queries.store import Store, open_store
from tests.benchmarks.large_study import large_snapshot
from tests.benchmarks.large_study import subjects as large_subjects
from tests.benchmarks.measure import Comparison, Timing, available_threads, report, use_threads

SIZES = (300, 1_000, 10_000, 100_000, 1_000_000)
COVARIATES = ("dose", "age", "male", "ecog", "marker")
ARMS = ("Placebo", "Norvexat 50 mg", "Norvexat 100 mg")
OURS, STORED, R, LIFELINES = "from counts", "from the store", "R", "lifelines"
ROWS = "from rows"
CURVES, ONE, FIVE, KERNEL = (
    "curves with intervals, log-rank",
    "Cox, one factor",
    "Cox, five covariates",
    "log-rank of two arms",
)

QUESTION = """
SELECT "AVAL" AS time, ("CNSR" = 0)::INTEGER AS event, "TRT01P" AS arm, "TRT01PN" AS dose,
    "AGE" AS age, ("SEX" = 'M')::INTEGER AS male, "ECOGBL" AS ecog, "BMKBL" AS marker
FROM adtte JOIN adsl USING ("USUBJID") WHERE "PARAMCD" = 'OS' ORDER BY "USUBJID"
"""

R_SCRIPT = """
suppressMessages(library(survival))
arguments <- commandArgs(TRUE); n <- as.integer(arguments[2])
columns <- matrix(readBin(arguments[1], "double", 7 * n), n)
d <- data.frame(columns); names(d) <- c("time", "event", "dose", "age", "male", "ecog", "marker")
d$arm <- factor(d$dose)
work <- list(
  curves = function() {
    survfit(Surv(time, event) ~ arm, data = d, conf.type = "log-log")
    survdiff(Surv(time, event) ~ arm, data = d)
  },
  one = function() coxph(Surv(time, event) ~ arm, data = d),
  five = function() coxph(Surv(time, event) ~ dose + age + male + ecog + marker, data = d)
)
asked <- file("stdin", "r")
while (length(line <- readLines(asked, 1)) == 1) {
  words <- strsplit(line, " ")[[1]]; run <- work[[words[1]]]; calls <- as.integer(words[2])
  if (calls == 0) { # not timed: what was found
    found <- run()
    cat(sprintf("%.15g", if (words[1] == "curves") found$chisq else coef(found)), "\\n")
  } else {
    gc(FALSE); start <- Sys.time()
    for (i in seq_len(calls)) run()
    cat(as.numeric(Sys.time() - start, units = "secs") / calls, "\\n")
  }
  flush(stdout())
}
"""

Clocked = Callable[[], float]
"""A way that does its work and says how many seconds it took."""


class RProcess:
    """An R that holds the rows and waits to be asked."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, what: str, calls: int) -> list[float]:
        """Seconds of one of several calls; with 0 calls, what R finds."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{what} {calls}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("R ended before it answered.")
        return [float(word) for word in answer.split()]


@contextmanager
def r_with(rows: pd.DataFrame) -> Iterator[RProcess | None]:
    """R with these rows; None where it is not installed."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        data, script = Path(folder, "columns.bin"), Path(folder, "bench.R")
        columns = rows[["time", "event", *COVARIATES]].to_numpy(dtype="<f8")
        columns.T.tofile(data)
        script.write_text(R_SCRIPT, encoding="utf-8")
        command = [rscript, str(script), str(data), str(len(rows))]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            yield RProcess(process)
            process.communicate()


def clocked(work: Callable[[], object], calls: int) -> Clocked:
    """A way that is timed by our clock."""

    def run() -> float:
        start = perf_counter()
        for _ in range(calls):
            work()
        return (perf_counter() - start) / calls

    return run


def in_turns(case: str, ways: Mapping[str, Clocked], turns: int) -> Comparison:
    """Each way once to warm up, then one after the other, turn by turn."""
    for way in ways.values():
        way()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(turns):
        for name, way in ways.items():
            seconds[name].append(way())
    timings = tuple(Timing(way=name, seconds=tuple(spent)) for name, spent in seconds.items())
    return Comparison(case=case, timings=timings, threads=available_threads())


# The ways -------------------------------------------------------------------------


def curves_of(counts: SurvivalCounts) -> float:
    """Curves with log(-log) intervals, and the log-rank test."""
    fit_kaplan_meier(counts)
    return test_logrank(counts).statistic


def counts_of(rows: pd.DataFrame) -> SurvivalCounts:
    """Counted from rows; the reference is the arm without a dose."""
    return SurvivalCounts.from_subjects(
        rows["time"], rows["event"], arms=rows["arm"].tolist(), order=ARMS
    )


def counts_in(store: Store) -> SurvivalCounts:
    """Counted by the store."""
    frame = survival_counts(store=store, endpoint="OS")
    return SurvivalCounts(frame=frame, arms=store.arms("planned"))


def lifelines_curves(rows: pd.DataFrame) -> float:
    """The same by lifelines, from rows."""
    for _, own in rows.groupby("arm", observed=True):
        KaplanMeierFitter().fit(own["time"], own["event"])
    return float(multivariate_logrank_test(rows["time"], rows["arm"], rows["event"]).test_statistic)


def lifelines_cox(columns: pd.DataFrame) -> object:
    """With the mode that pays when times are few, as days are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return CoxPHFitter().fit(columns, "time", "event", batch_mode=True)


def five(rows: pd.DataFrame) -> FollowUp:
    """The rows of the regression with five covariates."""
    return FollowUp(frame=rows, time="time", event="event")


# The measurements -----------------------------------------------------------------


def measured(
    rows: pd.DataFrame, r: RProcess | None, store: Store | None, turns: int, calls: int
) -> list[Comparison]:
    """All cases of one size."""
    counts, terms = counts_of(rows), [Numeric(name) for name in COVARIATES]
    dummies = rows[["time", "event"]].assign(
        **{name: rows["dose"].eq(place).astype(float) for name, place in (("b", 2), ("c", 3))}
    )
    plain = rows[["time", "event", *COVARIATES]]
    _require_same(counts, rows, r, store)
    few = max(1, calls // 10)  # what takes milliseconds even for few subjects

    def by_r(what: str) -> dict[str, Clocked]:
        return {} if r is None else {R: lambda: r.ask(what, calls)[0]}

    def stored(work: Callable[[SurvivalCounts], object]) -> dict[str, Clocked]:
        if store is None:
            return {}
        return {STORED: clocked(lambda: work(counts_in(store)), calls)}

    cases: dict[str, dict[str, Clocked]] = {
        CURVES: {
            **stored(curves_of),
            OURS: clocked(lambda: curves_of(counts), calls),
            ROWS: clocked(lambda: curves_of(counts_of(rows)), few),
            **by_r("curves"),
            LIFELINES: clocked(lambda: lifelines_curves(rows), few),
        },
        ONE: {
            **stored(fit_cox_by_arm),
            OURS: clocked(lambda: fit_cox_by_arm(counts), calls),
            **by_r("one"),
            LIFELINES: clocked(lambda: lifelines_cox(dummies), few),
        },
        FIVE: {
            ROWS: clocked(lambda: fit_cox(five(rows), terms), few),
            **by_r("five"),
            LIFELINES: clocked(lambda: lifelines_cox(plain), few),
        },
    }
    return [in_turns(f"{case}, n = {len(rows):,}", ways, turns) for case, ways in cases.items()]


def kernel(rows: pd.DataFrame, turns: int) -> Comparison:
    """What simulations call, on 300 subjects of two arms: arrays in, one number out."""
    two = rows[rows["dose"] != 2]
    two = two.iloc[:300]
    time, event = two["time"].to_numpy(np.float64), two["event"].to_numpy(bool)
    arm = two["dose"].to_numpy() == 3
    theirs = (time[arm], time[~arm], event[arm], event[~arm])
    found = logrank_test(*theirs).test_statistic
    np.testing.assert_allclose(logrank_z(time, event, arm) ** 2, found, rtol=1e-8)
    ways = {
        "logrank_z": clocked(lambda: logrank_z(time, event, arm), 200),
        LIFELINES: clocked(lambda: logrank_test(*theirs), 5),
    }
    return in_turns(f"{KERNEL}, n = {len(two):,}", ways, turns)


def _require_same(
    counts: SurvivalCounts, rows: pd.DataFrame, r: RProcess | None, store: Store | None
) -> None:
    """All ways give the same answer."""
    chi_square = curves_of(counts)
    np.testing.assert_allclose(lifelines_curves(rows), chi_square, rtol=1e-6)
    if store is not None:
        np.testing.assert_allclose(curves_of(counts_in(store)), chi_square, rtol=1e-9)
    if r is not None:
        np.testing.assert_allclose(r.ask("curves", 0), [chi_square], rtol=1e-9)
        ratios = np.log(fit_cox_by_arm(counts).to_frame()["hazard_ratio"].to_numpy(float))
        np.testing.assert_allclose(r.ask("one", 0), ratios, rtol=1e-5)
        terms = [Numeric(name) for name in COVARIATES]
        coefficients = fit_cox(five(rows), terms).coefficients
        np.testing.assert_allclose(r.ask("five", 0), coefficients, rtol=1e-4, atol=1e-8)


_LARGE = f"n = {max(SIZES):,}"
GOALS = (
    (f"{CURVES}, {_LARGE}", STORED, R, 100),
    (f"{CURVES}, {_LARGE}", STORED, LIFELINES, 4),
    (f"{ONE}, {_LARGE}", STORED, R, 50),
    (f"{FIVE}, {_LARGE}", ROWS, R, 3),
    (f"{KERNEL}, n = 300", "logrank_z", LIFELINES, 100),
)
"""Case, way, other way, how many times as long the other one should take."""


def goals_met(found: list[Comparison]) -> Iterator[str]:
    """One line per goal: by the least times, and by the medians of the ratios of each turn."""
    for case, way, other, goal in GOALS:
        for one in found:
            ways = [timing.way for timing in one.timings]
            if one.case == case and way in ways and other in ways:
                least = one.timing(other).least / one.timing(way).least
                middle = one.ratio(other) / one.ratio(way)
                word = "reached" if middle >= goal else "MISSED"
                yield (
                    f"{one.case}: {other} takes {middle:,.1f} x as long as {way} "
                    f"(least times {least:,.1f} x; goal {goal} x): {word}"
                )


def main(sizes: tuple[int, ...]) -> None:
    """Measure and print."""
    use_threads()
    file, found = large_snapshot(), []
    with open_store(file) as store:
        first = clocked(lambda: counts_in(store), 1)()
        print(f"The store's first counts of the endpoint took {1000 * first:,.0f} ms.")
        with duckdb.connect(str(file), read_only=True) as plain:
            everybody = plain.execute(QUESTION).df()
        everybody["arm"] = everybody["arm"].astype(str)
        rng = np.random.default_rng(20260331)
        for size in sizes:
            whole = size >= len(everybody)
            chosen = np.sort(rng.choice(len(everybody), min(size, len(everybody)), replace=False))
            rows = everybody if whole else everybody.iloc[chosen].reset_index(drop=True)
            turns = 3 if size > 100_000 else 5 if size > 10_000 else 9
            calls = 1 if size > 10_000 else 10
            with r_with(rows) as r:
                found += measured(rows, r, store if whole else None, turns, calls)
            for comparison in found[-3:]:
                report("survival", comparison)
        found.append(kernel(everybody.sample(1000, random_state=1), turns=15))
        report("survival", found[-1])
    print("\n".join(goals_met(found)))


if __name__ == "__main__":
    asked = tuple(map(int, sys.argv[1:]))
    main(asked or tuple(size for size in SIZES if size <= large_subjects()))
