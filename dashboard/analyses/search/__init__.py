"""Searches and their confirmation as values that jobs take."""

from dashboard.analyses.search.orders import ConfirmationOrder, SearchOrder

__all__ = ["ConfirmationOrder", "SearchOrder"]
