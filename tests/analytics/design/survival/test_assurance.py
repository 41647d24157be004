"""Assurance: against its closed form, quadrature against draws, and at its limits."""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from analytics.checks import InputError
from analytics.design import HazardAssumption, Subgroup, SurvivalAssumptions, TreatmentEffect
from analytics.design.boundaries import GroupSequential
from analytics.design.survival import SurvivalDesign
from analytics.design.survival.assurance import Assurance, assurance, drawn
from tests.analytics.design.survival.oracle_trials import trial_of

ONE_LOOK = GroupSequential(information_fractions=(1.0,))
THREE_LOOKS = GroupSequential(information_fractions=(0.5, 0.75, 1.0))


def _design(
    trial: SurvivalAssumptions, plan: GroupSequential = ONE_LOOK, events: float = 330
) -> SurvivalDesign:
    return SurvivalDesign(assumptions=trial, monitoring=plan, events=events)


@settings(max_examples=30, derandomize=True)
@given(
    hazard_ratio=st.floats(0.4, 1.3),
    log_std_err=st.floats(0.01, 0.5),
    events=st.floats(50, 400),
    ratio=st.sampled_from([1.0, 2.0]),
)
def test_one_look_has_a_closed_form(
    hazard_ratio: float, log_std_err: float, events: float, ratio: float
) -> None:
    """z is normal around a normal mean: of variance 1 + std_err^2 x information."""
    effect = TreatmentEffect.constant(hazard_ratio, log_std_err=log_std_err)
    trial = replace(trial_of(effect), allocation_ratio=ratio)
    information = events * ratio / (1 + ratio) ** 2
    mean = -log(hazard_ratio) * sqrt(information)
    expected = ndtr((mean - ndtri(0.975)) / sqrt(1 + log_std_err**2 * information))
    found = assurance(_design(trial, events=events))
    assert found.probability == pytest.approx(expected, abs=1e-8)
    assert (found.draws, found.mc_std_err) == (0, 0.0)


def test_is_the_power_when_all_is_certain() -> None:
    for effect in (
        TreatmentEffect.constant(0.7),
        TreatmentEffect.delayed(hazard_ratio=0.6, delay=4),
    ):
        design = _design(trial_of(effect), THREE_LOOKS)
        found = assurance(design)
        assert found.probability == found.power == pytest.approx(design.evaluate().power)


def test_quadrature_and_draws_agree() -> None:
    effect = TreatmentEffect.constant(0.7, log_std_err=0.15)
    control = HazardAssumption.exponential(median=12, events=150)
    design = _design(trial_of(effect, control=control), THREE_LOOKS)
    rng = np.random.default_rng(5)
    powers = [
        design.power_at(drawn(design.assumptions, rng).subgroups[0].effect.hazard_ratios[0])
        for _ in range(1500)
    ]
    error = np.std(powers) / sqrt(len(powers))
    assert assurance(design).probability == pytest.approx(np.mean(powers), abs=4 * error)


def test_draws_when_hazards_are_not_proportional() -> None:
    effect = replace(TreatmentEffect.delayed(hazard_ratio=0.6, delay=4), log_std_err=0.15)
    design = _design(trial_of(effect))
    found = assurance(design, draws=300, seed=2)
    assert found == assurance(design, draws=300, seed=2)
    assert found.draws == 300
    # One look at fixed events: the average hazard ratio moves nearly as the effect does.
    z = np.random.default_rng(9).standard_normal(300)
    powers = [_design(trial_of(effect.shifted(0.15 * one))).evaluate().power for one in z.tolist()]
    errors = sqrt(found.mc_std_err**2 + np.var(powers) / len(powers))
    assert found.probability == pytest.approx(np.mean(powers), abs=4 * errors)
    assert found.probability < found.power


def test_subgroups_are_drawn_each_by_itself() -> None:
    """Effects that vary apart vary less together: the assurance is nearer to the power."""
    control = HazardAssumption.exponential(median=12)
    effect = TreatmentEffect.constant(0.7, log_std_err=0.3)
    halves = tuple(
        Subgroup(name=name, prevalence=0.5, control=control, effect=effect) for name in "AB"
    )
    whole = _design(trial_of(effect))
    parts = _design(replace(whole.assumptions, subgroups=halves))
    found = assurance(parts, draws=800)
    powers = []
    for shifts in np.random.default_rng(3).normal(0, 0.3, (800, 2)).tolist():
        groups = tuple(
            replace(one, effect=TreatmentEffect.constant(0.7 * np.exp(shift)))
            for one, shift in zip(halves, shifts, strict=True)
        )
        trial = replace(parts.assumptions, subgroups=groups)
        powers.append(_design(trial).evaluate().power)
    errors = sqrt(found.mc_std_err**2 + np.var(powers) / len(powers))
    assert found.probability == pytest.approx(np.mean(powers), abs=4 * errors)
    assert assurance(whole).probability < np.mean(powers) < found.power


def test_events_that_never_come_are_no_success() -> None:
    """With a falling hazard and a drawn dropout, 455 of 500 events come in some draws only."""
    dropout = HazardAssumption.exponential(median=160, events=4)
    effect = replace(TreatmentEffect.delayed(hazard_ratio=0.6, delay=4), log_std_err=0.05)
    design = _design(trial_of(effect, dropout=dropout), events=455)
    found = assurance(design, draws=100)
    assert 0 < found.never_reached < 1
    assert found.probability <= 1 - found.never_reached


def test_json_and_refusals() -> None:
    found = assurance(_design(trial_of(TreatmentEffect.constant(0.7, log_std_err=0.2))))
    assert Assurance.from_json(found.to_json()) == found
    with pytest.raises(InputError, match="draws >= 2"):
        assurance(_design(trial_of(TreatmentEffect.constant(0.7))), draws=1)
