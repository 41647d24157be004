"""Cohorts as groups, other estimates over time, and the scripts that make them again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analytics.checks import InputError
from analytics.survival import SurvivalCounts, fit_kaplan_meier, test_logrank
from analytics.survival.logrank_weights import fleming_harrington
from dashboard.analyses.script import script
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.over_time import OverTimeAnalysis
from queries.cohorts import AnyRecord, Between, Cohort, OneOf, Window
from queries.store import Store, open_store
from tests.dashboard.eqx301 import snapshot_path, table_of

YOUNG = Cohort(Between(column="AGE", high=64), name="Up to 64")
OLD = Cohort(Between(column="AGE", low=60), name="From 60")


@pytest.fixture(scope="module")
def eqx301(demo_home: Path) -> Store:
    return open_store(snapshot_path(demo_home))


def by_hand(store: Store) -> SurvivalCounts:
    """Times by group from plain frames; subjects of both groups are in neither."""
    adsl, adtte = table_of(store, "adsl"), table_of(store, "adtte")
    both = adsl.merge(adtte[adtte["PARAMCD"] == "OS"], on="USUBJID", suffixes=("", "_tte"))
    alone = both[(both["AGE"] < 60) | (both["AGE"] > 64)]
    groups = np.where(alone["AGE"] < 60, YOUNG.name, OLD.name)
    return SurvivalCounts.from_subjects(
        alone["AVAL"], alone["CNSR"] == 0, arms=list(groups), order=(YOUNG.name, OLD.name)
    )


def test_subjects_of_several_groups_are_in_none_and_counted(eqx301: Store) -> None:
    analysis = SurvivalAnalysis(endpoint="OS", groups=(YOUNG, OLD))
    counts, expected = analysis.counts(eqx301), by_hand(eqx301)
    assert counts.arms == (YOUNG.name, OLD.name)
    kept = ["arm", "time", "events", "censored"]
    assert counts.frame[kept].to_numpy().tolist() == expected.frame[kept].to_numpy().tolist()
    assert analysis.exclusions(eqx301) == {
        "in more than one of the groups": 720 - expected.subjects
    }
    answer = analysis.run(eqx301)
    assert not isinstance(answer.comparison, str)
    assert answer.comparison.statistic == pytest.approx(test_logrank(expected).statistic)


def test_subjects_of_no_group_are_counted(eqx301: Store) -> None:
    old = Cohort(Between(column="AGE", low=70), name="From 70")
    young = Cohort(Between(column="AGE", high=50), name="Up to 50")
    analysis = SurvivalAnalysis(endpoint="OS", groups=(young, old), analysis_set="SAFFL")
    left_out = analysis.exclusions(eqx301)
    assert left_out["outside SAFFL"] == 5
    analysed = analysis.counts(eqx301).subjects
    assert left_out["in none of the groups"] == 715 - analysed


def test_a_group_of_the_future_is_compared_from_a_landmark_or_not_at_all(eqx301: Store) -> None:
    early = AnyRecord(dataset="adae", within=Window(low=0, high=30))
    groups = (
        Cohort(early, name="Early event"),
        Cohort(OneOf(column="SEX", values=("F",)), "Women"),
    )
    answer = SurvivalAnalysis(endpoint="OS", groups=groups).run(eqx301)
    assert "immortal time" in str(answer.comparison)
    landmark = SurvivalAnalysis(endpoint="OS", groups=groups, landmark_day=40).run(eqx301)
    assert not isinstance(landmark.comparison, str)


def test_groups_have_names_of_their_own() -> None:
    groups = tuple(Cohort(OLD.rule, name="A") for _ in range(2))
    with pytest.raises(InputError, match="groups have names of their own"):
        SurvivalAnalysis(endpoint="OS", groups=groups)


def test_the_script_makes_the_same_numbers(
    demo_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    analysis = SurvivalAnalysis(
        endpoint="PFS",
        groups=(YOUNG, OLD),
        weight=fleming_harrington(0, 1),
        unit="months",
        landmarks=(6.0,),
    )
    names: dict[str, object] = {}
    path = snapshot_path(demo_home)
    exec(compile(analysis.code(path), "shown", "exec"), names)
    assert names["analysis"] == analysis
    with open_store(path) as store:
        table = analysis.run(store).endpoint_table()
    assert str(table) in capsys.readouterr().out


def test_a_script_says_only_what_is_not_a_default() -> None:
    text = script(
        SurvivalAnalysis(endpoint='it\'s "OS"', landmark_day=30),
        Path("a\\b.duckdb"),
        pooled=False,
        shown=["answer"],
    )
    assert """SurvivalAnalysis(endpoint='it\\'s "OS"', landmark_day=30)""" in text
    assert "interval" not in text


@pytest.mark.parametrize("estimate", ["cumulative hazard", "difference", "hazard", "log-minus-log"])
def test_estimates_over_time_are_those_of_the_counts(eqx301: Store, estimate: str) -> None:
    analysis = SurvivalAnalysis(endpoint="OS", unit="months")
    answer = OverTimeAnalysis(analysis=analysis, estimate=estimate).run(eqx301)
    curves = {c.arm: c.table for c in fit_kaplan_meier(analysis.counts(eqx301)).curves}
    frame = answer.to_frame()
    if estimate == "difference":
        placebo, active = curves["Placebo"], curves["Lumarestat 200 mg"]
        at = frame[(frame["time"] <= 12)].iloc[-1]
        survival = [t.loc[t["time"] <= at["time"], "survival"].iloc[-1] for t in (active, placebo)]
        assert at["difference"] == pytest.approx(survival[0] - survival[1])
    elif estimate == "log-minus-log":
        first = frame[frame["arm"] == "Placebo"].iloc[0]
        step = curves["Placebo"].query("events > 0").iloc[0]
        assert first["log_minus_log"] == pytest.approx(np.log(-np.log(step["survival"])))
    elif estimate == "cumulative hazard":
        table = curves["Placebo"]
        total = (table["events"] / table["at_risk"]).sum()
        own = frame[frame["arm"] == "Placebo"]
        assert own["cumulative_hazard"].iloc[-1] == pytest.approx(total)
    else:
        # Over its span, a smoothed hazard adds up to about the cumulative one.
        own = frame[frame["arm"] == "Placebo"]
        table = curves["Placebo"][curves["Placebo"]["time"] <= own["time"].max()]
        total = (table["events"] / table["at_risk"]).sum()
        area = float(np.trapezoid(own["hazard"], own["time"]))
        assert area == pytest.approx(total, rel=0.15)


def test_a_difference_needs_a_comparison_that_may_be_made(eqx301: Store) -> None:
    dead = Cohort(OneOf(column="DTHFL", values=("Y",)))
    asked = OverTimeAnalysis(
        analysis=SurvivalAnalysis(endpoint="OS", cohort=dead), estimate="difference"
    )
    answer = asked.run(eqx301)
    assert "no landmark can be stated" in str(answer.result)
    assert answer.to_frame().empty
