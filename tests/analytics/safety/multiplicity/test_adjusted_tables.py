"""Tables of adjusted tests: what goes in, what comes out, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError
from analytics.results import Result, same
from analytics.safety.incidence import IncidenceCounts, test_incidence
from analytics.safety.multiplicity import (
    adjust,
    adjust_benjamini_hochberg,
    double_fdr_2004,
    double_fdr_2012,
)
from analytics.safety.multiplicity.adjusted import METHODS

ARMS = ("Placebo", "Low", "High")
KEYS = ("soc", "term")
AT_RISK = pd.DataFrame({"arm": ARMS, "subjects": [86, 84, 84]})
AFFECTED = pd.DataFrame(
    [
        ("Skin", "Itch", 6, 22, 22),
        ("Skin", "Rash", 3, 9, 13),
        ("Heart", "Fast", 0, 0, 1),
        ("Gut", "Sick", 4, 3, 9),
    ],
    columns=["soc", "term", *ARMS],
).melt(["soc", "term"], var_name="arm", value_name="with_event")


def _counts() -> IncidenceCounts:
    return IncidenceCounts.from_affected(AFFECTED, AT_RISK, arms=ARMS, keys=KEYS, endpoint="TEAE")


def _frame(p: list[float], classes: str, **more: object) -> pd.DataFrame:
    terms = [f"t{place}" for place in range(len(p))]
    return pd.DataFrame({"class": list(classes), "term": terms, "arm": "B", "p_value": p, **more})


@pytest.mark.parametrize("method", METHODS)
def test_each_arm_is_a_family(method: str) -> None:
    tests = test_incidence(_counts())
    together = adjust(tests, method=method).table
    pd.testing.assert_frame_equal(together[[*KEYS, "arm"]], tests.table[[*KEYS, "arm"]])
    for arm in ARMS[1:]:
        alone = tests.table[tests.table["arm"] == arm]
        own = adjust(alone, method=method, keys=KEYS, p_value="fisher").table
        mine = together[together["arm"] == arm].reset_index(drop=True)
        pd.testing.assert_frame_equal(own, mine)


def test_takes_either_test() -> None:
    tests = test_incidence(_counts())
    for name in ("fisher", "score"):
        result = adjust(tests, method="benjamini-hochberg", p_value=name)
        np.testing.assert_array_equal(result.table["p_value"], tests.table[name])
        assert (result.test, result.endpoint, result.keys) == (name, "TEAE", KEYS)
    assert adjust(tests, method="unadjusted").test == "fisher"


def test_unadjusted_is_raw() -> None:
    result = adjust(test_incidence(_counts()), method="unadjusted", alpha=0.01)
    table = result.table
    np.testing.assert_array_equal(table["adjusted"], table["p_value"])
    np.testing.assert_array_equal(table["flagged"], table["p_value"] <= 0.01)
    assert table["class_adjusted"].isna().all()
    assert result.classes.empty
    assert "family of its own" in result.families


def test_classes_are_told() -> None:
    tests = _frame([0.001, 0.04, 0.9, float("nan"), float("nan")], "AABBC")
    result = adjust(tests, method="double-fdr-2012")
    classes = result.classes.set_index("class")
    assert classes["terms"].to_dict() == {"A": 2, "B": 1, "C": 0}
    assert classes["passes"].to_dict() == {"A": True, "B": False, "C": False}
    assert classes["representative"].round(3).tolist()[:2] == [0.002, 0.9]
    assert classes["adjusted"].round(3).tolist()[:2] == [0.004, 0.9]
    table = result.table
    fails = "its class does not pass"
    assert table["reason"].tolist() == ["", "", fails, "no p-value", "no p-value"]
    assert table["flagged"].tolist() == [True, True, False, False, False]
    assert table["adjusted"].isna().tolist() == [False, False, True, True, True]


def test_levels_are_apart() -> None:
    tests = _frame([0.001, 0.04, 0.03, 0.5], "AABB")
    strict = adjust(tests, method="double-fdr-2004", class_alpha=0.01).table
    assert strict["flagged"].tolist() == [True, True, False, False]
    # 0.03 is the third of the terms that pass when classes have a wide level.
    wide = adjust(tests, method="double-fdr-2012", class_alpha=0.2, alpha=0.05).table
    np.testing.assert_allclose(wide["adjusted"], [0.004, 4 / 3 * 0.04, 4 / 3 * 0.04, 0.5])
    assert wide["flagged"].tolist() == [True, False, False, False]


def test_the_same_term_in_two_classes_is_two() -> None:
    tests = _frame([0.01, 0.02], "AB").assign(term="Pain")
    assert len(adjust(tests, method="double-fdr-2012").table) == 2


def test_no_terms() -> None:
    counts = IncidenceCounts(frame=_counts().frame.iloc[:0], arms=ARMS, keys=KEYS)
    for method in METHODS:
        result = adjust(test_incidence(counts), method=method)
        assert result.table.empty
        assert result.classes.empty
        assert same(Result.from_json(result.to_json()), result)


@pytest.mark.parametrize("method", METHODS)
def test_json_keeps_every_bit(method: str) -> None:
    result = adjust(test_incidence(_counts()), method=method)
    assert same(Result.from_json(result.to_json()), result)
    pd.testing.assert_frame_equal(result.to_frame(), result.table)


def test_refuses_a_call_that_makes_no_sense() -> None:
    tests = _frame([0.01, 0.02], "AB")
    with pytest.raises(InputError, match="method in"):
        adjust(tests, method="bonferroni")
    with pytest.raises(InputError, match="0 < alpha < 1"):
        adjust(tests, method="unadjusted", alpha=5)
    with pytest.raises(InputError, match="0 < class_alpha < 1"):
        adjust(tests, method="double-fdr-2004", class_alpha=5)
    with pytest.raises(InputError, match="class_alpha belongs to double FDR"):
        adjust(tests, method="benjamini-hochberg", class_alpha=0.1)
    with pytest.raises(InputError, match="needs a class and a term"):
        adjust(tests, method="double-fdr-2012", keys=("term",))
    with pytest.raises(InputError, match="the tests have the columns class, term, arm, fisher"):
        adjust(tests, method="unadjusted", p_value="fisher")
    with pytest.raises(InputError, match="a name of its own"):
        adjust(tests, method="unadjusted", keys=("arm", "term"))


def test_refuses_tests_that_cannot_be() -> None:
    with pytest.raises(InputError, match="numbers from 0 to 1"):
        adjust(_frame([0.01, 1.2], "AB"), method="unadjusted")
    with pytest.raises(InputError, match="one row for each term and arm"):
        adjust(_frame([0.01, 0.2], "AA").assign(term="x"), method="unadjusted")
    with pytest.raises(InputError, match="every row has a term and an arm"):
        adjust(_frame([0.01, 0.2], "AA").assign(term=["x", None]), method="unadjusted")
    with pytest.raises(InputError, match="numbers from 0 to 1"):
        adjust_benjamini_hochberg(["0.1"])
    for method in (double_fdr_2004, double_fdr_2012):
        with pytest.raises(InputError, match="one class for each p-value"):
            method([0.1, 0.2], ["A"])
        with pytest.raises(InputError, match="every term has a class"):
            method([0.1, 0.2], ["A", None])
