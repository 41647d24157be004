"""The utility of doses: closed forms on straight lines, bands, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.checks import InputError
from analytics.dosing.response import (
    DoseEstimates,
    DoseResponseFit,
    Tradeoff,
    UtilityCurve,
    fit_dose_response,
    utility_curve,
)
from analytics.results import same
from tests.analytics.dosing.response.oracle_shapes import BIOM_DOSES, biom


def fitted(means: np.ndarray, family: str, variance: float = 0.01) -> DoseResponseFit:
    """Through given means."""
    estimates = DoseEstimates(
        doses=BIOM_DOSES,
        estimates=tuple(means.tolist()),
        covariance=tuple(map(tuple, (variance * np.eye(5)).tolist())),
    )
    return fit_dose_response(estimates, family)


DOSES = np.array(BIOM_DOSES)
RISING, HARM = fitted(2 * DOSES - DOSES**2, "quadratic"), fitted(3 + 0.8 * DOSES, "linear")


def test_the_best_dose_is_where_the_slopes_are_equal() -> None:
    """2 - 2 d = 2 x 0.5 at d = 0.5."""
    weights = Tradeoff(benefit_weight=1, harm_weight=1.25)
    found = utility_curve(RISING, HARM, weights, doses=np.linspace(0, 1, 1001), draws=400)
    assert found.best_dose == pytest.approx(0.5, abs=1e-3)
    assert found.best_utility == pytest.approx(0.25, abs=1e-6)
    assert found.best_lower < 0.5 < found.best_upper
    assert found.table["highest_share"].sum() == pytest.approx(1)
    assert found.table.loc[0, "utility"] == 0


@pytest.mark.parametrize("correlation", [-0.8, 0.0, 0.8])
def test_the_band_of_lines_is_known(correlation: float) -> None:
    """Both slopes are normal, and so is their difference."""
    good, bad = fitted(1.5 * DOSES, "linear"), fitted(DOSES, "linear")
    found = utility_curve(
        good, bad, Tradeoff(), doses=[0, 1], correlation=correlation, draws=20_000
    ).table.iloc[1]
    spread = good.std_err[1] * np.sqrt(2 - 2 * correlation)
    assert found["utility"] == pytest.approx(0.5)
    assert found["lower"] == pytest.approx(0.5 - 1.96 * spread, abs=0.05 * spread + 1e-9)
    assert found["upper"] == pytest.approx(0.5 + 1.96 * spread, abs=0.05 * spread + 1e-9)


def test_a_harmful_drug_is_best_not_given() -> None:
    found = utility_curve(HARM, HARM, Tradeoff(harm_weight=3), draws=200)
    assert found.best_dose == 0
    assert found.best_utility == 0
    none = utility_curve(HARM, HARM, Tradeoff(harm_weight=0), draws=200)
    assert none.best_dose == 1.0
    assert none.beneficial == 1.0


def test_log_odds_are_weighed_as_probabilities() -> None:
    good, bad = fitted(-1 - 0.7 * DOSES, "linear"), fitted(-3 + DOSES, "linear")
    weights = Tradeoff(
        benefit_direction="decrease", efficacy_scale="probability", safety_scale="probability"
    )
    last = utility_curve(good, bad, weights, draws=100).table.iloc[-1]

    def probability(value: float) -> float:
        return float(1 / (1 + np.exp(-value)))

    assert last["benefit"] == pytest.approx(probability(-1) - probability(-1.7))
    assert last["harm"] == pytest.approx(probability(-2) - probability(-3))
    assert last["utility"] == pytest.approx(last["benefit"] - last["harm"])


def test_a_utility_comes_back_and_the_same_from_the_same() -> None:
    first = utility_curve(RISING, HARM, Tradeoff(), draws=150, seed=4)
    assert same(first, utility_curve(RISING, HARM, Tradeoff(), draws=150, seed=4))
    assert same(UtilityCurve.from_json(first.to_json()), first)
    assert first.to_frame().equals(first.table)


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"correlation": 2}, "correlation <= 1"),
        ({"doses": [0.1, 1]}, "rise from 0"),
        ({"doses": [0, 3]}, "within those of the trial"),
        ({"draws": 3}, "draws >= 100"),
        ({"level": 2}, "level < 1"),
    ],
)
def test_utilities_that_cannot_be(arguments: dict[str, object], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        utility_curve(RISING, HARM, Tradeoff(), **arguments)  # type: ignore[arg-type]


def test_tradeoffs_that_cannot_be() -> None:
    with pytest.raises(InputError, match="benefit_weight > 0"):
        Tradeoff(benefit_weight=0)
    with pytest.raises(InputError, match="harm_weight >= 0"):
        Tradeoff(harm_weight=float("nan"))
    with pytest.raises(InputError, match="scales in"):
        Tradeoff(safety_scale="odds")
    with pytest.raises(InputError, match="direction in"):
        Tradeoff(benefit_direction="up")
    other = fit_dose_response(DoseEstimates.from_counts([0, 1, 2], [5, 9, 12], [40] * 3), "linear")
    with pytest.raises(InputError, match="same doses"):
        utility_curve(fit_dose_response(biom(), "linear"), other, Tradeoff())
