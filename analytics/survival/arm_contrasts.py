"""An estimate of two arms at one time, compared: difference and ratio with Wald intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from analytics.checks import NotEstimableError

Floats = NDArray[np.float64]


def arm_differences(
    landmark: pd.DataFrame,
    arms: tuple[str, ...],
    value: str,
    *,
    within: tuple[str, ...] = (),
    confidence_level: float,
) -> pd.DataFrame:
    """Arm less reference.

    Parameters
    ----------
    landmark : DataFrame
        `arm`, the columns of `within`, `time`, the value, `std_err`; one row per arm and the rest.
    arms : tuple of str
        The reference first.
    value : str
        The column that is compared.
    within : tuple of str
        Columns, besides the time, that both rows of a comparison share.
    confidence_level : float
        Two-sided coverage.

    Returns
    -------
    DataFrame
        `arm`, `reference`, `within`, `time`, the value and `reference_` value, `difference`,
        `std_err`, `lower`, `upper`, `p_value`. The last four are NaN when a standard error is 0 or
        NaN: an arm that shows no variation gives no width.

    Examples
    --------
    >>> landmark = pd.DataFrame(
    ...     {"arm": ["A", "B"], "time": 1.0, "incidence": [0.5, 0.2], "std_err": [0.03, 0.04]}
    ... )
    >>> found = arm_differences(landmark, ("A", "B"), "incidence", confidence_level=0.95)
    >>> found[["difference", "std_err"]].round(3)
       difference  std_err
    0        -0.3     0.05
    """
    pairs = _pairs(landmark, arms, value, within)
    difference = pairs[value] - pairs[f"reference_{value}"]
    std_err = np.hypot(_width(pairs, ""), _width(pairs, "reference_"))
    reach = float(ndtri(0.5 + confidence_level / 2)) * std_err
    return _without_widths(pairs).assign(
        difference=difference,
        std_err=std_err,
        lower=difference - reach,
        upper=difference + reach,
        p_value=2 * ndtr(-np.abs(difference / std_err)),
    )


def arm_ratios(
    landmark: pd.DataFrame,
    arms: tuple[str, ...],
    value: str,
    *,
    within: tuple[str, ...] = (),
    confidence_level: float,
) -> pd.DataFrame:
    """Arm over reference, with the interval on the log scale.

    The parameters are those of `arm_differences`.

    Returns
    -------
    DataFrame
        As there, with `ratio` and `log_std_err`; NaN as there, and when a value is 0.

    Examples
    --------
    >>> landmark = pd.DataFrame(
    ...     {"arm": ["A", "B"], "time": 1.0, "incidence": [0.5, 0.2], "std_err": [0.03, 0.04]}
    ... )
    >>> found = arm_ratios(landmark, ("A", "B"), "incidence", confidence_level=0.95)
    >>> found[["ratio", "log_std_err"]].round(3)
       ratio  log_std_err
    0    0.4        0.209
    """
    pairs = _pairs(landmark, arms, value, within)
    one, other = pairs[value], pairs[f"reference_{value}"]
    estimable = (one > 0) & (other > 0)
    one, other = one.where(estimable), other.where(estimable)
    ratio = one / other
    std_err = np.hypot(_width(pairs, "") / one, _width(pairs, "reference_") / other)
    reach = np.exp(float(ndtri(0.5 + confidence_level / 2)) * std_err)
    return _without_widths(pairs).assign(
        ratio=ratio,
        log_std_err=std_err,
        lower=ratio / reach,
        upper=ratio * reach,
        p_value=2 * ndtr(-np.abs(np.log(ratio) / std_err)),
    )


def _pairs(
    landmark: pd.DataFrame, arms: tuple[str, ...], value: str, within: tuple[str, ...]
) -> pd.DataFrame:
    if len(arms) < 2:
        raise NotEstimableError("A comparison needs two arms, and there is only one.")
    shared = [*within, "time"]
    kept = landmark[["arm", *shared, value, "std_err"]]
    reference = kept[kept["arm"] == arms[0]].drop(columns="arm")
    beside = reference.rename(columns={one: f"reference_{one}" for one in (value, "std_err")})
    others = kept[kept["arm"] != arms[0]]
    others.insert(1, "reference", arms[0])
    return others.merge(beside, on=shared, how="left", validate="many_to_one")


def _without_widths(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs.drop(columns=["std_err", "reference_std_err"])


def _width(pairs: pd.DataFrame, whose: str) -> pd.Series[float]:
    std_err = pairs[f"{whose}std_err"]
    return std_err.where(std_err > 0)
