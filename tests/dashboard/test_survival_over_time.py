"""Estimates over time: those of the library on the subjects analysed, or a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from analytics.checks import InputError
from analytics.survival import (
    SurvivalCounts,
    difference_of_curves,
    fit_nelson_aalen,
    log_minus_log,
    smooth_hazard,
)
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.over_time import OverTimeAnalysis
from queries.cohorts import AnyRecord, Cohort, OneOf, Window
from queries.store import Store, open_store
from queries.workspace import open_workspace
from tests.tiny_snapshot import write_tiny_snapshot

ESTIMATES: dict[str, Callable[[SurvivalCounts], Any]] = {
    "cumulative hazard": fit_nelson_aalen,
    "difference": difference_of_curves,
    "hazard": smooth_hazard,
    "log-minus-log": log_minus_log,
}
WOMEN = Cohort(OneOf(column="SEX", values=("F",)), name="Women")
MEN = Cohort(OneOf(column="SEX", values=("M",)), name="Men")


@pytest.fixture(scope="module")
def stores(demo_home: Path) -> Iterator[dict[str, Store]]:
    opened = {}
    with open_workspace(demo_home) as workspace:
        for code in ("EQX-301", "EQX-201"):
            snapshot = workspace.current_snapshot(code)
            assert snapshot is not None
            opened[code] = open_store(workspace.path(snapshot))
    yield opened
    for store in opened.values():
        store.close()


@pytest.mark.parametrize("estimate", ESTIMATES)
@pytest.mark.parametrize(
    ("study", "analysis"),
    [
        ("EQX-301", SurvivalAnalysis(endpoint="PFS", analysis_set="ITTFL", unit="months")),
        ("EQX-301", SurvivalAnalysis(endpoint="OS", strata=("REGION1",), landmark_day=60)),
        ("EQX-301", SurvivalAnalysis(endpoint="OS", groups=(WOMEN, MEN), unit="months")),
        ("EQX-201", SurvivalAnalysis(endpoint="TTQUEAS", analysis_set="SAFFL", arm="actual")),
    ],
    ids=["as planned", "landmark", "groups", "five arms"],
)
def test_the_estimate_is_that_of_the_library(
    stores: dict[str, Store], study: str, analysis: SurvivalAnalysis, estimate: str
) -> None:
    answer = OverTimeAnalysis(analysis=analysis, estimate=estimate).run(stores[study])
    direct = ESTIMATES[estimate](analysis.counts(stores[study])).to_frame()
    pd.testing.assert_frame_equal(answer.to_frame(), direct, check_exact=True)
    assert not direct.empty
    assert [curve.arm for curve in answer.curves.curves] == list(
        analysis.members() or stores[study].arms(analysis.arm)
    )


def test_the_difference_is_0_at_0_and_of_each_arm_from_the_reference(
    stores: dict[str, Store],
) -> None:
    analysis = SurvivalAnalysis(endpoint="TTQUEAS", arm="actual", arms=("30 mg", "Placebo"))
    asked = OverTimeAnalysis(analysis=analysis, estimate="difference")
    frame = asked.run(stores["EQX-201"]).to_frame()
    assert set(zip(frame["arm"], frame["reference"], strict=True)) == {("Placebo", "30 mg")}
    assert frame.loc[0, ["time", "difference"]].tolist() == [0, 0]


def test_an_estimate_that_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match="estimate in"):
        OverTimeAnalysis(analysis=SurvivalAnalysis(endpoint="OS"), estimate="median")


@pytest.mark.parametrize("estimate", ["cumulative hazard", "hazard", "log-minus-log"])
def test_a_cohort_of_the_future_is_described_but_its_difference_is_refused(
    stores: dict[str, Store], estimate: str
) -> None:
    late = Cohort(AnyRecord(dataset="adae", within=Window(low=0, high=30)))
    analysis = SurvivalAnalysis(endpoint="OS", cohort=late, unit="months")
    described = OverTimeAnalysis(analysis=analysis, estimate=estimate).run(stores["EQX-301"])
    assert not described.to_frame().empty
    asked = OverTimeAnalysis(analysis=analysis, estimate="difference")
    answer = asked.run(stores["EQX-301"])
    assert "immortal time" in str(answer.result)
    assert answer.to_frame().empty


def test_one_arm_has_no_difference_and_a_blinded_store_one_curve(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    analysis = SurvivalAnalysis(endpoint="OS")
    with open_store(path, pooled=True) as store:
        difference = OverTimeAnalysis(analysis=analysis, estimate="difference").run(store)
        hazard = OverTimeAnalysis(analysis=analysis, estimate="cumulative hazard").run(store)
    assert "arm" in str(difference.result)
    assert set(hazard.to_frame()["arm"]) == {"All subjects"}


def test_without_an_event_there_is_a_sentence_or_no_row(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute('UPDATE adtte SET "CNSR" = 1')
    analysis = SurvivalAnalysis(endpoint="OS")
    with open_store(path) as store:
        hazard, parallel, cumulative = (
            OverTimeAnalysis(analysis=analysis, estimate=estimate).run(store)
            for estimate in ("hazard", "log-minus-log", "cumulative hazard")
        )
    assert "event" in str(hazard.result)
    assert parallel.to_frame().empty
    assert set(cumulative.to_frame()["cumulative_hazard"]) == {0.0}
