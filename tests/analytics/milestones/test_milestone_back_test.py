"""Forecasts from earlier cut-offs against what happened."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.milestones import (
    TrialFollowUp,
    actual_entries,
    back_test,
    fit_event_models,
    recent_pace_until,
)
from analytics.results import Result, same
from tests.analytics.milestones.trials import drawn_trial

KNOWN = drawn_trial(7, now=40.0)
CONSTANT = partial(fit_event_models, families=["exponential"])


def test_a_trial_at_a_cut_off_is_as_it_looked_then() -> None:
    for cut_off in (5.0, 12.0, 33.3):
        then, drawn = KNOWN.known_at(cut_off), drawn_trial(7, now=cut_off)
        assert then.frame.equals(drawn.frame)
        assert (then.now, then.events) == (cut_off, int((KNOWN.event_times <= cut_off).sum()))
    assert same(KNOWN.known_at(20.0).known_at(11.0), KNOWN.known_at(11.0))


def test_an_event_in_the_last_period_before_a_cut_off_is_known() -> None:
    day = 1 / 30.4375
    for last in range(40, 140):
        entries = np.arange(1.0, last)
        whole = TrialFollowUp.from_subjects(
            entry=entries * day, time=(last - entries) * day, now=200 * day,
            status=["event"] * entries.size,
        )  # fmt: skip
        assert whole.known_at(last * day).events == entries.size
        assert len(whole.known_at((last - 1) * day).frame) == entries.size - 1


def test_the_table_says_what_happened() -> None:
    found = back_test(KNOWN, [40, 70], [8.0, 14.0], fit=CONSTANT, replications=400)
    table = found.to_frame()
    assert table["milestone"].tolist() == [40, 70, 40, 70]
    assert table["actual"].tolist() == pytest.approx(KNOWN.event_times[[39, 69, 39, 69]].tolist())
    inside = (table["lower"] <= table["actual"]) & (table["actual"] <= table["upper"])
    assert table["inside"].tolist() == inside.tolist()
    assert found.coverage == inside.mean()
    assert found.by_milestone()["forecasts"].tolist() == [2, 2]
    assert same(Result.from_json(found.to_json()), found)


def test_cut_offs_without_a_forecast_are_named() -> None:
    found = back_test(KNOWN, [20], [0.5, 6.0, 39.0], fit=CONSTANT, replications=50)
    assert len(found.left_out) == 2
    assert found.left_out["reason"].iloc[1] == "All milestones had been reached."
    with pytest.raises(NotEstimableError, match="No cut-off has a forecast"):
        back_test(KNOWN, [20], [39.0])


def test_a_milestone_that_has_not_come_is_judged_only_when_the_band_is_over() -> None:
    found = back_test(KNOWN, [149], [10.0], fit=CONSTANT, replications=200)
    assert found.table["actual"].isna().all()
    assert (found.judged, found.table["inside"].tolist()) == (0, [None])
    with pytest.raises(NotEstimableError, match="No forecast can be judged"):
        _ = found.coverage


def test_bands_of_data_in_whole_days_are_of_whole_days() -> None:
    day = 1 / 30.4375
    rows = KNOWN.frame.assign(
        entry=np.floor(KNOWN.frame["entry"] / day) * day,
        time=(np.floor(KNOWN.frame["time"] / day) + 1) * day,
    )
    whole = replace(KNOWN, frame=rows, now=KNOWN.now + 2 * day)
    table = back_test(
        whole, [40, 70], [14.0], fit=CONSTANT, replications=200, recorded_to=day
    ).table
    days = table[["lower", "median", "upper"]].to_numpy() / day
    assert days == pytest.approx(np.round(days), abs=1e-6)


def test_enrolment_as_it_was_or_as_it_was_expected() -> None:
    then = KNOWN.known_at(10.0)
    entries = actual_entries(KNOWN)(then)
    assert entries is not None
    assert entries.times[0].tolist() == sorted(KNOWN.frame["entry"][KNOWN.frame["entry"] > 10])
    found = back_test(
        KNOWN, [60], [10.0], enrolment=recent_pace_until(150), fit=CONSTANT, replications=200
    )
    assert found.judged == 1


def test_bands_cover_as_often_as_they_say() -> None:
    trials = 150
    held = []
    for seed in range(trials):
        known = drawn_trial(1000 + seed, now=60.0)
        table = back_test(known, [70], [12.0], fit=CONSTANT, replications=200, seed=seed).table
        held.append(bool(table["inside"].iloc[0]))
    error = np.sqrt(0.9 * 0.1 / trials)
    assert np.mean(held) == pytest.approx(0.9, abs=4 * error)


def test_cut_offs_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match="cut-offs are before 40"):
        back_test(KNOWN, [60], [40.0])
    with pytest.raises(InputError, match="1 to 200 cut-offs"):
        back_test(KNOWN, [60], [])
    with pytest.raises(InputError, match="cut_off <= 40"):
        KNOWN.known_at(41.0)
    with pytest.raises(NotEstimableError, match="Nobody had entered"):
        KNOWN.known_at(-1.0)


@pytest.mark.slow
def test_bands_of_averaged_models_cover_where_the_hazard_rises() -> None:
    trials, held = 200, []
    for seed in range(trials):
        rng = np.random.default_rng(seed)
        entry, event = np.sort(rng.uniform(0, 18, 200)), 20 * rng.weibull(1.5, 200)
        known = TrialFollowUp.from_subjects(
            entry=entry,
            time=np.minimum(event, 60 - entry),
            status=np.where(event <= 60 - entry, "event", "at risk"),
            now=60,
        )
        table = back_test(known, [80], [14.0], replications=300, seed=seed).table
        held.append(bool(table["inside"].iloc[0]))
    assert np.mean(held) > 0.9 - 4 * np.sqrt(0.9 * 0.1 / trials)
