"""Risk of the event by a day as a function of dose, within the doses that were given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, ndtri

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.safety.prediction.data import Floats, RiskData
from analytics.safety.prediction.dose_curves import CURVES, DoseCurve
from analytics.safety.prediction.dose_likelihood import Climb, DoseLikelihood, climbed
from analytics.safety.prediction.encoding import Encoding, as_numbers
from analytics.safety.prediction.known_status import known_status
from analytics.safety.prediction.periods import require_events

RISK_COLUMNS = ("dose", "risk", "lower", "upper")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureResponse:
    """The event by a day against dose: logistic, or Emax on the scale of probability.

    Logistic: logit of the risk is a straight line in dose. Emax: the risk is E0 + (Einf - E0)
    dose / (ED50 + dose), with E0 and Einf in (0, 1) and ED50 within 1/100 and 1.5 times the
    highest dose. Other predictors add to the logit of either. Maximum likelihood of the status at
    the day, with weights for censoring; the variance is robust (sandwich), as weights require, and
    takes the weights as known, which makes it a little large. Bands come from it by the delta
    method on the logit scale.

    Where dose was not randomised, who received more differs from who received less: the curve is
    then an association, which `adjust` mends only as far as what it names goes.

    Parameters
    ----------
    dose : str
        The predictor that is the dose, as known at the landmark: 0 or above.
    curve : {"logistic", "emax"}
        Shape.
    adjust : tuple of str
        Other predictors in the model.
    penalty : float
        Precision of their coefficients, per two standard deviations; 0 for none.
    confidence_level : float
        Of bands.

    References
    ----------
    Bornkamp, Pinheiro and Bretz (2009), Journal of Statistical Software 29(7), for Emax and the
    bounds of ED50; Scheike, Zhang and Gerds (2008), Biometrika 95:205-220, for the weights.

    Examples
    --------
    >>> dose = np.repeat([0.0, 100.0, 200.0], 100)
    >>> happens = np.tile(np.arange(100), 3) < np.repeat([10, 40, 50], 100)
    >>> data = RiskData(
    ...     subjects=[f"S{n}" for n in range(300)], predictors=pd.DataFrame({"DOSE": dose}),
    ...     days=np.where(happens, 30, 90), cause=happens.astype(int),
    ... )
    >>> fitted = ExposureResponse(dose="DOSE", curve="emax").fit(data, days=90)
    >>> fitted.risks([0, 100, 200]).table.round(2)
        dose  risk  lower  upper
    0    0.0   0.1   0.05   0.18
    1  100.0   0.4   0.31   0.50
    2  200.0   0.5   0.40   0.60
    """

    dose: str
    curve: str = "logistic"
    adjust: tuple[str, ...] = ()
    penalty: float = 1.0
    confidence_level: float = 0.95

    def __post_init__(self) -> None:
        require(self.curve in CURVES, f"curve in {tuple(CURVES)}", curve=self.curve)
        require(self.penalty >= 0, "penalty >= 0", penalty=self.penalty)
        level = self.confidence_level
        require(0 < level < 1, "0 < confidence_level < 1", confidence_level=level)
        own = self.dose in self.adjust
        require(not own, "the dose is not adjusted for itself", adjust=self.adjust)

    def fit(self, data: RiskData, *, days: float) -> FittedExposureResponse:
        """Fit to the event by a day. Subjects without a dose are left out and counted.

        Raises
        ------
        NotEstimableError
            Without an event by the day, when all known subjects have it, or with fewer doses than
            the curve needs: two for the line, three for Emax.
        """
        names = (self.dose, *self.adjust)
        lacking = [name for name in names if name not in data.predictors]
        require(not lacking, "each predictor is among the columns", missing=lacking)
        given = np.isfinite(as_numbers(data.predictors[self.dose]))
        kept = data.at(np.flatnonzero(given))
        require_events(kept, days)
        doses = as_numbers(kept.predictors[self.dose])
        require(bool((doses >= 0).all()), "dose >= 0", lowest=float(doses.min()))
        shape = CURVES[self.curve](highest=float(doses.max()))
        _require_doses(shape, doses)
        encoding = Encoding.of(kept.predictors[list(self.adjust)])
        status = known_status(kept, days)
        if (status.happened[status.weight > 0] == 1).all():
            raise NotEstimableError("No dose curve: everybody whose status is known has the event.")
        likelihood = DoseLikelihood(
            shape=shape,
            dose=doses,
            covariates=encoding.matrix(kept.predictors),
            happened=status.happened,
            weight=status.weight,
            penalty=self.penalty,
        )
        return FittedExposureResponse(
            model=self,
            days=float(days),
            doses=tuple(np.unique(doses).tolist()),
            subjects=len(kept),
            left_out=int((~given).sum()),
            events=int(((status.happened == 1) & (status.weight > 0)).sum()),
            encoding=encoding,
            climb=climbed(likelihood),
        )


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseRisks(Result):
    """Risk of the event by a day at some doses.

    Parameters
    ----------
    table : DataFrame
        `dose`, `risk`, `lower`, `upper`.
    days : float
        The day.
    curve : str
        "logistic" or "emax".
    confidence_level : float
        Of the band, at each dose by itself.
    """

    table: pd.DataFrame
    days: float
    curve: str
    confidence_level: float

    def __post_init__(self) -> None:
        require_columns(self.table, RISK_COLUMNS, "the table of risks by dose")

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedExposureResponse:
    """A fitted dose curve.

    Parameters
    ----------
    model : ExposureResponse
        What was fitted.
    days : float
        The day of the question.
    doses : tuple of float
        That were given, ascending.
    subjects, left_out, events : int
        Fitted; without a dose; with the event by the day.
    encoding : Encoding
        Of the predictors that are adjusted for.
    climb : Climb
        Estimate and covariance.
    """

    model: ExposureResponse
    days: float
    doses: tuple[float, ...]
    subjects: int
    left_out: int
    events: int
    encoding: Encoding
    climb: Climb

    @property
    def estimates(self) -> dict[str, float]:
        """The curve's parameters by name, at the average of what is adjusted for."""
        shape = self.climb.likelihood.shape
        return shape.named(self.climb.estimate[: shape.size])

    @property
    def log_likelihood(self) -> float:
        """Weighted; the higher of two curves fits better."""
        return self.climb.log_likelihood

    @property
    def at_bound(self) -> bool:
        """Whether a parameter ran into its bound, mostly ED50: the band takes it as known there."""
        return self.climb.at_bound

    def risks(
        self,
        doses: Sequence[float] | Floats,
        *,
        profile: pd.DataFrame | None = None,
        extrapolate: bool = False,
    ) -> DoseRisks:
        """Risk with a band at each dose, for a subject or for the average one.

        Parameters
        ----------
        doses : sequence of float
            Within the doses that were given.
        profile : DataFrame, optional
            One row with the predictors that are adjusted for; the average subject without it.
        extrapolate : bool
            Whether a dose may be outside those given: the shape of the curve alone answers there,
            and the band does not say how wrong it may be.

        Raises
        ------
        NotEstimableError
            A dose outside those given: nobody knows what happens there.
        """
        dose = np.asarray(doses, dtype=np.float64)
        require(bool((dose >= 0).all()), "dose >= 0", doses=dose.tolist())
        if not extrapolate:
            self._require_observed(dose)
        rows = np.repeat(self._profile(profile), dose.size, axis=0)
        linear, slope = self.climb.likelihood.linear(self.climb.estimate, dose, rows)
        variance = np.einsum("ij,jk,ik->i", slope, self.climb.covariance, slope)
        half = float(ndtri((1 + self.model.confidence_level) / 2)) * np.sqrt(variance)
        columns = (dose, expit(linear), expit(linear - half), expit(linear + half))
        return DoseRisks(
            table=pd.DataFrame(dict(zip(RISK_COLUMNS, columns, strict=True))),
            days=self.days,
            curve=self.model.curve,
            confidence_level=self.model.confidence_level,
        )

    def _profile(self, profile: pd.DataFrame | None) -> Floats:
        if profile is None:
            return np.zeros((1, len(self.encoding.columns)))
        require(len(profile) == 1, "a profile is one row", rows=len(profile))
        return self.encoding.matrix(profile)

    def _require_observed(self, dose: Floats) -> None:
        low, high = self.doses[0], self.doses[-1]
        outside = dose[~((dose >= low) & (dose <= high))]
        if outside.size:
            raise NotEstimableError(
                f"No risk at dose {outside[0]:g}: doses from {low:g} to {high:g} were given, and "
                "nothing is known outside them."
            )


def _require_doses(shape: DoseCurve, doses: Floats) -> None:
    found = np.unique(doses).size
    if found < shape.size:
        raise NotEstimableError(
            f"No dose curve: {shape.label} takes {shape.size} different doses or more, and "
            f"{found} {'was' if found == 1 else 'were'} given."
        )
