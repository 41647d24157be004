"""The Search page as a statistician uses it: search, watch, cancel, go on, choose a design."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard.home import open_here
from tests.browser.conftest import NewPage, RunningServer, running_server
from tests.browser.pointing import SLOW
from tests.homes import copied_home

pytestmark = pytest.mark.browser


TRIED = re.compile(r"([0-9,]+) of 1,000 designs were tried and are kept; go on from there")


def begin(page: Page, server: RunningServer) -> None:
    """The search that the page offers at first; once some of its designs are shown."""
    page.goto(f"{server.url}/search")
    button = page.get_by_test_id("stBaseButton-primary")
    expect(button).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=SLOW)
    button.click()
    expect(page.get_by_text("The search goes on.")).to_be_visible(timeout=2 * SLOW)


def finished(page: Page) -> None:
    """Wait until all that can be done with a result is there."""
    expect(page.get_by_text("Click a design on the front to choose it.")).to_be_visible(
        timeout=4 * SLOW
    )
    expect(page.get_by_role("button", name="Go on")).to_have_count(0, timeout=SLOW)


@pytest.mark.slow
def test_a_search_is_watched_cancelled_gone_on_with_and_used(
    page: Page, server: RunningServer
) -> None:
    begin(page, server)
    expect(page.get_by_role("figure", name=re.compile("designs tried by"))).to_be_visible(
        timeout=SLOW
    )
    page.get_by_role("button", name="Cancel").click(timeout=SLOW)
    said = page.get_by_text(TRIED)
    expect(said).to_be_visible(timeout=SLOW)
    tried = int(TRIED.search(said.inner_text()).group(1).replace(",", ""))  # type: ignore[union-attr]
    assert 0 < tried < 1_000
    expect(page.get_by_text("Click a design on the front to choose it.")).to_be_visible(
        timeout=SLOW
    )
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible(timeout=SLOW)
    finished(page)
    expect(page.get_by_test_id("stMetric").first).to_contain_text("1,000", timeout=SLOW)
    page.get_by_role("tab", name="Chosen design").click()
    page.get_by_role("button", name="Open on the Designs page").click(timeout=SLOW)
    expect(page).to_have_url(re.compile(r"/designs"), timeout=SLOW)
    expect(page.get_by_role("tab", name="Boundaries")).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def kill_while_it_searches(page: Page, home: Path, log: Path) -> None:
    """End the server and its worker without warning."""
    with running_server(home, log) as server, open_here(home) as workspace:
        begin(page, server)
        [job] = workspace.jobs.of_study("EQX-301")
        server.process.kill()
        os.kill(int(str(job.owner).split()[-2]), signal.SIGKILL)
        server.process.wait()


@pytest.mark.slow
def test_a_search_outlives_the_server_and_its_worker(
    new_page: NewPage, demo_home: Path, tmp_path: Path
) -> None:
    home = copied_home(demo_home, tmp_path)
    page = new_page()
    with pytest.raises(AssertionError, match="-9"):  # how it ended
        kill_while_it_searches(page, home, tmp_path / "first.log")
    with open_here(home) as workspace:
        [search] = workspace.searches.every()
        before = workspace.searches.read(search.id)
    assert 0 < len(before) < 1_000
    page.close()
    with running_server(home, tmp_path / "second.log") as server:
        again = new_page()
        again.goto(f"{server.url}/search")  # its worker is given up after half a minute
        finished(again)
    with open_here(home) as workspace:
        lines = workspace.searches.read(search.id)
        assert lines[: len(before)] == before
        kept = [json.loads(line)["user_attrs"] for line in lines if '"user_attrs"' in line]
        assert sorted(one["number in part"] for one in kept) == list(range(1_000))
