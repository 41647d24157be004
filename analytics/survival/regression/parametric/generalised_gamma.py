"""The generalised gamma family, which holds the Weibull, log-normal and gamma distributions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial

import numpy as np
from scipy.special import gammainc, gammaincc, gammaln

from analytics.survival.regression.columns import Floats
from analytics.survival.regression.parametric.families import Parameter, Sample
from analytics.survival.regression.parametric.gompertz import exponential_mean
from analytics.survival.regression.parametric.jets import Jet, differentiated

_LOG_SQRT_2PI = 0.5 * float(np.log(2 * np.pi))
_NEARLY_NORMAL = 1e-3  # for smaller |Q| see `_between`
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralisedGamma:
    """log time = mu + sigma w, in Prentice's parameters, which are stable around Q = 0.

    Q = 1: Weibull; Q = 0: log-normal; Q = sigma: gamma; Q = -1: inverse Weibull.

    References
    ----------
    Stacy (1962), Annals of Mathematical Statistics 33:1187-1192; Prentice (1974), Biometrika
    61:539-544; Cox, Chu, Schneider and Muñoz (2007), Statistics in Medicine 26:4352-4374.
    """

    name: str = "gengamma"

    @property
    def others(self) -> tuple[str, ...]:
        """The logarithm of sigma, and Q of either sign."""
        return ("log(sigma)", "Q")

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """mu, sigma, Q."""
        return (
            Parameter(name="mu", place=0, sign=0),
            Parameter(name="sigma", place=1, sign=1),
            Parameter(name="Q", place=2, sign=0),
        )

    @property
    def effect(self) -> str:
        """exp(coefficient) stretches time."""
        return "time ratio"

    @property
    def intercept(self) -> bool:
        """mu."""
        return True

    @property
    def lowest(self) -> float:
        """Times are positive."""
        return 0.0

    def log_survival(self, time: Floats, location: Floats, others: Floats) -> Jet:
        """log S(t)."""
        return _jet(_log_survival, time, location, others)

    def log_density(self, time: Floats, location: Floats, others: Floats) -> Jet:
        """log f(t)."""
        jet = _jet(_log_density, time, location, others)
        first = jet.first.copy()
        first[1] -= 1
        return Jet(value=jet.value - others[0] - np.log(time), first=first, second=jet.second)

    @property
    def dimensions(self) -> tuple[int, ...]:
        """The power of time in which each parameter is measured."""
        return (0, 0, 0)

    def starts(self, sample: Sample) -> list[tuple[float, Floats]]:
        """As a log-normal, a Weibull and a distribution with a heavier tail than either."""
        scale = float(np.log(sample.log_spread))
        return [(sample.log_mean, np.array([scale, q])) for q in (0.0, 0.8, -0.8)]


Noise = Callable[[Floats, float], tuple[Floats, Floats, Floats]]
"""A function of w and Q, with its first two derivatives by w."""


def _jet(function: Noise, time: Floats, location: Floats, others: Floats) -> Jet:
    """From derivatives by w, and differences by Q, to derivatives by mu, log(sigma) and Q."""
    scale, shape = float(np.exp(others[0])), float(others[1])
    w = (np.log(time) - location) / scale
    value, slope, bend = function(w, shape)
    by_shape, twice = differentiated(lambda q: np.array(function(w, q)[:2]), shape)
    first = np.array([-slope / scale, -slope * w, by_shape[0]])
    second = np.empty((3, 3, w.size))
    second[0, 0] = bend / scale**2
    second[0, 1] = second[1, 0] = (bend * w + slope) / scale
    second[1, 1] = bend * w**2 + slope * w
    second[0, 2] = second[2, 0] = -by_shape[1] / scale
    second[1, 2] = second[2, 1] = -by_shape[1] * w
    second[2, 2] = twice[0]
    return Jet(value=value, first=first, second=second)


def _log_density(w: Floats, shape: float) -> tuple[Floats, Floats, Floats]:
    x = shape * w
    value = -_LOG_SQRT_2PI - _stirling_rest(shape) - w**2 * _second_mean(x)
    return value, -w * exponential_mean(x)[0], -np.exp(x)


def _log_survival(w: Floats, shape: float) -> tuple[Floats, Floats, Floats]:
    density, density_slope, _ = _log_density(w, shape)
    value = (_between if abs(shape) < _NEARLY_NORMAL else _log_upper)(w, shape)
    slope = -np.exp(density - value)
    return value, slope, slope * (density_slope - slope)


def _log_upper(w: Floats, shape: float) -> Floats:
    """log S by the incomplete gamma function; precise where S is near 1 too."""
    power = shape**-2
    upper, lower = (gammaincc, gammainc) if shape > 0 else (gammainc, gammaincc)
    at = power * np.exp(shape * w)
    survival, gone = upper(power, at), lower(power, at)
    with np.errstate(divide="ignore"):  # S = 0 far out: a likelihood of 0, from which Newton backs
        return np.asarray(np.where(survival > 0.5, np.log1p(-gone), np.log(survival)))


def _between(w: Floats, shape: float) -> Floats:
    """log S near Q = 0, where the incomplete gamma function loses digits: a cubic through it."""
    nodes = _NEARLY_NORMAL * np.array([-2.0, -1.0, 1.0, 2.0])
    total = np.zeros_like(w)
    for place, node in enumerate(nodes.tolist()):
        others = np.delete(nodes, place)
        total += _log_upper(w, node) * float(np.prod((shape - others) / (node - others)))
    return total


def _stirling_rest(shape: float) -> float:
    """log Gamma(a) less Stirling's formula, at a = 1 / Q^2."""
    if abs(shape) < 0.3:
        return float(sum(term * shape ** (4 * k + 2) for k, term in enumerate(_STIRLING)))
    power = shape**-2
    return float(gammaln(power) - (power - 0.5) * np.log(power) + power - _LOG_SQRT_2PI)


def _second_mean(x: Floats) -> Floats:
    """(exp(x) - 1 - x) / x^2, which is 1/2 at 0."""
    near = np.abs(x) < 1
    small, large = np.where(near, x, 0.0), np.where(near, 1.0, x)
    series = np.polynomial.polynomial.polyval(small, [1 / factorial(k + 2) for k in range(24)])
    return np.asarray(np.where(near, series, (np.expm1(large) - large) / large**2))


GENERALISED_GAMMA = GeneralisedGamma()
