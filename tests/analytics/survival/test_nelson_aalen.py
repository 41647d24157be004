"""Nelson–Aalen against R."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lifelines import NelsonAalenFitter

from analytics.checks import InputError
from analytics.survival import SurvivalCounts, fit_kaplan_meier, fit_nelson_aalen
from tests.analytics.survival.oracle_data import agree, cases, counts, oracle_table, subjects

TABLE = oracle_table("nelson_aalen")


@pytest.mark.parametrize("case", cases(TABLE, "data", "interval", "confidence_level"))
def test_agrees_with_the_reference(case: Any) -> None:
    result = fit_nelson_aalen(
        counts(case.data, None), interval=case.interval, confidence_level=case.confidence_level
    )
    rows = TABLE[TABLE["case"] == case.case]
    found = result.at(rows["at"].unique()).set_index(["arm", "time"])
    agree(rows, lambda row: found.loc[(str(row.arm), row.at), row.quantity])


@pytest.mark.parametrize("data", ["veteran", "heavy_ties"])
def test_hazard_is_that_of_lifelines(data: str) -> None:
    rows = subjects(data, None)
    table = fit_nelson_aalen(counts(data, None)).table
    for arm in counts(data, None).arms:
        own = rows[rows["arm"] == arm]
        theirs = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(own["time"], own["event"])
        ours = table[table["arm"] == arm].set_index("time")["cumulative_hazard"]
        np.testing.assert_allclose(ours, theirs.cumulative_hazard_.iloc[:, 0], rtol=1e-12)


def test_lies_below_minus_the_log_of_survival() -> None:
    data = counts("rotterdam", None)
    hazard = fit_nelson_aalen(data).table
    survival = fit_kaplan_meier(data).to_frame()["survival"]
    assert (hazard["cumulative_hazard"] <= -np.log(survival) + 1e-12).all()
    assert (hazard["lower"] <= hazard["cumulative_hazard"] + 1e-12)[hazard["lower"].notna()].all()


def test_limits_before_anything_has_happened() -> None:
    data = SurvivalCounts.from_subjects([1, 2, 3], [0, 1, 1])
    for interval in ("log", "plain"):
        table = fit_nelson_aalen(data, interval=interval).table
        assert table["lower"].isna().tolist() == [False, True, False, False]
        assert table[["lower", "upper"]].iloc[0].tolist() == [0, 0]
        assert (table["lower"].dropna() >= 0).all()


def test_beyond_the_last_time_there_is_no_estimate() -> None:
    result = fit_nelson_aalen(SurvivalCounts.from_subjects([1, 4], [1, 0]))
    assert result.at([4])["cumulative_hazard"].tolist() == [0.5]
    assert result.at([4.1]).iloc[0, 2:].isna().all()


def test_refusals() -> None:
    data = SurvivalCounts.from_subjects([1], [1])
    with pytest.raises(InputError, match=r"interval in \('log', 'plain'\)"):
        fit_nelson_aalen(data, interval="log-log")
    with pytest.raises(InputError, match="0 < confidence_level < 1"):
        fit_nelson_aalen(data, confidence_level=95)
    with pytest.raises(InputError, match="times are finite and >= 0"):
        fit_nelson_aalen(data).at([-1])
