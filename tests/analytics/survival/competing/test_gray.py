"""Gray's test against R, and where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result, same
from analytics.survival.competing import CompetingCounts, test_gray
from tests.analytics.survival.competing.invariants import check_gray
from tests.analytics.survival.competing.trial_rows import counts
from tests.analytics.survival.oracle_data import oracle_table

TABLE = oracle_table("gray")
FITS = TABLE[["case", "data", "cause", "rho"]].drop_duplicates()


@pytest.mark.parametrize("fit", list(FITS.itertuples()), ids=FITS["case"] + "-" + FITS["cause"])
def test_agrees_with_the_reference(fit: tuple) -> None:
    result = test_gray(counts(fit.data), cause=fit.cause, rho=fit.rho)
    check_gray(result)
    for row in TABLE[(TABLE["case"] == fit.case) & (TABLE["cause"] == fit.cause)].itertuples():
        found = getattr(result, row.quantity)
        assert found == pytest.approx(row.expected, rel=row.tolerance, abs=1e-12), row.quantity


def _counts(times: list[float], causes: str, arms: str, strata: str = "") -> CompetingCounts:
    """Causes by letter: r for rash, d for death, - for censored."""
    named = {"r": "rash", "d": "death", "-": ""}
    return CompetingCounts.from_subjects(
        times,
        [named[one] for one in causes],
        arms=list(arms),
        strata=list(strata) or None,
        cause_order=("rash", "death"),
    )


def test_score_and_variance_of_two_subjects() -> None:
    # At time 1 each of two arms has one subject: the score is 1 - 1/2, its variance 1/2 x 1/2.
    result = test_gray(_counts([1, 2], "rr", "AB"), cause="rash")
    assert result.table["score"].tolist() == [0.5, -0.5]
    np.testing.assert_allclose(result.variance, [[0.25, -0.25], [-0.25, 0.25]])
    assert result.statistic == pytest.approx(1)


def test_arms_alike_do_not_differ() -> None:
    result = test_gray(_counts([1, 2, 3, 4] * 2, "rdr-" * 2, "AAAABBBB"), cause="rash")
    assert result.statistic == pytest.approx(0, abs=1e-12)
    assert result.p_value == pytest.approx(1)


def test_the_sign_says_which_arm_had_fewer() -> None:
    result = test_gray(_counts([1, 2, 3, 4, 5, 6], "r-rr--", "BAABBA"), cause="rash")
    assert result.z is not None
    assert np.sign(result.z) == np.sign(result.table["score"].iloc[1])
    assert result.z**2 == pytest.approx(result.statistic)


def test_more_arms_have_no_sign() -> None:
    assert test_gray(counts("ties"), cause="rash").z is None


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (_counts([1, 2], "rr", "AA"), "only one arm"),
        (_counts([1, 2], "d-", "AB"), "needs events of 'rash'"),
        (_counts([1, 2, 3, 4], "--rr", "AABB"), "only one of them is at risk"),
        (_counts([1, 2, 3, 4], "rrrr", "AABB", "xxyy"), "only one of them is at risk"),
        (_counts([7, 7, 7, 7], "rrrr", "AABB"), "everybody at risk has it at once"),
    ],
)
def test_says_why_there_is_none(data: CompetingCounts, sentence: str) -> None:
    with pytest.raises(NotEstimableError, match=sentence):
        test_gray(data, cause="rash")


def test_says_no_when_the_pooled_incidence_is_used_up() -> None:
    # B has all its rashes early and is then lost; A goes on until everybody has one.
    data = _counts([1, 1, 2, 3, 4, 5], "rr-rrr", "BBBAAA")
    with pytest.raises(NotEstimableError, match="pooled incidence reaches 1"):
        test_gray(data, cause="rash")


def test_an_arm_never_at_risk_at_an_event_has_no_part() -> None:
    result = test_gray(_counts([1, 2, 3, 4, 5, 6], "--rrdr", "CCABAB"), cause="rash")
    without = test_gray(_counts([3, 4, 5, 6], "rrdr", "ABAB"), cause="rash")
    assert result.degrees_of_freedom == 1
    assert result.statistic == pytest.approx(without.statistic, rel=1e-12)


def test_refuses_unknown_causes_and_weights() -> None:
    data = _counts([1, 2], "rr", "AB")
    with pytest.raises(InputError, match="cause in"):
        test_gray(data, cause="fever")
    with pytest.raises(InputError, match="rho is finite"):
        test_gray(data, cause="rash", rho=np.inf)


def test_the_table_carries_the_test() -> None:
    frame = test_gray(counts("ties"), cause="rash").to_frame()
    assert frame["degrees_of_freedom"].tolist() == [2, 2, 2]
    assert frame["subjects"].tolist() == [24, 24, 24]


def test_survives_the_wire() -> None:
    result = test_gray(counts("ties"), cause="rash")
    assert same(Result.from_json(result.to_json()), result)
