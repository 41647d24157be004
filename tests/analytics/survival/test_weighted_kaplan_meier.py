"""Weighted curves and robust standard errors against R."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError
from analytics.survival import fit_kaplan_meier, fit_weighted_kaplan_meier
from tests.analytics.survival.oracle_data import (
    ORACLES,
    agree,
    cases,
    counts,
    oracle_table,
    subjects,
)

TABLE = oracle_table("weighted_kaplan_meier")


@pytest.mark.parametrize("case", cases(TABLE, "data", "weight", "interval"))
def test_agrees_with_the_reference(case: Any) -> None:
    rows = subjects(case.data, None)
    weights = pd.read_csv(ORACLES / "data" / f"{case.data}.csv").eval(case.weight)
    result = fit_weighted_kaplan_meier(
        rows["time"],
        rows["event"],
        weights=weights,
        arms=rows["arm"].tolist(),
        interval=case.interval,
    )
    expected = TABLE[TABLE["case"] == case.case]
    found = pd.concat([result.landmark(time) for time in expected["at"].unique()])
    found = found.set_index(["arm", "time"])
    agree(expected, lambda row: found.loc[(str(row.arm), row.at), row.quantity])


@pytest.mark.parametrize("data", ["aml", "veteran", "rotterdam"])
def test_equal_weights_without_ties_are_greenwood(data: str) -> None:
    rows = subjects(data, None)
    result = fit_weighted_kaplan_meier(
        rows["time"], rows["event"], weights=np.full(len(rows), 2.5), arms=rows["arm"].tolist()
    )
    usual = fit_kaplan_meier(counts(data, None))
    for curve in usual.curves:
        own = result.table[result.table["arm"] == curve.arm]
        np.testing.assert_allclose(own["survival"], curve.table["survival"], atol=1e-12)
        np.testing.assert_allclose(own["std_err"], curve.table["std_err"], rtol=1e-10)
        np.testing.assert_allclose(own["at_risk"], 2.5 * curve.table["at_risk"], rtol=1e-12)
    ours = result.quantile(0.5).set_index("arm")
    for arm, estimate in usual.quantile(0.5)[["arm", "estimate"]].itertuples(index=False):
        assert ours.loc[arm, "estimate"] == pytest.approx(estimate, nan_ok=True)


def test_scale_of_the_weights_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    times, events, weights = rng.integers(1, 20, 50), rng.integers(0, 2, 50), rng.uniform(1, 3, 50)
    one, other = (
        fit_weighted_kaplan_meier(times, events, weights=scale * weights).table
        for scale in (1, 1000)
    )
    for name in ("survival", "std_err", "lower", "upper"):
        np.testing.assert_allclose(one[name], other[name], rtol=1e-9)


def test_influence_is_the_derivative_by_the_weight() -> None:
    times, events = [1, 2, 2, 3, 4, 6], [1, 1, 0, 1, 0, 1]
    weights = np.array([0.5, 1.2, 2.0, 0.7, 1.1, 0.9])

    def survival(each: np.ndarray) -> float:
        return fit_weighted_kaplan_meier(times, events, weights=each).landmark(3)["survival"][0]

    step = 1e-6
    slopes = [
        (survival(weights + step * unit) - survival(weights - step * unit)) / (2 * step)
        for unit in np.eye(6)
    ]
    std_err = fit_weighted_kaplan_meier(times, events, weights=weights).landmark(3)["std_err"][0]
    assert std_err == pytest.approx(np.sqrt(((weights * slopes) ** 2).sum()), rel=1e-8)


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ([1, 0], r"weights are > 0 and finite.*weights=\(0.0,\)"),
        ([1, -2], "weights are > 0"),
        ([1, np.nan], "weights are > 0"),
        ([1, np.inf], "weights are > 0 and finite"),
        ([1], "one weight per subject"),
    ],
)
def test_refuses_weights(weights: list[float], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        fit_weighted_kaplan_meier([1, 2], [1, 1], weights=weights)


def test_checks_times_and_events_as_the_counts_do() -> None:
    with pytest.raises(InputError, match="times are finite and >= 0"):
        fit_weighted_kaplan_meier([-1, 2], [1, 1], weights=[1, 1])
    with pytest.raises(InputError, match="events are 0 or 1"):
        fit_weighted_kaplan_meier([1, 2], [1, 2], weights=[1, 1])
    result = fit_weighted_kaplan_meier([1, 2], [1, 0], weights=[1, 2])
    with pytest.raises(InputError, match="0 <= time < infinity"):
        result.landmark(-1)
    with pytest.raises(InputError, match="0 < p < 1"):
        result.quantile(1)
