"""Search for dose-escalation designs: the driver of all searches with a problem of doses."""

from __future__ import annotations

from time import perf_counter

import optuna

from analytics.checks import require
from analytics.dosing.search.problem import DoseSearchProblem
from analytics.dosing.search.result import DoseSearchResult
from analytics.progress import Progress, unheard
from analytics.search.policies import DEFAULT_POLICY, require_available
from analytics.search.searching import MOST_TRIALS, fill, require_same
from analytics.search.studies import new_study


def search_doses(
    problem: DoseSearchProblem,
    *,
    budget: int = 300,
    policy: str = DEFAULT_POLICY,
    seed: int = 1,
    progress: Progress = unheard,
    study: optuna.Study | None = None,
) -> DoseSearchResult:
    """Try designs for several objectives at once, and keep those that no other one dominates.

    One design of each family with textbook values is tried first.

    Parameters
    ----------
    problem : DoseSearchProblem
    budget : int
        Designs tried when the search ends, with those that the study already has.
    policy : str
        One of `analytics.search.POLICIES`.
    seed : int
        The same seed gives the same result when one process does all of the search.
    progress : callable
        Is told after each design; may raise to stop. The study keeps what was done until then.
    study : optuna.Study, optional
        To be filled, or gone on with; see `analytics.search.new_study`.

    Raises
    ------
    InputError
        When the study has other objectives.

    Examples
    --------
    >>> from analytics.dosing.characteristics import shifted_scenarios
    >>> from analytics.dosing.search import DoseObjective, DoseSearchSpace
    >>> found = search_doses(
    ...     DoseSearchProblem(
    ...         space=DoseSearchSpace(doses=3, target=0.3, families=("boin",), patients=(9, 18)),
    ...         scenarios=shifted_scenarios(doses=3, target=0.3),
    ...         objectives=(DoseObjective(measure="correct"), DoseObjective(measure="patients"))),
    ...     budget=10, policy="random")
    >>> found.evaluations, len(found.front().table) > 0
    (10, True)
    """
    require(1 <= budget <= MOST_TRIALS, f"1 <= budget <= {MOST_TRIALS:,}", budget=budget)
    require_available(policy)
    kept = new_study(problem) if study is None else study
    require_same(kept, problem)
    for point in problem.space.usual_points()[len(kept.get_trials(deepcopy=False)) :]:
        kept.enqueue_trial(point)
    began = perf_counter()
    fill(kept, problem, budget, policy, seed, progress)
    seconds = perf_counter() - began
    return DoseSearchResult.of(problem, kept, policy=policy, seed=seed, seconds=seconds)
