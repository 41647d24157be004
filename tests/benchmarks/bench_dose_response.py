"""Contrast tests, their power and sample size, and fitted curves; against DoseFinding if installed.

R's times are those of the calls alone, measured inside R in the same run. Without R they are
compared with what DoseFinding 1.4-1 took on a quiet machine.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

import numpy as np

from analytics.dosing.response import (
    Candidates,
    ContrastDesign,
    DoseEstimates,
    Shape,
    average_curves,
    fit_dose_response,
    fit_families,
    test_contrasts,
)
from tests.benchmarks.measure import compare, report, use_threads

SIX = Candidates(
    doses=(0, 10, 25, 50, 100, 150),
    shapes=(
        Shape.of("linear"),
        Shape.of("emax", ed50=25),
        Shape.of("logistic", ed50=50, delta=10.88111),
        Shape.of("exponential", delta=85),
        Shape.of("beta", delta1=0.33, delta2=2.31, scale=200),
        Shape.of("beta", delta1=1.39, delta2=1.39, scale=200),
    ),
)
QUIET = {"power": 1.1, "sample size": 6.0}  # seconds of powMCT and sampSizeMCT
IN_R = """
suppressMessages(library(DoseFinding))
doses <- c(0, 10, 25, 50, 100, 150)
models <- Mods(doses = doses, linear = NULL, emax = 25, logistic = c(50, 10.88111),
  exponential = 85, betaMod = rbind(c(0.33, 2.31), c(1.39, 1.39)), placEff = 0, maxEff = 0.4,
  addArgs = list(scal = 200))
contrasts <- optContr(models, w = 1)
mu <- c(0, 0.05, 0.2, 0.3, 0.35, 0.4); S <- diag(6) / 50
seconds <- function(work) { work(); min(sapply(1:3, function(i) system.time(work())[["elapsed"]])) }
cat(seconds(function() powMCT(contrasts, altModels = models, n = 50, sigma = 1,
  alpha = 0.05)), "\n")
cat(seconds(function() sampSizeMCT(upperN = 150, contMat = contrasts$contMat, sigma = 1,
  altModels = models, power = 0.8, alRatio = rep(1, 6), alpha = 0.05, sumFct = min)), "\n")
cat(seconds(function() MCTtest(doses, mu, S = S, models = models, type = "general")), "\n")
cat(seconds(function() fitMod(doses, mu, S = S, model = "sigEmax", type = "general",
  bnds = defBnds(150)$sigEmax)), "\n")
cat(seconds(function() bFitMod(doses, mu, S, model = "sigEmax", type = "bootstrap", nSim = 1000,
  bnds = defBnds(150)$sigEmax)), "\n")
"""


def main() -> None:
    """Print the comparisons."""
    use_threads()
    means = (0.0, 0.05, 0.2, 0.3, 0.35, 0.4)
    covariance = tuple(map(tuple, (np.eye(6) / 50).tolist()))
    estimates = DoseEstimates(doses=SIX.doses, estimates=means, covariance=covariance)
    design = ContrastDesign(candidates=SIX, subjects=(50,) * 6, max_effect=0.4, sd=1, alpha=0.05)
    fits = fit_families(estimates, ["sigmoid-emax"])
    ways = {
        "power": design.evaluate,
        "sample size": lambda: ContrastDesign.for_power(SIX, max_effect=0.4, sd=1, alpha=0.05),
        "test": lambda: test_contrasts(estimates, SIX),
        "sigmoid Emax fit": lambda: fit_dose_response(estimates, "sigmoid-emax"),
        "sigmoid Emax, 1,000 refits": lambda: average_curves(fits, draws=1000),
    }
    found = compare("six doses, six candidates", ways, turns=5)
    report("dose_response", found)
    theirs = dict(zip(ways, _seconds_in_r(), strict=False)) or QUIET
    where = "in this run" if shutil.which("Rscript") else "on a quiet machine"
    for way, seconds in theirs.items():
        own = found.timing(way).least
        print(f"{way}: DoseFinding {seconds:.3g} s {where}, {seconds / own:.1f} times ours")


def _seconds_in_r() -> list[float]:
    """Of each call; none when R or the package is missing."""
    command = shutil.which("Rscript")
    if command is None:
        return []
    done = subprocess.run([command, "-e", IN_R], capture_output=True, text=True, check=False)
    return [float(line) for line in done.stdout.split()] if done.returncode == 0 else []


if __name__ == "__main__":
    main()
