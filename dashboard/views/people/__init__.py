"""The People page, for administrators."""
