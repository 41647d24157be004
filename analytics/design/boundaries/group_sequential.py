"""A group-sequential plan as a value: looks, type I error, boundaries; and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtri

from analytics.checks import NotEstimableError, require
from analytics.design.boundaries.recursion import FAR, spent_boundaries, stop_probabilities
from analytics.design.boundaries.spending import LanDeMetsOBrienFleming, Spending
from analytics.design.boundaries.stopping import Boundaries, StoppingProbabilities
from analytics.results import Result, registered

Floats = NDArray[np.float64]
MOST_LOOKS = 10
_USUAL_SPENDING = LanDeMetsOBrienFleming()
_MOST_DRIFT = 20.0


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


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSequential(Result):
    """Looks of a trial and the rules by which it stops at them.

    The statistic at a look is normal with variance 1; positive values favour the treatment. Its
    mean is drift x sqrt(information fraction), and 0 without effect.

    Parameters
    ----------
    information_fractions : tuple of float
        1 to 10, rising, above 0; the last is 1.
    alpha : float
        Type I error, 0 < alpha < 1, of all sides together.
    sides : {1, 2}
        With 2, each side has alpha / 2 and its bounds are symmetric.
    efficacy : Efficacy
    futility : Futility or None
        Of one-sided plans.
    binding : bool
        Whether efficacy bounds count on stops for futility. When they do not, they ignore them:
        alpha holds even if a trial goes on against the rule.

    References
    ----------
    Jennison and Turnbull (2000), Group Sequential Methods with Applications to Clinical Trials.

    Examples
    --------
    >>> plan = GroupSequential(information_fractions=(0.5, 0.75, 1.0))
    >>> [round(z, 4) for z in plan.boundaries().z_efficacy]
    [2.9626, 2.359, 2.0141]
    >>> round(plan.inflation_factor(0.9), 4)
    1.0183
    """

    information_fractions: tuple[float, ...]
    alpha: float = 0.025
    sides: int = 1
    efficacy: Efficacy = _USUAL_SPENDING
    futility: Futility | None = None
    binding: bool = False

    def __post_init__(self) -> None:
        _require_looks(self.information_fractions)
        require(0 < self.alpha < 1, "0 < alpha < 1", alpha=self.alpha)
        require(self.sides in (1, 2), "sides are 1 or 2", sides=self.sides)
        one = self.sides == 1 or self.futility is None
        require(one, "a two-sided plan has no futility bounds", sides=self.sides)
        if isinstance(self.futility, FixedFutility):
            looks, given = len(self.information_fractions), len(self.futility.z)
            rule = "each look but the last has a futility bound, or None"
            require(given == looks - 1, rule, looks=looks, z=self.futility.z)
        if isinstance(self.futility, BetaSpending):
            beta = self.futility.beta
            require(beta < 1 - self.alpha, "beta < 1 - alpha", beta=beta, alpha=self.alpha)
        require(not self.binding or self.futility is not None, "binding needs futility bounds")

    # Boundaries ---------------------------------------------------------------

    def boundaries(self) -> Boundaries:
        """The bounds at each look, on z and as one-sided p-values, and the errors they spend.

        Raises
        ------
        NotEstimableError
            When Haybittle-Peto bounds alone already spend more than alpha.
        """
        drift = self._spending_drift() if isinstance(self.futility, BetaSpending) else None
        lower, upper = self._bounds(drift)
        return Boundaries.of(
            information_fractions=self.information_fractions,
            lower=lower,
            upper=upper,
            sides=self.sides,
            binding=self.binding,
            drift=drift,
        )

    def _bounds(self, drift: float | None) -> tuple[Floats, Floats]:
        """Lower and upper bounds on z; `drift` is what beta spending needs."""
        t = np.array(self.information_fractions)
        lower, upper = spent_boundaries(
            np.sqrt(t),
            self._alpha_steps(t),
            self._fixed_efficacy(t),
            self._beta_steps(t),
            self._fixed_futility(t),
            drift or 0.0,
            self.binding,
            self.sides == 2,
        )
        if self.futility is not None:
            lower[-1] = upper[-1]
        return lower, upper

    def _alpha_steps(self, t: Floats) -> Floats:
        """Of one side, to be spent at each look; of no use where bounds are given."""
        total = self.alpha / self.sides
        if isinstance(self.efficacy, WangTsiatis | HaybittlePeto | NoEfficacyStop):
            return np.zeros(t.size)
        return np.diff(self.efficacy.spent(t, total), prepend=0.0)

    def _fixed_efficacy(self, t: Floats) -> Floats:
        if isinstance(self.efficacy, WangTsiatis):
            shape = t ** (self.efficacy.delta - 0.5)
            return np.asarray(self._level_for_alpha(lambda level: level * shape) * shape)
        interim = {HaybittlePeto: getattr(self.efficacy, "z", FAR), NoEfficacyStop: FAR}
        if type(self.efficacy) not in interim:
            return np.full(t.size, np.nan)
        bounds = np.full(t.size, interim[type(self.efficacy)])

        def with_last(level: float) -> Floats:
            bounds[-1] = level
            return bounds

        return with_last(self._level_for_alpha(with_last)).copy()

    def _level_for_alpha(self, bounds_at: Callable[[float], Floats]) -> float:
        """The level of given bounds at which the type I error is alpha."""
        t = np.array(self.information_fractions)
        root, total = np.sqrt(t), self.alpha / self.sides
        futile = self._fixed_futility(t) if self.binding else np.full(t.size, -FAR)

        def excess(level: float) -> float:
            upper = np.asarray(bounds_at(level), dtype=np.float64)
            lower = -upper if self.sides == 2 else np.minimum(futile, upper)
            return float(stop_probabilities(root, np.zeros(t.size), lower, upper)[1].sum() - total)

        if excess(FAR - 1) > 0:
            raise NotEstimableError(
                f"The interim bounds alone spend more than the type I error of {self.alpha:g}."
            )
        return float(brentq(excess, -FAR + 1, FAR - 1, xtol=1e-13))

    def _beta_steps(self, t: Floats) -> Floats:
        if not isinstance(self.futility, BetaSpending):
            return np.full(t.size, np.nan)
        return np.diff(self.futility.spending.spent(t, self.futility.beta), prepend=0.0)

    def _fixed_futility(self, t: Floats) -> Floats:
        bounds = np.full(t.size, -FAR)
        if isinstance(self.futility, FixedFutility):
            bounds[:-1] = [-FAR if one is None else one for one in self.futility.z]
        return bounds

    def _spending_drift(self) -> float:
        """The drift under which the futility bounds spend beta and the power is 1 - beta."""
        assert isinstance(self.futility, BetaSpending)
        target = 1 - self.futility.beta

        def gap(drift: float) -> float:
            return self._power_at(drift, self._bounds(drift)) - target

        return float(brentq(gap, 1e-3, _MOST_DRIFT, xtol=1e-12))

    def _power_at(self, drift: float, bounds: tuple[Floats, Floats]) -> float:
        root = np.sqrt(np.array(self.information_fractions))
        return float(stop_probabilities(root, drift * root, *bounds)[1].sum())

    # What it does -------------------------------------------------------------

    def stopping(self, drift: float) -> StoppingProbabilities:
        """Probabilities to stop at each look, futility bounds acted on.

        Parameters
        ----------
        drift : float
            Mean of the statistic at full information; 0 without effect, above 0 when the
            treatment is better.

        Examples
        --------
        >>> plan = GroupSequential(information_fractions=(0.5, 0.75, 1.0))
        >>> round(plan.stopping(0.0).power, 6)
        0.025
        """
        require(np.isfinite(drift), "drift is finite", drift=drift)
        return self.stopping_at(drift * np.sqrt(np.array(self.information_fractions)))

    def stopping_at(
        self, means: ArrayLike, information: ArrayLike | None = None
    ) -> StoppingProbabilities:
        """Like `stopping`, for means of the statistic that do not grow as sqrt(information).

        Parameters
        ----------
        means : array
            Of the statistic at each look.
        information : array, optional
            Rising, > 0: correlations are sqrt(I_j / I_k); by default the planned fractions.
        """
        bounds = self.boundaries()
        own = np.array(self.information_fractions)
        spent = own if information is None else np.asarray(information, dtype=np.float64)
        centre = np.asarray(means, dtype=np.float64)
        each = centre.shape == own.shape and bool(np.isfinite(centre).all())
        require(each, "each look has a finite mean", means=tuple(np.ravel(centre).tolist()))
        rising = spent.shape == own.shape and bool((np.diff(spent, prepend=0.0) > 0).all())
        require(rising, "information rises from above 0", information=tuple(spent.tolist()))
        below, beyond = stop_probabilities(np.sqrt(spent), centre, bounds.lower, bounds.upper)
        return StoppingProbabilities.of(self.information_fractions, below, beyond, self.sides)

    def drift(self, power: float) -> float:
        """The drift at which the trial succeeds with a given probability.

        Examples
        --------
        >>> round(GroupSequential(information_fractions=(1.0,)).drift(0.9), 4)
        3.2415
        """
        rule = "alpha < power < 1"
        require(self.alpha / self.sides < power < 1, rule, power=power, alpha=self.alpha)
        bounds = self.boundaries()
        pair = bounds.lower, bounds.upper
        most = self._power_at(_MOST_DRIFT, pair)
        if most < power:
            raise NotEstimableError(
                f"The futility bounds are so high that no effect gives a power of {power:g}; the "
                f"most is {most:.3g}."
            )
        return float(
            brentq(lambda x: self._power_at(x, pair) - power, 0.0, _MOST_DRIFT, xtol=1e-12)
        )

    def inflation_factor(self, power: float) -> float:
        """Full information over that of a trial without interim looks, at the same power.

        Examples
        --------
        >>> round(GroupSequential(information_fractions=(1.0,)).inflation_factor(0.8), 9)
        1.0
        """
        fixed = ndtri(1 - self.alpha / self.sides) + ndtri(power)
        return float((self.drift(power) / fixed) ** 2)

    def type_one_error(self) -> float:
        """Of all sides together, when stops for futility are acted on.

        Examples
        --------
        >>> round(GroupSequential(information_fractions=(0.5, 1.0), sides=2).type_one_error(), 9)
        0.025
        """
        return self.sides * self.stopping(0.0).power


def _require_looks(fractions: tuple[float, ...]) -> None:
    rule = f"there are 1 to {MOST_LOOKS} looks"
    require(1 <= len(fractions) <= MOST_LOOKS, rule, looks=len(fractions))
    inside = all(0 < one <= 1 for one in fractions)
    rule = "information fractions are above 0 and at most 1"
    require(inside, rule, information_fractions=fractions)
    rising = all(low < high for low, high in pairwise(fractions))
    require(rising, "information fractions rise", information_fractions=fractions)
    rule = "the last information fraction is 1"
    require(fractions[-1] == 1, rule, information_fractions=fractions)
