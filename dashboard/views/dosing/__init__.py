"""The Dosing page: a dose-escalation trial set up, conducted and compared."""
