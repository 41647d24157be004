"""How good predicted risks are: discrimination, calibration, error and use in a decision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.safety.prediction.data import COMPETING, Floats, RiskData
from analytics.safety.prediction.known_status import known_status
from analytics.safety.prediction.loess import loess

SCORES = (
    "brier", "brier_null", "ipa", "auc", "auc_event_free", "observed", "expected",
    "observed_expected", "calibration_in_the_large", "calibration_slope", "ici", "e50", "e90",
)  # fmt: skip
THRESHOLDS = tuple(round(0.01 * percent, 2) for percent in range(1, 100))
_CURVE_POINTS = 100
_NEAR = 1e-6  # risks are kept this far from 0 and 1 where their logit is taken
_ROUNDS = 30
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observed:
    """What became of subjects by a day, each standing for as many as the weight says.

    Parameters
    ----------
    happened : array of 0 and 1
        The event by the day.
    event_free : array of 0 and 1
        Neither the event nor a competing one by the day.
    weight : array
        0 for those censored before the day; for the others their number over the chance of
        having been followed for as long as was needed to know.
    numbers : array
        How often each subject counts; 1, or what a bootstrap drew.
    """

    happened: Floats
    event_free: Floats
    weight: Floats
    numbers: Floats

    @property
    def share(self) -> float:
        """Cumulative incidence: the weighted mean of what happened, Aalen–Johansen's estimate."""
        return float((self.weight * self.happened).sum() / self.numbers.sum())


def observed_by(data: RiskData, days: float, numbers: Floats | None = None) -> Observed:
    """What became of the subjects by a day.

    Raises
    ------
    NotEstimableError
        When nobody was followed to the day, had the event by it, or is known to be without it.

    References
    ----------
    As in `known_status`; Gerds and Schumacher (2006), Biometrical Journal 48:1029-1040.

    Examples
    --------
    >>> from analytics.safety.prediction.data import CENSORED, EVENT
    >>> data = RiskData(subjects=["1", "2", "3", "4"], predictors=pd.DataFrame(index=range(4)),
    ...                 days=[10, 20, 30, 40], cause=[EVENT, CENSORED, EVENT, CENSORED])
    >>> observed_by(data, 35).share  # Aalen and Johansen: 1/4 + 3/4 x 1/2
    0.625
    """
    counted = np.ones(len(data)) if numbers is None else numbers
    happened, weight = known_status(data, days, counted)
    gone = happened.astype(bool) | ((data.cause == COMPETING) & (data.days <= days))
    found = Observed(
        happened=happened,
        event_free=(~gone).astype(np.float64),
        weight=weight,
        numbers=counted,
    )
    if weight.sum() < counted.sum() * (1 - _ROUNDING):
        raise NotEstimableError(
            f"Nobody was followed to day {days:g}: what became of all by then is not known."
        )
    if not (weight * happened).any():
        raise NotEstimableError(f"Nobody had the event by day {days:g}.")
    if not (weight * (1 - happened)).any():
        raise NotEstimableError(f"Nobody is known to be without the event at day {days:g}.")
    return found


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskScores(Result):
    """Scores of predicted risks by a day.

    Parameters
    ----------
    days : float
        After the landmark.
    subjects, events : int
        Scored, and with the event by the day.
    brier, brier_null : float
        Mean squared error of the risks, and of giving everybody the incidence in all; 0 is
        perfect.
    ipa : float
        Index of prediction accuracy, 1 - brier / brier_null: above 0 better than the incidence.
    auc : float
        Chance that of two subjects, one with the event by the day and one without, competing
        events among those, the first has the higher risk; 0.5 is a coin.
    auc_event_free : float
        The same with the second still free of any event.
    observed, expected, observed_expected : float
        Cumulative incidence, mean risk, and their ratio; above 1 the risks are too low.
    calibration_in_the_large, calibration_slope : float
        Of a logistic model of the event on the logit of the risk: the intercept with slope 1
        (0 is right), and the slope (1 is right, below 1 the risks are too far apart).
    ici, e50, e90 : float
        Mean, median and 90th percentile of the distance between risk and smoothed incidence.
    curve : DataFrame
        `risk` and `incidence`: the calibration curve.
    decisions : DataFrame
        `threshold`, `net_benefit`, `treat_all`, `treat_none`.
    """

    days: float
    subjects: int
    events: int
    brier: float
    brier_null: float
    ipa: float
    auc: float
    auc_event_free: float
    observed: float
    expected: float
    observed_expected: float
    calibration_in_the_large: float
    calibration_slope: float
    ici: float
    e50: float
    e90: float
    curve: pd.DataFrame
    decisions: pd.DataFrame

    def __post_init__(self) -> None:
        require_columns(self.curve, ("risk", "incidence"), "a calibration curve")
        columns = ("threshold", "net_benefit", "treat_all", "treat_none")
        require_columns(self.decisions, columns, "a decision curve")

    def to_frame(self) -> pd.DataFrame:
        """One row per score."""
        return pd.DataFrame({"score": SCORES, "value": [getattr(self, name) for name in SCORES]})


def score_risks(
    risk: Floats,
    data: RiskData,
    *,
    days: float,
    thresholds: tuple[float, ...] = THRESHOLDS,
) -> RiskScores:
    """Score predicted risks against what happened.

    Parameters
    ----------
    risk : array
        Of each subject by the day, 0 to 1.
    data : RiskData
        Whom they were told for; not those the model was fitted to, or it is optimism.
    days : float
        After the landmark.
    thresholds : tuple of float
        Of the decision curve.

    Raises
    ------
    NotEstimableError
        As `observed_by`.

    References
    ----------
    Graf and others (1999), Statistics in Medicine 18:2529-2545, and Kattan and Gerds (2018),
    Diagnostic and Prognostic Research 2:7 (Brier score, IPA); Blanche, Dartigues and
    Jacqmin-Gadda (2013), Statistics in Medicine 32:5381-5397 (AUC); Steyerberg and others (2010),
    Epidemiology 21:128-138, and Austin and Steyerberg (2019), Statistics in Medicine
    38:4051-4065 (calibration); Vickers and Elkin (2006), Medical Decision Making 26:565-574.

    Examples
    --------
    >>> from analytics.safety.prediction.data import CENSORED, EVENT
    >>> data = RiskData(subjects=list("12345"), predictors=pd.DataFrame(index=range(5)),
    ...                 days=[9, 9, 9, 9, 9], cause=[EVENT, EVENT, COMPETING, CENSORED, CENSORED])
    >>> scores = score_risks(np.array([0.9, 0.6, 0.7, 0.2, 0.1]), data, days=9)
    >>> round(scores.auc, 3), scores.auc_event_free, round(scores.brier, 3)
    (0.833, 1.0, 0.142)
    """
    require_risks(risk, len(data))
    found = observed_by(data, days)
    values = simple_scores(risk, found)
    at = np.linspace(risk.min(), risk.max(), _CURVE_POINTS)
    curve = calibration_curve(risk, found, at)
    decisions = [decision(risk, found, threshold) for threshold in thresholds]
    return RiskScores(
        days=float(days),
        subjects=len(data),
        events=int(found.happened.sum()),
        **values,
        curve=pd.DataFrame({"risk": at, "incidence": curve}),
        decisions=pd.DataFrame(
            [(t, *row, 0.0) for t, row in zip(thresholds, decisions, strict=True)],
            columns=["threshold", "net_benefit", "treat_all", "treat_none"],
        ),
    )


def require_risks(risk: Floats, subjects: int) -> None:
    """Refuse what are no risks of these subjects."""
    require(risk.shape == (subjects,), "there is a risk for each subject", risks=risk.shape)
    fits = bool(((risk >= 0) & (risk <= 1)).all())
    require(fits, "0 <= risk <= 1", risk=risk[~((risk >= 0) & (risk <= 1))][:3].tolist())


def simple_scores(risk: Floats, found: Observed) -> dict[str, float]:
    """All scores that are one number, by name (`SCORES`); for bootstraps, which repeat them."""
    total = float(found.numbers.sum())
    share, mean = found.share, float((found.numbers * risk).sum() / total)
    brier = float((found.weight * (found.happened - risk) ** 2).sum() / total)
    null = float((found.weight * (found.happened - share) ** 2).sum() / total)
    slope, _ = recalibrated(risk, found)
    distance = calibration_distances(risk, found)
    return {
        "brier": brier,
        "brier_null": null,
        "ipa": 1 - brier / null,
        "auc": area_under_curve(risk, found, found.weight * (1 - found.happened)),
        "auc_event_free": area_under_curve(risk, found, found.weight * found.event_free),
        "observed": share,
        "expected": mean,
        "observed_expected": share / mean if mean > 0 else np.inf,
        "calibration_in_the_large": in_the_large(risk, found),
        "calibration_slope": slope,
        "ici": distance[0],
        "e50": distance[1],
        "e90": distance[2],
    }


# Discrimination -----------------------------------------------------------------------------


def area_under_curve(risk: Floats, found: Observed, controls: Floats) -> float:
    """Weighted share of pairs of a case and a control in which the case has the higher risk.

    A pair with equal risks counts half; NaN without controls.
    """
    cases = found.weight * found.happened
    distinct, place = np.unique(risk, return_inverse=True)
    case = np.bincount(place, cases, distinct.size)
    control = np.bincount(place, controls, distinct.size)
    pairs = case.sum() * control.sum()
    below = np.cumsum(control) - control
    return float((case * (below + control / 2)).sum() / pairs) if pairs > 0 else float("nan")


# Calibration --------------------------------------------------------------------------------


def _logit(risk: Floats) -> Floats:
    kept = np.clip(risk, _NEAR, 1 - _NEAR)
    odds: Floats = np.log(kept / (1 - kept))
    return odds


def recalibrated(risk: Floats, found: Observed) -> tuple[float, float]:
    """Slope and intercept of the logistic model of the event on the logit of the risk.

    NaN when the risks are all equal, or tell the events apart without an error.
    """
    x = _logit(risk)
    if np.ptp(x[found.weight > 0]) < _NEAR:
        return float("nan"), float("nan")
    slope, intercept = 1.0, 0.0
    for _ in range(_ROUNDS):
        fitted = 1 / (1 + np.exp(-(intercept + slope * x)))
        residual, curvature = (
            found.weight * (found.happened - fitted),
            (found.weight * fitted * (1 - fitted)),
        )
        a, b, c = curvature.sum(), (curvature * x).sum(), (curvature * x * x).sum()
        determinant = a * c - b * b
        if determinant <= 0:
            return float("nan"), float("nan")
        first, second = residual.sum(), (residual * x).sum()
        step = (c * first - b * second) / determinant, (a * second - b * first) / determinant
        longest = max(abs(step[0]), abs(step[1]), 1.0) / 5 if max(map(abs, step)) > 5 else 1.0
        intercept, slope = intercept + step[0] / longest, slope + step[1] / longest
        if max(map(abs, step)) < 1e-10:
            return float(slope), float(intercept)
        if abs(slope) > 1e3:
            break
    return float("nan"), float("nan")


def in_the_large(risk: Floats, found: Observed) -> float:
    """Intercept of the logistic model of the event with the logit of the risk as it is."""
    x, intercept = _logit(risk), 0.0
    for _ in range(_ROUNDS):
        fitted = 1 / (1 + np.exp(-(intercept + x)))
        step = (found.weight * (found.happened - fitted)).sum()
        step /= (found.weight * fitted * (1 - fitted)).sum()
        intercept += float(np.clip(step, -5, 5))
        if abs(step) < 1e-12:
            break
    return float(intercept)


def calibration_curve(risk: Floats, found: Observed, at: Floats) -> Floats:
    """Incidence at some risks, smoothed by local regression, between 0 and 1."""
    curve: Floats = np.clip(loess(risk, found.happened, at, weight=found.weight), 0.0, 1.0)
    return curve


def calibration_distances(risk: Floats, found: Observed) -> tuple[float, float, float]:
    """ICI, E50 and E90: mean, median and 90th percentile of |risk - smoothed incidence|."""
    if len(risk) <= _CURVE_POINTS:
        smooth = calibration_curve(risk, found, risk)
    else:
        at = np.unique(np.quantile(risk, np.linspace(0, 1, _CURVE_POINTS)))
        smooth = np.interp(risk, at, calibration_curve(risk, found, at))
    far = np.abs(risk - smooth)
    if (found.numbers == 1).all():
        return float(far.mean()), float(np.median(far)), float(np.quantile(far, 0.9))
    repeated = np.repeat(far, found.numbers.astype(int))
    return float(repeated.mean()), float(np.median(repeated)), float(np.quantile(repeated, 0.9))


# Decisions ----------------------------------------------------------------------------------


def decision(risk: Floats, found: Observed, threshold: float) -> tuple[float, float]:
    """Net benefit of treating from a threshold on, and of treating everybody.

    True positives less false positives, a false one weighing threshold / (1 - threshold) of a
    true one, per subject. Censoring is weighed as for all subjects, also among those treated.
    """
    require(0 < threshold < 1, "0 < threshold < 1", threshold=threshold)
    treated = (risk >= threshold).astype(float)
    harm = found.weight * (1 - found.happened) * threshold / (1 - threshold)
    gain = found.weight * found.happened - harm
    total = found.numbers.sum()
    return float((gain * treated).sum() / total), float(gain.sum() / total)
