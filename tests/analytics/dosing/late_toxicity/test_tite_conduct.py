"""A TITE-CRM trial in days: references, what was known on a day, deviations, what is refused."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import InputError
from analytics.dosing.escalation import Crm
from analytics.dosing.late_toxicity import (
    EnteredPatient,
    TiteCrm,
    TrialCourse,
    conduct_tite,
)
from analytics.results import Result, same
from tests.analytics.dosing.oracle_rows import assert_agrees, oracle_rows

ROWS = {
    one.values[0]["quantity"]: one.values[0]
    for one in oracle_rows("dosing_tite")
    if one.values[0]["case"] == "tite_cheung_p124"
}
INPUTS = ROWS["weights"]["inputs"]
DESIGN = TiteCrm(
    method=Crm(skeleton=tuple(INPUTS["prior"]), target=0.25, prior_sd=INPUTS["prior_sd_beta"]),
    window=126.0,
    most_patients=24,
    start=3,
)


def test_the_published_trial_in_days() -> None:
    found = conduct_tite(DESIGN, TrialCourse.parse("3@0 3@7 3@38 3@45", doses=5, today=73))
    assert found.to_frame()["followed"].tolist() == INPUTS["followup"]
    assert_agrees(found.recommendation.weights, ROWS["weights"])
    assert_agrees(found.recommendation.table["estimate"], ROWS["ptox"])
    assert found.recommendation.dose == ROWS["mtd"]["expected"]
    assert same(Result.from_json(found.to_json()), found)


def test_what_was_known_on_a_day() -> None:
    course = TrialCourse.parse("1@0 2@10T25 2@12N30 3@40", doses=3, today=50)
    assert [one.toxicity for one in course.seen(24)] == [False, False, False]
    assert [one.toxicity for one in course.seen(25)] == [False, True, False]
    assert [one.followed for one in course.seen()] == [50.0, 15.0, 18.0, 10.0]
    assert course.seen(24, first=1)[0].followed == 24.0


def test_deviations_rest_on_what_was_known_then() -> None:
    # On day 7 the toxicity of day 20 was not known: dose 3 was right for the second patient.
    found = conduct_tite(DESIGN, TrialCourse.parse("3@0T20 3@7 5@21", doses=5, today=30))
    said = "Patient 3 was given dose 5; the design recommended dose 1."
    assert (found.deviations, found.deviating) == ((said,), (3,))
    safe = replace(DESIGN, method=replace(DESIGN.method, overdose=0.8), start=1)
    over = conduct_tite(safe, TrialCourse.parse("1@0T2 1@1T2 1@3", doses=5, today=3))
    assert over.deviations[-1] == "Patient 3 was given dose 1 after the trial's end."
    assert over.recommendation.stop
    assert len(over.outlook) == 1


def test_waiting_without_news_and_news() -> None:
    course = TrialCourse.parse("3@0 3@7T20 3@38 3@45N60", doses=5, today=73)
    found = conduct_tite(DESIGN, course)
    days = found.outlook["day"].tolist()
    assert days[0] == 73
    assert found.outlook["dose"].is_monotonic_increasing
    for day, dose in zip(days, found.outlook["dose"], strict=True):
        later = replace(course, today=day)
        assert conduct_tite(DESIGN, later).recommendation.dose == dose
    # Who has left without toxicity can bring no news.
    assert found.news["patient"].tolist() == [1, 3]
    told = replace(course.patients[0], toxicity=73)
    with_it = replace(course, patients=(told, *course.patients[1:]))
    assert found.news["dose"].tolist()[0] == conduct_tite(DESIGN, with_it).recommendation.dose


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 9), st.sampled_from("_TN")), max_size=9)
)
def test_any_course_is_written_and_read(steps: list[tuple[int, int, str]]) -> None:
    day, patients = 0, []
    for dose, wait, end in steps:
        day += wait
        ends = {"T": {"toxicity": day + wait}, "N": {"left": day + wait}, "_": {}}[end]
        patients.append(EnteredPatient(dose=dose, entered=day, **ends))
    course = TrialCourse(doses=5, today=200, patients=tuple(patients))
    assert TrialCourse.parse(str(course), doses=5, today=200) == course
    assert len(conduct_tite(DESIGN, course).to_frame()) == len(patients)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1@0 2", "such as 2@12 or 2@12T25` must hold, but got patient=2, word='2'."),
        ("1@0 6@3", "`1 <= dose <= 5` must hold, but got patient=2, dose=6."),
        ("0@3", "`dose >= 1` must hold, but got dose=0."),
        ("1@9 1@3", "patients stand in the order in which they came` must hold, but got patient=2"),
        ("1@9T3", "is not before the entry` must hold, but got entered=9, day=3."),
        ("1@999", "`nothing is recorded after today` must hold, but got patient=1, day=999"),
        ("1@0T127", "`a toxicity counts within 126 days of the entry` must hold, but got patient"),
    ],
)
def test_refuses(text: str, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        conduct_tite(DESIGN, TrialCourse.parse(text, doses=5, today=200))
