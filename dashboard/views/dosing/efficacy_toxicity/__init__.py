"""BOIN12 on the Dosing page: its settings, its card, its conduct, what it does."""
