"""One scenario, every design: exact values to the digits that are printed."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.dosing.characteristics import ToxicityScenario, exact_characteristics
from analytics.dosing.escalation import (
    Boin,
    Coherent,
    Crm,
    EscalationDesign,
    FixedCohorts,
    Keyboard,
    Mtpi2,
    NoSkipping,
    ThreePlusThree,
    indifference_skeleton,
)
from tests.analytics.dosing.oracle_rows import assert_agrees, oracle_rows

CRM = Crm(
    skeleton=indifference_skeleton(target=0.3, half_width=0.05, prior_mtd=4, doses=6), target=0.3
)
LIMIT = NoSkipping() & Coherent()
DESIGNS = {
    "3+3 with de-escalation": EscalationDesign(method=ThreePlusThree(doses=6), most_patients=36),
    "boin": EscalationDesign(method=Boin(doses=6, target=0.3), most_patients=30),
    "keyboard": EscalationDesign(method=Keyboard(doses=6, target=0.3), most_patients=30),
    "mtpi2": EscalationDesign(method=Mtpi2(doses=6, target=0.3), most_patients=30),
    "crm, cohort 3": EscalationDesign(method=CRM, most_patients=30, limit=LIMIT),
    "crm, cohort 1": EscalationDesign(
        method=CRM, most_patients=30, limit=LIMIT, cohorts=FixedCohorts(size=1)
    ),
}
ROWS = oracle_rows("dosing_exact_values")


@pytest.mark.parametrize("row", [one for one in ROWS if "cohort 1" not in one.id])
def test_agrees_with_the_reference(row: dict[str, Any]) -> None:
    _check(row)


@pytest.mark.slow
@pytest.mark.parametrize("row", [one for one in ROWS if "cohort 1" in one.id])
def test_agrees_with_the_reference_of_many_states(row: dict[str, Any]) -> None:
    _check(row)


def _check(row: dict[str, Any]) -> None:
    truth = ToxicityScenario(probabilities=tuple(row["inputs"]["p_true"]))
    found = exact_characteristics(DESIGNS[row["case"]], (truth,))
    selected = found.doses["selected"].to_numpy()
    quantities = {
        "selected_4": selected[3],
        "selected_5_or_6": selected[4] + selected[5],
        "toxicities": found.value("toxicities"),
    }
    assert_agrees(quantities[row["quantity"]], row)
