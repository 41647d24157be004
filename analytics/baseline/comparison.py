"""The outcome of a test between groups, whichever test it was."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.baseline.level_counts import LevelCounts
from analytics.baseline.value_counts import ValueCounts
from analytics.checks import NotEstimableError
from analytics.results import Result, registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison(Result):
    """A test that all groups are alike in one variable.

    At baseline of a randomised trial every difference is chance, and elsewhere nobody planned the
    comparison: whoever shows the p-value calls it exploratory.

    Parameters
    ----------
    method : str
        Name of the test.
    statistic_name : str
        Its symbol: t, F, W, H or χ²; "" for Fisher's exact test, which has none.
    statistic : float or None
        t is above 0, and W above half of its range, when the group that is not the reference
        tends to larger values.
    degrees_of_freedom : tuple of float
        None, one, or (F) numerator and denominator.
    p_value : float
        Two-sided.
    note : str
        What to keep in mind; "" when there is nothing.
    groups : tuple of str
        Those compared, in order.
    variable : str
        What was compared.
    """

    method: str
    statistic_name: str
    statistic: float | None
    degrees_of_freedom: tuple[float, ...]
    p_value: float
    note: str
    groups: tuple[str, ...]
    variable: str


def require_comparable(counts: LevelCounts | ValueCounts) -> None:
    """Raise `NotEstimableError` unless there are two groups or more that share no subject.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"group": ["A", "B"], "value": [1, 2], "subjects": [3, 3]})
    >>> require_comparable(ValueCounts(frame=frame, groups=("A", "B"), disjoint=False))
    Traceback (most recent call last):
        ...
    analytics.checks.NotEstimableError: No test: the groups may share subjects, and the tests are \
for groups of different subjects.
    """
    if len(counts.groups) < 2:
        raise NotEstimableError("No test: there is only one group.")
    if not counts.disjoint:
        raise NotEstimableError(
            "No test: the groups may share subjects, and the tests are for groups of different "
            "subjects."
        )


def require_enough(groups: tuple[str, ...], sizes: list[int], least: int) -> None:
    """Raise `NotEstimableError` unless each group has enough subjects with a value.

    Examples
    --------
    >>> require_enough(("A", "B"), [3, 2], least=2)
    """
    for name, size in zip(groups, sizes, strict=True):
        if size < least:
            raise NotEstimableError(
                f"No test: each group needs {least} or more subjects with a value, and {name!r} "
                f"has {size}."
            )
