"""The interim look that makes a trial shortest on average, against a reference."""

from __future__ import annotations

from typing import Any

import pytest
from scipy.optimize import minimize_scalar

from analytics.design.boundaries import GroupSequential
from tests.analytics.design.boundaries.oracle_plans import numbers, oracle_efficacy, oracle_rows

POWER = 0.9
ROWS = oracle_rows("best_interim_timing")


def expected_ratio(row: Any, fraction: float) -> float:
    """Expected information under the alternative over that of a trial with one analysis."""
    plan = plan_at(row, fraction)
    stopping = plan.stopping(plan.drift(POWER))
    return plan.inflation_factor(POWER) * stopping.expected_information_fraction


def plan_at(row: Any, fraction: float) -> GroupSequential:
    looks = (float(fraction), 1.0)
    efficacy = oracle_efficacy(row.efficacy, numbers(row.parameter), looks)
    return GroupSequential(information_fractions=looks, efficacy=efficacy)


@pytest.mark.parametrize(
    "row", list(ROWS.itertuples()), ids=lambda row: f"{row.efficacy} {row.parameter}"
)
def test_the_best_time_of_one_interim_look(row: Any) -> None:
    found = minimize_scalar(
        lambda fraction: expected_ratio(row, fraction), bounds=(0.2, 0.9), method="bounded"
    )
    assert found.x == pytest.approx(row.fraction, abs=row.fraction_tolerance)
    assert found.fun == pytest.approx(row.expected_ratio, abs=row.ratio_tolerance)
    most = plan_at(row, row.fraction).inflation_factor(POWER)
    assert most == pytest.approx(row.most_ratio, abs=row.ratio_tolerance)
