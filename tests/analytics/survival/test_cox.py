"""Cox regression by arm against R, and where there is no hazard ratio."""

from __future__ import annotations

import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.survival import CoxByArm, SurvivalCounts, fit_cox_by_arm
from tests.analytics.survival.oracle_data import counts, needs_trial_data, oracle_table
from tests.invariants import check_cox

TABLE = oracle_table("cox_by_arm")
FITS = TABLE[["case", "data", "ties", "confidence_level"]].drop_duplicates()


@pytest.mark.parametrize("fit", list(FITS.itertuples()), ids=FITS["case"].tolist())
def test_agrees_with_the_reference(fit: tuple, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue("trial_data") if needs_trial_data(fit.data) else None
    result = fit_cox_by_arm(
        counts(fit.data, folder), ties=fit.ties, confidence_level=fit.confidence_level
    )
    check_cox(result)
    for row in TABLE[TABLE["case"] == fit.case].itertuples():
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=1e-11)
        assert _found(result, row) == expected, f"{row.arm} {row.quantity}"


def _found(result: CoxByArm, row: tuple) -> float:
    arms = result.table["arm"].tolist()
    if row.quantity == "covariance":
        return result.covariance[row.arm].iloc[arms.index(row.other_arm)]
    if row.arm:
        return result.table[row.quantity].iloc[arms.index(row.arm)]
    if row.quantity.startswith("log_likelihood"):
        return getattr(result, row.quantity)
    return result.tests.set_index("test").loc[row.quantity, "statistic"]


def test_the_reference_is_the_first_arm() -> None:
    times, events, arms = [1, 2, 3, 4, 5, 6], [1] * 6, list("ABABAB")
    data = {
        order: SurvivalCounts.from_subjects(times, events, arms=arms, order=order)
        for order in [("A", "B"), ("B", "A")]
    }
    one, other = (fit_cox_by_arm(each).table.iloc[0] for each in data.values())
    assert (one["arm"], one["reference"]) == ("B", "A")
    assert one["hazard_ratio"] < 1  # B lives longer
    assert one["hazard_ratio"] * other["hazard_ratio"] == pytest.approx(1, rel=1e-12)


def test_the_method_is_said() -> None:
    data = SurvivalCounts.from_subjects(
        [1, 2, 3, 4, 5, 6], [1] * 6, arms=list("ABABAB"), strata=list("xxxyyy")
    )
    assert fit_cox_by_arm(data).method == "Stratified Cox regression, Efron ties, Wald intervals"


@pytest.mark.parametrize(
    ("events", "arms", "sentence"),
    [
        ([1, 1, 1, 1], "AAAA", "there is only one arm"),
        ([0, 0, 0, 0], "ABAB", "there are no events in 'A' or 'B'"),
        ([1, 0, 1, 0], "ABAB", "there are no events in 'B'"),
        ([0, 1, 0, 1], "ABAB", "there are no events in 'A'"),
        ([1, 1, 1, 1], "AABB", "'B' has no event while 'A' is at risk"),
        ([0, 0, 1, 1], "AABB", "there are no events in 'A'"),
    ],
)
def test_says_why_there_is_no_hazard_ratio(events: list[int], arms: str, sentence: str) -> None:
    data = SurvivalCounts.from_subjects([1, 2, 3, 4], events, arms=list(arms))
    with pytest.raises(NotEstimableError, match=sentence):
        fit_cox_by_arm(data)


def test_arms_that_share_no_stratum_cannot_be_compared() -> None:
    data = SurvivalCounts.from_subjects(
        [1, 2, 3, 4], [1] * 4, arms=list("AABB"), strata=list("xxyy")
    )
    with pytest.raises(NotEstimableError, match="'A' has no event while 'B' is at risk"):
        fit_cox_by_arm(data)


def test_all_tied_is_a_ratio_of_one() -> None:
    data = SurvivalCounts.from_subjects([7] * 4, [1] * 4, arms=list("AABB"))
    assert fit_cox_by_arm(data).table["hazard_ratio"].tolist() == [1.0]


def test_converges_far_from_one() -> None:
    # Only one subject of B has the event before the last one of A.
    times = [*range(1, 101), 1, *range(101, 201)]
    arms = ["A"] * 100 + ["B"] + ["B"] * 100
    result = fit_cox_by_arm(SurvivalCounts.from_subjects(times, [1] * 201, arms=arms))
    check_cox(result)
    assert result.table["hazard_ratio"].iloc[0] < 0.01


def test_refuses_unknown_ties_and_an_impossible_level() -> None:
    data = SurvivalCounts.from_subjects([1, 2, 3], [1] * 3, arms=list("ABA"))
    with pytest.raises(InputError, match="ties in"):
        fit_cox_by_arm(data, ties="exact")
    with pytest.raises(InputError, match="0 < confidence_level < 1"):
        fit_cox_by_arm(data, confidence_level=1)
