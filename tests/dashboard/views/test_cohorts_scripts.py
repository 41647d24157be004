"""What the Cohorts page shows is made again by its scripts."""

from __future__ import annotations

import pytest

from queries.cohorts import AllOf, AnyRecord, Between, Cohort, OneOf
from tests.dashboard.views.made_again import assert_made_again

ELDERLY = Cohort(
    AllOf(
        (
            Between(column="AGE", low=65),
            OneOf(column="SEX", values=("F",)),
            AnyRecord(dataset="adae", where=OneOf(column="AESER", values=("Y",))),
        )
    )
)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("tab", [":material/tune: Explore", ":material/account_tree: Flow"])
def test_every_result_of_a_tab_is_made_again(tab: str) -> None:
    assert_made_again("cohorts", inputs={"cohort_tab": tab, "cohort": ELDERLY})
