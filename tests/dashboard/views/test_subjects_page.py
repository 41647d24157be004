"""The Subjects page: the list, the profile of one, and what a blinded reader gets of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from queries.cohorts import Cohort, OneOf, Rule
from tests.dashboard.views.drawn import charts_of, page_script, run_script, shown

SCRIPT = page_script("subjects", saves="subjects", said_by_sidebar=True)
SICK = "EQX-301-102-006"


def subjects_page(
    *, study: str = "EQX-301", rule: Rule | None = None, link: str | None = None, **more: object
) -> AppTest:
    about = {} if link is not None else {"study": study}
    cohort = {} if rule is None else {"cohort": Cohort(rule)}
    return run_script(SCRIPT, {**about, **cohort, **more}, link=link)


def listed(app: AppTest) -> list[str]:
    return [str(one) for one in app.dataframe[0].value["subject"]]


def test_the_list_is_searched_sorted_and_paged(home: Path) -> None:
    app = subjects_page()
    assert not app.exception
    assert len(listed(app)) == 25
    assert "1 to 25 of 720 found" in shown(app)
    app = subjects_page(subject_order="AGE", subject_descending=True)
    ages = app.dataframe[0].value["Age at consent"].tolist()
    assert ages == sorted(ages, reverse=True)
    app = subjects_page(subject_search="102-00")
    assert all("102-00" in subject for subject in listed(app))
    app = subjects_page(subject_page=10_000)
    assert "701 to 720 of 720 found" in shown(app)
    app = subjects_page(subject_search="no such subject")
    assert not app.exception
    assert "No subject of this cohort is found" in shown(app)


@pytest.mark.parametrize("study", ["EQX-301", "EQX-201", "GBSG2"])
def test_every_demo_study_has_profiles(home: Path, study: str) -> None:
    first = listed(subjects_page(study=study))[0]
    app = subjects_page(study=study, subject_opened=first)
    assert not app.exception
    assert not app.error
    assert first in [header.value for header in app.header]
    if study == "GBSG2":
        assert "Date of first dose and of randomisation: not collected." in shown(app)
        assert "Laboratory results: not collected." in shown(app)


def test_a_profile_knows_its_neighbours_in_the_list(home: Path) -> None:
    order = listed(subjects_page(subject_order="AGE", subject_descending=True))
    app = subjects_page(subject_order="AGE", subject_descending=True, subject_opened=order[1])
    assert "2 of 720" in shown(app)
    app.button("subject_next").click().run()
    assert app.session_state["subject_opened"] == order[2]
    app.button("subject_previous").click().run()
    app.button("subject_previous").click().run()
    assert app.session_state["subject_opened"] == order[0]
    assert app.button("subject_previous").disabled
    app.button("subject_back").click().run()
    assert listed(app) == order


def test_a_link_opens_the_same_profile_and_carries_no_identifier(home: Path) -> None:
    app = subjects_page(subject_opened=SICK)
    link = str(app.query_params["view"])
    assert SICK not in link
    other = subjects_page(link=link)
    assert SICK in [header.value for header in other.header]


def test_who_is_outside_the_cohort_is_said_and_who_is_unknown_too(home: Path) -> None:
    women = OneOf(column="SEX", values=("F",))
    app = subjects_page(rule=women, subject_opened=SICK)
    assert not app.exception
    assert "Not in the cohort on screen" in shown(app)
    app = subjects_page(subject_opened="<b>nobody</b>'; --")
    assert not app.exception
    assert "is not in this snapshot" in shown(app)


def test_a_pooled_study_tells_nobodys_arm(home: Path) -> None:
    app = subjects_page()
    app.button("pool_arms").click().run()
    assert not app.exception
    assert "TRT01P" not in str(app.dataframe[0].value.columns.tolist())
    app = subjects_page(subject_opened=SICK)
    everything = shown(app) + charts_of(app)
    assert not app.exception
    assert "Lumarestat 200 mg" not in everything.replace("Lumarestat or placebo", "")
    assert "Exposure is not shown: the study is blinded." in everything
