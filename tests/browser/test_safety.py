"""The Safety page as a physician uses it: from a picture to one subject, back, and to a cohort."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from queries.workspace import open_workspace
from tests.browser.accessibility import violations
from tests.browser.conftest import NewPage, Observed, RunningServer
from tests.browser.pointing import SLOW, standing

pytestmark = pytest.mark.browser

FIGURES = {
    "Dot plot": "^Dot plot of",
    "Volcano": "^Volcano plot of",
    "Butterfly": "^Butterfly of",
    "Over time": "^Heat map of",
}


def rest(page: Page) -> None:
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=SLOW)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def opened(page: Page, tab: str) -> Locator:
    """Open a tab; gives back its figure."""
    page.get_by_role("tab", name=tab, exact=True).click()
    figure = page.get_by_role("figure", name=re.compile(FIGURES[tab]))
    expect(figure).to_be_visible(timeout=SLOW)
    rest(page)
    return figure


def click(page: Page, mark: Locator) -> None:
    box = standing(mark)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def behind(page: Page, title: str | re.Pattern[str]) -> Locator:
    """The line that says who is behind a mark."""
    line = page.locator(".stMarkdown p").filter(has_text=title)
    expect(line).to_be_visible(timeout=SLOW)
    return line


@pytest.mark.slow
def test_from_a_bubble_to_one_subject_and_back_and_to_a_cohort(
    page: Page, server: RunningServer
) -> None:
    page.goto(f"{server.url}/safety")
    expect(page.get_by_role("tab", name="Volcano")).to_be_visible(timeout=SLOW)
    rest(page)
    figure = opened(page, "Volcano")
    # The farthest of those that are more frequent with the arm; bubbles of one trace stand
    # in the order of their size, so it is found by where it is.
    bubbles = figure.locator(".scatterlayer .point").all()
    click(page, min(bubbles, key=lambda one: standing(one)["y"]))
    line = behind(page, "Bowel quickening")
    assert line.inner_text().endswith(": 218 subjects")
    rest(page)

    grid = page.get_by_test_id("stDataFrame").first
    grid.scroll_into_view_if_needed()
    box = standing(grid.locator("canvas").first)
    page.mouse.click(box["x"] + 50, box["y"] + 35 + 17)
    expect(page).to_have_url(re.compile(r"/subjects\?view="), timeout=SLOW)
    timeline = page.get_by_role("figure", name=re.compile("^Profile of subject"))
    expect(timeline.first).to_be_visible(timeout=SLOW)
    rest(page)

    page.get_by_role("button", name="Back to safety").click()
    expect(page).to_have_url(re.compile(r"/safety\?view="), timeout=SLOW)
    volcano = page.get_by_role("tab", name="Volcano")
    expect(volcano).to_have_attribute("aria-selected", "true", timeout=SLOW)
    assert behind(page, "Bowel quickening").inner_text().endswith(": 218 subjects")
    rest(page)

    page.get_by_role("button", name="Save as cohort").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("With bowel quickening")
    dialog.get_by_label("Name").press("Tab")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0, timeout=SLOW)
    rest(page)
    with open_workspace(server.home) as workspace:
        (saved,) = workspace.cohorts("EQX-301")
    assert (saved.name, saved.subjects) == ("With bowel quickening", 218)


def test_a_cell_of_the_heat_map_opens_as_many_subjects_as_it_says(
    page: Page, server: RunningServer
) -> None:
    page.goto(f"{server.url}/safety")
    expect(page.get_by_role("tab", name="Over time")).to_be_visible(timeout=SLOW)
    rest(page)
    figure = opened(page, "Over time")
    cell = figure.locator(".barlayer .point").first
    box = standing(cell)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    said = figure.locator(".hoverlayer").get_by_text(re.compile("still followed"))
    expect(said).to_be_visible(timeout=SLOW)
    n = re.search(r"(\d+) of [\d,]+ still followed", said.text_content() or "")
    assert n is not None
    click(page, cell)
    behind(page, re.compile(rf"starting days 0 to 27 after first dose: {n[1]} subjects?$"))


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.slow), "dark"])
def test_every_chart_stands_and_is_accessible(
    new_page: NewPage, observed: Observed, server: RunningServer, scheme: str
) -> None:
    page = new_page(viewport={"width": 1440, "height": 1200}, color_scheme=scheme)
    page.goto(f"{server.url}/safety")
    expect(page.get_by_role("tab", name="Volcano")).to_be_visible(timeout=SLOW)
    rest(page)
    for tab in FIGURES:
        opened(page, tab)
        found = violations(page)
        serious = [
            (v["id"], [node["html"] for node in v["nodes"]])
            for v in found
            if v["impact"] in {"serious", "critical"}
        ]
        assert serious == [], tab
    assert observed.errors == []
