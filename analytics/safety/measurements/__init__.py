"""Measurements against limits and against baseline: shifts, summaries by visit, thresholds."""
