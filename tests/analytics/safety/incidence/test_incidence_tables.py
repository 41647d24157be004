"""Tables of terms and arms: what goes in, what comes out, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result, same
from analytics.safety.incidence import (
    IncidenceCounts,
    compare_incidence,
    compare_incidence_by_stratum,
    estimate_incidence,
    fisher_test,
    garwood,
    score_difference,
    score_ratio,
    stratified_difference,
    test_incidence,
    wilson,
)
from analytics.safety.incidence.measures import MEASURES, TESTS

ARMS = ("Placebo", "Low", "High")
AT_RISK = pd.DataFrame(
    {"arm": ["High", "Low", "Placebo"], "subjects": [84, 84, 86], "patient_years": [20, 30, 40.0]}
)
AFFECTED = pd.DataFrame(
    {
        "soc": ["Skin", "Skin", "Skin", "Heart"],
        "term": ["Itch", "Itch", "Itch", "Fast"],
        "arm": ["Placebo", "Low", "High", "High"],
        "with_event": [6, 22, 22, 1],
        "events": [8, 30, 41, 1],
        "patient_years": [38.0, 21.0, 13.0, 19.5],
    }
)
KEYS = ("soc", "term")


def _counts() -> IncidenceCounts:
    return IncidenceCounts.from_affected(AFFECTED, AT_RISK, arms=ARMS, keys=KEYS, endpoint="TEAE")


def _cells(**columns: object) -> IncidenceCounts:
    frame = pd.DataFrame({"term": "Rash", "arm": ["A", "B"], **columns})
    return IncidenceCounts(frame=frame, arms=("A", "B"))


def test_arms_without_an_event_have_all_their_time() -> None:
    frame = _counts().frame.set_index(["term", "arm"])
    assert frame.loc["Fast", "with_event"].to_dict() == {"Placebo": 0, "Low": 0, "High": 1}
    assert frame.loc["Fast", "patient_years"].tolist() == [40.0, 30.0, 19.5]
    assert frame.loc["Itch", "patient_years"].tolist() == [38.0, 21.0, 13.0]
    assert frame.loc["Fast", "events"].tolist() == [0, 0, 1]
    assert list(frame.index.get_level_values("arm")) == list(ARMS) * 2


def test_incidence_is_each_arms_own() -> None:
    table = estimate_incidence(_counts(), interval="wilson").table
    assert table["proportion"].tolist() == [6 / 86, 22 / 84, 22 / 84, 0, 0, 1 / 84]
    lower, upper = wilson(table["with_event"], table["subjects"])
    np.testing.assert_array_equal(table[["lower", "upper"]], np.column_stack([lower, upper]))
    rates = garwood(table["with_event"], table["patient_years"])
    np.testing.assert_array_equal(table[["rate_lower", "rate_upper"]], np.column_stack(rates))
    assert table["rate"].iloc[1] == pytest.approx(100 * 22 / 21)
    assert table["events"].tolist() == [8, 30, 41, 0, 0, 1]


def test_contrasts_are_with_the_first_arm() -> None:
    table = compare_incidence(_counts()).table
    assert table[["term", "arm", "reference"]].to_numpy().tolist() == [
        ["Itch", "Low", "Placebo"],
        ["Itch", "High", "Placebo"],
        ["Fast", "Low", "Placebo"],
        ["Fast", "High", "Placebo"],
    ]
    limits = score_difference([22, 22, 0, 1], 84, [6, 6, 0, 0], 86)
    np.testing.assert_array_equal(table[["lower", "upper"]], np.column_stack(limits))
    assert table["reason"].tolist() == [""] * 4
    swapped = IncidenceCounts(frame=_counts().frame, arms=ARMS[::-1], keys=KEYS)
    turned = compare_incidence(swapped).table.set_index(["term", "arm"])
    forth = table.set_index(["term", "arm"])
    assert turned.loc[("Itch", "Placebo"), "estimate"] == -forth.loc[("Itch", "High"), "estimate"]


def test_the_tests_of_a_table() -> None:
    table = test_incidence(_counts()).table
    np.testing.assert_array_equal(
        table["fisher"], fisher_test([22, 22, 0, 1], 84, [6, 6, 0, 0], 86)
    )
    np.testing.assert_array_equal(table["score"], compare_incidence(_counts()).table["p_value"])


@pytest.mark.parametrize(
    ("measure", "interval"), [(one, method) for one in MEASURES for method in MEASURES[one]]
)
def test_nothing_against_nothing(measure: str, interval: str) -> None:
    counts = _cells(with_event=[0, 0], subjects=[10, 12], patient_years=[3.0, 4.0])
    result = compare_incidence(counts, measure=measure, interval=interval)
    row = result.table.iloc[0]
    assert row["p_value"] == 1
    assert result.test == TESTS[measure][interval]
    if measure == "risk difference":
        assert row["estimate"] == 0
        assert -1 < row["lower"] < 0 < row["upper"] < 1
        assert row["reason"] == ""
    else:
        assert np.isnan([row["estimate"], row["lower"], row["upper"]]).all()
        assert row["reason"] == "no events in either arm"


@pytest.mark.parametrize("measure", ["risk ratio", "odds ratio", "rate ratio"])
def test_something_against_nothing_has_one_finite_limit(measure: str) -> None:
    for events, open_side in (([0, 4], "upper"), ([4, 0], "lower")):
        counts = _cells(with_event=events, subjects=[10, 12], patient_years=[3.0, 4.0])
        for interval in MEASURES[measure]:
            row = compare_incidence(counts, measure=measure, interval=interval).table.iloc[0]
            finite = row["lower" if open_side == "upper" else "upper"]
            assert 0 < finite < np.inf
            ends = {"upper": np.inf, "lower": 0.0}
            assert row[open_side] == row["estimate"] == ends[open_side]
            assert row["reason"] == ""


@pytest.mark.parametrize(
    ("measure", "columns", "reason"),
    [
        ("risk difference", {"with_event": [0, 3], "subjects": [0, 9]}, "an arm has no subjects"),
        ("risk ratio", {"with_event": [0, 3], "subjects": [0, 9]}, "an arm has no subjects"),
        (
            "odds ratio",
            {"with_event": [4, 9], "subjects": [4, 9]},
            "every subject of both arms has an event",
        ),
        (
            "rate ratio",
            {"with_event": [1, 3], "subjects": [4, 9], "patient_years": [0.0, 3.0]},
            "an arm has no time at risk",
        ),
    ],
)
def test_says_why_there_is_no_contrast(measure: str, columns: dict, reason: str) -> None:
    for interval in MEASURES[measure]:
        row = compare_incidence(_cells(**columns), measure=measure, interval=interval).table.iloc[0]
        assert np.isnan(row["estimate"])
        assert row["reason"] == reason


def test_an_empty_arm_is_known_between_0_and_1() -> None:
    columns = {"with_event": [0, 3], "subjects": [0, 9], "patient_years": [0.0, 2.0]}
    for interval in ("clopper-pearson", "wilson"):
        row = estimate_incidence(_cells(**columns), interval=interval).table.iloc[0]
        assert np.isnan(row["proportion"])
        assert (row["lower"], row["upper"]) == (0, 1)
        assert row["reason"] == "an arm has no subjects"
        assert row["rate_reason"] == "an arm has no time at risk"
    row = compare_incidence(_cells(**columns)).table.iloc[0]
    assert (row["lower"], row["upper"]) == (-1, 1)


def _stratified() -> IncidenceCounts:
    frame = pd.DataFrame(
        {
            "term": ["Rash"] * 6 + ["Itch"] * 6,
            "arm": ["A", "B", "C"] * 4,
            "stratum": ["x", "x", "x", "y", "y", "y"] * 2,
            "with_event": [1, 4, 2, 3, 5, 0, 0, 1, 2, 2, 2, 0],
            "subjects": [20, 30, 9, 40, 20, 0, 20, 30, 9, 40, 20, 0],
        }
    )
    return IncidenceCounts(frame=frame, arms=("A", "B", "C"))


@pytest.mark.parametrize("weights", ["mantel-haenszel", "miettinen-nurminen"])
def test_strata_of_a_table(weights: str) -> None:
    result = compare_incidence_by_stratum(_stratified(), weights=weights)
    table = result.table.set_index(["term", "arm"])
    own = stratified_difference([1, 2], [30, 20], [0, 2], [20, 40], weights=weights)
    row = table.loc[("Itch", "B")]
    np.testing.assert_allclose(row[["lower", "upper"]].astype(float), (own.lower, own.upper))
    assert row[["with_event", "subjects"]].tolist() == [3, 50]
    assert table["strata"].tolist() == [2, 1, 2, 1]  # C has nobody in y
    assert compare_incidence(_stratified()).table["strata"].tolist() == [1] * 4


def test_order_of_rows_does_not_matter() -> None:
    frame = _stratified().frame
    mixed = frame.sample(frac=1, random_state=3)
    counts = IncidenceCounts(frame=mixed, arms=("A", "B", "C"))
    one, other = (
        compare_incidence_by_stratum(each).table.sort_values(["term", "arm"], ignore_index=True)
        for each in (_stratified(), counts)
    )
    pd.testing.assert_frame_equal(one, other)


def test_no_terms() -> None:
    counts = IncidenceCounts(frame=_counts().frame.iloc[:0], arms=ARMS, keys=KEYS)
    assert estimate_incidence(counts).table.empty
    for measure in MEASURES:
        for interval in MEASURES[measure]:
            assert compare_incidence(counts, measure=measure, interval=interval).table.empty
    assert compare_incidence_by_stratum(counts).table.empty
    assert test_incidence(counts).table.empty


def test_json_keeps_every_bit() -> None:
    counts = _counts()
    results = [counts, estimate_incidence(counts), test_incidence(counts)]
    results += [compare_incidence(counts, measure=one) for one in MEASURES]
    results.append(compare_incidence_by_stratum(_stratified()))
    for result in results:
        assert same(Result.from_json(result.to_json()), result)
        assert len(result.to_frame())


def test_a_comparison_needs_two_arms() -> None:
    frame = pd.DataFrame({"term": ["Rash"], "arm": ["A"], "with_event": [1], "subjects": [3]})
    counts = IncidenceCounts(frame=frame, arms=("A",))
    for compare in (compare_incidence, compare_incidence_by_stratum, test_incidence):
        with pytest.raises(NotEstimableError, match="only one"):
            compare(counts)


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        ({"with_event": [1, 5], "subjects": [3, 4]}, "with_event <= subjects"),
        ({"with_event": [1, -1], "subjects": [3, 4]}, "with_event are whole numbers >= 0"),
        ({"with_event": [1, 0.5], "subjects": [3, 4]}, "with_event are whole numbers >= 0"),
        ({"with_event": [1, None], "subjects": [3, 4]}, "with_event are whole numbers >= 0"),
        ({"with_event": ["1", "2"], "subjects": [3, 4]}, "with_event are whole numbers >= 0"),
        ({"with_event": [1, 1]}, "the counts have the columns term, arm, with_event, subjects"),
        ({"with_event": [1, 1], "subjects": [3, 4], "events": [1, 0]}, "events >= with_event"),
        (
            {"with_event": [1, 1], "subjects": [3, 4], "patient_years": [1, -1]},
            "patient_years are numbers >= 0",
        ),
        (
            {"with_event": [1, 1], "subjects": [3, 4], "term": ["Rash", None]},
            "every row has a term",
        ),
        ({"with_event": [1, 1], "subjects": [3, 4], "arm": ["A", "C"]}, "the arms are 'A', 'B'"),
        ({"with_event": [1, 1], "subjects": [3, 4], "arm": ["A", "A"]}, "one row for each term"),
        ({"with_event": [1, 1], "subjects": [3, 4], "term": ["x", "y"]}, "one row for each term"),
    ],
)
def test_refuses_counts_that_cannot_be(columns: dict, match: str) -> None:
    with pytest.raises(InputError, match=match):
        _cells(**columns)


def test_refuses_a_call_that_makes_no_sense() -> None:
    counts = _cells(with_event=[1, 1], subjects=[3, 4])
    with pytest.raises(InputError, match="measure in"):
        compare_incidence(counts, measure="hazard ratio")
    with pytest.raises(InputError, match="interval of a risk ratio in"):
        compare_incidence(counts, measure="risk ratio", interval="newcombe")
    with pytest.raises(InputError, match="patient_years"):
        compare_incidence(counts, measure="rate ratio")
    with pytest.raises(InputError, match="interval in"):
        estimate_incidence(counts, interval="wald")
    with pytest.raises(InputError, match="weights in"):
        compare_incidence_by_stratum(counts, weights="equal")
    with pytest.raises(InputError, match="0 < confidence_level < 1"):
        compare_incidence(counts, confidence_level=95)
    with pytest.raises(InputError, match="0 < per < infinity"):
        estimate_incidence(counts, per=0)
    with pytest.raises(InputError, match="the last axis"):
        stratified_difference(1, 3, 1, 4)
    with pytest.raises(InputError, match="with_event <= subjects"):
        score_ratio(5, 3, 1, 4)


def test_refuses_affected_whom_nobody_counted() -> None:
    stranger = AFFECTED.assign(arm="Other")
    with pytest.raises(InputError, match="every affected arm is at risk"):
        IncidenceCounts.from_affected(stranger, AT_RISK, arms=ARMS, keys=KEYS)
    with pytest.raises(InputError, match="both tables have patient_years or neither"):
        IncidenceCounts.from_affected(
            AFFECTED, AT_RISK.drop(columns="patient_years"), arms=ARMS, keys=KEYS
        )
