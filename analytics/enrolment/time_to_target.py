"""When a number of patients is reached: distribution, quantiles, mean, and being done by a date."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtri

from analytics.checks import NotEstimableError, require
from analytics.enrolment.model import EnrolmentModel, SitePosteriors
from analytics.results import Result, registered, require_columns

Floats = NDArray[np.float64]
HORIZON = 1200.0
"""Months from now after which a target counts as never reached."""
QUANTILES = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
_PANELS = (1e-5, 0.05, 0.5, 0.95, 1 - 1e-5)
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(10)
_RARE = 1e-4
_CERTAIN = 1e-13


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimeToTarget(Result):
    """The month in which a number of patients is reached.

    Parameters
    ----------
    model : EnrolmentModel
        What it rests on.
    target : int
        Patients randomised, with those so far.
    quantiles : pandas.DataFrame
        Columns `probability` and `month`: the target is reached by the month with the
        probability; infinite where that never comes.
    mean : float
        Expected month; infinite when the target may never be reached.
    never : float
        Probability that it is not reached within 1,200 months.
    """

    model: EnrolmentModel
    target: int
    quantiles: pd.DataFrame
    mean: float
    never: float

    def __post_init__(self) -> None:
        require_columns(self.quantiles, ("probability", "month"), "one row per probability")

    def quantile(self, probability: float) -> float:
        """One of the quantiles.

        Examples
        --------
        >>> from analytics.enrolment import RatePrior, Sites
        >>> model = EnrolmentModel(sites=Sites.planned([0] * 20),
        ...                        prior=RatePrior.gamma(shape=1.2, rate=2.0))
        >>> round(time_to_target(model, 300, probabilities=(0.5,)).quantile(0.5), 2)
        25.32
        """
        known = list(self.quantiles["probability"])
        require(probability in known, f"probability in {known}", probability=probability)
        return float(self.quantiles["month"][known.index(probability)])

    def to_frame(self) -> pd.DataFrame:
        """The quantiles."""
        return self.quantiles.copy()


def probability_by(model: EnrolmentModel, target: int, months: ArrayLike) -> Floats:
    """Probability that at least `target` patients are randomised by each month.

    Parameters
    ----------
    model : EnrolmentModel
    target : int
        Patients, with those so far.
    months : array-like
        Since the start of the study, not before now.

    Examples
    --------
    >>> from analytics.enrolment import RatePrior, Sites
    >>> model = EnrolmentModel(sites=Sites.planned([0] * 20),
    ...                        prior=RatePrior.gamma(shape=1.2, rate=2.0))
    >>> probability_by(model, 300, [19, 25, 34]).round(4).tolist()
    [0.0802, 0.476, 0.9075]
    """
    reached = _Reached.of(model, target)
    return np.array([reached(float(month)) for month in np.atleast_1d(months)])


def time_to_target(
    model: EnrolmentModel,
    target: int,
    *,
    probabilities: tuple[float, ...] = QUANTILES,
) -> TimeToTarget:
    """When the target is reached: by month t with the probability that N(t) >= target.

    Caps of sites are not taken into account; `simulate_enrolment` does.

    Parameters
    ----------
    model : EnrolmentModel
    target : int
        Patients, with those so far; >= 1.
    probabilities : tuple of float
        Of the quantiles, above 0 and below 1.

    Raises
    ------
    NotEstimableError
        When the target has been reached already.

    References
    ----------
    Anisimov and Fedorov (2007), Statistics in Medicine 26:4958-4975.

    Examples
    --------
    >>> from analytics.enrolment import RatePrior, Sites
    >>> model = EnrolmentModel(sites=Sites.planned([0] * 20),
    ...                        prior=RatePrior.gamma(shape=1.2, rate=2.0))
    >>> found = time_to_target(model, 300)
    >>> round(found.mean, 2), found.never < 1e-9
    (26.09, True)
    """
    inside = all(0 < one < 1 for one in probabilities)
    require(inside, "0 < probabilities < 1", probabilities=probabilities)
    reached, now = _Reached.of(model, target), model.sites.now
    if reached.missing <= 0:
        raise NotEstimableError(f"The target of {target} patients has been reached.")
    never = 1 - reached(now + HORIZON)
    from_middle = sorted(probabilities, key=lambda one: abs(one - 0.5))
    found = {one: reached.quantile(one) for one in from_middle}
    months = [found[one] for one in probabilities]
    return TimeToTarget(
        model=model,
        target=int(target),
        quantiles=pd.DataFrame({"probability": list(probabilities), "month": months}),
        mean=_mean(reached, never),
        never=max(never, 0.0),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Reached:
    """Distribution function of the month of the target; what was computed is kept."""

    posteriors: SitePosteriors
    missing: int
    known: dict[float, float]

    @classmethod
    def of(cls, model: EnrolmentModel, target: int) -> _Reached:
        whole = target == int(target) and target >= 1
        require(whole, "target is a whole number >= 1", target=target)
        return cls(SitePosteriors.of(model), int(target) - model.sites.randomised, {})

    @property
    def now(self) -> float:
        return self.posteriors.model.sites.now

    def __call__(self, month: float) -> float:
        if month not in self.known:
            ahead = self.posteriors.count_until(month).probability_below(self.missing)
            self.known[month] = 1 - ahead
        return self.known[month]

    def quantile(self, share: float) -> float:
        """Between the nearest months known, on the normal scale, where the function is all but
        straight."""
        low, high, ahead = self.now, self.now + HORIZON, 1.0
        if self(high) <= share:
            return float("inf")
        while ahead < HORIZON and self(self.now + ahead) < share:
            ahead *= 2
        for month, reached in self.known.items():
            low = max(low, month) if reached < share else low
            high = min(high, month) if reached >= share else high

        def excess(month: float) -> float:
            inside = np.clip(self(month), _CERTAIN, 1 - _CERTAIN)
            return float(ndtri(inside) - ndtri(share))

        return float(brentq(excess, low, high, xtol=1e-6))


def _mean(reached: _Reached, never: float) -> float:
    """Now, and the integral of the probability that the target is still ahead."""
    if never > _RARE:
        return float("inf")
    inner = [reached.quantile(share) for share in _PANELS]
    ends = [one for one in inner if np.isfinite(one)]
    if len(ends) < len(inner):
        ends.append(reached.now + HORIZON)
    total = ends[0]
    for low, high in pairwise(ends):
        half = (high - low) / 2
        values = [1 - reached(low + half * (1 + node)) for node in _NODES.tolist()]
        total += half * float(_NODE_WEIGHTS @ values)
    return float(total)
