"""The families by name."""

from __future__ import annotations

from analytics.checks import require
from analytics.survival.regression.parametric.families import Family
from analytics.survival.regression.parametric.generalised_gamma import GENERALISED_GAMMA
from analytics.survival.regression.parametric.gompertz import GOMPERTZ
from analytics.survival.regression.parametric.location_scale import (
    EXPONENTIAL,
    LOG_LOGISTIC,
    LOG_NORMAL,
    NORMAL,
    WEIBULL,
)
from analytics.survival.regression.parametric.piecewise import PiecewiseExponential

DISTRIBUTIONS = {
    "exponential": "Exponential",
    "weibull": "Weibull",
    "gompertz": "Gompertz",
    "lognormal": "Log-normal",
    "loglogistic": "Log-logistic",
    "gengamma": "Generalised gamma",
    "piecewise": "Piecewise exponential",
    "normal": "Normal",
}
"""How each distribution is asked for, and what it is called."""

_FAMILIES: dict[str, Family] = {
    one.name: one
    for one in (
        EXPONENTIAL,
        WEIBULL,
        GOMPERTZ,
        LOG_NORMAL,
        LOG_LOGISTIC,
        GENERALISED_GAMMA,
        NORMAL,
    )
}


def family_of(distribution: str, cuts: tuple[float, ...] = ()) -> Family:
    """The family of a distribution.

    Examples
    --------
    >>> family_of("piecewise", (6.0, 12.0)).others
    ('log(rate 0-6)', 'log(rate 6-12)', 'log(rate 12-)')
    """
    known = tuple(DISTRIBUTIONS)
    require(distribution in known, f"distribution in {known}", distribution=distribution)
    if distribution != "piecewise":
        require(not cuts, "only a piecewise exponential has cuts", cuts=cuts)
        return _FAMILIES[distribution]
    rising = all(low < high for low, high in zip((0.0, *cuts), cuts, strict=False))
    require(bool(cuts) and rising, "cuts are ascending times > 0", cuts=cuts)
    return PiecewiseExponential(cuts=cuts)
