"""What of a result goes along to whom: small counts hidden, subjects never."""

from dashboard.disclosure.describing import AGGREGATE, SUBJECTS, Disclosure

__all__ = ["AGGREGATE", "SUBJECTS", "Disclosure"]
