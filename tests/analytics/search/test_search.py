"""Searches: fronts, seeds, resuming, stopping, and an optimum that is known."""

from __future__ import annotations

import numpy as np
import optuna
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result
from analytics.search import (
    POLICIES,
    Constraint,
    Objective,
    SearchProblem,
    SearchResult,
    SearchSpace,
    hypervolume,
    new_study,
    parameter_importance,
    run,
    search,
    textbook_designs,
    tornado,
    why_not_better,
)
from analytics.search.policies import FIRST_STAGE, require_available, sampler_of
from analytics.search.trial_rows import losses_of
from tests.analytics.design.boundaries.oracle_plans import oracle_rows
from tests.analytics.search.problems import own_design, three_objectives, wide_space

FREE = ("random", "tpe", "nsga2", "nsga3", "tpe+nsga2")
BEST = oracle_rows("best_interim_timing")


@pytest.fixture(scope="module")
def found() -> SearchResult:
    return run(three_objectives(), budget=400, seed=1)


@pytest.mark.parametrize("family", ["obrien-fleming", "pocock"])
def test_the_best_time_of_one_interim_look_is_found(family: str) -> None:
    row = next(BEST[BEST["efficacy"] == family].itertuples())
    space = SearchSpace(
        design=own_design((0.5, 1.0)),
        fractions=(0.2, 0.9),
        efficacy=(family.replace("-", "_"),),
        power=(0.9, 0.9),
    )
    result = search(space, [Objective(measure="expected_events")], budget=120, seed=1)
    best = result.front()
    design = best.design(best.knee())
    assert design.monitoring.information_fractions[0] == pytest.approx(row.fraction, abs=0.02)
    one_look = textbook_designs(design)["One analysis"]
    ratio = design.evaluate().expected_events / one_look.events
    assert ratio == pytest.approx(row.expected_ratio, abs=2e-4)


def test_no_design_of_the_front_is_dominated_and_all_keep_the_constraints(
    found: SearchResult,
) -> None:
    front = found.front()
    feasible = found.trials[found.trials["feasible"]]
    all_losses = losses_of(found.problem, feasible)
    for loss in losses_of(found.problem, front.table):
        beaten = (all_losses <= loss).all(axis=1) & (all_losses < loss).any(axis=1)
        assert not beaten.any()
    assert (front.table["value: power >= 0.8"] >= 0.8).all()
    infeasible = found.trials.loc[~found.trials["feasible"], "number"]
    assert not set(front.numbers) & set(infeasible)
    assert len(infeasible) > 0


def test_the_front_is_that_of_optuna(found: SearchResult) -> None:
    best = {one.number for one in found.study().best_trials}
    numbers = found.trials["number"].to_numpy()
    assert set(found.front().numbers) <= {int(numbers[one]) for one in best}


def test_designs_of_the_front_do_what_the_table_says(found: SearchResult) -> None:
    front = found.front()
    for number, row in list(front.table.set_index("number").iterrows())[::10]:
        whole = front.design(number).evaluate()
        assert whole.power == pytest.approx(row["power"], abs=1e-9)
        assert whole.expected_duration == pytest.approx(row["expected_duration"], rel=1e-9)
        judged = found.problem.judge(front.point(number))
        assert judged.values == pytest.approx(tuple(row[list(found.problem.labels)]))


def test_the_front_grows(found: SearchResult) -> None:
    history = found.hypervolume_history()
    assert (np.diff(history["hypervolume"]) >= -1e-12).all()
    best, reference = found.reference()
    whole = found.front().hypervolume(best, reference)
    assert history["hypervolume"].iloc[-1] == pytest.approx(whole, rel=1e-12)
    scaled = (losses_of(found.problem, found.front().table) - best) / (reference - best)
    assert whole == pytest.approx(hypervolume(scaled, np.ones(3)), rel=1e-12)


def test_results_travel(found: SearchResult) -> None:
    back = Result.from_json(found.to_json())
    assert isinstance(back, SearchResult)
    pd.testing.assert_frame_equal(back.trials, found.trials)
    assert back.problem == found.problem
    front = found.front()
    pd.testing.assert_frame_equal(type(front).from_json(front.to_json()).table, front.table)


@pytest.mark.parametrize("policy", FREE)
def test_the_same_seed_gives_the_same_search(policy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FIRST_STAGE, "tpe+nsga2", 51)
    budget = 30 if policy == "tpe" else 70
    first, second, other = (
        run(three_objectives(), budget=budget, policy=policy, seed=seed).trials.drop(
            columns="seconds"
        )
        for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, second)
    assert not first.equals(other)


def test_a_mixture_goes_on_from_the_best_of_its_first_sampler(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(FIRST_STAGE, "tpe+nsga2", 80)
    problem = three_objectives()
    study = new_study(problem)
    run(problem, budget=100, policy="tpe+nsga2", study=study)
    assert isinstance(study.sampler, optuna.samplers.NSGAIISampler)
    generations = [one.system_attrs.get("NSGAIISampler:generation") for one in study.trials]
    assert set(generations[:80]) == {0}
    assert set(generations[80:]) == {1}


def test_everything_that_can_vary_can_be_searched() -> None:
    result = search(
        wide_space(),
        [Objective(measure="power"), Objective(measure="inferior_arm_subjects")],
        [Constraint(measure="null_early_stop", at_least=0.3)],
        budget=60,
        policy="random",
    )
    assert result.evaluations == 60
    front = result.front()
    assert all(front.design(one).events >= 150 for one in front.numbers)
    again = Result.from_json(result.to_json())
    pd.testing.assert_frame_equal(again.to_frame(), result.trials)


def test_the_own_design_is_tried_first() -> None:
    own = own_design()
    space = SearchSpace(design=own, fractions=(0.2, 0.9), events=(200, 400))
    result = search(space, [Objective(measure="power")], budget=3, policy="random")
    assert space.design_at(result.point(0)) == own


def test_designs_to_start_from_can_be_given() -> None:
    space = SearchSpace(design=own_design(), events=(200, 400))
    starts = [own_design(events=300), own_design(events=350)]
    result = search(
        space, [Objective(measure="power")], budget=3, policy="random", warm_start=starts
    )
    assert result.trials["events"].tolist()[:2] == [300, 350]


def test_progress_may_stop_a_search_that_goes_on_later() -> None:
    problem = three_objectives()
    study = new_study(problem)

    def stop(share: float, sentence: str) -> None:
        assert sentence.endswith("of 40 designs.")
        if share >= 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(problem, budget=40, study=study, progress=stop)
    assert len(study.trials) == 20
    copied = new_study(problem)
    copied.add_trials(study.trials)
    for one in (study, copied):
        result = run(problem, budget=120, study=one)
        assert result.evaluations == 120
        generations = [trial.system_attrs["NSGAIISampler:generation"] for trial in one.trials]
        assert generations == sorted(generations)
        assert generations[-1] >= 1


def test_what_a_study_has_can_be_seen_at_any_time() -> None:
    problem = three_objectives()
    study = new_study(problem)
    for budget in (0, 1, 5):
        if budget:
            run(problem, budget=budget, study=study, policy="random")
        so_far = SearchResult.of(problem, study, policy="random", seed=1, seconds=0.0)
        assert so_far.evaluations == budget
        assert len(so_far.front().table) <= budget
        assert (so_far.hypervolume_history()["hypervolume"] >= 0).all()


def test_a_search_may_live_in_a_database(tmp_path: object) -> None:
    problem = three_objectives()
    storage = f"sqlite:///{tmp_path}/studies.db"
    for budget in (3, 6):
        study = new_study(problem, storage=storage, name="ours")
        assert run(problem, budget=budget, study=study, policy="random").evaluations == budget


def test_a_study_of_other_objectives_is_refused() -> None:
    study = optuna.create_study(directions=["minimize"])
    with pytest.raises(InputError, match="directions of the objectives"):
        run(three_objectives(), study=study)


def test_policies_are_known_and_say_what_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    for policy in set(POLICIES) - {"gp", "gp+nsga2"}:
        assert isinstance(sampler_of(policy, policy.split("+")[0], 1), optuna.samplers.BaseSampler)
    monkeypatch.setattr("analytics.search.policies.find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install torch"):
        require_available("gp")
    with pytest.raises(InputError, match="policy in"):
        require_available("simulated annealing")


def test_without_a_feasible_design_there_is_no_knee() -> None:
    space = SearchSpace(design=own_design(), events=(200, 250))
    result = search(
        space,
        [Objective(measure="expected_duration"), Objective(measure="expected_events")],
        [Constraint(measure="power", at_least=0.99)],
        budget=5,
        policy="random",
    )
    assert result.front().table.empty
    assert result.front().hypervolume(np.zeros(2), np.ones(2)) == 0
    with pytest.raises(NotEstimableError, match="relax one"):
        result.front().knee()


@pytest.mark.parametrize("evaluator", ["ped_anova", "fanova"])
def test_power_hangs_on_events(evaluator: str) -> None:
    result = run(three_objectives(), budget=60, policy="random")
    shares = parameter_importance(result, "power", evaluator=evaluator)  # type: ignore[arg-type]
    assert shares["variable"].iloc[0] == "events"
    assert shares["importance"].sum() == pytest.approx(1.0)
    if evaluator == "ped_anova":
        assert set(parameter_importance(result)["variable"]) == set(shares["variable"])


def test_power_binds_the_cheapest_design() -> None:
    problem = SearchProblem(
        space=SearchSpace(design=own_design(), events=(200, 400), subjects=(400, 600)),
        objectives=(Objective(measure="expected_duration"), Objective(measure="power")),
        constraints=(Constraint(measure="power", at_least=0.85),),
    )
    fewest = next(
        events
        for events in range(200, 400)
        if problem.judge({"events": events, "subjects": 600}).feasible
    )
    found = why_not_better(problem, {"events": fewest, "subjects": 600}, "expected_duration")
    table = found.table.set_index("variable")
    assert found.constraints == ("power >= 0.85",)
    assert table.loc["events", "to_value"] == fewest - 4
    assert table.loc["subjects", "stopped_by"] == "end of its range"
    free = why_not_better(problem, {"events": fewest + 9, "subjects": 500}, "expected_duration")
    assert not free.constraints
    assert free.table.set_index("variable")["stopped_by"].to_dict() == {
        "events": "another objective",
        "subjects": "nothing",
    }
    assert (free.table["gain"] > 0).all()
    pd.testing.assert_frame_equal(type(free).from_json(free.to_json()).table, free.table)
    with pytest.raises(NotEstimableError, match="itself breaks"):
        why_not_better(problem, {"events": 200, "subjects": 500}, "power")


def test_a_larger_effect_gives_more_power_and_slower_accrual_takes_longer() -> None:
    problem = three_objectives()
    point = {"look_1": 0.3, "look_2": 0.5, "efficacy_gamma": -4.0, "futility_z": 0.0}
    found = tornado(problem, {**point, "subjects": 500, "events": 330})
    power = found.bars("power").set_index("assumption")
    assert power["low"]["treatment effect"] > power["high"]["treatment effect"]
    assert power.index[0] == "treatment effect"
    duration = found.bars("expected_duration").set_index("assumption")
    assert duration["low"]["pace of accrual"] > duration["high"]["pace of accrual"]
    assert duration["low"]["control hazard"] < duration["high"]["control hazard"]
