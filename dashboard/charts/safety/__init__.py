"""Charts of adverse events."""
