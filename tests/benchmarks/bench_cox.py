"""Cox regression with five covariates: this product, lifelines and R's coxph in one run.

Run from the repository: `python tests/benchmarks/bench_cox.py`. Prints milliseconds (the minimum
of several runs) and how many times faster we are. Without R its columns stay empty; numbers of
rows to measure may be given as arguments.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter

from analytics.survival.regression import (
    FollowUp,
    Numeric,
    check_proportional_hazards,
    concordance,
    fit_cox,
)

COVARIATES = [f"x{place}" for place in range(1, 6)]
TERMS = [Numeric(name) for name in COVARIATES]
SIZES = (300, 10_000, 1_000_000)
MOST_FOR_ALL = 10_000  # R and lifelines take minutes for robust variances of more rows

R_SCRIPT = """
suppressMessages(library(survival))
arguments <- commandArgs(TRUE)
n <- as.integer(arguments[2]); repeats <- as.integer(arguments[3])
columns <- matrix(readBin(arguments[1], "double", 7 * n), n)
d <- data.frame(columns); names(d) <- c("time", "event", paste0("x", 1:5))
clock <- function(name, run) {
  run()
  best <- min(replicate(repeats, {
    gc(FALSE); start <- Sys.time(); run(); as.numeric(Sys.time() - start, units = "secs")
  }))
  cat(name, 1000 * best, "\\n")
}
model <- Surv(time, event) ~ x1 + x2 + x3 + x4 + x5
clock("fit", function() coxph(model, data = d))
if (n <= as.integer(arguments[4])) {
  clock("robust", function() coxph(model, data = d, robust = TRUE))
  f <- coxph(model, data = d)
  clock("zph", function() cox.zph(f))
  clock("concordance", function() concordance(f))
}
cat("coefficients", sprintf("%.15g", coef(coxph(model, data = d, eps = 1e-12))), "\\n")
"""


def trial(rows: int, *, whole_days: bool) -> pd.DataFrame:
    """A made-up trial over three years with about 40 % events."""
    rng = np.random.default_rng(rows)
    x = rng.normal(size=(rows, 5))
    x[:, 0] = x[:, 0] > 0
    death = rng.exponential(1500 * np.exp(-x @ [-0.35, 0.2, -0.1, 0.05, 0.3]))
    end = rng.uniform(0, 1095, rows)
    days = np.minimum(death, end)
    frame = pd.DataFrame(x, columns=COVARIATES)
    frame.insert(0, "time", np.ceil(days) if whole_days else days)
    frame.insert(1, "event", (death <= end).astype(float))
    return frame


def best(run: Callable[[], object], repeats: int) -> float:
    """Milliseconds of the fastest run, after one to warm up."""
    run()
    found = []
    for _ in range(repeats):
        start = perf_counter()
        run()
        found.append(perf_counter() - start)
    return 1000 * min(found)


def ours(frame: pd.DataFrame, repeats: int) -> dict[str, float]:
    """Our times, from the frame on."""

    def fit(**options: object) -> object:
        follow_up = FollowUp(frame=frame, time="time", event="event")
        return fit_cox(follow_up, TERMS, **options)  # type: ignore[arg-type]

    found = {"fit": best(fit, repeats)}
    if len(frame) <= MOST_FOR_ALL:
        follow_up = FollowUp(frame=frame, time="time", event="event")
        model = fit_cox(follow_up, TERMS)
        found["robust"] = best(lambda: fit(robust=True), repeats)
        found["zph"] = best(lambda: check_proportional_hazards(model, follow_up), repeats)
        found["concordance"] = best(lambda: concordance(model, follow_up), repeats)
    return found


def lifelines_times(frame: pd.DataFrame, repeats: int) -> dict[str, float]:
    """Its times, with whichever of its two modes is the faster one."""

    def fit(batch: bool, robust: bool = False) -> object:
        fitter = CoxPHFitter()
        return fitter.fit(frame, "time", "event", batch_mode=batch, robust=robust)

    # Batches pay when times are few; with as many times as rows they take a minute.
    few_times = frame["time"].nunique() < len(frame) / 2
    modes = (few_times,) if len(frame) > MOST_FOR_ALL else (True, False)
    found = {"fit": min(best(lambda mode=mode: fit(mode), repeats) for mode in modes)}
    if len(frame) <= MOST_FOR_ALL:
        found["robust"] = best(lambda: fit(True, robust=True), 1)
    return found


def r_times(frame: pd.DataFrame, repeats: int) -> tuple[dict[str, float], list[float]]:
    """R's times, and its coefficients for a look at whether all did the same."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return {}, []
    with tempfile.TemporaryDirectory() as folder:
        data, script = Path(folder, "columns.bin"), Path(folder, "bench.R")
        frame.to_numpy().T.astype("<f8").tofile(data)
        script.write_text(R_SCRIPT, encoding="utf-8")
        command = [rscript, script, data, len(frame), repeats, MOST_FOR_ALL]
        told = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    lines = [line.split() for line in told.stdout.splitlines()]
    times = {line[0]: float(line[1]) for line in lines if line[0] != "coefficients"}
    return times, [float(one) for line in lines if line[0] == "coefficients" for one in line[1:]]


def main(sizes: tuple[int, ...]) -> None:
    """Measure and print."""
    print(
        f"{'rows':>9} {'times':>10} {'what':>12} {'ours':>9} {'R':>9} {'lifelines':>9}  faster than"
    )
    for rows in sizes:
        for whole_days in (True, False):
            frame = trial(rows, whole_days=whole_days)
            repeats = 3 if rows > MOST_FOR_ALL else 15
            here = ours(frame, repeats)
            theirs, coefficients = r_times(frame, repeats)
            python = lifelines_times(frame, 1 if rows > MOST_FOR_ALL else 3)
            for what, time in here.items():
                kind = "whole days" if whole_days else "continuous"
                others = {"R": theirs.get(what), "lifelines": python.get(what)}
                cells = "".join(
                    f" {value:>9.1f}" if value else " " * 10 for value in others.values()
                )
                ratios = [f"{name} {value / time:.1f}x" for name, value in others.items() if value]
                start = f"{rows:>9} {kind:>10} {what:>12} {time:>9.1f}{cells}"
                print(f"{start}  {', '.join(ratios)}", flush=True)
            if coefficients:
                fit = fit_cox(FollowUp(frame=frame, time="time", event="event"), TERMS)
                np.testing.assert_allclose(fit.coefficients, coefficients, rtol=1e-7)


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
