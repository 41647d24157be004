"""Forecasts: what holds for every trial, what is refused, and how they travel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import design, milestones
from analytics.checks import InputError, NotEstimableError
from analytics.design import HazardAssumption
from analytics.milestones import (
    EntryTimes,
    MilestoneForecast,
    RemainingEnrolment,
    TrialFollowUp,
    fit_event_models,
    forecast_milestones,
    recent_pace,
    stated_models,
)
from analytics.results import Result, same
from tests.analytics.milestones.trials import drawn_trial
from tests.invariants import check_not_increasing, check_probabilities

KNOWN = drawn_trial(2, now=15.0)
MODELS = fit_event_models(KNOWN)
MORE = RemainingEnrolment.until(subjects=30, rate=8, log_std_err=0.2)


def forecast(*events: int, **options: Any) -> MilestoneForecast:
    given_options = {"replications": 1500, "seed": 4, **options}
    return forecast_milestones(KNOWN, MODELS, events or (60, 80), **given_options)


@settings(max_examples=8, derandomize=True)
@given(seed=st.integers(0, 10_000), now=st.floats(6, 30), arms=st.booleans())
def test_bands_and_probabilities_are_in_order(seed: int, now: float, arms: bool) -> None:
    known = drawn_trial(seed, now=now)
    known = known if arms else known.pooled()
    steps = (known.events + 1, known.events + 10, known.events + 30)
    found = forecast_milestones(
        known, fit_event_models(known), steps, enrolment=MORE, replications=300, seed=seed
    )
    table = found.to_frame()
    assert (table["lower"] <= table["median"]).all()
    assert (table["median"] <= table["upper"]).all()
    assert (np.diff(table["median"]) > 0).all()
    assert (found.draws >= now).all()
    chances = [found.probability_by(steps[1], now + ahead) for ahead in range(0, 40, 4)]
    check_probabilities(chances)
    check_not_increasing([-one for one in chances])
    check_not_increasing(-found.curve["expected"])
    check_not_increasing(-found.curve["enrolled"])
    assert found.curve["enrolled"].iloc[0] == len(known.frame)


def test_the_same_seed_gives_the_same_draws_on_any_number_of_threads() -> None:
    one, many = forecast(enrolment=MORE, threads=1), forecast(enrolment=MORE, threads=5)
    assert same(one, many)
    assert not same(one, forecast(enrolment=MORE, seed=5))


def test_more_draws_begin_with_the_same_model_and_events() -> None:
    plug_in = stated_models(KNOWN.arms, [HazardAssumption.exponential(rate=0.05)] * 2)
    few, many = (
        forecast_milestones(KNOWN, plug_in, [60], replications=n, times=[20.0]) for n in (50, 700)
    )
    assert (few.draws == many.draws[:50]).all()


def test_a_milestone_that_was_reached_has_its_date() -> None:
    done = KNOWN.events - 3
    found = forecast(done, 80)
    assert (found.draws[:, 0] == KNOWN.event_times[done - 1]).all()
    assert found.to_frame()["reached"].tolist() == [True, False]
    assert found.probability_by(done, KNOWN.now) == 1.0


def test_a_milestone_that_never_comes_says_so() -> None:
    subjects = len(KNOWN.frame)
    found = forecast(subjects + 1)
    assert np.isinf(found.draws).all()
    assert found.to_frame()["probability_ever"].tolist() == [0.0]
    assert found.quantile(subjects + 1, 0.5) == np.inf
    assert np.isfinite(found.curve.to_numpy()).all()


def test_follow_up_that_is_limited_has_fewer_events() -> None:
    limited = forecast(followup_limit=12.0, times=[60.0]).curve["expected"].iloc[0]
    assert limited < forecast(times=[60.0]).curve["expected"].iloc[0]
    short = forecast(followup_limit=1e-6, times=[60.0]).curve["expected"].iloc[0]
    assert short == KNOWN.events


def test_entry_times_that_were_drawn_are_used_in_turn() -> None:
    times = np.array([[16.0, 17.0, np.nan], [np.inf, 15.5, 18.0]])
    found = forecast(enrolment=EntryTimes(times=times), times=[15.6, 16.5, 30.0])
    assert found.curve["enrolled"].tolist() == pytest.approx(
        [len(KNOWN.frame) + n for n in (0.5, 1.0, 2.0)]
    )


def test_enrolment_ends_with_its_last_subject() -> None:
    found = forecast(enrolment=MORE, times=[200.0])
    assert found.curve["enrolled"].tolist() == [len(KNOWN.frame) + 30]


def test_uncertain_hazards_widen_the_band() -> None:
    wide, narrow = forecast(80), forecast(80, uncertain=False)
    assert np.std(wide.draws) > 1.2 * np.std(narrow.draws)


def test_events_of_old_contacts_count_from_the_cut_off_on() -> None:
    lagged = TrialFollowUp.from_subjects(
        entry=[0] * 50, time=[1] * 50, status=["at risk"] * 50, now=10
    )
    models = stated_models(lagged.arms, [HazardAssumption.exponential(rate=0.5)])
    found = forecast_milestones(lagged, models, [1], replications=200)
    assert (found.draws == 10.0).all()


def test_it_travels_as_json() -> None:
    found = forecast(60, 500, enrolment=MORE, replications=20)
    assert same(Result.from_json(found.to_json()), found)
    assert same(Result.from_json(KNOWN.to_json()), KNOWN)
    names = {**vars(milestones), **vars(design)}
    assert eval(repr(MODELS), names) == MODELS
    assert eval(repr(MORE), names) == MORE


def test_the_recent_pace_has_the_uncertainty_of_a_count() -> None:
    entries = pd.Series(KNOWN.frame["entry"])
    pace = recent_pace(KNOWN, subjects=len(entries) + 9, window=5)
    assert pace is not None
    lately = int((entries > 10).sum())
    assert pace.rates == (lately / 5,)
    assert (pace.most, pace.log_std_err) == (9, pytest.approx(lately**-0.5))
    assert recent_pace(KNOWN, subjects=len(entries)) is None
    with pytest.raises(NotEstimableError, match="nobody entered in the last"):
        recent_pace(replace(KNOWN, now=16.0), subjects=500, window=0.001)


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"milestones": ()}, "milestones are events > 0"),
        ({"milestones": (0, 5)}, "milestones are events > 0"),
        ({"replications": 0}, "1 <= replications <= 1,000,000"),
        ({"seed": -1}, "0 <= seed"),
        ({"confidence_level": 1.0}, "0 < confidence_level < 1"),
        ({"followup_limit": 0.0}, "followup_limit > 0"),
        ({"threads": 0}, "threads >= 1"),
        ({"times": [3.0]}, "times rise from now on"),
        ({"allocation": [1.0]}, "each arm has a share"),
    ],
)
def test_bad_input_is_refused(options: dict[str, Any], rule: str) -> None:
    asked = {"milestones": (60,), "replications": 10, **options}
    with pytest.raises(InputError, match=rule):
        forecast_milestones(KNOWN, MODELS, **asked)
    with pytest.raises(InputError, match="the milestone is one of"):
        forecast(60, replications=10).quantile(61, 0.5)


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"ends": (), "rates": ()}, "each stretch has a rate"),
        ({"ends": (2, 1), "rates": (1, 1)}, "ends are ascending"),
        ({"ends": (2,), "rates": (0,)}, "rates are >= 0 and not all 0"),
        ({"ends": (np.inf,), "rates": (3,)}, "ends are ascending"),
        ({"ends": (), "rates": (3,)}, "only one that ends with a number of subjects"),
        ({"ends": (2,), "rates": (3, 0), "most": 5}, "a last rate without an end is > 0"),
        ({"ends": (2,), "rates": (1e9,)}, "expected <="),
        ({"ends": (2,), "rates": (np.nan,)}, "rates are >= 0"),
    ],
)
def test_enrolment_that_cannot_be_is_refused(options: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        RemainingEnrolment(**options)


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"time": [-1.0]}, "times on study are >= 0"),
        ({"time": [9.0]}, "follow-up ends by now"),
        ({"entry": [np.nan]}, "finite"),
        ({"status": ["dead"]}, "status in"),
        ({"time": [1.0, 2.0]}, "each subject has"),
        ({"now": np.inf}, "now is finite"),
        ({"arm": ["A"], "arms": ("B",)}, "arms are B"),
    ],
)
def test_follow_up_that_cannot_be_is_refused(options: dict[str, Any], rule: str) -> None:
    sound: dict[str, Any] = {"entry": [1.0], "time": [2.0], "status": ["event"], "now": 5.0}
    with pytest.raises(InputError, match=rule):
        TrialFollowUp.from_subjects(**{**sound, **options})
