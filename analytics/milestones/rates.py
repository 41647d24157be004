"""Hazards that are constant between cuts, and what events and exposure say of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered

Floats = NDArray[np.float64]
HALF = 0.5  # an event, which Jeffreys' prior of a rate is worth


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class GammaRates(Result):
    """Events and exposure in each piece of time on study, and so the posterior of each rate.

    A rate's posterior is Gamma(events + 0.5, exposure), by Jeffreys' prior; its plug-in estimate
    is events / exposure.

    Parameters
    ----------
    events : tuple of float
        In each piece, >= 0.
    exposure : tuple of float
        Time at risk in each piece, > 0.
    cuts : tuple of float
        Ascending times on study > 0 between the pieces; () for a constant hazard.

    References
    ----------
    Bagiella and Heitjan (2001), Statistics in Medicine 20:2055-2063.

    Examples
    --------
    >>> rates = GammaRates(events=(20.0,), exposure=(330.838,))
    >>> rates.estimates.round(6).tolist(), rates.draws(np.random.default_rng(1), 2).shape
    ([0.060453], (2, 1))
    """

    events: tuple[float, ...]
    exposure: tuple[float, ...]
    cuts: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        pieces = len(self.cuts) + 1
        each = len(self.events) == pieces == len(self.exposure)
        require(each, "each piece has events and exposure", cuts=self.cuts, events=self.events)
        rising = bool((np.diff((0.0, *self.cuts)) > 0).all()) and bool(np.isfinite(self.cuts).all())
        require(rising, "cuts are ascending times > 0", cuts=self.cuts)
        counted = all(0 <= one < np.inf for one in self.events)
        require(counted, "events are >= 0", events=self.events)
        exposed = all(0 < one < np.inf for one in self.exposure)
        require(exposed, "exposure is > 0", exposure=self.exposure)

    @classmethod
    def of(cls, time: Floats, event: NDArray[np.bool_], cuts: tuple[float, ...] = ()) -> GammaRates:
        """Of subjects' times on study and whether each ended with the event.

        Raises
        ------
        NotEstimableError
            When a piece has no exposure.

        Examples
        --------
        >>> GammaRates.of(np.array([4.0, 10.0]), np.array([True, False]), cuts=(6.0,))
        GammaRates(events=(1.0, 0.0), exposure=(10.0, 4.0), cuts=(6.0,))
        """
        edges = np.array([0.0, *cuts, np.inf])
        spent = np.clip(time[:, None], edges[:-1], edges[1:]) - edges[:-1]
        exposure = spent.sum(axis=0)
        if not (exposure > 0).all():
            raise NotEstimableError("No hazard: there is no time at risk in one of its pieces.")
        # An event at a cut belongs to the piece that ends there.
        piece = np.searchsorted(np.asarray(cuts, dtype=np.float64), time[event], side="left")
        events = np.bincount(piece, minlength=len(cuts) + 1).astype(np.float64)
        return cls(events=tuple(events.tolist()), exposure=tuple(exposure.tolist()), cuts=cuts)

    @property
    def estimates(self) -> Floats:
        """Events per subject and unit of time, in each piece."""
        return np.asarray(np.divide(self.events, self.exposure))

    @property
    def log_likelihood(self) -> float:
        """Of the estimates."""
        counts = np.asarray(self.events)
        some = counts > 0
        return float((counts[some] * np.log(self.estimates[some])).sum() - counts.sum())

    def draws(self, rng: np.random.Generator, n: int) -> Floats:
        """Rates from their posterior: n x pieces."""
        shape = np.asarray(self.events) + HALF
        return np.asarray(rng.standard_gamma(shape, (n, shape.size)) / np.asarray(self.exposure))

    def to_frame(self) -> pd.DataFrame:
        """One row per piece: `from_time`, `events`, `exposure`, `rate`."""
        return pd.DataFrame(
            {
                "from_time": (0.0, *self.cuts),
                "events": self.events,
                "exposure": self.exposure,
                "rate": self.estimates,
            }
        )
