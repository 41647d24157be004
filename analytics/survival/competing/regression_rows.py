"""Subjects as a regression takes them: checked, in order of time, covariates on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.checks import NotEstimableError, require
from analytics.survival.columns import checked_counts, checked_numbers, checked_times, label_codes
from analytics.survival.competing.counts import CENSORED
from analytics.survival.competing.weighted_likelihood import Subjects
from analytics.survival.counts import merged_times

Floats = NDArray[np.float64]

_CONSTANT = 1e-10  # a spread below this share of the mean is rounding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegressionRows:
    """Rows for the likelihood, and how their covariates were put on one scale.

    Parameters
    ----------
    subjects : Subjects
        With covariates less their mean, over their standard deviation.
    names : tuple of str
        The covariates.
    mean, spread : array
        Of each covariate.
    """

    subjects: Subjects
    names: tuple[str, ...]
    mean: Floats
    spread: Floats


def regression_rows(
    times: ArrayLike,
    causes: Sequence[str],
    covariates: pd.DataFrame,
    *,
    cause: str,
    numbers: ArrayLike | None,
    censoring_groups: Sequence[str] | None,
) -> RegressionRows:
    """Check the input of `fit_fine_gray`; its parameters are explained there.

    Examples
    --------
    >>> rows = regression_rows(
    ...     [2, 1], ["rash", ""], pd.DataFrame({"age": [50, 60]}), cause="rash", numbers=None,
    ...     censoring_groups=None,
    ... )
    >>> rows.mean.tolist(), rows.subjects.covariates.ravel().tolist()
    ([55.0], [1.0, -1.0])
    """
    time = merged_times(checked_times(times))
    number = checked_counts(np.ones(time.size) if numbers is None else numbers, "numbers")
    ends, labels = label_codes(list(causes), "cause")
    groups = [""] * time.size if censoring_groups is None else list(censoring_groups)
    group, _ = label_codes(groups, "censoring group")
    names = tuple(covariates.columns)
    matrix = covariate_matrix(covariates, names)
    sizes = {"causes": ends.size, "numbers": number.size, "groups": group.size}
    sizes["covariates"] = len(matrix)
    require(set(sizes.values()) == {time.size}, "one value per row", times=time.size, **sizes)
    require(cause != CENSORED, "the cause has a name", cause=cause)
    held = np.flatnonzero(number)
    require(held.size > 0, "there is at least one subject", subjects=0)
    order = held[np.argsort(time[held], kind="stable")]
    end = np.array(labels, dtype=object)[ends[order]]
    x, mean, spread = _on_one_scale(matrix[order], number[order], names)
    subjects = Subjects(
        time=time[order],
        cause=np.asarray(end == cause, dtype=bool),
        competing=np.asarray((end != cause) & (end != CENSORED), dtype=bool),
        group=np.unique(group[order], return_inverse=True)[1],
        covariates=x,
        numbers=number[order].astype(np.float64),
    )
    return RegressionRows(subjects=subjects, names=names, mean=mean, spread=spread)


def covariate_matrix(covariates: pd.DataFrame, names: tuple[str, ...]) -> Floats:
    """The named columns as numbers, none of them missing.

    Examples
    --------
    >>> covariate_matrix(pd.DataFrame({"age": [50, 60]}), ("age",)).tolist()
    [[50.0], [60.0]]
    """
    own_name = all(isinstance(name, str) for name in names) and len(set(names)) == len(names)
    require(bool(names) and own_name, "covariates have names of their own", covariates=names)
    absent = tuple(name for name in names if name not in covariates.columns)
    require(not absent, f"covariates are {', '.join(names)}", missing=absent)
    matrix = np.column_stack([checked_numbers(covariates[name], name) for name in names])
    unknown = ~np.isfinite(matrix)
    which = tuple(names[place] for place in np.flatnonzero(unknown.any(axis=0)))
    rows = int(unknown.any(axis=1).sum())
    require(not which, "no covariate is missing or infinite", covariates=which, rows=rows)
    return matrix


def _on_one_scale(
    matrix: Floats, numbers: NDArray[np.int64], names: tuple[str, ...]
) -> tuple[Floats, Floats, Floats]:
    mean = np.average(matrix, axis=0, weights=numbers)
    spread = np.sqrt(np.average((matrix - mean) ** 2, axis=0, weights=numbers))
    constant = np.flatnonzero(spread <= _CONSTANT * np.abs(mean))
    if constant.size:
        which = ", ".join(repr(names[place]) for place in constant)
        raise NotEstimableError(f"No coefficient for {which}: all subjects have the same value.")
    return (matrix - mean) / spread, mean, spread
