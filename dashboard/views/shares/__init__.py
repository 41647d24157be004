"""Sharing what is on screen, and the page that lists the shares of a study."""
