"""What stands under every result of the Dose–response page, and goes along with it."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import state
from dashboard.views import heading


def notes(said: Sequence[str]) -> list[str]:
    """What the result is and rests on, and of whom."""
    return [*said, *of_whom()]


def of_whom() -> list[str]:
    """The cohort and the snapshot."""
    return [heading.cohort_sentence(), heading.provenance_line()]


def named(what: str) -> str:
    """The name of a result of this page."""
    return f"{state.study().code} {what}"
