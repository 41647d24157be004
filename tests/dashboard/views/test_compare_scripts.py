"""What the Compare page shows is made again by its scripts."""

from __future__ import annotations

from typing import Any

import pytest

from queries.cohorts import Cohort, OneOf
from tests.dashboard.views.made_again import assert_made_again
from tests.dashboard.views.test_compare_page import BALANCE, DISTRIBUTIONS, OVERLAP, TABLE

WOMEN = Cohort(OneOf(column="SEX", values=("F",)))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "inputs",
    [
        {"compare_tab": TABLE, "compare_p_values": True},
        {"compare_tab": BALANCE},
        {"compare_tab": OVERLAP, "cohort": WOMEN, "compare_by_levels": "cohorts"},
        {"compare_tab": DISTRIBUTIONS, "compare_shown": "SEX"},
        {"compare_tab": DISTRIBUTIONS, "compare_shown": "AGE"},
        {"compare_tab": DISTRIBUTIONS, "compare_shown": "AGE", "compare_drawing": "outlines"},
    ],
    ids=["table", "balance", "overlap", "shares", "boxes", "outlines"],
)
def test_every_result_of_a_tab_is_made_again(inputs: dict[str, Any]) -> None:
    assert_made_again("compare", inputs=inputs)
