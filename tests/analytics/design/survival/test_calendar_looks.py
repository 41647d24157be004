"""Log-rank looks at calendar times: against the reference, laws, and refusals."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.design import TreatmentEffect
from analytics.design.boundaries import FixedFutility, GroupSequential
from analytics.design.survival import (
    CalendarLooks,
    calendar_looks,
    calendar_looks_for_power,
    weighted_test,
)
from analytics.results import Result
from tests.analytics.design.survival.oracle_trials import oracle_rows, oracle_trial, trial_of

MONTHS = (18, 24, 36)
PLAN = GroupSequential(information_fractions=(0.4, 0.7, 1.0))
DELAYED = TreatmentEffect.delayed(hazard_ratio=0.6, delay=4)


@lru_cache
def _reference_trial(case: str) -> CalendarLooks:
    return calendar_looks_for_power(
        oracle_trial(case), times=MONTHS, plan=PLAN, power=0.9, information="alternative"
    )


@pytest.mark.parametrize(
    "row",
    list(oracle_rows("calendar_looks").itertuples()),
    ids=lambda r: f"{r.case}-{r.quantity}-{r.at}",
)
def test_agrees_with_the_reference(row: Any) -> None:
    found, look = _reference_trial(row.case), MONTHS.index(row.at)
    values = {
        "enrolled": found.enrolled,
        "events": found.events,
        "hazard_ratios": found.hazard_ratios,
        "information_fractions": found.plan.information_fractions,
        "z_efficacy": found.boundaries.z_efficacy,
        "cumulative_power": found.cumulative_power,
    }
    assert values[row.quantity][look] == pytest.approx(row.expected, abs=row.tolerance)


@pytest.mark.parametrize("information", ["null", "alternative"])
def test_subjects_for_a_power_have_it(information: str) -> None:
    found = calendar_looks_for_power(
        trial_of(DELAYED), times=MONTHS, plan=PLAN, power=0.8, information=information
    )
    again = calendar_looks(found.assumptions, times=MONTHS, plan=PLAN, information=information)
    assert found.power == pytest.approx(0.8, abs=1e-9)
    assert again == found


def test_information_of_the_alternative_asks_for_more_subjects() -> None:
    subjects = [
        calendar_looks_for_power(
            trial_of(DELAYED), times=MONTHS, plan=PLAN, power=0.9, information=kind
        ).enrolled[-1]
        for kind in ("null", "alternative")
    ]
    assert subjects[0] < subjects[1] < 1.03 * subjects[0]


def test_near_the_log_rank_test_of_quadrature() -> None:
    assumed = trial_of(TreatmentEffect.constant(0.75))
    found = calendar_looks(assumed, times=MONTHS, plan=PLAN)
    test = weighted_test(assumed, times=MONTHS)
    assert found.mean_z == pytest.approx(np.ravel(test.mean_z), rel=0.003)
    assert found.events == pytest.approx(test.events, rel=1e-6)
    assert found.power == pytest.approx(test.group_sequential(PLAN).power, abs=0.003)


def test_without_effect_the_power_is_alpha() -> None:
    found = calendar_looks(trial_of(TreatmentEffect.constant(1.0)), times=MONTHS, plan=PLAN)
    assert found.power == pytest.approx(0.025, abs=1e-9)


def test_comes_back_from_json() -> None:
    found = calendar_looks(trial_of(DELAYED), times=MONTHS, plan=PLAN)
    assert Result.from_json(found.to_json()) == found
    assert found.to_frame()["time"].tolist() == list(MONTHS)


def test_refuses() -> None:
    assumed = trial_of(DELAYED)
    with pytest.raises(InputError, match="times rise from above 0"):
        calendar_looks(assumed, times=(18, 12, 36), plan=PLAN)
    with pytest.raises(InputError, match="a look at each time"):
        calendar_looks(assumed, times=(18, 36), plan=PLAN)
    with pytest.raises(InputError, match="information in"):
        calendar_looks(assumed, times=MONTHS, plan=PLAN, information="both")
    with pytest.raises(InputError, match="alpha < power < 1"):
        calendar_looks_for_power(assumed, times=MONTHS, plan=PLAN, power=0.01)


@pytest.mark.parametrize("ratio", [1.0, 1.3])
def test_no_benefit_has_no_number_of_subjects(ratio: float) -> None:
    with pytest.raises(NotEstimableError, match="No number of subjects"):
        calendar_looks_for_power(
            trial_of(TreatmentEffect.constant(ratio)), times=MONTHS, plan=PLAN, power=0.9
        )


def test_futility_that_stops_too_many_has_no_number_of_subjects() -> None:
    plan = GroupSequential(information_fractions=(0.4, 1.0), futility=FixedFutility(z=(2.5,)))
    late = TreatmentEffect.delayed(hazard_ratio=0.5, delay=14)
    with pytest.raises(NotEstimableError, match="No number of subjects"):
        calendar_looks_for_power(trial_of(late), times=(12, 40), plan=plan, power=0.9)
