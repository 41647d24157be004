"""A cohort made by pointing at charts: chips, a name, a link, files, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.conftest import NewPage, RunningServer
from tests.browser.pointing import SLOW, brush, click_bar, panel, standing

pytestmark = pytest.mark.browser


def open_cohorts(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.url}/cohorts")
    panel(page, "Sex")


def chip(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator(".st-key-chip-0, .st-key-chip-1").filter(has_text=text)).to_be_visible(
        timeout=SLOW
    )


def women_of_sixty(page: Page, server: RunningServer) -> str:
    """Build the cohort by clicking and brushing; gives back how many it has."""
    open_cohorts(page, server)
    click_bar(page, "Sex", 1)
    chip(page, "Sex is F")
    brush(page, "Age at consent", 0.47, 0.52)
    chip(page, re.compile(r"Age at consent is between \d+ and \d+"))
    line = page.get_by_text(re.compile(r"^\d+ of 720 subjects: Sex is F and age")).first
    expect(line).to_be_visible(timeout=SLOW)
    return line.inner_text().split(" of ")[0]


def test_a_cohort_by_pointing_saved_linked_and_taken_away(
    page: Page, new_page: NewPage, server: RunningServer
) -> None:
    n = women_of_sixty(page, server)
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Women about sixty")
    dialog.get_by_label("Name").press("Tab")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Women about sixty, version 1")).to_be_visible(timeout=SLOW)

    page.get_by_role("button", name="Take away").first.click()
    with page.expect_download(timeout=SLOW) as waiting:
        page.get_by_role("button", name="Rule as JSON").click()
    rule = json.loads(Path(waiting.value.path()).read_text())
    assert rule["study"] == "EQX-301"
    assert rule["cohort"]["name"] == "Women about sixty"
    with page.expect_download(timeout=SLOW) as waiting:
        page.get_by_role("button", name="Subjects as CSV").click()
    subjects = Path(waiting.value.path()).read_text().splitlines()
    assert len(subjects) == int(n) + 1
    page.keyboard.press("Escape")

    expect(page).to_have_url(re.compile(r"/cohorts\?view=[\w-]{20,}"))
    other = new_page(viewport={"width": 900, "height": 900}, color_scheme="dark")
    other.goto(page.url)
    expect(other.get_by_text(f"{n} of 720 subjects: Sex is F").first).to_be_visible(timeout=SLOW)
    expect(other.get_by_text("Women about sixty, version 1")).to_be_visible()

    other.get_by_role("button", name="Undo").first.wait_for()
    other.locator(".st-key-chip-0 button").first.click()
    expect(other.get_by_text(re.compile(r"^\d+ of 720 subjects: Age at consent"))).to_be_visible(
        timeout=SLOW
    )
    other.locator(".st-key-undo button").first.click()
    expect(other.get_by_text(f"{n} of 720 subjects: Sex is F").first).to_be_visible(timeout=SLOW)

    compared_with_everyone_else(other, int(n))
    its_first_subject_has_a_profile(other, int(n))


def compared_with_everyone_else(page: Page, n: int) -> None:
    page.get_by_role("link", name="Compare").click()
    page.get_by_test_id("stRadio").get_by_text("Cohorts", exact=True).click(timeout=SLOW)
    for header in (f"Everyone else (N = {720 - n})", f"Women about sixty (N = {n})"):
        expect(page.get_by_role("columnheader", name=header)).to_be_visible(timeout=SLOW)
    expect(page.get_by_text(re.compile(rf"{n} of 720 subjects: Sex is F")).first).to_be_visible()


def its_first_subject_has_a_profile(page: Page, n: int) -> None:
    page.get_by_role("link", name="Subjects").click()
    rows = page.get_by_test_id("stDataFrame")
    expect(rows).to_be_visible(timeout=SLOW)
    profile = page.get_by_text(f"1 of {n}", exact=True)
    for _ in range(6):  # a grid that was drawn again a moment ago takes no click yet
        box = standing(rows.locator(".dvn-scroller"))
        page.mouse.move(box["x"] + 60, box["y"] + 50)
        page.mouse.click(box["x"] + 70, box["y"] + 52)  # the first identifier, on a canvas
        page.wait_for_timeout(3000)
        if profile.is_visible():
            break
    expect(page.get_by_text(f"1 of {n}", exact=True)).to_be_visible(timeout=SLOW)
    expect(
        page.get_by_role("figure", name=re.compile("^Profile of subject EQX-301"))
    ).to_be_visible(timeout=SLOW)
    page.keyboard.press("j")
    expect(page.get_by_text(f"2 of {n}", exact=True)).to_be_visible(timeout=SLOW)


def test_a_click_on_what_is_chosen_takes_it_back(page: Page, server: RunningServer) -> None:
    open_cohorts(page, server)
    click_bar(page, "Sex", 1)
    chip(page, "Sex is F")
    click_bar(page, "Sex", 1)
    expect(page.get_by_text("No criteria yet: click a bar")).to_be_visible(timeout=SLOW)
    click_bar(page, "Adverse events", 1)
    chip(page, re.compile("Any adverse event where"))
    expect(page.get_by_text("Not known at baseline")).to_be_visible(timeout=SLOW)


def test_records_are_asked_for_in_a_dialog(page: Page, server: RunningServer) -> None:
    open_cohorts(page, server)
    page.get_by_role("button", name="By records").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Subjects with at least one").click(timeout=SLOW)
    page.get_by_role("option", name="ALT above 3 × upper limit of normal").click()
    expect(dialog.get_by_text(re.compile(r"\d+ of 720 subjects"))).to_be_visible(timeout=SLOW)
    dialog.get_by_role("button", name="Add criterion").click()
    chip(page, re.compile("Any laboratory result where"))


BAD_FILES = (
    ("a.json", b'{"version": 1, "rule": {"column": "NOPE", "one_of": ["F"]}}', "'NOPE'"),
    ("b.json", b'{"study": "OTHER", "cohort": {}}', "opened on the study it was made for"),
    ("c.json", b"[" * 5000, "a cohort's JSON is not nested without end"),
    ("d.txt", b"nobody\n", "names at least one subject of this snapshot"),
    ("e.txt", b"\xff\xfe\x00", "text in UTF-8"),
    (
        "f.json",
        json.dumps(
            {"version": 1, "rule": {"all_of": [{"column": "SEX", "one_of": ["F"]}] * 10_000}}
        ).encode(),
        "a rule has at most 1000 criteria",
    ),
)


@pytest.mark.slow
def test_bad_files_change_nothing(page: Page, server: RunningServer) -> None:
    open_cohorts(page, server)
    for name, content, sentence in BAD_FILES:
        if not page.locator("input[type=file]").count():
            page.get_by_role("button", name="Open file").click()
        page.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        )
        expect(page.get_by_text(sentence)).to_be_visible(timeout=SLOW)
        expect(page.get_by_text("720 of 720 subjects").first).to_be_visible()


def test_listed_subjects_become_a_cohort(page: Page, server: RunningServer) -> None:
    open_cohorts(page, server)
    page.get_by_role("button", name="Open file").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "ids.csv", "mimeType": "text/csv", "buffer": b"USUBJID\nEQX-301-114-009\nX-1\n"}
    )
    expect(page.get_by_text("1 of 720 subjects").first).to_be_visible(timeout=SLOW)
    expect(page.get_by_text('1 listed ids are not in this snapshot: "X-1"')).to_be_visible()


PAGES = (
    "", "cohorts", "compare", "subjects", "survival", "safety", "measurements", "prediction",
    "designs", "search", "report", "shares", "audit",
)  # fmt: skip
OF_EACH_KIND = ("cohorts", "survival", "designs", "audit")


@pytest.mark.parametrize(
    ("scheme", "paths"),
    [
        pytest.param("dark", OF_EACH_KIND, id="some in the dark"),
        pytest.param("dark", PAGES, id="dark", marks=pytest.mark.slow),
        pytest.param("light", PAGES, id="light", marks=pytest.mark.slow),
    ],
)
def test_pages_are_accessible(
    new_page: NewPage, server: RunningServer, scheme: str, paths: tuple[str, ...]
) -> None:
    page, serious = new_page(color_scheme=scheme), []
    for path in paths:
        page.goto(f"{server.url}/{path}")
        results = page.get_by_role("figure").or_(page.get_by_test_id("stDataFrame"))
        results = results.or_(page.get_by_role("button", name="Fit and validate"))
        results = results.or_(page.get_by_text("What may vary"))
        results = results.or_(page.get_by_role("button", name="Fill the template"))
        results = results.or_(page.get_by_text("Nothing of this study is shared."))
        results = results.or_(page.get_by_role("table")).filter(visible=True)
        expect(results.first).to_be_visible(timeout=SLOW)
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=SLOW)
        found = violations(page)
        serious += [(path, v["id"]) for v in found if v["impact"] in {"serious", "critical"}]
    assert serious == []
