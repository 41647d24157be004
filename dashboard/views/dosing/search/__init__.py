"""The Search tab of the Dosing page: designs that find the dose best, beside textbook ones."""
