"""TITE-CRM on the Dosing page: its settings, its conduct by day, and why it has no table."""
