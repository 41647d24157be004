"""Analyses of measurements: what the Labs and vitals page asks a store."""
