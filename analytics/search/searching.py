"""The search itself: ask for a point, judge it, tell; until the budget is spent."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

import optuna
from optuna.trial import Trial, TrialState

from analytics.checks import InputError, require
from analytics.design.cost import Costs, ValueCurve
from analytics.design.survival.design import SurvivalDesign
from analytics.progress import Progress, unheard
from analytics.search.objectives import Constraint, Objective, Scenario
from analytics.search.policies import DEFAULT_POLICY, require_available, sampler_of, stage_of
from analytics.search.problem import SearchProblem
from analytics.search.protocol import Outcome, Problem
from analytics.search.result import FINISHED, SearchResult
from analytics.search.space import SearchSpace
from analytics.search.studies import new_study

MOST_TRIALS = 100_000


def search(
    space: SearchSpace,
    objectives: Sequence[Objective],
    constraints: Sequence[Constraint] = (),
    *,
    scenarios: Sequence[Scenario] = (),
    costs: Costs | None = None,
    value: ValueCurve | None = None,
    budget: int = 2_000,
    policy: str = DEFAULT_POLICY,
    seed: int = 1,
    progress: Progress = unheard,
    study: optuna.Study | None = None,
    warm_start: Sequence[SurvivalDesign] | None = None,
) -> SearchResult:
    """Try designs for several objectives at once, and keep those that no other one dominates.

    Parameters
    ----------
    space : SearchSpace
        The user's own design and what may differ from it.
    objectives, constraints : sequence of Objective, of Constraint
    scenarios : sequence of Scenario
        For objectives and constraints that are to hold over several sets of assumptions.
    costs, value : Costs, ValueCurve, optional
        For objectives of money.
    budget : int
        Designs tried when the search ends, with those that the study already has.
    policy : str
        One of `POLICIES`: "random", "tpe", "nsga2", "nsga3", "gp" (needs PyTorch), "tpe+nsga2",
        "gp+nsga2".
    seed : int
        The same seed gives the same result when one process does all of the search.
    progress : callable
        Is told after each design; may raise to stop. The study keeps what was done until then.
    study : optuna.Study, optional
        In any storage, to be filled, or gone on with; see `new_study`. Its sampler is replaced.
    warm_start : sequence of SurvivalDesign, optional
        Tried first; by default the design of the space, if it is in the space.

    Raises
    ------
    InputError
        When the study has other objectives.

    Examples
    --------
    >>> from analytics.design import Accrual, HazardAssumption, SurvivalAssumptions, TreatmentEffect
    >>> from analytics.design.boundaries import GroupSequential
    >>> own = SurvivalDesign(
    ...     assumptions=SurvivalAssumptions.of(
    ...         control=HazardAssumption.exponential(median=12),
    ...         effect=TreatmentEffect.constant(0.7),
    ...         accrual=Accrual.uniform(subjects=500, duration=18)),
    ...     monitoring=GroupSequential(information_fractions=(0.6, 1.0)), events=330)
    >>> found = search(
    ...     SearchSpace(design=own, fractions=(0.2, 0.9), events=(200, 400)),
    ...     [Objective(measure="power"), Objective(measure="expected_duration")],
    ...     [Constraint(measure="power", at_least=0.8)], budget=30, policy="random")
    >>> found.evaluations, len(found.front().table) > 0
    (30, True)
    """
    problem = SearchProblem(
        space=space,
        objectives=tuple(objectives),
        constraints=tuple(constraints),
        scenarios=tuple(scenarios),
        costs=costs,
        value=value,
    )
    return run(
        problem,
        budget=budget,
        policy=policy,
        seed=seed,
        progress=progress,
        study=study,
        warm_start=warm_start,
    )


def run(
    problem: SearchProblem,
    *,
    budget: int = 2_000,
    policy: str = DEFAULT_POLICY,
    seed: int = 1,
    progress: Progress = unheard,
    study: optuna.Study | None = None,
    warm_start: Sequence[SurvivalDesign] | None = None,
) -> SearchResult:
    """Like `search`, of a problem that is a value already."""
    require(1 <= budget <= MOST_TRIALS, f"1 <= budget <= {MOST_TRIALS:,}", budget=budget)
    require_available(policy)
    kept = new_study(problem) if study is None else study
    require_same(kept, problem)
    if not kept.get_trials(deepcopy=False):
        _enqueue(kept, problem.space, warm_start)
    began = perf_counter()
    fill(kept, problem, budget, policy, seed, progress)
    seconds = perf_counter() - began
    return SearchResult.of(problem, kept, policy=policy, seed=seed, seconds=seconds)


def require_same(study: optuna.Study, problem: Problem) -> None:
    """Raise `InputError` unless a study has the directions of the objectives."""
    found = tuple(one.name.lower() for one in study.directions)
    rule = "the study has the directions of the objectives"
    require(found == problem.directions, rule, study=found, objectives=problem.directions)


def _enqueue(
    study: optuna.Study, space: SearchSpace, warm_start: Sequence[SurvivalDesign] | None
) -> None:
    """What is tried first; of the own design only if the space has it."""
    if warm_start is not None:
        for one in warm_start:
            study.enqueue_trial(space.point_of(one))
        return
    try:
        study.enqueue_trial(space.point_of(space.design))
    except InputError:
        return


def fill(
    study: optuna.Study,
    problem: Problem,
    budget: int,
    policy: str,
    seed: int,
    progress: Progress,
) -> None:
    """Ask for points of any problem, judge and tell, until the study has as many as the budget."""
    distributions, stage = problem.distributions(), ""
    finished = _finished(study)
    while finished < budget:
        wanted = stage_of(policy, finished)
        if wanted != stage:
            stage, study.sampler = wanted, sampler_of(policy, wanted, seed + finished)
        trial = study.ask(distributions)
        _tell(study, trial, problem.judge(trial.params))
        finished = _finished(study)
        progress(min(finished / budget, 1.0), f"Tried {finished:,} of {budget:,} designs.")


def _finished(study: optuna.Study) -> int:
    """Of all workers on the study."""
    return len(study.get_trials(deepcopy=False, states=FINISHED))


def _tell(study: optuna.Study, trial: Trial, outcome: Outcome) -> None:
    for name, violation in outcome.violations.items():
        trial.set_constraint(name, violation)
    if outcome.values is None:
        study.tell(trial, state=TrialState.PRUNED)
    else:
        study.tell(trial, list(outcome.values))
