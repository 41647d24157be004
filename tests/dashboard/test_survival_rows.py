"""The rows of a survival analysis are what its counts count, whatever the analysis says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analytics.checks import NotEstimableError
from analytics.survival.counts import SurvivalCounts
from dashboard.analyses.survival import SurvivalAnalysis
from queries.cohorts import Between, Cohort, OneOf
from queries.store import Store, open_store
from queries.workspace import open_workspace

WOMEN = Cohort(OneOf(column="SEX", values=("F",)), name="Women")
OLD = Cohort(Between(column="AGE", low=65), name="65 or older")
OS = SurvivalAnalysis(endpoint="OS", analysis_set="ITTFL", unit="months")
ANALYSES = {
    "plan": OS,
    "one arm, reversed": replace(OS, arms=("Lumarestat 200 mg", "Placebo")),
    "one arm": replace(OS, arms=("Placebo",)),
    "actual arms": replace(OS, endpoint="TTSAE", arm="actual", analysis_set="SAFFL"),
    "cohort": replace(OS, cohort=WOMEN, unit="weeks"),
    "landmark": replace(OS, landmark_day=91),
    "groups": replace(OS, groups=(WOMEN, OLD)),
    "groups from a landmark": replace(OS, groups=(OLD, WOMEN), landmark_day=60, unit="days"),
}


@pytest.fixture(scope="module")
def eqx301(demo_home: Path) -> Iterator[Store]:
    with (
        open_workspace(demo_home) as workspace,
        open_store(workspace.path(workspace.current_snapshot("EQX-301"))) as store,
    ):
        yield store


def counted(rows: pd.DataFrame, arms: tuple[str, ...], unit: str) -> SurvivalCounts:
    return SurvivalCounts.from_subjects(
        rows["time"],
        rows["event"],
        arms=rows["arm"].astype(str).tolist(),
        strata=rows["stratum"].tolist(),
        order=arms,
        time_unit=unit,
    )


@pytest.mark.parametrize("strata", [(), ("REGION1", "ECOGBL")])
@pytest.mark.parametrize("name", ANALYSES)
def test_the_counts_of_the_rows_are_the_counts(
    eqx301: Store, name: str, strata: tuple[str, ...]
) -> None:
    analysis = ANALYSES[name]
    rows, counts = analysis.rows(eqx301, ("AGE", "SEX"), strata), analysis.counts(eqx301, strata)
    assert tuple(rows["arm"].cat.categories) == counts.arms
    found = counted(rows, counts.arms, analysis.unit)
    pd.testing.assert_frame_equal(found.frame, counts.frame)


def test_pooled_rows_have_one_arm(eqx301: Store) -> None:
    with open_store(eqx301.path, pooled=True) as store:
        rows = OS.rows(store, ("AGE",))
        assert tuple(rows["arm"].cat.categories) == ("All subjects",)
        assert len(rows) == OS.counts(store).subjects


def test_nobody_left_is_said(eqx301: Store) -> None:
    nobody = replace(OS, cohort=Cohort(OneOf(column="SEX", values=("X",))))
    with pytest.raises(NotEstimableError, match="widen the cohort"):
        nobody.rows(eqx301)
