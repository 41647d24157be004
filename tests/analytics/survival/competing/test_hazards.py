"""Cause-specific and subdistribution hazard ratios by arm, side by side."""

from __future__ import annotations

import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result, same
from analytics.survival import fit_cox_by_arm
from analytics.survival.competing import CompetingCounts, fit_competing_hazards
from tests.analytics.survival.competing.invariants import check_hazards
from tests.analytics.survival.competing.trial_rows import counts
from tests.analytics.survival.oracle_data import oracle_table

TABLE = oracle_table("competing_hazards")
FITS = TABLE[["case", "data", "ties", "censoring_by_arm"]].drop_duplicates()


@pytest.mark.parametrize("fit", list(FITS.itertuples()), ids=FITS["case"].tolist())
def test_agrees_with_the_reference(fit: tuple) -> None:
    result = fit_competing_hazards(
        counts(fit.data), ties=fit.ties, censoring_by_arm=fit.censoring_by_arm == "yes"
    )
    check_hazards(result)
    found = result.table.set_index(["cause", "model", "arm"])
    for row in TABLE[TABLE["case"] == fit.case].itertuples():
        expected = pytest.approx(row.expected, rel=row.tolerance)
        assert found.loc[(row.cause, row.model, row.arm), row.quantity] == expected


def test_the_cause_specific_ratio_is_that_of_cox() -> None:
    data = counts("ties_stratified")
    table = fit_competing_hazards(data).table
    cox = fit_cox_by_arm(data.for_cause("rash")).table
    ours = table[(table["cause"] == "rash") & (table["model"] == "cause-specific")]
    assert ours["hazard_ratio"].tolist() == cox["hazard_ratio"].tolist()
    assert ours["p_value"].tolist() == cox["p_value"].tolist()


def test_a_missing_ratio_leaves_the_others() -> None:
    data = CompetingCounts.from_subjects(
        [1, 2, 3, 4, 5, 6], ["rash", "rash", "death", "rash", "", "rash"], arms=list("ABAABB")
    )
    result = fit_competing_hazards(data)
    check_hazards(result)
    reasons = result.table.groupby("cause")["not_estimable"].unique()
    assert reasons["death"].tolist() == ["No hazard ratio: there are no events in 'B'."]
    assert reasons["rash"].tolist() == [""]
    assert result.table.set_index("cause").loc["death", "events"].tolist() == [0, 0]
    assert same(Result.from_json(result.to_json()), result)


def test_the_footnote_says_what_was_done() -> None:
    method = fit_competing_hazards(counts("ties_stratified"), censoring_by_arm=True).method
    assert method == (
        "Stratified Cox regression of each cause with the others censored, Efron ties; "
        "unstratified Fine–Gray regression, Breslow ties, censoring estimated by arm; "
        "Wald intervals"
    )


def test_refuses() -> None:
    with pytest.raises(NotEstimableError, match="only one arm"):
        fit_competing_hazards(counts("mgus2"))
    with pytest.raises(InputError, match="ties in"):
        fit_competing_hazards(counts("ties"), ties="exact")
    with pytest.raises(InputError, match="0 < confidence_level < 1"):
        fit_competing_hazards(counts("ties"), confidence_level=2)
