"""Analyses at looks against reference values, simulation, and what must hold for all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.design.boundaries import GroupSequential, InterimAnalysis, analyse
from tests.analytics.design.boundaries.oracle_plans import numbers, oracle_efficacy, oracle_rows

VALUES = pd.concat([oracle_rows("interim_analyses"), oracle_rows("interim_analyses_rpact")])
CASES = list(dict.fromkeys(VALUES["case"]))


def analysed(row: Any) -> InterimAnalysis:
    """The analysis of a row of the reference tables."""
    looks = numbers(row.information_fractions)
    efficacy = oracle_efficacy(row.efficacy, numbers(row.efficacy_parameter), looks)
    assumed = numbers(row.assumed_theta)
    return analyse(
        GroupSequential(information_fractions=looks, efficacy=efficacy),
        information=numbers(row.information),
        z=numbers(row.z),
        planned_information=float(row.planned_information),
        as_planned=row.as_planned == "yes",
        assumed_theta=assumed[0] if assumed else None,
    )


def found_of(seen: InterimAnalysis) -> dict[str, Any]:
    """Everything that the tables have values of; a tuple has one value per look."""
    found: dict[str, Any] = {
        "sequential_p_value": seen.sequential_p_value,
        "predictive_power": seen.predictive_power,
    }
    for name in ("repeated_p_value", "repeated_lower", "repeated_upper", "estimate"):
        found[name] = [getattr(look, name) for look in seen.looks]
    found["conditional_rejection"] = [look.conditional_rejection for look in seen.looks]
    short = {"null": "null", "current trend": "trend", "assumed": "assumed"}
    for ahead in seen.conditional:
        found[f"conditional_power_{short[ahead.effect]}"] = ahead.end
    if seen.stopped is not None:
        for name in ("p_value", "lower", "upper", "median_unbiased"):
            found[f"stopped_{name}"] = getattr(seen.stopped, name)
    return found


def value_of(found: dict[str, Any], quantity: str, look: int) -> float:
    """One value; effects of survival trials as hazard ratios of control over treatment."""
    ratio = quantity.startswith("exp_")
    value = found[quantity.removeprefix("exp_")]
    one = value[look - 1] if look else value
    return float(np.exp(one)) if ratio else one


@pytest.mark.parametrize("case", CASES)
def test_agrees_with_reference(case: str) -> None:
    rows = VALUES[VALUES["case"] == case]
    found = found_of(analysed(rows.iloc[0]))
    for row in rows.itertuples():
        value = value_of(found, str(row.quantity), int(row.look))
        assert value == pytest.approx(row.expected, rel=0, abs=row.tolerance), row
