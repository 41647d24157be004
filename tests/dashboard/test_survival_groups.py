"""Cohorts as groups: who is in which, who is in none, and the script that makes it again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analytics.checks import InputError
from analytics.survival import SurvivalCounts, test_logrank
from dashboard.analyses.survival import SurvivalAnalysis
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
