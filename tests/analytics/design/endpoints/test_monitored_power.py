"""What looks do to power: the lift, the way from subjects to drift, and enrolment until full."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.checks import InputError
from analytics.design import Accrual
from analytics.design.boundaries import FixedFutility, GroupSequential
from analytics.design.endpoints.design import required_deviates
from analytics.design.endpoints.enrolling import enrol_until, subject_time
from analytics.design.endpoints.monitored_power import ONE_LOOK, MonitoredPower, critical_z
from tests.analytics.design.endpoints.endpoint_trials import HSD, LDOF

TEN = GroupSequential(information_fractions=tuple(k / 10 for k in range(1, 11)))
TWO_SIDED = replace(LDOF, alpha=0.05, sides=2)
FUTILE = replace(LDOF, futility=FixedFutility(z=(1.0, 1.5)))


@pytest.mark.parametrize("plan", [ONE_LOOK, LDOF, HSD, TEN, TWO_SIDED, FUTILE])
def test_subjects_lead_to_the_drift_that_led_to_them(plan: GroupSequential) -> None:
    """For a statistic whose standard error under the null is another one."""
    monitored = MonitoredPower.of(plan)
    tested, true, each = 1.1, 1.0, 0.1

    def fixed(subjects: np.ndarray) -> np.ndarray:
        critical = critical_z(plan)
        return critical + (np.sqrt(subjects) * each - critical * tested) / true

    for power in (0.2, 0.5, 0.9, 0.99):
        critical, deviate, lift = required_deviates(plan, power)
        subjects = (lift * (critical * tested + deviate * true) / each) ** 2
        drift = monitored.drift(fixed, np.array(subjects))
        assert drift == pytest.approx(plan.drift(power), abs=1e-8)
        assert monitored.power(drift) == pytest.approx(power, abs=1e-9)


@pytest.mark.parametrize("plan", [LDOF, HSD, TEN])
def test_the_polynomial_is_the_lift(plan: GroupSequential) -> None:
    monitored = MonitoredPower.of(plan)
    drifts = np.linspace(-3, 15, 41)
    assert monitored.smooth_lift()(drifts) == pytest.approx(monitored.lift(drifts), abs=1e-5)
    assert monitored.stopping(2.5).power == pytest.approx(float(monitored.power(2.5)))


def test_enrolment_ends_when_all_are_in() -> None:
    accrual = Accrual(ends=(6.0, 8.0, 18.0), rates=(10.0, 0.0, 25.0))
    for subjects in (1.0, 30.0, 60.0, 61.0, 310.0, 2_000.0):
        found = enrol_until(accrual, subjects)
        assert found.subjects == pytest.approx(subjects)
        assert found.entered([3.0])[0] == pytest.approx(min(30.0, subjects))
    with pytest.raises(InputError, match="subjects > 0"):
        enrol_until(accrual, 0.0)


def test_time_on_study_is_the_sum_over_subjects() -> None:
    accrual = Accrual(ends=(6.0, 8.0, 18.0), rates=(10.0, 0.0, 25.0))
    entry = accrual.entry_times((np.arange(310_000) + 0.5) / 310_000)
    for month in (2.0, 7.0, 15.0, 40.0):
        by_hand = np.clip(month - entry, 0, 4.5).sum() / 1000
        assert subject_time(accrual, [month], 4.5)[0] == pytest.approx(by_hand, rel=1e-6)
