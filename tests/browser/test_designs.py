"""The Designs page as a statistician uses it: cohort, assumptions, design, interim look, export."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from analytics.results import Result
from dashboard.analyses.designs import DesignProposal
from tests.browser.conftest import RunningServer
from tests.browser.pointing import SLOW

pytestmark = pytest.mark.browser


def rest(page: Page) -> None:
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=SLOW)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def fill(page: Page, label: str, text: str) -> None:
    box = page.get_by_label(label, exact=True)
    expect(box).to_have_count(1, timeout=60_000)  # a former page stands below for a moment
    box.fill(text)
    box.press("Enter")
    rest(page)


def tile(page: Page, label: str) -> str:
    metric = page.get_by_test_id("stMetric").filter(has_text=re.compile(f"^{label}"))
    return metric.get_by_test_id("stMetricValue").inner_text()


def test_from_a_cohort_to_assumptions_a_design_an_interim_look_and_a_file(
    page: Page, server: RunningServer
) -> None:
    page.goto(f"{server.url}/designs")
    expect(page.get_by_role("tab", name="Boundaries")).to_be_visible(timeout=SLOW)
    rest(page)
    assert tile(page, "Events") == "420"
    assert tile(page, "Power") == "90.0%"

    page.get_by_role("button", name="Take from the cohort").click()
    expect(page.get_by_text("OS of Placebo: 159 events in 359 subjects")).to_be_visible(
        timeout=SLOW
    )
    page.get_by_role("button", name="Use as assumptions").click()
    expect(page.get_by_text("Assumptions from OS of the cohort")).to_be_visible(timeout=SLOW)
    page.keyboard.press("Escape")
    rest(page)

    fill(page, "Looks at shares of events", "0.5, 0.75, 1")
    expect(page.get_by_role("figure", name=re.compile("look 1, 210 events"))).to_be_visible(
        timeout=SLOW
    )

    page.get_by_role("tab", name="Interim analysis").click()
    rest(page)
    fill(page, "Events at each look", "215, 320")
    fill(page, "Log-rank z at each look", "1.8, 2.9")
    verdict = page.get_by_text("Look 2 at 320 events: the efficacy boundary is reached")
    expect(verdict).to_be_visible(timeout=SLOW)
    assert 0.6 < float(tile(page, "Median-unbiased hazard ratio")) < 0.85

    page.get_by_role("tab", name="Protocol").click()
    expect(page.get_by_text("Analyses are made after 210, 315 and 420 events")).to_be_visible(
        timeout=SLOW
    )
    with page.expect_download() as download:
        page.get_by_role("button", name="Design as JSON").click()
    proposal = Result.from_json(Path(download.value.path()).read_text())
    assert isinstance(proposal, DesignProposal)
    assert proposal.monitoring.information_fractions == (0.5, 0.75, 1.0)
    assert proposal.source is not None
    assert json.loads(proposal.to_json())


@pytest.mark.slow
def test_a_simulation_runs_as_a_job_and_agrees_with_the_closed_form(
    page: Page, server: RunningServer
) -> None:
    page.goto(f"{server.url}/designs")
    page.get_by_role("tab", name="Simulation").click()  # while the page is still being drawn
    rest(page)
    page.get_by_role("button", name="Simulate").click(timeout=SLOW)
    said = page.get_by_text(re.compile(r"Power of the log-rank test: .* simulated"))
    expect(said).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("trust the simulation")).to_have_count(0)
    # No input took its lowest value for the one that it was given.
    assert page.get_by_label("Type I error α").input_value() == "0.02"
    assert tile(page, "Expected duration, months") == "24.9"
