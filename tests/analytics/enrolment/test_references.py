"""Enrolment against reference values: posteriors, totals, and the time to a target."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from analytics.enrolment import TimeToTarget, enrolled_by, probability_by, time_to_target
from analytics.enrolment.model import SitePosteriors
from tests.analytics.enrolment.oracle_models import oracle_model, oracle_rows


@pytest.mark.parametrize(
    "row",
    list(oracle_rows("enrolment").itertuples()),
    ids=lambda r: f"{r.case}-{r.quantity}-{r.at}",
)
def test_agrees_with_the_reference(row: Any) -> None:
    found = _found(row.case, row.quantity, row.until, row.at)
    assert found == pytest.approx(row.expected, abs=row.tolerance, rel=0)


def _found(case: str, quantity: str, until: str, at: str) -> float:
    model = oracle_model(case)
    if quantity.startswith("posterior"):
        return _posterior(case, quantity, int(at) - 1)
    if quantity.startswith("total"):
        total = enrolled_by(model, float(until))
        if quantity == "total_quantile":
            return total.quantile(float(at))
        return float(getattr(total, quantity.removeprefix("total_")))
    if quantity == "reached":
        return float(probability_by(model, int(until), [float(at)])[0])
    time = _time(case, int(until))
    return time.mean if quantity == "time_mean" else time.quantile(float(at))


def _posterior(case: str, quantity: str, site: int) -> float:
    posteriors = SitePosteriors.of(oracle_model(case))
    shape, rate = float(posteriors.sizes[0, site]), float(posteriors.rates[0, site])
    return {
        "posterior_shape": shape,
        "posterior_rate": rate,
        "posterior_mean_rate": shape / rate,
    }[quantity]


@cache
def _time(case: str, target: int) -> TimeToTarget:
    return time_to_target(oracle_model(case), target)
