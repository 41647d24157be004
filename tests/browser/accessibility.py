"""What an accessibility check finds on a page."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Streamlit's own menu with sections puts headings between the items of a list.
_NOT_OURS = {"exclude": [["[data-testid='stSidebarNavItems']"]]}
# The header of an open expander takes 0.15 s from light to dark, while its text turns at once.
_STILL = """() => Promise.allSettled(
    document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished)
)"""


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe reports, of whatever impact, once colours have stopped changing."""
    page.evaluate(_STILL)
    found: list[dict[str, Any]] = Axe().run(page, context=_NOT_OURS).response["violations"]
    return found


def serious(page: Page) -> list[tuple[str, list[str]]]:
    """Rules that are broken seriously, and where."""
    return [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in violations(page)
        if one["impact"] in {"serious", "critical"}
    ]
