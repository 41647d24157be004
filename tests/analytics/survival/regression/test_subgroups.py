"""Subgroup hazard ratios and interaction tests against R, and small subgroups."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.checks import InputError
from analytics.results import same
from analytics.survival.regression import (
    Factor,
    FollowUp,
    Interaction,
    Numeric,
    SubgroupHazardRatios,
    fit_cox,
    subgroup_hazard_ratios,
)
from tests.analytics.survival.regression.oracle_models import frame, oracle_table
from tests.analytics.survival.regression.small_trials import trial, trial_follow_up

TABLE = oracle_table("subgroup_hazard_ratios")
STRATIFIED = oracle_table("subgroup_strata")
ARM = Factor("rx", reference="Obs")


def _colon(**names: object) -> FollowUp:
    return FollowUp(frame=frame("colon_two_arms"), time="time", event="status", **names)


@pytest.mark.parametrize("subgroup", TABLE["subgroup"].drop_duplicates().tolist())
def test_agrees_with_the_reference(subgroup: str) -> None:
    found = subgroup_hazard_ratios(_colon(), arm=ARM, subgroups=[subgroup])
    for row in TABLE[TABLE["subgroup"] == subgroup].itertuples():
        expected = pytest.approx(row.expected, rel=row.tolerance, abs=1e-10)
        assert _found(found, row) == expected, f"{row.level} {row.quantity}"


@pytest.mark.parametrize(
    ("subgroup", "strata"),
    STRATIFIED[["subgroup", "strata"]].drop_duplicates().to_numpy().tolist(),
)
def test_strata_may_determine_a_subgroup_wholly_or_in_part(subgroup: str, strata: str) -> None:
    rows = frame("colon_two_arms")
    late = (rows["extent"] >= 3).astype(int)
    rows = rows.assign(late=late, cell=2 * late + rows["obstruct"])
    data = FollowUp(frame=rows, time="time", event="status", strata=(strata,))
    found = subgroup_hazard_ratios(data, arm=ARM, subgroups=[subgroup]).interactions.iloc[0]
    own = (STRATIFIED["subgroup"] == subgroup) & (STRATIFIED["strata"] == strata)
    for row in STRATIFIED[own].itertuples():
        assert found[row.quantity] == pytest.approx(row.expected, rel=row.tolerance), row.quantity


def _found(found: SubgroupHazardRatios, row: tuple) -> float:
    if row.level == "":
        return found.interactions[row.quantity].iloc[0]
    table = found.table[found.table["subgroup"] == row.subgroup].set_index("level")
    own = table.loc[str(row.level)]
    if row.quantity in ("subjects", "events"):
        return own[row.quantity] + own[f"{row.quantity}_reference"]
    return own["events" if row.quantity == "events_arm" else row.quantity]


def test_all_subjects_come_first() -> None:
    found = subgroup_hazard_ratios(_colon(), arm=ARM, subgroups=["sex"])
    overall = fit_cox(_colon(), [ARM]).table.iloc[0]
    row = found.table.iloc[0]
    assert (row["subgroup"], row["level"], row["subjects"] + row["subjects_reference"]) == (
        "", "", 619,
    )  # fmt: skip
    assert row["hazard_ratio"] == overall["hazard_ratio"]
    assert "p_value" not in found.table.columns


def test_three_arms_and_adjustment() -> None:
    data = FollowUp(frame=frame("colon_death"), time="time", event="status", strata=("extent",))
    sex, age = Factor("sex"), Numeric("age")
    found = subgroup_hazard_ratios(data, arm=ARM, subgroups=["sex"], adjust=[age])
    assert found.table["arm"].tolist() == ["Lev", "Lev+5FU"] * 3
    full = fit_cox(data, [ARM, sex, age, Interaction(ARM, sex)])
    plain = fit_cox(data, [ARM, sex, age])
    test = found.interactions.iloc[0]
    gain = 2 * (full.log_likelihood - plain.log_likelihood)
    assert (test["statistic"], test["degrees_of_freedom"]) == (pytest.approx(gain, rel=1e-9), 2)
    assert found.method == (
        "Stratified Cox regression within each subgroup, Efron ties, adjusted for age; "
        "interaction by likelihood ratio"
    )


def test_a_stratification_factor_may_be_a_subgroup() -> None:
    data = _colon(strata=("sex",))
    found = subgroup_hazard_ratios(data, arm=ARM, subgroups=["sex"])
    rows = data.frame.assign(
        arm=(data.frame["rx"] == "Lev+5FU") * 1.0,
        arm_in_men=(data.frame["rx"] == "Lev+5FU") * data.frame["sex"],
    )
    stratified = FollowUp(frame=rows, time="time", event="status", strata=("sex",))
    full = fit_cox(stratified, [Numeric("arm"), Numeric("arm_in_men")])
    plain = fit_cox(stratified, [Numeric("arm")])
    gain = 2 * (full.log_likelihood - plain.log_likelihood)
    assert found.interactions["statistic"].iloc[0] == pytest.approx(gain, rel=1e-8)
    assert found.interactions["degrees_of_freedom"].iloc[0] == 1


def test_a_subgroup_without_an_answer_says_why() -> None:
    rows = trial(
        days=[2, 7, 10, 15, 19, 25, 1, 6, 3, 8, 12, 20],
        site=["x", "x", "x", "y", "y", "z", "x", "x", "x", "y", "y", "y"],
    )
    rows.loc[rows["site"] == "y", "died"] = 0
    rows["region"] = None
    rows.loc[:3, "region"] = "north"
    found = subgroup_hazard_ratios(
        trial_follow_up(rows), arm=Factor("arm"), subgroups=["site", "region"]
    )
    notes = found.table.set_index(["subgroup", "level"])["note"]
    assert notes["site", "x"] == ""
    assert notes["site", "y"] == "No hazard ratio: there are no events."
    assert notes["site", "z"] == "There are no subjects in 'B'."
    assert notes["region", "north"] == "There are no subjects in 'B'."
    assert found.table[["hazard_ratio", "lower", "upper"]].isna().sum().tolist() == [3, 3, 3]
    tests = found.interactions.set_index("subgroup")
    assert tests.loc["region", "missing"] == 8
    assert np.isnan(tests.loc["region", "p_value"])
    assert tests.loc["region", "note"] != ""


def test_levels_in_one_arm_only_take_no_part_in_the_test() -> None:
    rows = frame("colon_two_arms")
    lonely = rows.assign(group=rows["obstruct"].map({0: "a", 1: "b"}))
    lonely.loc[(lonely["rx"] == "Obs") & (lonely["age"] > 75), "group"] = "c"
    data = FollowUp(frame=lonely, time="time", event="status")
    found = subgroup_hazard_ratios(data, arm=ARM, subgroups=["group"]).interactions.iloc[0]
    assert found["degrees_of_freedom"] == 1
    assert 0 < found["p_value"] < 1


def test_survives_the_wire_and_refuses() -> None:
    data = trial_follow_up(trial(sex=list("FM") * 6))
    found = subgroup_hazard_ratios(data, arm=Factor("arm"), subgroups=["sex"])
    assert same(SubgroupHazardRatios.from_json(found.to_json()), found)
    with pytest.raises(InputError, match="subgroups is a list of columns"):
        subgroup_hazard_ratios(data, arm=Factor("arm"), subgroups="sex")
    with pytest.raises(InputError, match="a subgroup is not the arm"):
        subgroup_hazard_ratios(data, arm=Factor("arm"), subgroups=["arm"])
    with pytest.raises(InputError, match="arm is a Factor"):
        subgroup_hazard_ratios(data, arm=Numeric("age"), subgroups=["sex"])
    many = trial().loc[np.zeros(60, dtype=int)].assign(site=range(60))
    with pytest.raises(InputError, match=r"a subgroup factor has 1 to 50 levels.*levels=60"):
        subgroup_hazard_ratios(trial_follow_up(many), arm=Factor("arm"), subgroups=["site"])
