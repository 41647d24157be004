"""Power and sample size of the contrast test against DoseFinding and simulation."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.dosing.response import Candidates, ContrastDesign, ContrastPower, Shape
from analytics.results import same
from tests.analytics.dosing.response.oracle_shapes import shape, six_candidates, table

TWO = Candidates(doses=(0, 1), shapes=(Shape.of("linear"),))


def design(subjects: int, alpha: float = 0.05) -> ContrastDesign:
    """The six candidates with a largest effect of 0.4."""
    return ContrastDesign(
        candidates=six_candidates(), subjects=(subjects,) * 6, max_effect=0.4, sd=1, alpha=alpha
    )


@pytest.mark.parametrize(
    ("subjects", "alpha"), [*table("power").groupby(["subjects_per_dose", "alpha"]).groups]
)
def test_power_is_that_of_dosefinding(subjects: int, alpha: float) -> None:
    rows = table("power").query("subjects_per_dose == @subjects and alpha == @alpha")
    found = design(subjects, alpha).evaluate().to_frame().set_index("truth")["power"]
    for row in rows.itertuples():
        assert found[shape(row.shape).name] == pytest.approx(row.expected, abs=row.tolerance)


@pytest.mark.parametrize("summary", ["min", "mean", "max"])
def test_sample_size_is_that_of_dosefinding(summary: str) -> None:
    rows = table("sample_size").query("summary == @summary")
    found = ContrastDesign.for_power(
        six_candidates(), max_effect=0.4, sd=1, alpha=0.05, power=0.8, summary=summary
    )
    for row in rows.itertuples():
        if row.quantity == "subjects_per_dose":
            assert found.subjects == (row.expected,) * 6
        else:
            power = design(int(row.subjects_per_dose)).evaluate().summary(summary)
            assert power == pytest.approx(row.expected, abs=row.tolerance)


def test_the_smallest_trial_is_the_smallest() -> None:
    found = ContrastDesign.for_power(
        TWO, max_effect=0.5, sd=1, power=0.9, allocation=[2, 1], test="z"
    )
    assert found.subjects == (127, 64) or found.subjects == (128, 64)
    fewest = found.subjects[1]
    fewer = ContrastDesign(
        candidates=TWO,
        subjects=(2 * fewest - 2, fewest - 1),
        max_effect=0.5,
        sd=1,
        test="z",
    )
    assert fewer.evaluate().power[0] < 0.9 <= found.evaluate().power[0]


def test_power_agrees_with_simulated_trials() -> None:
    plan, rng, trials = design(20), np.random.default_rng(7), 40_000
    result = plan.evaluate()
    contrasts = plan.contrasts
    means = plan.candidates.means(placebo=0, max_effect=0.4)
    error = np.sqrt((contrasts.coefficients**2).sum(axis=1) / 20)
    for truth, power in zip(means, result.power, strict=True):
        estimates = truth + rng.standard_normal((trials, 6)) / np.sqrt(20)
        deviation = np.sqrt(rng.chisquare(plan.df, trials) / plan.df)
        statistic = estimates @ contrasts.coefficients.T / error / deviation[:, None]
        share = float((statistic.max(axis=1) > result.critical_value).mean())
        assert abs(share - power) < 4 * np.sqrt(power * (1 - power) / trials)


def test_power_rises_with_subjects_and_is_alpha_without_an_effect() -> None:
    power = np.array([design(each).evaluate().power for each in (10, 20, 40, 80)])
    assert (np.diff(power, axis=0) > 0).all()
    none = design(50).evaluate(np.zeros(6))
    assert none.power[0] == pytest.approx(0.05, abs=3e-4)
    assert none.truths == ("truth 1",)


def test_standard_deviations_by_dose() -> None:
    """A log odds ratio: 1 / sqrt(p (1 - p)) at each dose, in closed form for two doses."""
    from scipy.stats import norm

    sd = (1 / np.sqrt(0.2 * 0.8), 1 / np.sqrt(0.35 * 0.65))
    found = ContrastDesign(
        candidates=TWO, subjects=(100, 120), max_effect=0.767, sd=sd, test="z"
    ).evaluate()
    error = np.sqrt(sd[0] ** 2 / 100 + sd[1] ** 2 / 120)
    assert found.power[0] == pytest.approx(norm.cdf(0.767 / error - norm.isf(0.025)), abs=1e-9)


def test_a_power_comes_back_from_json_and_the_same_from_the_same() -> None:
    first, second = design(30).evaluate(), design(30).evaluate()
    assert same(first, second)
    assert same(ContrastPower.from_json(first.to_json()), first)
    assert eval(repr(first.design)) == first.design


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"subjects": (10,)}, "subjects at each dose"),
        ({"subjects": (10, 0)}, "subjects at each dose"),
        ({"max_effect": 0}, "max_effect > 0"),
        ({"sd": -1}, "sd > 0"),
        ({"sd": (1, 2, 3), "test": "z"}, "sd > 0"),
        ({"sd": (1, 2)}, "one sd"),
        ({"alpha": 0.7}, "alpha < 0.5"),
        ({"test": "f"}, "test in"),
        ({"subjects": (1, 1)}, "more subjects than doses"),
    ],
)
def test_designs_that_cannot_be(change: dict[str, object], rule: str) -> None:
    arguments = {"candidates": TWO, "subjects": (10, 10), "max_effect": 0.5, "sd": 1} | change
    with pytest.raises(InputError, match=rule):
        ContrastDesign(**arguments)  # type: ignore[arg-type]


def test_no_trial_is_large_enough() -> None:
    with pytest.raises(NotEstimableError, match="1,000,000"):
        ContrastDesign.for_power(TWO, max_effect=1e-5, sd=1)
    with pytest.raises(InputError, match="alpha < power"):
        ContrastDesign.for_power(TWO, max_effect=1, sd=1, power=0.01)
    with pytest.raises(InputError, match="allocation > 0"):
        ContrastDesign.for_power(TWO, max_effect=1, sd=1, allocation=[1, -1])
