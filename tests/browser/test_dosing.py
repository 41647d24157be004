"""The Dosing page as a dose-escalation team uses it: a trial from its first cohort to its MTD."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from dashboard.analyses.dosing.card import SUPPORTS
from tests.browser.conftest import RunningServer
from tests.browser.pointing import SLOW

pytestmark = pytest.mark.browser


def settled(page: Page) -> None:
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=SLOW)


def add_cohort(page: Page, toxicities: int, said: str) -> None:
    """The cohort that the design recommends, with so many toxicities."""
    box = page.get_by_role("spinbutton", name="With toxicity")
    box.fill(str(toxicities))
    box.press("Enter")
    settled(page)
    page.get_by_role("button", name="Add cohort").click(timeout=SLOW)
    expect(page.get_by_text(said, exact=True)).to_be_visible(timeout=SLOW)
    settled(page)


def test_a_trial_is_conducted_to_its_mtd(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.url}/dosing")
    expect(page.get_by_text(SUPPORTS).first).to_be_visible(timeout=SLOW)
    page.get_by_role("combobox", name="Family").click(timeout=SLOW)
    page.get_by_role("option", name="3+3", exact=True).click(timeout=SLOW)
    expect(page.get_by_text("The dose is escalated by 3+3")).to_be_visible(timeout=SLOW)
    page.get_by_role("tab", name="Conduct").click()
    expect(page.get_by_text("Next: dose 1 (10 mg) for 3 patients.", exact=True)).to_be_visible(
        timeout=SLOW
    )
    add_cohort(page, 0, "Next: dose 2 (20 mg) for 3 patients.")
    add_cohort(page, 0, "Next: dose 3 (40 mg) for 3 patients.")
    add_cohort(page, 3, "Next: dose 2 (20 mg) for 3 patients.")
    before = page.url
    add_cohort(page, 1, "The trial stops; dose 2 (20 mg) is selected.")
    box = page.get_by_role("textbox", name="Outcomes")
    expect(box).to_have_value("1NNN 2NNN 3TTT 2NNT")
    record = page.get_by_role("button", name="Record of the conduct as JSON")
    record.scroll_into_view_if_needed()
    expect(page.get_by_test_id("stBottom").get_by_text(SUPPORTS)).to_be_in_viewport()
    # The address of the new view comes a moment after the page: a reload goes to the address.
    expect(page).not_to_have_url(before, timeout=SLOW)
    page.reload()
    expect(page.get_by_role("textbox", name="Outcomes")).to_have_value(
        "1NNN 2NNN 3TTT 2NNT", timeout=SLOW
    )
    expect(page.get_by_test_id("stException")).to_have_count(0)
