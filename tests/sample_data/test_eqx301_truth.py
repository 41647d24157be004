"""What EQX-301's generator says is true is what it draws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sample_data.eqx301 import EVENTS, draw_subjects, observe_first, true_risk
from sample_data.eqx301.adverse_events import counts_as, draw_events
from sample_data.eqx301.efficacy import draw_course
from sample_data.eqx301.protocol import ARMS
from sample_data.hazards import EDGES, draw_times, incidence, shape_day, shape_integral


def log_hazard_ratio(
    course: pd.DataFrame, subjects: pd.DataFrame, start: float, end: float
) -> tuple[float, float]:
    """Log ratio of death rates between two days, Lumarestat against placebo, and its error."""
    death = course["death"].to_numpy()
    active = (subjects["TRT01A"] == ARMS[1]).to_numpy()
    deaths, days = [], []
    for arm in (False, True):
        time = np.clip(death[active == arm], start, end) - start
        deaths.append(((death > start) & (death <= end))[active == arm].sum())
        days.append(time.sum())
    rates = np.array(deaths) / np.array(days)
    error = np.sqrt((1 / np.array(deaths)).sum())
    return float(np.log(rates[1] / rates[0])), float(error)


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return draw_subjects(60_000, np.random.default_rng(11))


@pytest.fixture(scope="module")
def events(people: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(12)
    return draw_events(people, draw_course(people, rng), rng)[0]


@pytest.mark.parametrize(
    "event",
    [*EVENTS[:5], "Renal strain", "Amber rash", "Lung haze", "Kidney and fluid balance"],
)
def test_true_risk_is_what_simulation_finds(
    people: pd.DataFrame, events: pd.DataFrame, event: str
) -> None:
    first = events[counts_as(events, event)].groupby("row")["onset"].min()
    onset = first.reindex(range(len(people))).to_numpy()  # NaN: never
    groups = (people["TRT01A"] == ARMS[1], people["TRT01A"] == ARMS[0], people["EGFRBL"] < 60)
    for by_day in (30, 120, 400):
        risk = true_risk(people, event=event, by_day=by_day)
        for group in map(np.asarray, groups):
            error = np.sqrt((risk[group] * (1 - risk[group])).sum()) / group.sum()
            assert abs((onset[group] <= by_day).mean() - risk[group].mean()) < 4 * error


def test_fates_are_observed_by_study_day(people: pd.DataFrame) -> None:
    few = people.head(10_000)
    fate = observe_first(few, event="GRADE3", rng=np.random.default_rng(2))
    assert set(fate["cause"]) == {1, 2}
    assert (fate["day"] >= 1).all()
    seen = (fate["cause"] == 1) & (fate["day"] <= 90)
    risk = true_risk(few, event="GRADE3", by_day=90)
    assert abs(seen.mean() - risk.mean()) < 4 * np.sqrt((risk * (1 - risk)).sum()) / len(few)


def test_true_risk_ranks_by_the_planted_predictors(people: pd.DataFrame) -> None:
    one = people.iloc[[0] * 5].assign(
        AGE=[62, 82, 62, 62, 62],
        EGFRBL=[80, 80, 40, 80, 80],
        BMKBL=[130, 130, 130, 190, 130],
        TRT01A=[ARMS[0]] * 4 + [ARMS[1]],
    )
    risk = true_risk(one, event="Renal strain", by_day=60)
    assert (risk[1:] > 1.3 * risk[0]).all()


def test_true_risk_rises_with_time_and_can_change_the_arm(people: pd.DataFrame) -> None:
    few = people.head(100)
    risks = [true_risk(few, event="SERIOUS", by_day=day) for day in (0, 30, 91, 365, 3000)]
    assert (np.diff(risks, axis=0) >= 0).all()
    assert (risks[0] == 0).all()
    assert (risks[-1] < 1).all()
    own = true_risk(few, event="SERIOUS", by_day=91)
    other = [true_risk(few, event="SERIOUS", by_day=91, arm=arm) for arm in ARMS]
    active = (few["TRT01A"] == ARMS[1]).to_numpy()
    np.testing.assert_array_equal(own, np.where(active, other[1], other[0]))


def test_unknown_events_and_arms_are_refused(people: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"event is one of .* but got 'Nausea'"):
        true_risk(people.head(1), event="Nausea", by_day=30)
    with pytest.raises(ValueError, match=r"event is one of .* but got 'Nausea'"):
        observe_first(people.head(1), event="Nausea", rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match=r"arm is one of .* but got 'Active'"):
        true_risk(people.head(1), event="ANY", by_day=30, arm="Active")


@pytest.mark.parametrize(("status", "late"), [("NEGATIVE", 0.75), ("POSITIVE", 0.50)])
def test_treatment_works_from_three_months_on(status: str, late: float) -> None:
    # One kind of subject, so that hazards are exactly proportional within each period.
    rng = np.random.default_rng(5)
    people = draw_subjects(150_000, rng).assign(
        AGE=62.0, ECOGBL=0.0, STAGEBL="IV", PRIORLN=0.0, BMKGR1=status
    )
    course = draw_course(people, rng)
    before, error = log_hazard_ratio(course, people, 0, 91)
    assert abs(before) < 4 * error
    after, error = log_hazard_ratio(course, people, 91, 365)
    assert abs(after - np.log(late)) < 4 * error


def test_control_median_is_plausible() -> None:
    rng = np.random.default_rng(3)
    people = draw_subjects(20_000, rng)
    course = draw_course(people, rng)
    _, course = draw_events(people, course, rng)
    control = (people["TRT01A"] == ARMS[0]).to_numpy()
    months = course["death"][control].median() / 30.4375
    assert 17 < months < 20
    assert 5 < np.minimum(course["death"], course["progression"])[control].median() / 30.4375 < 8


def test_times_drawn_from_hazards_follow_them() -> None:
    rates = np.tile([0.001, 0.004, 0.002, 0.003], (100_000, 1))
    times = draw_times(rates, np.random.default_rng(1))
    for day in (20.0, 60.0, 200.0, 700.0):
        expected = incidence(rates, rates, day)[0]
        error = np.sqrt(expected * (1 - expected) / len(rates))
        assert abs((times <= day).mean() - expected) < 4 * error
    assert np.isinf(draw_times(np.zeros((1, 4)), np.random.default_rng(1)))[0]


def test_incidence_is_the_integral_of_the_hazards() -> None:
    cause = np.array([[0.001, 0.003, 0.0, 0.002]])
    total = cause + np.array([[0.002, 0.0, 0.001, 0.004]])
    days = np.arange(0, 500, 0.01) + 0.005
    piece = np.searchsorted(EDGES, days, side="right") - 1
    alive = np.exp(-np.cumsum(total[0][piece]) * 0.01)
    expected = (alive * cause[0][piece]).sum() * 0.01
    assert incidence(cause, total, 500.0)[0] == pytest.approx(expected, rel=1e-4)


def test_shapes_are_inverted() -> None:
    shape, days = np.array([2.6, 1.2, 0.7, 0.6]), np.array([0.0, 10, 42, 90, 200, 4000])
    np.testing.assert_allclose(shape_day(shape, shape_integral(shape, days)), days)
