"""The weighted log-rank family against R, and its weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from lifelines.statistics import logrank_test

from analytics.checks import InputError, NotEstimableError
from analytics.survival import (
    GEHAN,
    LOG_RANK,
    MODIFIED_PETO,
    PETO,
    TARONE_WARE,
    LogRank,
    SurvivalCounts,
    Weight,
    fleming_harrington,
    test_logrank,
)
from analytics.survival.risk_sets import risk_sets
from tests.analytics.survival.oracle_data import (
    ORACLES,
    agree,
    cases,
    counts,
    oracle_table,
    subjects,
)
from tests.invariants import check_logrank

TABLE = oracle_table("logrank_weighted")
EVERY_WEIGHT = [LOG_RANK, fleming_harrington(0.5, 2), GEHAN, TARONE_WARE, PETO, MODIFIED_PETO]


@pytest.mark.parametrize("case", cases(TABLE, "data", "case_weights", "kind", "rho", "gamma"))
def test_agrees_with_the_reference(case: Any) -> None:
    weight = Weight(kind=case.kind, rho=case.rho, gamma=case.gamma)
    result = test_logrank(_counts(case.data, case.case_weights), weight)
    check_logrank(result)
    agree(TABLE[TABLE["case"] == case.case], lambda row: _found(result, row))


def _counts(data: str, case_weights: str) -> SurvivalCounts:
    if not case_weights:
        return counts(data, None)
    rows = subjects(data, None)
    weights = pd.read_csv(ORACLES / "data" / f"{data}.csv").eval(case_weights)
    return SurvivalCounts.from_subjects(
        rows["time"], rows["event"], arms=rows["arm"].tolist(), weights=weights
    )


def _found(result: LogRank, row: Any) -> float:
    if row.quantity == "variance":
        return result.variance[row.arm].iloc[result.arms.index(row.other_arm)]
    if row.arm:
        return result.by_arm().set_index("arm").loc[row.arm, row.quantity]
    return getattr(result, row.quantity)


@pytest.mark.parametrize(
    ("weight", "named"),
    [(GEHAN, "wilcoxon"), (TARONE_WARE, "tarone-ware"), (PETO, "peto")],
    ids=["gehan", "tarone-ware", "peto"],
)
@pytest.mark.parametrize("data", ["veteran", "rotterdam", "heavy_ties", "time_zero"])
def test_agrees_with_lifelines(data: str, weight: Weight, named: str) -> None:
    rows = subjects(data, None)
    first = rows["arm"] == counts(data, None).arms[0]
    theirs = logrank_test(
        *(rows.loc[which, "time"] for which in (first, ~first)),
        *(rows.loc[which, "event"] for which in (first, ~first)),
        weightings=named,
    )
    ours = test_logrank(counts(data, None), weight)
    assert ours.statistic == pytest.approx(theirs.test_statistic, rel=1e-10)


def test_integer_weights_are_replicated_rows() -> None:
    times, events, arms = [1, 2, 3, 4, 5, 6], [1, 0, 1, 1, 1, 0], list("ABABAB")
    weights = [2, 3, 1, 0, 4, 2]
    repeated = [np.repeat(each, weights) for each in (times, events, arms)]
    one = SurvivalCounts.from_subjects(times, events, arms=arms, weights=weights)
    other = SurvivalCounts.from_subjects(*repeated[:2], arms=repeated[2].tolist())
    for weight in EVERY_WEIGHT:
        assert test_logrank(one, weight).statistic == test_logrank(other, weight).statistic


def test_the_weights_of_a_small_trial() -> None:
    # Klein and Moeschberger (2003), section 7.3, by hand: 4 at risk, then 3 (two events), then 1.
    data = SurvivalCounts.from_subjects([1, 2, 2, 3], [1, 1, 1, 1], arms=list("ABAB"))
    sets = risk_sets(data)
    by_hand = {
        LOG_RANK: [1, 1, 1],
        fleming_harrington(1, 0): [1, 3 / 4, 1 / 4],
        fleming_harrington(0, 1): [0, 1 / 4, 3 / 4],
        GEHAN: [4, 3, 1],
        TARONE_WARE: [2, 3**0.5, 1],
        PETO: [4 / 5, 4 / 5 * 2 / 4, 4 / 5 * 2 / 4 * 1 / 2],
        MODIFIED_PETO: [4 / 5 * 4 / 5, 4 / 5 * 2 / 4 * 3 / 4, 4 / 5 * 2 / 4 * 1 / 2 * 1 / 2],
    }
    for weight, expected in by_hand.items():
        np.testing.assert_allclose(weight.at(sets), expected, rtol=1e-15)


def test_weights_begin_anew_in_each_stratum() -> None:
    times, events, arms = [1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 1], list("ABABAB")
    both = SurvivalCounts.from_subjects(
        times * 2, events * 2, arms=arms * 2, strata=["x"] * 6 + ["y"] * 6
    )
    single = SurvivalCounts.from_subjects(times, events, arms=arms)
    for weight in EVERY_WEIGHT:
        twice, once = test_logrank(both, weight), test_logrank(single, weight)
        assert twice.z == pytest.approx(once.z * 2**0.5, rel=1e-12)


def test_observed_events_of_the_logrank_test_are_whole_numbers() -> None:
    data = counts("veteran", None)
    assert test_logrank(data).table["observed"].dtype == np.int64
    assert test_logrank(data, PETO).table["observed"].dtype == np.float64


def test_one_sided_p_values_add_up_and_name_their_direction() -> None:
    result = test_logrank(counts("colon_two_arms", None))
    fewer, more = result.one_sided("fewer"), result.one_sided("more")
    assert fewer == pytest.approx(result.p_value / 2, rel=1e-12)  # Lev+5FU had fewer deaths
    assert fewer + more == pytest.approx(1)
    with pytest.raises(InputError, match=r"direction in \('fewer', 'more'\).*'less'"):
        result.one_sided("less")
    with pytest.raises(NotEstimableError, match="two arms, and there are 3"):
        test_logrank(counts("colon", None)).one_sided("fewer")


def test_late_weights_need_a_second_event_time() -> None:
    data = SurvivalCounts.from_subjects([1, 1, 2, 2], [1, 0, 0, 0], arms=list("ABAB"))
    assert test_logrank(data).degrees_of_freedom == 1
    with pytest.raises(NotEstimableError, match="of a weight above 0"):
        test_logrank(data, fleming_harrington(0, 1))


@pytest.mark.parametrize("weight", EVERY_WEIGHT, ids=[weight.name for weight in EVERY_WEIGHT])
def test_no_events_no_test(weight: Weight) -> None:
    with pytest.raises(NotEstimableError, match="there are none"):
        test_logrank(SurvivalCounts.from_subjects([1, 2], [0, 0], arms=["A", "B"]), weight)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"kind": "wilcoxon"}, "kind in .*but got kind='wilcoxon'"),
        ({"rho": -1.0}, "rho and gamma are >= 0"),
        ({"gamma": float("inf")}, "rho and gamma are >= 0 and finite"),
        ({"gamma": float("nan")}, "rho and gamma are >= 0"),
        ({"kind": "peto-peto", "rho": 1.0}, "belong to fleming-harrington"),
    ],
)
def test_refuses_what_is_no_weight(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Weight(**given)


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [([1, 0.5], "weights are whole numbers"), ([1, -1], "weights are whole"), ([1], "one value")],
)
def test_refuses_case_weights_that_are_no_counts(weights: list[float], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        SurvivalCounts.from_subjects([1, 2], [1, 1], arms=["A", "B"], weights=weights)
