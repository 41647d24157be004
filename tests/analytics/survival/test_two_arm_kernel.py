"""The fast statistic is that of the checked test."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import NotEstimableError
from analytics.survival import SurvivalCounts, logrank_z, test_logrank
from tests.analytics.survival.oracle_data import subjects

SUBJECTS = st.lists(
    st.tuples(st.integers(0, 9), st.booleans(), st.booleans()), min_size=2, max_size=30
).filter(lambda rows: len({arm for *_, arm in rows}) == 2)


@settings(max_examples=150, deadline=None)
@given(SUBJECTS)
def test_is_the_z_of_the_logrank_test(rows: list[tuple[int, bool, bool]]) -> None:
    time, event, experimental = (np.array(each) for each in zip(*rows, strict=True))
    data = SurvivalCounts.from_subjects(time, event, arms=np.where(experimental, "B", "A").tolist())
    try:
        expected = test_logrank(data).z
    except NotEstimableError:
        with pytest.raises(NotEstimableError, match="leaves anything to chance"):
            logrank_z(time.astype(float), event, experimental)
        return
    found = logrank_z(time.astype(float), event, experimental)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-10)


@pytest.mark.parametrize("data", ["veteran", "rotterdam", "time_zero", "colon_two_arms"])
def test_on_real_data(data: str) -> None:
    rows = subjects(data, None)
    arms = sorted(rows["arm"].unique())
    counted = SurvivalCounts.from_subjects(rows["time"], rows["event"], arms=rows["arm"].tolist())
    found = logrank_z(
        rows["time"].to_numpy(), rows["event"].to_numpy(bool), (rows["arm"] == arms[1]).to_numpy()
    )
    assert found == pytest.approx(test_logrank(counted).z, rel=1e-10)
