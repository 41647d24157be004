"""The Search page as a statistician uses it: search, choose, and go on with the design."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningServer
from tests.browser.pointing import SLOW

pytestmark = pytest.mark.browser


def test_a_better_design_is_searched_and_opened(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.url}/search")
    button = page.get_by_test_id("stBaseButton-primary")
    expect(button).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=SLOW)
    button.click()
    expect(page.get_by_role("figure", name=re.compile("designs tried by"))).to_be_visible(
        timeout=SLOW
    )
    page.get_by_role("tab", name="Chosen design").click()
    page.get_by_role("button", name="Open on the Designs page").click(timeout=SLOW)
    expect(page).to_have_url(re.compile(r"/designs"), timeout=SLOW)
    expect(page.get_by_role("tab", name="Boundaries")).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("stException")).to_have_count(0)
