"""The Dose–response page."""
