"""Dosing: find the dose, and the design that finds it best."""
