"""Dose escalation: what was seen, what is believed of each dose, and what designs do."""
