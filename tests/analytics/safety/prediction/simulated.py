"""Subjects whose true risks are known, and how risks are judged against them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.metrics import roc_auc_score

from analytics.safety.prediction.data import CENSORED, COMPETING, EVENT, Floats, RiskData

DAY = 100.0
SOON, LATE = 0.004, 0.003  # daily hazards of the event and the competing event


class Judged(NamedTuple):
    """How good risks are: 1 is right for the slope and for observed / expected."""

    auc: float
    slope: float
    observed_expected: float


def people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Predictors: two that matter, one that does not, and the arm."""
    return pd.DataFrame(
        {
            "arm": np.where(rng.random(n) < 0.5, "Active", "Placebo"),
            "AGE": rng.normal(60, 10, n),
            "STAGE": rng.choice(["I", "II", "III"], n, p=[0.5, 0.3, 0.2]),
            "NOISE": rng.normal(0, 1, n),
        }
    )


def hazards(predictors: pd.DataFrame) -> tuple[Floats, Floats]:
    """Daily hazards of the event and of the competing event; constant in time."""
    age = (predictors["AGE"].to_numpy() - 60) / 10
    active = (predictors["arm"] == "Active").to_numpy()
    late_stage = (predictors["STAGE"] == "III").to_numpy()
    return SOON * np.exp(0.6 * age + 0.5 * active), LATE * np.exp(0.8 * late_stage - 0.2 * active)


def true_risk(predictors: pd.DataFrame, days: float) -> Floats:
    """Chance that the event comes first, and by the day."""
    soon, late = hazards(predictors)
    return soon / (soon + late) * -np.expm1(-(soon + late) * days)


def subjects(n: int, rng: np.random.Generator, *, censored: bool = True) -> RiskData:
    """Subjects with whole days of follow-up."""
    predictors = people(n, rng)
    soon, late = hazards(predictors)
    first = rng.exponential(1 / (soon + late))
    ending = np.where(rng.random(n) < soon / (soon + late), EVENT, COMPETING)
    lost = rng.uniform(20, 300, n) if censored else np.full(n, np.inf)
    return RiskData(
        subjects=[f"S{k}" for k in range(n)],
        predictors=predictors,
        days=np.ceil(np.minimum(first, lost)),
        cause=np.where(lost < first, CENSORED, ending),
    )


def judged(risk: Floats, happened: Floats) -> Judged:
    """Against outcomes that are all known."""
    linear = logit(np.clip(risk, 1e-9, 1 - 1e-9))
    at = np.zeros(2)
    rows = np.column_stack([np.ones(linear.size), linear])
    for _ in range(25):
        fitted = expit(rows @ at)
        spread = rows * (fitted * (1 - fitted))[:, None]
        at = at + np.linalg.solve(spread.T @ rows, rows.T @ (happened - fitted))
    return Judged(
        auc=float(roc_auc_score(happened, risk)),
        slope=float(at[1]),
        observed_expected=float(happened.mean() / risk.mean()),
    )


def oracle_data() -> RiskData:
    """The subjects of tests/oracles/prediction.R."""
    i = np.arange(480)
    age = (i * 37) % 50 + 40.0
    dose = np.array([0.0, 50.0, 100.0, 200.0])[i % 4]
    mark = (i * 31) % 100
    chance = 10 + 55 * dose / (60 + dose) + (age - 65) / 3
    cause = np.where(mark < chance, EVENT, np.where(mark > 84, COMPETING, CENSORED))
    return RiskData(
        subjects=[f"S{k}" for k in i],
        predictors=pd.DataFrame({"AGE": age, "DOSE": dose}),
        days=np.where(cause == EVENT, (i * 53) % 71 + 1, (i * 29) % 97 + 4),
        cause=cause,
    )
