"""Costs, value curves and their spread over courses: by hand, by their own laws, and refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import InputError
from analytics.design.cost import ITEMS, Costs, ValueCurve
from analytics.design.courses import CostForecast, TrialCourses
from analytics.results import Result, same

COSTS = Costs(
    per_site=2_000,
    per_activation=10_000,
    per_screened=500,
    per_randomised=9_000,
    per_subject_month=300,
    per_trial_month=80_000,
    per_analysis=50_000,
    screening_failure_share=0.2,
    sites=40,
)
LOOKS = TrialCourses.at_looks(
    months=[12, 18, 24],
    subjects=[200, 300, 400],
    efficacy=[0.1, 0.5, 0.2],
    other=[0.02, 0.03, 0.15],
    subject_months=[1000, 2400, 4800],
)
CURVE = ValueCurve(months=(12, 24), values=(100e6, 70e6))


def test_total_by_hand() -> None:
    by_hand = 40 * 2_000 + 30 * 10_000 + 500 * 500 + 400 * 9_000 + 5_000 * 300
    by_hand += 24 * 80_000 + 3 * 50_000
    found = COSTS.total(
        months=24, subjects=400, analyses=3, activated_sites=30, subject_months=5_000
    )
    assert found == pytest.approx(by_hand)
    assert len(COSTS.prices) == len(ITEMS) == len(COSTS.to_frame())


def test_expected_and_range_by_hand() -> None:
    forecast = LOOKS.forecast(COSTS, CURVE)
    spent = LOOKS.costs(COSTS)
    assert forecast.expected("cost") == pytest.approx(spent @ [0.12, 0.53, 0.35])
    assert forecast.expected("duration") == pytest.approx(12 * 0.12 + 18 * 0.53 + 24 * 0.35)
    assert forecast.interval("duration") == (12, 24)
    assert forecast.interval("cost") == (spent[0], spent[2])
    value = 100e6 * 0.1 + 85e6 * 0.5 + 70e6 * 0.2
    assert forecast.expected("value") == pytest.approx(value)
    net = forecast.expected("net value")
    assert net == pytest.approx(value - forecast.expected("cost"))
    assert forecast.interval("net value")[0] == pytest.approx(-spent[2])  # 15 % fail at the end
    assert forecast.to_frame()["mc_std_err"].isna().all()


def test_value_of_finishing_whatever_the_end() -> None:
    forecast = LOOKS.forecast(COSTS, CURVE, only_success=False)
    assert forecast.expected("value") == pytest.approx(100e6 * 0.12 + 85e6 * 0.53 + 70e6 * 0.35)


def test_a_look_hardly_reached_is_outside_the_range() -> None:
    courses = TrialCourses.at_looks(
        months=[6, 12, 30], subjects=[1, 2, 3], efficacy=[0.04, 0.92, 0.04], other=[0, 0, 0]
    )
    assert courses.forecast(Costs()).interval("duration") == (12, 12)


def test_simulated_courses_agree_with_the_mixture_they_are_drawn_from() -> None:
    rng = np.random.default_rng(4)
    look = rng.choice(3, size=20_000, p=LOOKS.weights)
    drawn = TrialCourses.simulated(
        months=LOOKS.months[look],
        subjects=LOOKS.subjects[look],
        looks=look + 1,
        success=rng.random(look.size) < LOOKS.success[look],
        subject_months=np.array([1000, 2400, 4800])[look],
    )
    simulated, exact = drawn.forecast(COSTS, CURVE), LOOKS.forecast(COSTS, CURVE)
    for row in simulated.table.itertuples():
        assert row.expected == pytest.approx(exact.expected(row.quantity), abs=4 * row.mc_std_err)
        assert simulated.interval(row.quantity) == pytest.approx(exact.interval(row.quantity))


def test_simulated_range_is_that_of_the_sample() -> None:
    months = np.random.default_rng(1).gamma(20, 1, 1_001)
    drawn = TrialCourses.simulated(
        months=months, subjects=months, looks=1 + 0 * months, success=1 * (months > 0)
    )
    low, high = drawn.forecast(Costs()).interval("duration")
    expected = np.quantile(months, [0.05, 0.95], method="inverted_cdf")
    assert (low, high) == pytest.approx(tuple(expected))


@settings(max_examples=30, derandomize=True)
@given(
    months=st.lists(st.floats(0.5, 60), min_size=1, max_size=6),
    factor=st.floats(1, 10),
)
def test_laws(months: list[float], factor: float) -> None:
    looks = np.cumsum(months)
    even = np.full(looks.size, 1 / looks.size)
    courses = TrialCourses.at_looks(
        months=looks, subjects=10 * looks, efficacy=even / 2, other=even / 2
    )
    cheap = Costs(per_randomised=100, per_trial_month=1_000)
    dear = Costs(per_randomised=100 * factor, per_trial_month=1_000 * factor)
    low, high = courses.forecast(cheap).interval("cost")
    expected = courses.forecast(cheap).expected("cost")
    assert courses.costs(cheap).min() <= low <= high <= courses.costs(cheap).max()
    assert courses.forecast(dear).expected("cost") == pytest.approx(factor * expected)


def test_value_curve_is_straight_between_points_and_flat_outside() -> None:
    curve = ValueCurve.drawn([(36, 10), (12, 50), (24, 40)])
    assert curve.value([0, 12, 18, 30, 36, 99]).tolist() == [50, 50, 45, 25, 10, 10]


def test_json_and_repr_rebuild() -> None:
    forecast = LOOKS.forecast(COSTS, CURVE)
    assert same(CostForecast.from_json(forecast.to_json()), forecast)
    assert same(Result.from_json(COSTS.to_json()), COSTS)
    names = {"Costs": Costs, "ValueCurve": ValueCurve}
    assert eval(repr(COSTS), names) == COSTS
    assert eval(repr(CURVE), names) == CURVE


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"per_randomised": -1}, "costs are finite and >= 0"),
        ({"per_site": np.nan}, "costs are finite and >= 0"),
        ({"screening_failure_share": 1.0}, "0 <= screening_failure_share < 1"),
        ({"sites": 2.5}, "sites is a whole number >= 0"),
        ({"currency": " "}, "the currency has a name"),
    ],
)
def test_refuses_costs(arguments: dict[str, float], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        Costs(**arguments)


@pytest.mark.parametrize(
    ("months", "values", "rule"),
    [
        ((24, 12), (1, 2), "ascending, finite and >= 0"),
        ((12, 12), (1, 2), "ascending, finite and >= 0"),
        ((), (), "ascending, finite and >= 0"),
        ((-1,), (1,), "ascending, finite and >= 0"),
        ((12, 24), (1,), "each month has a value"),
        ((12,), (np.inf,), "values are finite"),
    ],
)
def test_refuses_curves(months: tuple[float, ...], values: tuple[float, ...], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        ValueCurve(months=months, values=values)


def test_refuses_courses() -> None:
    with pytest.raises(InputError, match="add up to 1"):
        TrialCourses.at_looks(months=[1, 2], subjects=[1, 2], efficacy=[0.5, 0.1], other=[0, 0])
    with pytest.raises(InputError, match="probabilities are >= 0"):
        TrialCourses.at_looks(months=[1, 2], subjects=[1, 2], efficacy=[1.5, -0.5], other=[0, 0])
    with pytest.raises(InputError, match="each look has its probabilities"):
        TrialCourses.at_looks(months=[1, 2], subjects=[1, 2], efficacy=[1.0], other=[0.0])
    with pytest.raises(InputError, match="there is one value per course"):
        TrialCourses.at_looks(months=[1, 2], subjects=[1], efficacy=[0.5, 0.5], other=[0, 0])
    with pytest.raises(InputError, match="months are finite and >= 0"):
        TrialCourses.simulated(months=[-1], subjects=[1], looks=[1], success=[1])
    with pytest.raises(InputError, match="at least one course"):
        TrialCourses.simulated(months=[], subjects=[], looks=[], success=[])
    with pytest.raises(InputError, match="success is a share"):
        TrialCourses.simulated(months=[1], subjects=[1], looks=[1], success=[2])


def test_refuses_forecasts() -> None:
    with pytest.raises(InputError, match="in one currency"):
        LOOKS.forecast(Costs(currency="USD"), CURVE)
    with pytest.raises(InputError, match="subject months are given where they are paid for"):
        Costs(per_subject_month=1).total(months=1, subjects=1, analyses=1)
    with pytest.raises(InputError, match="quantity in"):
        LOOKS.forecast(COSTS).expected("happiness")
    with pytest.raises(InputError, match="months >= 0"):
        CURVE.value([-1])
