"""A guess at the shape of a dose-response curve, stated or derived from prior points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, log1p, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import logit

from analytics.checks import InputError, require
from analytics.dosing.response.families import Family, family_named
from analytics.results import Result, registered

Floats = NDArray[np.float64]
_SAID = {  # where a word with a capital letter will not do
    "linear-log": "Linear in log dose",
    "sigmoid-emax": "Sigmoid Emax",
    "ed50": "ED50",
    "hill": "Hill",
}


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Shape(Result):
    """A standardised dose-response curve, in the units of the doses.

    Parameters
    ----------
    family : str
        One of `FAMILIES`.
    parameters : tuple of float
        In the order of the family's shape parameters. All are above 0, but `delta` of a quadratic,
        which is b2 / |b1| and below 0 for a curve that has a top.

    Examples
    --------
    >>> Shape.of("emax", ed50=0.2).at([0, 0.2, 1]).round(3).tolist()
    [0.0, 0.5, 0.833]
    >>> Shape.of("emax", ed50=0.2)
    Shape(family='emax', parameters=(0.2,))
    """

    family: str
    parameters: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        names = family_named(self.family).shape_parameters
        right = len(self.parameters) == len(names) and bool(np.isfinite(self.parameters).all())
        require(right, f"a {self.family} shape has {names}", parameters=self.parameters)
        if self.family != "quadratic":
            above = all(value > 0 for value in self.parameters)
            require(above, "shape parameters > 0", parameters=self.parameters)

    @classmethod
    def of(cls, family: str, **parameters: float) -> Shape:
        """With parameters by name.

        Examples
        --------
        >>> Shape.of("beta", delta1=0.33, delta2=2.31, scale=200).peak(150)
        25.0
        """
        names = family_named(family).shape_parameters
        known = set(parameters) == set(names)
        require(known, f"a {family} shape has {names}", parameters=tuple(parameters))
        return cls(family=family, parameters=tuple(float(parameters[name]) for name in names))

    @classmethod
    def through(
        cls,
        family: str,
        points: Sequence[tuple[float, float]],
        *,
        highest_dose: float | None = None,
        scale: float | None = None,
        peak_dose: float | None = None,
    ) -> Shape:
        """The shape that has given shares of its largest effect at given doses.

        Parameters
        ----------
        family : str
            emax, exponential, quadratic and beta need one point; sigmoid-emax and logistic two.
        points : sequence of (dose, share)
            0 < share < 1. Of the asymptote for emax, sigmoid-emax and logistic; of the effect at
            `highest_dose` for exponential; of the effect at the top for quadratic (whose top lies
            above the dose) and beta.
        highest_dose : float, optional
            For exponential.
        scale, peak_dose : float, optional
            For beta: the dose at which the curve is back at 0, and that of its top.

        References
        ----------
        Pinheiro, Bretz and Branson (2006), in Ting (ed.), Dose Finding in Drug Development,
        section 10.3.

        Examples
        --------
        >>> Shape.through("emax", [(0.2, 0.5)])
        Shape(family='emax', parameters=(0.2,))
        """
        needed = {"emax": 1, "exponential": 1, "quadratic": 1, "beta": 1}
        needed |= {"sigmoid-emax": 2, "logistic": 2}
        require(family in needed, f"family in {tuple(needed)}", family=family)
        right = len(points) == needed[family] and all(d > 0 and 0 < p < 1 for d, p in points)
        rule = f"{family} goes through {needed[family]} point(s) with dose > 0, 0 < share < 1"
        require(right, rule, points=tuple(points))
        if family in ("sigmoid-emax", "logistic"):
            return cls(family=family, parameters=_through_two(family, points))
        dose, share = points[0]
        if family == "emax":
            return cls.of("emax", ed50=dose * (1 - share) / share)
        if family == "quadratic":
            return cls.of("quadratic", delta=(sqrt(1 - share) - 1) / (2 * dose))
        if family == "exponential":
            return cls.of("exponential", delta=_growth(dose, share, highest_dose))
        return _beta_through(dose, share, scale, peak_dose)

    @property
    def kind(self) -> Family:
        """Its family."""
        return family_named(self.family)

    @property
    def name(self) -> str:
        """For people: the family and its parameters.

        Examples
        --------
        >>> Shape.of("logistic", ed50=50, delta=10).name
        'Logistic, ED50 50, delta 10'
        >>> Shape.of("sigmoid-emax", ed50=40, hill=3).name
        'Sigmoid Emax, ED50 40, Hill 3'
        """
        pairs = zip(self.kind.shape_parameters, self.parameters, strict=True)
        said = [f"{_SAID.get(name, name)} {value:g}" for name, value in pairs]
        return ", ".join([_SAID.get(self.family, self.family.capitalize()), *said])

    def at(self, doses: ArrayLike) -> Floats:
        """The standardised curve at doses, >= 0.

        Examples
        --------
        >>> Shape.of("quadratic", delta=-0.5).at([0, 1, 2]).tolist()
        [0.0, 0.5, 0.0]
        """
        return self.kind.standard(np.asarray(doses, dtype=float), np.asarray(self.parameters))

    def peak(self, highest_dose: float) -> float:
        """The dose in [0, highest_dose] with the largest effect over placebo.

        Examples
        --------
        >>> Shape.of("quadratic", delta=-0.85).peak(1)
        0.5882352941176471
        """
        if self.family == "quadratic":
            (delta,) = self.parameters
            top = -0.5 / delta if delta < 0 else highest_dose
            return min(top, highest_dose)
        if self.family == "beta":
            first, second, scale = self.parameters
            return min(scale * first / (first + second), highest_dose)
        return highest_dose

    def with_effect(self, doses: ArrayLike, placebo: float, effect: float) -> Floats:
        """Mean responses, given that at placebo and the largest effect up to the highest dose.

        Examples
        --------
        >>> Shape.of("linear").with_effect([0, 50, 100], placebo=1, effect=-0.4).tolist()
        [1.0, 0.8, 0.6]
        """
        dose = np.asarray(doses, dtype=float)
        start, top = self.at([0.0, self.peak(float(dose.max()))])
        return np.asarray(placebo + effect * (self.at(dose) - start) / (top - start))


def _through_two(family: str, points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The steepness and middle from two points on a logistic curve of the dose or its logarithm."""
    doses = np.array([dose for dose, _ in points])
    along = np.log(doses) if family == "sigmoid-emax" else doses
    deviates = logit(np.array([share for _, share in points]))
    rises = (along[1] - along[0]) * (deviates[1] - deviates[0]) > 0
    require(rises, "a higher dose has a higher share", points=tuple(points))
    steepness = (deviates[1] - deviates[0]) / (along[1] - along[0])
    middle = along[0] - deviates[0] / steepness
    if family == "sigmoid-emax":
        return float(np.exp(middle)), float(steepness)
    require(middle > 0, "half of the effect is reached above dose 0", points=tuple(points))
    return float(middle), float(1 / steepness)


def _growth(dose: float, share: float, highest_dose: float | None) -> float:
    """delta of the exponential curve; one below a straight line is needed."""
    high = highest_dose or 0.0
    below = high > 0 and dose < high and share < dose / high
    rule = "an exponential curve runs below the line to the effect at highest_dose"
    require(below, rule, dose=dose, share=share, highest_dose=highest_dose)

    def excess(delta: float) -> float:
        growth = exp((dose - high) / delta) * np.expm1(-dose / delta) / np.expm1(-high / delta)
        return float(growth) - share

    try:
        return float(brentq(excess, high / 500, high * 1e4, xtol=1e-12 * high))
    except ValueError as error:
        raise InputError(f"`{rule}` must hold, but got share={share!r}.") from error


def _beta_through(dose: float, share: float, scale: float | None, peak: float | None) -> Shape:
    width, top = scale or 0.0, peak or 0.0
    sound = 0 < top < width and 0 < dose < width and dose != top
    rule = "0 < peak_dose < scale, 0 < dose < scale, and dose is not peak_dose"
    require(sound, rule, dose=dose, peak_dose=peak, scale=scale)
    ratio, place = top / (width - top), dose / width
    height = (1 + ratio) * log1p(ratio) - ratio * log(ratio)
    second = log(share) / (height + ratio * log(place) + log1p(-place))
    return Shape.of("beta", delta1=ratio * second, delta2=second, scale=width)
