"""TITE-CRM on the Dosing page: patients are given a dose while earlier ones are followed."""
