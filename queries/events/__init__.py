"""Adverse events of cohorts: which count, how many subjects have them, and when."""

from queries.events.selection import Emergence, EventSelection, EventTerms, Kind, Until

__all__ = ["Emergence", "EventSelection", "EventTerms", "Kind", "Until"]
