"""Mean, standard deviation and quartiles of a sample that is given as counts per value."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from analytics.baseline.value_counts import Sample
from analytics.checks import require

QUARTILES = {
    7: "linear interpolation between the values (Hyndman and Fan definition 7, the default of R)",
    2: "the value itself, or the mean of two values where the count splits exactly (Hyndman and "
    "Fan definition 2, the default of SAS)",
}
"""The definitions of quartiles on offer, by their number in Hyndman and Fan and in R."""

_ROUNDING = 10 * float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Size, mean and standard deviation; NaN where a sample is too small to have them."""

    size: int
    mean: float
    sd: float


def moments(sample: Sample) -> Moments:
    """Size, mean and standard deviation (divisor n - 1) in two passes.

    Sums are taken of distances, so that neither a large offset nor a million subjects costs
    digits, and a constant sample has an sd of exactly 0.

    Parameters
    ----------
    sample : Sample
        Its mean is NaN without a value, its sd NaN with fewer than two.

    References
    ----------
    Chan, Golub and LeVeque (1983), American Statistician 37:242-247.

    Examples
    --------
    >>> sample = Sample(values=np.array([1e9, 1e9 + 3]), subjects=np.array([2, 1]), missing=0)
    >>> found = moments(sample)
    >>> found.mean - 1e9, round(found.sd, 6)
    (1.0, 1.732051)
    """
    size = sample.size
    if size == 0:
        return Moments(size=0, mean=nan, sd=nan)
    mean = float(sample.values[sample.values.size // 2])
    for _ in range(2):  # from one of the values to the mean, then what rounding left
        mean += float((sample.subjects * (sample.values - mean)).sum()) / size
    if size == 1:
        return Moments(size=1, mean=mean, sd=nan)
    return Moments(size=size, mean=mean, sd=_sd(sample, mean))


def _sd(sample: Sample, mean: float) -> float:
    distance = sample.values - mean
    reach = float(np.abs(distance).max())
    if sample.values.size == 1 or reach == 0:
        return 0.0
    distance = distance / reach  # squares of tiny distances would vanish
    weighted = sample.subjects * distance
    # The second term is zero but for the rounding of the mean, which it takes back.
    squares = float((weighted * distance).sum()) - float(weighted.sum()) ** 2 / sample.size
    return reach * float(np.sqrt(squares / (sample.size - 1)))


def negligible(spread: float, *means: float) -> bool:
    """Whether a spread is nothing but rounding of the means, as R's `t.test` decides it.

    Examples
    --------
    >>> negligible(1e-15, 24.2, 24.1), negligible(1e-3, 24.2, 24.1)
    (True, False)
    """
    return spread <= _ROUNDING * max(abs(mean) for mean in means)


def quartiles(sample: Sample, definition: int = 7) -> tuple[float, float, float]:
    """First quartile, median and third quartile.

    Parameters
    ----------
    sample : Sample
        Without a value the quartiles are NaN.
    definition : {7, 2}
        7 interpolates, as R and numpy do by default; 2 is the default of SAS (PCTLDEF=5).

    References
    ----------
    Hyndman and Fan (1996), American Statistician 50:361-365.

    Examples
    --------
    >>> sample = Sample(values=np.array([1.0, 2, 3, 4]), subjects=np.ones(4, int), missing=0)
    >>> quartiles(sample), quartiles(sample, 2)
    ((1.75, 2.5, 3.25), (1.5, 2.5, 3.5))
    """
    require(definition in QUARTILES, f"quartiles in {tuple(QUARTILES)}", quartiles=definition)
    if sample.size == 0:
        return nan, nan, nan
    found = (_quarter(sample, quarters, definition) for quarters in (1, 2, 3))
    return tuple(found)  # type: ignore[return-value]


def _quarter(sample: Sample, quarters: int, definition: int) -> float:
    upto = np.cumsum(sample.subjects)
    size = int(upto[-1])
    # In whole quarters, so that no rounding decides where the count splits.
    if definition == 7:
        rank, rest = divmod((size - 1) * quarters, 4)
        rank, share = rank + 1, rest / 4
    else:
        rank, rest = divmod(size * quarters, 4)
        rank, share = (rank + 1, 0.0) if rest else (rank, 0.5)
    places = np.searchsorted(upto, [rank, min(rank + 1, size)])
    low, high = (float(value) for value in sample.values[places])
    return low if low == high else (1 - share) * low + share * high
