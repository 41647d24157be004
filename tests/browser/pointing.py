"""Pointing at charts as people do: clicking a bar, dragging over a histogram."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

SLOW = 60_000  # milliseconds; two test processes share two cores with the server


def panel(page: Page, label: str) -> Locator:
    """The chart of a variable on the Cohorts page."""
    chart = page.get_by_role("figure", name=re.compile(rf"^{re.escape(label)}, subjects now"))
    expect(chart).to_be_visible(timeout=SLOW)
    return chart


def click_bar(page: Page, label: str, place: int) -> None:
    """Click the bar in a place, counted from the top."""
    # The bars in total come first, and every bar of a panel has one.
    box = panel(page, label).locator(".bars .point path").nth(place).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def brush(page: Page, label: str, start: float, end: float) -> None:
    """Drag over a share of a histogram, from its left."""
    area = panel(page, label).locator(".nsewdrag").first.bounding_box()
    assert area is not None
    y = area["y"] + area["height"] / 2
    page.mouse.move(area["x"] + start * area["width"], y)
    page.mouse.down()
    for step in range(1, 9):
        share = start + (end - start) * step / 8
        page.mouse.move(area["x"] + share * area["width"], y)
    page.mouse.up()
