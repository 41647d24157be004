"""Predicting adverse events: the question, the data it may learn from, the fit, its validation."""
