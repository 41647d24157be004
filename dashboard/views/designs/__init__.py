"""The Designs page: assumptions, a design on them, what it does, and what is done with it."""
