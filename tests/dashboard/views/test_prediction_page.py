"""The Prediction page: the question, what the study supports, every tab, signatures, blinding."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from analytics.checks import InputError
from dashboard.access.passwords import hash_password
from dashboard.access.rights import Reader
from dashboard.analyses.prediction.fit import PredictionReport
from dashboard.analyses.prediction.signatures import sign, signatures
from dashboard.state import reader as who_asks
from dashboard.views import jobs
from queries.workspace import open_workspace
from tests.dashboard.views import drawn
from tests.dashboard.views.drawn import TEXTS, page_script, run_script

WORD = "correct horse battery"
PAGE = page_script("prediction")
TABS = ("Performance", "Who is at risk", "What it rests on", "Fairness", "Dose", "Model card")


def opened(study: str = "EQX-301", **inputs: object) -> AppTest:
    app = run_script(PAGE, {"study": study, **inputs})
    assert not app.exception
    return app


shown = partial(drawn.shown, kinds=(*TEXTS, "subheader", "success", "table"))


@pytest.fixture
def done(report: PredictionReport, monkeypatch: pytest.MonkeyPatch) -> PredictionReport:
    """The job is done: what the page asks for is there."""
    monkeypatch.setattr(jobs, "answer", lambda *_, **__: report)
    return report


@pytest.mark.usefixtures("home")
def test_the_question_and_what_the_study_supports_come_before_any_fit():
    app = opened()
    said = shown(app)
    assert "Supports review; does not recommend treatment." in said
    assert "Risk of Any adverse event, grade 3 or higher within 180 days after first dose" in said
    assert "are too few for" in said
    assert any(button.label == "Fit and validate" for button in app.button)


@pytest.mark.usefixtures("home")
def test_a_question_that_the_study_cannot_answer_is_refused_with_what_would_be_needed():
    app = opened("EQX-201", **{"prediction_horizon_EQX-201": 180})
    assert "at least 20 are needed to tell a risk by then; the latest such day is" in shown(app)
    assert not any(button.label == "Fit and validate" for button in app.button)


@pytest.mark.usefixtures("home")
def test_a_study_without_adverse_events_says_so():
    assert "no adverse events to foretell" in shown(opened("GBSG2"))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("tab", TABS)
def test_every_tab_stands(done, tab):
    app = opened(prediction_tab=tab)
    assert not app.exception
    said = shown(app)
    assert done.validation.verdict(done.chosen) in said
    if tab != "Who is at risk":
        assert "Supports review; does not recommend treatment." in said


@pytest.mark.usefixtures("home")
def test_whoever_is_at_risk_becomes_a_cohort(done):
    app = opened(prediction_tab="Who is at risk", prediction_cohort_from=60)
    count = int((done.people["risk"] >= 0.6).sum())
    assert f"**Risk of 60% or more**: {count} subjects" in shown(app)
    button = next(one for one in app.button if one.label == "Make this the cohort")
    button.click().run()
    assert not app.exception
    assert f"{count} of 720 subjects" in shown(app)


@pytest.mark.usefixtures("home")
def test_a_card_is_signed_by_a_named_person_and_stays_signed(done):
    app = opened(prediction_tab="Model card")
    assert "Nobody has signed this card." in shown(app)
    app.text_input[0].set_value("Dr A. Reviewer")
    sign_button(app).click().run()
    assert not app.exception
    assert "Reviewed, Dr A. Reviewer" in shown(opened(prediction_tab="Model card"))


@pytest.mark.usefixtures("done")
@pytest.mark.parametrize("word", [WORD, None], ids=["password", "single sign-on"])
def test_with_accounts_whoever_signs_gives_their_password_again(
    home: Path, monkeypatch: pytest.MonkeyPatch, word: str | None
) -> None:
    with open_workspace(home) as workspace:
        person = workspace.people.add(
            name="stan",
            roles=["statistician"],
            studies={"EQX-301": True},
            password_hash=hash_password(word) if word else None,
            email=None if word else "stan@example.org",
            person="tester",
        )
    monkeypatch.setattr(who_asks, "reader_of", lambda *_: Reader.of(person))
    monkeypatch.setattr(type(st.context), "ip_address", "127.0.0.1")
    app = opened(prediction_tab="Model card")
    fields = {one.label: one for one in app.text_input}
    assert ("Your password" in fields) is (word is not None)
    fields["Name"].set_value("Stan")
    if word is not None:
        fields["Your password"].set_value("a guess in passing")
        sign_button(app).click().run()
        assert "whoever signs gives their own password" in shown(app).lower()
        assert "Nobody has signed this card." in shown(app)
        next(one for one in app.text_input if one.label == "Your password").set_value(word)
    sign_button(app).click().run()
    assert not app.exception
    with open_workspace(home) as workspace:
        [act] = [one for one in workspace.activity("EQX-301") if one.act == "sign model card"]
    assert act.detail["proved"] == ("password" if word else "session")
    assert WORD not in str(act)


def sign_button(app: AppTest) -> Button:
    return next(one for one in app.button if one.label == "Sign this card")


def test_a_signature_without_a_name_or_a_meaning_is_refused(home):
    with open_workspace(home) as workspace:
        about = {
            "study": "EQX-301",
            "fingerprint": "f",
            "question": "q",
            "person": "anna",
            "proved": "session",
        }
        with pytest.raises(InputError, match="gives a name"):
            sign(workspace, name=" ", meaning="Reviewed", comment="", **about)
        with pytest.raises(InputError, match="the meaning is one of"):
            sign(workspace, name="A", meaning="Liked", comment="", **about)
        with pytest.raises(InputError, match="at most 200 characters"):
            sign(workspace, name="A" * 201, meaning="Reviewed", comment="", **about)
        assert signatures(workspace, "EQX-301") == ()


def test_a_blinded_reader_learns_nothing_of_arms(home):
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", person="anna", reason="A test")
    said = shown(opened())
    assert "Lumarestat 200 mg" not in said
    assert "Risk of Any adverse event" in said
