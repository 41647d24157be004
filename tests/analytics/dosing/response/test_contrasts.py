"""Optimal contrasts and their test against DoseFinding and exact integration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import multivariate_t, norm, t

from analytics.checks import InputError, NotEstimableError
from analytics.dosing.response import (
    Candidates,
    ContrastTest,
    DoseEstimates,
    Shape,
    optimal_contrasts,
    test_contrasts,
)
from analytics.dosing.response.largest_contrast import LargestContrast
from analytics.results import same
from analytics.survival.normal_maximum import tail_of_largest
from tests.analytics.dosing.response.oracle_shapes import (
    BIOM_DOSES,
    biom,
    biom_candidates,
    general,
    shape,
    table,
)

THREE = Candidates(doses=(0, 1, 2), shapes=(Shape.of("linear"), Shape.of("emax", ed50=0.5)))


@pytest.mark.parametrize("case", table("contrasts")["case"].unique())
def test_contrasts_are_those_of_dosefinding(case: str) -> None:
    rows = table("contrasts").query("case == @case")
    subjects = [float(one) for one in rows["subjects"].iloc[0].split(";")]
    found = optimal_contrasts(biom_candidates(), subjects=subjects)
    expected = rows["expected"].to_numpy().reshape(5, 5)
    np.testing.assert_allclose(found.coefficients, expected, atol=1e-6)


def test_correlations_are_those_of_dosefinding() -> None:
    expected = table("correlations")["expected"].to_numpy().reshape(5, 5)
    found = optimal_contrasts(biom_candidates()).correlation
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("case", table("tests")["case"].unique())
def test_tests_are_those_of_dosefinding(case: str) -> None:
    rows, estimates = table("tests").query("case == @case"), biom()
    if case.endswith("general"):
        estimates = DoseEstimates(
            doses=estimates.doses, estimates=estimates.estimates, covariance=estimates.covariance
        )
    found = {alpha: test_contrasts(estimates, biom_candidates(), alpha=alpha) for alpha in (0.05,)}
    found[0.025] = test_contrasts(estimates, biom_candidates())
    for row in rows.itertuples():
        if row.quantity == "critical_value":
            value = found[row.alpha].critical_value
        else:
            by_shape = found[0.05].table.set_index("shape")[row.quantity]
            value = by_shape[shape(row.shape).name]
        assert value == pytest.approx(row.expected, abs=row.tolerance), row


def test_the_p_value_that_quasi_monte_carlo_missed_keeps_its_digits() -> None:
    estimates = biom()
    known = DoseEstimates(
        doses=estimates.doses, estimates=estimates.estimates, covariance=estimates.covariance
    )
    emax = test_contrasts(known, biom_candidates()).table.iloc[1]
    assert emax["adjusted_p_value"] == pytest.approx(0.0007994041822, rel=2e-3)
    assert abs(emax["adjusted_p_value"] - 0.0007994041822) < emax["adjusted_p_value_error"]


@pytest.mark.parametrize("case", table("general")["case"].unique())
def test_generalised_tests_are_those_of_dosefinding(case: str) -> None:
    rows = table("general").query("case == @case")
    texts = [text for text in rows["shape"].unique() if ":" in text or text == "linear"]
    candidates = Candidates(doses=BIOM_DOSES, shapes=tuple(map(shape, texts)))
    found = test_contrasts(general(case), candidates)
    statistics = rows.query("quantity == 'statistic'")
    np.testing.assert_allclose(found.table["statistic"], statistics["expected"], atol=1e-6)
    contrasts = rows.query("quantity == 'contrast'")["expected"].to_numpy().reshape(-1, 5)
    np.testing.assert_allclose(found.contrasts.coefficients, contrasts, atol=1e-6)
    bound = rows.query("quantity == 'critical_value'").iloc[0]
    assert found.critical_value == pytest.approx(bound["expected"], abs=bound["tolerance"])


@pytest.mark.parametrize("bound", [-1.0, 0.0, 1.5, 3.0, 4.5])
def test_normal_tails_agree_with_exact_quadrature(bound: float) -> None:
    """Up to three dimensions the tail is known to 8 digits."""
    candidates = Candidates(
        doses=(0, 1, 2, 4),
        shapes=tuple(
            shape(one)
            for one in ("linear", "emax:ed50=0.3", "quadratic:delta=-0.2", "exponential:delta=1")
        ),
    )
    correlation = optimal_contrasts(candidates).correlation
    exact, _ = tail_of_largest(correlation, bound, two_sided=False)
    found, error = LargestContrast.of(correlation).tail(bound)
    assert abs(found - exact) <= 2 * error + 1e-9
    assert error < 2e-3 * exact


@pytest.mark.parametrize("df", [5, 30])
def test_t_tails_and_power_agree_with_scipy(df: int) -> None:
    correlation = np.array([[1, 0.5, 0.2], [0.5, 1, 0.6], [0.2, 0.6, 1]])
    largest = LargestContrast.of(correlation, df)
    inside = multivariate_t.cdf(
        np.full(3, 2.0), shape=correlation, df=df, maxpts=400_000, random_state=1
    )
    assert largest.tail(2.0)[0] == pytest.approx(1 - inside, abs=1e-4)


def test_power_of_one_contrast_is_noncentral_t() -> None:
    from scipy.stats import nct

    found, error = LargestContrast.of([[1.0]], 12).exceeding(1.8, [2.5])
    assert abs(found - nct.sf(1.8, 12, 2.5)) < max(error, 1e-6)
    known, _ = LargestContrast.of([[1.0]]).exceeding(1.8, [2.5])
    assert known == pytest.approx(norm.sf(1.8 - 2.5), abs=1e-12)


def test_one_contrast_is_a_t_test() -> None:
    estimates = DoseEstimates.from_subjects([0, 0, 0, 1, 1, 1], [1.0, 2.0, 3.0, 3.0, 4.0, 6.0])
    found = test_contrasts(estimates, Candidates(doses=(0, 1), shapes=(Shape.of("linear"),)))
    row = found.table.iloc[0]
    assert row["adjusted_p_value"] == row["p_value"]
    assert row["p_value"] == pytest.approx(t.sf(row["statistic"], 4))
    assert found.critical_value == pytest.approx(t.isf(0.025, 4))


@given(arrays(float, 5, elements=st.floats(1, 200)), st.sampled_from(["increase", "decrease"]))
def test_contrasts_sum_to_nothing_and_none_beats_them(subjects: np.ndarray, direction: str) -> None:
    shapes = biom_candidates().shapes
    candidates = Candidates(doses=BIOM_DOSES, shapes=shapes, direction=direction)
    found = optimal_contrasts(candidates, subjects=subjects.tolist())
    np.testing.assert_allclose(found.coefficients.sum(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose((found.coefficients**2).sum(axis=1), 1)
    means = candidates.means(placebo=3, max_effect=1)
    best = np.array([found.noncentralities(one) for one in means])  # truths x contrasts
    assert (best <= np.diag(best)[:, None] * (1 + 1e-9)).all()


def test_a_benefit_that_decreases_is_the_mirror() -> None:
    estimates, shapes = general("binary"), biom_candidates().shapes
    down = Candidates(doses=BIOM_DOSES, shapes=shapes, direction="decrease")
    mirrored = DoseEstimates(
        doses=BIOM_DOSES,
        estimates=tuple(-one for one in estimates.estimates),
        covariance=estimates.covariance,
    )
    up = Candidates(doses=BIOM_DOSES, shapes=shapes)
    first, second = test_contrasts(estimates, up), test_contrasts(mirrored, down)
    np.testing.assert_array_equal(first.table["statistic"], second.table["statistic"])
    np.testing.assert_allclose(first.table["adjusted_p_value"], second.table["adjusted_p_value"])


@settings(max_examples=12)
@given(arrays(float, 5, elements=st.floats(-3, 3)))
def test_adjusted_p_values_lie_between_the_raw_and_bonferroni(values: np.ndarray) -> None:
    estimates = DoseEstimates(
        doses=BIOM_DOSES,
        estimates=tuple(values.tolist()),
        covariance=tuple(map(tuple, (0.2 * np.eye(5)).tolist())),
    )
    found = test_contrasts(estimates, biom_candidates()).table
    slack = 2 * found["adjusted_p_value_error"] + 1e-12
    assert (found["adjusted_p_value"] >= found["p_value"] - slack).all()
    assert (found["adjusted_p_value"] <= 5 * found["p_value"] + slack).all()


def test_type_one_error_is_held() -> None:
    """A fifth-dimensional simulation against alpha."""
    candidates, rng, count = biom_candidates(), np.random.default_rng(4), 200_000
    contrasts = optimal_contrasts(candidates)
    bound, _ = LargestContrast.of(contrasts.correlation, 20).critical_value(0.025)
    values = rng.standard_normal((count, 5)) @ contrasts.coefficients.T
    deviation = np.sqrt(rng.chisquare(20, count) / 20)
    share = float(((values / deviation[:, None]).max(axis=1) > bound).mean())
    assert abs(share - 0.025) < 4 * np.sqrt(0.025 * 0.975 / count)


def test_a_test_comes_back_from_json() -> None:
    found = test_contrasts(general("binary"), biom_candidates())
    assert same(ContrastTest.from_json(found.to_json()), found)
    assert found.significant == tuple(found.table["adjusted_p_value"] < 0.025)
    assert found.p_value == found.to_frame()["adjusted_p_value"].min()
    assert list(found.contrasts.to_frame())[:2] == ["shape", "dose 0"]


@pytest.mark.parametrize(
    ("build", "rule"),
    [
        (lambda: optimal_contrasts(THREE, covariance=np.ones((3, 3))), "positive definite"),
        (lambda: optimal_contrasts(THREE, covariance=np.diag([1.0, -1, 1])), "positive definite"),
        (lambda: optimal_contrasts(THREE, covariance=np.triu(np.ones((3, 3)))), "symmetric"),
        (lambda: optimal_contrasts(THREE, covariance=np.eye(2)), "one row per dose"),
        (lambda: optimal_contrasts(THREE, subjects=[1, 0, 1]), "subjects at each dose"),
        (lambda: optimal_contrasts(THREE, subjects=[1] * 3, covariance=np.eye(3)), "not both"),
        (lambda: test_contrasts(general("binary"), THREE), "same doses"),
        (lambda: DoseEstimates.from_subjects([0, 1], [1.0]), "dose and a response"),
        (lambda: DoseEstimates.from_subjects([0, 1], [1.0, np.nan]), "finite"),
        (lambda: DoseEstimates.from_subjects([1, 1, 2], [1.0, 2.0, 3.0]), "rise from 0"),
        (lambda: DoseEstimates.from_counts([0, 1], [5, 30], [20, 20]), "events <= subjects"),
        (
            lambda: DoseEstimates(doses=(0, 1), estimates=(1,), covariance=((1, 0), (0, 1))),
            "one estimate per dose",
        ),
    ],
)
def test_what_cannot_be_tested(build: object, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        build()  # type: ignore[operator]


def test_what_has_no_estimate() -> None:
    with pytest.raises(NotEstimableError, match="do not vary"):
        DoseEstimates.from_subjects([0, 1], [1.0, 2.0])
    with pytest.raises(NotEstimableError, match="Nobody or everybody"):
        DoseEstimates.from_counts([0, 1], [0, 5], [20, 20])
