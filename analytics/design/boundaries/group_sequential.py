"""A group-sequential plan as a value: looks, type I error, boundaries; and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.checks import require
from analytics.design.boundaries.recursion import stop_probabilities
from analytics.design.boundaries.rules import BetaSpending, Efficacy, FixedFutility, Futility
from analytics.design.boundaries.solving import drift_for, fixed_drift, planned_boundaries
from analytics.design.boundaries.spending import LanDeMetsOBrienFleming
from analytics.design.boundaries.stopping import Boundaries, StoppingProbabilities
from analytics.results import Result, registered

Floats = NDArray[np.float64]
MOST_LOOKS = 10
_USUAL_SPENDING = LanDeMetsOBrienFleming()


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
            When Haybittle-Peto bounds alone already spend more than alpha, or binding stops for
            futility leave less than alpha to spend.
        """
        return planned_boundaries(self)

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
        return drift_for(self, power)

    def inflation_factor(self, power: float) -> float:
        """Full information over that of a trial without interim looks, at the same power.

        Examples
        --------
        >>> round(GroupSequential(information_fractions=(1.0,)).inflation_factor(0.8), 9)
        1.0
        """
        return (self.drift(power) / fixed_drift(self, power)) ** 2

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
