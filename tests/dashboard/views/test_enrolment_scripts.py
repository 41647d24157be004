"""What the Enrolment page shows is made again by its scripts."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from dashboard.analyses.enrolment import SiteChange
from dashboard.jobs.requests import write_request
from dashboard.unattended import draw_page
from queries.site_plan import PlannedSite, SitePlan
from queries.workspace import open_workspace
from tests.dashboard.views.done_jobs import do_jobs_at_once
from tests.dashboard.views.made_again import assert_made_again, what_differs

MORE = SiteChange(kind="add", number=4, day=datetime.date(2025, 1, 1))
PLAN = SitePlan(sites=(PlannedSite(site="999", planned_activation=datetime.date(2024, 9, 1)),))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("study", "inputs"),
    [
        ("EQX-301", {"enrolment_tab": "Forecast"}),
        ("EQX-301", {"enrolment_tab": "Sites"}),
        (
            "EQX-201",
            {
                "enrolment_tab": "Sites",
                "enrolment_plan_EQX-201": write_request(PLAN),
                "enrolment_rates": "slowing",
            },
        ),
        (
            "EQX-201",
            {"enrolment_tab": "What-if", "enrolment_changes_EQX-201": [write_request(MORE)]},
        ),
    ],
)
def test_every_result_of_the_enrolment_page_is_made_again(
    study: str, inputs: dict[str, object]
) -> None:
    assert_made_again("enrolment", study=study, inputs=inputs)


@pytest.mark.usefixtures("home")
def test_what_the_back_test_shows_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    do_jobs_at_once(monkeypatch)
    assert_made_again("enrolment", study="EQX-201", inputs={"enrolment_tab": "Back-test"})


def test_events_are_made_again_for_a_blinded_reader_whose_scripts_name_no_arms(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    do_jobs_at_once(monkeypatch)
    with open_workspace(home) as workspace:
        workspace.blind("EQX-301", "local owner", "Back to blinded")
    drawn = draw_page("enrolment", study="EQX-301", inputs={"enrolment_tab": "Events"})
    assert drawn.cards
    for card in drawn.cards:
        assert what_differs(card) == ""
        assert "pooled=True" in (card.script or "")
        assert "Lumarestat" not in (card.script or "")
        assert "Placebo" not in (card.script or "")
