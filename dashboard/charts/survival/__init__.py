"""Charts of survival: curves, comparisons, models and their checks."""
