"""Spending functions: how much of an error rate may be used up by a share of the information."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from analytics.checks import require
from analytics.results import Result, registered

Floats = NDArray[np.float64]


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class LanDeMetsOBrienFleming(Result):
    """Spends next to nothing early: 2 (1 - Phi(z_{1-a/2} / sqrt(t))).

    References
    ----------
    Lan and DeMets (1983), Biometrika 70:659-663.

    Examples
    --------
    >>> LanDeMetsOBrienFleming().spent([0.5, 1], 0.025).round(6).tolist()
    [0.001525, 0.025]
    """

    def spent(self, information_fraction: ArrayLike, total: float) -> Floats:
        """The error spent by shares of the information, 0 to 1; `total` at 1."""
        t = _fractions(information_fraction)
        with np.errstate(divide="ignore"):
            return np.asarray(2 * ndtr(ndtri(total / 2) / np.sqrt(t)))


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class LanDeMetsPocock(Result):
    """Spends nearly evenly: a log(1 + (e - 1) t).

    References
    ----------
    Lan and DeMets (1983), Biometrika 70:659-663.

    Examples
    --------
    >>> LanDeMetsPocock().spent([0.5, 1], 0.025).round(6).tolist()
    [0.015503, 0.025]
    """

    def spent(self, information_fraction: ArrayLike, total: float) -> Floats:
        """The error spent by shares of the information, 0 to 1; `total` at 1."""
        return np.asarray(total * np.log1p((np.e - 1) * _fractions(information_fraction)))


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class HwangShihDeCani(Result):
    """a (1 - exp(-gamma t)) / (1 - exp(-gamma)); the lower gamma, the later it spends.

    Parameters
    ----------
    gamma : float
        Any number from -100 to 100; 0 spends in proportion to the information.

    References
    ----------
    Hwang, Shih and DeCani (1990), Statistics in Medicine 9:1439-1445.

    Examples
    --------
    >>> HwangShihDeCani(gamma=-4).spent([0.6, 1], 0.025).round(6).tolist()
    [0.004675, 0.025]
    """

    gamma: float = -4.0

    def __post_init__(self) -> None:
        require(-100 <= self.gamma <= 100, "-100 <= gamma <= 100", gamma=self.gamma)

    def spent(self, information_fraction: ArrayLike, total: float) -> Floats:
        """The error spent by shares of the information, 0 to 1; `total` at 1."""
        t = _fractions(information_fraction)
        if abs(self.gamma) < 1e-9:
            return np.asarray(total * t)
        return np.asarray(total * np.expm1(-self.gamma * t) / np.expm1(-self.gamma))


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class KimDeMets(Result):
    """a t^power; the higher the power, the later it spends.

    Parameters
    ----------
    power : float
        > 0.

    References
    ----------
    Kim and DeMets (1987), Biometrika 74:149-154.

    Examples
    --------
    >>> KimDeMets(power=2).spent([0.5, 1], 0.025).tolist()
    [0.00625, 0.025]
    """

    power: float = 1.0

    def __post_init__(self) -> None:
        require(0 < self.power <= 100, "0 < power <= 100", power=self.power)

    def spent(self, information_fraction: ArrayLike, total: float) -> Floats:
        """The error spent by shares of the information, 0 to 1; `total` at 1."""
        return np.asarray(total * _fractions(information_fraction) ** self.power)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class UserSpending(Result):
    """Shares that somebody states, with straight lines between them.

    Parameters
    ----------
    information_fractions : tuple of float
        Rising, above 0; the last is 1.
    cumulative_share : tuple of float
        Of the total error, one for each, 0 or more and not falling; the last is 1.

    Examples
    --------
    >>> own = UserSpending(information_fractions=(0.5, 1.0), cumulative_share=(0.2, 1.0))
    >>> own.spent([0.25, 0.5, 1], 0.025).round(6).tolist()
    [0.0025, 0.005, 0.025]
    """

    information_fractions: tuple[float, ...]
    cumulative_share: tuple[float, ...]

    def __post_init__(self) -> None:
        t, share = self.information_fractions, self.cumulative_share
        rising = all(low < high for low, high in pairwise((0.0, *t)))
        ends = bool(t) and t[-1] == 1
        rule = "information fractions rise from above 0 to 1"
        require(rising and ends, rule, information_fractions=t)
        growing = len(share) == len(t) and all(low <= high for low, high in pairwise((0.0, *share)))
        rule = "each fraction has a cumulative share, not falling, from 0 to 1"
        require(growing and share[-1] == 1, rule, cumulative_share=share)

    def spent(self, information_fraction: ArrayLike, total: float) -> Floats:
        """The error spent by shares of the information, 0 to 1; `total` at 1."""
        t = _fractions(information_fraction)
        known = (0.0, *self.information_fractions)
        return np.asarray(total * np.interp(t, known, (0.0, *self.cumulative_share)))


Spending = LanDeMetsOBrienFleming | LanDeMetsPocock | HwangShihDeCani | KimDeMets | UserSpending


def _fractions(information_fraction: ArrayLike) -> Floats:
    t = np.asarray(information_fraction, dtype=np.float64)
    good = bool(((t >= 0) & (t <= 1)).all())
    rule = "0 <= information fraction <= 1"
    require(good, rule, information_fraction=tuple(t.ravel()[:5].tolist()))
    return t
