"""Cut lines of the eDISH plot are dragged, and the page follows; so they are with the keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.conftest import RunningServer
from tests.browser.pointing import SLOW, standing

pytestmark = pytest.mark.browser


def plot(page: Page, *, at: str, tbl: str) -> None:
    name = re.compile(rf"^eDISH plot .* cut at {at} and {tbl} times")
    expect(page.get_by_role("figure", name=name)).to_be_visible(timeout=SLOW)


@pytest.mark.slow
def test_lines_are_dragged_with_the_pointer_and_the_keyboard(
    page: Page, server: RunningServer
) -> None:
    page.set_viewport_size({"width": 1440, "height": 1400})
    page.goto(f"{server.url}/measurements")
    plot(page, at="3", tbl="2")
    line = page.get_by_role("slider", name="Cut for ALT or AST")
    expect(line).to_have_attribute("aria-valuenow", "3", timeout=SLOW)
    box = standing(line)
    x, y = box["x"] + box["width"] / 2, box["y"] + 60
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=4)
    page.mouse.move(x + 112, y, steps=4)
    moved = float(line.get_attribute("aria-valuenow") or 0)
    assert moved > 4
    label = page.locator(".label.above.right")
    expect(label).to_be_visible()  # counted in the browser, before Python has heard of it
    expect(label).to_contain_text(re.compile("Hy's law range: [56]"))
    page.mouse.up()
    plot(page, at=f"{moved:g}", tbl="2")
    expect(label).to_be_hidden(timeout=SLOW)

    level = page.get_by_role("slider", name="Cut for total bilirubin")
    level.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("PageDown")
    plot(page, at=f"{moved:g}", tbl="1")
    shown = page.get_by_role("spinbutton", name="Total bilirubin, × ULN above")
    expect(shown).to_have_value("1.0", timeout=SLOW)
    problems = violations(page)
    assert [(one["id"], one["nodes"][0]["html"]) for one in problems] == []


def test_a_point_opens_the_course_of_its_subject_and_the_profile(
    page: Page, server: RunningServer
) -> None:
    page.set_viewport_size({"width": 1440, "height": 1400})
    page.goto(f"{server.url}/measurements")
    plot(page, at="3", tbl="2")
    ring = standing(page.locator(".scatterlayer .trace").last.locator(".point").first)
    page.mouse.click(ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    course = page.get_by_role("figure", name=re.compile("^Liver tests of EQX-301"))
    expect(course).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Open profile").click()
    expect(page.get_by_role("heading", name=re.compile("^EQX-301-"))).to_be_visible(timeout=SLOW)
