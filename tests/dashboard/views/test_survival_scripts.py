"""What the Survival page shows is made again by its scripts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dashboard.views.made_again import assert_made_again


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
        {"survival_tab": "Competing risks"},
        {"survival_tab": "Recurrent events"},
    ],
    ids=lambda inputs: ", ".join(inputs.values()),
)
def test_every_result_of_a_tab_is_made_again(inputs: dict[str, Any]) -> None:
    assert_made_again("survival", inputs=inputs)
