"""Weighted log-rank and MaxCombo tests in closed form: means, correlations, boundaries, power."""
