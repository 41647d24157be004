"""Families of dose-response curves: a placebo response plus columns times coefficients.

Every family but the quadratic has one column: its standardised curve, which is 0 or nearly 0 at
dose 0 and is bent by parameters that enter nonlinearly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, xlogy

from analytics.checks import require

Floats = NDArray[np.float64]
Standard = Callable[[Floats, Floats], Floats]
Slopes = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What all curves of one kind share.

    Parameters
    ----------
    name : str
        Its key in `FAMILIES`.
    shape_parameters : tuple of str
        Of the standardised curve, constants last.
    constants : tuple of str
        Those that are stated, never estimated.
    coefficients : tuple of str
        Of a fitted curve: the placebo response, then what multiplies the columns.
    standard : callable
        The standardised curve; doses against parameters, broadcast.
    slopes : callable
        Its derivatives by the estimated shape parameters, along a new last axis.
    bounds : tuple of (float, float)
        Of the estimated shape parameters in a fit; for doses as shares of the highest one.
    in_doses : tuple of bool
        Which of the estimated shape parameters are doses.

    References
    ----------
    Bretz, Pinheiro and Branson (2005), Biometrics 61:738-748; Pinheiro, Bretz and Branson (2006),
    in Ting (ed.), Dose Finding in Drug Development, ch. 10; Bornkamp, Pinheiro and Bretz (2009),
    Journal of Statistical Software 29(7), for the bounds.
    """

    name: str
    shape_parameters: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    coefficients: tuple[str, ...] = ("e0", "e_max")
    standard: Standard
    slopes: Slopes
    bounds: tuple[tuple[float, float], ...] = ()
    in_doses: tuple[bool, ...] = ()

    @property
    def searched(self) -> tuple[str, ...]:
        """The parameters that a fit has to search for, the others following by least squares."""
        return self.shape_parameters[: len(self.bounds)]

    @property
    def parameters(self) -> tuple[str, ...]:
        """All that a fit estimates."""
        return (*self.coefficients, *self.searched)

    def columns(self, doses: ArrayLike, shape: ArrayLike) -> Floats:
        """What the coefficients after the placebo response multiply: doses x columns."""
        dose = np.asarray(doses, dtype=float)
        if self.name == "quadratic":
            return np.stack([dose, dose**2], axis=-1)
        return self.standard(dose, np.asarray(shape, dtype=float))[..., None]

    def search_bounds(self, highest_dose: float) -> Floats:
        """Lowest and highest value of each searched parameter."""
        unit = np.where(self.in_doses, highest_dose, 1.0)
        return np.asarray(self.bounds, dtype=float).reshape(-1, 2) * unit.reshape(-1, 1)


def family_named(name: str) -> Family:
    """The family of that name; `InputError` when there is none.

    Examples
    --------
    >>> family_named("sigmoid-emax").parameters
    ('e0', 'e_max', 'ed50', 'hill')
    """
    require(name in FAMILIES, f"family in {tuple(FAMILIES)}", family=name)
    return FAMILIES[name]


def _no_slopes(dose: Floats, shape: Floats) -> Floats:
    return np.zeros((*np.broadcast_shapes(dose.shape, shape.shape[:-1]), 0))


def _linear(dose: Floats, shape: Floats) -> Floats:
    return np.broadcast_to(dose, np.broadcast_shapes(dose.shape, shape.shape[:-1]))


def _linear_log(dose: Floats, shape: Floats) -> Floats:
    return np.log1p(dose / shape[..., 0])


def _quadratic(dose: Floats, shape: Floats) -> Floats:
    return dose + shape[..., 0] * dose**2


def _emax(dose: Floats, shape: Floats) -> Floats:
    return dose / (shape[..., 0] + dose)


def _emax_slopes(dose: Floats, shape: Floats) -> Floats:
    return (-dose / (shape[..., 0] + dose) ** 2)[..., None]


def _log_ratio(dose: Floats, ed50: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.log(dose / ed50)


def _sigmoid_emax(dose: Floats, shape: Floats) -> Floats:
    return np.asarray(expit(shape[..., 1] * _log_ratio(dose, shape[..., 0])))


def _sigmoid_emax_slopes(dose: Floats, shape: Floats) -> Floats:
    ed50, hill = shape[..., 0], shape[..., 1]
    log_ratio = _log_ratio(dose, ed50)
    reached = expit(hill * log_ratio)
    density = reached * (1 - reached)
    known = np.where(np.isfinite(log_ratio), log_ratio, 0.0)
    return np.stack([-density * hill / ed50, density * known], axis=-1)


def _exponential(dose: Floats, shape: Floats) -> Floats:
    return np.expm1(dose / shape[..., 0])


def _exponential_slopes(dose: Floats, shape: Floats) -> Floats:
    delta = shape[..., 0]
    return (-np.exp(dose / delta) * dose / delta**2)[..., None]


def _logistic(dose: Floats, shape: Floats) -> Floats:
    return np.asarray(expit((dose - shape[..., 0]) / shape[..., 1]))


def _logistic_slopes(dose: Floats, shape: Floats) -> Floats:
    away, delta = dose - shape[..., 0], shape[..., 1]
    reached = expit(away / delta)
    density = reached * (1 - reached) / delta
    return np.stack([-density, -density * away / delta], axis=-1)


def _beta(dose: Floats, shape: Floats) -> Floats:
    first, second, share = shape[..., 0], shape[..., 1], dose / shape[..., 2]
    both = first + second
    top = xlogy(both, both) - xlogy(first, first) - xlogy(second, second)
    inside = (share > 0) & (share < 1)
    within = np.where(inside, share, 0.5)
    logarithm = top + first * np.log(within) + second * np.log1p(-within)
    return np.where(inside, np.exp(logarithm), 0.0)


def _beta_slopes(dose: Floats, shape: Floats) -> Floats:
    first, second, share = shape[..., 0], shape[..., 1], dose / shape[..., 2]
    height = _beta(dose, shape)
    within = np.where((share > 0) & (share < 1), share, 0.5)
    both = np.log(first + second)
    by_first = height * (both - np.log(first) + np.log(within))
    by_second = height * (both - np.log(second) + np.log1p(-within))
    return np.stack([by_first, by_second], axis=-1)


FAMILIES = MappingProxyType(
    {
        one.name: one
        for one in (
            Family(
                name="linear",
                coefficients=("e0", "slope"),
                standard=_linear,
                slopes=_no_slopes,
            ),
            Family(
                name="linear-log",
                shape_parameters=("offset",),
                constants=("offset",),
                coefficients=("e0", "slope"),
                standard=_linear_log,
                slopes=_no_slopes,
            ),
            Family(
                name="quadratic",
                shape_parameters=("delta",),
                coefficients=("e0", "b1", "b2"),
                standard=_quadratic,
                slopes=_no_slopes,
            ),
            Family(
                name="emax",
                shape_parameters=("ed50",),
                standard=_emax,
                slopes=_emax_slopes,
                bounds=((0.001, 1.5),),
                in_doses=(True,),
            ),
            Family(
                name="sigmoid-emax",
                shape_parameters=("ed50", "hill"),
                standard=_sigmoid_emax,
                slopes=_sigmoid_emax_slopes,
                bounds=((0.001, 1.5), (0.5, 10)),
                in_doses=(True, False),
            ),
            Family(
                name="exponential",
                shape_parameters=("delta",),
                coefficients=("e0", "e1"),
                standard=_exponential,
                slopes=_exponential_slopes,
                bounds=((0.1, 2),),
                in_doses=(True,),
            ),
            Family(
                name="logistic",
                shape_parameters=("ed50", "delta"),
                standard=_logistic,
                slopes=_logistic_slopes,
                bounds=((0.001, 1.5), (0.01, 0.5)),
                in_doses=(True, True),
            ),
            Family(
                name="beta",
                shape_parameters=("delta1", "delta2", "scale"),
                constants=("scale",),
                standard=_beta,
                slopes=_beta_slopes,
                bounds=((0.05, 4), (0.05, 4)),
                in_doses=(False, False),
            ),
        )
    }
)
"""The families by name."""
