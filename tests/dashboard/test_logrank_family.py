"""One analysis, one number: the headline, the log-rank family and the library agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from analytics.checks import NotEstimableError
from analytics.survival import (
    LOG_RANK,
    SurvivalCounts,
    fit_cox_by_arm,
    fleming_harrington,
    test_logrank,
    test_maxcombo,
)
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.comparisons import Comparisons, ComparisonsAnswer
from dashboard.analyses.survival.logrank_family import EMPHASIS, WEIGHTS, family_table, make_tests
from queries.cohorts import Between, Cohort
from queries.store import Store, open_store
from queries.workspace import open_workspace
from tests.tiny_snapshot import write_tiny_snapshot

STRATA = ("REGION1", "BMKGR1", "ECOGBL")
ANALYSES = {
    "OS": ("EQX-301", SurvivalAnalysis(endpoint="OS", analysis_set="ITTFL", strata=STRATA)),
    "PFS": ("EQX-301", SurvivalAnalysis(endpoint="PFS", analysis_set="ITTFL", strata=STRATA)),
    "PFS, late": (
        "EQX-301",
        SurvivalAnalysis(
            endpoint="PFS", strata=STRATA[:1], weight=fleming_harrington(0, 1), unit="months"
        ),
    ),
    "RFS": ("GBSG2", SurvivalAnalysis(endpoint="RFS")),
    "five arms": (
        "EQX-201",
        SurvivalAnalysis(endpoint="TTQUEAS", analysis_set="SAFFL", arm="actual"),
    ),
}


@pytest.fixture(scope="module")
def stores(demo_home: Path) -> Iterator[dict[str, Store]]:
    with open_workspace(demo_home) as workspace:
        snapshots = {
            code: workspace.current_snapshot(code) for code in ("EQX-301", "GBSG2", "EQX-201")
        }
        paths = {code: workspace.path(one) for code, one in snapshots.items() if one is not None}
    opened = {code: open_store(path) for code, path in paths.items()}
    yield opened
    for store in opened.values():
        store.close()


# The same number everywhere -----------------------------------------------------------


@pytest.mark.parametrize("name", ANALYSES)
def test_headline_tab_and_library_agree(stores: dict[str, Store], name: str) -> None:
    code, analysis = ANALYSES[name]
    headline, tab = analysis.run(stores[code]), Comparisons(analysis=analysis).run(stores[code])
    counts = analysis.counts(stores[code], analysis.strata)
    own = next(test for test in tab.tests if test.weight == analysis.weight)
    assert not isinstance(own.outcome, str)
    assert not isinstance(headline.comparison, str)
    direct = test_logrank(counts, analysis.weight)
    assert own.strata == analysis.strata
    assert own.outcome.p_value == headline.comparison.p_value == direct.p_value
    ratios = tab.hazard_ratios_table().query("method == 'Cox'")["hazard_ratio"].tolist()
    cox = fit_cox_by_arm(counts).to_frame()["hazard_ratio"].tolist()
    assert not isinstance(headline.hazard_ratio, str)
    assert headline.hazard_ratio.to_frame()["hazard_ratio"].tolist() == cox
    assert ratios[: len(cox)] == cox, "others stand below"


@pytest.mark.parametrize("name", ANALYSES)
def test_every_member_of_the_family_is_that_of_the_library(
    stores: dict[str, Store], name: str
) -> None:
    code, analysis = ANALYSES[name]
    counts = analysis.counts(stores[code], analysis.strata)
    made = make_tests(counts, analysis.strata, WEIGHTS)
    table = family_table(made).set_index("test")
    for weight in WEIGHTS:
        direct = test_logrank(counts, weight)
        row = table.loc[weight.name]
        assert (row["statistic"], row["p_value"]) == (direct.statistic, direct.p_value)
        assert row["degrees_of_freedom"] == len(counts.arms) - 1
        assert row["reason"] == ""
    if len(counts.arms) == 2:
        assert (table["z"] ** 2).tolist() == pytest.approx(table["statistic"].tolist())
    else:
        assert table["z"].isna().all(), "several arms have no direction"


def test_every_choice_says_what_it_stresses() -> None:
    assert set(EMPHASIS) == set(WEIGHTS)
    assert len({weight.name for weight in WEIGHTS}) == len(WEIGHTS)


def test_time_units_change_no_test(stores: dict[str, Store]) -> None:
    code, analysis = ANALYSES["PFS"]
    found = [
        Comparisons(analysis=replace(analysis, unit=unit)).run(stores[code])
        for unit in ("days", "months", "years")
    ]
    statistics = [answer.tests_table()["statistic"].tolist() for answer in found]
    assert statistics[1] == pytest.approx(statistics[0], rel=1e-12)
    assert statistics[2] == pytest.approx(statistics[0], rel=1e-12)


# Direction ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("better", "fewer_is_small"), [("New", True), ("Control", False)], ids=["better", "worse"]
)
def test_one_sided_is_of_fewer_events_in_the_arm_that_is_not_the_reference(
    better: str, fewer_is_small: bool
) -> None:
    worse = "Control" if better == "New" else "New"
    counts = SurvivalCounts.from_subjects(
        [*range(1, 21), *range(15, 35)],
        [1] * 40,
        arms=[worse] * 20 + [better] * 20,
        order=("Control", "New"),
    )
    [test] = make_tests(counts, (), [LOG_RANK])
    assert not isinstance(test.outcome, str)
    one, other = test.outcome.one_sided("fewer"), test.outcome.one_sided("more")
    assert (one < 0.001) == fewer_is_small
    assert one + other == pytest.approx(1)
    assert min(one, other) == pytest.approx(test.outcome.p_value / 2)


def test_the_reference_turns_the_direction_and_nothing_else(stores: dict[str, Store]) -> None:
    code, analysis = ANALYSES["OS"]
    arms = stores[code].arms()
    one = replace(analysis, arms=arms).run(stores[code]).comparison
    turned = replace(analysis, arms=arms[::-1]).run(stores[code]).comparison
    assert not isinstance(one, str)
    assert not isinstance(turned, str)
    assert turned.p_value == pytest.approx(one.p_value, rel=1e-12)
    assert turned.one_sided("more") == pytest.approx(one.one_sided("fewer"), rel=1e-12)
    assert one.one_sided("fewer") < 0.001, "overall survival is better with the new treatment"


# Arms that are not compared -----------------------------------------------------------


def test_arms_that_are_not_compared_are_counted(stores: dict[str, Store]) -> None:
    _, analysis = ANALYSES["five arms"]
    store = stores["EQX-201"]
    whole = analysis.counts(store)
    two = replace(analysis, arms=("Placebo", "100 mg"))
    answer = Comparisons(analysis=two).run(store)
    assert answer.arms == ("Placebo", "100 mg")
    assert (answer.pairs, answer.trend) == (None, None)
    alone = whole.of_arms(("Placebo", "100 mg"))
    assert not isinstance(answer.maxcombo, str)
    assert answer.maxcombo.p_value == test_maxcombo(alone).p_value
    left_out = two.exclusions(store)
    assert left_out["in an arm that is not compared"] == whole.subjects - alone.subjects
    assert "in an arm that is not compared" not in analysis.exclusions(store)
    size = store.ask("cohort_size")["subjects"].item()
    assert sum(left_out.values()) + alone.subjects == size


# Cohorts as groups --------------------------------------------------------------------


def by_age(answer: ComparisonsAnswer) -> tuple[object, ...]:
    return answer.arms, answer.tests_table()["p_value"].tolist()[0]


def test_subjects_of_both_groups_are_left_out_and_counted(tmp_path: Path) -> None:
    # By eye: S1 61, S2 70, S3 55, S4 48, S5 80, S6 unknown, S7 66, S8 59; from 59 and up to 61
    # overlap in S1 and S8, and S6 is in neither.
    groups = (
        Cohort(Between(column="AGE", high=61), name="Up to 61"),
        Cohort(Between(column="AGE", low=59), name="From 59"),
    )
    analysis = SurvivalAnalysis(endpoint="OS", groups=groups)
    with open_store(write_tiny_snapshot(tmp_path / "tiny.duckdb")) as store:
        answer = Comparisons(analysis=analysis).run(store)
        exclusions = analysis.exclusions(store)
    assert exclusions == {"in none of the groups": 1, "in more than one of the groups": 2}
    direct = SurvivalCounts.from_subjects(
        [8, 8, 9, 3, 7], [1, 1, 0, 1, 0], arms=["Up to 61"] * 2 + ["From 59"] * 3,
        order=("Up to 61", "From 59"),
    )  # fmt: skip
    assert by_age(answer) == (direct.arms, pytest.approx(test_logrank(direct).p_value))


def test_groups_that_share_everybody_leave_nobody(tmp_path: Path) -> None:
    groups = (Cohort(name="A"), Cohort(name="B"))
    analysis = SurvivalAnalysis(endpoint="OS", groups=groups)
    path, nobody = write_tiny_snapshot(tmp_path / "tiny.duckdb"), "No subject of this cohort"
    with open_store(path) as store, pytest.raises(NotEstimableError, match=nobody):
        Comparisons(analysis=analysis).run(store)


def test_several_arms_have_pairs_and_a_trend(stores: dict[str, Store]) -> None:
    _, analysis = ANALYSES["five arms"]
    answer = Comparisons(analysis=analysis).run(stores["EQX-201"])
    assert len(answer.pairs_table()) == 10
    assert answer.trend_table()["score"].tolist() == [1, 2, 3, 4, 5]
