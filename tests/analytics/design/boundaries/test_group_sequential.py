"""Plans against reference values, and what holds for every plan."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analytics.design.boundaries.oracle_plans import PLANS, oracle_plan, oracle_rows

VALUES = oracle_rows("group_sequential")


def found_of(case: str) -> dict[str, Any]:
    """Everything that the table has values of."""
    plan, power = oracle_plan(case), float(PLANS.loc[case].power)
    bounds, drift = plan.boundaries(), plan.drift(power)
    under = {"h1": drift, "midpoint": drift / 2, "h0": 0.0}
    stops = {name: plan.stopping(one) for name, one in under.items()}
    inflation = plan.inflation_factor(power)
    found = {
        "z_efficacy": bounds.z_efficacy,
        "z_futility": bounds.z_futility,
        "p_efficacy": bounds.p_efficacy,
        "alpha_spent": bounds.alpha_spent,
        "beta_spent": bounds.beta_spent,
        "drift": drift,
        "inflation_factor": inflation,
        "power": stops["h1"].power,
        "type_one_error": plan.type_one_error(),
    }
    for name, stop in stops.items():
        found[f"efficacy_{name}"] = stop.efficacy
        found[f"futility_{name}"] = stop.futility
        found[f"expected_fraction_{name}"] = stop.expected_information_fraction
        found[f"expected_ratio_{name}"] = stop.expected_information_fraction * inflation
    return found


@pytest.mark.parametrize("case", list(PLANS.index))
def test_agrees_with_reference(case: str) -> None:
    found, rows = found_of(case), VALUES[VALUES["case"] == case]
    assert len(rows) > 0
    for row in rows.itertuples():
        value = found[row.quantity]
        one = value[row.look - 1] if row.look else value
        assert one == pytest.approx(row.expected, rel=0, abs=row.tolerance), row
