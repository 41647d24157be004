"""The plan of a study as a design: what it says, and what it leaves open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.checks import InputError, NotEstimableError
from analytics.design import Accrual
from analytics.design.boundaries import (
    GroupSequential,
    HaybittlePeto,
    HwangShihDeCani,
    KimDeMets,
    LanDeMetsOBrienFleming,
    LanDeMetsPocock,
    WangTsiatis,
)
from analytics.results import Result
from dashboard.analyses.designs import PlannedDesign, planned_design
from dashboard.analyses.designs.spending_names import spending_named
from queries.workspace import AccrualPeriod, Plan, PlannedEndpoint
from sample_data.eqx301.plan import build_plan

# R 4.2.2, rpact 3.3.4: getDesignGroupSequential(alpha = 0.02, typeOfDesign = "asOF",
# informationRates = c(.6, .8, 1))$criticalValues
IN_R = (2.785693075, 2.387848146, 2.118638240)
ALWAYS = "No plan states the control hazard, the effect and the dropout: fit or state."


@pytest.fixture
def plan() -> Plan:
    import json

    return Plan.from_json(json.dumps(build_plan(720)))


def test_the_plan_of_the_demo_study(plan: Plan) -> None:
    found = planned_design(plan)
    assert (found.study, found.endpoint, found.label) == ("EQX-301", "OS", "Overall survival")
    assert found.information_fractions == (0.6, 0.8, 1.0)
    assert found.event_counts == (252, 336, 420)
    assert (found.alpha, found.sides) == (0.02, 1)
    assert found.spending == LanDeMetsOBrienFleming()
    assert (found.events, found.subjects, found.allocation_ratio) == (420, 720, 1.0)
    assert found.test == "stratified log-rank"
    assert found.accrual is not None
    assert found.accrual.ends == (3.0, 6.0, 9.0, 12.0, 18.0)
    assert found.accrual.rates == pytest.approx((7.2, 21.6, 36, 50.4, 62.4), rel=1e-9)
    assert found.accrual.subjects == pytest.approx(720)
    assert found.accrual.entered([6]).tolist() == pytest.approx([plan.planned_subjects(6)])
    assert found.lacking == (ALWAYS,)
    assert Result.from_json(found.to_json()) == found
    assert found.to_frame()["events"].tolist() == [252, 336, 420]


def test_the_plan_of_the_demo_study_has_boundaries(plan: Plan) -> None:
    found = planned_design(plan).group_sequential()
    assert found == GroupSequential(
        information_fractions=(0.6, 0.8, 1.0), alpha=0.02, efficacy=LanDeMetsOBrienFleming()
    )
    assert found.boundaries().z_efficacy == pytest.approx(IN_R, abs=2e-5)
    with pytest.raises(NotEstimableError, match="does not state the type I error and its sides"):
        planned_design(bare()).group_sequential()
    no_spending = planned_design(bare(alpha=0.05, sides=2))
    with pytest.raises(NotEstimableError, match="interim looks, but no spending function"):
        no_spending.group_sequential()
    single = bare(alpha=0.05, sides=2, endpoints=(PlannedEndpoint(code="OS", role="primary"),))
    one = planned_design(single).group_sequential()
    assert one.boundaries().z_efficacy == pytest.approx([1.959964], abs=1e-6)


def test_another_endpoint_can_be_asked_for(plan: Plan) -> None:
    found = planned_design(plan, "PFS")
    assert (found.events, found.alpha, found.information_fractions) == (580, 0.005, (0.8, 1.0))
    safety = planned_design(plan, "TTSAE")
    assert safety.alpha == 0.025, "of the trial"
    assert (safety.events, safety.event_counts, safety.spending) == (None, (), None)
    assert safety.lacking == (
        "The plan states no looks at TTSAE; one final analysis is taken.",
        "The plan does not state the events of TTSAE at the final analysis.",
        "The plan does not state the test of TTSAE.",
        ALWAYS,
    )
    assert safety.to_frame()["events"].isna().all()
    with pytest.raises(NotEstimableError, match="no endpoint EFS; it has OS, PFS, TTSAE"):
        planned_design(plan, "EFS")


def bare(**more: Any) -> Plan:
    endpoint = PlannedEndpoint(code="OS", role="primary", looks=(0.5, 1.0))
    facts: dict[str, Any] = {"study": "A", "title": "A", "status": "ongoing"}
    return Plan(**{**facts, "endpoints": (endpoint,), **more})


def test_a_plan_that_says_nothing_says_so() -> None:
    found = planned_design(bare())
    assert found == PlannedDesign(
        study="A",
        endpoint="OS",
        label="OS",
        information_fractions=(0.5, 1.0),
        lacking=(
            "The plan does not state how OS spends its type I error.",
            "The plan does not state the allocation.",
            "The plan does not state the accrual.",
            "The plan does not state the type I error.",
            "The plan does not state the number of sides of the test; an alpha of 0.025 is "
            "usually one-sided.",
            "The plan does not state the events of OS at the final analysis.",
            "The plan does not state the number of subjects.",
            "The plan does not state the test of OS.",
            ALWAYS,
        ),
    )
    with pytest.raises(NotEstimableError, match="neither a primary endpoint nor one with events"):
        planned_design(bare(endpoints=(PlannedEndpoint(code="QOL"),)))


def test_an_endpoint_with_events_stands_in_for_a_primary_one() -> None:
    endpoints = (PlannedEndpoint(code="QOL"), PlannedEndpoint(code="PFS", events=10))
    assert planned_design(bare(endpoints=endpoints)).endpoint == "PFS"


def test_looks_that_do_not_end_get_a_final_analysis(plan: Plan) -> None:
    endpoint = replace(plan.endpoints[0], looks=(0.25, 0.5))
    found = planned_design(replace(plan, endpoints=(endpoint,)))
    assert found.information_fractions == (0.25, 0.5, 1.0)
    assert found.lacking[0].startswith("The last planned look at OS has 50% of the information")
    many = replace(endpoint, looks=tuple(k / 11 for k in range(1, 12)))
    with pytest.raises(InputError, match="at most 10 looks"):
        planned_design(replace(plan, endpoints=(many,)))


def test_an_unknown_spending_function_is_said(plan: Plan) -> None:
    endpoint = replace(plan.endpoints[0], spending="as the committee sees fit")
    found = planned_design(replace(plan, endpoints=(endpoint,)))
    assert found.spending is None
    assert found.lacking[0] == (
        "The spending function 'as the committee sees fit' is not one that is known here."
    )


def test_more_than_two_arms_are_said() -> None:
    found = planned_design(bare(arms=("P", "Low", "High"), allocation=(1, 2, 2)))
    assert found.allocation_ratio == 2
    assert any("3 arms; a design here compares Low with P" in said for said in found.lacking)


def periods(*stretches: tuple[float, float, float]) -> tuple[AccrualPeriod, ...]:
    return tuple(
        AccrualPeriod(from_month=a, to_month=b, subjects_per_month=rate) for a, b, rate in stretches
    )


def test_accrual_stops_at_the_planned_number() -> None:
    found = planned_design(bare(accrual=periods((0, 6, 10), (6, 30, 20)), subjects=100))
    assert found.accrual == Accrual(ends=(6.0, 8.0), rates=(10.0, 20.0))
    exact = planned_design(bare(accrual=periods((0, 6, 10), (6, 30, 20)), subjects=60))
    assert exact.accrual == Accrual(ends=(6.0,), rates=(10.0,))


def test_accrual_may_start_late_and_pause() -> None:
    found = planned_design(bare(accrual=periods((1, 2, 10), (4, 6, 20))))
    assert found.accrual == Accrual(ends=(1.0, 2.0, 4.0, 6.0), rates=(0.0, 10.0, 0.0, 20.0))


def test_rates_that_miss_the_number_are_said() -> None:
    found = planned_design(bare(accrual=periods((0, 6, 10)), subjects=100))
    assert "The planned rates enrol 60 of the 100 planned subjects." in found.lacking
    none = planned_design(bare(accrual=periods((0, 6, 0)), subjects=100))
    assert none.accrual is None
    assert any("cannot be taken over" in said for said in none.lacking)


@given(
    st.lists(st.floats(0.5, 40), min_size=1, max_size=5),
    st.integers(5, 400),
)
def test_the_accrual_is_the_planned_curve(rates: list[float], subjects: int) -> None:
    stretches = periods(*((3.0 * k, 3.0 * k + 3, rate) for k, rate in enumerate(rates)))
    plan = bare(accrual=stretches, subjects=subjects)
    accrual = planned_design(plan).accrual
    assert accrual is not None
    months = [1.0, 2.5, 4.0, 7.7, 16.0]
    expected = [plan.planned_subjects(month) for month in months]
    assert accrual.entered(months).tolist() == pytest.approx(expected, abs=0.5)


# Names of spending functions --------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Lan-DeMets O'Brien-Fleming", LanDeMetsOBrienFleming()),
        ("Lan–DeMets (O’Brien–Fleming)", LanDeMetsOBrienFleming()),
        ("O'Brien-Fleming type", LanDeMetsOBrienFleming()),
        ("LD-OBF", LanDeMetsOBrienFleming()),
        ("Lan-DeMets Pocock", LanDeMetsPocock()),
        ("pocock-type spending function", LanDeMetsPocock()),
        ("Hwang-Shih-DeCani(-4)", HwangShihDeCani(gamma=-4)),
        ("HSD, gamma = -1.5", HwangShihDeCani(gamma=-1.5)),
        ("Hwang–Shih–DeCani (γ = − 4)", HwangShihDeCani(gamma=-4)),
        ("Kim-DeMets (rho = 3)", KimDeMets(power=3)),
        ("power family 2", KimDeMets(power=2)),
        ("Wang-Tsiatis, Delta 0.25", WangTsiatis(delta=0.25)),
        ("Haybittle-Peto", HaybittlePeto()),
        ("Haybittle-Peto (3.29)", HaybittlePeto(z=3.29)),
    ],
)
def test_a_spending_function_is_known_by_its_names(name: str, meant: Any) -> None:
    assert spending_named(name) == meant


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Kim-DeMets", "does not state its power"),
        ("Hwang-Shih-DeCani", "does not state its gamma"),
        ("HSD (-4, -2)", "does not state its gamma"),
        ("Kim-DeMets (-1)", "is none: `0 < power <= 100` must hold"),
        ("Pocock (0.5)", "has no parameter"),
        ("Whitehead triangular", "not one that is known"),
        ("not O'Brien-Fleming", "not one that is known"),
        ("", "not one that is known"),
        ("'; drop table study; --", "not one that is known"),
    ],
)
def test_what_a_name_leaves_open_is_said(name: str, said: str) -> None:
    with pytest.raises(NotEstimableError, match=said):
        spending_named(name)
