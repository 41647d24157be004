"""Filling a template: its pages are drawn without a browser, and their results taken."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.progress import Progress
from analytics.results import Result, registered
from dashboard.cards import Card
from dashboard.reports.templates import Section, template_of
from dashboard.unattended import draw_page
from queries.cohorts import EVERYONE, Cohort


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FilledTemplate(Result):
    """The results of a template.

    Parameters
    ----------
    headings : tuple of str
        One for each card: that of its section.
    cards : tuple of str
        The cards as JSON.
    missing : tuple of str
        What could not be shown, and why.
    """

    headings: tuple[str, ...]
    cards: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFilling:
    """What a template holds for a study and a cohort.

    Parameters
    ----------
    template : str
        Its name.
    study : str
    cohort : Cohort
    """

    template: str
    study: str
    cohort: Cohort = EVERYONE

    @property
    def title(self) -> str:
        """What people call it."""
        return f"{template_of(self.template).title} of {self.study}"

    def run(self, progress: Progress, *, pooled: bool = False) -> FilledTemplate:
        """Draw the pages, one after the other; with arms pooled for who is to see none."""
        sections = template_of(self.template).sections
        found: list[tuple[str, Card]] = []
        missing: list[str] = []
        for place, section in enumerate(sections):
            progress(place / len(sections), section.heading)
            cards, said = results_of(section, self.study, self.cohort, pooled=pooled)
            found += [(section.heading, card) for card in cards]
            missing += [f"{section.heading}: {one}" for one in said]
        return FilledTemplate(
            headings=tuple(heading for heading, _ in found),
            cards=tuple(card.to_json() for _, card in found),
            missing=tuple(missing),
        )


def results_of(
    section: Section, study: str, cohort: Cohort, *, pooled: bool = False
) -> tuple[list[Card], list[str]]:
    """The results of a section; and, when it shows none, what its page says instead."""
    drawn = draw_page(
        section.page, study=study, cohort=cohort, inputs=section.inputs, pooled=pooled
    )
    if not section.results:
        chosen = list(drawn.cards)
    else:
        chosen = [
            card
            for wanted in section.results
            for card in drawn.cards
            if card.name == f"{study} {wanted}"
        ]
    return chosen, [] if chosen else list(drawn.said) or ["the page shows no result"]
