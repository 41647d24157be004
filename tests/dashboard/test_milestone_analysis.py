"""Milestones of a study from its store: against dates counted by hand in pandas."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.milestones import EntryTimes
from analytics.results import Result, same
from dashboard.analyses.milestones import (
    BackTestAnalysis,
    MilestoneAnalysis,
    MilestoneAnswer,
    dated_trial,
)
from dashboard.analyses.milestones.forecast import EventForecasting
from dashboard.jobs.requests import read_request, write_request
from queries.cohorts import AnyRecord, Cohort, OneOf
from queries.store import Store, open_store
from tests.dashboard.eqx301 import ARMS, snapshot_path, table_of
from tests.tiny_snapshot import write_tiny_snapshot

MONTH = 30.4375
QUICK = EventForecasting(replications=800, families=("exponential", "weibull"))


@pytest.fixture(scope="module")
def store(demo_home: Path) -> Iterator[Store]:
    with open_store(snapshot_path(demo_home)) as opened:
        yield opened


@pytest.fixture(scope="module")
def pooled(demo_home: Path) -> Iterator[Store]:
    with open_store(snapshot_path(demo_home), pooled=True) as opened:
        yield opened


def asked(*milestones: int, **options: Any) -> MilestoneAnalysis:
    return MilestoneAnalysis(
        endpoint="OS", milestones=milestones or (250, 300), how=QUICK, **options
    )


@pytest.fixture(scope="module")
def answer(store: Store) -> MilestoneAnswer:
    return asked().run(store)


def test_follow_up_is_that_of_the_data(store: Store) -> None:
    dated = dated_trial(store, endpoint="OS", analysis_set="ITTFL")
    own = table_of(store, "adtte")
    own = own[own["PARAMCD"] == "OS"].sort_values("USUBJID").reset_index(drop=True)
    known = dated.follow_up
    assert dated.origin == own["STARTDT"].min().date()
    assert known.arms == ARMS
    assert (known.frame["time"] * MONTH).tolist() == pytest.approx(own["AVAL"].tolist())
    entry = (own["STARTDT"] - own["STARTDT"].min()).dt.days
    assert (known.frame["entry"] * MONTH).tolist() == pytest.approx(entry.tolist())
    assert known.events == int((own["CNSR"] == 0).sum())
    days = own.loc[own["CNSR"] == 0, "ADT"].sort_values()
    assert [dated.day_of(t) for t in known.event_times] == [d.date() for d in days]
    assert dated.day_of(known.now) == dated.cut_on == datetime.date(2026, 6, 30)


def test_a_milestone_that_came_has_its_day(store: Store, answer: MilestoneAnswer) -> None:
    own = table_of(store, "adtte")
    days = own.loc[(own["PARAMCD"] == "OS") & (own["CNSR"] == 0), "ADT"].sort_values()
    table = answer.to_frame()
    assert table["reached"].tolist() == [True, False]
    assert table["median"].iloc[0] == days.iloc[249].date()
    first, last = table[["lower", "upper"]].iloc[1]
    assert answer.dated.cut_on < first < last


def test_chances_rise_with_the_day(answer: MilestoneAnswer) -> None:
    cut = answer.dated.cut_on
    chances = [
        answer.probability_by(300, cut + datetime.timedelta(days=d)) for d in (0, 40, 60, 400)
    ]
    assert chances == sorted(chances)
    assert (chances[0], chances[-1]) == (0.0, 1.0)
    median = answer.to_frame()["median"].iloc[1]
    assert answer.probability_by(300, median) == pytest.approx(0.5, abs=0.1)
    with pytest.raises(InputError, match="the day is 2026-06-30 or later"):
        answer.probability_by(300, datetime.date(2026, 6, 29))


def test_the_curve_begins_with_what_is_known(answer: MilestoneAnswer) -> None:
    curve = answer.curve()
    assert curve["day"].iloc[0] == answer.dated.cut_on
    assert curve["expected"].iloc[0] == answer.forecast.events == 274
    assert (np.diff(curve["expected"]) >= 0).all()


def test_a_blinded_reader_gets_a_pooled_forecast(store: Store, pooled: Store) -> None:
    blind, unblinded = asked().run(pooled), asked(by_arm=False).run(store)
    assert blind.forecast.models.arms == ("All subjects",)
    assert same(blind.forecast, unblinded.forecast)
    assert "Blinded: all arms are pooled." in blind.sentences
    text = blind.to_json() + str(blind.sentences)
    assert not any(arm in text for arm in ARMS)


def test_more_subjects_bring_the_milestone_nearer(store: Store, answer: MilestoneAnswer) -> None:
    more = asked(subjects=900, rate=60.0).run(store)
    assert more.enrolment is not None
    assert more.to_frame()["median"].iloc[1] < answer.to_frame()["median"].iloc[1]
    assert "180 more subjects enter at 60.0 a month." in more.sentences
    now = answer.forecast.now
    drawn = EntryTimes(times=np.tile(np.linspace(now, now + 3, 180), (5, 1)))
    told = asked().run(store, entries=drawn)
    assert told.to_frame()["median"].iloc[1] < answer.to_frame()["median"].iloc[1]
    with pytest.raises(NotEstimableError, match="nobody entered in the last"):
        asked(subjects=900, window=1.0).run(store)


def test_follow_up_that_ends_by_plan_has_fewer_events(store: Store) -> None:
    limited = asked(followup_limit=12.0).run(store).to_frame()
    assert limited["probability_ever"].tolist() == [1.0, 0.0]


def test_the_back_test_says_what_happened(store: Store) -> None:
    found = BackTestAnalysis(analysis=asked(150, 250), cut_offs=4).run(store)
    table = found.to_frame()
    own = table_of(store, "adtte")
    days = own.loc[(own["PARAMCD"] == "OS") & (own["CNSR"] == 0), "ADT"].sort_values()
    actual = {m: days.iloc[m - 1].date() for m in (150, 250)}
    assert table["actual"].tolist() == [actual[m] for m in table["milestone"]]
    inside = [low <= day <= high for low, day, high in zip(
        table["lower"], table["actual"], table["upper"], strict=True)]  # fmt: skip
    assert table["inside"].tolist() == inside
    then = own[(own["PARAMCD"] == "OS") & (own["STARTDT"].dt.date <= table["cut_off"].iloc[0])]
    by_then = then["ADT"].dt.date <= table["cut_off"].iloc[0]
    assert table["subjects"].iloc[0] == len(then)
    assert table["events"].iloc[0] == int(((then["CNSR"] == 0) & by_then).sum())
    assert "bands of 90% held what happened" in found.sentences[0]
    assert same(Result.from_json(found.to_json()), found)


def test_a_back_test_needs_a_past(store: Store) -> None:
    with pytest.raises(NotEstimableError, match="no milestone is later"):
        BackTestAnalysis(analysis=asked(5)).run(store)
    with pytest.raises(InputError, match="1 <= cut_offs <= 60"):
        BackTestAnalysis(analysis=asked(), cut_offs=0)


def test_a_cohort_of_the_future_is_refused(store: Store) -> None:
    cohort = Cohort(AnyRecord(dataset="adae", where=OneOf(column="AESER", values=("Y",))))
    with pytest.raises(NotEstimableError, match="immortal time"):
        asked(cohort=cohort).run(store)


# Dates that are missing -------------------------------------------------------------


def tiny(path: Path, *changes: str) -> Store:
    write_tiny_snapshot(path)
    with duckdb.connect(str(path)) as connection:
        for sql in changes:
            connection.execute(sql)
    return open_store(path)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    changes = (
        """UPDATE adsl SET "RANDDT" = NULL WHERE "USUBJID" = 'S1'""",
        """UPDATE adsl SET "EOSSTT" = NULL WHERE "USUBJID" IN ('S6', 'S8')""",
        """UPDATE adtte SET "AVAL" = 90 WHERE "USUBJID" = 'S6'""",
    )
    with tiny(tmp_path / "tiny.duckdb", *changes) as store:
        dated = dated_trial(store, endpoint="OS", allowance_days=30)
    assert dated.notes == (
        "Left out, without a day of entry: 1 of the subjects.",
        "The time has no first day, that of enrolment stands for it: 7 of the subjects.",
        "The time has no last day, it is the first one and the recorded time: 7 of the subjects.",
        "The time ends after the data cut, at which they are at risk: 1 of the subjects.",
    )
    status = dated.follow_up.frame["status"].value_counts().to_dict()
    assert status == {"event": 3, "completed": 2, "at risk": 1, "dropout": 1}
    assert dated.day_of(dated.follow_up.now) == datetime.date(2024, 5, 1)


def test_those_not_heard_of_for_long_are_said(tmp_path: Path) -> None:
    with tiny(tmp_path / "tiny.duckdb", 'UPDATE adsl SET "EOSSTT" = NULL') as store:
        dated = dated_trial(store, endpoint="OS", allowance_days=90)
    [said] = [one for one in dated.notes if "last heard of" in one]
    assert said.startswith("The 3 at risk were last heard of 50 days")


def test_without_a_data_cut_the_last_day_stands_for_it(tmp_path: Path) -> None:
    cut = "DELETE FROM provenance.snapshot WHERE item = 'data_cut'"
    with tiny(tmp_path / "tiny.duckdb", cut) as store:
        dated = dated_trial(store, endpoint="OS")
    assert dated.notes[0].startswith("The study states no data cut; it is taken as 2024-03-09")


def test_without_days_there_is_no_forecast(tmp_path: Path) -> None:
    with (
        tiny(tmp_path / "tiny.duckdb", 'UPDATE adsl SET "RANDDT" = NULL') as store,
        pytest.raises(NotEstimableError, match="no subject has the day of entry"),
    ):
        dated_trial(store, endpoint="OS")
    with (
        open_store(tmp_path / "tiny.duckdb") as store,
        pytest.raises(NotEstimableError, match="No subject of this cohort has a time for PFS"),
    ):
        dated_trial(store, endpoint="PFS")


# As values --------------------------------------------------------------------------


def test_questions_and_answers_travel(answer: MilestoneAnswer) -> None:
    question = asked(subjects=800, cohort=Cohort(OneOf(column="SEX", values=("F",))))
    assert read_request(write_request(question), MilestoneAnalysis) == question
    back = BackTestAnalysis(analysis=question)
    assert read_request(write_request(back), BackTestAnalysis) == back
    assert same(Result.from_json(answer.to_json()), answer)


def test_bad_questions_are_refused(store: Store) -> None:
    for options, rule in (
        ({"milestones": ()}, "1 to 20 milestones"),
        ({"milestones": (0,)}, "1 to 20 milestones"),
        ({"subjects": 0}, "subjects > 0"),
        ({"rate": -1.0}, "rate > 0"),
        ({"followup_limit": 0.0}, "followup_limit > 0"),
    ):
        with pytest.raises(InputError, match=rule):
            replace(asked(), **options)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="families are among"):
        EventForecasting(families=("gompertz",))
    with pytest.raises(InputError, match="allowance_days"):
        replace(asked(), allowance_days=-1).run(store)


def test_the_days_are_dates_or_none(answer: MilestoneAnswer) -> None:
    dated = answer.dated
    assert dated.day_of(np.inf) is None
    assert dated.day_of(1e6) is None
    for day in pd.date_range("2026-07-01", periods=5):
        assert dated.day_of(dated.time_of(day.date())) == day.date()
