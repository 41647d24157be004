"""Fine–Gray regression against R, and where there is no coefficient."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result, same
from analytics.survival.competing import FineGray, fit_fine_gray
from tests.analytics.survival.competing.trial_rows import rows
from tests.analytics.survival.oracle_data import oracle_table
from tests.invariants import check_ordered, check_probabilities

TABLE = oracle_table("fine_gray")
FITS = TABLE[
    ["case", "data", "cause", "covariates", "censoring_groups", "variance", "censoring_ties"]
].drop_duplicates()
AGES = pd.DataFrame({"age": [50.0, 60, 70, 40, 80, 65]})
CAUSES = ["rash", "death", "rash", "", "rash", "death"]


@pytest.mark.parametrize("fit", list(FITS.itertuples()), ids=FITS["case"].tolist())
def test_agrees_with_the_reference(fit: tuple) -> None:
    table = rows(fit.data)
    groups = table[fit.censoring_groups].astype(str).tolist() if fit.censoring_groups else None
    result = fit_fine_gray(
        table["time"],
        table["cause"].tolist(),
        table[fit.covariates.split("|")],
        cause=fit.cause,
        censoring_groups=groups,
        variance=fit.variance,
        censoring_ties=fit.censoring_ties,
    )
    check_ordered(result.table["lower"], result.table["hazard_ratio"], result.table["upper"])
    for row in TABLE[TABLE["case"] == fit.case].itertuples():
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=1e-10)
        assert _found(result, row) == expected, f"{row.quantity} {row.term} {row.other_term}"


def _found(result: FineGray, row: tuple) -> float:
    names = result.table["covariate"].tolist()
    if row.quantity == "incidence":
        values = [float(value) for value in row.term.split("|")]
        given = pd.DataFrame([values], columns=names)
        return result.predict(given, [float(row.other_term)])["incidence"].iloc[0]
    if row.quantity.endswith("covariance"):
        return getattr(result, row.quantity)[row.term].iloc[names.index(row.other_term)]
    if row.quantity == "model_std_err":
        return np.sqrt(result.model_covariance[row.term].iloc[names.index(row.term)])
    if row.term:
        return result.table.set_index("covariate").loc[row.term, row.quantity]
    return getattr(result, row.quantity)


def _influences(table: pd.DataFrame, groups: np.ndarray) -> float:
    """How the coefficient answers to one more share of each subject, squared and summed."""
    time, cause, x = (table[name].to_numpy() for name in ("time", "cause", "x"))

    def coefficient(weight: np.ndarray) -> float:
        distinct = np.unique(time)
        uncensored = np.ones((2, distinct.size + 1))
        for group in (0, 1):
            own = groups == group
            at_risk = np.array([weight[own & (time >= when)].sum() for when in distinct])
            lost = np.array(
                [weight[own & (time == when) & (cause == "")].sum() for when in distinct]
            )
            share = np.divide(lost, at_risk, out=np.zeros_like(lost), where=at_risk > 0)
            uncensored[group, 1:] = np.cumprod(1 - share)
            uncensored[group, :-1][distinct > time[own].max()] = 0
        place = np.searchsorted(distinct, time)
        here = uncensored[groups, place]
        own = cause == "one"
        stays = np.where(
            (cause == "two")[:, None] & (time[:, None] < time[own]),
            uncensored[groups][:, place[own]] / here[:, None],
            time[:, None] >= time[own],
        )
        found = 0.0
        for _ in range(20):
            risk = stays * (weight * np.exp(x * found))[:, None]
            mean = (risk.T @ x) / risk.sum(axis=0)
            spread = (risk.T @ x**2) / risk.sum(axis=0) - mean**2
            found += weight[own] @ (x[own] - mean) / (weight[own] @ spread)
        return found

    moved = np.eye(time.size) * 1e-5
    change = [(coefficient(1 + one) - coefficient(1 - one)) / 2e-5 for one in moved]
    return float(np.square(change).sum())


def test_with_censoring_groups_the_variance_is_that_of_the_estimate() -> None:
    # cmprsk leaves out part of what the weights contribute; this is how the estimate really moves.
    random = np.random.default_rng(5)
    size = 160
    group = np.repeat([0, 1], size // 2)
    table = pd.DataFrame(
        {
            "time": random.exponential(size=size) * (1 + group),
            "cause": random.choice(["", "one", "two"], size=size, p=[0.4, 0.2, 0.4]),
            "x": random.normal(size=size) + 1.5 * group,
        }
    )
    late_two = (group == 0) & (table["cause"] == "one") & (random.random(size) < 0.7)
    table.loc[late_two, "cause"] = "two"
    found = {
        variance: fit_fine_gray(
            table["time"],
            table["cause"].tolist(),
            table[["x"]],
            cause="one",
            censoring_groups=[str(one) for one in group],
            variance=variance,
        )
        .table["std_err"]
        .iloc[0]
        for variance in ("fine-gray", "cmprsk", "sandwich")
    }
    expected = np.sqrt(_influences(table, group))
    assert found["fine-gray"] == pytest.approx(expected, rel=0.02)
    assert len({round(one, 6) for one in found.values()}) == 3


def test_prediction_is_a_curve() -> None:
    result = fit_fine_gray([1, 2, 3, 4, 5, 6], CAUSES, AGES, cause="rash")
    found = result.predict(pd.DataFrame({"age": [40, 90]}))
    assert found["row"].tolist() == [0, 0, 0, 1, 1, 1]
    assert found["time"].tolist() == [1, 3, 5] * 2
    check_probabilities(found["incidence"])
    assert (found.groupby("row")["incidence"].diff().dropna() > 0).all()
    outside = result.predict(pd.DataFrame({"age": [60]}), [0.5, 6, 6.5])["incidence"]
    assert outside.iloc[0] == 0
    assert outside.isna().tolist() == [False, False, True]


def test_covariates_far_from_zero_are_no_trouble() -> None:
    years = AGES.assign(year=[2020.0, 2021, 2022, 2020, 2023, 2021])
    shifted = years - [0, 2000]
    one, other = (
        fit_fine_gray([1, 2, 3, 4, 5, 6], CAUSES, x, cause="rash") for x in (years, shifted)
    )
    np.testing.assert_allclose(one.table["coefficient"], other.table["coefficient"], rtol=1e-7)
    np.testing.assert_allclose(
        one.predict(years.head(2))["incidence"], other.predict(shifted.head(2))["incidence"]
    )


@pytest.mark.parametrize(
    ("causes", "covariates", "sentence"),
    [
        (["death", ""] * 3, AGES, "needs events of it, and there are none"),
        (CAUSES, AGES * 0 + 0.1, "'age': all subjects have the same value"),
        (CAUSES, AGES.assign(months=12 * AGES["age"]), "'age', 'months': among those at risk"),
        (
            ["rash", "rash", "rash", "", "", ""],
            pd.DataFrame({"treated": [1, 1, 1, 0, 0, 0]}),
            "above all 'treated', separate those who have the event",
        ),
    ],
)
def test_says_why_there_is_no_coefficient(
    causes: list[str], covariates: pd.DataFrame, sentence: str
) -> None:
    with pytest.raises(NotEstimableError, match=sentence):
        fit_fine_gray([1, 2, 3, 4, 5, 6], causes, covariates, cause="rash")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"times": [1, 2, 3, 4, 5]}, "one value per row"),
        ({"times": [1, 2, 3, 4, 5, np.nan]}, "times are finite and >= 0"),
        ({"causes": [*CAUSES[:-1], None]}, "each row names its cause"),
        ({"covariates": AGES.head(5)}, "one value per row"),
        ({"covariates": AGES.assign(age=np.nan)}, "no covariate is missing or infinite.*'age'"),
        ({"covariates": AGES.assign(age="old")}, "age are numbers"),
        ({"covariates": AGES[[]]}, "covariates have names of their own"),
        ({"covariates": AGES.rename(columns={"age": 1})}, "covariates have names of their own"),
        ({"cause": ""}, "the cause has a name"),
        ({"numbers": [1, 1, 1, 1, 1, 0.5]}, "numbers are whole numbers >= 0"),
        ({"numbers": [0] * 6}, "at least one subject"),
        ({"censoring_groups": ["a", None] * 3}, "each row names its censoring group"),
        ({"variance": "naive"}, "variance in"),
        ({"censoring_ties": "before events"}, "censoring_ties in"),
        ({"confidence_level": 95}, "0 < confidence_level < 1"),
    ],
)
def test_refuses(given: dict[str, object], sentence: str) -> None:
    usual = {"times": [1, 2, 3, 4, 5, 6], "causes": CAUSES, "covariates": AGES, "cause": "rash"}
    with pytest.raises(InputError, match=sentence):
        fit_fine_gray(**(usual | given))


def test_prediction_refuses_other_covariates() -> None:
    result = fit_fine_gray([1, 2, 3, 4, 5, 6], CAUSES, AGES, cause="rash")
    with pytest.raises(InputError, match="covariates are age"):
        result.predict(pd.DataFrame({"weight": [80]}))


def test_survives_the_wire() -> None:
    result = fit_fine_gray([1, 2, 3, 4, 5, 6], CAUSES, AGES, cause="rash")
    assert same(Result.from_json(result.to_json()), result)
