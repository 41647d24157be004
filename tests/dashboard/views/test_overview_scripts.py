"""What the Overview shows is made again by its scripts."""

from __future__ import annotations

import pytest

from tests.dashboard.views.made_again import assert_made_again


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("study", ["EQX-301", "GBSG2"])
def test_every_result_of_the_overview_is_made_again(study: str) -> None:
    assert_made_again("overview", study=study)
