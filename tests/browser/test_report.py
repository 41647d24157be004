"""Three results become a report that is downloaded, and a bundle that is made again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import serious
from tests.browser.conftest import REPOSITORY, RunningServer

pytestmark = pytest.mark.browser

SLOW = 60_000  # milliseconds; two test processes share two cores with the server


def add(page: Page, address: str, heading: str, number: int) -> None:
    """Add the numbered result of a page to the report."""
    page.goto(address)
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible(timeout=SLOW)
    button = page.get_by_role("button", name="Add to report").nth(number)
    expect(button).to_be_visible(timeout=SLOW)
    button.click(timeout=SLOW)
    expect(page.get_by_text(re.compile("^Added to"))).to_be_visible(timeout=SLOW)


def download(page: Page, button: str, to: Path) -> Path:
    with page.expect_download(timeout=2 * SLOW) as waiting:
        page.get_by_role("button", name=button, exact=True).click()
    waiting.value.save_as(to)
    return to


@pytest.mark.slow
def test_a_report_of_three_results_is_downloaded_and_made_again(
    page: Page, server: RunningServer, tmp_path: Path
) -> None:
    add(page, server.url, "Overview", 3)
    add(page, f"{server.url}/survival", "Survival", 0)
    add(page, f"{server.url}/safety", "Safety", 0)
    page.get_by_role("link", name="Report").click()
    for number in (1, 2, 3):
        expect(page.get_by_text(re.compile(rf"^{number}\. EQX-301 "))).to_be_visible(timeout=SLOW)
    comment = page.get_by_label("Comment").first
    comment.fill("Seen by the committee.")
    comment.press("Control+Enter")
    title = page.get_by_label("Title")
    title.fill("Review / <i>of</i> March")
    title.press("Enter")
    expect(page.get_by_role("combobox", name="Report")).to_have_value(
        "Review / <i>of</i> March", timeout=SLOW
    )

    expect(page.get_by_test_id("stToast")).to_have_count(0)
    assert serious(page) == []

    written = download(page, "Web page", tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Seen by the committee." in written
    assert "<i>of</i>" not in written
    assert written.count("<figure") >= 2
    assert download(page, "PDF", tmp_path / "report.pdf").read_bytes()[:5] == b"%PDF-"
    bundle = download(page, "Bundle", tmp_path / "report.zip")
    ran = subprocess.run(
        [sys.executable, "-m", "dashboard.command", "reproduce", str(bundle)],
        env=os.environ | {"EQUIPOISE_HOME": str(server.home), "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("identical") == 4
