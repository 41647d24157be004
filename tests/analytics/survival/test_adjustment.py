"""Adjusted p-values: what holds for any family, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from analytics.checks import InputError
from analytics.survival import adjusted_p_values

FAMILIES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@settings(max_examples=100, deadline=None)
@given(FAMILIES)
def test_order_of_the_methods(family: list[float]) -> None:
    given_, holm, bonferroni, shared = (
        adjusted_p_values(family, method)
        for method in ("none", "holm", "bonferroni", "benjamini-hochberg")
    )
    assert (given_ <= shared + 1e-15).all()
    assert (shared <= holm + 1e-15).all()
    assert (holm <= bonferroni + 1e-15).all()
    assert (bonferroni <= 1).all()
    np.testing.assert_allclose(shared, false_discovery_control(family), rtol=1e-12)


@settings(max_examples=50, deadline=None)
@given(FAMILIES, st.sampled_from(["holm", "bonferroni", "benjamini-hochberg"]))
def test_order_of_the_tests_does_not_matter(family: list[float], method: str) -> None:
    back = adjusted_p_values(family[::-1], method)[::-1]
    np.testing.assert_array_equal(adjusted_p_values(family, method), back)


def test_a_test_that_could_not_be_made_still_counts() -> None:
    found = adjusted_p_values([0.01, np.nan, 0.04], "holm")
    np.testing.assert_allclose(found, [0.03, np.nan, 0.08])
    assert adjusted_p_values([0.2, np.nan], "benjamini-hochberg")[0] == pytest.approx(0.4)


def test_refusals() -> None:
    with pytest.raises(InputError, match=r"method in \('holm'.*but got method='sidak'"):
        adjusted_p_values([0.1], "sidak")
    with pytest.raises(InputError, match=r"between 0 and 1.*p_values=\(1.5,\)"):
        adjusted_p_values([0.1, 1.5], "holm")
