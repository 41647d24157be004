"""Weights of the log-rank family: how much the events of each time count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.checks import require
from analytics.results import Result, registered
from analytics.survival.risk_sets import RiskSets

Floats = NDArray[np.float64]

_NAMES = {
    "gehan-breslow": "Gehan–Breslow",
    "tarone-ware": "Tarone–Ware",
    "peto-peto": "Peto–Peto",
    "modified-peto-peto": "modified Peto–Peto",
}
KINDS = ("fleming-harrington", *_NAMES)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Weight(Result):
    """A member of the log-rank family.

    With n subjects at risk and d events at a time, all arms together, S the Kaplan–Meier estimate
    just before that time and P the product of 1 - d/(n + 1) up to and including it, the weight is

    - "fleming-harrington": S^rho (1 - S)^gamma. rho = gamma = 0 is the log-rank test; gamma = 0
      is the G-rho family of R's `survdiff`, which calls rho = 1 Peto–Peto;
    - "gehan-breslow": n; "tarone-ware": the root of n;
    - "peto-peto": P; "modified-peto-peto": P n/(n + 1).

    In a stratified test n, d, S and P are those of the stratum.

    Parameters
    ----------
    kind : str
        One of the five above.
    rho, gamma : float
        Of "fleming-harrington"; at least 0. rho > 0 stresses early, gamma > 0 late differences.

    References
    ----------
    Fleming and Harrington (1991), Counting Processes and Survival Analysis, section 7.1; Gehan
    (1965), Biometrika 52:203-223; Breslow (1970), Biometrika 57:579-594; Tarone and Ware (1977),
    Biometrika 64:156-160; Peto and Peto (1972), JRSS A 135:185-207; Andersen, Borgan, Gill and
    Keiding (1982), International Statistical Review 50:219-258.

    Examples
    --------
    >>> fleming_harrington(0, 1).name, GEHAN.name, LOG_RANK.name
    ('FH(0, 1)', 'Gehan–Breslow', 'log-rank')
    """

    kind: str = "fleming-harrington"
    rho: float = 0.0
    gamma: float = 0.0

    def __post_init__(self) -> None:
        require(self.kind in KINDS, f"kind in {KINDS}", kind=self.kind)
        powers = (self.rho, self.gamma)
        sound = all(0 <= power < np.inf for power in powers)
        require(sound, "rho and gamma are >= 0 and finite", rho=self.rho, gamma=self.gamma)
        needless = self.kind != "fleming-harrington" and any(powers)
        require(not needless, "rho and gamma belong to fleming-harrington", kind=self.kind)

    @property
    def name(self) -> str:
        """For tables and footnotes."""
        if self.kind != "fleming-harrington":
            return _NAMES[self.kind]
        return f"FH({self.rho:g}, {self.gamma:g})" if self.rho or self.gamma else "log-rank"

    def at(self, sets: RiskSets) -> Floats:
        """The weight of each row.

        Examples
        --------
        >>> from analytics.survival import SurvivalCounts
        >>> from analytics.survival.risk_sets import risk_sets
        >>> counts = SurvivalCounts.from_subjects([1, 2, 3, 4], [1, 1, 1, 1], arms=list("ABAB"))
        >>> fleming_harrington(1, 0).at(risk_sets(counts)).tolist()
        [1.0, 0.75, 0.5, 0.25]
        """
        at_risk: Floats = sets.at_risk.sum(axis=1).astype(np.float64)
        events = sets.events.sum(axis=1)
        if self.kind == "gehan-breslow":
            return at_risk
        if self.kind == "tarone-ware":
            return np.asarray(at_risk**0.5)
        if self.kind == "fleming-harrington":
            survival = _product_before(1 - events / at_risk, sets.stratum)
            return np.asarray(survival**self.rho * (1 - survival) ** self.gamma)
        factor = 1 - events / (at_risk + 1)
        through = _product_before(factor, sets.stratum) * factor
        modified = self.kind == "modified-peto-peto"
        return np.asarray(through * at_risk / (at_risk + 1) if modified else through)


def fleming_harrington(rho: float, gamma: float) -> Weight:
    """The weight S^rho (1 - S)^gamma, see `Weight`.

    Examples
    --------
    >>> fleming_harrington(0.5, 0)
    Weight(kind='fleming-harrington', rho=0.5, gamma=0.0)
    """
    return Weight(rho=float(rho), gamma=float(gamma))


LOG_RANK = Weight()
GEHAN = Weight(kind="gehan-breslow")
TARONE_WARE = Weight(kind="tarone-ware")
PETO = Weight(kind="peto-peto")
MODIFIED_PETO = Weight(kind="modified-peto-peto")


def _product_before(factor: Floats, stratum: NDArray[np.int64]) -> Floats:
    """Product of the factors of earlier rows of the same stratum."""
    first = np.flatnonzero(np.diff(stratum)) + 1
    parts = [np.append(1.0, np.cumprod(part))[:-1] for part in np.split(factor, first)]
    return np.concatenate(parts)
