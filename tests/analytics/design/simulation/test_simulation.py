"""Simulations as values: the same on any number of threads, stopped, refused, kept small."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError
from analytics.design import TreatmentEffect
from analytics.design.boundaries import BetaSpending, FixedFutility, HwangShihDeCani
from analytics.design.cost import Costs, ValueCurve
from analytics.design.simulation import (
    LOG_RANK_TEST,
    MAX_COMBO,
    ComparedTest,
    SimulatedTrials,
    TrialSimulation,
)
from analytics.design.simulation import (
    simulation as room,
)
from analytics.design.simulation.stops import Stops
from analytics.results import same
from analytics.survival.logrank_weights import GEHAN, fleming_harrington
from tests.analytics.design.simulation.oracle_simulations import base_design
from tests.analytics.design.survival.oracle_trials import trial_of

LATE = ComparedTest(weights=(fleming_harrington(0, 1),))
DESIGN = base_design(TreatmentEffect.constant(0.7))
LARGE = replace(DESIGN, assumptions=trial_of(TreatmentEffect.constant(0.7), subjects=200_000))
SPLIT = replace(
    DESIGN,
    assumptions=replace(
        DESIGN.assumptions,
        subgroups=tuple(
            replace(DESIGN.assumptions.subgroups[0], name=f"Site {site}", prevalence=1 / 128)
            for site in range(128)
        ),
    ),
)
BOTH = TrialSimulation(design=DESIGN, tests=(LOG_RANK_TEST, LATE), replications=3000, seed=9)


def test_same_on_any_number_of_threads() -> None:
    found = [BOTH.run(threads=threads) for threads in (1, 2, 3)]
    assert same(found[0], found[1])
    assert same(found[0], found[2])
    assert same(found[0], BOTH.run())


@pytest.mark.parametrize("longest", [1, 7, 500])
def test_same_in_blocks_of_any_size(longest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums over blocks are rounded otherwise; nothing else differs."""
    simulation = replace(BOTH, replications=900)
    one = simulation.run()
    monkeypatch.setattr(room, "_LONGEST_BLOCK", longest)
    other = simulation.run()
    pd.testing.assert_frame_equal(one.by_test, other.by_test, rtol=1e-12)
    pd.testing.assert_frame_equal(one.by_look, other.by_look, rtol=1e-9)


def test_the_first_trials_are_the_same_whatever_the_number() -> None:
    few, many = (_stops(replace(BOTH, replications=n, own_boundaries=False)) for n in (50, 400))
    assert (many.months[:, :50] == few.months).all()
    assert (many.looks[:, :50] == few.looks).all()


def _stops(simulation: TrialSimulation) -> Stops:
    stops = Stops.empty(
        simulation.places, simulation._boundaries(lambda *_: None, 1), simulation.replications
    )
    count, seed = simulation.replications, simulation.seed
    for _, block in simulation._blocks(simulation._inputs(), count, seed, 1):
        stops.add(block)
    return stops


def test_a_seed_is_a_set_of_trials() -> None:
    one, other = replace(BOTH, replications=500), replace(BOTH, replications=500, seed=10)
    assert same(one.run(), one.run())
    assert not same(one.run(), other.run())


def test_a_million_trials_keep_little() -> None:
    simulation = TrialSimulation(design=DESIGN, tests=(LOG_RANK_TEST, MAX_COMBO))
    small = Stops.empty(
        simulation.places, (DESIGN.monitoring.boundaries(),) * 2, simulation.replications
    )
    kept = (small.looks, small.reasons, small.months, small.subjects, small.events)
    per_trial = sum(one.nbytes for one in kept) / simulation.replications
    assert per_trial == 28  # for two tests
    assert per_trial * 1_000_000 < 200e6 / 5


def test_progress_is_told_and_may_stop() -> None:
    told: list[float] = []

    def stopping(share: float, sentence: str) -> None:
        told.append(share)
        assert sentence
        if share > 0.4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(BOTH, replications=50_000).run(stopping)
    assert told == sorted(told)
    assert told[-1] < 0.9


def test_progress_ends_with_all_trials() -> None:
    told: list[tuple[float, str]] = []
    BOTH.run(lambda share, sentence: told.append((share, sentence)))
    assert told[-1] == (1.0, "Simulated 3,000 trials.")


def test_frames_json_and_what_stops() -> None:
    found = BOTH.run()
    assert same(SimulatedTrials.from_json(found.to_json()), found)
    assert TrialSimulation.from_json(BOTH.to_json()) == BOTH
    looks = found.to_frame()
    assert list(looks["test"].unique()) == [LOG_RANK_TEST.name, LATE.name]
    by_test = looks.groupby("test", sort=False)["efficacy"].sum()
    assert by_test.tolist() == pytest.approx(found.by_test["power"].tolist())
    assert found.power == found.of_test("log-rank")["power"]
    assert found.power_mc_std_err == pytest.approx(np.sqrt(found.power * (1 - found.power) / 3000))
    assert looks["events"].tolist() == [165, 248, 330] * 2
    assert looks["z_efficacy"].iloc[:3].tolist() == pytest.approx(
        list(DESIGN.monitoring.boundaries().z_efficacy)
    )
    with pytest.raises(InputError, match="test in"):
        found.of_test("Wilcoxon")


def test_monte_carlo_errors_are_the_spread_between_seeds() -> None:
    runs = [
        replace(BOTH, tests=(LOG_RANK_TEST,), replications=400, seed=seed).run().by_test.iloc[0]
        for seed in range(60)
    ]
    for name in ("power", "expected_events", "expected_subjects", "expected_duration"):
        spread = np.std([float(one[name]) for one in runs], ddof=1)
        told = np.mean([float(one[f"{name}_mc_std_err"]) for one in runs])
        assert spread == pytest.approx(told, rel=0.4)


def test_futility_and_harm_are_counted() -> None:
    plan = replace(DESIGN.monitoring, futility=BetaSpending(spending=HwangShihDeCani(gamma=-2)))
    assert isinstance(plan.boundaries().z_futility[0], float)
    found = TrialSimulation(
        design=replace(base_design(TreatmentEffect.constant(1.0)), monitoring=plan),
        replications=4000,
    ).run()
    closed = plan.stopping(0.0)
    for told, expected in (("futility", closed.futility), ("efficacy", closed.efficacy)):
        error = found.by_look[f"{told}_mc_std_err"] + 1e-3
        assert (abs(found.by_look[told] - expected) < 4 * error).all()
    assert found.by_look["harm"].sum() == 0
    two_sided = replace(DESIGN, monitoring=replace(DESIGN.monitoring, sides=2, alpha=0.05))
    worse = replace(two_sided, assumptions=trial_of(TreatmentEffect.constant(1.5)))
    harmed = TrialSimulation(design=worse, replications=2000).run()
    assert harmed.by_look["harm"].sum() > 0.9
    assert harmed.power < 0.001


def test_fixed_futility_stops_who_is_below_it() -> None:
    plan = replace(DESIGN.monitoring, futility=FixedFutility(z=(0.5, 1.0)))
    simulation = TrialSimulation(design=replace(DESIGN, monitoring=plan), replications=2000)
    looks = simulation.run().by_look
    assert looks["z_futility"].iloc[:2].tolist() == [0.5, 1.0]
    assert looks["futility"].iloc[0] > 0
    assert looks["futility"].iloc[-1] == 0


def test_costs_are_those_of_the_trials() -> None:
    costs = Costs(per_randomised=1000.0)
    found = replace(BOTH, costs=costs).run()
    assert found.forecast is not None
    expected = found.by_test["expected_subjects"].iloc[0] * 1000
    assert found.forecast.expected("cost") == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"replications": 0}, "1 <= replications <= 10,000,000"),
        ({"replications": 10_000_001}, "1 <= replications <= 10,000,000"),
        ({"seed": -1}, "0 <= seed"),
        ({"seed": 2**32}, "0 <= seed"),
        ({"tests": ()}, "at least one test"),
        ({"tests": (LATE, LATE)}, "each once"),
        ({"entry": "sometimes"}, "entry in"),
        ({"look_times": (12.0, 24.0)}, "each look has a calendar time"),
        ({"look_times": (12.0, 12.0, 24.0)}, "rising from above 0"),
        ({"look_times": (0.0, 12.0, 24.0)}, "rising from above 0"),
        ({"look_times": (6.0, 12.0, np.inf)}, "each look has a calendar time"),
        ({"look_times": (6.0, 12.0, np.nan)}, "each look has a calendar time"),
        ({"design": LARGE}, "2 to 100,000 subjects"),
        ({"design": SPLIT}, "at most 100 subgroups"),
        ({"costs": Costs(per_subject_month=10.0)}, "time on study is not kept"),
        (
            {"costs": Costs(), "value": ValueCurve(months=(1,), values=(1.0,), currency="USD")},
            "in one currency",
        ),
    ],
)
def test_refuses(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        replace(BOTH, **changed)


def test_refuses_threads_and_weights() -> None:
    with pytest.raises(InputError, match="threads >= 1"):
        BOTH.run(threads=-1)
    with pytest.raises(InputError, match="threads >= 1"):
        BOTH.run(threads=0)
    with pytest.raises(InputError, match="Fleming and Harrington"):
        ComparedTest(weights=(GEHAN,))
    with pytest.raises(InputError, match="1 to 4 different weights"):
        ComparedTest(weights=())


def test_a_test_without_information_at_a_look_is_refused() -> None:
    """FH(0, 1) does not count the first event: before it everybody survives."""
    plan = replace(DESIGN.monitoring, information_fractions=(1 / 330, 0.5, 1.0))
    simulation = TrialSimulation(
        design=replace(DESIGN, monitoring=plan), tests=(LATE,), replications=10
    )
    with pytest.raises(InputError, match="information"):
        simulation.run()
