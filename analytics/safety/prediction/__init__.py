"""Predicting adverse events: models of the risk of an event by a day, and how good they are."""
