"""The proportional-hazards test against R, its level, and its figure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError
from analytics.results import same
from analytics.survival.regression import (
    Numeric,
    ProportionalHazards,
    check_proportional_hazards,
    fit_cox,
)
from tests.analytics.survival.regression.oracle_models import (
    fitted,
    follow_up,
    oracle_table,
)
from tests.analytics.survival.regression.small_trials import TERMS, trial, trial_follow_up

TABLE = oracle_table("cox_proportional_hazards")
FITS = TABLE[["case", "transform"]].drop_duplicates()


@pytest.mark.parametrize(("case", "transform"), FITS.to_numpy().tolist())
def test_agrees_with_the_reference(case: str, transform: str) -> None:
    found = check_proportional_hazards(fitted(case), follow_up(case), transform=transform)
    own = TABLE[(TABLE["case"] == case) & (TABLE["transform"] == transform)]
    for row in own.itertuples():
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=1e-10)
        assert _found(found, row) == expected, f"{row.term} {row.quantity}"


def _found(found: ProportionalHazards, row: tuple) -> float:
    if row.quantity == "sum of squares":
        own = found.residuals[found.residuals["covariate"] == row.term]
        return float((own["residual"] ** 2).sum())
    if row.quantity.startswith("smooth"):
        own = found.smooth[found.smooth["covariate"] == row.term]
        return float(own["estimate"].iloc[0 if row.quantity.endswith("first") else -1])
    return found.table.set_index("term").loc[row.term, row.quantity]


def test_a_factor_is_tested_as_one() -> None:
    table = check_proportional_hazards(fitted("veteran_factor"), follow_up("veteran_factor")).table
    assert table["term"].tolist() == ["celltype", "karno", "arm", "arm × karno", "GLOBAL"]
    assert table["degrees_of_freedom"].tolist() == [3, 1, 1, 1, 6]


def test_the_unit_of_time_makes_no_difference() -> None:
    weeks = trial(days=trial()["days"] / 7)
    for transform in ("km", "identity", "rank"):
        tables = []
        for rows in (trial(), weeks):
            data = trial_follow_up(rows)
            found = check_proportional_hazards(fit_cox(data, TERMS), data, transform=transform)
            tables.append(found.table["statistic"])
        np.testing.assert_allclose(*tables, rtol=1e-8)


def test_residuals_average_to_the_coefficient() -> None:
    fit, data = fitted("veteran_efron"), follow_up("veteran_efron")
    found = check_proportional_hazards(fit, data)
    means = found.residuals.groupby("covariate", sort=False)["residual"].mean()
    np.testing.assert_allclose(means, fit.coefficients, rtol=1e-8)
    assert (found.smooth["lower"] < found.smooth["upper"]).all()
    assert found.smooth["transformed_time"].iloc[[0, 39]].tolist() == [
        found.residuals["transformed_time"].min(),
        found.residuals["transformed_time"].max(),
    ]


@pytest.mark.slow
def test_the_level_is_kept_and_a_trend_is_found() -> None:
    rng = np.random.default_rng(11)
    rejected = {0.0: 0, 1.5: 0}
    repeats = 400
    for trend in rejected:
        for _ in range(repeats):
            arm = np.tile([0.0, 1.0], 100)
            # with a trend the arms' hazards cross at half a year
            early = rng.exponential(np.exp(arm * trend))
            late = 0.5 + rng.exponential(np.exp(-arm * trend))
            days = np.where(early < 0.5, early, late)
            data = trial_follow_up(pd.DataFrame({"days": days, "died": 1, "arm": arm}))
            found = check_proportional_hazards(fit_cox(data, [Numeric("arm")]), data)
            rejected[trend] += found.table["p_value"].iloc[0] < 0.05
    margin = 4 * np.sqrt(0.05 * 0.95 / repeats)
    assert abs(rejected[0.0] / repeats - 0.05) < margin
    assert rejected[1.5] / repeats > 0.95


def test_few_event_times_still_make_a_figure() -> None:
    data = trial_follow_up(trial(days=[1, 1, 2, 2, 3, 3] * 2))
    found = check_proportional_hazards(fit_cox(data, TERMS), data)
    assert found.smooth[["estimate", "lower", "upper"]].notna().all(axis=None)


def test_survives_the_wire_and_refuses() -> None:
    data = trial_follow_up()
    fit = fit_cox(data, TERMS)
    found = check_proportional_hazards(fit, data)
    assert same(ProportionalHazards.from_json(found.to_json()), found)
    with pytest.raises(InputError, match="transform in"):
        check_proportional_hazards(fit, data, transform="sqrt")
    with pytest.raises(InputError, match="0 < confidence_level < 1"):
        check_proportional_hazards(fit, data, confidence_level=0)
    zero = trial_follow_up(trial(days=trial()["days"] - 1))
    with pytest.raises(InputError, match="with transform 'log', events are later than 0"):
        check_proportional_hazards(fit_cox(zero, TERMS), zero, transform="log")
