"""What the Survival page shows is made again by its scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dashboard.unattended import draw_page
from queries.cohorts import Between, Cohort
from queries.workspace import open_workspace
from tests.dashboard.views.made_again import assert_made_again, what_differs

ELDERLY = Cohort(Between(column="AGE", low=65))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "inputs",
    [
        {"survival_tab": "Endpoint table"},
        {"survival_tab": "All endpoints", "survival_view": "Difference"},
        {"survival_tab": "Comparisons", "survival_view": "Cumulative hazard"},
        {"survival_tab": "Regression", "survival_view": "Hazard"},
        {"survival_tab": "Regression", "survival_model_check": "Proportional hazards"},
        {"survival_tab": "Regression", "survival_model_check": "Residuals"},
        {"survival_tab": "Subgroups", "survival_view": "Log-minus-log"},
        {"survival_tab": "Parametric"},
        {"survival_tab": "Competing risks", "survival_endpoint": "PFS"},
        {"survival_tab": "Recurrent events"},
    ],
    ids=lambda inputs: ", ".join(inputs.values()),
)
def test_every_result_of_a_tab_is_made_again(inputs: dict[str, Any]) -> None:
    drawn = assert_made_again("survival", inputs=inputs)
    above = 3  # the estimand, how times ended, and the curves
    assert len(drawn.cards) > above
    assert len({card.name for card in drawn.cards}) == len(drawn.cards)
    for card in drawn.cards:
        assert any(", data cut " in note for note in card.notes), card.name


@pytest.mark.usefixtures("home")
def test_several_arms_are_compared_again() -> None:
    assert_made_again("survival", study="EQX-201", inputs={"survival_tab": "Comparisons"})


@pytest.mark.usefixtures("home")
def test_cohorts_are_compared_again() -> None:
    inputs = {"survival_tab": "Comparisons", "survival_compared": "cohorts", "cohort": ELDERLY}
    assert_made_again("survival", inputs=inputs)


@pytest.mark.parametrize("tab", ["Parametric", "Competing risks"])
def test_a_blinded_reader_has_no_arm_in_a_script(home: Path, tab: str) -> None:
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", "somebody", "test")
    inputs = {"survival_tab": tab, "survival_endpoint": "PFS"}
    drawn = draw_page("survival", study="EQX-301", inputs=inputs)
    assert len(drawn.cards) > 3
    for card in drawn.cards:
        assert not what_differs(card)
        assert "pooled=True" in str(card.script)
        assert "Placebo" not in str(card.script)
        assert "mg" not in str(card.script)
