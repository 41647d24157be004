"""Parametric models: distributions of times with a location that covariates shift."""
