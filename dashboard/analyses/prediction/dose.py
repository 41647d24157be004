"""Risk of the event against dose, within the doses that were given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from analytics.checks import InputError, NotEstimableError, require
from analytics.safety.prediction.data import ARM, RiskData
from analytics.safety.prediction.exposure_response import (
    ExposureResponse,
    FittedExposureResponse,
)
from analytics.safety.prediction.scores import observed_by
from dashboard.analyses.prediction.question import PredictionQuestion
from queries import questions
from queries.predictor_rows import predictor_rows
from queries.store import Store

Curve = Literal["logistic", "emax"]
CURVES: tuple[Curve, ...] = ("logistic", "emax")
_DOSE = "dose"
_GIVEN = re.compile(r"(DOSE|TR)\d\dA", re.IGNORECASE)
_POINTS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseResponse:
    """The risk of a question's event at each dose, for the average or a chosen subject.

    The dose is the one a subject started with: from a numeric dose column of ADSL, else from the
    exposure on the first day. Subjects of an arm called placebo count as dose 0, whatever their
    tablets were labelled with.

    Parameters
    ----------
    question : PredictionQuestion
        At baseline.
    curve : {"logistic", "emax"}
    adjust : tuple of str
        Predictors of the question that the curve is adjusted for.
    profile : tuple of (str, float or str)
        Their values in the subject asked about; the average subject where left out.
    """

    question: PredictionQuestion = field(default_factory=PredictionQuestion)
    curve: Curve = "logistic"
    adjust: tuple[str, ...] = ()
    profile: tuple[tuple[str, float | str], ...] = ()

    def __post_init__(self) -> None:
        require(self.curve in CURVES, f"curve in {CURVES}", curve=self.curve)
        known = (*self.question.columns, *self.question.tests)
        strange = [name for name in self.adjust if name not in known]
        require(not strange, "adjusted for predictors of the question", adjust=strange)
        named = tuple(name for name, _ in self.profile)
        fits = not self.profile or set(named) == set(self.adjust)
        require(fits, "a profile has a value for each predictor adjusted for", profile=named)

    def run(self, store: Store) -> DoseAnswer:
        """Read and fit.

        Raises
        ------
        InputError
            For a blinded study, or a landmark after baseline.
        NotEstimableError
            Without doses, with too few of them for the curve, or without events.
        """
        known = self.fitted(store)
        fitted = known.fitted
        grid = np.linspace(fitted.doses[0], fitted.doses[-1], _POINTS)
        profile = pd.DataFrame([dict(self.profile)]) if self.profile else None
        return DoseAnswer(
            asked=self,
            source=known.source,
            curve=fitted.risks(grid, profile=profile).table,
            at_doses=fitted.risks(fitted.doses, profile=profile).table,
            observed=known.observed,
            left_out=fitted.left_out,
            at_bound=fitted.at_bound,
            log_likelihood=fitted.log_likelihood,
        )

    def fitted(self, store: Store) -> FittedDoses:
        """The curve itself, which tells the risk at any dose; raises as `run`."""
        if store.pooled:
            raise InputError("Doses tell the arm: they are not shown while the study is blinded.")
        if self.question.landmark:
            raise InputError("Dose and risk are compared from baseline: set the landmark to 0.")
        data = self.question.run(store).data
        dose, source = starting_doses(store, self.question, data)
        with_dose = RiskData(
            subjects=data.subjects,
            predictors=data.predictors.assign(**{_DOSE: dose}),
            days=data.days,
            cause=data.cause,
            sites=data.sites,
        )
        model = ExposureResponse(dose=_DOSE, curve=self.curve, adjust=self.adjust)
        return FittedDoses(
            fitted=model.fit(with_dose, days=self.question.horizon),
            observed=_observed(with_dose, dose, self.question.horizon),
            source=source,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedDoses:
    """A fitted curve of risk against dose, and what was observed.

    Parameters
    ----------
    fitted : FittedExposureResponse
    observed : DataFrame
        As of `DoseAnswer`.
    source : str
        Where the doses come from, in a sentence.
    """

    fitted: FittedExposureResponse
    observed: pd.DataFrame
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoseAnswer:
    """A curve of risk against dose.

    Parameters
    ----------
    asked : DoseResponse
    source : str
        Where the doses come from, in a sentence.
    curve, at_doses : DataFrame
        `dose`, `risk`, `lower`, `upper`: along the range, and at the doses that were given.
    observed : DataFrame
        `dose`, `subjects`, `events`, `incidence` (Aalen–Johansen by the day, or NaN).
    left_out : int
        Subjects without a dose.
    at_bound : bool
        Whether a parameter ran into its bound, so that the band is too narrow.
    log_likelihood : float
        The higher of two curves fits better.
    """

    asked: DoseResponse
    source: str
    curve: pd.DataFrame
    at_doses: pd.DataFrame
    observed: pd.DataFrame
    left_out: int
    at_bound: bool
    log_likelihood: float


def starting_doses(
    store: Store, question: PredictionQuestion, data: RiskData
) -> tuple[np.ndarray, str]:
    """The dose each subject started with, NaN where not known, and where it comes from.

    Raises
    ------
    NotEstimableError
        When no dose is recorded.
    """
    ids = list(data.subjects)
    numeric = ("DOUBLE", "BIGINT", "INTEGER", "FLOAT")
    column = next(
        (n for n, kind in store.columns.items() if _GIVEN.fullmatch(n) and kind in numeric), None
    )
    if column is not None:
        rows = predictor_rows(
            store,
            selection=question.selection,
            of=question.of,
            columns=(column,),
            cohort=question.subjects.chosen(),
            arm=question.subjects.arm,
        ).set_index("subject")
        dose, source = rows[column].reindex(ids).astype(float), f"Doses are those of {column}."
    else:
        found = questions.doses_until(
            store=store, until_day=0, cohort=question.subjects.chosen()
        ).set_index("subject")["daily_dose"]
        dose = found.reindex(ids).astype(float)
        source = "Doses are those of the first day of exposure."
    placebo = data.predictors[ARM].astype(str).str.contains("placebo", case=False).to_numpy()
    dose = dose.where(~placebo, 0.0)
    if dose.notna().sum() == 0:
        raise NotEstimableError("No dose is recorded for these subjects.")
    said = " Placebo counts as dose 0." if placebo.any() else ""
    return dose.to_numpy(dtype=float), source + said


def _observed(data: RiskData, dose: np.ndarray, days: float) -> pd.DataFrame:
    rows: list[Mapping[str, float]] = []
    for level in np.unique(dose[np.isfinite(dose)]):
        own = data.at(np.flatnonzero(dose == level))
        try:
            incidence = observed_by(own, days).share
        except NotEstimableError:
            known = ((own.cause == 1) & (own.days <= days)).sum()
            incidence = 0.0 if known == 0 else float("nan")
        events = int(((own.cause == 1) & (own.days <= days)).sum())
        rows.append({"dose": level, "subjects": len(own), "events": events, "incidence": incidence})
    return pd.DataFrame(rows)
