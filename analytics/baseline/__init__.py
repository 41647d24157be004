"""Who is in which group: Table 1, standardised differences, exploratory tests, overlap of sets."""

from analytics.baseline.level_counts import LevelCounts
from analytics.baseline.level_table import LevelTable, describe_levels
from analytics.baseline.value_counts import ValueCounts
from analytics.baseline.value_table import ValueTable, describe_values

__all__ = [
    "LevelCounts",
    "LevelTable",
    "ValueCounts",
    "ValueTable",
    "describe_levels",
    "describe_values",
]
