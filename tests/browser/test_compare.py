"""A cohort against everyone else: the table, the figures, the files and the link."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from queries.cohorts import Cohort, OneOf
from queries.workspace import open_workspace
from tests.browser.conftest import NewPage, RunningServer

pytestmark = pytest.mark.browser

SLOW = 60_000  # milliseconds; two test processes share two cores with the server


def link_to_women(server: RunningServer) -> str:
    women = Cohort(OneOf(column="SEX", values=("F",)))
    with open_workspace(server.home) as workspace:
        view = workspace.save_view(
            study="EQX-301",
            snapshot=None,
            page="compare",
            state={"cohort": json.loads(women.to_json())},
            person="somebody",
        )
    return f"{server.url}/compare?view={view}"


def header(page: Page, text: str) -> None:
    expect(page.get_by_role("columnheader", name=text)).to_be_visible(timeout=SLOW)


def downloaded(page: Page, button: str) -> str:
    page.get_by_role("button", name="Take away").first.click()
    with page.expect_download(timeout=SLOW) as waiting:
        page.get_by_role("button", name=button, exact=True).click()
    page.keyboard.press("Escape")
    return Path(waiting.value.path()).read_text(encoding="utf-8-sig")


def test_a_cohort_is_compared_with_everyone_else(
    page: Page, new_page: NewPage, server: RunningServer
) -> None:
    page.goto(link_to_women(server))
    header(page, "Placebo (N = 169)")
    page.get_by_test_id("stRadio").get_by_text("Cohorts", exact=True).click()
    header(page, "Everyone else (N = 404)")
    header(page, "Cohort on screen (N = 316)")
    table = downloaded(page, "Table as CSV").splitlines()
    assert table[0].startswith('"Section","Variable","Statistic","Everyone else"')
    assert "Cohort on screen, 316 subjects: Sex is F" in table[1], "the notes go along"
    numbers = downloaded(page, "Numbers as CSV")
    assert re.search(r'"Age at consent","Mean \(SD\)",,"mean","Overall","",62\.\d{6}', numbers)

    page.get_by_role("tab", name="Balance").click()
    balance = page.get_by_role("figure", name="Standardised differences of 13")
    expect(balance.locator(".xtitle")).to_contain_text("from Everyone else", timeout=SLOW)
    page.get_by_role("tab", name="Overlap").click()
    overlap = page.get_by_role("figure", name="Overlap of 2 cohorts, 720 subjects")
    expect(overlap).to_contain_text("404", timeout=SLOW)
    expect(page.get_by_role("cell", name="0.0%")).to_be_visible()

    other = new_page(viewport={"width": 900, "height": 900}, color_scheme="dark")
    expect(page).to_have_url(re.compile(r"/compare\?view=[\w-]{20,}$"))
    other.goto(page.url)
    again = other.get_by_role("figure", name="Overlap of 2 cohorts, 720 subjects")
    expect(again).to_contain_text("404", timeout=SLOW)
