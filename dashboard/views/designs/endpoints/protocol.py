"""The Protocol tab of a binary or continuous design."""

from __future__ import annotations

from dashboard.analyses.designs.endpoint_protocol import endpoint_paragraphs
from dashboard.views.designs.endpoints.answer import EndpointAnswer
from dashboard.views.designs.protocol import show_paragraphs


def show(answer: EndpointAnswer) -> None:
    """Paragraphs, then files."""
    show_paragraphs(answer, endpoint_paragraphs(answer.design, answer.evaluation))
