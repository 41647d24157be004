"""Who is in which group: Table 1, standardised differences, exploratory tests, overlap of sets."""

from analytics.baseline.compare_levels import compare_levels
from analytics.baseline.compare_means import compare_means
from analytics.baseline.compare_ranks import compare_ranks
from analytics.baseline.comparison import Comparison
from analytics.baseline.described_variable import DescribedVariable
from analytics.baseline.differences import StandardisedDifferences, standardised_differences
from analytics.baseline.level_counts import LevelCounts
from analytics.baseline.level_table import LevelTable, describe_levels
from analytics.baseline.set_overlap import Overlap, overlap
from analytics.baseline.table_display import Digits
from analytics.baseline.table_one import TableOne, Variable, table_one
from analytics.baseline.table_options import TableOptions
from analytics.baseline.value_counts import ValueCounts
from analytics.baseline.value_table import ValueTable, describe_values

__all__ = [
    "Comparison",
    "DescribedVariable",
    "Digits",
    "LevelCounts",
    "LevelTable",
    "Overlap",
    "StandardisedDifferences",
    "TableOne",
    "TableOptions",
    "ValueCounts",
    "ValueTable",
    "Variable",
    "compare_levels",
    "compare_means",
    "compare_ranks",
    "describe_levels",
    "describe_values",
    "overlap",
    "standardised_differences",
    "table_one",
]
