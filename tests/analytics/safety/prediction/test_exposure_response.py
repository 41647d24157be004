"""Dose curves against R, closed forms and doses whose risks are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result, same
from analytics.safety.prediction.data import CENSORED, EVENT, Floats, RiskData
from analytics.safety.prediction.dose_curves import CURVES, Emax
from analytics.safety.prediction.dose_likelihood import DoseLikelihood
from analytics.safety.prediction.exposure_response import ExposureResponse
from tests.analytics.safety.prediction.simulated import oracle_data
from tests.analytics.survival.oracle_data import agree, oracle_table
from tests.invariants import check_ordered, check_probabilities

EXPECTED = oracle_table("prediction_models")
DOSES = np.array([0.0, 50.0, 100.0, 200.0])


def _data(n: int, rng: np.random.Generator, *, censored: bool) -> RiskData:
    """Emax from 0.1 towards 0.6 with ED50 60, and an older age that doubles the odds."""
    dose, old = rng.choice(DOSES, n), rng.random(n) < 0.5
    odds = logit(0.1 + 0.5 * dose / (60 + dose)) + np.log(2) * (old - 0.5)
    happens = rng.random(n) < expit(odds)
    day = np.where(happens, np.ceil(rng.uniform(0, 90, n)), 200)
    lost = np.ceil(rng.uniform(0, 250, n)) if censored else np.full(n, 201)
    return RiskData(
        subjects=[f"S{k}" for k in range(n)],
        predictors=pd.DataFrame({"DOSE": dose, "OLD": np.where(old, "Y", "N")}),
        days=np.minimum(day, lost),
        cause=np.where((day <= lost) & happens, EVENT, CENSORED),
    )


def _truth(dose: Floats) -> Floats:
    return 0.1 + 0.5 * dose / (60 + dose)


@pytest.mark.parametrize("curve", ["logistic", "emax"])
def test_agrees_with_r(curve: str) -> None:
    fitted = ExposureResponse(dose="DOSE", curve=curve).fit(oracle_data(), days=60)
    table = fitted.risks([0, 25, 100, 200]).table.set_index("dose")

    def found(row: object) -> float:
        what, _, dose = row.quantity.partition(" ")  # type: ignore[attr-defined]
        return float(table.loc[float(dose), what]) if dose else fitted.estimates[what]

    agree(EXPECTED[EXPECTED["case"] == curve], found)
    assert not fitted.at_bound


@pytest.mark.parametrize("censored", [False, True])
def test_known_risks_are_found(censored: bool) -> None:
    data = _data(20_000, np.random.default_rng(7), censored=censored)
    fitted = ExposureResponse(dose="DOSE", curve="emax").fit(data, days=100)
    table = fitted.risks(DOSES).table
    # The average over ages is a little nearer to a half than the risk at the average age.
    assert table["risk"].to_numpy() == pytest.approx(_truth(DOSES), abs=0.02)
    assert table["upper"].sub(table["lower"]).max() < 0.05


def test_a_profile_has_its_own_curve() -> None:
    data = _data(20_000, np.random.default_rng(7), censored=True)
    model = ExposureResponse(dose="DOSE", curve="emax", adjust=("OLD",))
    fitted = model.fit(data, days=100)
    old = fitted.risks(DOSES, profile=pd.DataFrame({"OLD": ["Y"]})).table["risk"]
    young = fitted.risks(DOSES, profile=pd.DataFrame({"OLD": ["N"]})).table["risk"]
    assert (logit(old) - logit(young)).tolist() == pytest.approx([np.log(2)] * 4, abs=0.1)
    average = fitted.risks(DOSES).table["risk"].to_numpy()
    assert average == pytest.approx(_truth(DOSES), abs=0.015)
    unknown = fitted.risks(DOSES, profile=pd.DataFrame({"OLD": [None]})).table["risk"]
    assert unknown.tolist() == average.tolist()


@pytest.mark.slow
def test_bands_cover() -> None:
    rng, inside = np.random.default_rng(20), []
    for _ in range(200):
        fitted = ExposureResponse(dose="DOSE", curve="emax", adjust=("OLD",)).fit(
            _data(400, rng, censored=True), days=100
        )
        table = fitted.risks(DOSES).table
        inside.append((table["lower"] <= _truth(DOSES)) & (_truth(DOSES) <= table["upper"]))
    # 0.95 within four Monte-Carlo standard errors of 0.0154, and a little for the large sample.
    assert np.mean(inside, axis=0) == pytest.approx(0.95, abs=0.065)


def test_two_doses_without_censoring_are_two_proportions() -> None:
    dose = np.repeat([0.0, 10.0], 50)
    happens = np.tile(np.arange(50), 2) < np.repeat([10, 25], 50)
    data = RiskData(
        subjects=[f"S{k}" for k in range(100)],
        predictors=pd.DataFrame({"DOSE": dose}),
        days=np.where(happens, 10, 50),
        cause=happens.astype(int),
    )
    table = ExposureResponse(dose="DOSE").fit(data, days=40).risks([0, 10]).table
    half = 1.959964 * np.sqrt(1 / (50 * 0.2 * 0.8))
    assert table["risk"].tolist() == pytest.approx([0.2, 0.5], abs=1e-5)
    limits = expit(logit(0.2) + np.array([-half, half]))
    assert table.loc[0, ["lower", "upper"]].tolist() == pytest.approx(limits, abs=1e-4)


def test_a_straight_rise_runs_into_the_bound() -> None:
    dose = np.repeat([0.0, 1.0, 2.0], 100)
    happens = np.tile(np.arange(100), 3) < np.repeat([10, 30, 50], 100)
    data = RiskData(
        subjects=[f"S{k}" for k in range(300)],
        predictors=pd.DataFrame({"DOSE": dose}),
        days=np.where(happens, 10, 50),
        cause=happens.astype(int),
    )
    fitted = ExposureResponse(dose="DOSE", curve="emax").fit(data, days=40)
    assert fitted.at_bound
    assert fitted.estimates["Einf"] == pytest.approx(1.0, abs=1e-5)
    table = fitted.risks([0, 1, 2]).table
    check_ordered(table["lower"], table["risk"], table["upper"])


def test_no_effect_of_dose() -> None:
    rng = np.random.default_rng(1)
    data = RiskData(
        subjects=[f"S{k}" for k in range(800)],
        predictors=pd.DataFrame({"DOSE": rng.choice(DOSES, 800)}),
        days=rng.uniform(1, 100, 800),
        cause=(rng.random(800) < 0.5).astype(int),
    )
    for curve in CURVES:
        table = ExposureResponse(dose="DOSE", curve=curve).fit(data, days=50).risks(DOSES).table
        check_probabilities(table[["risk", "lower", "upper"]])
        check_ordered(table["lower"], table["risk"], table["upper"])
        assert table["upper"].min() > table["lower"].max()


@pytest.mark.parametrize("dose", [200.1, np.inf])
def test_outside_the_doses_there_is_no_risk(dose: float) -> None:
    fitted = ExposureResponse(dose="DOSE").fit(oracle_data(), days=60)
    with pytest.raises(NotEstimableError, match="doses from 0 to 200 were given"):
        fitted.risks([50, dose])


@pytest.mark.parametrize("dose", [-1.0, np.nan])
def test_a_dose_is_a_number_from_0(dose: float) -> None:
    fitted = ExposureResponse(dose="DOSE").fit(oracle_data(), days=60)
    with pytest.raises(InputError, match="dose >= 0"):
        fitted.risks([50, dose], extrapolate=True)


def test_who_has_no_dose_is_counted() -> None:
    data = oracle_data()
    dose = data.predictors["DOSE"].where(np.arange(len(data)) >= 30)
    some = RiskData(
        subjects=data.subjects,
        predictors=data.predictors.assign(DOSE=dose),
        days=data.days,
        cause=data.cause,
    )
    fitted = ExposureResponse(dose="DOSE").fit(some, days=60)
    assert (fitted.left_out, fitted.subjects) == (30, len(data) - 30)
    assert fitted.doses == (0.0, 50.0, 100.0, 200.0)
    known = (data.cause == EVENT) & (data.days <= 60) & dose.notna().to_numpy()
    assert fitted.events == known.sum()


def test_better_curve_has_the_higher_likelihood() -> None:
    data = _data(5000, np.random.default_rng(3), censored=False)
    line, curve = (ExposureResponse(dose="DOSE", curve=name).fit(data, days=100) for name in CURVES)
    assert curve.log_likelihood > line.log_likelihood


def test_slopes_are_those_of_the_loss() -> None:
    rng = np.random.default_rng(3)
    likelihood = DoseLikelihood(
        shape=Emax(highest=200.0),
        dose=rng.choice(DOSES, 40),
        covariates=rng.normal(size=(40, 2)),
        happened=(rng.random(40) < 0.4).astype(float),
        weight=rng.uniform(1, 2, 40),
        penalty=0.7,
    )
    at = np.array([-1.5, 0.4, -1.0, 0.3, -0.2])
    _, slopes = likelihood.loss(at)
    steps = 1e-6 * np.eye(5)
    numeric = [(likelihood.loss(at + h)[0] - likelihood.loss(at - h)[0]) / 2e-6 for h in steps]
    assert slopes == pytest.approx(numeric, abs=1e-5)


def test_results_are_taken_away_and_the_model_rebuilt() -> None:
    model = ExposureResponse(dose="DOSE", adjust=("AGE",))
    fitted = model.fit(oracle_data(), days=60)
    found = fitted.risks([0, 100], profile=pd.DataFrame({"AGE": [60.0]}))
    assert same(Result.from_json(found.to_json()), found)
    assert eval(repr(model)) == model


def test_what_cannot_be_fitted_is_told() -> None:
    data = oracle_data()

    def with_dose(dose: object, cause: object = data.cause) -> RiskData:
        predictors = data.predictors.assign(DOSE=dose)
        return RiskData(subjects=data.subjects, predictors=predictors, days=data.days, cause=cause)  # type: ignore[arg-type]

    model = ExposureResponse(dose="DOSE", curve="emax")
    with pytest.raises(NotEstimableError, match="Emax takes 3 different doses or more, and 2 were"):
        model.fit(with_dose(data.predictors["DOSE"].clip(upper=50)), days=60)
    with pytest.raises(NotEstimableError, match="and 1 was given"):
        ExposureResponse(dose="DOSE").fit(with_dose(10.0), days=60)
    with pytest.raises(NotEstimableError, match="has the event by day 60"):
        model.fit(with_dose(data.predictors["DOSE"], np.zeros(480, int)), days=60)
    with pytest.raises(NotEstimableError, match="everybody whose status is known"):
        model.fit(with_dose(data.predictors["DOSE"], np.ones(480, int)), days=200)
    with pytest.raises(InputError, match="dose >= 0"):
        model.fit(with_dose(-1.0), days=60)
    with pytest.raises(InputError, match="missing="):
        ExposureResponse(dose="AMOUNT").fit(data, days=60)


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"curve": "probit"}, "curve in"),
        ({"penalty": -1.0}, "penalty >= 0"),
        ({"confidence_level": 1.0}, "confidence_level < 1"),
        ({"adjust": ("DOSE",)}, "not adjusted for itself"),
    ],
)
def test_settings_are_checked(more: dict[str, object], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        ExposureResponse(dose="DOSE", **more)  # type: ignore[arg-type]
