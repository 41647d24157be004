"""Adjusted p-values of 10,000 terms against SciPy, and what a second of the sampler is worth.

SciPy (and statsmodels, where it is installed) adjusts one family; double FDR has no counterpart
there, and is compared with the same steps taken class by class through SciPy. The sampler has no
counterpart in Python: its time, its effective draws per second and its goal are printed.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from analytics.safety.incidence import IncidenceCounts
from analytics.safety.multiplicity import (
    adjust,
    adjust_benjamini_hochberg,
    double_fdr_2012,
    fit_berry_berry,
)
from tests.benchmarks.measure import compare, report, use_threads

TERMS, CLASSES = 10_000, 27
SECONDS = 10.0  # the sampler may not take more for 60 terms


def main() -> None:
    """Print the comparisons."""
    use_threads()
    rng = np.random.default_rng(20260331)
    p = rng.beta(0.7, 1.2, TERMS)
    names = [f"class {number}" for number in rng.integers(0, CLASSES, TERMS)]
    _one_family(p)
    _classes(p, names)
    _sampler(60)
    _sampler(230)


def _one_family(p: np.ndarray) -> None:
    ways = {
        "adjust_benjamini_hochberg": lambda: adjust_benjamini_hochberg(p),
        "scipy false_discovery_control": lambda: false_discovery_control(p),
    }
    np.testing.assert_allclose(adjust_benjamini_hochberg(p), false_discovery_control(p))
    if importlib.util.find_spec("statsmodels"):
        from statsmodels.stats.multitest import multipletests

        ways["statsmodels multipletests"] = lambda: multipletests(p, method="fdr_bh")[1]
    report("multiplicity", compare(f"Benjamini–Hochberg, {len(p):,} terms", ways, turns=51))


def _classes(p: np.ndarray, names: list[str]) -> None:
    frame = pd.DataFrame({"class": names, "term": np.arange(len(p)), "arm": "B", "p_value": p})
    found = double_fdr_2012(p, names, class_alpha=0.5)
    np.testing.assert_allclose(found.adjusted, _with_scipy(frame, 0.5))
    ways = {
        "double_fdr_2012": lambda: double_fdr_2012(p, names, class_alpha=0.5),
        "through SciPy, class by class": lambda: _with_scipy(frame, 0.5),
        "adjust, as a table": lambda: adjust(frame, method="double-fdr-2012", class_alpha=0.5),
    }
    report("multiplicity", compare(f"double FDR, {len(p):,} terms", ways, turns=11))


def _with_scipy(frame: pd.DataFrame, class_alpha: float) -> np.ndarray:
    within = frame.groupby("class")["p_value"].transform(false_discovery_control)
    classes = within.groupby(frame["class"]).min()
    passes = classes.index[false_discovery_control(classes) <= class_alpha]
    family = frame["class"].isin(passes).to_numpy()
    adjusted = np.full(len(frame), np.nan)
    adjusted[family] = false_discovery_control(frame["p_value"][family])
    return adjusted


def _sampler(terms: int) -> None:
    start = perf_counter()
    fit = fit_berry_berry(_counts(terms), seed=1)
    taken = perf_counter() - start
    draws = fit.draws * fit.chains
    print(
        f"Berry–Berry, {terms} terms: {taken:.1f} s for {draws:,} draws; smallest effective "
        f"sample size {fit.smallest_ess:,.0f} ({fit.smallest_ess / taken:,.0f} a second), median "
        f"{fit.diagnostics['ess'].median():,.0f}, largest R-hat {fit.largest_rhat:.4f}"
    )
    if terms == 60:
        print(f"goal {SECONDS:g} s: {'reached' if taken < SECONDS else 'MISSED'}")


def _counts(terms: int) -> IncidenceCounts:
    """Mostly rare terms, of which some are raised in the arm."""
    rng = np.random.default_rng(3)
    rate = rng.beta(0.6, 9, terms)
    raised = np.where(rng.random(terms) < 0.2, 2.0, 1.0)
    names = pd.DataFrame({"class": np.sort(rng.integers(0, terms // 5, terms))})
    names["term"] = np.arange(terms)
    arms = [
        names.assign(arm=arm, with_event=rng.binomial(150, np.minimum(chance, 1)), subjects=150)
        for arm, chance in (("A", rate), ("B", rate * raised))
    ]
    return IncidenceCounts(frame=pd.concat(arms), arms=("A", "B"), keys=("class", "term"))


if __name__ == "__main__":
    main()
