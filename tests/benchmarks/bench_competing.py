"""Aalen–Johansen on 100 000 subjects, against lifelines and, where it is installed, R's survfit.

Run as a script; milliseconds are the least of a few repeats.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from lifelines import AalenJohansenFitter

from analytics.survival.competing import CompetingCounts, fit_aalen_johansen

SUBJECTS = 100_000
IN_R = """
d <- read.csv('{file}'); d$cause <- factor(d$cause, 0:2); library(survival)
spent <- sapply(1:3, function(i) system.time(survfit(Surv(time, cause) ~ 1, data = d))[3])
cat(1000 * min(spent))
"""


def main() -> None:
    """Print the comparison."""
    rows = _rows()
    named = rows["cause"].map({0: "", 1: "event", 2: "death"}).tolist()
    counts = CompetingCounts.from_subjects(rows["time"], named)
    spent = {
        "from counts": _least(lambda: fit_aalen_johansen(counts)),
        "counting subjects": _least(lambda: CompetingCounts.from_subjects(rows["time"], named)),
        "lifelines, both causes": _least(lambda: _lifelines(rows), repeats=1),
    }
    if shutil.which("Rscript"):
        spent["R survfit, both causes"] = _in_r(rows)
    print(f"Aalen–Johansen, {SUBJECTS} subjects, {counts.frame['time'].nunique()} distinct days")
    for name, milliseconds in spent.items():
        ratio = milliseconds / spent["from counts"]
        print(f"{name:24s} {milliseconds:10.1f} ms   {ratio:8.1f} x")


def _rows() -> pd.DataFrame:
    random = np.random.default_rng(1)
    event, death, lost = (random.exponential(scale, SUBJECTS) for scale in (900.0, 1500.0, 2500.0))
    end = np.minimum(lost, 1095)
    first = np.minimum(np.minimum(event, death), end)
    cause = np.where(first == end, 0, np.where(event < death, 1, 2))
    return pd.DataFrame({"time": np.ceil(first), "cause": cause})


def _least(work: Callable[[], object], repeats: int = 5) -> float:
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return 1000 * min(spent)


def _lifelines(rows: pd.DataFrame) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it moves tied times apart at random
        for cause in (1, 2):
            AalenJohansenFitter(seed=1).fit(rows["time"], rows["cause"], event_of_interest=cause)


def _in_r(rows: pd.DataFrame) -> float:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        rows.to_csv(file, index=False)
        script = IN_R.format(file=file)
        done = subprocess.run(["Rscript", "-e", script], check=True, capture_output=True, text=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
