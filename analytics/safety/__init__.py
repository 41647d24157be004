"""Harm: how often events happen in each arm, and how far the arms differ."""
