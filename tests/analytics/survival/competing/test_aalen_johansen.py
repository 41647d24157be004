"""Cumulative incidences against R, by hand, and at their edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result, same
from analytics.survival import fit_kaplan_meier
from analytics.survival.competing import AalenJohansen, CompetingCounts, fit_aalen_johansen
from tests.analytics.survival.competing.invariants import check_aalen_johansen
from tests.analytics.survival.competing.trial_rows import counts
from tests.analytics.survival.oracle_data import oracle_table

TABLE = oracle_table("aalen_johansen")
FITS = TABLE[["case", "data", "variance", "interval", "confidence_level"]].drop_duplicates()
TWO_ARMS = CompetingCounts.from_subjects(
    [1, 2, 3, 4, 1, 2, 3, 4],
    ["rash", "death", "", "", "rash", "rash", "death", "rash"],
    arms=list("AAAABBBB"),
)


@pytest.mark.parametrize("fit", list(FITS.itertuples()), ids=FITS["case"].tolist())
def test_agrees_with_the_reference(fit: tuple) -> None:
    result = fit_aalen_johansen(
        counts(fit.data),
        variance=fit.variance,
        interval=fit.interval,
        confidence_level=fit.confidence_level,
    )
    check_aalen_johansen(result)
    for row in TABLE[TABLE["case"] == fit.case].itertuples():
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=1e-12)
        found = _found(result, row)
        assert found == expected, f"{row.arm}, {row.cause}, {row.quantity} at {row.at}"


def _found(result: AalenJohansen, row: tuple) -> float:
    kind, _, limit = row.quantity.partition("_")
    if kind == "event":  # event_free_...: the share without any event
        found = fit_kaplan_meier(counts(row.data).any_cause()).landmark(row.at).iloc[0]
        return found[limit.removeprefix("free_").replace("estimate", "survival")]
    if kind in ("difference", "ratio"):
        table = getattr(result, f"{kind}s")(row.at).set_index(["arm", "cause"])
        return table.loc[(row.arm, row.cause), limit or kind]
    if kind == "overestimate":
        table = result.overestimate([row.at]).set_index(["arm", "cause"])
        return table.loc[(row.arm, row.cause), kind]
    found = result.landmark(row.at).set_index(["arm", "cause"]).loc[(row.arm, row.cause)]
    return found["std_err"] ** 2 if kind == "variance" else found[row.quantity]


def test_by_hand() -> None:
    # 5 at risk; at 1 a rash and a death, at 2 one censored, at 3 a rash.
    data = CompetingCounts.from_subjects([1, 1, 2, 3, 4], ["rash", "death", "", "rash", ""])
    table = fit_aalen_johansen(data).curve("All subjects", "rash").table
    assert table["at_risk"].tolist() == [5, 5, 3, 2, 1]
    np.testing.assert_allclose(table["incidence"], [0, 1 / 5, 1 / 5, 1 / 5 + 3 / 5 / 2, 0.5])
    np.testing.assert_allclose(table["event_free"], [1, 3 / 5, 3 / 5, 3 / 10, 3 / 10])


def test_with_nobody_censored_it_is_the_share_and_its_variance_binomial() -> None:
    data = CompetingCounts.from_subjects([1, 1, 2, 2, 2, 3, 4, 4], list("abaabbab"))
    result = fit_aalen_johansen(data)
    for cause in "ab":
        table = result.curve("All subjects", cause).table
        share = table["events"].cumsum() / 8
        np.testing.assert_allclose(table["incidence"], share)
        np.testing.assert_allclose(table["std_err"], np.sqrt(share * (1 - share) / 8))


def test_ties_have_one_answer() -> None:
    first, second = (fit_aalen_johansen(counts("ties")) for _ in range(2))
    assert same(first, second)


def test_a_single_cause_is_one_minus_kaplan_meier() -> None:
    data = counts("mgus2").with_censored("progression")
    incidence = fit_aalen_johansen(data).curve("all", "death").table
    survival = fit_kaplan_meier(data.any_cause()).curves[0].table
    np.testing.assert_allclose(1 - incidence["incidence"], survival["survival"], atol=1e-13)
    known = survival["survival"] > 0
    np.testing.assert_allclose(
        incidence.loc[known, "std_err"], survival.loc[known, "std_err"], rtol=1e-9, atol=1e-15
    )


def test_strata_are_pooled() -> None:
    one, other = (
        fit_aalen_johansen(counts(name)).to_frame() for name in ("ties", "ties_stratified")
    )
    pd.testing.assert_frame_equal(one, other)


def test_numbers_under_the_curve() -> None:
    found = fit_aalen_johansen(TWO_ARMS).at_risk([0, 2, 9])
    assert found["at_risk"].tolist() == [4, 3, 0, 4, 3, 0]
    assert found["events"].tolist() == [0, 2, 2, 0, 2, 4]
    assert found["censored"].tolist() == [0, 0, 2, 0, 0, 0]


def test_a_time_equal_up_to_rounding_is_that_time() -> None:
    data = CompetingCounts.from_subjects([0.3, 0.7], ["rash", ""])
    for time in (0.3, 0.1 + 0.2, 0.3 - 1e-12):
        found = fit_aalen_johansen(data).landmark(time).iloc[0]
        assert found[["at_risk", "incidence"]].tolist() == [2, 0.5]


def test_beyond_the_last_time_it_is_unknown_unless_nobody_is_left() -> None:
    found = fit_aalen_johansen(TWO_ARMS).landmark(9).set_index(["arm", "cause"])["incidence"]
    assert found["A"].isna().all()
    assert found["B"].to_dict() == {"death": 0.25, "rash": 0.75}
    over = fit_aalen_johansen(TWO_ARMS).overestimate([9]).set_index(["arm", "cause"])
    assert over.loc["A", "overestimate"].isna().all()
    assert over.loc[("B", "rash"), "overestimate"] == 1


def test_a_cause_without_events_has_no_width() -> None:
    data = CompetingCounts.from_subjects([1, 2, 3], ["rash", "rash", ""], cause_order=("rash", "x"))
    table = fit_aalen_johansen(data).curve("All subjects", "x").table
    assert (table["incidence"] == 0).all()
    assert table["lower"].iloc[0] == 0  # by definition
    assert table[["lower", "upper"]].iloc[1:].isna().all(axis=None)


def test_certainty_has_no_width() -> None:
    data = CompetingCounts.from_subjects(
        [1, 2, 3], ["rash"] * 3, arms=["A"] * 3, cause_order=("rash", "death")
    )
    for interval in ("log-log", "log", "plain"):
        last = fit_aalen_johansen(data, interval=interval).curve("A", "rash").table.iloc[-1]
        assert last["incidence"] == 1
        assert last[["std_err", "lower", "upper"]].isna().all()


def test_an_arm_without_variation_has_a_difference_without_a_width() -> None:
    data = CompetingCounts.from_subjects(
        [1, 2, 3, 1, 2, 3], ["", "death", "", "rash", "death", ""], arms=list("AAABBB")
    )
    result = fit_aalen_johansen(data)
    difference = result.differences(3).set_index("cause").loc["rash"]
    assert difference["difference"] == pytest.approx(1 / 3)
    assert difference[["std_err", "lower", "upper", "p_value"]].isna().all()
    ratio = result.ratios(3).set_index("cause").loc["rash"]
    assert ratio[["ratio", "lower", "upper", "p_value"]].isna().all()


def test_comparisons_need_two_arms() -> None:
    result = fit_aalen_johansen(counts("mgus2"))
    with pytest.raises(NotEstimableError, match="there is only one"):
        result.differences(12)
    with pytest.raises(NotEstimableError, match="there is only one"):
        result.ratios(12)


def test_bands_leave_the_event_free_above_them() -> None:
    result = fit_aalen_johansen(counts("transplant_by_abo"))
    bands = result.stacked()
    for arm in result.arms:
        highest = bands[(bands["arm"] == arm) & (bands["cause"] == "withdraw")]["top"]
        event_free = result.curve(arm, "ltx").table["event_free"]
        np.testing.assert_allclose(highest.to_numpy() + event_free, 1)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"variance": "gray"}, "variance in"),
        ({"interval": "logit"}, "interval in"),
        ({"confidence_level": 1}, "0 < confidence_level < 1"),
    ],
)
def test_refuses(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        fit_aalen_johansen(TWO_ARMS, **given)


def test_refuses_unknown_times_arms_and_causes() -> None:
    result = fit_aalen_johansen(TWO_ARMS)
    with pytest.raises(InputError, match="times are finite and >= 0"):
        result.landmark(-1)
    with pytest.raises(InputError, match="times are finite and >= 0"):
        result.at_risk([1, np.inf])
    with pytest.raises(InputError, match="cause in"):
        result.curve("A", "fever")
    with pytest.raises(InputError, match="arm in"):
        result.curve("Z", "rash")


def test_survives_the_wire() -> None:
    result = fit_aalen_johansen(counts("ties"))
    assert same(Result.from_json(result.to_json()), result)
