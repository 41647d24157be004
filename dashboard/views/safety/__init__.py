"""The Safety page: adverse events, from the overview down to one subject."""
