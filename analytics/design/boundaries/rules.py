"""The rules by which a trial stops at its looks: for efficacy, and for futility."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.checks import require
from analytics.design.boundaries.recursion import FAR
from analytics.design.boundaries.spending import Spending
from analytics.results import Result, registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class WangTsiatis(Result):
    """Bounds c t^(delta - 1/2): O'Brien-Fleming for delta 0, Pocock for 1/2.

    Parameters
    ----------
    delta : float
        From -1 to 1.

    References
    ----------
    Wang and Tsiatis (1987), Biometrics 43:193-199.

    Examples
    --------
    >>> from analytics.design.boundaries import GroupSequential
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0), efficacy=WangTsiatis(delta=0.0))
    >>> [round(z, 4) for z in plan.boundaries().z_efficacy]
    [2.7965, 1.9774]
    """

    delta: float = 0.25

    def __post_init__(self) -> None:
        require(-1 <= self.delta <= 1, "-1 <= delta <= 1", delta=self.delta)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class HaybittlePeto(Result):
    """One z at every interim look; the last bound takes up what is left of the type I error.

    Parameters
    ----------
    z : float
        > 0; 3 is usual.

    References
    ----------
    Haybittle (1971), British Journal of Radiology 44:793-797; Peto et al. (1976), British Journal
    of Cancer 34:585-612.

    Examples
    --------
    >>> from analytics.design.boundaries import GroupSequential
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0), efficacy=HaybittlePeto())
    >>> [round(z, 3) for z in plan.boundaries().z_efficacy]
    [3.0, 1.967]
    """

    z: float = 3.0

    def __post_init__(self) -> None:
        require(0 < self.z < FAR, "z > 0", z=self.z)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class NoEfficacyStop(Result):
    """Interim looks at which the trial never stops for efficacy.

    Examples
    --------
    >>> from analytics.design.boundaries import GroupSequential
    >>> plan = GroupSequential(information_fractions=(0.5, 1.0), efficacy=NoEfficacyStop())
    >>> plan.boundaries().z_efficacy[0] is None
    True
    """


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class BetaSpending(Result):
    """Futility bounds that spend the type II error under the effect that the power is for.

    Parameters
    ----------
    spending : Spending
    beta : float
        Type II error, above 0 and below 1 - alpha; the power is 1 - beta.

    References
    ----------
    Pampallona, Tsiatis and Kim (2001), Drug Information Journal 35:1113-1121.

    Examples
    --------
    >>> from analytics.design.boundaries import LanDeMetsOBrienFleming
    >>> BetaSpending(spending=LanDeMetsOBrienFleming(), beta=0.1).beta
    0.1
    """

    spending: Spending
    beta: float = 0.1

    def __post_init__(self) -> None:
        require(0 < self.beta < 1, "0 < beta < 1", beta=self.beta)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class FixedFutility(Result):
    """Futility bounds on z that somebody states, one for each interim look.

    Parameters
    ----------
    z : tuple of float or None
        None where the trial never stops for futility.

    Examples
    --------
    >>> FixedFutility(z=(0.0, 0.5)).z
    (0.0, 0.5)
    """

    z: tuple[float | None, ...]

    def __post_init__(self) -> None:
        finite = all(one is None or abs(one) < FAR for one in self.z)
        require(finite, "bounds are finite, or None", z=self.z)


Efficacy = Spending | WangTsiatis | HaybittlePeto | NoEfficacyStop
Futility = BetaSpending | FixedFutility
