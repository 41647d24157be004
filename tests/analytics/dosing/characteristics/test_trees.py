"""Exact answers against plain enumeration of every path, and laws that they obey."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from analytics.checks import InputError, NotEstimableError
from analytics.dosing.characteristics import (
    CohortAccrual,
    ToxicityScenario,
    decision_tree,
    exact_characteristics,
    exact_measures,
    optimal_benchmark,
    paths,
    random_scenarios,
    shifted_scenarios,
    transition_paths,
    tree,
)
from analytics.dosing.escalation import (
    AcceleratedTitration,
    Boin,
    Coherent,
    Cohort,
    Crm,
    EscalationDesign,
    FixedCohorts,
    NoSkipping,
    Outcomes,
    PatientsAtDose,
    ThreePlusThree,
    Unsafe,
)
from analytics.results import Result, same

SKELETON = (0.1, 0.2, 0.3)
DESIGNS = [
    EscalationDesign(method=ThreePlusThree(doses=3), most_patients=18),
    EscalationDesign(method=Boin(doses=3, target=0.3, extra_safety=0.1), most_patients=11),
    EscalationDesign(
        method=Boin(doses=3, target=0.25),
        most_patients=9,
        cohorts=AcceleratedTitration(size=3),
        stopping=PatientsAtDose(patients=6),
    ),
    EscalationDesign(
        method=Crm(skeleton=SKELETON, target=0.25, estimate="posterior mean", overdose=0.6),
        most_patients=8,
        cohorts=FixedCohorts(size=2),
        limit=NoSkipping() & Coherent(),
        stopping=Unsafe(cutoff=0.7),
    ),
]


@pytest.mark.parametrize("design", DESIGNS, ids=["3+3", "boin", "titration", "crm"])
def test_measures_alone_are_those_of_the_characteristics(design: EscalationDesign) -> None:
    scenarios = (
        *random_scenarios(doses=3, target=design.target, count=28, rng=np.random.default_rng(3)),
        ToxicityScenario(probabilities=(0.4, 0.5, 0.6), right=()),
        ToxicityScenario(probabilities=(0.0, 0.0, 0.0)),
        ToxicityScenario(probabilities=(design.target,) * 3),
        ToxicityScenario(probabilities=(0.0, 0.5, 1.0), right=(1, 3)),
    )
    for accrual in (None, CohortAccrual(rate=2.0, window=1.5)):
        alone = exact_measures(design, scenarios, accrual=accrual)
        whole = exact_characteristics(design, scenarios, accrual=accrual).to_frame()
        assert list(alone.columns) == list(whole.columns[1:])
        assert np.allclose(alone, whole.drop(columns="scenario"), atol=1e-12)


@pytest.mark.parametrize("design", DESIGNS, ids=["3+3", "boin", "titration", "crm"])
def test_agrees_with_every_path_one_by_one(design: EscalationDesign) -> None:
    p = (0.1, 0.3, 0.5)
    selected, patients = np.zeros(4), np.zeros(3)

    def follow(seen: Outcomes, weight: float) -> None:
        said = design.recommend(seen)
        if said.stop:
            selected[said.dose or 0] += weight
            patients[:] += weight * np.array(seen.patients)
            return
        assert said.dose is not None
        for toxicities in range(said.patients + 1):
            chance = binom.pmf(toxicities, said.patients, p[said.dose - 1])
            cohort = Cohort(dose=said.dose, patients=said.patients, toxicities=toxicities)
            follow(seen.followed_by(cohort), weight * float(chance))

    follow(Outcomes(doses=3), 1.0)
    found = exact_characteristics(design, (ToxicityScenario(probabilities=p),))
    assert found.value("none") == pytest.approx(selected[0], abs=1e-12)
    assert found.doses["selected"].to_numpy() == pytest.approx(selected[1:], abs=1e-12)
    assert found.doses["patients"].to_numpy() == pytest.approx(patients, abs=1e-12)


@pytest.mark.parametrize("design", DESIGNS, ids=["3+3", "boin", "titration", "crm"])
@pytest.mark.parametrize("text", ["", "1NNN 2NNT"])
def test_paths_are_those_of_one_recommendation_after_the_other(
    design: EscalationDesign, text: str
) -> None:
    start = Outcomes.parse(text, doses=3)
    found = transition_paths(design, start, depth=2)
    expected = []
    first = design.recommend(start)
    for toxicities in range(first.patients + 1):
        assert first.dose is not None
        cohort = Cohort(dose=first.dose, patients=first.patients, toxicities=toxicities)
        after = start.followed_by(cohort)
        said = design.recommend(after)
        expected.append((str(cohort), said.dose or 0, said.stop))
        for more in range(said.patients + 1) if not said.stop else ():
            assert said.dose is not None
            then = Cohort(dose=said.dose, patients=said.patients, toxicities=more)
            last = design.recommend(after.followed_by(then))
            expected.append((f"{cohort} {then}", last.dose or 0, last.stop))
    rows = found.to_frame()[["path", "next_dose", "stop"]].itertuples(index=False, name=None)
    assert sorted(rows) == sorted(expected)
    assert same(Result.from_json(found.to_json()), found)


def test_paths_end_with_the_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    design = DESIGNS[0]
    with pytest.raises(NotEstimableError, match="has ended"):
        transition_paths(design, Outcomes.parse("1TTT", doses=3))
    with pytest.raises(InputError, match="1 <= depth <= 4"):
        transition_paths(design, Outcomes(doses=3), depth=5)
    monkeypatch.setattr(paths, "MOST_PATHS", 10)
    with pytest.raises(NotEstimableError, match="look less far ahead"):
        transition_paths(design, Outcomes(doses=3))


def test_no_dose_may_be_the_right_one() -> None:
    truth = ToxicityScenario(probabilities=(0.6, 0.7, 0.8), right=())
    found = exact_characteristics(DESIGNS[1], (truth,))
    assert found.value("correct") == found.value("none") > 0.5
    assert found.value("patients_at_target") == 0
    assert found.value("patients_above_target") == pytest.approx(found.value("patients"))
    with pytest.raises(NotEstimableError, match="no right dose"):
        _ = optimal_benchmark(truth, target=0.3, patients=5).correct


@settings(max_examples=15)
@given(
    probabilities=st.lists(st.floats(0, 1), min_size=4, max_size=4).map(sorted),
    target=st.sampled_from([0.2, 0.25, 0.3]),
    size=st.integers(1, 4),
    most=st.integers(1, 16),
)
def test_laws(probabilities: list[float], target: float, size: int, most: int) -> None:
    truth = ToxicityScenario(probabilities=tuple(probabilities))
    design = EscalationDesign(
        method=Boin(doses=4, target=target),
        most_patients=most,
        cohorts=FixedCohorts(size=size),
    )
    found = exact_characteristics(design, (truth,))
    assert found.doses["selected"].sum() + found.value("none") == pytest.approx(1)
    assert found.sizes["probability"].sum() == pytest.approx(1)
    assert found.doses["patients"].sum() == pytest.approx(found.value("patients"))
    expected = found.doses["patients"] * found.doses["probability"]
    assert found.doses["toxicities"].to_numpy() == pytest.approx(expected.to_numpy())
    assert (found.summary["value"] >= 0).all()
    assert 1 <= found.value("patients") <= most + 1e-9


def test_many_scenarios_are_as_each_alone() -> None:
    truths = random_scenarios(doses=3, target=0.3, count=5, rng=np.random.default_rng(2))
    together = exact_characteristics(DESIGNS[1], truths)
    for k, truth in enumerate(truths):
        alone = exact_characteristics(DESIGNS[1], (truth,))
        own = together.doses[together.doses["scenario"] == k]
        assert own["selected"].to_numpy() == pytest.approx(alone.doses["selected"].to_numpy())
    assert same(Result.from_json(together.to_json()), together)
    assert len(together.to_frame()) == 5


def test_too_many_states_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_STATES", 50)
    design = EscalationDesign(method=Boin(doses=3, target=0.22), most_patients=30)
    with pytest.raises(NotEstimableError, match="simulate it instead"):
        decision_tree(design)


@pytest.mark.parametrize("truth", [(0.02, 0.05, 0.3), (0.3, 0.3, 0.3), (0.5, 0.6, 1.0), (0.0,)])
@pytest.mark.parametrize(("target", "patients"), [(0.3, 4), (0.25, 2), (0.3, 1)])
def test_benchmark_agrees_with_every_tolerance(
    truth: tuple[float, ...], target: float, patients: int
) -> None:
    """Every patient tolerates the doses below one of them: all combinations."""
    ends = np.array([0.0, *truth, 1.0])
    chances, expected = np.diff(ends), np.zeros(len(truth))
    for fates in product(range(len(chances)), repeat=patients):
        toxic = np.array([sum(fate <= dose for fate in fates) for dose in range(len(truth))])
        far = np.round(np.abs(toxic - target * patients), 9)
        expected[int(far.argmin())] += np.prod(chances[list(fates)])
    found = optimal_benchmark(
        ToxicityScenario(probabilities=truth), target=target, patients=patients
    )
    assert found.table["selected"].to_numpy() == pytest.approx(expected, abs=1e-12)


def test_benchmark_of_the_reference() -> None:
    """METHODS-DESIGN.md, exact values: 0.685 for dose 4, 0.151 for doses 5 and 6."""
    truth = ToxicityScenario(probabilities=(0.02, 0.05, 0.15, 0.30, 0.45, 0.60))
    found = optimal_benchmark(truth, target=0.3, patients=30)
    selected = found.to_frame()["selected"].to_numpy()
    assert found.correct == pytest.approx(0.685, abs=5e-4)
    assert selected[4:].sum() == pytest.approx(0.151, abs=5e-4)
    assert same(Result.from_json(found.to_json()), found)


@pytest.mark.parametrize("doses", [1, 3, 6])
def test_random_scenarios_spread_the_right_dose(doses: int) -> None:
    rng = np.random.default_rng(5)
    found = random_scenarios(doses=doses, target=0.25, count=600, rng=rng)
    right = np.array([one.right_doses(0.25)[0] for one in found])
    shares = np.bincount(right, minlength=doses + 1)[1:] / 600
    assert np.abs(shares - 1 / doses).max() < 4 * np.sqrt(1 / doses / 600)
    again = random_scenarios(doses=doses, target=0.25, count=600, rng=np.random.default_rng(5))
    assert found == again


@pytest.mark.parametrize(
    ("work", "rule"),
    [
        (lambda: ToxicityScenario(probabilities=(0.3, 0.2)), "do not fall"),
        (lambda: ToxicityScenario(probabilities=(0.3, 1.2)), "0 <= probabilities <= 1"),
        (lambda: ToxicityScenario(probabilities=(float("nan"),)), "0 <= probabilities <= 1"),
        (lambda: ToxicityScenario(probabilities=()), "1 to 30 doses"),
        (lambda: ToxicityScenario(probabilities=(0.3,), right=(2,)), "right doses are from 1 to 1"),
        (lambda: shifted_scenarios(doses=3, target=0.3, odds_ratio=1), "odds_ratio > 1"),
        (lambda: shifted_scenarios(doses=0, target=0.3), "1 <= doses"),
        (
            lambda: random_scenarios(doses=3, target=1, count=1, rng=np.random.default_rng(1)),
            "0 < target < 1",
        ),
        (
            lambda: optimal_benchmark(
                ToxicityScenario(probabilities=(0.1,)), target=0.3, patients=0
            ),
            "1 <= patients",
        ),
        (lambda: exact_characteristics(DESIGNS[0], ()), "at least one scenario"),
    ],
)
def test_refuses(work: Any, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        work()
