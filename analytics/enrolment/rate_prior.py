"""How the rates of sites vary: a Gamma distribution, whose parameters may be uncertain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import require
from analytics.results import Result, registered

Floats = NDArray[np.float64]
Clock = Literal["none", "calendar", "age"]
CLOCKS = ("none", "calendar", "age")


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class RatePrior(Result):
    """Distribution of the rates of sites, in patients per site and month.

    A site's rate is Gamma distributed between sites. Uncertain parameters are a few weighted
    possibilities ("nodes"), each a Gamma distribution with a trend; known ones are one node.

    Parameters
    ----------
    shapes : tuple of float
        Shape of each Gamma distribution, > 0; a large one means that sites are alike.
    means : tuple of float
        Mean rate, > 0: with a trend, that of the start.
    log_changes : tuple of float
        Change of the logarithm of the rate per month; below 0 recruitment slows.
    weights : tuple of float
        Of the nodes, > 0; they sum to 1.
    clock : {"none", "calendar", "age"}
        What the trend runs along: months since the start of the study, or since the site opened.

    References
    ----------
    Anisimov and Fedorov (2007), Statistics in Medicine 26:4958-4975.

    Examples
    --------
    >>> prior = RatePrior.gamma(shape=1.2, rate=2.4)
    >>> prior.mean, prior.shapes
    (0.5, (1.2,))
    """

    shapes: tuple[float, ...]
    means: tuple[float, ...]
    log_changes: tuple[float, ...]
    weights: tuple[float, ...]
    clock: Clock = "none"

    def __post_init__(self) -> None:
        sizes = {len(one) for one in (self.shapes, self.means, self.log_changes, self.weights)}
        require(len(sizes) == 1 and sizes != {0}, "each node has all four numbers", sizes=sizes)
        for name in ("shapes", "means", "weights"):
            values = getattr(self, name)
            require(all(0 < one < np.inf for one in values), f"{name} > 0", **{name: values})
        whole = abs(sum(self.weights) - 1) < 1e-6
        require(whole, "weights sum to 1", sum=sum(self.weights))
        require(self.clock in CLOCKS, f"clock in {CLOCKS}", clock=self.clock)
        changes = self.log_changes
        sound = all(abs(one) <= 1 for one in changes)
        require(sound, "-1 <= log_changes <= 1", log_changes=changes)
        still = self.clock != "none" or not any(changes)
        require(still, "a trend has a clock", clock=self.clock, log_changes=changes)

    @classmethod
    def gamma(
        cls,
        *,
        shape: float,
        rate: float | None = None,
        mean: float | None = None,
        log_change: float = 0.0,
        clock: Clock = "none",
    ) -> RatePrior:
        """Known parameters, by the mean of the rates or by the Gamma's rate (shape / mean).

        Examples
        --------
        >>> RatePrior.gamma(shape=1.2, mean=0.5) == RatePrior.gamma(shape=1.2, rate=2.4)
        True
        """
        one = (rate is None) != (mean is None)
        require(one, "one of rate and mean", rate=rate, mean=mean)
        if rate is not None:
            require(0 < rate < np.inf, "rate > 0", rate=rate)
            mean = shape / rate
        assert mean is not None
        return cls(
            shapes=(float(shape),),
            means=(float(mean),),
            log_changes=(float(log_change),),
            weights=(1.0,),
            clock=clock,
        )

    @property
    def mean(self) -> float:
        """Patients per site and month, at the start."""
        return float(np.dot(self.weights, self.means))

    def exposure(self, opens: Floats, closes: Floats, start: Floats | float, end: float) -> Floats:
        """Months from `start` to `end` in which sites are open, weighed by the trend.

        A row per node, a column per site. Without a trend these are months of the calendar.

        Examples
        --------
        >>> prior = RatePrior.gamma(shape=1, mean=1)
        >>> prior.exposure(np.array([0.0, 3.0]), np.array([np.inf, 5.0]), 0.0, 6.0).tolist()
        [[6.0, 2.0]]
        """
        low, high = np.clip(start, opens, closes), np.clip(end, opens, closes)
        if self.clock == "age":
            low, high = low - opens, high - opens
        change = np.array(self.log_changes)[:, None]
        width = high - low
        grown = change * width
        near = np.abs(grown) < 1e-8
        safe = np.where(near, 1.0, grown)
        factor = np.where(near, 1 + grown / 2, np.expm1(safe) / safe)
        return np.asarray(np.exp(change * low) * width * factor)

    def pace_at(self, opens: Floats, month: Floats | float) -> Floats:
        """What the trend makes of the rates at a month: a row per node, a column per site.

        Examples
        --------
        >>> prior = RatePrior.gamma(shape=1, mean=1, log_change=-0.1, clock="age")
        >>> prior.pace_at(np.array([0.0, 10.0]), 10.0).round(3).tolist()
        [[0.368, 1.0]]
        """
        along = np.fmax(month - opens, 0.0) if self.clock == "age" else month + 0 * opens
        return np.asarray(np.exp(np.array(self.log_changes)[:, None] * along))

    def to_frame(self) -> pd.DataFrame:
        """One row per node: `shape`, `mean`, `log_change`, `weight`."""
        return pd.DataFrame(
            {
                "shape": self.shapes,
                "mean": self.means,
                "log_change": self.log_changes,
                "weight": self.weights,
            }
        )
