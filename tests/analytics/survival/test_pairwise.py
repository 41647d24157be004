"""Pairs of arms against R."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.survival import GEHAN, SurvivalCounts, test_logrank, test_pairs
from tests.analytics.survival.oracle_data import agree, cases, counts, oracle_table

TABLE = oracle_table("logrank_pairs")


@pytest.mark.parametrize("case", cases(TABLE, "data", "adjustment"))
def test_agrees_with_the_reference(case: Any) -> None:
    result = test_pairs(counts(case.data, None), adjustment=case.adjustment)
    pairs = result.table.set_index(["arm", "reference"])["adjusted_p_value"]
    agree(TABLE[TABLE["case"] == case.case], lambda row: pairs[row.arm, row.reference])


def test_a_pair_is_tested_on_its_own_subjects() -> None:
    data = counts("colon", None)
    row = test_pairs(data, GEHAN).table.iloc[1]
    alone = test_logrank(counts("colon_two_arms", None), GEHAN)
    assert (row["reference"], row["arm"]) == ("Obs", "Lev+5FU")
    assert (row["statistic"], row["z"], row["p_value"]) == (
        alone.statistic,
        alone.z,
        alone.p_value,
    )


def test_a_pair_without_a_test_says_why_and_counts() -> None:
    times, events = [1, 2, 3, 4, 5, 6], [1, 1, 0, 0, 0, 0]
    data = SurvivalCounts.from_subjects(times, events, arms=list("ABABCC"))
    table = test_pairs(data, adjustment="bonferroni").table
    assert table["reason"].str.contains("needs events").tolist() == [False, False, False]
    data = SurvivalCounts.from_subjects(times, [1, 0, 1, 0, 0, 0], arms=list("AACBBC"))
    table = test_pairs(data, adjustment="bonferroni").table
    silent = table["p_value"].isna()
    assert table.loc[silent, "reason"].str.len().gt(0).all()
    assert table.loc[~silent, "reason"].eq("").all()
    kept = table[~silent]
    np.testing.assert_allclose(kept["adjusted_p_value"], np.minimum(1, 3 * kept["p_value"]))


def test_refusals() -> None:
    data = SurvivalCounts.from_subjects([1, 2], [1, 1], arms=["A", "B"])
    with pytest.raises(InputError, match=r"adjustment in .*but got adjustment='tukey'"):
        test_pairs(data, adjustment="tukey")
    with pytest.raises(NotEstimableError, match="needs two arms"):
        test_pairs(data.of_arms(("A",)))
