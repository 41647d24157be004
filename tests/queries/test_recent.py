"""What is remembered stays within its bounds, and what was used last stays longest."""

from __future__ import annotations

import pytest

from queries.recent import Recent


def test_what_was_used_longest_ago_goes_first():
    recent = Recent[int](2)
    recent.keep("a", 1)
    recent.keep("b", 2)
    assert recent.get("a") == 1
    recent.keep("c", 3)
    assert [recent.get(key) for key in "abc"] == [1, None, 3]


def test_weights_bound_what_is_remembered():
    recent = Recent[bytes](10, len)
    recent.keep("a", b"123456")
    recent.keep("b", b"1234")
    assert recent.weight == 10
    recent.keep("c", b"1")
    assert recent.get("a") is None
    assert recent.weight == 5


def test_what_is_too_heavy_is_remembered_until_the_next():
    recent = Recent[bytes](3, len)
    recent.keep("a", b"12345")
    assert recent.get("a") == b"12345"
    recent.keep("b", b"1")
    assert recent.get("a") is None
    assert recent.get("b") == b"1"


def test_a_search_that_fails_is_not_remembered():
    recent = Recent[int](2)
    with pytest.raises(ZeroDivisionError):
        recent.found("a", lambda: 1 // 0)
    assert recent.found("a", lambda: 5) == 5
