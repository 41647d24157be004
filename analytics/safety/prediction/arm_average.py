"""The baseline to beat: everybody's risk is the cumulative incidence in their arm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.safety.prediction.data import ARM, COMPETING, EVENT, Floats, RiskData
from analytics.safety.prediction.encoding import MISSING, as_texts, require_predictors
from analytics.safety.prediction.periods import require_events, require_horizon
from analytics.survival.competing import CompetingCounts, fit_aalen_johansen

_CAUSES = {0: "", EVENT: "event", COMPETING: "competing"}
_EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmAverage:
    """Cumulative incidence by arm, as Aalen and Johansen estimate it.

    It knows nothing of a subject but the arm; a model that does not beat it is of no use. Without
    a predictor "arm" it is the incidence among all.

    References
    ----------
    Aalen and Johansen (1978), Scandinavian Journal of Statistics 5:141-150.

    Examples
    --------
    >>> data = RiskData(
    ...     subjects=["1", "2", "3", "4"], predictors=pd.DataFrame({"arm": ["A", "A", "B", "B"]}),
    ...     days=[10, 20, 30, 40], cause=[EVENT, COMPETING, 0, 0],
    ... )
    >>> fitted = ArmAverage().fit(data, days=30, seed=0)
    >>> fitted.risk(data.predictors, 30).tolist()
    [0.5, 0.5, 0.0, 0.0]
    """

    @property
    def name(self) -> str:
        """What it is called on screen."""
        return "Arm average"

    def fit(self, data: RiskData, *, days: float, seed: int) -> FittedArmAverage:  # noqa: ARG002
        """The incidence in each arm; there is no randomness in it.

        Raises
        ------
        NotEstimableError
            Without an event by the day.
        """
        require_events(data, days)
        everybody = np.full(len(data), _EVERYBODY, dtype=object)
        known = ARM in data.predictors
        curves = _curves(data, as_texts(data.predictors[ARM])) if known else {}
        return FittedArmAverage(
            horizon=float(days),
            everybody=_curves(data, everybody)[_EVERYBODY],
            curves={arm: curve for arm, curve in curves.items() if arm != MISSING},
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedArmAverage:
    """Incidence by arm.

    Parameters
    ----------
    horizon : float
        Latest day for which risks can be told.
    everybody : array, days x 2
        Days and incidence among all: for an arm that was not seen.
    curves : dict
        The same for each arm; empty without arms.
    """

    horizon: float
    everybody: Floats
    curves: dict[str, Floats]

    @property
    def parameters(self) -> int:
        """Arms but the first."""
        return max(len(self.curves) - 1, 0)

    def risk(self, predictors: pd.DataFrame, days: float) -> Floats:
        """Risk of the event by a day, one value per row."""
        require_horizon(days, self.horizon)
        risks = np.full(len(predictors), _by(self.everybody, days))
        if self.curves:
            require_predictors(predictors, [ARM])
            arms = as_texts(predictors[ARM])
            for arm, curve in self.curves.items():
                risks[arms == arm] = _by(curve, days)
        return risks


def _by(curve: Floats, days: float) -> float:
    return float(curve[np.searchsorted(curve[:, 0], days, side="right") - 1, 1])


def _curves(data: RiskData, arms: np.ndarray) -> dict[str, Floats]:
    causes = [_CAUSES[cause] for cause in data.cause.tolist()]
    counts = CompetingCounts.from_subjects(
        data.days, causes, arms=arms.tolist(), cause_order=("event", "competing")
    )
    curves = (fit_aalen_johansen(counts).curve(arm, "event") for arm in counts.arms)
    return {one.arm: one.table[["time", "incidence"]].to_numpy(np.float64) for one in curves}
