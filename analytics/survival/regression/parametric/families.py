"""What every family of survival distributions can do, and the list of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from analytics.survival.regression.columns import Floats
from analytics.survival.regression.parametric.jets import Jet


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter in the units in which people report it.

    Parameters
    ----------
    name : str
        "shape", "rate".
    place : int
        Which parameter of the fit it is: 0 for the location, 1 and up for the others.
    sign : {1, -1, 0}
        It is exp(sign x parameter of the fit); 0 means that it is that parameter itself.
    """

    name: str
    place: int
    sign: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a first guess rests on.

    Parameters
    ----------
    rate : float
        Events per unit of time.
    mean, spread : float
        Of a time for each row: its own, or the middle of the interval that holds it.
    log_mean, log_spread : float
        The same of the logarithms; NaN when some time is not positive.
    """

    rate: float
    mean: float
    spread: float
    log_mean: float
    log_spread: float

    @classmethod
    def of(cls, middle: Floats, events: int) -> Self:
        """Of times and a number of events."""
        positive = bool((middle > 0).all())
        logs = np.log(middle) if positive else np.full(middle.size, np.nan)
        return cls(
            rate=events / float(np.abs(middle).sum()) if middle.any() else 1.0,
            mean=float(middle.mean()),
            spread=max(float(middle.std()), 1e-8),
            log_mean=float(logs.mean()),
            log_spread=max(float(logs.std()), 1e-3) if positive else float("nan"),
        )

    @property
    def typical(self) -> float:
        """A time by which others can be measured."""
        return float(np.hypot(self.mean, self.spread))


class Family(Protocol):
    """A distribution of times with a location, which covariates shift, and further parameters."""

    @property
    def name(self) -> str:
        """As it is asked for."""

    @property
    def others(self) -> tuple[str, ...]:
        """Names of the further parameters, on the scale on which they are fitted."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The distribution's parameters as they are reported when there are no covariates."""

    @property
    def effect(self) -> str:
        """What exp(coefficient) is: "time ratio", "hazard ratio", or "" when it is nothing."""

    @property
    def intercept(self) -> bool:
        """Whether the location has an intercept."""

    @property
    def lowest(self) -> float:
        """Times are above it: 0, or minus infinity."""

    def log_survival(self, time: Floats, location: Floats, others: Floats) -> Jet:
        """log S(t), with derivatives by the location and the further parameters."""

    def log_density(self, time: Floats, location: Floats, others: Floats) -> Jet:
        """log f(t), with derivatives by the location and the further parameters."""

    @property
    def dimensions(self) -> tuple[int, ...]:
        """The power of time in which the location and each further parameter are measured."""

    def starts(self, sample: Sample) -> list[tuple[float, Floats]]:
        """Where to start: an intercept and further parameters."""
