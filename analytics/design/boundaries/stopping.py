"""Bounds at the looks of a trial, and the probabilities to stop at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from analytics.design.boundaries.recursion import FAR, stop_probabilities
from analytics.results import Result, registered

Floats = NDArray[np.float64]


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Boundaries(Result):
    """Bounds on the statistic z at each look; positive z favours the treatment.

    Parameters
    ----------
    information_fractions : tuple of float
    z_efficacy : tuple of float or None
        Stop for efficacy at or above; None where the look has no such bound.
    z_futility : tuple of float or None
        Stop for futility below, at interim looks; None where there is no such bound.
    p_efficacy : tuple of float or None
        One-sided p-values of the efficacy bounds.
    alpha_spent : tuple of float
        Cumulative, of all sides; what the efficacy bounds take when they are not bound to stops
        for futility, else when they are.
    beta_spent : tuple of float or None
        Cumulative probability to stop for futility or to fail at the end, under `drift`; None
        without a drift.
    drift : float or None
        Under which futility bounds spend the type II error.
    sides : {1, 2}

    Examples
    --------
    >>> from analytics.design.boundaries import GroupSequential
    >>> GroupSequential(information_fractions=(0.5, 1.0)).boundaries().to_frame().round(4)
       look  information_fraction  z_efficacy  z_futility  p_efficacy  alpha_spent
    0     1                   0.5      2.9626         NaN      0.0015       0.0015
    1     2                   1.0      1.9686         NaN      0.0245       0.0250
    """

    information_fractions: tuple[float, ...]
    z_efficacy: tuple[float | None, ...]
    z_futility: tuple[float | None, ...]
    p_efficacy: tuple[float | None, ...]
    alpha_spent: tuple[float, ...]
    beta_spent: tuple[float, ...] | None
    drift: float | None
    sides: int

    @classmethod
    def of(
        cls,
        *,
        information_fractions: tuple[float, ...],
        lower: Floats,
        upper: Floats,
        sides: int,
        binding: bool,
        drift: float | None,
    ) -> Self:
        """From bounds as arrays, in which infinity stands for none."""
        root = np.sqrt(np.array(information_fractions))
        counted = lower if binding or sides == 2 else np.full(lower.size, -FAR)
        _, beyond = stop_probabilities(root, np.zeros(root.size), counted, upper)
        beta = None
        if drift is not None:
            below, _ = stop_probabilities(root, drift * root, lower, upper)
            beta = tuple(np.cumsum(below).tolist())
        efficacy = _or_none(upper)
        futility = _or_none(lower) if sides == 1 else (None,) * lower.size
        return cls(
            information_fractions=information_fractions,
            z_efficacy=efficacy,
            z_futility=(*futility[:-1], None),
            p_efficacy=tuple(None if z is None else float(ndtr(-z)) for z in efficacy),
            alpha_spent=tuple((sides * np.cumsum(beyond)).tolist()),
            beta_spent=beta,
            drift=drift,
            sides=sides,
        )

    @property
    def upper(self) -> Floats:
        """Efficacy bounds as an array; far away where there is none."""
        return np.array([FAR if z is None else z for z in self.z_efficacy])

    @property
    def lower(self) -> Floats:
        """Bounds below which a trial ends, as an array; at the last look of a plan with futility
        bounds that is everything below the efficacy bound."""
        if self.sides == 2:
            return -self.upper
        return np.array([-FAR if z is None else z for z in self.z_futility])

    def to_frame(self) -> pd.DataFrame:
        """One row per look."""
        columns = {
            "look": range(1, len(self.information_fractions) + 1),
            "information_fraction": self.information_fractions,
            "z_efficacy": _numbers(self.z_efficacy),
            "z_futility": _numbers(self.z_futility),
            "p_efficacy": _numbers(self.p_efficacy),
            "alpha_spent": self.alpha_spent,
        }
        table = pd.DataFrame(columns)
        return table if self.beta_spent is None else table.assign(beta_spent=self.beta_spent)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingProbabilities(Result):
    """How probable it is to stop at each look, and not before.

    Parameters
    ----------
    information_fractions : tuple of float
    efficacy : tuple of float
        Stop for efficacy (at the last look: succeed), in the direction of the treatment.
    futility : tuple of float
        Stop for futility at an interim look; at the last look 0.
    harm : tuple of float
        In two-sided plans: cross the bound on the other side.

    Examples
    --------
    >>> from analytics.design.boundaries import GroupSequential
    >>> found = GroupSequential(information_fractions=(0.5, 1.0)).stopping(3.24)
    >>> [round(p, 3) for p in found.efficacy], round(found.expected_information_fraction, 3)
    ([0.251, 0.648], 0.875)
    """

    information_fractions: tuple[float, ...]
    efficacy: tuple[float, ...]
    futility: tuple[float, ...]
    harm: tuple[float, ...]

    @classmethod
    def of(
        cls, information_fractions: tuple[float, ...], below: Floats, beyond: Floats, sides: int
    ) -> Self:
        """From probabilities to leave below and beyond the bounds at each look."""
        nothing = (0.0,) * below.size
        under = tuple(below.tolist())
        return cls(
            information_fractions=information_fractions,
            efficacy=tuple(beyond.tolist()),
            futility=(*under[:-1], 0.0) if sides == 1 else nothing,
            harm=under if sides == 2 else nothing,
        )

    @property
    def power(self) -> float:
        """Probability to succeed at some look."""
        return float(sum(self.efficacy))

    @property
    def stop(self) -> tuple[float, ...]:
        """Probability that each look is the last, for whatever reason; adds up to 1."""
        columns = zip(self.efficacy, self.futility, self.harm, strict=True)
        interim = [sum(each) for each in columns][:-1]
        return (*interim, 1 - sum(interim))

    @property
    def expected_information_fraction(self) -> float:
        """Mean share of the full information at the look at which the trial stops."""
        return float(np.dot(self.stop, self.information_fractions))

    def to_frame(self) -> pd.DataFrame:
        """One row per look: efficacy, futility, harm, stop, and cumulative efficacy."""
        table = pd.DataFrame(
            {
                "look": range(1, len(self.efficacy) + 1),
                "information_fraction": self.information_fractions,
                "efficacy": self.efficacy,
                "futility": self.futility,
                "harm": self.harm,
                "stop": self.stop,
            }
        )
        return table.assign(succeeded=table["efficacy"].cumsum())


def _or_none(bounds: Floats) -> tuple[float | None, ...]:
    return tuple(float(z) if abs(z) < FAR else None for z in bounds)


def _numbers(values: tuple[float | None, ...]) -> list[float]:
    return [np.nan if value is None else value for value in values]
