"""Sample sizes of survival designs: against references, against each other, and refused."""

from __future__ import annotations

from dataclasses import replace
from math import log
from typing import Any

import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.design import HazardAssumption, SurvivalAssumptions, TreatmentEffect
from analytics.design.survival import (
    ExpectedEvents,
    accrual_for_events,
    average_hazard_ratio,
    drift_per_root_event,
    lachin_foulkes_subjects,
    required_events,
    subjects_for_events,
)
from tests.analytics.design.survival.oracle_trials import oracle_rows, oracle_trial, trial_of

ROWS = oracle_rows("survival_sample_size")
PROPORTIONAL = trial_of(TreatmentEffect.constant(0.7))


@pytest.mark.parametrize(
    "row", list(ROWS.itertuples()), ids=lambda row: f"{row.Index}-{row.quantity}"
)
def test_agrees_with_the_reference(row: Any) -> None:
    assert _found(row) == pytest.approx(row.expected, abs=row.tolerance)


def _found(row: Any) -> float:
    if row.quantity == "events":
        return _events(row)
    trial = oracle_trial(row.case)
    if row.quantity == "study_duration":
        return float(ExpectedEvents.of(trial).calendar_time(_events(row))[0])
    duration = float(row.study_duration)
    subjects = _subjects(row, trial, duration)
    if row.quantity == "subjects":
        return subjects
    sized = replace(trial, accrual=trial.accrual.scaled(subjects))
    return float(ExpectedEvents.of(sized).events([duration])[0])


def _subjects(row: Any, trial: SurvivalAssumptions, duration: float) -> float:
    if row.method == "lachin-foulkes":
        return lachin_foulkes_subjects(
            trial, power=row.power, study_duration=duration, margin=row.margin
        )
    return subjects_for_events(trial, events=_events(row), study_duration=duration)


def _events(row: Any) -> float:
    return required_events(
        row.hazard_ratio,
        power=row.power,
        margin=row.margin,
        allocation_ratio=row.allocation_ratio,
        method=row.method,
    )


@pytest.mark.parametrize(("hazard_ratio", "subjects"), [(0.7, 394.9), (0.7**1.5, 408.9)])
def test_the_hazard_ratio_of_a_weibull_is_the_ratio_of_hazards(
    hazard_ratio: float, subjects: float
) -> None:
    """rpact 4.5 with kappa = 1.5 takes 0.7 for the ratio of rates, and says 408.9 subjects."""
    weibull = HazardAssumption.weibull(shape=1.5, scale=12 / log(2) ** (1 / 1.5))
    trial = replace(
        trial_of(TreatmentEffect.constant(hazard_ratio), control=weibull),
        control_dropout=None,
        treatment_dropout=None,
    )
    arms = ExpectedEvents.of(trial).arms
    assert arms[1].hazard([3, 30]) == pytest.approx(hazard_ratio * arms[0].hazard([3, 30]))
    events = required_events(0.7, power=0.9)
    found = subjects_for_events(trial, events=events, study_duration=36)
    assert found == pytest.approx(subjects, abs=0.05)


def test_lachin_foulkes_is_near_schoenfeld() -> None:
    found = lachin_foulkes_subjects(PROPORTIONAL, power=0.9, study_duration=36)
    events = required_events(0.7, power=0.9)
    other = subjects_for_events(PROPORTIONAL, events=events, study_duration=36)
    assert found == pytest.approx(other, rel=0.01)


def test_a_margin_moves_both_ratios() -> None:
    shifted = required_events(0.7 * 1.3, power=0.9, margin=1.3)
    assert shifted == pytest.approx(required_events(0.7, power=0.9))
    assert drift_per_root_event(1.0) == 0


def test_more_power_needs_more() -> None:
    found = [required_events(0.7, power=power) for power in (0.5, 0.8, 0.9, 0.95)]
    assert found == sorted(found)


def test_enrolling_longer_brings_the_events() -> None:
    for events, follow_up in ((100, 0.0), (330, 12.0), (900, 6.0)):
        accrual = accrual_for_events(PROPORTIONAL, events=events, follow_up=follow_up)
        assert accrual.rates[-1] == PROPORTIONAL.accrual.rates[-1]
        trial = replace(PROPORTIONAL, accrual=accrual)
        reached = ExpectedEvents.of(trial).events([accrual.duration + follow_up])[0]
        assert reached == pytest.approx(events)


def test_enrolling_longer_in_pieces() -> None:
    trial = oracle_trial("piecewise-accrual")
    short = accrual_for_events(trial, events=5.0, follow_up=1.0)
    assert 3 < short.duration < 6
    assert short.ends[:-1] == (3,)
    assert accrual_for_events(trial, events=600.0, follow_up=6.0).ends[:2] == (3, 6)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"power": 0.025}, "alpha < power < 1"),
        ({"power": 1.0}, "alpha < power < 1"),
        ({"alpha": 0.0}, "0 < alpha < 0.5"),
        ({"alpha": 1.0}, "0 < alpha < 0.5"),
        ({"margin": 0.0}, "margin > 0"),
        ({"allocation_ratio": 0.0}, "allocation_ratio > 0"),
        ({"method": "guess"}, "method in"),
        ({"drift": 3.0}, "a drift or a power"),
    ],
)
def test_refuses(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        required_events(0.7, **{"power": 0.9, **changed})


def test_what_no_number_of_events_shows() -> None:
    with pytest.raises(NotEstimableError, match="a smaller hazard ratio"):
        required_events(1.0, power=0.9)
    with pytest.raises(NotEstimableError, match="a smaller hazard ratio"):
        lachin_foulkes_subjects(
            trial_of(TreatmentEffect.constant(1.4)), power=0.9, study_duration=36, margin=1.3
        )
    delayed = trial_of(TreatmentEffect.delayed(hazard_ratio=0.6, delay=4))
    with pytest.raises(InputError, match="proportional"):
        lachin_foulkes_subjects(delayed, power=0.9, study_duration=36)
    assert average_hazard_ratio(ExpectedEvents.of(delayed), [36.0]).hazard_ratios[0] < 1
