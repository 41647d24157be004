"""Curves of one family for many sets of parameters at once, and where they reach an effect.

Parameters are rows: the coefficients of the family, then what a fit searches for.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.dosing.response.families import Family

Floats = NDArray[np.float64]
_STEPS, _HALVINGS = 400, 50


def curves_at(family: Family, parameters: Floats, constants: Floats, doses: ArrayLike) -> Floats:
    """Responses, sets of parameters x doses.

    Parameters
    ----------
    family : Family
    parameters : array, sets x parameters
    constants : array
        The family's stated ones.
    doses : array
        The same for all sets, or sets x doses.

    Examples
    --------
    >>> from analytics.dosing.response.families import family_named
    >>> emax = family_named("emax")
    >>> curves_at(emax, np.array([[1.0, 2.0, 0.5]]), np.array([]), [0, 0.5]).tolist()
    [[1.0, 2.0]]
    """
    count = len(family.coefficients)
    dose = np.asarray(doses, dtype=float)
    columns = family.columns(dose, _shapes(family, parameters, constants))
    slopes = parameters[:, None, 1:count]
    return np.asarray(parameters[:, :1] + (columns * slopes).sum(axis=-1))


def gradients_at(family: Family, parameters: Floats, constants: Floats, doses: ArrayLike) -> Floats:
    """Derivatives of the response by each parameter of one curve, doses x parameters."""
    dose = np.asarray(doses, dtype=float)
    shape = _shapes(family, parameters[None, :], constants)[0]
    columns = family.columns(dose, shape)
    by_shape = parameters[1] * family.slopes(dose, shape)
    return np.hstack([np.ones((dose.size, 1)), columns, by_shape])


def largest_effects(
    family: Family, parameters: Floats, constants: Floats, sign: int, highest_dose: float
) -> Floats:
    """The largest benefit over placebo from dose 0 to the highest one, by set of parameters."""
    tops = _tops(family, parameters, constants).clip(0, highest_dose)
    doses = np.column_stack([np.zeros_like(tops), tops, np.full_like(tops, highest_dose)])
    benefit = sign * curves_at(family, parameters, constants, doses)
    return np.asarray((benefit - benefit[:, :1]).max(axis=1))


def first_doses(
    family: Family,
    parameters: Floats,
    constants: Floats,
    benefits: ArrayLike,
    sign: int,
    highest_dose: float,
) -> Floats:
    """The smallest dose with a benefit over placebo, by set; infinite when none up to the highest.

    Parameters
    ----------
    benefits : array
        Wanted, > 0; one, or one per set.
    sign : int
        1 when an increase is a benefit, else -1.
    highest_dose : float
        Doses beyond are not considered.
    """
    wanted = np.broadcast_to(np.asarray(benefits, dtype=float), len(parameters))
    start = curves_at(family, parameters, constants, [0.0])

    def excess(doses: Floats) -> Floats:
        change = curves_at(family, parameters, constants, doses) - start
        return np.asarray(sign * change - wanted[:, None])

    top = _tops(family, parameters, constants).clip(0, highest_dose)[:, None]
    even = np.broadcast_to(np.linspace(0, highest_dose, _STEPS + 1), (len(parameters), _STEPS + 1))
    grid = np.sort(np.hstack([even, top]), axis=1)
    # Rounding must not hide an effect that is reached at a top only.
    reached = excess(grid) >= -1e-12 * wanted[:, None]
    place = reached.argmax(axis=1)
    rows = np.arange(len(parameters))
    high, low = grid[rows, place], grid[rows, np.maximum(place - 1, 0)]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = excess(middle[:, None])[:, 0] >= 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.asarray(np.where(reached.any(axis=1), high, np.inf))


def _shapes(family: Family, parameters: Floats, constants: Floats) -> Floats:
    """Shape parameters as sets x 1 x parameters, ready for doses along the middle."""
    searched = parameters[:, len(family.coefficients) :]
    fixed = np.broadcast_to(constants, (len(parameters), len(constants)))
    return np.hstack([searched, fixed])[:, None, :]


def _tops(family: Family, parameters: Floats, constants: Floats) -> Floats:
    """Where a curve turns, if it does."""
    if family.name == "quadratic":
        bend = np.where(parameters[:, 2] == 0, np.nan, parameters[:, 2])
        return np.asarray(np.nan_to_num(-parameters[:, 1] / (2 * bend)))
    if family.name == "beta":
        first, second = parameters[:, 2], parameters[:, 3]
        return np.asarray(constants[0] * first / (first + second))
    return np.zeros(len(parameters))
