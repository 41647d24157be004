"""Searches and their confirmation as values that run."""

from dashboard.analyses.search.asked import DesignSearch, FrontConfirmation

__all__ = ["DesignSearch", "FrontConfirmation"]
