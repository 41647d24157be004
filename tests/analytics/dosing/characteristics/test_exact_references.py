"""Exact operating characteristics of designs that depend on counts, against references."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.dosing.characteristics import (
    OperatingCharacteristics,
    ToxicityScenario,
    exact_characteristics,
)
from analytics.dosing.escalation import (
    AcceleratedTitration,
    Boin,
    EscalationDesign,
    FixedCohorts,
    Keyboard,
    Mtpi2,
    ThreePlusThree,
)
from tests.analytics.dosing.oracle_rows import assert_agrees, oracle_rows

VARIANTS: dict[str, Any] = {
    "noback": "no de-escalation",
    "back": "de-escalation",
    "back6": "de-escalation, six at the MTD",
}


@pytest.mark.parametrize("row", oracle_rows("dosing_three_plus_three"))
def test_three_plus_three(row: dict[str, Any]) -> None:
    doses = len(row["inputs"]["p_true"])
    method = ThreePlusThree(doses=doses, variant=VARIANTS[row["inputs"]["variant"]])
    design = EscalationDesign(method=method, most_patients=6 * doses)
    _check(design, row)


@pytest.mark.parametrize("row", oracle_rows("dosing_interval_designs"))
def test_interval_designs(row: dict[str, Any]) -> None:
    given = row["inputs"]
    doses, target = len(given["p_true"]), given["target"]
    methods = [
        Boin(
            doses=doses,
            target=target,
            extra_safety=given["offset"] if given.get("extrasafe") else None,
        )
    ]
    if row["case"].startswith("keyboard"):
        methods = [Keyboard(doses=doses, target=target), Mtpi2(doses=doses, target=target)]
    size = given["cohort_size"]
    cohorts = FixedCohorts(size=size)
    for method in methods:
        design = EscalationDesign(
            method=method,
            most_patients=given["n_cohort"] * size,
            cohorts=AcceleratedTitration(size=size) if given.get("titration") else cohorts,
        )
        _check(design, row)


def _check(design: EscalationDesign, row: dict[str, Any]) -> None:
    truth = ToxicityScenario(probabilities=tuple(row["inputs"]["p_true"]))
    found = exact_characteristics(design, (truth,))
    if row["quantity"] == "distribution_of_n":
        sizes = found.sizes[found.sizes["probability"] > 0]
        expected = {int(n): p for n, p in row["expected"].items()}
        assert sizes["patients"].tolist() == list(expected)
        assert_agrees(sizes["probability"], {**row, "expected": list(expected.values())})
        return
    assert_agrees(_quantity(found, row["quantity"]), row)


def _quantity(found: OperatingCharacteristics, name: str) -> Any:
    columns = {
        "prob_select": "selected",
        "expected_n_per_dose": "patients",
        "expected_dlt_per_dose": "toxicities",
    }
    measures = {
        "prob_no_mtd": "none",
        "expected_n": "patients",
        "expected_dlt": "toxicities",
        "prob_overdose60": "overdosed_60",
        "prob_overdose80": "overdosed_80",
    }
    if name in columns:
        return found.doses[columns[name]]
    return found.value(measures[name])
