"""Safety: adverse events by arm, from the overview down to one subject."""

from __future__ import annotations

from dashboard import results
from dashboard.views import heading


def show() -> None:
    """The Safety page."""
    with results.explained():
        heading.show("Safety")
