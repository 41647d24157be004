"""Choice among families, and their average."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.dosing.response import (
    FAMILIES,
    AveragedCurve,
    DoseEstimates,
    DoseResponseFits,
    average_curves,
    estimate_target_dose,
    fit_families,
)
from analytics.results import same
from tests.analytics.dosing.response.oracle_shapes import biom, general, table


def test_weights_are_those_of_the_published_criteria() -> None:
    aic = table("fits").query("quantity == 'aic'").set_index("family")["expected"]
    fits = fit_families(biom(), list(aic.index))
    raw = np.exp(-(aic - aic.min()) / 2)
    np.testing.assert_allclose(fits.weights, raw / raw.sum(), atol=1e-3)
    assert fits.best.family == aic.idxmin()
    assert sum(fits.weights) == pytest.approx(1)


def test_families_with_too_many_parameters_are_left_out() -> None:
    three = DoseEstimates.from_counts([0, 1, 2], [5, 9, 12], [40] * 3)
    fits = fit_families(three, list(FAMILIES))
    assert fits.left_out == ("sigmoid-emax", "logistic", "beta")
    two = DoseEstimates.from_counts([0, 1], [5, 9], [40] * 2)
    with pytest.raises(NotEstimableError, match="No curve can be fitted to 2 doses"):
        fit_families(two, ["emax"])
    with pytest.raises(InputError, match="all different"):
        fit_families(three, ["emax", "emax"])


def test_the_average_of_one_is_that_one() -> None:
    fits = fit_families(general("binary"), ["emax"])
    found = average_curves(fits, difference=1.0, draws=500)
    np.testing.assert_allclose(found.table["estimate"], fits.best.at(found.table["dose"]))
    alone = estimate_target_dose(fits.best, 1.0, draws=500)
    assert found.target_dose == pytest.approx(alone.estimate, abs=1e-4)
    assert found.target_lower == pytest.approx(alone.lower, abs=1e-3)
    assert found.target_reached == alone.reached
    assert found.shares == (1.0,)


@pytest.mark.parametrize("weighting", ["average", "select"])
def test_the_band_holds_the_curve(weighting: str) -> None:
    fits = fit_families(biom(), ["linear", "emax", "exponential", "quadratic"])
    found = average_curves(fits, weighting=weighting, draws=400, doses=[0, 0.3, 1])
    assert (found.table["lower"] < found.table["estimate"]).all()
    assert (found.table["estimate"] < found.table["upper"]).all()
    assert sum(found.shares) == pytest.approx(1)
    assert found.target_dose is None
    again = average_curves(fits, weighting=weighting, draws=400, doses=[0, 0.3, 1])
    assert same(found, again)
    assert same(AveragedCurve.from_json(found.to_json()), found)
    assert same(DoseResponseFits.from_json(fits.to_json()), fits)


def test_the_average_lies_among_its_curves() -> None:
    fits = fit_families(biom(), ["linear", "emax", "quadratic"])
    found = average_curves(fits, draws=100).table
    each = np.array([fit.at(found["dose"]) for fit in fits.fits])
    assert (found["estimate"] >= each.min(axis=0) - 1e-12).all()
    assert (found["estimate"] <= each.max(axis=0) + 1e-12).all()
    assert fits.to_frame()["weight"].sum() == pytest.approx(1)


def test_a_difference_that_the_average_does_not_reach() -> None:
    found = average_curves(fit_families(biom(), ["emax", "linear"]), difference=5.0, draws=100)
    assert found.target_dose == np.inf
    assert found.target_reached == 0


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"weighting": "best"}, "weighting in"),
        ({"level": 0}, "level < 1"),
        ({"difference": -1}, "difference > 0"),
        ({"doses": [0, 2]}, "within those of the trial"),
        ({"direction": "down"}, "direction in"),
    ],
)
def test_averages_that_cannot_be(arguments: dict[str, object], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        average_curves(fit_families(biom(), ["linear"]), **arguments)  # type: ignore[arg-type]
