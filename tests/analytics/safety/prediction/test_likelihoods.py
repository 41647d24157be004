"""Fits against R and against the plain, slow way."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from analytics.safety.prediction.cause_specific_cox import CauseSpecificCox
from analytics.safety.prediction.data import CENSORED, COMPETING, EVENT, RiskData
from analytics.safety.prediction.discrete_hazards import DiscreteHazards
from analytics.safety.prediction.multinomial import Multinomial
from analytics.safety.prediction.periods import Periods, period_edges
from tests.analytics.safety.prediction.simulated import DAY, oracle_data, subjects
from tests.analytics.survival.oracle_data import agree, oracle_table

EXPECTED = oracle_table("prediction_models")


def test_ridge_cox_agrees_with_r() -> None:
    fitted = CauseSpecificCox(penalty=20.0).fit(oracle_data(), days=60, seed=0)
    models = {"event": fitted.event, "competing": fitted.competing}
    columns = list(fitted.encoding.columns)

    def found(row: object) -> float:
        cause, column = row.quantity.split()  # type: ignore[attr-defined]
        return float(models[cause].slopes[columns.index(column)])

    agree(EXPECTED[EXPECTED["case"] == "ridge Cox"], found)
    assert fitted.coefficients.tolist() == fitted.event.slopes.tolist()


def _long(fitted_edges: np.ndarray, data: RiskData) -> pd.DataFrame:
    """Person-period rows, one by one."""
    rows = []
    for place, (day, cause) in enumerate(zip(data.days, data.cause, strict=True)):
        for period, (start, end) in enumerate(pairwise(fitted_edges)):
            if day > start:
                inside = day <= end
                share = (day - start) / (end - start) if inside and cause == CENSORED else 1.0
                rows.append((place, period, cause if inside else CENSORED, share))
    return pd.DataFrame(rows, columns=["place", "period", "ending", "weight"])


def test_hazards_agree_with_regression_on_person_period_rows() -> None:
    data = subjects(150, np.random.default_rng(8))
    model = DiscreteHazards(penalty=3.0, periods=4, smoothing=0.7)
    fitted = model.fit(data, days=DAY, seed=0)
    x = fitted.encoding.matrix(data.predictors)
    rows = _long(fitted.edges, data)
    length = np.diff(fitted.edges)
    events = np.array([(rows["ending"] == cause).sum() for cause in (EVENT, COMPETING)])
    level = np.log(events / (rows["weight"].sum() - events.sum()))
    place, period = rows["place"].to_numpy(), rows["period"].to_numpy()

    def loss(flat: np.ndarray) -> float:
        table = flat.reshape(2, -1)
        baseline, slopes = table[:, :4], table[:, 4:]
        linear = baseline[:, period] + np.log(length / length.mean())[period] + slopes @ x[place].T
        whole = np.log(1 + np.exp(linear).sum(axis=0))
        taken = sum((rows["ending"] == 1 + k).to_numpy() * linear[k] for k in range(2))
        value = -(rows["weight"].to_numpy() * (taken - whole)).sum()
        value += 3.0 / 2 * (slopes**2).sum() + 0.7 / 2 * (np.diff(baseline, axis=1) ** 2).sum()
        return float(value + 0.01 / 2 * ((baseline - level[:, None]) ** 2).sum())

    start = fitted.likelihood.start
    best = minimize(loss, start, method="BFGS", options={"gtol": 1e-3, "maxiter": 500})
    assert fitted.estimate == pytest.approx(best.x, abs=2e-4)
    assert loss(fitted.estimate) <= best.fun + 1e-9


def test_derivatives_are_those_of_the_value() -> None:
    data = subjects(60, np.random.default_rng(2))
    cut = Periods.of(data, days=DAY, number=3)
    rng = np.random.default_rng(3)
    likelihood = Multinomial(
        covariates=rng.normal(size=(60, 2)),
        lived=cut.lived,
        happened=np.stack([cut.event, cut.competing]),
        width=np.ones(3),
        penalty=1.5,
        smoothing=0.5,
    )
    at = rng.normal(size=10) / 2
    here = likelihood.at(at)
    steps = 1e-5 * np.eye(10)
    up = [likelihood.at(at + step) for step in steps]
    down = [likelihood.at(at - step) for step in steps]
    slopes = [(a.value - b.value) / 2e-5 for a, b in zip(up, down, strict=True)]
    curves = [(b.score - a.score) / 2e-5 for a, b in zip(up, down, strict=True)]
    assert here.score == pytest.approx(slopes, abs=1e-6)
    assert here.information == pytest.approx(np.array(curves), abs=1e-6)


def test_periods_have_about_as_many_events_each() -> None:
    data = subjects(2000, np.random.default_rng(5))
    cut = Periods.of(data, days=DAY, number=6)
    counts = (cut.event + cut.competing).sum(axis=0)
    assert cut.edges[0] == 0
    assert cut.edges[-1] == DAY
    assert counts == pytest.approx(np.full(6, counts.mean()), rel=0.15)
    seen = (data.cause != CENSORED) & (data.days <= DAY)
    assert counts.sum() == seen.sum()


def test_ties_make_fewer_periods() -> None:
    data = RiskData(
        subjects=list("abcd"),
        predictors=pd.DataFrame(index=range(4)),
        days=np.array([10, 10, 10, 20]),
        cause=np.array([EVENT, EVENT, COMPETING, EVENT]),
    )
    assert period_edges(data, days=20, number=10).tolist() == [0, 10, 20]
