"""Time on study added up over subjects: in closed form, and in simulated subjects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.design import Accrual, HazardAssumption, TreatmentEffect
from analytics.design.survival import ExpectedEvents
from analytics.design.survival.evaluation import time_on_study
from tests.analytics.design.survival.oracle_trials import trial_of


@pytest.mark.parametrize("time", [0.5, 9.0, 18.0, 40.0, 400.0])
@pytest.mark.parametrize("dropout", [None, HazardAssumption.exponential(rate=0.02)])
def test_a_constant_hazard_has_its_events_in_the_time_on_study(
    time: float, dropout: HazardAssumption | None
) -> None:
    base = trial_of(TreatmentEffect.constant(1.0))
    trial = replace(
        base,
        control_dropout=dropout,
        treatment_dropout=dropout,
        accrual=Accrual(ends=(4.0, 7.0, 18.0), rates=(10.0, 0.0, 40.0)),
    )
    expected = ExpectedEvents.of(trial)
    hazard = np.log(2) / 12
    found = time_on_study(expected, [time])[0]
    assert found == pytest.approx(expected.events([time])[0] / hazard, rel=1e-8)


@pytest.mark.parametrize(
    "control",
    [
        HazardAssumption.piecewise(cuts=[6, 9], rates=[0.025, 0.14, 0.015]),
        HazardAssumption.weibull(shape=0.6, scale=15),
        HazardAssumption.cure(cured=0.4, median_uncured=8),
    ],
    ids=lambda one: one.family,
)
def test_simulated_subjects_spend_it(control: HazardAssumption) -> None:
    effect = TreatmentEffect.delayed(hazard_ratio=0.5, delay=4)
    expected = ExpectedEvents.of(trial_of(effect, control=control))
    rng, n, times = np.random.default_rng(4), 40_000, np.array([10.0, 24.0, 60.0])
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 500, 20_000)])
    spent = []
    for arm in expected.arms:
        left = np.interp(rng.exponential(size=n), -np.log(arm.followed(grid)), grid)
        entry = expected.assumptions.accrual.entry_times(rng.uniform(size=n))
        spent.append(np.clip(times[:, None] - entry, 0, left).T)
    each = np.concatenate(spent)
    subjects = expected.assumptions.accrual.subjects
    error = each.std(axis=0) * subjects / np.sqrt(len(each))
    assert (np.abs(time_on_study(expected, times) - subjects * each.mean(axis=0)) < 4 * error).all()
