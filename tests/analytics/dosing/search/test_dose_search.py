"""The search over dose-escalation designs: judged exactly, fronts as by brute force, defaults."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.checks import InputError, NotEstimableError
from analytics.dosing.characteristics import (
    CohortAccrual,
    ToxicityScenario,
    exact_characteristics,
    random_scenarios,
    shifted_scenarios,
    tree,
)
from analytics.dosing.escalation import Boin, EscalationDesign, ThreePlusThree
from analytics.dosing.search import (
    DoseConstraint,
    DoseObjective,
    DoseSearchProblem,
    DoseSearchSpace,
    compare_with_defaults,
    default_designs,
    judging,
    search_doses,
)
from analytics.dosing.search.judging import decisive, measured
from analytics.results import Result, same
from analytics.search import new_study, non_dominated, parameter_importance
from analytics.search.protocol import POSSIBLE

SPACE = DoseSearchSpace(doses=3, target=0.3, patients=(9, 18), stop_at=(6, 18), cohort=(3, 3))
USED = shifted_scenarios(doses=3, target=0.3)
HELD = random_scenarios(doses=3, target=0.3, count=20, rng=np.random.default_rng(7))
PROBLEM = DoseSearchProblem(
    space=SPACE,
    scenarios=USED,
    objectives=(DoseObjective(measure="correct"), DoseObjective(measure="patients")),
)
FEW = replace(
    SPACE,
    families=("boin",),
    under=(0.6, 0.6),
    over=(1.4, 1.4),
    safety=(0.95, 0.95),
    patients=(9, 12),
    stop_at=(6, 9),
)
ENDLESS = "not judged, because it has too many states"


@pytest.mark.parametrize("family", ["boin", "keyboard", "mtpi", "mtpi2", "crm"])
def test_a_point_is_judged_by_exact_characteristics(family: str) -> None:
    problem = replace(
        PROBLEM,
        space=replace(SPACE, families=(family,)),
        objectives=(
            DoseObjective(measure="correct"),
            DoseObjective(measure="overdosed", over="worst"),
            DoseObjective(measure="duration", over="quantile", quantile=0.5),
        ),
        constraints=(DoseConstraint(measure="none", at_most=0.2),),
        accrual=CohortAccrual(rate=2.0, window=1.0),
    )
    (point,) = problem.space.usual_points()
    outcome, design = problem.judge(point), problem.design_at(point)
    table = exact_characteristics(design, USED, accrual=problem.accrual).to_frame()
    assert outcome.values is not None
    shares = table["patients_above_target"] / table["patients"]
    expected = (table["correct"].mean(), shares.max(), np.sort(table["duration"])[1])
    assert outcome.values == pytest.approx(expected, abs=1e-12)
    assert outcome.violations["none mean <= 0.2"] == pytest.approx(
        (table["none"].mean() - 0.2) / 0.2
    )
    row = problem.compare({"own": design}).iloc[0]
    assert tuple(row[list(problem.labels)]) == pytest.approx(outcome.values)
    assert row["feasible"] == outcome.feasible


def test_the_front_is_that_of_all_designs() -> None:
    problem = replace(
        PROBLEM, space=FEW, constraints=(DoseConstraint(measure="patients", at_least=8.0),)
    )
    start = FEW.usual_points()[0]
    grid = [
        {**start, "patients": n, "stop_at": stop} for n, stop in product(range(9, 13), range(6, 10))
    ]
    values = [one.values for one in map(problem.judge, grid) if one.feasible and one.values]
    losses = np.array(values) * (-1, 1)
    best = np.unique(losses[non_dominated(losses)].round(9), axis=0)
    front = search_doses(problem, budget=120, policy="random").front()
    found = front.table[list(problem.labels)].to_numpy() * (-1, 1)
    assert np.allclose(np.unique(found.round(9), axis=0), best)


def test_a_seed_says_it_all_and_results_travel() -> None:
    first = search_doses(PROBLEM, budget=25, seed=3)
    again = search_doses(PROBLEM, budget=25, seed=3)
    assert first.trials.drop(columns="seconds").equals(again.trials.drop(columns="seconds"))
    families = first.trials["family"].iloc[:3].tolist()
    assert families == ["boin", "keyboard", "crm"]
    assert same(Result.from_json(first.to_json()), first)
    front = first.front()
    assert same(Result.from_json(front.to_json()), front)
    knee = front.knee()
    assert PROBLEM.judge(front.point(knee)).values == pytest.approx(
        tuple(front.row(knee)[list(PROBLEM.labels)])
    )
    assert front.design(knee) == PROBLEM.design_at(front.point(knee))
    history = first.hypervolume_history()["hypervolume"]
    assert (history.diff().dropna() >= 0).all()


def test_goes_on_with_a_study() -> None:
    study = new_study(PROBLEM)
    search_doses(PROBLEM, budget=5, policy="random", study=study)
    assert search_doses(PROBLEM, budget=8, policy="random", study=study).evaluations == 8
    other = replace(PROBLEM, objectives=PROBLEM.objectives[:1])
    with pytest.raises(InputError, match="directions of the objectives"):
        search_doses(other, budget=9, study=study)


def test_too_many_states_are_not_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_STATES", 50)
    tree.decision_tree.cache_clear()
    judging._found.cache_clear()
    outcome = PROBLEM.judge(SPACE.usual_points()[0])
    assert outcome.values is None
    assert outcome.violations == {POSSIBLE: 1.0}


def test_a_skeleton_that_reaches_0_is_not_possible() -> None:
    wide = replace(SPACE, families=("crm",), doses=5, half_width=(0.29, 0.29), prior_mtd=(5, 5))
    problem = replace(PROBLEM, space=wide, scenarios=shifted_scenarios(doses=5, target=0.3))
    found = search_doses(problem, budget=2, policy="random")
    assert found.front().table.empty
    assert (found.trials[f"violation: {POSSIBLE}"] == 1).all()


def _against(default: EscalationDesign, **changes: Any) -> Any:
    front = search_doses(replace(PROBLEM, **changes), budget=20).front()
    return compare_with_defaults(front, HELD, {"Default": default})


def test_a_poor_default_is_dominated_by_what_is_said() -> None:
    hasty = Boin(doses=3, target=0.3, under=0.02, over=0.31)
    poor = EscalationDesign(method=hasty, most_patients=30)
    found = _against(poor)
    assert found.dominated == ("Default",)
    row = found.defaults.iloc[0]
    better = found.front.set_index("design").loc[row["dominated_by"]]
    held = replace(PROBLEM, scenarios=HELD).compare({"own": poor}).iloc[0]
    assert row["correct mean"] == held["correct mean"]
    assert row["gain: correct mean"] == pytest.approx(better["correct mean"] - held["correct mean"])
    assert row["gain: patients mean"] == pytest.approx(
        held["patients mean"] - better["patients mean"]
    )
    assert row["gain: correct mean"] > 0.02
    assert f"dominated by design {row['dominated_by']}" in found.verdicts[0]
    back = Result.from_json(found.to_json())
    assert same(back, found)


def test_a_gain_has_the_error_of_the_draw_of_the_scenarios() -> None:
    hasty = Boin(doses=3, target=0.3, under=0.02, over=0.31)
    poor = EscalationDesign(method=hasty, most_patients=30)
    found = _against(poor)
    row = found.defaults.iloc[0]
    front = search_doses(PROBLEM, budget=20).front()
    better = front.design(int(row["dominated_by"]))
    gains = [
        exact_characteristics(better, (one,)).value("correct")
        - exact_characteristics(poor, (one,)).value("correct")
        for one in HELD
    ]
    assert row["gain: correct mean"] == pytest.approx(np.mean(gains))
    assert row["error: correct mean"] == pytest.approx(np.std(gains, ddof=1) / np.sqrt(len(HELD)))
    figures = found.figures.set_index(["design", "measure"])
    own = [exact_characteristics(poor, (one,)).value("correct") for one in HELD]
    told = figures.loc[("Default", "correct")].astype(float).tolist()
    assert told == pytest.approx([np.mean(own), min(own)])
    worst = _against(poor, objectives=(DoseObjective(measure="correct", over="worst"),))
    assert worst.defaults["error: correct worst"].isna().all()


def test_a_comparison_tells_how_far_it_is_and_may_be_stopped() -> None:
    front = search_doses(PROBLEM, budget=6).front()
    told: list[tuple[float, str]] = []
    designs = default_designs(doses=3, target=0.3, patients=18)
    compare_with_defaults(front, HELD, designs, progress=lambda *one: told.append(one))
    count = len(front.numbers) + len(designs)
    assert len(told) == count
    assert told[-1] == (1.0, f"Judged {count} of {count} designs.")

    def stop(share: float, sentence: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare_with_defaults(front, HELD, designs, progress=stop)


@given(
    family=st.sampled_from(["boin", "keyboard", "mtpi", "mtpi2"]),
    wide=st.floats(0.02, 0.1),
    under=st.floats(0.4, 0.9),
    safety=st.floats(0.8, 0.98),
    patients=st.integers(9, 18),
    stop_at=st.integers(6, 24),
)
def test_designs_that_are_judged_once_decide_the_same(
    family: str, wide: float, under: float, safety: float, patients: int, stop_at: int
) -> None:
    space = replace(SPACE, families=(family,), stop_at=(6, 24), symmetric=True)
    point = {**space.usual_points()[0], "patients": patients, "stop_at": stop_at}
    one, other = (
        space.design_at({**point, "below": wide + more, "under": under + more, "safety": safety})
        for more in (0.0, 0.004)
    )
    other = replace(other, stopping=None) if stop_at >= patients else other
    if decisive(one) == decisive(other):
        found = [exact_characteristics(each, USED).to_frame() for each in (one, other)]
        assert found[0].equals(found[1])
    told = pd.DataFrame(dict(measured(other, USED)))
    exact = exact_characteristics(other, USED).to_frame()[list(told.columns)]
    assert np.allclose(told, exact, atol=1e-12)


def test_designs_have_values_as_a_protocol_states_them() -> None:
    space = replace(SPACE, families=("keyboard", "boin", "crm"), symmetric=True)
    assert "beyond" not in space.distributions()
    point = {**space.usual_points()[0], "below": 0.04449, "safety": 0.94951, "under": 0.617}
    keyboard = space.design_at({**point, "family": "keyboard"}).method
    assert (keyboard.below, keyboard.beyond, keyboard.elimination) == (0.044, 0.044, 0.95)
    assert space.design_at({**point, "family": "boin"}).method.under == 0.186
    narrow = replace(space, below=(0.0201, 0.0202), families=("keyboard",))
    assert (
        narrow.design_at({**point, "below": 0.02015, "family": "keyboard"}).method.below == 0.0201
    )
    with pytest.raises(InputError, match=r"below < 0\.3 on both sides"):
        replace(SPACE, target=0.7, over=(1.1, 1.3), below=(0.1, 0.4), symmetric=True)


def test_a_search_that_was_left_early_tries_the_textbook_designs_that_are_left() -> None:
    study = new_study(PROBLEM)
    search_doses(PROBLEM, budget=1, policy="random", study=study)
    kept = new_study(PROBLEM)
    kept.add_trials([one for one in study.get_trials() if one.values])
    found = search_doses(PROBLEM, budget=3, policy="random", study=kept)
    assert found.trials["family"].tolist() == ["boin", "keyboard", "crm"]


def test_no_improvement_is_said_where_that_is_the_truth() -> None:
    usual = EscalationDesign(method=Boin(doses=3, target=0.3), most_patients=60)
    largest = _against(usual, objectives=PROBLEM.objectives[:1])  # with more patients than any
    assert largest.dominated == ()
    assert largest.verdicts == ("Default: no improvement found.",)


def test_a_design_that_breaks_a_limit_dominates_nothing() -> None:
    # Kept under the scenarios of the search and never under the others.
    held = (ToxicityScenario(probabilities=(0.31, 0.32, 0.33)),)
    limit = DoseConstraint(measure="overdosed", at_most=0.9)
    front = search_doses(replace(PROBLEM, constraints=(limit,)), budget=20).front()
    poor = EscalationDesign(
        method=Boin(doses=3, target=0.3, under=0.02, over=0.31), most_patients=60
    )
    found = compare_with_defaults(front, held, {"Default": poor})
    assert not found.front["feasible"].any()
    assert found.dominated == ()


def test_what_cannot_be_judged_is_not_called_good(monkeypatch: pytest.MonkeyPatch) -> None:
    front = search_doses(replace(PROBLEM, space=FEW), budget=3).front()
    designs = {"3+3": EscalationDesign(method=ThreePlusThree(doses=3), most_patients=18)}
    designs["Long"] = EscalationDesign(method=Boin(doses=3, target=0.3), most_patients=99)
    monkeypatch.setattr(tree, "MOST_STATES", 8_000)
    found = compare_with_defaults(front, HELD, designs)
    assert found.verdicts[1] == f"Long: {ENDLESS}."


def test_the_defaults_are_the_textbook_ones() -> None:
    found = default_designs(doses=3, target=0.3, patients=18)
    front = search_doses(PROBLEM, budget=6).front()
    against = compare_with_defaults(front, HELD, found)
    assert against.to_frame()["design"].tolist() == list(found)
    assert len(against.verdicts) == 6


def test_importance_reads_dose_searches() -> None:
    found = parameter_importance(search_doses(PROBLEM, budget=40, policy="random"))
    assert set(found["variable"]) <= set(PROBLEM.distributions())


def test_refuses() -> None:
    front = search_doses(PROBLEM, budget=3).front()
    with pytest.raises(InputError, match="scenarios that the search did not use"):
        compare_with_defaults(front, (*HELD, USED[0]), {})
    with pytest.raises(InputError, match="families of"):
        replace(SPACE, families=("3+3",))
    with pytest.raises(InputError, match=r"0 < below < 0\.3"):
        replace(SPACE, below=(0.1, 0.4))
    with pytest.raises(InputError, match="1 <= prior_mtd <= 3"):
        replace(SPACE, prior_mtd=(1, 4))
    with pytest.raises(InputError, match="1 <= cohort"):
        replace(SPACE, cohort=(3, 2))
    with pytest.raises(InputError, match="duration needs the accrual"):
        replace(PROBLEM, objectives=(DoseObjective(measure="duration"),))
    with pytest.raises(InputError, match="each objective once"):
        replace(PROBLEM, objectives=PROBLEM.objectives[:1] * 2)
    with pytest.raises(InputError, match="measure in"):
        DoseObjective(measure="power")
    with pytest.raises(InputError, match="one bound"):
        DoseConstraint(measure="none")
    with pytest.raises(InputError, match="scenarios have 3 doses"):
        replace(PROBLEM, scenarios=(ToxicityScenario(probabilities=(0.1,)),))
    nothing = replace(PROBLEM, constraints=(DoseConstraint(measure="patients", at_most=1.0),))
    with pytest.raises(NotEstimableError, match="keeps all constraints"):
        compare_with_defaults(search_doses(nothing, budget=3).front(), HELD, {})
