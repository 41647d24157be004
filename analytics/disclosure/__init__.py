"""Disclosure control: small counts hidden so that what is printed does not give them away.

What the rules guarantee, and against whom, stands in `suppression`, `coarse_curves` and
`differencing`.
"""

from analytics.disclosure.coarse_curves import coarsen_curves
from analytics.disclosure.differencing import Difference, small_differences
from analytics.disclosure.linked_counts import LinkedCounts, Relation
from analytics.disclosure.suppression import Suppression, feasible_range, suppress

__all__ = [
    "Difference",
    "LinkedCounts",
    "Relation",
    "Suppression",
    "coarsen_curves",
    "feasible_range",
    "small_differences",
    "suppress",
]
