"""Exact operating characteristics of the CRM by cohorts, against references."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.dosing.characteristics import ToxicityScenario, exact_characteristics
from analytics.dosing.escalation import Coherent, Crm, EscalationDesign, FixedCohorts, NoSkipping
from tests.analytics.dosing.oracle_rows import assert_agrees, oracle_rows

COLUMNS = {
    "prob_select": "selected",
    "expected_n_per_dose": "patients",
    "expected_dlt_per_dose": "toxicities",
}


@pytest.mark.parametrize("row", oracle_rows("dosing_crm_characteristics"))
def test_agrees_with_the_reference(row: dict[str, Any]) -> None:
    given = row["inputs"]
    design = EscalationDesign(
        method=Crm(
            skeleton=tuple(given["prior"]),
            target=given["target"],
            prior_sd=given["prior_sd_beta"],
        ),
        most_patients=given["n"],
        start=given["start"],
        cohorts=FixedCohorts(size=given["cohort_size"]),
        limit=NoSkipping() & Coherent() if given["restrict"] else None,
    )
    found = exact_characteristics(design, (ToxicityScenario(probabilities=tuple(given["p_true"])),))
    assert_agrees(found.doses[COLUMNS[row["quantity"]]], row)
