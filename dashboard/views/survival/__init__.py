"""The Survival page: one endpoint, its curves, and what may be said of them."""
