"""Sets of subjects as bits count what sets of Python count, few subjects or many."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.level_sets import bits_of, level_sets, ones, words_of

_LEVELS = st.sampled_from(["F", "M", "U", None, ""])


@st.composite
def listed(draw: st.DrawFn) -> tuple[int, list[tuple[str | None, list[int]]], set[int]]:
    """How many subjects there are, lists of some of them by level, and the chosen ones."""
    subjects = draw(st.integers(1, 400))
    number = st.integers(0, subjects - 1)
    lists = draw(st.lists(st.tuples(_LEVELS, st.lists(number, max_size=60)), max_size=8))
    return subjects, lists, draw(st.sets(number))


def _packed(chosen: set[int], subjects: int) -> bytes:
    mask = np.zeros(64 * words_of(subjects), dtype=bool)
    mask[list(chosen)] = True
    return np.packbits(mask).tobytes()


@given(listed())
def test_levels_are_counted_as_sets_would_be(drawn):
    subjects, lists, chosen = drawn
    rows = pa.array([numbers for _, numbers in lists], type=pa.list_(pa.int32()))
    found = level_sets([level for level, _ in lists], rows, subjects)
    bits = bits_of(_packed(chosen, subjects), subjects)
    assert ones(bits) == len(chosen)
    expected: dict[str | None, set[int]] = {level: set() for level, _ in lists}
    for level, numbers in lists:
        expected[level] |= set(numbers) & chosen
    counts = dict(zip(found.levels, found.count(bits).tolist(), strict=True))
    assert counts == {level: len(those) for level, those in expected.items()}


def test_what_takes_less_room_as_numbers_is_kept_as_numbers():
    many, few = list(range(0, 1000, 2)), [3, 999]
    rows = pa.array([many, few, [3]], type=pa.list_(pa.int32()))
    found = level_sets(["many", "few", "few"], rows, 1000)
    assert found.as_bits.tolist() == [0]
    assert found.numbers.tolist() == [3, 999]


def test_a_part_of_an_array_is_counted_like_the_whole():
    rows = pa.array([[0], [1, 2], list(range(200)), [5]], type=pa.list_(pa.int32()))
    everybody = bits_of(_packed(set(range(200)), 200), 200)
    assert level_sets(["b", "c"], rows[1:3], 200).count(everybody).tolist() == [2, 200]


@pytest.mark.parametrize("rows", [pa.array([], type=pa.list_(pa.int32()))])
def test_no_list_is_no_level(rows):
    found = level_sets([], rows, 8)
    assert found.levels == ()
    assert found.count(bits_of(None, 8)).tolist() == []


def test_nobody_has_no_bits():
    assert ones(bits_of(None, 1000)) == 0
