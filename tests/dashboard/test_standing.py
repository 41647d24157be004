"""The plan's own analysis, and what keeps another one from being it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analytics.survival import (
    GEHAN,
    LOG_RANK,
    MODIFIED_PETO,
    PETO,
    TARONE_WARE,
    Weight,
    fleming_harrington,
)
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.standing import (
    planned_analysis,
    planned_weight,
    standing_beside,
    standing_of,
)
from queries.cohorts import Cohort, OneOf
from queries.workspace import Plan, PlannedEndpoint

COLUMNS = ("ITTFL", "REGION1", "SEX")


def carried(role: str) -> tuple[str, ...]:
    """The arms of a snapshot; in its actual arms nobody had the new treatment."""
    return ("Old", "Control") if role == "actual" else ("New", "Control", "Old")


def plan(test: str | None = "stratified log-rank", **options: Any) -> Plan:
    endpoint = PlannedEndpoint(code="OS", analysis_set="ITTFL", test=test)
    return Plan(
        study="A",
        title="A",
        status="complete",
        arms=("Control", "New"),
        stratification=("REGION1",),
        endpoints=(replace(endpoint, **options),),
    )


AS_PLANNED = SurvivalAnalysis(
    endpoint="OS", analysis_set="ITTFL", arms=("Control", "New"), strata=("REGION1",)
)


@pytest.mark.parametrize(
    ("test", "weight"),
    [
        ("log-rank", LOG_RANK),
        ("Stratified logrank test", LOG_RANK),
        ("unweighted log-rank", LOG_RANK),
        ("weighted log-rank", None),
        ("Fleming-Harrington (0, 0.5)", fleming_harrington(0, 0.5)),
        ("stratified FH(0,1)", fleming_harrington(0, 1)),
        ("Gehan–Breslow", GEHAN),
        ("Tarone-Ware", TARONE_WARE),
        ("Peto-Peto", PETO),
        ("Peto–Peto–Prentice–Wilcoxon", PETO),
        ("stratified Wilcoxon", GEHAN),
        ("Breslow", GEHAN),
        ("MaxCombo of FH(0, 0), FH(0, 1), FH(1, 1)", None),
        ("the larger of FH(0, 0) and FH(0, 1)", None),
        ("RMST difference; log-rank supports it", None),
        ("restricted mean survival time", None),
        ("modified Peto–Peto", MODIFIED_PETO),
        ("MCP-Mod", None),
        ("MaxCombo", None),
        (None, None),
    ],
)
def test_the_weight_is_the_one_that_the_plan_names(test: str | None, weight: Weight | None) -> None:
    assert planned_weight(PlannedEndpoint(code="OS", test=test)) == weight


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"weight": GEHAN}, "the plan's test is the stratified log-rank test"),
        ({"strata": ()}, "the plan's test is stratified by REGION1"),
        ({"analysis_set": None}, "the plan's analysis set is ITTFL"),
        ({"arm": "actual"}, "the plan compares planned arms"),
        ({"arms": ("New", "Control")}, "the plan's reference is Control"),
        ({"arms": ("Control",)}, "the plan also compares New"),
        ({"arms": ("Control", "New", "Old")}, "the plan has no arm Old"),
        ({"strata": ("REGION1", "SEX")}, "the plan's test is stratified by REGION1"),
        ({"analysis_set": "PPROTFL"}, "the plan's analysis set is ITTFL"),
        ({"arms": ("Control", "Old")}, "the plan also compares New; the plan has no arm Old"),
    ],
)
def test_what_the_reader_changed_is_said_and_the_plans_own_stays(
    change: dict[str, Any], reason: str
) -> None:
    analysis = replace(AS_PLANNED, **change)
    standing = standing_of(analysis, plan())
    assert (standing.kind, "; ".join(standing.reasons)) == ("sensitivity", reason)
    assert planned_analysis(analysis, plan(), columns=COLUMNS, arms=carried) == AS_PLANNED


def test_as_planned_is_pre_specified() -> None:
    assert standing_of(AS_PLANNED, plan()).kind == "pre-specified"
    assert standing_beside(AS_PLANNED, plan(), "restricted means").sentence == (
        "Sensitivity analysis: the plan's test is stratified log-rank, not restricted means."
    )


@pytest.mark.parametrize(
    ("change", "given", "sentence"),
    [
        ({}, None, "The plan names no test of OS"),
        ({}, plan(None), "The plan names no test of OS"),
        ({}, plan("MCP-Mod"), "The plan's test of OS (MCP-Mod) is none of the log-rank family"),
        ({"landmark_day": 30}, plan(), "not of these subjects: time is counted from day 30"),
        ({"cohort": Cohort(OneOf(column="SEX", values=("F",)))}, plan(), "the cohort is filtered"),
    ],
)
def test_where_there_is_no_plans_own_analysis_the_sentence_says_why(
    change: dict[str, Any], given: Plan | None, sentence: str
) -> None:
    said = planned_analysis(replace(AS_PLANNED, **change), given, columns=COLUMNS, arms=carried)
    assert isinstance(said, str)
    assert sentence in said


def test_a_plan_that_the_snapshot_cannot_follow_is_said() -> None:
    said = planned_analysis(AS_PLANNED, plan(), columns=("SEX",), arms=carried)
    assert said == (
        "The plan's own analysis cannot be made: this snapshot does not have ITTFL, REGION1."
    )


def test_a_test_that_is_not_known_is_nobodys_pre_specified_analysis() -> None:
    assert standing_of(AS_PLANNED, plan("MaxCombo, stratified")).kind == "sensitivity"


def test_planned_strata_that_the_snapshot_lacks_leave_nothing_pre_specified() -> None:
    two = replace(plan(), stratification=("REGION1", "BMKGR1"))
    standing = standing_of(AS_PLANNED, two)
    assert standing.kind == "sensitivity", "the snapshot only has one of the two to stratify by"
    assert standing.reasons == ("the plan's test is stratified by REGION1, BMKGR1",)
    said = planned_analysis(AS_PLANNED, two, columns=COLUMNS, arms=carried)
    assert said == "The plan's own analysis cannot be made: this snapshot does not have BMKGR1."


@pytest.mark.parametrize(
    ("role", "arms", "lacking"),
    [
        ("planned", ("Control", "New", "Newer"), "the planned arm Newer"),
        ("actual", ("Control", "New"), "the actual arm New"),
    ],
)
def test_planned_arms_that_the_snapshot_lacks_leave_nothing_pre_specified(
    role: str, arms: tuple[str, ...], lacking: str
) -> None:
    given = replace(plan(arm=role), arms=arms)
    said = planned_analysis(AS_PLANNED, given, columns=COLUMNS, arms=carried)
    assert said == f"The plan's own analysis cannot be made: this snapshot does not have {lacking}."


def test_a_plan_without_arms_specifies_no_comparison() -> None:
    silent = replace(plan(), arms=())
    assert standing_of(AS_PLANNED, silent).reasons == ("the plan names no arms",)
    said = planned_analysis(AS_PLANNED, silent, columns=COLUMNS, arms=carried)
    assert said == "The plan's own analysis cannot be made: the plan names no arms."


def test_an_analysis_set_that_the_plan_does_not_state_is_the_readers() -> None:
    silent = plan(analysis_set=None)
    assert standing_of(AS_PLANNED, silent).reasons == ("the plan's analysis set is not stated",)
    assert standing_of(replace(AS_PLANNED, analysis_set=None), silent).kind == "pre-specified"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cohort": Cohort(OneOf(column="SEX", values=("F",)))}, "the cohort is filtered"),
        ({"landmark_day": 0}, "time is counted from day 0"),
        (
            {"groups": (Cohort(name="A"), Cohort(name="B")), "arms": ()},
            "cohorts are compared, not arms",
        ),
    ],
)
def test_other_subjects_or_times_are_exploratory_whatever_the_method(
    change: dict[str, Any], reason: str
) -> None:
    analysis = replace(AS_PLANNED, **change)
    for standing in (standing_of(analysis, plan()), standing_beside(analysis, plan(), "means")):
        assert (standing.kind, standing.reasons) == ("exploratory", (reason,))
