"""Search for better designs: what may vary, what counts, and the designs that are best."""

from analytics.search.space import SearchSpace

__all__ = ["SearchSpace"]
