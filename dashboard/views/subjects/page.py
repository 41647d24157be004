"""The Subjects page: a list that is searched, sorted and paged, and one subject's profile."""

from __future__ import annotations

from dashboard import results
from dashboard.views import heading
from dashboard.views.subjects import listing, profile


def show() -> None:
    """The Subjects page."""
    with results.explained():
        heading.show("Subjects")
    with results.explained():
        shown = listing.choose()
        subject = listing.opened()
        if subject is None:
            listing.show(shown)
        else:
            profile.show(subject, shown)
