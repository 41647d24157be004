"""Analyses of adverse events and exposure: what the Safety page asks a store."""
