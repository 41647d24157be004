"""Comparisons of arms from a store: against R, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from analytics.checks import InputError
from analytics.survival import (
    LOG_RANK,
    SurvivalCounts,
    compare_at_milestone,
    compare_restricted_means,
    fleming_harrington,
    peto_hazard_ratio,
    test_maxcombo,
)
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.comparisons import Comparisons, ComparisonsAnswer
from dashboard.analyses.survival.proportionality import assess_proportionality
from queries.cohorts import AnyRecord, Cohort, OneOf, Window
from queries.store import Store, open_store
from queries.workspace import open_workspace
from tests.tiny_snapshot import write_tiny_snapshot

STRATA = ("REGION1", "BMKGR1", "ECOGBL")
# R 4.2.2, survival 3.5-3, on the rows of ITTFL in days: survdiff(Surv(time, e) ~ arm [+
# strata(s)]), coxph(... + strata(s)) with confint, cox.zph of it.
IN_R = {
    "OS": (11.3598989766, 12.6545919332, 0.662408189299, 0.520365677915, 0.843223578864,
           0.154246597576),
    "PFS": (13.5138296097, 14.9421632881, 0.725393302294, 0.610711208217, 0.861610915163,
            11.8117501776),
}  # fmt: skip


def study_store(home: Path, code: str) -> Store:
    with open_workspace(home) as workspace:
        snapshot = workspace.current_snapshot(code)
        assert snapshot is not None
        return open_store(workspace.path(snapshot))


@pytest.fixture(scope="module")
def eqx301(demo_home: Path) -> Iterator[Store]:
    with study_store(demo_home, "EQX-301") as store:
        yield store


@pytest.fixture(scope="module")
def gbsg2(demo_home: Path) -> Iterator[Store]:
    with study_store(demo_home, "GBSG2") as store:
        yield store


@pytest.fixture(scope="module")
def doses(demo_home: Path) -> Iterator[Store]:
    with study_store(demo_home, "EQX-201") as store:
        yield store


def planned(endpoint: str, **options: Any) -> SurvivalAnalysis:
    return SurvivalAnalysis(endpoint=endpoint, analysis_set="ITTFL", strata=STRATA, **options)


def of_doses(**options: Any) -> Comparisons:
    analysis = SurvivalAnalysis(endpoint="TTQUEAS", analysis_set="SAFFL", arm="actual")
    return Comparisons(analysis=analysis, **options)


# Against R ----------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", ["OS", "PFS"])
def test_tests_and_hazard_ratios_agree_with_r(eqx301: Store, endpoint: str) -> None:
    stratified, unstratified, ratio, lower, upper, zph = IN_R[endpoint]
    answer = Comparisons(analysis=planned(endpoint, unit="months")).run(eqx301)
    table = answer.tests_table()
    assert table["test"].tolist()[:2] == ["log-rank", "log-rank"]
    assert table["strata"].tolist()[:2] == ["REGION1, BMKGR1, ECOGBL", ""]
    assert table["statistic"].tolist()[:2] == pytest.approx([stratified, unstratified], rel=1e-10)
    ratios = answer.hazard_ratios_table()
    assert ratios["method"].tolist() == ["Cox", "Cox", "Peto"]
    found = ratios.loc[0, ["hazard_ratio", "lower", "upper"]].tolist()
    assert found == pytest.approx([ratio, lower, upper], rel=1e-9)
    assert not isinstance(answer.proportionality, str)
    assert answer.proportionality.statistic == pytest.approx(zph, rel=1e-7)


def test_a_delayed_effect_is_seen_where_it_is(eqx301: Store, gbsg2: Store) -> None:
    seen = {}
    for store, analysis in [
        (eqx301, planned("PFS")),
        (eqx301, planned("OS")),
        (gbsg2, SurvivalAnalysis(endpoint="RFS")),
    ]:
        found = Comparisons(analysis=analysis).run(store).proportionality
        assert not isinstance(found, str)
        seen[analysis.endpoint] = found.doubtful
    assert seen == {"PFS": True, "OS": False, "RFS": False}


def test_gbsg2_agrees_with_r(gbsg2: Store) -> None:
    analysis = SurvivalAnalysis(endpoint="RFS", unit="days")
    answer = Comparisons(analysis=replace(analysis, horizon=1800), milestone=1461).run(gbsg2)
    table = answer.tests_table().set_index("test")["statistic"]
    assert table["log-rank"] == pytest.approx(8.56478085354, rel=1e-10)
    assert table["FH(1, 0)"] == pytest.approx(8.71379144171, rel=1e-10)
    assert not isinstance(answer.means, str)
    # summary(survfit(...), rmean = 1800); its standard error is that of the mean.
    means = answer.means.by_arm[["rmst", "std_err"]].to_numpy().tolist()
    assert means[0] == pytest.approx([1252.96590243, 30.1193877130], rel=1e-9)
    assert means[1] == pytest.approx([1398.82826395, 37.1678935513], rel=1e-9)
    assert not isinstance(answer.at_milestone, str)
    assert answer.at_milestone.by_arm["survival"].tolist() == pytest.approx(
        [0.508196235024, 0.645389637337], rel=1e-10
    )
    difference = answer.at_milestone.differences.iloc[0]
    assert difference["std_err"] == pytest.approx(
        np.hypot(0.0268529619575, 0.0331046554441), rel=1e-9
    )


def test_several_arms_agree_with_r(doses: Store) -> None:
    # pchisq of survdiff for each pair, p.adjust(p, "holm"); trend by hand from obs, exp and var.
    adjusted = [1, 1, 0.01498787915760, 0.00229033086666, 1, 0.12372942869531, 0.04042532442462,
                0.10649674325303, 0.03113828793117, 1]  # fmt: skip
    arms = ("Placebo", "10 mg", "30 mg", "60 mg", "100 mg")
    scores = tuple(zip(arms, (0.0, 10.0, 30.0, 60.0, 100.0), strict=True))
    answer = of_doses(scores=scores).run(doses)
    assert answer.pairs is not None
    assert not isinstance(answer.pairs, str)
    assert answer.pairs.table["adjusted_p_value"].tolist() == pytest.approx(adjusted, rel=1e-9)
    assert answer.trend is not None
    assert not isinstance(answer.trend, str)
    assert answer.trend.z == pytest.approx(4.56415252329, rel=1e-10)
    ranks = of_doses().run(doses).trend
    assert ranks is not None
    assert not isinstance(ranks, str)
    assert ranks.z == pytest.approx(4.43912335172, rel=1e-10)


def test_another_reference_leaves_the_trend_as_it_is(doses: Store) -> None:
    arms = ("30 mg", "Placebo", "10 mg", "60 mg", "100 mg")
    order = ("Placebo", "10 mg", "30 mg", "60 mg", "100 mg")
    turned = replace(of_doses().analysis, arms=arms)
    scores = tuple((arm, float(place)) for place, arm in enumerate(order, 1))
    trend = Comparisons(analysis=turned, scores=scores).run(doses).trend
    assert trend is not None
    assert not isinstance(trend, str)
    assert trend.arms == order
    assert trend.z == pytest.approx(4.43912335172, rel=1e-10)


# Against the library itself -----------------------------------------------------------


def test_everything_is_of_the_same_counts(eqx301: Store) -> None:
    analysis = planned("PFS", unit="months", landmarks=(12.0, 18.0))
    answer = Comparisons(analysis=analysis).run(eqx301)
    counts = analysis.counts(eqx301, STRATA)
    assert not isinstance(answer.maxcombo, str)
    assert answer.maxcombo.p_value == test_maxcombo(counts).p_value
    assert not isinstance(answer.peto, str)
    assert answer.peto.hazard_ratio == peto_hazard_ratio(counts).hazard_ratio
    assert not isinstance(answer.means, str)
    assert answer.means.contrasts.equals(compare_restricted_means(counts).contrasts)
    assert answer.means.horizon_from == "shortest follow-up"
    assert not isinstance(answer.at_milestone, str)
    assert answer.at_milestone.tests.equals(compare_at_milestone(counts, 18.0).tests)


def test_the_other_strata_stand_beside(eqx301: Store) -> None:
    plain = replace(planned("OS"), strata=())
    beside = Comparisons(analysis=plain, other_strata=STRATA).run(eqx301).tests_table()
    assert beside["statistic"].tolist()[:2] == pytest.approx(
        [IN_R["OS"][1], IN_R["OS"][0]], rel=1e-10
    )
    alone = Comparisons(analysis=plain).run(eqx301)
    assert alone.tests_table()["test"].tolist().count("log-rank") == 1
    assert alone.other_hazard_ratio is None


def test_a_chosen_weight_is_in_the_table_once(eqx301: Store) -> None:
    rare = fleming_harrington(2, 0)
    answer = Comparisons(analysis=replace(planned("OS"), weight=rare)).run(eqx301)
    weights = [test.weight for test in answer.tests if test.strata]
    assert weights[:2] == [LOG_RANK, rare]
    assert len(set(weights)) == len(weights)


# Crossing curves ------------------------------------------------------------------------


def crossing(n: int) -> SurvivalCounts:
    """A harms early and B late: half of each arm has its events in one half of the time."""
    early, late = np.linspace(1, 5, n), np.linspace(20, 30, n)
    times = [*early, *np.full(n, 40.0), *late, *np.linspace(30, 39, n)]
    events = [1] * n + [0] * n + [1] * 2 * n
    return SurvivalCounts.from_subjects(times, events, arms=["B"] * 2 * n + ["A"] * 2 * n)


def test_curves_that_cross_beyond_chance_are_named() -> None:
    found = assess_proportionality(crossing(40))
    [one] = found.crossings
    assert (one.arm, one.reference) == ("B", "A")
    assert one.lower_at <= 20 < one.higher_at
    assert found.doubtful


def test_curves_that_touch_are_no_crossing() -> None:
    times, arms = np.arange(1.0, 41), ["A", "B", "B", "A"] * 10
    found = assess_proportionality(SurvivalCounts.from_subjects(times, [1] * 40, arms=arms))
    assert found.crossings == ()
    assert not found.doubtful


# What is refused, and what is not estimable ---------------------------------------------


def test_a_horizon_beyond_a_curve_is_said(eqx301: Store) -> None:
    answer = Comparisons(analysis=replace(planned("OS", unit="months"), horizon=60)).run(eqx301)
    assert "up to 60 is not estimable: the curve of 'Placebo'" in str(answer.means)
    assert "reason" in answer.means_table().columns


@pytest.mark.parametrize(("horizon", "sentence"), [(0.0, "0 < horizon < infinity")])
def test_a_horizon_that_is_no_time_is_said(eqx301: Store, horizon: float, sentence: str) -> None:
    answer = Comparisons(analysis=replace(planned("OS"), horizon=horizon)).run(eqx301)
    assert sentence in str(answer.means)


def test_a_milestone_beyond_a_curve_or_absent_is_said(eqx301: Store) -> None:
    beyond = Comparisons(analysis=planned("OS", unit="months"), milestone=60).run(eqx301)
    assert "Survival at 60 is not estimable" in str(beyond.at_milestone)
    none = Comparisons(analysis=planned("OS", unit="months")).run(eqx301)
    assert "No milestone is stated" in str(none.at_milestone)
    assert none.milestone_table()["reason"].notna().all()


def test_one_arm_has_nothing_to_be_compared_with(tiny_store: Store) -> None:
    analysis = SurvivalAnalysis(endpoint="OS", arms=("Placebo",))
    answer = Comparisons(analysis=analysis).run(tiny_store)
    assert answer.refusal is not None
    assert "one arm, Placebo" in answer.refusal
    assert_nothing_is_compared(answer)


def test_a_blinded_store_compares_nothing(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with open_store(path, pooled=True) as store:
        answer = Comparisons(analysis=SurvivalAnalysis(endpoint="OS")).run(store)
    assert answer.refusal == "The study is blinded: arms are pooled, and nothing is compared."
    assert answer.arms == ("All subjects",)
    assert_nothing_is_compared(answer)


def assert_nothing_is_compared(answer: ComparisonsAnswer) -> None:
    assert answer.tests == ()
    for estimate in (answer.maxcombo, answer.means, answer.peto, answer.hazard_ratio):
        assert estimate == answer.refusal
    assert (answer.pairs, answer.trend) == (None, None)
    assert answer.hazard_ratios_table().empty


def test_cohorts_of_a_blinded_store_are_compared(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    women = Cohort(OneOf(column="SEX", values=("F",)), name="Women")
    men = Cohort(OneOf(column="SEX", values=("M",)), name="Men")
    with open_store(path, pooled=True) as store:
        analysis = SurvivalAnalysis(endpoint="OS", groups=(women, men))
        answer = Comparisons(analysis=analysis).run(store)
    assert answer.refusal is None
    assert answer.arms == ("Women", "Men")


def test_immortal_time_is_refused(eqx301: Store) -> None:
    late = Cohort(AnyRecord(dataset="adae", within=Window(low=0, high=30)))
    analysis = replace(planned("OS"), cohort=late)
    assert "immortal time" in str(Comparisons(analysis=analysis).run(eqx301).refusal)
    from_landmark = replace(analysis, landmark_day=40)
    assert Comparisons(analysis=from_landmark).run(eqx301).refusal is None


def changed(folder: Path, sql: str) -> Path:
    path = write_tiny_snapshot(folder / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(sql)
    return path


def test_an_arm_without_events_is_said(tmp_path: Path) -> None:
    path = changed(tmp_path, """UPDATE adtte SET "CNSR" = 1 WHERE "USUBJID" = 'S4'""")
    with open_store(path) as store:
        answer = Comparisons(analysis=SurvivalAnalysis(endpoint="OS", horizon=7)).run(store)
    assert isinstance(answer.hazard_ratio, str)
    assert "events" in answer.hazard_ratio
    assert isinstance(answer.proportionality, str)
    assert not isinstance(answer.peto, str), "it needs no events in an arm"
    assert not isinstance(answer.means, str)
    assert answer.means.by_arm["std_err"].isna().tolist() == [False, True]


def test_all_censored_is_said_by_every_comparison(tmp_path: Path) -> None:
    path = changed(tmp_path, 'UPDATE adtte SET "CNSR" = 1')
    with open_store(path) as store:
        answer = Comparisons(analysis=SurvivalAnalysis(endpoint="OS")).run(store)
    table = answer.tests_table()
    assert table["p_value"].isna().all()
    assert (table["reason"] != "").all()
    assert all(isinstance(one, str) for one in (answer.peto, answer.hazard_ratio))
    assert answer.refusal is None


def test_an_arm_without_a_score_is_said(doses: Store) -> None:
    answer = of_doses(scores=(("Placebo", 0.0), ("10 mg", 10.0))).run(doses)
    assert "each arm has a score" in str(answer.trend)


def test_an_unknown_adjustment_is_refused() -> None:
    with pytest.raises(InputError, match="adjustment in"):
        of_doses(adjustment="magic")
