"""Plans: read with care, written back the same, and turned into a planned curve."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.errors import DataError
from queries.workspace import AccrualPeriod, Plan, PlannedEndpoint

FULL = {
    "study": "EQX-301",
    "title": "A phase 3 trial",
    "phase": "3",
    "status": "ongoing",
    "data_cut": "2026-03-31",
    "arms": ["Control", "Experimental"],
    "allocation": [1, 1],
    "subjects": 720,
    "alpha": 0.025,
    "sides": 1,
    "accrual_start": "2024-02-01",
    "accrual": [
        {"from_month": 0, "to_month": 2, "subjects_per_month": 10.0},
        {"from_month": 2, "to_month": 20, "subjects_per_month": 45.0},
    ],
    "stratification": ["REGION1", "ECOGBL"],
    "subgroups": ["SEX", "AGEGR1"],
    "sites": 64,
    "endpoints": [
        {
            "code": "OS",
            "label": "Overall survival",
            "role": "primary",
            "analysis_set": "ITTFL",
            "arm": "planned",
            "events": 420,
            "looks": [0.6, 0.8, 1.0],
            "spending": "Lan-DeMets O'Brien-Fleming",
            "alpha": 0.02,
            "test": "stratified log-rank",
            "treatment": "Experimental against control, each with standard care",
            "intercurrent_events": "Stopping treatment: treatment policy",
            "censoring": "Last date known alive",
        },
        {"code": "TTDE", "role": "safety"},
    ],
}


def _changed(**changes: object) -> str:
    return json.dumps({**FULL, **changes})


def test_a_full_plan_is_read_and_written_back():
    plan = Plan.from_json(json.dumps(FULL))
    assert plan.data_cut == date(2026, 3, 31)
    assert plan.endpoints[0].looks == (0.6, 0.8, 1.0)
    assert plan.endpoints[0].censoring == "Last date known alive"
    assert plan.endpoints[1].intercurrent_events is None
    assert [endpoint.arm for endpoint in plan.endpoints] == ["planned", "actual"]
    assert Plan.from_json(plan.to_json()) == plan
    written = plan.to_plain()
    assert written["endpoints"][1] == {"code": "TTDE", "role": "safety", "arm": "actual"}
    written["endpoints"][1].pop("arm")
    assert json.loads(json.dumps(written)) == FULL


def test_a_plan_needs_little():
    plan = Plan.from_json('{"study": "A", "title": "A", "status": "complete", "sites": null}')
    assert (plan.arms, plan.subjects, plan.endpoints) == ((), None, ())
    assert plan.to_plain() == {"study": "A", "title": "A", "status": "complete"}


ENDPOINT = {"code": "OS"}
PERIOD = {"from_month": 0, "to_month": 2, "subjects_per_month": 10.0}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "a plan is written as JSON"),
        ("[]", "a plan is a JSON object"),
        ("[" * 20_000, "nested without end"),
        ("x" * 100_000, "JSON text of at most"),
        ('{"study": ' + "9" * 5_000 + "}", "a plan is written as JSON"),
        ("{}", "states its study, title and status, but got 'no study'"),
        (_changed(status="paused"), "`status` of a plan is one of ongoing, complete"),
        (_changed(status=["ongoing"]), "`status` of a plan is one of"),
        (_changed(phase=3), "`phase` of a plan is"),
        (_changed(study="a\nb"), "`study` of a plan is 1 to 64 printable"),
        (_changed(sponsor="x"), "a plan has only the keys study, title, .*, but got 'sponsor'"),
        (_changed(data_cut="31.03.2026"), "`data_cut` of a plan is an ISO date such as 2026-03-31"),
        (_changed(data_cut=5), "`data_cut` of a plan is an ISO date"),
        (_changed(accrual_start="0001-01-01"), "is a date from 1900 to 2200"),
        (_changed(arms="Control"), "`arms` of a plan is a list"),
        (_changed(arms=["A", "A"]), "`arms` of a plan lists each name once"),
        (_changed(arms=["A", 1]), "`arms` of a plan is 1 to 200 printable"),
        (_changed(allocation=[1]), "`allocation` has one ratio per arm"),
        (_changed(allocation=[1, 0]), "`allocation` of a plan is a number above 0"),
        (_changed(subjects=0), "`subjects` of a plan is a whole number from 1"),
        (_changed(subjects=720.5), "`subjects` of a plan is a whole number"),
        (_changed(subjects=True), "`subjects` of a plan is a whole number"),
        (_changed(subjects=10**300), "whole number from 1 to 10.9, but got 'a number of 997 bits'"),
        (_changed(alpha=0), "`alpha` of a plan is a number above 0 and below 1"),
        (_changed(alpha=10**400), "`alpha` of a plan is a number above 0"),
        (_changed(alpha=float("nan")), "`alpha` of a plan is a number above 0"),
        (_changed(alpha="0.05"), "`alpha` of a plan is a number above 0"),
        (_changed(sides=3), "`sides` of a plan is one of 1, 2"),
        (_changed(sides=True), "`sides` of a plan is one of 1, 2"),
        (_changed(accrual={}), "`accrual` of a plan is a list"),
        (_changed(accrual=[5]), "a period of accrual is a JSON object"),
        (_changed(accrual=[{"from_month": 0}]), "a period of accrual has .* 'no to_month'"),
        (_changed(accrual=[PERIOD | {"to_month": 0}]), "ends after it starts, but got '0 to 0'"),
        (_changed(accrual=[PERIOD | {"subjects_per_month": -1}]), "`subjects_per_month` of a plan"),
        (_changed(accrual=[PERIOD, PERIOD]), "follow one another without overlap"),
        (_changed(endpoints=[{}]), "an endpoint of a plan has a code, but got 'nothing'"),
        (_changed(endpoints=[ENDPOINT, ENDPOINT]), "names each endpoint once"),
        (_changed(endpoints=[ENDPOINT | {"role": "main"}]), "is one of primary, secondary, safety"),
        (_changed(endpoints=[ENDPOINT | {"arm": "both"}]), "`arm` of a plan is one of planned"),
        (_changed(endpoints=[ENDPOINT | {"events": -1}]), "`events` of a plan is a whole number"),
        (_changed(endpoints=[ENDPOINT | {"looks": [0.8, 0.6]}]), "looks of an endpoint rise"),
        (_changed(endpoints=[ENDPOINT | {"looks": [0]}]), "looks of an endpoint rise"),
        (_changed(endpoints=[ENDPOINT | {"looks": [1.1]}]), "`looks` of a plan is a number from 0"),
        (_changed(endpoints=[ENDPOINT | {"censoring": 1}]), "`censoring` of a plan is 1 to 1000"),
        (_changed(endpoints=[ENDPOINT | {"treatment": "x" * 1001}]), "`treatment` of a plan is 1"),
        (_changed(endpoints=[ENDPOINT | {"look": [1]}]), "an endpoint of a plan has only the keys"),
        (_changed(stratification=["x" * 190 + str(n) for n in range(200)]), "at most 24576 char"),
    ],
)
def test_a_plan_that_breaks_a_rule_is_refused(text, sentence):
    with pytest.raises(DataError, match=sentence):
        Plan.from_json(text)


def test_values_made_in_python_are_checked_too():
    with pytest.raises(DataError, match="`accrual` of a plan is a list of AccrualPeriod"):
        Plan(study="A", title="A", status="ongoing", accrual=(PERIOD,))
    with pytest.raises(DataError, match="`code` of a plan is"):
        PlannedEndpoint(code="")


def test_the_planned_curve_has_a_point_per_month_and_ends_at_the_target():
    plan = Plan.from_json(json.dumps(FULL))
    curve = plan.planned_enrolment()
    assert str(curve.date.iloc[0])[:10] == "2024-02-01"
    assert curve.subjects.iloc[[0, 1, 2, 3]].tolist() == [0, 10, 20, 65]
    assert curve.subjects.iloc[-1] == 720
    assert (curve.subjects.diff().dropna() > 0).all()
    # 20 subjects in two months, then 45 a month: month 17.56 of 30.4375 days.
    assert str(curve.date.iloc[-1])[:10] == "2025-07-19"


def test_the_planned_curve_is_empty_without_a_start():
    plan = Plan.from_json(_changed(accrual_start=None))
    assert plan.planned_enrolment().empty
    assert plan.planned_enrolment().dtypes.astype(str).tolist() == ["datetime64[ns]", "float64"]


def test_the_planned_curve_stays_level_in_a_pause():
    periods = (
        AccrualPeriod(from_month=0, to_month=1, subjects_per_month=10),
        AccrualPeriod(from_month=3, to_month=4.5, subjects_per_month=10),
    )
    start = date(2024, 1, 1)
    plan = Plan(study="A", title="A", status="ongoing", accrual=periods, accrual_start=start)
    assert plan.planned_enrolment().subjects.tolist() == [0, 10, 10, 10, 20, 25]


@given(
    rates=st.lists(st.floats(0, 100), min_size=1, max_size=6),
    subjects=st.none() | st.integers(1, 500),
    months=st.lists(st.floats(-5, 50), min_size=2, max_size=2).map(sorted),
)
def test_planned_subjects_never_fall_and_never_pass_the_target(rates, subjects, months):
    periods = tuple(
        AccrualPeriod(from_month=2 * n, to_month=2 * n + 2, subjects_per_month=rate)
        for n, rate in enumerate(rates)
    )
    start = date(2024, 1, 1)
    plan = Plan(
        study="A",
        title="A",
        status="ongoing",
        subjects=subjects,
        accrual=periods,
        accrual_start=start,
    )
    early, late = (plan.planned_subjects(month) for month in months)
    assert 0 <= early <= late <= (subjects or float("inf"))
    curve = plan.planned_enrolment()
    assert curve.date.is_monotonic_increasing
    assert curve.subjects.is_monotonic_increasing
    assert curve.subjects.iloc[-1] == pytest.approx(plan.planned_subjects(2 * len(rates)), abs=1e-6)
