"""What every model of risk can do: be fitted to data, and tell risks by a day."""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from analytics.safety.prediction.data import Floats, RiskData


class FittedRisk(Protocol):
    """A fitted model."""

    @property
    def parameters(self) -> int:
        """How many parameters were estimated; for boosting the number of predictors."""
        ...

    def risk(self, predictors: pd.DataFrame, days: float) -> Floats:
        """The risk of the event by a day after the landmark, 0 to 1, one value per row.

        Competing events count as never having the event. The columns are those of the data that
        the model was fitted to; a category that was not seen then is taken as missing.
        """
        ...


class RiskModel(Protocol):
    """A kind of model with its settings: a frozen dataclass whose repr says all of it."""

    @property
    def name(self) -> str:
        """What it is called on screen."""
        ...

    def fit(self, data: RiskData, *, days: float, seed: int) -> FittedRisk:
        """Fit to data for the risk by a day; the same seed gives the same model.

        Raises
        ------
        NotEstimableError
            With too few events to fit anything.
        """
        ...
