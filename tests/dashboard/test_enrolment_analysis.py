"""Forecasts of enrolment from a store: by hand on eight subjects, on EQX-301 and on the pilot."""

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
from analytics.enrolment import time_to_target
from analytics.results import Result, same
from dashboard.access.key import snapshot_key
from dashboard.analyses.designs.proposal import usual_proposal
from dashboard.analyses.enrolment import (
    RecruitmentAnalysis,
    RecruitmentAnswer,
    RecruitmentBackTest,
    SiteAnalysis,
    SiteChange,
    WhatIfAnalysis,
    day_of_share,
    recruitment,
    usual_day,
    verdict_of,
    with_forecast,
)
from dashboard.analyses.enrolment.recruited import MONTH
from dashboard.analyses.enrolment.sites import LEAST_FOR_RAW
from dashboard.jobs.requests import read_request, write_request
from queries.cohorts import AnyRecord, Between, Cohort, OneOf
from queries.importers import import_files
from queries.site_plan import PlannedSite, SitePlan, read_site_plan
from queries.store import Store, open_store
from tests.dashboard.eqx301 import ARMS, snapshot_path, table_of
from tests.tiny_snapshot import write_tiny_snapshot

HALF = datetime.date(2025, 3, 1)
PLAN = SitePlan(
    sites=(
        PlannedSite(site="01", actual_activation=datetime.date(2023, 12, 1), target=9),
        PlannedSite(site="03", country="ESP", actual_activation=datetime.date(2024, 2, 1)),
        PlannedSite(site="04", planned_activation=datetime.date(2024, 9, 1), currency="EUR",
                    activation_cost=5000.0, cost_per_subject=100.0),
        PlannedSite(site="05"),
    )
)  # fmt: skip


@pytest.fixture(scope="module")
def store(demo_home: Path) -> Iterator[Store]:
    with open_store(snapshot_path(demo_home), key=snapshot_key()) as opened:
        yield opened


@pytest.fixture(scope="module")
def answer(store: Store) -> RecruitmentAnswer:
    return RecruitmentAnalysis(known_on=HALF, target=720).run(store)


@pytest.fixture(scope="module")
def pilot(trial_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path, folder = tmp_path_factory.mktemp("pilot") / "pilot.duckdb", trial_data / "cdisc-pilot"
    import_files([folder / "adam" / "adsl.xpt", folder / "sdtm" / "dm.xpt"], path)
    with open_store(path) as opened:
        yield opened


def tiny(path: Path, *changes: str) -> Store:
    write_tiny_snapshot(path)
    with duckdb.connect(str(path)) as connection:
        for sql in changes:
            connection.execute(sql)
    return open_store(path)


# Who was recruited --------------------------------------------------------------------


def test_months_count_from_the_first_day_and_end_with_the_cut(tiny_store: Store) -> None:
    found = recruitment(tiny_store)
    assert (found.origin, found.cut_on) == (datetime.date(2024, 1, 3), datetime.date(2024, 5, 1))
    assert found.sites.now == pytest.approx(120 / MONTH)
    assert found.sites.exposure_months.tolist() == pytest.approx([119.5 / MONTH, 61.5 / MONTH])
    assert found.enrolled_days[-1] == datetime.date(2024, 3, 9)
    assert found.enrolled_on(datetime.date(2024, 3, 1)) == 5
    for days in (0, 1, 59, 119):
        day = found.origin + datetime.timedelta(days=days)
        assert found.day_of(found.month_of(day)) == day
    assert found.day_of(np.inf) is None
    assert found.day_of(1e6) is None


def test_the_counts_of_sites_are_those_of_the_data(store: Store) -> None:
    found = recruitment(store)
    own = table_of(store, "adsl")
    own = own[own["TRT01P"].isin(ARMS)]
    counted = own.groupby("SITEID").size().to_dict()
    table = found.sites.table.set_index("site")
    assert {k: n for k, n in table["randomised"].to_dict().items() if n} == counted
    assert int(table["screened"].sum()) == len(table_of(store, "dm")) == 925
    then = found.sites_on(HALF)
    assert then.randomised == int((own["RANDDT"].dt.date <= HALF).sum()) == found.enrolled_on(HALF)


def test_a_plan_adds_idle_sites_and_real_activations(tiny_store: Store) -> None:
    found = recruitment(tiny_store, plan=PLAN)
    assert found.origin == datetime.date(2023, 12, 1)
    assert found.sites.names == ("01", "02", "03", "04")
    table = found.sites.to_frame().set_index("site")
    assert table.loc["03", ["country", "randomised"]].tolist() == ["ESP", 0]
    assert table.loc["03", "exposure_months"] == pytest.approx(90.5 / MONTH)
    assert table.loc["04", "opens_month"] == pytest.approx(275.5 / MONTH)
    assert table.loc["04", ["cost_per_site", "cost_per_patient"]].tolist() == [5000.0, 100.0]
    assert "without a day of activation and without subjects, left out: 1 sites" in str(found.notes)
    whole = recruitment(tiny_store).sites
    assert table.loc["01", "exposure_months"] > whole.exposure_months[0]


def test_closures_of_the_plan_count_and_do_not_cut_off_subjects(tiny_store: Store) -> None:
    early = SitePlan(sites=(PlannedSite(site="02", closed=datetime.date(2024, 3, 2)),))
    found = recruitment(tiny_store, plan=early)
    closed = found.sites.table.set_index("site").loc["02", "closed_month"]
    assert closed == found.patients.loc[found.patients["site"] == "02", "randomised_month"].max()
    assert np.isnan(found.sites_on(datetime.date(2024, 3, 1)).table["closed_month"]).all()


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    changes = (
        """UPDATE adsl SET "RANDDT" = NULL WHERE "USUBJID" = 'S1'""",
        """UPDATE adsl SET "SITEID" = NULL WHERE "USUBJID" = 'S2'""",
        """UPDATE adsl SET "RANDDT" = '2025-01-01' WHERE "USUBJID" = 'S3'""",
    )
    with tiny(tmp_path / "tiny.duckdb", *changes) as changed:
        found = recruitment(changed)
    assert found.notes[:3] == (
        "Left out, without a day of enrolment: 1 patients.",
        "Left out, after the data cut: 1 patients.",
        "Site not recorded, they count as one site: 1 patients.",
    )
    assert found.sites.randomised == 6
    assert "Not recorded" in found.sites.names


def test_without_sites_days_or_subjects_there_is_no_forecast(
    tmp_path: Path, tiny_store: Store
) -> None:
    nobody = Cohort(Between(column="AGE", low=150.0))
    with pytest.raises(NotEstimableError, match="nobody of this cohort is enrolled"):
        recruitment(tiny_store, cohort=nobody)
    with (
        tiny(tmp_path / "a.duckdb", 'ALTER TABLE adsl DROP COLUMN "SITEID"') as without,
        pytest.raises(NotEstimableError, match="sites were not collected"),
    ):
        recruitment(without)
    with (
        tiny(tmp_path / "b.duckdb", 'UPDATE adsl SET "RANDDT" = NULL') as undated,
        pytest.raises(NotEstimableError, match="no subject has a day of enrolment"),
    ):
        recruitment(undated)


def test_a_cohort_of_the_future_is_refused(store: Store) -> None:
    cohort = Cohort(AnyRecord(dataset="adae", where=OneOf(column="AESER", values=("Y",))))
    with pytest.raises(NotEstimableError, match="enrolment would seem to slow"):
        recruitment(store, cohort=cohort)


def test_a_part_of_the_study_is_forecast_without_screening(store: Store) -> None:
    women = recruitment(store, cohort=Cohort(OneOf(column="SEX", values=("F",))))
    assert not women.screening
    assert women.sites.table["screened"].tolist() == women.sites.table["randomised"].tolist()


# The forecast -------------------------------------------------------------------------


def test_bands_begin_with_what_is_known_and_widen(answer: RecruitmentAnswer) -> None:
    table = answer.to_frame()
    assert table["day"].iloc[0] == HALF
    assert (table.iloc[0, 1:] == answer.so_far).all()
    order = ["lower_90", "lower_80", "lower_50", "median", "upper_50", "upper_80", "upper_90"]
    assert (np.diff(table[order].to_numpy(float), axis=1) >= 0).all()
    assert (np.diff(table["mean"]) > 0).all()
    width = (table["upper_90"] - table["lower_90"]).to_numpy()
    assert (np.diff(width) >= 0).all()


def test_the_day_of_the_target_and_its_chance_agree(answer: RecruitmentAnswer) -> None:
    days = [answer.target_day(one) for one in (0.05, 0.5, 0.95)]
    assert days == sorted(days)  # type: ignore[type-var]
    for chance, day in zip((0.05, 0.5, 0.95), days, strict=True):
        assert day is not None
        assert answer.probability_by(day) >= chance
        assert answer.probability_by(day - datetime.timedelta(days=1)) <= chance
    assert answer.reached_on == datetime.date(2025, 10, 2)


def test_countries_have_their_own_bands(answer: RecruitmentAnswer) -> None:
    day = answer.recruitment.enrolled_days[-1]
    table = answer.by_country(day)
    assert int(table["so_far"].sum()) == answer.so_far
    assert int(table["happened"].sum()) == 720
    assert ((table["lower"] <= table["median"]) & (table["median"] <= table["upper"])).all()
    later = answer.recruitment.cut_on + datetime.timedelta(days=1)
    assert set(answer.by_country(later)["happened"]) == {-1}


def test_half_of_the_study_missed_with_constant_rates_and_not_with_slowing_ones(
    store: Store, answer: RecruitmentAnswer
) -> None:
    missed = verdict_of(answer)
    assert missed is not None
    assert (missed.happened, missed.side) == (720, "too high")
    assert "720 came: it missed, too high." in missed.sentence
    slowing = verdict_of(RecruitmentAnalysis(known_on=HALF, rates="slowing").run(store))
    assert slowing is not None
    assert slowing.side == "inside"


def test_a_target_that_was_reached_is_no_forecast(tiny_store: Store) -> None:
    found = RecruitmentAnalysis(target=5).run(tiny_store)
    assert found.reached is None
    assert found.reached_on == datetime.date(2024, 3, 1)
    assert found.probability_by(datetime.date(2024, 6, 1)) == 1.0
    assert found.target_day(0.5) is None
    assert verdict_of(found) is None
    with pytest.raises(InputError, match="a target is ahead of the forecast"):
        found.accrual()
    with pytest.raises(InputError, match="a target is stated"):
        RecruitmentAnalysis().run(tiny_store).probability_by(datetime.date(2024, 6, 1))


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"target": -5}, "1 <= target <= 1,000,000"),
        ({"target": 0}, "1 <= target <= 1,000,000"),
        ({"rates": "rising"}, "rates in"),
    ],
)
def test_bad_questions_are_refused(options: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        RecruitmentAnalysis(**options)


def test_days_outside_the_study_are_refused(tiny_store: Store) -> None:
    for day in (datetime.date(2023, 12, 31), datetime.date(2024, 5, 2)):
        with pytest.raises(InputError, match="the day is from 2024-01-03"):
            RecruitmentAnalysis(known_on=day).run(tiny_store)
    found = RecruitmentAnalysis(target=20).run(tiny_store)
    with pytest.raises(InputError, match="that of the forecast, or later"):
        found.probability_by(datetime.date(2024, 4, 30))


def test_the_usual_day_is_half_way_once_enrolment_has_ended(store: Store) -> None:
    found = recruitment(store)
    assert usual_day(found, 720) == HALF
    assert usual_day(found, 900) == HALF  # nobody entered in the last 60 days
    with pytest.raises(InputError, match="0 < share < 1"):
        day_of_share(found, 1.0)


# Sites --------------------------------------------------------------------------------


def test_sites_are_shrunken_ranked_and_raw_only_where_that_says_something(store: Store) -> None:
    found = SiteAnalysis(recruitment=RecruitmentAnalysis(known_on=HALF)).run(store)
    table = found.to_frame()
    assert len(table) == 62
    few = table["randomised"] < LEAST_FOR_RAW
    assert table.loc[few, "raw_rate"].isna().all()
    assert table.loc[~few, "raw_rate"].notna().all()
    assert table["expected_rank"].is_monotonic_increasing or table["expected_rank"].isna().any()
    known = table[table["expected_rank"].notna()]
    assert known["expected_rank"].is_monotonic_increasing
    inside = (table["lower"] < table["rate"]) & (table["rate"] < table["upper"])
    assert inside.all()
    middle = table["rate"].mean()
    busy = table[~few]
    nearer = (busy["rate"] - middle).abs() < (busy["raw_rate"] - middle).abs()
    assert nearer.mean() > 0.8
    assert table["failure"].between(0, 1).all()
    idle = table[table["open_since"].isna()]
    assert set(idle["shrinkage"].round(6)) == {1.0}


def test_without_screening_there_are_no_failures(tiny_store: Store) -> None:
    found = SiteAnalysis(recruitment=RecruitmentAnalysis()).run(tiny_store)
    assert found.failures is None
    assert "failure" not in found.to_frame()


# What if ------------------------------------------------------------------------------


def test_more_sites_come_sooner_and_fewer_later(demo_home: Path) -> None:
    path = snapshot_path(demo_home, "EQX-201")
    with open_store(path, key=snapshot_key()) as opened:
        found = recruitment(opened)
    early = day_of_share(found, 0.2)
    day = early + datetime.timedelta(days=10)
    asked = RecruitmentAnalysis(known_on=early, target=200)
    before = asked.of(found).target_day(0.5)
    assert before is not None

    def after(**options: Any) -> datetime.date:
        one = SiteChange(**options)
        sites = one.apply(found.sites_on(early), found)
        model = replace(asked.of(found).model, sites=sites)
        reached = time_to_target(model, 200, probabilities=(0.5,)).quantile(0.5)
        return found.day_of(reached) or datetime.date.max

    assert after(kind="add", number=20, day=day, country="NLD") < before
    assert after(kind="close", country="NLD", day=day) > before
    assert after(kind="pace", factor=1.5) < before
    assert after(kind="delay", months=6.0) > before


def test_costs_count_until_the_target(tiny_store: Store) -> None:
    priced = SitePlan(
        sites=tuple(replace(one, activation_cost=5000.0, currency="EUR") for one in PLAN.sites)
    )
    asked = RecruitmentAnalysis(plan=priced, target=20)
    more = SiteChange(kind="add", number=2, day=datetime.date(2024, 6, 1))
    table = WhatIfAnalysis(recruitment=asked, changes=(more,)).run(tiny_store).to_frame()
    assert table["cost"].tolist() == pytest.approx([15_060, 20_564], abs=10)
    assert table["sites"].tolist() == [4, 6]


def test_changes_that_cannot_be_are_refused(tiny_store: Store) -> None:
    asked, day = RecruitmentAnalysis(target=20), datetime.date(2024, 6, 1)
    for change, rule in (
        (SiteChange(kind="add", day=datetime.date(2024, 5, 1)), "the day is after 2024-05-01"),
        (SiteChange(kind="close", day=day, sites=("99",)), "sites are among those of the trial"),
        (SiteChange(kind="close", day=day, country="XXX"), "country in"),
    ):
        with pytest.raises(InputError, match=rule):
            WhatIfAnalysis(recruitment=asked, changes=(change,)).run(tiny_store)
    for options, rule in (
        ({"kind": "move"}, "kind in"),
        ({"kind": "add"}, "on a day"),
        ({"kind": "add", "day": day, "number": 0}, "1 <= number of new sites <= 500"),
        ({"kind": "delay", "months": 99.0}, "months of delay"),
        ({"kind": "pace", "factor": 0.0}, "0 < factor <= 10"),
    ):
        with pytest.raises(InputError, match=rule):
            SiteChange(**options)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="at most 20 changes"):
        WhatIfAnalysis(recruitment=asked, changes=(SiteChange(kind="pace"),) * 21)


def test_changes_are_sentences() -> None:
    day = datetime.date(2026, 4, 1)
    later = "Open all sites 2 months later, where not open yet."
    for change, said in (
        (SiteChange(kind="add", day=day), "Add 1 site on 2026-04-01."),
        (SiteChange(kind="close", day=day, sites=("7", "8")), "Close sites 7, 8 on 2026-04-01."),
        (SiteChange(kind="delay", months=2.0), later),
        (SiteChange(kind="pace", factor=1.2, sites=("7",)), "Let site 7 enrol 1.2 times as fast."),
    ):
        assert change.sentence == said


# The past -----------------------------------------------------------------------------


def test_many_days_show_that_slowing_rates_hold_and_constant_ones_do_not(store: Store) -> None:
    found = RecruitmentBackTest(recruitment=RecruitmentAnalysis(), cut_offs=3).run(store)
    assert found.constant.coverage < 0.6 < found.slowing.coverage
    table = found.to_frame()
    assert len(table) == 2 * 3 * 4
    came = recruitment(store)
    assert [came.enrolled_on(day) for day in table["day"]] == table["happened"].tolist()
    assert "bands of 90% held what came" in found.sentences[0]
    assert same(Result.from_json(found.to_json()), found)


def test_a_back_test_needs_a_past(tiny_store: Store) -> None:
    with pytest.raises(NotEstimableError, match="needs 20 subjects enrolled, and there are 8"):
        RecruitmentBackTest(recruitment=RecruitmentAnalysis()).run(tiny_store)
    with pytest.raises(InputError, match="2 <= cut_offs <= 20"):
        RecruitmentBackTest(recruitment=RecruitmentAnalysis(), cut_offs=1)


def test_the_pilot_from_half_misses_high_unless_rates_may_slow(pilot: Store) -> None:
    found = recruitment(pilot)
    day = day_of_share(found, 0.5)
    assert (day, found.enrolled_on(day)) == (datetime.date(2013, 6, 13), 127)
    constant, slowing = (
        verdict_of(RecruitmentAnalysis(known_on=day, rates=rates).of(found))  # type: ignore[arg-type]
        for rates in ("constant", "slowing")
    )
    assert constant is not None
    assert slowing is not None
    assert constant.happened == slowing.happened == 254
    assert constant.expected == pytest.approx(336, abs=1)
    assert (constant.lower, constant.upper) == pytest.approx((297, 381), abs=2)
    assert constant.side == "too high"
    assert slowing.expected < constant.expected
    assert slowing.side == "inside"


# As values ----------------------------------------------------------------------------


def test_the_accrual_of_a_design_ends_at_the_target(answer: RecruitmentAnswer) -> None:
    accrual = answer.accrual()
    assert accrual.subjects == pytest.approx(720)
    first = answer.recruitment.enrolled_days[0]
    middle = answer.target_day(0.5)
    assert middle is not None
    assert accrual.ends[-1] == pytest.approx((middle - first).days / MONTH, abs=0.05)
    known = (HALF - first).days / MONTH
    assert accrual.entered([known])[0] == pytest.approx(answer.so_far, abs=12)
    taken = with_forecast(usual_proposal(), answer)
    assert taken.assumptions.accrual == accrual
    assert taken.costs.sites == len(answer.model.sites.names)
    assert with_forecast(taken, answer).origin == taken.origin
    assert taken.origin.endswith(f", accrual as forecast on {HALF}")


def test_questions_and_answers_travel(answer: RecruitmentAnswer, store: Store) -> None:
    asked = RecruitmentAnalysis(plan=PLAN, known_on=HALF, rates="slowing", target=10)
    assert read_request(write_request(asked), RecruitmentAnalysis) == asked
    back = RecruitmentBackTest(recruitment=asked)
    assert read_request(write_request(back), RecruitmentBackTest) == back
    change = SiteChange(kind="add", day=HALF)
    assert read_request(write_request(change), SiteChange) == change
    assert same(Result.from_json(answer.to_json()), answer)
    sites = SiteAnalysis(recruitment=replace(asked, plan=None)).run(store)
    assert same(Result.from_json(sites.to_json()), sites)


def test_a_blinded_reader_gets_the_same_forecast(
    demo_home: Path, answer: RecruitmentAnswer
) -> None:
    with open_store(snapshot_path(demo_home), pooled=True, key=snapshot_key()) as pooled:
        blind = RecruitmentAnalysis(known_on=HALF, target=720).run(pooled)
    assert same(blind, answer)
    assert not any(arm in blind.to_json() for arm in ARMS)


def test_a_plan_from_a_file_is_used(tiny_store: Store) -> None:
    text = (
        b"site,country,actual_activation\n01,DEU,2023-12-20\n02,FRA,2024-02-15\n09,ITA,2024-04-01"
    )
    plan = read_site_plan(text)
    table = recruitment(tiny_store, plan=plan).sites.table
    assert table["site"].tolist() == ["01", "02", "09"]
    assert pd.notna(table["activated_month"]).all()
