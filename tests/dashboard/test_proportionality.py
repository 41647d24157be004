"""Doubts of proportional hazards: those of R, and of curves that cross."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.survival import SurvivalCounts, difference_of_curves
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.proportionality import (
    Crossing,
    Proportionality,
    assess_proportionality,
    follow_up_of,
)
from queries.store import Store, open_store
from queries.workspace import open_workspace

EFFICACY = SurvivalAnalysis(
    endpoint="OS", analysis_set="ITTFL", strata=("REGION1", "BMKGR1", "ECOGBL")
)
SAFETY = SurvivalAnalysis(endpoint="TTSAE", analysis_set="SAFFL", arm="actual")
# R 4.2.2, survival 3.5-3: cox.zph(coxph(Surv(AVAL, CNSR == 0) ~ arm + strata(s)), terms = TRUE),
# row "arm": chi-square, degrees of freedom and p; on rows of ADSL and ADTTE joined in pandas, with
# the analysis set, the arms and the strata of the plan.
IN_R = {
    "OS": ("EQX-301", EFFICACY, (0.15424660, 1, 0.69450975)),
    "PFS": ("EQX-301", replace(EFFICACY, endpoint="PFS"), (11.811750, 1, 5.8858078e-04)),
    "TTSAE": ("EQX-301", SAFETY, (0.04595340, 1, 0.83026053)),
    "TTQUEAS": ("EQX-201", replace(SAFETY, endpoint="TTQUEAS"), (11.206131103, 4, 0.024342499)),
    "RFS": ("GBSG2", SurvivalAnalysis(endpoint="RFS"), (0.22747638, 1, 0.63340140)),
}


@pytest.fixture(scope="module")
def stores(demo_home: Path) -> Iterator[dict[str, Store]]:
    opened = {}
    with open_workspace(demo_home) as workspace:
        for code in ("EQX-301", "EQX-201", "GBSG2"):
            snapshot = workspace.current_snapshot(code)
            assert snapshot is not None
            opened[code] = open_store(workspace.path(snapshot))
    yield opened
    for store in opened.values():
        store.close()


@pytest.mark.parametrize("endpoint", IN_R)
@pytest.mark.parametrize("unit", ["days", "years"])
def test_the_test_is_that_of_r(stores: dict[str, Store], endpoint: str, unit: str) -> None:
    code, analysis, (statistic, freedom, p_value) = IN_R[endpoint]
    counts = replace(analysis, unit=unit).counts(stores[code], analysis.strata)
    found = assess_proportionality(counts)
    assert found.statistic == pytest.approx(statistic, rel=1e-6)
    assert found.degrees_of_freedom == freedom
    assert found.p_value == pytest.approx(p_value, rel=1e-6)
    assert found.doubtful == (p_value < 0.05)


@pytest.mark.parametrize(
    ("p_value", "crossings", "doubtful"),
    [
        (0.05, (), False),
        (0.0499, (), True),
        (0.5, (Crossing(arm="B", reference="A", lower_at=1, higher_at=9),), True),
    ],
)
def test_the_test_or_a_crossing_makes_doubts(
    p_value: float, crossings: tuple[Crossing, ...], doubtful: bool
) -> None:
    found = Proportionality(
        statistic=1.0, degrees_of_freedom=1, p_value=p_value, crossings=crossings
    )
    assert found.doubtful == doubtful


def test_every_subject_of_the_counts_is_a_row(stores: dict[str, Store]) -> None:
    counts = EFFICACY.counts(stores["EQX-301"], EFFICACY.strata)
    rows = follow_up_of(counts)
    assert rows.strata == ("stratum",)
    grouped = rows.frame.groupby(["arm", "stratum", "time"])["event"].agg(["sum", "size"])
    table = counts.frame.set_index(["arm", "stratum", "time"]).sort_index()
    assert grouped["sum"].tolist() == table["events"].tolist()
    assert grouped["size"].tolist() == (table["events"] + table["censored"]).tolist()
    assert follow_up_of(SAFETY.counts(stores["EQX-301"])).strata == ()


def test_a_crossing_is_named_at_times_whose_limits_exclude_0() -> None:
    rng = np.random.default_rng(5)
    time = np.r_[rng.weibull(0.5, 300) * 10, rng.weibull(3, 300) * 10]
    counts = SurvivalCounts.from_subjects(time, [1] * 600, arms=["A"] * 300 + ["B"] * 300)
    [crossing] = assess_proportionality(counts).crossings
    table: pd.DataFrame = difference_of_curves(counts).table.set_index("time")
    assert table.loc[crossing.lower_at, "upper"] < 0
    assert table.loc[crossing.higher_at, "lower"] > 0
    assert crossing.higher_at < crossing.lower_at, "the flat hazard has its events first"
