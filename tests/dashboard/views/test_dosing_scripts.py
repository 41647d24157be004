"""What the Dosing page shows is made again by its scripts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analytics.results import Result
from dashboard.analyses.dosing import DosingProposal, usual_dosing
from dashboard.analyses.dosing.search import DoseSearch
from dashboard.unattended import draw_page
from dashboard.views.dosing.current import JOINT, OUTCOMES, PATIENTS, PROPOSAL, TODAY
from dashboard.views.dosing.efficacy_toxicity import characteristics as joint_characteristics
from dashboard.views.search import running
from tests.dashboard.views.done_jobs import do_jobs_at_once
from tests.dashboard.views.made_again import assert_made_again
from tests.dashboard.views.test_dosing_search_tab import QUICK

TABLES = ("3+3", "BOIN", "TITE-CRM", "BOIN12")  # of each kind of decision table
CONDUCTED = ("3+3", "mTPI-2", "CRM", "BLRM", "TITE-CRM", "BOIN12")
SEEN = {OUTCOMES: "1NNN 2NNT", PATIENTS: "1@0 1@7 2@14T20", TODAY: 30, JOINT: "1NNE 2NEB"}


def made_again(tab: str, proposal: DosingProposal, **inputs: Any) -> None:
    shown = {PROPOSAL: proposal.to_json(), "dosing_study": "EQX-301", "dosing_tab": tab}
    assert_made_again("dosing", inputs={**shown, **SEEN, **inputs})


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("family", TABLES)
def test_decision_tables(family: Any) -> None:
    made_again("Decision table", usual_dosing().of_family(family))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("family", CONDUCTED)
def test_trials_that_are_conducted(family: Any) -> None:
    made_again("Conduct", usual_dosing().of_family(family))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"dosing_measure": "patients_above_target", "dosing_scenario_set": "Random"},
    ],
)
def test_designs_under_scenarios(inputs: dict[str, Any]) -> None:
    made_again("Characteristics", usual_dosing(), **inputs)


@pytest.mark.slow
@pytest.mark.usefixtures("home")
def test_designs_that_are_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    do_jobs_at_once(monkeypatch)
    small = replace(usual_dosing(), most_patients=12, cohort_size=1)
    families = {"dosing_designs": ["BOIN", "TITE-CRM"]}
    own = {"dosing_scenario_set": "Own", "dosing_scenarios": "One: 0.1 0.2 0.3 0.4 0.5"}
    made_again("Characteristics", small, **families, **own, dosing_measure="duration")


@pytest.mark.usefixtures("home")
def test_dose_optimisation_that_is_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    do_jobs_at_once(monkeypatch)
    small = replace(usual_dosing().of_family("BOIN12"), most_patients=12)
    one = "One: 0.1 0.2 0.3 0.4 0.5 / 0.2 0.4 0.5 0.5 0.5"
    inputs = {"dosing_joint_set": joint_characteristics.OWN, "dosing_joint_scenarios": one}
    made_again("Characteristics", small, **inputs)


def found(asked: DoseSearch, **_: object) -> Any:
    """A search that is done where the page asks for it, and has travelled as from a worker."""
    parts = [Result.from_json(part.run().to_json()) for part in asked.divided()]
    return asked.found_type.of_parts(parts)  # type: ignore[arg-type]


@pytest.mark.usefixtures("home")
def test_a_search_and_its_front_beside_others(monkeypatch: pytest.MonkeyPatch) -> None:
    do_jobs_at_once(monkeypatch)
    monkeypatch.setattr(running, "answer", found)
    made_again("Search", usual_dosing(), **QUICK)


@pytest.mark.usefixtures("home")
def test_what_a_search_has_found_so_far_has_no_script(monkeypatch: pytest.MonkeyPatch) -> None:
    def some(asked: DoseSearch, **_: object) -> Any:
        return replace(asked, budget=10).run()

    monkeypatch.setattr(running, "answer", some)
    drawn = draw_page("dosing", study="EQX-301", inputs={"dosing_tab": "Search", **QUICK})
    assert drawn.cards
    assert all(card.script is None for card in drawn.cards)


@pytest.mark.usefixtures("home")
def test_what_a_study_saw_is_read_again() -> None:
    inputs = {"dosing_tab": "Set-up", "dosing_seen_open": True}
    assert_made_again("dosing", study="EQX-201", inputs=inputs)
