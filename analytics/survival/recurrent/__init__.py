"""Recurrent events: mean cumulative count, rates, and rows for regression."""

from analytics.survival.recurrent.daily import DailyEvents
from analytics.survival.recurrent.events import RecurrentEvents
from analytics.survival.recurrent.mean_count import (
    MeanCountCurve,
    MeanCumulativeCount,
    fit_mean_cumulative_count,
)
from analytics.survival.recurrent.rates import RecurrentRates, estimate_recurrent_rates
from analytics.survival.recurrent.regression_rows import (
    andersen_gill_rows,
    prentice_williams_peterson_rows,
)

__all__ = [
    "DailyEvents",
    "MeanCountCurve",
    "MeanCumulativeCount",
    "RecurrentEvents",
    "RecurrentRates",
    "andersen_gill_rows",
    "estimate_recurrent_rates",
    "fit_mean_cumulative_count",
    "prentice_williams_peterson_rows",
]
