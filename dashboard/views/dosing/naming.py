"""Names of the results of the Dosing page, in reports and files."""

from __future__ import annotations

from dashboard import state


def named(what: str) -> str:
    """A result of the page by its name: with the study, and that it is of dosing."""
    return f"{state.study().code} dosing: {what}"
