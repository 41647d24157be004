"""Shapes of a risk as dose rises, on the logit scale, with their slopes in the parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import expit, logit

from analytics.safety.prediction.data import Floats

_LEAST, _MOST = 0.01, 1.5  # bounds of ED50, in units of the highest dose
_EXTREME = 12.0  # logit of a risk that no trial tells from 0 or 1


class DoseCurve(Protocol):
    """What every shape can do."""

    @property
    def label(self) -> str:
        """What it is called in a sentence."""
        ...

    @property
    def size(self) -> int:
        """Parameters, and different doses that it takes."""
        ...

    def linear(self, estimate: Floats, dose: Floats) -> tuple[Floats, Floats]:
        """Logit of the risk at each dose, and its slopes; doses, doses x parameters."""
        ...

    def starts(self, crude: float) -> list[Floats]:
        """Where to begin to climb, from the logit of the risk among all."""
        ...

    def bounds(self) -> list[tuple[float, float]]:
        """Lowest and highest value of each parameter."""
        ...

    def named(self, estimate: Floats) -> dict[str, float]:
        """The parameters as people know them."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """Logit of the risk is a straight line in dose; the slope is per highest dose.

    Parameters
    ----------
    highest : float
        Highest dose that was given.

    Examples
    --------
    >>> line = Logistic(highest=200.0)
    >>> line.linear(np.array([-1.0, 2.0]), np.array([0.0, 100.0]))[0].tolist()
    [-1.0, 0.0]
    """

    highest: float
    label: str = "a straight line"
    size: int = 2

    def linear(self, estimate: Floats, dose: Floats) -> tuple[Floats, Floats]:
        """Logit of the risk, and its slopes."""
        slopes = np.column_stack([np.ones(dose.size), dose / self.highest])
        return slopes @ estimate, slopes

    def starts(self, crude: float) -> list[Floats]:
        """No effect: the likelihood has one top."""
        return [np.array([crude, 0.0])]

    def bounds(self) -> list[tuple[float, float]]:
        """There are none."""
        return [(-np.inf, np.inf)] * 2

    def named(self, estimate: Floats) -> dict[str, float]:
        """Intercept and slope, both log odds; the slope per unit of dose."""
        return {"intercept": float(estimate[0]), "slope": float(estimate[1] / self.highest)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Emax:
    """The risk goes from E0 to Einf as dose / (ED50 + dose); parameters: logits, and log ED50.

    Parameters
    ----------
    highest : float
        Highest dose that was given.

    Examples
    --------
    >>> curve = Emax(highest=200.0)
    >>> at = np.array([logit(0.1), logit(0.9), np.log(0.5)])
    >>> expit(curve.linear(at, np.array([0.0, 100.0]))[0]).round(3).tolist()
    [0.1, 0.5]
    """

    highest: float
    label: str = "Emax"
    size: int = 3

    def linear(self, estimate: Floats, dose: Floats) -> tuple[Floats, Floats]:
        """Logit of the risk, and its slopes."""
        none, full = expit(estimate[0]), expit(estimate[1])
        share = dose / (np.exp(estimate[2]) * self.highest + dose)
        risk = none + (full - none) * share
        spread = np.maximum(risk * (1 - risk), 1e-12)
        slopes = np.column_stack(
            [
                none * (1 - none) * (1 - share) / spread,
                full * (1 - full) * share / spread,
                -(full - none) * share * (1 - share) / spread,
            ]
        )
        return np.asarray(logit(risk)), slopes

    def starts(self, crude: float) -> list[Floats]:
        """Rising and falling, with ED50 low, in the middle and high."""
        return [
            np.array([crude - half, crude + half, np.log(ed50)])
            for half in (0.5, -0.5)
            for ed50 in (0.05, 0.3, 1.0)
        ]

    def bounds(self) -> list[tuple[float, float]]:
        """ED50 within its bounds, risks off 0 and 1."""
        return [(-_EXTREME, _EXTREME)] * 2 + [(float(np.log(_LEAST)), float(np.log(_MOST)))]

    def named(self, estimate: Floats) -> dict[str, float]:
        """Risk without dose, risk with endless dose, and the dose half way."""
        none, full = expit(estimate[:2])
        ed50 = float(np.exp(estimate[2]) * self.highest)
        return {"E0": float(none), "Einf": float(full), "ED50": ed50}


CURVES: dict[str, type[Logistic] | type[Emax]] = {"logistic": Logistic, "emax": Emax}
