"""Residuals against R, and what they add up to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from analytics.checks import InputError
from analytics.results import same
from analytics.survival.regression import CoxResiduals, Numeric, cox_residuals, fit_cox
from analytics.survival.regression.residuals import KINDS
from tests.analytics.survival.regression.oracle_models import (
    fitted,
    follow_up,
    oracle_table,
)
from tests.analytics.survival.regression.small_trials import (
    TERMS,
    fit_or_none,
    follow_ups,
    trial,
    trial_follow_up,
)

TABLE = oracle_table("cox_residuals")
FITS = TABLE[["case", "kind"]].drop_duplicates()


@pytest.mark.parametrize(("case", "kind"), FITS.to_numpy().tolist())
def test_agrees_with_the_reference(case: str, kind: str) -> None:
    found = cox_residuals(fitted(case), follow_up(case), kind)
    for row in TABLE[(TABLE["case"] == case) & (TABLE["kind"] == kind)].itertuples():
        own = found.values[:, found.covariates.index(row.covariate)]
        value = (own**2).sum() if row.row == "sum of squares" else own[int(row.row)]
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=1e-10)
        assert value == expected, f"{row.covariate} {row.row}"


@settings(max_examples=40, deadline=None)
@given(follow_ups())
def test_what_residuals_add_up_to(data) -> None:  # type: ignore[no-untyped-def]
    fit = fit_or_none(data)
    if fit is None:
        return
    weight = data.frame["w"].to_numpy() if data.weight else np.ones(len(data.frame))
    martingale = cox_residuals(fit, data, "martingale").values[:, 0]
    assert weight @ martingale == pytest.approx(0, abs=1e-8)
    assert (martingale <= 1).all()
    score = cox_residuals(fit, data, "score").values
    np.testing.assert_allclose(weight @ score, 0, atol=1e-6)
    schoenfeld = cox_residuals(fit, data, "schoenfeld")
    np.testing.assert_allclose(weight[schoenfeld.row] @ schoenfeld.values, 0, atol=1e-6)
    deviance = cox_residuals(fit, data, "deviance").values[:, 0]
    clear = np.abs(martingale) > 1e-9  # rounding may give 0 a sign
    assert (np.sign(deviance) == np.sign(martingale))[clear].all()


def test_dfbeta_is_about_what_leaving_a_row_out_does() -> None:
    data = follow_up("gbsg_three")
    fit = fitted("gbsg_three")
    dfbeta = cox_residuals(fit, data, "dfbeta").values
    without = trial_follow_up(data.frame.drop(index=20), time=data.time, event=data.event)
    change = fit.coefficients - fit_cox(without, list(fit.terms)).coefficients
    np.testing.assert_allclose(dfbeta[20], change, rtol=0.1)


def test_rows_are_those_of_the_frame() -> None:
    rows = trial(age=[60, None, 64, 50, 58, 49, 70, 66, 61, 57, 63, 52])
    data = trial_follow_up(rows)
    fit = fit_cox(data, TERMS)
    found = cox_residuals(fit, data, "martingale")
    assert found.row.tolist() == [0, *range(2, 12)]
    assert found.time.tolist() == rows["days"].drop(index=1).tolist()
    schoenfeld = cox_residuals(fit, data, "schoenfeld")
    assert schoenfeld.time.tolist() == [1, 2, 6, 8, 10, 12, 15, 19, 20, 25]
    assert schoenfeld.to_frame()["covariate"].tolist() == ["arm=B"] * 10 + ["age"] * 10


@pytest.mark.parametrize("kind", KINDS)
def test_residuals_survive_the_wire(kind: str) -> None:
    data = trial_follow_up()
    found = cox_residuals(fit_cox(data, TERMS), data, kind)
    assert same(CoxResiduals.from_json(found.to_json()), found)


def test_refuses_another_kind_and_another_follow_up() -> None:
    data = trial_follow_up()
    fit = fit_cox(data, [Numeric("age")])
    with pytest.raises(InputError, match="kind in"):
        cox_residuals(fit, data, "pearson")
    with pytest.raises(InputError, match="the follow-up is that of the fit: 12 rows, 10 events"):
        cox_residuals(fit, trial_follow_up(trial().iloc[1:]), "score")
    with pytest.raises(InputError, match="its estimate maximises the likelihood"):
        cox_residuals(fit, trial_follow_up(trial(age=range(12))), "score")
