"""Sets, intersections and pairs from counts per pattern."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.baseline import Overlap, overlap
from analytics.checks import InputError
from analytics.results import same
from tests.invariants import check_probabilities

SETS = ("Over 65", "Diabetic", "Women")
PATTERNS = pd.DataFrame(
    {"pattern": ["110", "100", "001", "000", "111"], "subjects": [4, 9, 9, 20, 0]}
)


def test_intersections_hold_subjects_of_these_sets_and_no_other() -> None:
    found = overlap(PATTERNS, SETS)
    assert found.to_frame().to_numpy().tolist() == [
        ["100", "Over 65", 1, 9],
        ["001", "Women", 1, 9],
        ["110", "Over 65 & Diabetic", 2, 4],
    ]
    assert found.sets["subjects"].tolist() == [13, 4, 9]
    assert (found.union, found.outside, found.disjoint) == (22, 20, False)


def test_pairs_with_the_share_they_have_in_common() -> None:
    pairs = overlap(PATTERNS, SETS).pairs
    assert pairs[["both", "either"]].to_numpy().tolist() == [[4, 13], [0, 22], [0, 13]]
    assert pairs["jaccard"].tolist() == [4 / 13, 0, 0]


def test_empty_sets_have_nothing_in_common_to_share() -> None:
    found = overlap(pd.DataFrame({"pattern": ["100"], "subjects": [3]}), SETS)
    last = found.pairs.iloc[-1]
    assert np.isnan(last["jaccard"])
    assert last["reason"] == "nobody is in 'Diabetic' or 'Women'"
    assert found.disjoint
    nobody = overlap(pd.DataFrame({"pattern": [], "subjects": []}), SETS)
    assert (nobody.union, nobody.outside, len(nobody.intersections)) == (0, 0, 0)


def test_patterns_are_text_or_tuples() -> None:
    tuples = pd.DataFrame({"pattern": [(True, False), (1, 1)], "subjects": [3, 2]})
    text = pd.DataFrame({"pattern": ["10", "11"], "subjects": [3, 2]})
    assert same(overlap(tuples, ("A", "B")), overlap(text, ("A", "B")))


@pytest.mark.parametrize(
    ("pattern", "subjects", "sentence"),
    [
        (["11"], [1], "a pattern is text of 3 zeros and ones.*pattern='11'"),
        (["1x0"], [1], "a pattern is text of 3 zeros and ones"),
        ([None], [1], "a pattern is text of 3 zeros and ones"),
        ([(1, 0)], [1], "a pattern is text of 3 zeros and ones"),
        ([(1, 0, 2)], [1], "a pattern is text of 3 zeros and ones"),
        ([("a", 0, 1)], [1], "a pattern is text of 3 zeros and ones"),
        (["110", (1, 1, 0)], [1, 1], "each pattern has one row.*'110'"),
        (["110"], [-1], "subjects are whole numbers >= 0"),
        (["110"], [1.5], "subjects are whole numbers >= 0"),
    ],
)
def test_refuses(pattern: list, subjects: list, sentence: str) -> None:
    frame = pd.DataFrame({"pattern": pd.Series(pattern, dtype=object), "subjects": subjects})
    with pytest.raises(InputError, match=sentence):
        overlap(frame, SETS)


def test_refuses_nine_sets() -> None:
    with pytest.raises(InputError, match="1 to 8 sets"):
        overlap(PATTERNS, tuple("ABCDEFGHI"))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.data())
def test_counts_are_those_of_sets_of_subjects(size: int, data: st.DataObject) -> None:
    names = tuple("ABCD"[:size])
    patterns = list(product([False, True], repeat=size))
    sizes = data.draw(st.lists(st.integers(0, 5), min_size=2**size, max_size=2**size))
    found = overlap(pd.DataFrame({"pattern": patterns, "subjects": sizes}), names)
    subjects = [pattern for pattern, how_many in zip(patterns, sizes, strict=True)
                for _ in range(how_many)]  # fmt: skip
    members = {
        name: {who for who, pattern in enumerate(subjects) if pattern[place]}
        for place, name in enumerate(names)
    }
    assert found.sets["subjects"].tolist() == [len(members[name]) for name in names]
    assert found.union == len(set().union(*members.values()))
    assert found.union + found.outside == sum(sizes)
    for row in found.pairs.itertuples():
        one, other = members[row.set], members[row.other]
        assert (row.both, row.either) == (len(one & other), len(one | other))
    check_probabilities(found.pairs["jaccard"].astype(float))
    assert (found.pairs["jaccard"].isna() == (found.pairs["reason"] != "")).all()
    assert found.intersections["subjects"].is_monotonic_decreasing
    assert same(Overlap.from_json(found.to_json()), found)
