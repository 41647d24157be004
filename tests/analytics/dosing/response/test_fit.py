"""Fitted curves against DoseFinding, other optimisers, and simulated trials."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analytics.checks import InputError, NotEstimableError
from analytics.dosing.response import (
    FAMILIES,
    DoseEstimates,
    DoseResponseFit,
    Shape,
    estimate_effective_dose,
    estimate_target_dose,
    fit_dose_response,
)
from analytics.dosing.response.curves import curves_at, gradients_at
from analytics.dosing.response.refits import draw_estimates, refit, standard_normals
from analytics.results import Result, same
from tests.analytics.dosing.response.oracle_shapes import BIOM_DOSES, biom, general, table


def quantity(fit: DoseResponseFit, name: str, at: float) -> float:
    """What a row of the table asks for."""
    if name in fit.names:
        return fit.parameters[fit.names.index(name)]
    if name == "mean":
        return float(fit.at(at)[0])
    if name == "effect" or name == "std_err effect":
        row = fit.curve([at], over_placebo=True).iloc[0]
        return float(row["estimate" if name == "effect" else "std_err"])
    if name.startswith("std_err"):
        return fit.std_err[fit.names.index(name.removeprefix("std_err "))]
    if name.startswith(("target_dose", "effective_dose")):
        estimate = estimate_target_dose if "target" in name else estimate_effective_dose
        found = estimate(fit, at, interval="delta")
        value = found.trial_dose if name.endswith("of_trial") else found.estimate
        assert value is not None
        return value
    return float(getattr(fit, name))


@pytest.mark.parametrize("family", table("fits")["family"].unique())
def test_least_squares_is_that_of_dosefinding(family: str) -> None:
    fit = fit_dose_response(biom(), family)
    for row in table("fits").query("family == @family").itertuples():
        found = quantity(fit, row.quantity, row.at)
        assert found == pytest.approx(row.expected, abs=row.tolerance), row
    assert fit.at_bound == (("delta",) if family == "exponential" else ())


@pytest.mark.parametrize("case", table("general")["case"].unique())
@pytest.mark.parametrize("family", list(FAMILIES))
def test_generalised_least_squares_is_that_of_dosefinding(case: str, family: str) -> None:
    rows = table("general").query("case == @case and shape == @family")
    fit = fit_dose_response(general(case), family)
    rows = rows[rows["quantity"].isin(["gaic", "mean"])]
    assert len(rows) == 5
    for row in rows.itertuples():
        found = fit.aic if row.quantity == "gaic" else float(fit.at(float(row.at))[0])
        assert found == pytest.approx(row.expected, abs=row.tolerance), row


@pytest.mark.parametrize("case", table("general")["case"].unique())
@pytest.mark.parametrize("family", ["emax", "quadratic", "exponential"])
def test_the_bootstrap_is_that_of_dosefinding(case: str, family: str) -> None:
    rows = table("general").query("case == @case and shape == @family")
    rows = rows[rows["quantity"].str.startswith("bootstrap")]
    fit = fit_dose_response(general(case), family)
    drawn, _ = refit(fit, draw_estimates(fit.estimates, standard_normals(4000, 5, seed=3)))
    assert len(rows) == 6
    for row in rows.itertuples():
        curves = curves_at(fit.kind, drawn, np.array(fit.constants), [float(row.at)])
        share = 0.025 if row.quantity.endswith("lower") else 0.975
        assert np.quantile(curves, share) == pytest.approx(row.expected, abs=row.tolerance), row


@settings(max_examples=25)
@given(
    st.sampled_from([name for name in FAMILIES if FAMILIES[name].bounds]),
    arrays(float, 5, elements=st.floats(-2, 2)),
)
def test_nothing_within_the_bounds_fits_better(family: str, values: np.ndarray) -> None:
    covariance = np.diag([0.1, 0.2, 0.1, 0.2, 0.1]) + 0.02
    estimates = DoseEstimates(
        doses=BIOM_DOSES,
        estimates=tuple(values.tolist()),
        covariance=tuple(map(tuple, covariance.tolist())),
    )
    fit = fit_dose_response(estimates, family)
    rng, inverse = np.random.default_rng(1), np.linalg.inv(covariance)
    for searched in rng.uniform(fit.bounds[:, 0], fit.bounds[:, 1], (300, len(fit.bounds))):
        columns = fit.kind.columns(BIOM_DOSES, np.array([*searched, *fit.constants]))
        design = np.column_stack([np.ones(5), columns])
        if np.linalg.matrix_rank(design) < 2:
            continue
        found = np.linalg.solve(design.T @ inverse @ design, design.T @ inverse @ values)
        rest = values - design @ found
        assert rest @ inverse @ rest >= fit.criterion - 1e-7


@given(st.sampled_from([name for name in FAMILIES if name != "linear-log"]))
def test_gradients_are_differences(family: str) -> None:
    fit = fit_dose_response(biom(), family)
    found, constants = np.array(fit.parameters), np.array(fit.constants)
    step = np.diag(1e-6 * np.maximum(np.abs(found), 1e-2))
    doses = np.array([0.0, 0.1, 0.5, 1.0])
    change = curves_at(fit.kind, found + step, constants, doses)
    change = (change - curves_at(fit.kind, found - step, constants, doses)).T
    gradient = gradients_at(fit.kind, found, constants, doses)
    np.testing.assert_allclose(gradient, change / (2 * np.diag(step)), rtol=1e-4, atol=1e-6)


def test_responses_on_the_curve_are_fitted_exactly() -> None:
    shape = Shape.of("sigmoid-emax", ed50=0.25, hill=2.5)
    means = shape.with_effect(BIOM_DOSES, placebo=0.3, effect=-0.8)
    estimates = DoseEstimates(
        doses=BIOM_DOSES,
        estimates=tuple(means.tolist()),
        covariance=tuple(map(tuple, (0.01 * np.eye(5)).tolist())),
    )
    fit = fit_dose_response(estimates, "sigmoid-emax")
    assert fit.parameters[2:] == pytest.approx((0.25, 2.5), rel=1e-4)
    assert fit.criterion < 1e-8


@pytest.mark.parametrize("change", [0.01, 100.0])
def test_the_unit_of_doses_does_not_matter(change: float) -> None:
    data = table("data")
    scaled = DoseEstimates.from_subjects(data["dose"] * change, data["response"])
    for family in FAMILIES:
        first, second = fit_dose_response(biom(), family), fit_dose_response(scaled, family)
        assert second.criterion == pytest.approx(first.criterion, abs=1e-6)
        np.testing.assert_allclose(second.at(0.3 * change), first.at(0.3), atol=1e-5)


def test_many_fits_at_once_are_the_fits_one_by_one() -> None:
    estimates = general("correlated")
    drawn = draw_estimates(estimates, standard_normals(100, 5, seed=2))[:12]
    for family in FAMILIES:
        fit = fit_dose_response(estimates, family)
        _, criterion = refit(fit, drawn)
        for values, found in zip(drawn, criterion, strict=True):
            again = DoseEstimates(
                doses=BIOM_DOSES, estimates=tuple(values), covariance=estimates.covariance
            )
            assert found == pytest.approx(fit_dose_response(again, family).criterion, abs=1e-7)


def test_the_band_covers_the_true_curve() -> None:
    """Pointwise 95% bands of an Emax curve in 200 trials."""
    true = np.array([[0.2, 0.9, 0.15]])
    means = curves_at(FAMILIES["emax"], true, np.array([]), BIOM_DOSES)[0]
    rng, covered, trials = np.random.default_rng(5), 0, 200
    covariance = tuple(map(tuple, (0.01 * np.eye(5)).tolist()))
    for _ in range(trials):
        values = means + 0.1 * rng.standard_normal(5)
        estimates = DoseEstimates(
            doses=BIOM_DOSES, estimates=tuple(values.tolist()), covariance=covariance
        )
        row = fit_dose_response(estimates, "emax").curve([0.4]).iloc[0]
        truth = 0.2 + 0.9 * 0.4 / 0.55
        covered += bool(row["lower"] <= truth <= row["upper"])
    assert abs(covered / trials - 0.95) < 4 * np.sqrt(0.95 * 0.05 / trials)


@pytest.mark.parametrize("family", ["linear", "quadratic", "beta"])
def test_fits_come_back_from_json(family: str) -> None:
    fit = fit_dose_response(biom(), family)
    assert same(Result.from_json(fit.to_json()), fit)
    assert fit.to_frame()["parameter"].tolist() == list(fit.names)
    assert fit.bic is not None
    assert fit.bic > fit.aic


def test_too_few_doses_for_a_curve() -> None:
    few = DoseEstimates.from_counts([0, 1, 2], [5, 9, 12], [40] * 3)
    with pytest.raises(
        NotEstimableError, match="sigmoid-emax curve needs 4 doses, and there are 3"
    ):
        fit_dose_response(few, "sigmoid-emax")
    assert fit_dose_response(few, "emax").bic is None


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"family": "cubic"}, "family in"),
        ({"family": "emax", "bounds": {"hill": (1, 2)}}, "bounds are of"),
        ({"family": "emax", "bounds": {"ed50": (2, 1)}}, "lower bound < upper bound"),
        ({"family": "emax", "offset": 1}, "offset is for linear-log"),
        ({"family": "linear-log", "offset": 0}, "offset > 0"),
        ({"family": "beta", "scale": 0.5}, "scale > highest dose"),
    ],
)
def test_fits_that_cannot_be(arguments: dict[str, object], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        fit_dose_response(biom(), **arguments)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="doses >= 0"):
        fit_dose_response(biom(), "linear").curve([-1.0])


def test_flat_responses_leave_parameters_undetermined() -> None:
    flat = DoseEstimates(
        doses=(0, 1, 2), estimates=(1.0, 1.0, 1.0), covariance=((1, 0, 0), (0, 1, 0), (0, 0, 1))
    )
    fit = fit_dose_response(flat, "emax")
    assert fit.std_err[2] > 1e6
    assert fit.at([0, 1]).tolist() == pytest.approx([1, 1])
