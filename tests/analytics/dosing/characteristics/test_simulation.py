"""Simulated characteristics against exact ones, and what must not change them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analytics.checks import InputError
from analytics.dosing.characteristics import (
    CohortAccrual,
    OperatingCharacteristics,
    ToxicityScenario,
    exact_characteristics,
    simulate_characteristics,
    simulation,
)
from analytics.dosing.escalation import (
    AcceleratedTitration,
    Boin,
    Coherent,
    Crm,
    EscalationDesign,
    FixedCohorts,
    Keyboard,
    NoSkipping,
    PatientsAtDose,
    ThreePlusThree,
    Unsafe,
    indifference_skeleton,
)
from analytics.results import Result, same

TRUTHS = (
    ToxicityScenario(probabilities=(0.05, 0.15, 0.3, 0.45, 0.6)),
    ToxicityScenario(probabilities=(0.4, 0.5, 0.6, 0.7, 0.8), name="too toxic"),
)
ACCRUAL = CohortAccrual(rate=2.0, window=1.5)
SKELETON = indifference_skeleton(target=0.3, half_width=0.05, prior_mtd=3, doses=5)
DESIGNS = [
    EscalationDesign(method=ThreePlusThree(doses=5), most_patients=30),
    EscalationDesign(
        method=Boin(doses=5, target=0.3), most_patients=24, stopping=PatientsAtDose(patients=9)
    ),
    EscalationDesign(
        method=Boin(doses=5, target=0.3, extra_safety=0.05),
        most_patients=20,
        cohorts=AcceleratedTitration(size=3),
    ),
    EscalationDesign(
        method=Keyboard(doses=5, target=0.3), most_patients=12, cohorts=FixedCohorts(size=1)
    ),
    EscalationDesign(
        method=Crm(skeleton=SKELETON, target=0.3),
        most_patients=21,
        start=2,
        limit=NoSkipping() & Coherent(),
        stopping=Unsafe(cutoff=0.9),
    ),
]
IDS = ["3+3", "boin", "titration", "keyboard", "crm"]


@pytest.mark.parametrize("design", DESIGNS, ids=IDS)
def test_agrees_with_the_exact_answer(design: EscalationDesign) -> None:
    exact = exact_characteristics(design, TRUTHS, accrual=ACCRUAL)
    found = simulate_characteristics(design, TRUTHS, accrual=ACCRUAL, replications=20_000, seed=7)
    _agree(found, exact)


def _agree(found: OperatingCharacteristics, exact: OperatingCharacteristics) -> None:
    for column in ("selected", "patients", "toxicities"):
        far = np.abs(found.doses[column] - exact.doses[column])
        # An event that never happened in the simulation has no error of its own.
        assert (far <= 4 * found.doses[f"{column}_se"] + 4 / found.replications).all()  # type: ignore[operator]
    far = np.abs(found.summary["value"] - exact.summary["value"])
    assert (far <= 4 * found.summary["se"] + 4e-4).all()
    both = found.sizes.merge(exact.sizes, on=["scenario", "patients"], how="outer").fillna(0)
    far = np.abs(both["probability_x"] - both["probability_y"])
    assert (far <= 4 * both["se_x"] + 4e-4).all()


def test_a_seed_says_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    design = DESIGNS[1]

    def run(seed: int) -> Any:
        return simulate_characteristics(
            design, TRUTHS[:1], accrual=ACCRUAL, replications=1000, seed=seed
        )

    first = run(3)
    monkeypatch.setattr(simulation, "_BLOCK", 170)  # as if on more threads
    assert same(run(3), first)
    assert not same(run(4).doses, first.doses)
    assert same(Result.from_json(first.to_json()), first)


def test_scenarios_have_patients_in_common() -> None:
    worse = ToxicityScenario(probabilities=(0.06, 0.16, 0.31, 0.46, 0.61))
    design = DESIGNS[0]
    found = simulate_characteristics(design, (TRUTHS[0], worse), replications=1000)
    single = simulate_characteristics(design, (worse,), replications=1000)
    own = found.doses[found.doses["scenario"] == 1]["selected"].to_numpy()
    assert (own == single.doses["selected"].to_numpy()).all()


def test_tells_how_far_it_is() -> None:
    heard: list[float] = []
    simulate_characteristics(
        DESIGNS[0], TRUTHS, replications=200, progress=lambda share, _: heard.append(share)
    )
    assert heard == [0.5, 1.0]


def test_refuses() -> None:
    with pytest.raises(InputError, match="100 <= replications"):
        simulate_characteristics(DESIGNS[0], TRUTHS, replications=10)
    with pytest.raises(InputError, match="0 <= seed"):
        simulate_characteristics(DESIGNS[0], TRUTHS, seed=-1)
    with pytest.raises(InputError, match="scenarios have 5 doses"):
        simulate_characteristics(DESIGNS[0], (ToxicityScenario(probabilities=(0.1,)),))
    with pytest.raises(InputError, match="rate > 0"):
        replace(ACCRUAL, rate=0.0)
    with pytest.raises(InputError, match="window >= 0"):
        replace(ACCRUAL, window=-1.0)
