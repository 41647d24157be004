"""The Compare page: groups side by side at baseline."""
