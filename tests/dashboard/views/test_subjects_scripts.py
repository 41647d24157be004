"""What the Subjects page shows is made again by its scripts."""

from __future__ import annotations

from typing import Any

import pytest

from queries.cohorts import Cohort, OneOf
from tests.dashboard.views.made_again import assert_made_again
from tests.dashboard.views.test_subjects_page import SICK

WOMEN = Cohort(OneOf(column="SEX", values=("F",)))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "inputs",
    [
        {"cohort": WOMEN, "subject_search": "102-00", "subject_order": "AGE"},
        {"subject_opened": SICK, "subject_multiples": True},
    ],
    ids=["listing", "profile"],
)
def test_every_result_is_made_again(inputs: dict[str, Any]) -> None:
    assert_made_again("subjects", inputs=inputs)
