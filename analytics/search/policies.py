"""By which rule the next design to try is chosen: Optuna's samplers, and mixtures of them."""

from __future__ import annotations

import warnings
from importlib.util import find_spec

import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import (
    BaseSampler,
    GPSampler,
    NSGAIIISampler,
    NSGAIISampler,
    RandomSampler,
    TPESampler,
)
from optuna.samplers.nsgaii import BLXAlphaCrossover, PolynomialMutation
from optuna.trial import FrozenTrial

from analytics.checks import require

POLICIES = ("random", "tpe", "nsga2", "nsga3", "gp", "tpe+nsga2", "gp+nsga2")
DEFAULT_POLICY = "nsga2"
"""None that was measured has a larger hypervolume after 2,000 designs, and none but "random" and
"nsga3" is as quick; "gp" was not measured. See `tests/benchmarks/bench_search.py`."""
FIRST_STAGE = {"tpe+nsga2": 200, "gp+nsga2": 60}
"""Trials of the first sampler of a mixture; the second starts from the best of them."""
_POPULATION = 50


def stage_of(policy: str, finished: int) -> str:
    """The sampler that a policy uses after so many trials.

    Examples
    --------
    >>> stage_of("tpe+nsga2", 10), stage_of("tpe+nsga2", 1000), stage_of("random", 10)
    ('tpe', 'nsga2', 'random')
    """
    require(policy in POLICIES, f"policy in {POLICIES}", policy=policy)
    if "+" not in policy:
        return policy
    first, second = policy.split("+")
    return first if finished < FIRST_STAGE[policy] else second


def require_available(policy: str) -> None:
    """Raise `InputError` for a policy that needs what is not installed.

    Examples
    --------
    >>> require_available("tpe")
    """
    require(policy in POLICIES, f"policy in {POLICIES}", policy=policy)
    there = "gp" not in policy or find_spec("torch") is not None
    require(there, "Gaussian processes need PyTorch: pip install torch", policy=policy)


def sampler_of(policy: str, stage: str, seed: int) -> BaseSampler:
    """The sampler of one stage of a policy.

    Parameters
    ----------
    policy : str
        One of `POLICIES`.
    stage : str
        As `stage_of` gives it.
    seed : int

    References
    ----------
    Watanabe (2023), arXiv:2304.11127, for TPE; Deb et al. (2002), IEEE Transactions on
    Evolutionary Computation 6:182-197, for NSGA-II; Deb and Jain (2014), the same 18:577-601, for
    NSGA-III.

    Examples
    --------
    >>> type(sampler_of("nsga2", "nsga2", 1)).__name__
    'NSGAIISampler'
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        if stage == "random":
            return RandomSampler(seed=seed)
        if stage == "tpe":
            return (_Founders if "+" in policy else TPESampler)(seed=seed)
        if stage == "gp":
            return GPSampler(seed=seed, deterministic_objective=True)
        kind = NSGAIISampler if stage == "nsga2" else NSGAIIISampler
        return kind(
            population_size=_POPULATION,
            crossover=BLXAlphaCrossover(),
            mutation=PolynomialMutation(),
            seed=seed,
        )


class _Founders(TPESampler):
    """TPE whose trials are the first generation of the NSGA-II that comes after it."""

    def before_trial(self, study: optuna.Study, trial: FrozenTrial) -> None:
        super().before_trial(study, trial)
        key = NSGAIISampler._get_generation_key()
        study._storage.set_trial_system_attr(trial._trial_id, key, 0)
