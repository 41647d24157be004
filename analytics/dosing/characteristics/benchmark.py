"""The non-parametric benchmark: how often even complete information finds the right dose."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.stats import binom

from analytics.checks import NotEstimableError, require
from analytics.dosing.characteristics.scenarios import ROUNDING, ToxicityScenario
from analytics.dosing.escalation.counts import Floats
from analytics.dosing.escalation.outcomes import MOST_PATIENTS
from analytics.results import Result, registered, require_columns

COLUMNS = ("dose", "probability", "selected")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OptimalBenchmark(Result):
    """Selections when it is known of every patient which doses he or she would have tolerated.

    Parameters
    ----------
    scenario : ToxicityScenario
        What was assumed.
    target : float
        Toxicity probability aimed at.
    patients : int
        All of them informative about all doses.
    table : DataFrame
        By dose: the true `probability`, and the probability that the dose is `selected`.
    """

    scenario: ToxicityScenario
    target: float
    patients: int
    table: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "one row per dose")

    @property
    def correct(self) -> float:
        """Probability of selecting a right dose: the bound for any design.

        `NotEstimableError` where none is right: the benchmark always selects one.
        """
        right = np.array(self.scenario.right_doses(self.target), dtype=np.int64) - 1
        if not right.size:
            raise NotEstimableError("There is no right dose, and the benchmark always selects one.")
        return float(self.table["selected"].to_numpy()[right].sum())

    def to_frame(self) -> pd.DataFrame:
        """The table by dose."""
        return self.table.copy()


def optimal_benchmark(
    scenario: ToxicityScenario, *, target: float, patients: int
) -> OptimalBenchmark:
    """The benchmark, exactly.

    Selected is the dose whose share of toxicities among all patients is nearest to the target; of
    equally near doses the lowest.

    Parameters
    ----------
    scenario : ToxicityScenario
        True toxicity probabilities.
    target : float
        0 < target < 1.
    patients : int
        1 to 500.

    References
    ----------
    O'Quigley, Paoletti and Maccario (2002), Biostatistics 3:51-56.

    Examples
    --------
    >>> truth = ToxicityScenario(probabilities=(0.02, 0.05, 0.15, 0.30, 0.45, 0.60))
    >>> round(optimal_benchmark(truth, target=0.3, patients=30).correct, 3)
    0.685
    """
    require(0 < target < 1, "0 < target < 1", target=target)
    sound = 1 <= patients <= MOST_PATIENTS
    require(sound, f"1 <= patients <= {MOST_PATIENTS}", patients=patients)
    p = np.array(scenario.probabilities)
    table = pd.DataFrame(
        {
            "dose": np.arange(1, len(p) + 1),
            "probability": p,
            "selected": _selections(p, target, patients),
        }
    )
    return OptimalBenchmark(scenario=scenario, target=target, patients=patients, table=table)


def _selections(p: Floats, target: float, patients: int) -> Floats:
    """Toxicities among all patients rise with dose: a chain with binomial steps.

    The nearest dose is the last one at or below the target, or the first one above it.
    """
    counts = np.arange(patients + 1)
    far = np.abs(counts - target * patients)
    under = counts <= target * patients + ROUNDING
    # Whether the lower of two neighbours on either side of the target is the nearest.
    lower_wins = under[:, None] & ~under[None, :] & (far[:, None] <= far[None, :] + ROUNDING)
    higher_wins = under[:, None] & ~under[None, :] & ~lower_wins
    steps = [_step(low, high, patients) for low, high in pairwise(p)]
    at = binom.pmf(counts, patients, p[0])
    selected, fresh = np.zeros(len(p)), at
    selected[0] = at[~under].sum()
    for dose in range(len(p)):
        same = fresh * under  # this dose is the first with so many toxicities
        for step in steps[dose:]:
            selected[dose] += (same[:, None] * step)[lower_wins].sum()
            same = same * np.diag(step)
        selected[dose] += same.sum()
        if dose < len(steps):
            selected[dose + 1] += (at[:, None] * steps[dose])[higher_wins].sum()
            fresh = at @ (steps[dose] - np.diag(np.diag(steps[dose])))
            at = at @ steps[dose]
    return selected


def _step(low: float, high: float, patients: int) -> Floats:
    """Probability of the toxicities at a dose (column) given those at the dose below (row)."""
    counts = np.arange(patients + 1)
    more = (high - low) / (1 - low) if low < 1 else 0.0
    return np.asarray(
        binom.pmf(counts[None, :] - counts[:, None], patients - counts[:, None], more)
    )
