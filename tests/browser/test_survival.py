"""The Survival page as a statistician uses it: endpoint, test, strata, cohort, tabs, files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.conftest import NewPage, RunningServer
from tests.browser.pointing import SLOW, click_bar, panel

pytestmark = pytest.mark.browser


def curves(page: Page, endpoint: str) -> None:
    name = re.compile(f"^Kaplan–Meier curves of {endpoint}")
    expect(page.get_by_role("figure", name=name).first).to_be_visible(timeout=SLOW)


def tile(page: Page, label: str, about: str | re.Pattern[str]) -> None:
    shown = page.get_by_test_id("stMetric").filter(has_text=label).filter(has_text=about)
    expect(shown.first).to_be_visible(timeout=SLOW)


def choose(page: Page, label: str, option: str | re.Pattern[str]) -> None:
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=SLOW)
    box = page.get_by_label(label, exact=True)
    expect(box).to_have_count(1, timeout=SLOW)  # while a page is redrawn there may be two
    box.click()
    page.get_by_role("option", name=option).click()


def test_endpoint_test_and_strata_change_what_is_said(
    page: Page, new_page: NewPage, server: RunningServer
) -> None:
    page.goto(f"{server.url}/survival")
    curves(page, "Overall survival")
    tile(page, "Stratified log-rank p", "pre-specified")

    choose(page, "Endpoint", "Progression-free survival")
    curves(page, "Progression-free survival")
    choose(page, "Test", re.compile(r"^FH\(0, 1\)"))
    tile(page, "Stratified FH(0, 1) p", "sensitivity")
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=SLOW)
    page.get_by_role("button", name="Clear all").first.click()
    tile(page, "FH(0, 1) p", "sensitivity")
    expect(page.get_by_text("Stratified FH(0, 1) p")).to_have_count(0, timeout=SLOW)

    page.get_by_role("tab", name="Comparisons").click()
    expect(page.get_by_role("heading", name="Pre-specified analysis")).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=SLOW)
    page.wait_for_timeout(1000)  # the address follows when the page has come to rest
    before = page.url
    page.get_by_test_id("stRadio").get_by_text("Difference", exact=True).click()
    difference = re.compile("^Difference of Progression-free survival")
    expect(page.get_by_role("figure", name=difference)).to_be_visible(timeout=SLOW)

    expect(page).not_to_have_url(before, timeout=SLOW)
    other = new_page(viewport={"width": 900, "height": 900}, color_scheme="dark")
    other.goto(page.url)
    tile(other, "FH(0, 1) p", "sensitivity")
    expect(other.get_by_role("figure", name=difference)).to_be_visible(timeout=SLOW)
    selected = other.get_by_role("tab", name="Comparisons")
    expect(selected).to_have_attribute("aria-selected", "true", timeout=SLOW)


def test_a_cohort_makes_everything_exploratory(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.url}/cohorts")
    panel(page, "Sex")
    click_bar(page, "Sex", 1)
    expect(page.get_by_text("316 of 720 subjects").first).to_be_visible(timeout=SLOW)
    page.get_by_role("link", name="Survival").click()
    curves(page, "Overall survival")
    tile(page, "Stratified log-rank p", "exploratory")

    page.get_by_test_id("stRadio").get_by_text("Cohorts", exact=True).click()
    women = re.compile("Everyone else .* Cohort on screen|Cohort on screen .* Everyone else")
    expect(page.get_by_role("figure", name=women).first).to_be_visible(timeout=SLOW)
    tile(page, "Hazard ratio", "Cohort on screen / Everyone else")


def test_numbers_are_taken_away_with_their_notes(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.url}/survival")
    curves(page, "Overall survival")
    page.get_by_role("button", name="Take away").and_(page.locator(":visible")).nth(1).click()
    with page.expect_download(timeout=SLOW) as waiting:
        page.get_by_role("button", name="Table as CSV").first.click()
    lines = Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith('"Statistic","Placebo","Lumarestat 200 mg"')
    assert any("Estimand" in line and "ITTFL" in line for line in lines), "the notes go along"


@pytest.mark.slow
def test_every_tab_stands_and_is_accessible(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.url}/survival")
    curves(page, "Overall survival")
    choose(page, "Endpoint", "Progression-free survival")
    curves(page, "Progression-free survival")
    for tab in page.get_by_role("tab").all():
        tab.click()
        shown = page.get_by_role("tabpanel").and_(page.locator(":visible"))
        results = shown.get_by_role("figure").or_(shown.get_by_role("table"))
        expect(results.or_(shown.get_by_test_id("stDataFrame")).first).to_be_visible(timeout=SLOW)
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=SLOW)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        found = violations(page)
        serious = [v["id"] for v in found if v["impact"] in {"serious", "critical"}]
        assert serious == [], tab.inner_text()
