"""Candidate shapes over the doses of a trial: what the contrast tests are made for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import require
from analytics.dosing.response.shapes import Shape
from analytics.results import Result, registered

Floats = NDArray[np.float64]
DIRECTIONS = ("increase", "decrease")


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates(Result):
    """Shapes that the dose-response curve may have.

    Parameters
    ----------
    doses : tuple of float
        Rising from placebo, 0.
    shapes : tuple of Shape
        All different.
    direction : {"increase", "decrease"}
        Which change of the response is a benefit.

    References
    ----------
    Bretz, Pinheiro and Branson (2005), Biometrics 61:738-748.

    Examples
    --------
    >>> candidates = Candidates(doses=(0, 0.05, 0.2, 0.6, 1),
    ...     shapes=(Shape.of("linear"), Shape.of("emax", ed50=0.2)))
    >>> candidates.means(placebo=0, max_effect=0.4)[1].round(3).tolist()
    [0.0, 0.096, 0.24, 0.36, 0.4]
    """

    doses: tuple[float, ...]
    shapes: tuple[Shape, ...]
    direction: str = "increase"

    def __post_init__(self) -> None:
        require_doses(self.doses)
        several = len(self.shapes) > 0 and len(set(self.shapes)) == len(self.shapes)
        require(several, "there are shapes, all different", shapes=self.shapes)
        known = self.direction in DIRECTIONS
        require(known, f"direction in {DIRECTIONS}", direction=self.direction)
        flat = [shape.name for shape in self.shapes if np.ptp(shape.at(self.doses)) == 0]
        require(not flat, "every shape varies over the doses", flat=flat)
        scales = [one.parameters[-1] for one in self.shapes if one.family == "beta"]
        wide = min(scales, default=np.inf) > self.doses[-1]
        require(wide, "the scale of a beta shape > highest dose", scales=scales)

    @property
    def sign(self) -> int:
        """1 when an increase is a benefit, else -1."""
        return 1 if self.direction == "increase" else -1

    @property
    def names(self) -> tuple[str, ...]:
        """Of the shapes, for people."""
        return tuple(shape.name for shape in self.shapes)

    def standardised(self) -> Floats:
        """Shapes x doses, rising where they benefit."""
        return np.array([shape.at(self.doses) for shape in self.shapes])

    def means(self, *, placebo: float, max_effect: float) -> Floats:
        """Mean responses, shapes x doses.

        Parameters
        ----------
        placebo : float
            Mean response at dose 0.
        max_effect : float
            Largest difference from placebo anywhere between 0 and the highest dose, > 0; its sign
            is that of the direction.
        """
        require(max_effect > 0, "max_effect > 0", max_effect=max_effect)
        effect = self.sign * max_effect
        return np.array([one.with_effect(self.doses, placebo, effect) for one in self.shapes])

    def to_frame(self) -> pd.DataFrame:
        """One row per shape: its name, family and parameters."""
        return pd.DataFrame(
            {
                "shape": self.names,
                "family": [shape.family for shape in self.shapes],
                "parameters": [", ".join(map(str, shape.parameters)) for shape in self.shapes],
                "direction": self.direction,
            }
        )


def require_doses(doses: Sequence[float]) -> None:
    """Raise `InputError` unless doses rise from placebo, 0.

    Examples
    --------
    >>> require_doses((0, 10, 5))
    Traceback (most recent call last):
        ...
    analytics.checks.InputError: `doses rise from 0, placebo` must hold, but got doses=(0, 10, 5).
    """
    values = np.asarray(doses, dtype=float)
    sound = values.ndim == 1 and values.size >= 2 and bool(np.isfinite(values).all())
    require(sound, "there are two or more doses, all finite", doses=tuple(doses))
    rising = values[0] == 0 and bool((np.diff(values) > 0).all())
    require(rising, "doses rise from 0, placebo", doses=tuple(doses))
