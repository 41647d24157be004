"""From data files to a curve, a download and a link, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sample_data import write_gbsg2
from tests.browser.conftest import NewPage, RunningServer

pytestmark = pytest.mark.browser

SLOW = 60_000  # milliseconds; two test processes share two cores with the server


@pytest.fixture(scope="module")
def gbsg2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gbsg2")
    write_gbsg2(folder)
    return folder


def check_files(page: Page, url: str, *files: Path) -> None:
    page.goto(f"{url}/import")
    page.locator("input[type=file]").set_input_files([str(file) for file in files])
    button = page.get_by_role("button", name="Check files")
    expect(button).to_be_enabled(timeout=SLOW)
    button.click()


def expect_curves(page: Page, *texts: str) -> None:
    expect(page.get_by_role("heading", name="Survival", exact=True)).to_be_visible(timeout=SLOW)
    # While a page reruns, its former figure stands below the new one for a moment.
    figure = page.get_by_test_id("stPlotlyChart").first
    expect(figure.locator(".xtitle")).to_contain_text("Months since", timeout=SLOW)
    for text in texts:
        expect(figure).to_contain_text(text, timeout=SLOW)


def take_away(page: Page, item: str) -> bytes:
    """Open the menu under the figure and download one item."""
    page.get_by_role("button", name="Take away").first.click()
    with page.expect_download(timeout=SLOW) as waiting:
        page.get_by_role("button", name=item, exact=True).click()
    page.keyboard.press("Escape")
    return Path(waiting.value.path()).read_bytes()


def test_files_become_a_curve_and_the_curve_a_download(
    page: Page, new_page: NewPage, empty_server: RunningServer, gbsg2: Path
) -> None:
    files = [gbsg2 / name for name in ("adsl.xpt", "adtte.xpt", "plan.json")]
    check_files(page, empty_server.url, *files)
    expect(page.get_by_role("heading", name="Check report: GBSG2")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Accepted. The study")).to_be_visible(timeout=SLOW)

    page.get_by_role("link", name="Survival").click()
    expect_curves(page, "Hormone therapy", "440", "246")
    expect(page.get_by_text("686 of 686 subjects").first).to_be_visible()
    expect(page.get_by_text("0.69 (0.54–0.89)")).to_be_visible()

    table = take_away(page, "Data as CSV").decode("utf-8-sig")
    assert table.splitlines()[0].startswith('"arm","time","at_risk"')
    assert "686 of 686 subjects" in table.splitlines()[1], "the notes go along"
    assert take_away(page, "Figure as SVG").lstrip().startswith(b"<svg")
    assert take_away(page, "Figure as PNG").startswith(b"\x89PNG")
    assert b"Plotly.newPlot" in take_away(page, "Figure as HTML")

    link = page.url
    assert re.fullmatch(r".*/survival\?view=[\w-]{20,}", link)
    other = new_page(viewport={"width": 900, "height": 900}, color_scheme="dark")
    other.goto(link)
    expect_curves(other, "Hormone therapy", "440", "246")


@pytest.mark.slow
def test_refused_files_change_nothing(
    page: Page, server: RunningServer, gbsg2: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "adtte.xpt"
    cut.write_bytes((gbsg2 / "adtte.xpt").read_bytes()[:-1000])
    check_files(page, server.url, gbsg2 / "adsl.xpt", cut)
    expect(page.get_by_text("Nothing was imported.")).to_be_visible(timeout=SLOW)
    expect(
        page.get_by_text(re.compile("adtte.xpt, row 681: an XPT file is complete"))
    ).to_be_visible()
    assert not list((server.home / "snapshots").glob("*.partial"))


@pytest.mark.slow
def test_a_rejected_candidate_leaves_the_study_as_it_was(
    page: Page, server: RunningServer, gbsg2: Path
) -> None:
    before = {path.name for path in (server.home / "snapshots").iterdir()}
    check_files(page, server.url, gbsg2 / "adsl.xpt", gbsg2 / "adtte.xpt")
    page.get_by_role("button", name="Reject").click(timeout=SLOW)
    expect(page.get_by_text("Rejected. Its file")).to_be_visible(timeout=SLOW)
    assert {path.name for path in (server.home / "snapshots").iterdir()} == before


def test_arms_are_pooled_and_shown_again_with_a_reason(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.url}/survival")
    expect_curves(page, "Lumarestat")
    page.get_by_role("button", name="Pool the arms").click()
    expect_curves(page, "All subjects")
    expect(page.get_by_test_id("stPlotlyChart")).to_have_count(1, timeout=SLOW)
    expect(page.get_by_test_id("stPlotlyChart")).not_to_contain_text("Lumarestat")
    page.get_by_role("button", name="Show arms").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("The committee asked for it")
    dialog.get_by_label("Reason").press("Enter")
    dialog.get_by_role("button", name="Show arms").click()
    expect_curves(page, "Lumarestat")


def test_a_filter_is_a_sentence_and_follows_to_the_next_page(
    page: Page, server: RunningServer
) -> None:
    page.goto(f"{server.url}/cohorts")
    expect(page.get_by_text("720 of 720 subjects").first).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=SLOW)
    page.locator(".st-key-refine-SEX button").click(timeout=SLOW)
    page.get_by_label("Levels (subjects now / in total)").click()
    page.get_by_role("option", name=re.compile("^F ")).click()
    page.keyboard.press("Escape")  # the list
    page.keyboard.press("Escape")  # and the input it belongs to
    sentence = page.get_by_text(re.compile(r"\d+ of 720 subjects: Sex is F"))
    expect(sentence.first).to_be_visible(timeout=SLOW)
    page.get_by_role("link", name="Survival").click()
    expect_curves(page, "Lumarestat")
    expect(sentence.first).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Exploratory: the cohort is filtered")).to_be_visible()
