"""The Dosing page: every tab, what is refused, and a trial conducted to its MTD."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics.dosing.escalation import Outcomes
from analytics.results import Result
from dashboard.analyses.dosing import FAMILIES, ConductRequest, DosingProposal, usual_dosing
from dashboard.analyses.dosing.card import SUPPORTS
from dashboard.home import open_here
from dashboard.jobs.requests import read_request
from dashboard.jobs.working import Worker
from dashboard.views.dosing.current import OUTCOMES, PROPOSAL
from queries.workspace import Workspace
from tests.dashboard.views import drawn
from tests.dashboard.views.drawn import TEXTS, charts_of, page_script, run_script

PAGE = page_script("dosing", saves="dosing")
TABS = ("Set-up", "Decision table", "Conduct", "Characteristics", "Search", "Protocol")


@pytest.fixture
def workspace(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The workspace of the app under test; workers are the test's own."""
    monkeypatch.delenv("EQUIPOISE_WORKSPACE_URL", raising=False)
    for place in ("dashboard.jobs.asking", "dashboard.views.jobs"):
        monkeypatch.setattr(f"{place}.ensure_worker", lambda _: False)
    with open_here(home) as found:
        yield found


def opened(tab: str = "Set-up", proposal: DosingProposal | None = None, **more: object) -> AppTest:
    given: dict[str, object] = {"study": "EQX-301", "dosing_tab": tab}
    if proposal is not None:
        given |= {PROPOSAL: proposal.to_json(), "dosing_study": "EQX-301"}
    app = run_script(PAGE, {**given, **more})
    assert not app.exception
    return app


shown = partial(drawn.shown, kinds=(*TEXTS, "subheader", "table"))


def press(app: AppTest, label: str) -> None:
    next(one for one in app.button if one.label == label).click()
    app.run()
    assert not app.exception


def number(app: AppTest, label: str):  # type: ignore[no-untyped-def]
    return next(one for one in app.number_input if one.label == label)


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_has_an_answer_and_says_who_decides(home: Path, tab: str) -> None:
    app = opened(tab)
    assert SUPPORTS in shown(app)
    assert not app.error
    assert not app.warning
    about = "The target is a probability of dose-limiting toxicity of 25 %"
    other = "BOIN, target 25 %, five doses from 10 mg to 80 mg"
    assert (about if tab == "Set-up" else other) in shown(app)


def test_every_family_is_set_up(home: Path) -> None:
    app = opened()
    for family in FAMILIES:
        next(one for one in app.selectbox if one.label == "Family").set_value(family).run()
        assert not app.exception
        assert not app.error
        kept = Result.from_json(app.session_state[PROPOSAL])
        assert kept == usual_dosing().of_family(family)


def test_inputs_become_the_design_on_every_tab(home: Path) -> None:
    app = opened()
    next(one for one in app.text_input if one.label == "Doses").set_value("5; 10, 20")
    number(app, "Target toxicity, %").set_value(30.0)
    number(app, "Dose guessed to be the MTD").set_value(2)
    app.run()
    assert not app.error
    app.session_state["dosing_tab"] = "Protocol"
    app.run()
    assert "Three doses are studied: 5 mg, 10 mg, 20 mg." in shown(app)
    assert "toxicity of 30 %" in shown(app)


UNSOUND = [
    ("Doses", "10 5", "`doses rise from above 0` must hold, but got amounts=(10.0, 5.0)"),
    ("Doses", "ten", "`Doses: numbers, separated by commas` must hold, but got 'ten'"),
    ("Names of the doses", "A; B", "`there is one name for each of 5 doses` must hold"),
    ("Unit", " ", "`the unit has 1 to 40 characters` must hold"),
]


def test_what_is_unsound_is_said_and_the_last_sound_design_kept(home: Path) -> None:
    app = opened()
    for label, value, said in UNSOUND:
        entry = next(one for one in app.text_input if one.label == label)
        before = str(entry.value)
        entry.set_value(value).run()
        assert said in shown(app)
        assert "The other tabs keep to the last sound design." in shown(app)
        assert Result.from_json(app.session_state[PROPOSAL]) == usual_dosing()
        next(one for one in app.text_input if one.label == label).set_value(before).run()
        assert not app.error
    number(app, "Target toxicity, %").set_value(100.0).run()
    assert "`0 < target < 1` must hold, but got target=1.0." in shown(app)


def test_the_card(home: Path) -> None:
    app = opened("Decision table")
    rows = app.table[0].value.to_numpy().tolist()
    assert rows[:2] == [["3", "0", "1", "3"], ["6", "1", "2", "4"]]
    app.toggle(key="dosing_card_every").set_value(True).run()
    assert len(app.table[0].value) == 30


def test_without_a_card_the_page_says_why(home: Path) -> None:
    app = opened("Decision table", usual_dosing().of_family("3+3"))
    assert "3+3 has no table by patients at the dose." in shown(app)
    assert "what was seen at the dose above" in shown(app)
    first = app.table[0].value.to_numpy().tolist()[0]
    assert first == ["1NNN", "20 mg", "2NNN", "40 mg"]


def test_a_trial_is_conducted_to_its_mtd(home: Path) -> None:
    app = opened("Conduct", usual_dosing().of_family("3+3"))
    assert "Next: dose 1 (10 mg) for 3 patients." in shown(app)
    for toxicities, said in (
        (0, "Next: dose 2 (20 mg) for 3 patients."),
        (1, "Next: dose 2 (20 mg) for 3 patients."),
        (0, "Next: dose 3 (40 mg) for 3 patients."),
        (2, "The trial stops; dose 2 (20 mg) is selected."),
    ):
        number(app, "With toxicity").set_value(toxicities).run()
        press(app, "Add cohort")
        assert said in shown(app)
        assert not app.error
    assert app.session_state[OUTCOMES] == "1NNN 2NNT 2NNN 3NTT"
    assert "The trial has ended: no cohort follows." in shown(app)
    press(app, "Undo")
    assert app.session_state[OUTCOMES] == "1NNN 2NNT 2NNN"
    assert "Next: dose 3 (40 mg)" in shown(app)
    press(app, "Begin anew")
    assert app.session_state[OUTCOMES] == ""


def test_a_deviation_is_allowed_flagged_and_recorded(home: Path) -> None:
    app = opened("Conduct", usual_dosing(), **{OUTCOMES: "1NNN 3NNT"})
    said = "Cohort 2 was given dose 3; the design recommended dose 2."
    assert said in [one.value.replace("\\", "") for one in app.warning]
    assert "Next: dose 2 (20 mg) for 3 patients." in shown(app)
    seen = Outcomes.parse("1NNN 3NNT", doses=5)
    answer = ConductRequest(proposal=usual_dosing(), outcomes=seen).run()
    assert said in answer.recommendation.to_json()


def test_the_edge_is_named(home: Path) -> None:
    app = opened("Conduct", replace(usual_dosing(), most_patients=3))
    app.text_input(key=OUTCOMES).set_value("1NNN").run()
    assert "the MTD may lie beyond" in shown(app)


IMPOSSIBLE = [
        ("1NNX", "`a cohort is a dose and N or T for each patient, such as 2NNT` must hold, but "
         "got cohort='1NNX'."),
        ("6NNN", "`1 <= dose <= 5` must hold, but got dose=6."),
        ("0NNN", "`dose >= 1` must hold, but got dose=0."),
        ("2", "such as 2NNT` must hold, but got cohort='2'."),
        ("<b>1NNN</b>", "must hold, but got cohort='<b>1NNN</b>'."),
]  # fmt: skip


def test_impossible_outcomes_are_told(home: Path) -> None:
    app = opened("Conduct")
    for text, said in IMPOSSIBLE:
        app.text_input(key=OUTCOMES).set_value(text).run()
        assert not app.exception
        assert said in shown(app)
        press(app, "Undo")
        assert not app.error


def test_designs_are_compared_beside_the_benchmark(home: Path) -> None:
    app = opened("Characteristics")
    assert "Exact, without Monte-Carlo error: 3+3, BOIN, CRM." in shown(app)
    for name in ("3+3", "BOIN", "CRM", "Benchmark", "All too toxic"):
        assert name in charts_of(app)
    app.selectbox(key="dosing_measure").set_value("patients_above_target").run()
    assert "Patients above the target" in charts_of(app)
    assert "Benchmark" not in charts_of(app)


def test_random_and_own_scenarios(home: Path) -> None:
    app = opened("Characteristics", dosing_designs=["BOIN"])
    app.radio(key="dosing_scenario_set").set_value("Random").run()
    assert not app.exception
    assert "Mean of the scenarios" in charts_of(app)
    app.radio(key="dosing_scenario_set").set_value("Own").run()
    app.text_area(key="dosing_scenarios").set_value("Flat: 0.1 0.1 0.1 0.1 0.1").run()
    assert not app.error
    assert "Flat" in charts_of(app)
    app.text_area(key="dosing_scenarios").set_value("Falling: 0.4 0.3 0.2 0.2 0.2").run()
    assert "`probabilities do not fall with dose` must hold" in shown(app)


def test_larger_trials_are_simulated_with_their_error(home: Path) -> None:
    large = replace(usual_dosing(), most_patients=60)
    app = opened("Characteristics", large, dosing_designs=["BOIN"])
    assert "BOIN: 10,000 simulated trials a scenario, seed 1" in shown(app)
    assert "Whiskers" in shown(app)


def test_a_posterior_of_two_parameters_is_there_at_once_and_a_job_for_many_patients(
    workspace: Workspace,
) -> None:
    large = replace(usual_dosing().of_family("BLRM"), most_patients=60)
    app = opened("Conduct", large, **{OUTCOMES: "1NNN"})
    assert "Next: dose" in shown(app)
    app.text_input(key=OUTCOMES).set_value("1NNN " * 15).run()
    assert "takes seconds" in shown(app)
    press(app, "Recommend")
    [job] = workspace.jobs.of_study("EQX-301")
    asked = read_request(workspace.jobs.request(job.id), ConductRequest)
    assert asked.proposal.family == "BLRM"
    assert Worker(workspace).do_one().state == "done"  # type: ignore[union-attr]
    app.run()
    assert "Next: dose" in shown(app)


def test_slow_designs_wait_beside_the_quick_ones(workspace: Workspace) -> None:
    app = opened("Characteristics", dosing_designs=["BOIN", "BLRM"])
    assert "Exact, without Monte-Carlo error: BOIN." in shown(app)
    assert "all states of a trial are found aside" in shown(app)
    press(app, "Compute BLRM")
    [job] = workspace.jobs.of_study("EQX-301")
    assert job.kind == "dosing-characteristics"


def test_cohorts_of_one_are_simulated_and_the_page_says_so(home: Path) -> None:
    single = replace(usual_dosing(), cohort_size=1, most_patients=45)
    app = opened("Characteristics", single, dosing_designs=["BOIN", "BLRM"])
    assert "BOIN: 10,000 simulated trials a scenario, seed 1" in shown(app)
    assert "too many states to find them all, as with cohorts of one patient" in shown(app)
    assert "Simulate BLRM" in [one.label for one in app.button]


def test_another_study_begins_anew(home: Path) -> None:
    app = opened("Conduct", replace(usual_dosing(), target=0.3), **{OUTCOMES: "1NNN"})
    app.session_state["study"] = "EQX-201"
    app.run()
    assert not app.exception
    assert app.session_state[OUTCOMES] == ""
    assert "target 25 %" in shown(app)


def test_a_link_that_cannot_be_read(home: Path) -> None:
    app = run_script(PAGE, {"study": "EQX-301", "dosing_study": "EQX-301", PROPOSAL: "{"})
    assert not app.exception
    assert "cannot be read; a usual one is shown instead" in shown(app)


def test_a_link_carries_design_and_outcomes(home: Path) -> None:
    app = opened("Conduct", replace(usual_dosing(), target=0.3), **{OUTCOMES: "1NNN 2NNT"})
    again = run_script(PAGE, {}, link=str(app.query_params["view"]))
    assert not again.exception
    assert "target 30 %" in shown(again)
    assert again.text_input(key=OUTCOMES).value == "1NNN 2NNT"
