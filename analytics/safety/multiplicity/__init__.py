"""Many terms at once: p-values adjusted for their number, and a model that shares strength.

Everything here is exploratory: it says where to look, not what a trial has shown.
"""

from analytics.safety.multiplicity.adjusted import AdjustedTests, adjust
from analytics.safety.multiplicity.berry_berry import BerryBerry, fit_berry_berry
from analytics.safety.multiplicity.double_fdr import (
    DoubleFdr,
    double_fdr_2004,
    double_fdr_2012,
)
from analytics.safety.multiplicity.false_discovery import adjust_benjamini_hochberg

__all__ = [
    "AdjustedTests",
    "BerryBerry",
    "DoubleFdr",
    "adjust",
    "adjust_benjamini_hochberg",
    "double_fdr_2004",
    "double_fdr_2012",
    "fit_berry_berry",
]
