"""The Search page: what may vary, what counts, and the designs that are best."""
