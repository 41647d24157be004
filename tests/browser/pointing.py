"""Pointing at charts as people do: clicking a bar, dragging over a histogram."""

from __future__ import annotations

import re

from playwright.sync_api import FloatRect, Locator, Page, expect

SLOW = 60_000  # milliseconds; two test processes share two cores with the server


def panel(page: Page, label: str) -> Locator:
    """The chart of a variable on the Cohorts page."""
    chart = page.get_by_role("figure", name=re.compile(rf"^{re.escape(label)}, subjects now"))
    expect(chart).to_be_visible(timeout=SLOW)
    return chart


def click_bar(page: Page, label: str, place: int) -> None:
    """Click the bar in a place, counted from the top."""
    # The bars in total come first, and every bar of a panel has one.
    box = standing(panel(page, label).locator(".bars .point path").nth(place))
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def standing(part: Locator) -> FloatRect:
    """Where a part of a chart is, once it has stopped moving: charts are redrawn at any change."""
    before = None
    for _ in range(100):
        box = part.bounding_box(timeout=SLOW)
        if box is not None and box == before:
            return box
        before = box
        part.page.wait_for_timeout(100)
    raise AssertionError("a part of a chart did not come to rest")


def brush(page: Page, label: str, start: float, end: float) -> None:
    """Drag over a share of a histogram, from its left."""
    area = standing(panel(page, label).locator(".nsewdrag").first)
    y = area["y"] + area["height"] / 2
    page.mouse.move(area["x"] + start * area["width"], y)
    page.mouse.down()
    for step in range(1, 9):
        share = start + (end - start) * step / 8
        page.mouse.move(area["x"] + share * area["width"], y)
    page.mouse.up()
