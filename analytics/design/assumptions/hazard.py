"""The hazard that a design assumes for an arm: a family, its parameters, how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import logit, ndtri

from analytics.checks import require
from analytics.design.assumptions.hazard_shapes import Floats, HazardShape, hazard_shape
from analytics.results import Result, registered
from analytics.survival.counts import DAYS
from analytics.survival.regression.parametric.distributions import family_of
from analytics.survival.regression.parametric.fit import ParametricFit

_ROUNDING = 1e-8  # of the largest variance: how far below 0 an eigenvalue may fall


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class HazardAssumption(Result):
    """An assumed hazard, with or without uncertainty.

    Parameters
    ----------
    family : str
        "exponential" (rate), "piecewise" (a rate between each two cuts), "weibull" (shape,
        scale: S(t) = exp(-(t / scale)^shape)), "gompertz" (hazard rate x exp(shape x t)),
        "lognormal" (mean and SD of log time), "loglogistic" (S(t) = 1 / (1 + (t / scale)^shape)),
        "gengamma" (Prentice's mu, sigma, Q) or "cure" (a share never has the event, the others
        have a Weibull's).
    parameters : tuple of str
        Their names on the working scale, as `hazard_shape` gives them: logarithms of what must
        be positive. A text that another version of the product wrote with other ones is refused.
    estimates : tuple of float
        Their values on that scale.
    covariance : tuple of tuple of float
        Of the estimates, which are taken as jointly normal; () when they are certain.
    cuts : tuple of float
        Ascending times > 0 after which a piecewise hazard changes.
    time_unit : {"days", "weeks", "months", "years"}
        Unit of times, scales and cuts; rates are per unit.

    References
    ----------
    Kalbfleisch and Prentice (2002), The Statistical Analysis of Failure Time Data, chapter 2;
    Spiegelhalter, Abrams and Myles (2004), Bayesian Approaches to Clinical Trials, chapter 6, for
    uncertain assumptions and assurance.

    Examples
    --------
    >>> control = HazardAssumption.exponential(median=12, events=150)
    >>> control.survival([6, 12]).round(3).tolist()
    [0.707, 0.5]
    >>> draws = control.sample(np.random.default_rng(1), 1000)
    >>> np.quantile(control.quantile(0.5, draws), [0.025, 0.975]).round(1).tolist()
    [10.3, 14.2]
    """

    family: str
    parameters: tuple[str, ...]
    estimates: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...] = ()
    cuts: tuple[float, ...] = ()
    time_unit: str = "months"

    def __post_init__(self) -> None:
        require(self.time_unit in DAYS, f"time_unit in {tuple(DAYS)}", time_unit=self.time_unit)
        names = tuple(one.name for one in self._shape.parameters)
        rule = f"the parameters of a {self.family} hazard are {', '.join(names)}"
        require(self.parameters == names, rule, parameters=self.parameters)
        finite = len(self.estimates) == len(names) and bool(np.isfinite(self.estimates).all())
        require(finite, "each parameter has a finite estimate", estimates=self.estimates)
        _require_covariance(self.covariance, len(names))

    # Assumed by hand ----------------------------------------------------------

    @classmethod
    def exponential(
        cls,
        *,
        rate: float | None = None,
        median: float | None = None,
        events: float | None = None,
        time_unit: str = "months",
    ) -> Self:
        """A constant hazard, given by its rate or its median.

        Parameters
        ----------
        rate, median : float
            One of them, > 0.
        events : float, optional
            How many events the assumption is worth: log(rate) then has the variance 1 / events.

        Examples
        --------
        >>> HazardAssumption.exponential(rate=0.05).hazard([3]).round(9).tolist()
        [0.05]
        """
        one = (rate is None) != (median is None)
        require(one, "a rate or a median is given, not both", rate=rate, median=median)
        given = float(rate if rate is not None else median or 0.0)
        require(0 < given < np.inf, "it is > 0", rate=rate, median=median)
        require(events is None or 0 < events < np.inf, "events > 0", events=events)
        logged = np.log(given) if rate is not None else np.log(np.log(2)) - np.log(given)
        return cls(
            family="exponential",
            parameters=("log(rate)",),
            estimates=(float(logged),),
            covariance=() if events is None else ((1 / events,),),
            time_unit=time_unit,
        )

    @classmethod
    def weibull(cls, *, shape: float, scale: float, time_unit: str = "months") -> Self:
        """A hazard that rises (shape > 1) or falls (shape < 1) as a power of time.

        Examples
        --------
        >>> HazardAssumption.weibull(shape=1, scale=20).hazard([3]).round(6).tolist()
        [0.05]
        """
        good = 0 < shape < np.inf and 0 < scale < np.inf
        require(good, "shape and scale are > 0", shape=shape, scale=scale)
        return cls(
            family="weibull",
            parameters=("log(shape)", "log(scale)"),
            estimates=(float(np.log(shape)), float(np.log(scale))),
            time_unit=time_unit,
        )

    @classmethod
    def piecewise(
        cls, *, cuts: Sequence[float], rates: Sequence[float], time_unit: str = "months"
    ) -> Self:
        """A hazard that is constant between cuts; one rate more than there are cuts.

        Examples
        --------
        >>> HazardAssumption.piecewise(cuts=[6], rates=[0.1, 0.05]).hazard([3, 9]).round(6).tolist()
        [0.1, 0.05]
        """
        positive = all(0 < rate < np.inf for rate in rates)
        require(positive, "rates are > 0", rates=tuple(rates))
        shape = hazard_shape("piecewise", tuple(map(float, cuts)))
        return cls(
            family="piecewise",
            parameters=tuple(one.name for one in shape.parameters),
            estimates=tuple(float(np.log(rate)) for rate in rates),
            cuts=tuple(map(float, cuts)),
            time_unit=time_unit,
        )

    @classmethod
    def cure(
        cls, *, cured: float, median_uncured: float, shape: float = 1.0, time_unit: str = "months"
    ) -> Self:
        """A share who never have the event, and a Weibull for all others (mixture cure).

        Parameters
        ----------
        cured : float
            That share, 0 < cured < 1.
        median_uncured : float
            The time by which half of the others have had it, > 0.
        shape : float
            Of their Weibull, > 0; 1 for a constant hazard.

        References
        ----------
        Berkson and Gage (1952), Journal of the American Statistical Association 47:501-515.

        Examples
        --------
        >>> hazard = HazardAssumption.cure(cured=0.4, median_uncured=10)
        >>> hazard.survival([10, 1000]).round(6).tolist(), hazard.quantile(0.7).tolist()
        ([0.7, 0.4], [inf])
        """
        require(0 < cured < 1, "0 < cured < 1", cured=cured)
        good = 0 < median_uncured < np.inf and 0 < shape < np.inf
        rule = "the median of the uncured and the shape are > 0"
        require(good, rule, median_uncured=median_uncured, shape=shape)
        log_scale = np.log(median_uncured) - np.log(np.log(2)) / shape
        return cls(
            family="cure",
            parameters=("logit(cured)", "log(shape)", "log(scale)"),
            estimates=(float(logit(cured)), float(np.log(shape)), float(log_scale)),
            time_unit=time_unit,
        )

    # What it says -------------------------------------------------------------

    def hazard(self, times: ArrayLike, draws: Floats | None = None) -> Floats:
        """Events per subject and unit of time at each time >= 0; one row per draw, if given."""
        return self._evaluated("hazard", _checked_times(times), draws)

    def cumulative_hazard(self, times: ArrayLike, draws: Floats | None = None) -> Floats:
        """The hazard added up to each time >= 0; one row per draw, if given."""
        return self._evaluated("cumulative", _checked_times(times), draws)

    def survival(self, times: ArrayLike, draws: Floats | None = None) -> Floats:
        """The share without the event at each time >= 0; one row per draw, if given."""
        return np.asarray(np.exp(-self.cumulative_hazard(times, draws)))

    def quantile(self, p: float = 0.5, draws: Floats | None = None) -> Floats:
        """The time by which a share `p` has had the event; infinite when it never has.

        Returns
        -------
        array
            One time, or one per draw.

        Examples
        --------
        >>> HazardAssumption.weibull(shape=2, scale=10).quantile(0.5).round(3).tolist()
        [8.326]
        """
        require(0 < p < 1, "0 < p < 1", p=p)
        return self._evaluated("time_of", np.array([-np.log1p(-p)]), draws).ravel()

    def sample(self, rng: np.random.Generator, n: int) -> Floats:
        """Draw parameters, on the working scale, from their joint normal distribution.

        Returns
        -------
        array, n x parameters
            For `hazard`, `survival` and `quantile`; all rows alike when the assumption is
            certain.

        Examples
        --------
        >>> HazardAssumption.exponential(rate=1.0).sample(np.random.default_rng(1), 2).tolist()
        [[0.0], [0.0]]
        """
        require(n >= 1, "n >= 1", n=n)
        centre = np.array(self.estimates)
        if not self.covariance:
            return np.tile(centre, (n, 1))
        variance, axes = np.linalg.eigh(np.array(self.covariance))
        # The symmetric root, which unlike the axes does not depend on who computes it.
        root = axes * np.sqrt(np.maximum(variance, 0.0)) @ axes.T
        return np.asarray(centre + rng.standard_normal((n, centre.size)) @ root)

    def in_unit(self, time_unit: str) -> HazardAssumption:
        """The same hazard in another unit of time.

        Examples
        --------
        >>> HazardAssumption.exponential(median=1, time_unit="years").in_unit("months").quantile()
        array([12.])
        """
        require(time_unit in DAYS, f"time_unit in {tuple(DAYS)}", time_unit=time_unit)
        factor = DAYS[self.time_unit] / DAYS[time_unit]
        cuts = tuple(cut * factor for cut in self.cuts)
        own = self._shape.parameters
        add = np.array([0.0 if one.linear else one.power * np.log(factor) for one in own])
        times = np.array([factor**one.power if one.linear else 1.0 for one in own])
        covariance = np.array(self.covariance) * np.outer(times, times) if self.covariance else ()
        return replace(
            self,
            estimates=tuple((np.array(self.estimates) * times + add).tolist()),
            covariance=tuple(tuple(map(float, row)) for row in covariance),
            cuts=cuts,
            parameters=tuple(one.name for one in hazard_shape(self.family, cuts).parameters),
            time_unit=time_unit,
        )

    @property
    def certain(self) -> bool:
        """Whether the parameters carry no uncertainty."""
        return not self.covariance

    def to_frame(self) -> pd.DataFrame:
        """One row per parameter: `parameter`, `estimate`, `std_err`, and 95 % limits."""
        std_err = np.sqrt(np.diag(np.array(self.covariance))) if self.covariance else 0.0
        table = pd.DataFrame({"parameter": self.parameters, "estimate": self.estimates})
        table["std_err"] = std_err
        reach = float(ndtri(0.975)) * table["std_err"]
        return table.assign(lower=table["estimate"] - reach, upper=table["estimate"] + reach)

    @property
    def _shape(self) -> HazardShape:
        return hazard_shape(self.family, self.cuts)

    def _evaluated(self, what: str, at: Floats, draws: Floats | None) -> Floats:
        rows = np.array([self.estimates]) if draws is None else np.asarray(draws, dtype=np.float64)
        fits = rows.ndim == 2 and rows.shape[1] == len(self.estimates)
        require(fits, "draws have a column for each parameter", shape=rows.shape)
        with np.errstate(all="ignore"):  # log 0 at time 0, and what overflows to infinity far out
            found = getattr(self._shape, what)(at, rows.T[..., None])
        whole = np.broadcast_to(found, (rows.shape[0], at.size))
        return np.array(whole[0] if draws is None else whole)


def assumed_hazard(fit: ParametricFit) -> HazardAssumption:
    """A fitted distribution as an assumption, with the uncertainty of its estimates.

    Parameters
    ----------
    fit : ParametricFit
        Of one arm: without covariates, and not "normal".

    Examples
    --------
    >>> from analytics.survival.regression import FollowUp, fit_parametric
    >>> rows = pd.DataFrame({"months": [5.0, 8, 13, 21, 34], "died": [1, 1, 1, 1, 0]})
    >>> follow_up = FollowUp(frame=rows, time="months", event="died", time_unit="months")
    >>> hazard = assumed_hazard(fit_parametric(follow_up, distribution="exponential"))
    >>> hazard.to_frame()[["parameter", "estimate", "std_err"]].round(3)
       parameter  estimate  std_err
    0  log(rate)    -3.008      0.5
    """
    require(not fit.terms, "an assumption rests on a fit without covariates", terms=len(fit.terms))
    family = family_of(fit.distribution, fit.cuts)
    place = [one.place - (not family.intercept) for one in family.parameters]
    turn = np.zeros((len(place), len(place)))
    for row, (one, column) in enumerate(zip(family.parameters, place, strict=True)):
        turn[row, column] = one.sign or 1
    covariance = turn @ fit.covariance @ turn.T
    return HazardAssumption(
        family=fit.distribution,
        parameters=tuple(one.name for one in hazard_shape(fit.distribution, fit.cuts).parameters),
        estimates=tuple((turn @ fit.estimates).tolist()),
        covariance=tuple(map(tuple, ((covariance + covariance.T) / 2).tolist())),
        cuts=fit.cuts,
        time_unit=fit.time_unit,
    )


def _checked_times(times: ArrayLike) -> Floats:
    when = np.asarray(times, dtype=np.float64).ravel()
    good = bool((np.isfinite(when) & (when >= 0)).all())
    require(good, "times are finite and >= 0", times=tuple(when[:5].tolist()))
    return when


def _require_covariance(covariance: tuple[tuple[float, ...], ...], size: int) -> None:
    if not covariance:
        return
    square = len(covariance) == size and all(len(row) == size for row in covariance)
    require(square, f"the covariance is {size} x {size}, or () for certainty", rows=len(covariance))
    matrix = np.array(covariance)
    finite = bool(np.isfinite(matrix).all())
    require(finite and bool((matrix == matrix.T).all()), "the covariance is finite and symmetric")
    lowest, largest = float(np.linalg.eigvalsh(matrix)[0]), float(matrix.diagonal().max())
    rule = "the covariance has no negative variance in any direction"
    require(lowest >= -_ROUNDING * max(largest, 0.0), rule, lowest=lowest)
