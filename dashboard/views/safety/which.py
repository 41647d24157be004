"""Which subjects a mark of the Safety page means, as a rule."""

from __future__ import annotations

from dashboard import state
from dashboard.analyses.safety.adverse_events import AdverseEvents
from queries.adverse_events import selection_rule
from queries.cohorts import Rule
from queries.events import EventTerms


def rule_of(asked: AdverseEvents, of: EventTerms, *, days: tuple[int, int] | None = None) -> Rule:
    """Who has an event of these classes and terms among the events selected.

    Parameters
    ----------
    days : tuple of int, optional
        Days after first dose, both included, between which it starts.
    """
    return selection_rule(state.store(), asked.selection, of, column=asked.column, days=days)
