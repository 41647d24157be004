"""Incidences of two arms at one time, compared."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from analytics.checks import NotEstimableError

Floats = NDArray[np.float64]

_PAIR = ["arm", "reference", "cause", "time", "incidence", "reference_incidence"]


def differences(
    landmark: pd.DataFrame, arms: tuple[str, ...], confidence_level: float
) -> pd.DataFrame:
    """Arm less reference, with a Wald interval.

    Parameters
    ----------
    landmark : DataFrame
        `arm`, `cause`, `time`, `incidence`, `std_err`: for each arm the same causes.
    arms : tuple of str
        The reference first.

    Examples
    --------
    >>> landmark = pd.DataFrame(
    ...     {"arm": ["A", "B"], "cause": "rash", "time": 1.0, "incidence": [0.5, 0.2],
    ...      "std_err": [0.03, 0.04]}
    ... )
    >>> differences(landmark, ("A", "B"), 0.95)[["difference", "std_err"]].round(3)
       difference  std_err
    0        -0.3     0.05
    """
    pairs = _pairs(landmark, arms)
    difference = pairs["incidence"] - pairs["reference_incidence"]
    std_err = np.hypot(_width(pairs, ""), _width(pairs, "reference_"))
    reach = float(ndtri(0.5 + confidence_level / 2)) * std_err
    return pairs[_PAIR].assign(
        difference=difference,
        std_err=std_err,
        lower=difference - reach,
        upper=difference + reach,
        p_value=2 * ndtr(-np.abs(difference / std_err)),
    )


def ratios(landmark: pd.DataFrame, arms: tuple[str, ...], confidence_level: float) -> pd.DataFrame:
    """Arm over reference, with a Wald interval on the log scale.

    Parameters are those of `differences`.

    Examples
    --------
    >>> landmark = pd.DataFrame(
    ...     {"arm": ["A", "B"], "cause": "rash", "time": 1.0, "incidence": [0.5, 0.2],
    ...      "std_err": [0.03, 0.04]}
    ... )
    >>> ratios(landmark, ("A", "B"), 0.95)[["ratio", "log_std_err"]].round(3)
       ratio  log_std_err
    0    0.4        0.209
    """
    pairs = _pairs(landmark, arms)
    one, other = pairs["incidence"], pairs["reference_incidence"]
    estimable = (one > 0) & (other > 0)
    one, other = one.where(estimable), other.where(estimable)
    ratio = one / other
    std_err = np.hypot(_width(pairs, "") / one, _width(pairs, "reference_") / other)
    reach = np.exp(float(ndtri(0.5 + confidence_level / 2)) * std_err)
    return pairs[_PAIR].assign(
        ratio=ratio,
        log_std_err=std_err,
        lower=ratio / reach,
        upper=ratio * reach,
        p_value=2 * ndtr(-np.abs(np.log(ratio) / std_err)),
    )


def _pairs(landmark: pd.DataFrame, arms: tuple[str, ...]) -> pd.DataFrame:
    if len(arms) < 2:
        raise NotEstimableError("A comparison needs two arms, and there is only one.")
    reference = landmark[landmark["arm"] == arms[0]]
    columns = {"incidence": "reference_incidence", "std_err": "reference_std_err"}
    beside = reference[["cause", *columns]].rename(columns=columns)
    others = landmark[landmark["arm"] != arms[0]].assign(reference=arms[0])
    return others.merge(beside, on="cause", how="left", validate="many_to_one")


def _width(pairs: pd.DataFrame, whose: str) -> pd.Series[float]:
    std_err = pairs[f"{whose}std_err"]
    return std_err.where(std_err > 0)
