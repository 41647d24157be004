"""What a survival design assumes: shares, units, uncertainty, and refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analytics.checks import InputError
from analytics.design import (
    Accrual,
    HazardAssumption,
    Subgroup,
    SurvivalAssumptions,
    TreatmentEffect,
    dropout_hazard,
)
from analytics.results import Result

POSITIVE = Subgroup(
    name="+",
    prevalence=0.4,
    control=HazardAssumption.exponential(median=8),
    effect=TreatmentEffect.constant(0.6),
)
NEGATIVE = replace(POSITIVE, name="-", prevalence=0.6, effect=TreatmentEffect.constant(0.9))
TRIAL = SurvivalAssumptions(
    subgroups=(POSITIVE, NEGATIVE),
    accrual=Accrual.uniform(subjects=300, duration=12),
    control_dropout=dropout_hazard(0.05, by=12),
    allocation_ratio=2.0,
)


def test_says_what_it_is() -> None:
    assert TRIAL.control_share == pytest.approx(1 / 3)
    assert TRIAL.time_unit == "months"
    assert not TRIAL.proportional
    assert TRIAL.certain
    assert len(TRIAL.hazards) == 3
    assert TRIAL.to_frame()["control_median"].tolist() == pytest.approx([8, 8])


def test_no_effect_is_no_effect_in_any_subgroup() -> None:
    null = TRIAL.under_null()
    assert null.proportional
    assert {one.effect.hazard_ratios for one in null.subgroups} == {(1.0,)}
    assert null.accrual == TRIAL.accrual
    assert [one.control for one in null.subgroups] == [one.control for one in TRIAL.subgroups]


@pytest.mark.parametrize(
    "changed",
    [
        {"accrual": Accrual.uniform(subjects=300, duration=12, log_std_err=0.1)},
        {"control_dropout": HazardAssumption.exponential(rate=0.01, events=30)},
        {"subgroups": (replace(POSITIVE, prevalence=1.0, effect=TreatmentEffect.constant(
            0.6, log_std_err=0.1)),)},
    ],
)  # fmt: skip
def test_any_uncertainty_counts(changed: dict[str, Any]) -> None:
    assert not replace(TRIAL, **changed).certain


def test_comes_back() -> None:
    assert Result.from_json(TRIAL.to_json()) == TRIAL
    names = [SurvivalAssumptions, Subgroup, HazardAssumption, TreatmentEffect, Accrual]
    assert eval(repr(TRIAL), {one.__name__: one for one in names}) == TRIAL


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"subgroups": ()}, "at least one subgroup"),
        ({"subgroups": (POSITIVE, POSITIVE)}, "each subgroup has its own name"),
        ({"subgroups": (POSITIVE,)}, "the prevalences add up to 1"),
        ({"allocation_ratio": 0.0}, "allocation_ratio > 0"),
        ({"treatment_dropout": dropout_hazard(0.1, by=1, time_unit="years")}, "one unit of time"),
    ],
)
def test_refuses(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        replace(TRIAL, **changed)


def test_a_subgroup_is_named_and_some_are_in_it() -> None:
    with pytest.raises(InputError, match="a subgroup has a name"):
        replace(POSITIVE, name=" ")
    for prevalence in (0.0, 1.1):
        with pytest.raises(InputError, match="0 < prevalence <= 1"):
            replace(POSITIVE, prevalence=prevalence)


def test_a_share_drops_out_by_its_time() -> None:
    hazard = dropout_hazard(0.1, by=12)
    assert hazard is not None
    assert hazard.survival([12.0])[0] == pytest.approx(0.9)
    assert dropout_hazard(0.0, by=12) is None
    assert dropout_hazard(5e-324, by=12) is None  # too few to have a rate
    with pytest.raises(InputError, match="0 <= probability < 1"):
        dropout_hazard(1.0, by=12)
    with pytest.raises(InputError, match="by > 0"):
        dropout_hazard(0.1, by=0)
