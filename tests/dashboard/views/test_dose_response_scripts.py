"""What the Dose–response page shows is made again by its scripts."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dashboard.analyses.dose_response import AverageAnalysis
from dashboard.analyses.dose_response.shown import AVERAGE
from dashboard.jobs.working import Worker
from dashboard.unattended import draw_page
from dashboard.views import jobs
from dashboard.views.dose_response import fits
from queries.workspace import open_workspace
from tests.dashboard.views.made_again import assert_made_again

STUDY = "EQX-201"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("tab", "inputs"),
    [
        ("Data", {"measure": "responders"}),
        ("Test", {}),
        ("Utility", {}),
        ("Planning", {}),
        ("Planning", {"plan_kind": "Share", "plan_goal": "Power for a size"}),
    ],
)
def test_every_result_of_the_page_is_made_again(tab: str, inputs: dict[str, Any]) -> None:
    own = {f"dose_{name}_{STUDY}": value for name, value in inputs.items()}
    assert_made_again("dose-response", study=STUDY, inputs={"dose_tab": tab, **own})


def test_curves_and_their_average_are_made_again(home: Path) -> None:
    quick = partial(AverageAnalysis, draws=100)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fits, "AverageAnalysis", quick)
        patched.setattr(jobs, "answer", lambda asked, **_: asked.submit("tester") and None)
        draw_page("dose-response", study=STUDY, inputs={"dose_tab": "Fits"})
    with open_workspace(home) as workspace:
        job = Worker(workspace).do_one()
        assert job is not None
        assert job.state == "done", job.error
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fits, "AverageAnalysis", quick)
        inputs = {"dose_tab": "Fits", f"dose_banded_{STUDY}": AVERAGE}
        assert_made_again("dose-response", study=STUDY, inputs=inputs)


@pytest.mark.usefixtures("home")
def test_a_study_without_doses_has_a_script_of_its_arms_and_of_a_planned_trial() -> None:
    assert_made_again("dose-response")
