"""The Interim analysis tab: placeholder until its room is here."""

from dashboard.views.designs.answer import DesignAnswer


def show(answer: DesignAnswer) -> None:
    """Later."""
