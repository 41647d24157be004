"""Smoothed hazards against the formulas in R, lifelines inside the boundaries, and the truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lifelines import NelsonAalenFitter
from scipy.integrate import quad

from analytics.checks import InputError, NotEstimableError
from analytics.survival import SurvivalCounts, smooth_hazard
from analytics.survival.smoothed_hazard import boundary_kernel
from tests.analytics.survival.oracle_data import agree, cases, counts, oracle_table, subjects

TABLE = oracle_table("smoothed_hazard")


@pytest.mark.parametrize("case", cases(TABLE, "data", "bandwidth", "until"))
def test_agrees_with_the_reference(case: Any) -> None:
    rows = TABLE[TABLE["case"] == case.case]
    result = smooth_hazard(
        counts(case.data, None),
        bandwidth=case.bandwidth,
        until=case.until,
        times=rows["at"].unique(),
    )
    found = result.table.fillna({"std_err": 0.0}).set_index(["arm", "time"])
    agree(rows, lambda row: found.loc[(str(row.arm), row.at), row.quantity])


def test_is_that_of_lifelines_away_from_the_boundaries() -> None:
    rows = subjects("veteran", None)
    theirs = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(rows["time"], rows["event"])
    expected = theirs.smoothed_hazard_(bandwidth=50).iloc[:, 0]
    inside = expected[(expected.index > 50) & (expected.index < 250)]
    data = SurvivalCounts.from_subjects(rows["time"], rows["event"])
    result = smooth_hazard(data, bandwidth=50, until=300, times=inside.index)
    np.testing.assert_allclose(result.table["hazard"], inside, rtol=1e-10)


@pytest.mark.parametrize("q", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_the_kernel_keeps_levels_and_slopes(q: float) -> None:
    def moment(power: int) -> float:
        return quad(lambda z: z**power * float(boundary_kernel(z, q)), -1, q)[0]

    assert moment(0) == pytest.approx(1)
    assert moment(1) == pytest.approx(0, abs=1e-12)
    assert boundary_kernel(np.array([-1.01, q + 0.01]), q).tolist() == [0, 0]


def test_a_constant_hazard_is_found_everywhere() -> None:
    times = np.random.default_rng(20260331).exponential(10, 20000)
    data = SurvivalCounts.from_subjects(np.minimum(times, 20), times < 20)
    table = smooth_hazard(data, until=20, bandwidth=4).table
    assert table["hazard"].between(0.08, 0.12).all()
    covered = (table["lower"] <= 0.1) & (table["upper"] >= 0.1)
    assert covered.mean() > 0.8


def test_the_default_bandwidth_and_end_are_stated() -> None:
    data = SurvivalCounts.from_subjects(range(1, 33), [1] * 32)
    result = smooth_hazard(data)
    assert result.until == 23  # 10 are still at risk
    assert result.bandwidth == pytest.approx(23 / 2 * 32**-0.2)
    few = smooth_hazard(SurvivalCounts.from_subjects([1, 2, 3], [1, 1, 0]))
    assert few.until == 3


def test_no_event_within_reach_is_not_estimable() -> None:
    data = SurvivalCounts.from_subjects([1, 50, 100], [1, 0, 0])
    table = smooth_hazard(data, bandwidth=5, until=100, times=[50]).table
    assert table["hazard"].tolist() == [0]
    assert table[["std_err", "lower", "upper"]].isna().all(axis=None)


def test_refusals() -> None:
    data = SurvivalCounts.from_subjects([1, 2, 3, 4], [1, 1, 1, 0])
    with pytest.raises(InputError, match=r"0 < bandwidth <= until / 2.*bandwidth=3.0, until=4.0"):
        smooth_hazard(data, bandwidth=3)
    with pytest.raises(InputError, match="0 < until < infinity"):
        smooth_hazard(data, until=0)
    with pytest.raises(InputError, match="times are from 0 to until"):
        smooth_hazard(data, times=[5])
    with pytest.raises(InputError, match="0 < confidence_level < 1"):
        smooth_hazard(data, confidence_level=0)
    with pytest.raises(NotEstimableError, match=r"up to 9 is not estimable: .* followed to 4"):
        smooth_hazard(data, until=9)
    with pytest.raises(NotEstimableError, match="there are none"):
        smooth_hazard(SurvivalCounts.from_subjects([1, 2], [0, 0]))
