"""How each family turns its working parameters into hazards: for one vector, or for many draws.

Working parameters may be any numbers: the logarithms of what must be positive. They come as an
array of (parameters, draws, 1), times as an array of any shape that fits (draws, times).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammainccinv, gammaincinv, log_ndtr, ndtri_exp

from analytics.checks import require
from analytics.survival.regression.parametric.generalised_gamma import GENERALISED_GAMMA
from analytics.survival.regression.parametric.piecewise import PiecewiseExponential

Floats = NDArray[np.float64]
Evaluated = Callable[[Floats, Floats], Floats]

_LOG_SQRT_2PI = 0.5 * float(np.log(2 * np.pi))
_INSTANT = 1e-200  # stands for time 0 where the logarithm of time is needed
_NEARLY_NORMAL = 1e-6  # a generalised gamma with |Q| below is a log-normal to six digits


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingParameter:
    """A parameter on the scale on which its estimate is nearly normal.

    Parameters
    ----------
    name : str
        "log(rate)", "meanlog".
    power : int
        The power of time in which exp(parameter) is measured; of a `linear` one, itself.
    linear : bool
        Whether another unit of time multiplies the parameter instead of adding to it.
    """

    name: str
    power: int = 0
    linear: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardShape:
    """A family: its working parameters, and H(t), h(t) and the time at which H is reached."""

    parameters: tuple[WorkingParameter, ...]
    cumulative: Evaluated
    hazard: Evaluated
    time_of: Evaluated


FAMILIES = (
    "exponential",
    "piecewise",
    "weibull",
    "gompertz",
    "lognormal",
    "loglogistic",
    "gengamma",
    "cure",
)


def hazard_shape(family: str, cuts: tuple[float, ...] = ()) -> HazardShape:
    """The shape of a family; a piecewise exponential has cuts, the others have none.

    Examples
    --------
    >>> [one.name for one in hazard_shape("weibull").parameters]
    ['log(shape)', 'log(scale)']
    """
    require(family in FAMILIES, f"family in {FAMILIES}", family=family)
    if family != "piecewise":
        require(not cuts, "only a piecewise exponential has cuts", cuts=cuts)
        return _SHAPES[family]
    finite = all(0 < cut < np.inf for cut in cuts)
    rising = finite and all(low < high for low, high in pairwise(cuts))
    require(bool(cuts) and rising, "cuts are ascending times > 0", cuts=cuts)
    pieces = PiecewiseExponential(cuts=cuts)
    return HazardShape(
        parameters=tuple(WorkingParameter(name=name, power=-1) for name in pieces.others),
        cumulative=partial(_piecewise_cumulative, pieces),
        hazard=lambda time, p: np.exp(np.moveaxis(p[..., 0], 0, -1))[:, pieces.piece(time)],
        time_of=partial(_piecewise_time, pieces),
    )


def _piecewise_cumulative(pieces: PiecewiseExponential, time: Floats, p: Floats) -> Floats:
    return np.asarray(np.exp(p[..., 0]).T @ pieces.spent(time))


def _piecewise_time(pieces: PiecewiseExponential, level: Floats, p: Floats) -> Floats:
    rates = np.exp(p[..., 0]).T
    starts = np.array([0.0, *pieces.cuts])
    reached = np.zeros_like(rates)
    reached[:, 1:] = np.cumsum(rates[:, :-1] * np.diff(starts), axis=1)
    piece = (level[None, :, None] > reached[:, None, 1:]).sum(axis=2)
    before, rate = (np.take_along_axis(one, piece, axis=1) for one in (reached, rates))
    return np.asarray(starts[piece] + (level - before) / rate)


def _gompertz_cumulative(time: Floats, p: Floats) -> Floats:
    x = p[0] * time
    grown = np.where(x == 0, 1.0, np.expm1(x) / np.where(x == 0, 1.0, x))
    return np.asarray(np.exp(p[1]) * time * grown)


def _gompertz_time(level: Floats, p: Floats) -> Floats:
    """Infinite where the hazard falls so fast that some never have the event."""
    plain = level / np.exp(p[1])
    x = p[0] * plain
    some = (x > -1) & (x != 0)
    stretched = plain * np.where(some, np.log1p(np.where(some, x, 0.0)), 1.0)
    stretched = stretched / np.where(some, x, 1.0)
    return np.asarray(np.where(x > -1, stretched, np.inf))


def _weibull_hazard(time: Floats, p: Floats) -> Floats:
    shape, scale = np.exp(p[0]), np.exp(p[1])
    return np.asarray(shape / scale * (time / scale) ** (shape - 1))


def _lognormal_cumulative(time: Floats, p: Floats) -> Floats:
    return np.asarray(-log_ndtr(-(np.log(time) - p[0]) / np.exp(p[1])))


def _lognormal_hazard(time: Floats, p: Floats) -> Floats:
    z = (np.log(time) - p[0]) / np.exp(p[1])
    log_hazard = -(z**2) / 2 - _LOG_SQRT_2PI - log_ndtr(-z) - p[1] - np.log(time)
    return np.asarray(np.where(time > 0, np.exp(log_hazard), 0.0))


def _loglogistic_z(time: Floats, p: Floats) -> Floats:
    return np.asarray(np.exp(p[0]) * (np.log(time) - p[1]))


def _gamma_each(which: str, time: Floats, p: Floats) -> Floats:
    """Draw by draw: the exact formulas around Q = 0 take one Q at a time."""
    found, time = np.empty((p.shape[1], time.size)), np.maximum(time, _INSTANT)
    for row, (mu, log_sigma, q) in enumerate(p[..., 0].T):
        location, others = np.full(time.size, mu), np.array([log_sigma, q])
        survival = GENERALISED_GAMMA.log_survival(time, location, others).value
        if which == "hazard":
            density = GENERALISED_GAMMA.log_density(time, location, others).value
            found[row] = np.exp(density - survival)
        else:
            found[row] = -survival
    return found


def _gamma_time(level: Floats, p: Floats) -> Floats:
    mu, sigma, q = p[0], np.exp(p[1]), p[2]
    normal = np.abs(q) < _NEARLY_NORMAL
    safe = np.where(normal, 1.0, q)
    survival = np.exp(-level)
    upper = np.where(safe > 0, gammainccinv(safe**-2, survival), gammaincinv(safe**-2, survival))
    w = np.where(normal, -ndtri_exp(-level), np.log(upper * safe**2) / safe)
    return np.asarray(np.exp(mu + sigma * w))


def _cure_cumulative(time: Floats, p: Floats) -> Floats:
    uncured = np.exp(-((time / np.exp(p[2])) ** np.exp(p[1])))
    return np.asarray(-np.log(expit(p[0]) + expit(-p[0]) * uncured))


def _cure_hazard(time: Floats, p: Floats) -> Floats:
    uncured = np.exp(-((time / np.exp(p[2])) ** np.exp(p[1])))
    ill = expit(-p[0]) * uncured
    return np.asarray(_weibull_hazard(time, p[1:]) * ill / (expit(p[0]) + ill))


def _cure_time(level: Floats, p: Floats) -> Floats:
    """Infinite where fewer than that ever have the event."""
    uncured = (np.exp(-level) - expit(p[0])) / expit(-p[0])
    spent = -np.log(np.where(uncured > 0, uncured, 1.0))
    time = np.exp(p[2]) * spent ** np.exp(-p[1])
    return np.asarray(np.where(uncured > 0, time, np.inf))


_LOG_RATE = WorkingParameter(name="log(rate)", power=-1)
_LOG_SHAPE, _LOG_SCALE = (
    WorkingParameter(name="log(shape)"),
    WorkingParameter(name="log(scale)", power=1),
)

_SHAPES = {
    "exponential": HazardShape(
        parameters=(_LOG_RATE,),
        cumulative=lambda time, p: np.exp(p[0]) * time,
        hazard=lambda time, p: np.exp(p[0]) + 0.0 * time,
        time_of=lambda level, p: level / np.exp(p[0]),
    ),
    "weibull": HazardShape(
        parameters=(_LOG_SHAPE, _LOG_SCALE),
        cumulative=lambda time, p: (time / np.exp(p[1])) ** np.exp(p[0]),
        hazard=_weibull_hazard,
        time_of=lambda level, p: np.exp(p[1]) * level ** np.exp(-p[0]),
    ),
    "gompertz": HazardShape(
        parameters=(WorkingParameter(name="shape", power=-1, linear=True), _LOG_RATE),
        cumulative=_gompertz_cumulative,
        hazard=lambda time, p: np.exp(p[1] + p[0] * time),
        time_of=_gompertz_time,
    ),
    "lognormal": HazardShape(
        parameters=(
            WorkingParameter(name="meanlog", power=1),
            WorkingParameter(name="log(sdlog)"),
        ),
        cumulative=_lognormal_cumulative,
        hazard=_lognormal_hazard,
        time_of=lambda level, p: np.exp(p[0] - np.exp(p[1]) * ndtri_exp(-level)),
    ),
    "loglogistic": HazardShape(
        parameters=(_LOG_SHAPE, _LOG_SCALE),
        cumulative=lambda time, p: np.logaddexp(0.0, _loglogistic_z(time, p)),
        hazard=lambda time, p: _weibull_hazard(time, p) * expit(-_loglogistic_z(time, p)),
        time_of=lambda level, p: np.exp(p[1]) * np.expm1(level) ** np.exp(-p[0]),
    ),
    "gengamma": HazardShape(
        parameters=(
            WorkingParameter(name="mu", power=1),
            WorkingParameter(name="log(sigma)"),
            WorkingParameter(name="Q"),
        ),
        cumulative=partial(_gamma_each, "cumulative"),
        hazard=partial(_gamma_each, "hazard"),
        time_of=_gamma_time,
    ),
    "cure": HazardShape(
        parameters=(WorkingParameter(name="logit(cured)"), _LOG_SHAPE, _LOG_SCALE),
        cumulative=_cure_cumulative,
        hazard=_cure_hazard,
        time_of=_cure_time,
    ),
}
