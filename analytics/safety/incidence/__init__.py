"""Incidence of events by arm: proportions, rates of first events, and their contrasts.

Rates of recurrent events, whose variance must let subjects differ, are in
`analytics.survival.recurrent` (`estimate_recurrent_rates`).
"""

from analytics.safety.incidence.conditional import exact_odds_ratio, fisher_test
from analytics.safety.incidence.contrasts import (
    IncidenceContrasts,
    IncidenceTests,
    compare_incidence,
    compare_incidence_by_stratum,
    test_incidence,
)
from analytics.safety.incidence.counts import IncidenceCounts
from analytics.safety.incidence.incidence import Incidence, estimate_incidence
from analytics.safety.incidence.newcombe import newcombe_difference
from analytics.safety.incidence.rate_ratios import (
    exact_rate_ratio,
    exact_rate_test,
    score_rate_ratio,
    score_rate_test,
)
from analytics.safety.incidence.score_limits import (
    score_difference,
    score_odds_ratio,
    score_ratio,
)
from analytics.safety.incidence.score_test import score_test
from analytics.safety.incidence.single_arm import clopper_pearson, garwood, wilson
from analytics.safety.incidence.stratified import CommonDifference, stratified_difference

__all__ = [
    "CommonDifference",
    "Incidence",
    "IncidenceContrasts",
    "IncidenceCounts",
    "IncidenceTests",
    "clopper_pearson",
    "compare_incidence",
    "compare_incidence_by_stratum",
    "estimate_incidence",
    "exact_odds_ratio",
    "exact_rate_ratio",
    "exact_rate_test",
    "fisher_test",
    "garwood",
    "newcombe_difference",
    "score_difference",
    "score_odds_ratio",
    "score_rate_ratio",
    "score_rate_test",
    "score_ratio",
    "score_test",
    "stratified_difference",
    "test_incidence",
    "wilson",
]
