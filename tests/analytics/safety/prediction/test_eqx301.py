"""EQX-301, whose generator knows everybody's true risk: are models as good as it says?"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from analytics.safety.prediction.boosting import Boosting
from analytics.safety.prediction.cause_specific_cox import CauseSpecificCox
from analytics.safety.prediction.data import CENSORED, RiskData
from analytics.safety.prediction.discrete_hazards import DiscreteHazards
from analytics.safety.prediction.explanation import permutation_importance
from analytics.safety.prediction.model import RiskModel
from analytics.safety.prediction.tuned import Tuned
from sample_data.eqx301 import draw_subjects, observe_first, true_risk
from tests.analytics.safety.prediction.simulated import Judged, judged

BY_DAY = 180.0
TRAINING_SETS, SUBJECTS, FRESH = 20, 720, 50_000
PREDICTORS = [
    "AGE", "SEX", "RACE", "REGION1", "ECOGBL", "STAGEBL", "PRIORLN", "BMKBL", "EGFRBL",
    "WEIGHTBL", "HEIGHTBL",
]  # fmt: skip
PLANTED = {"arm", "AGE", "EGFRBL", "BMKBL"}  # what the rates of adverse events depend on


def _predictors(people: pd.DataFrame) -> pd.DataFrame:
    return people[PREDICTORS].assign(arm=people["TRT01A"])


@cache
def _training(event: str, turn: int) -> RiskData:
    """A study of EQX-301's size; subjects join over 25 months, and the data cut hides the rest."""
    rng = np.random.default_rng([301, turn])
    people = draw_subjects(SUBJECTS, rng)
    fate = observe_first(people, event=event, rng=rng)
    cut = np.ceil(rng.uniform(100, 850, SUBJECTS))
    seen = fate["day"].to_numpy() <= cut
    return RiskData(
        subjects=[f"S{k}" for k in range(SUBJECTS)],
        predictors=_predictors(people),
        days=np.where(seen, fate["day"], cut),
        cause=np.where(seen, fate["cause"], CENSORED),
    )


@cache
def _fresh(event: str) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Predictors, outcomes and true risks."""
    rng = np.random.default_rng(77)
    people = draw_subjects(FRESH, rng)
    fate = observe_first(people, event=event, rng=rng)
    happened = (fate["cause"] == 1) & (fate["day"] <= BY_DAY)
    truth = true_risk(people, event=event, by_day=BY_DAY)
    return _predictors(people), happened.to_numpy(float), truth


def _judged(model: RiskModel, event: str) -> list[Judged]:
    fresh, happened, _ = _fresh(event)
    fits = (
        model.fit(_training(event, turn), days=BY_DAY, seed=turn) for turn in range(TRAINING_SETS)
    )
    return [judged(fitted.risk(fresh, BY_DAY), happened) for fitted in fits]


def _check(model: RiskModel, event: str) -> None:
    _, happened, truth = _fresh(event)
    best = judged(truth, happened)
    found = np.mean(_judged(model, event), axis=0)
    auc, slope, observed_expected = found
    assert best.slope == pytest.approx(1, abs=0.06)
    assert auc > best.auc - 0.03
    assert 0.85 < slope < 1.15
    assert observed_expected == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("event", ["GRADE3", "SERIOUS"])
def test_hazards_are_nearly_as_good_as_the_truth(event: str) -> None:
    _check(DiscreteHazards(), event)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "event"),
    [
        (CauseSpecificCox(), "GRADE3"),
        (CauseSpecificCox(), "SERIOUS"),
        (Boosting(), "GRADE3"),
        (Tuned(model=DiscreteHazards()), "GRADE3"),
        (Tuned(model=DiscreteHazards()), "SERIOUS"),
        (Tuned(model=CauseSpecificCox()), "GRADE3"),
    ],
    ids=lambda one: getattr(one, "name", one),
)
def test_other_models_are_nearly_as_good_as_the_truth(model: RiskModel, event: str) -> None:
    _check(model, event)


def test_planted_predictors_come_first() -> None:
    fresh, happened, _ = _fresh("GRADE3")
    few = slice(0, 5000)
    judge = RiskData(
        subjects=[str(k) for k in range(5000)],
        predictors=fresh[few],
        days=np.full(5000, BY_DAY),
        cause=happened[few].astype(int),
    )
    tables = [
        permutation_importance(
            [(DiscreteHazards().fit(_training("GRADE3", turn), days=BY_DAY, seed=0), judge)],
            days=BY_DAY,
            score=lambda risk, data: -float(((data.cause - risk) ** 2).mean()),
            rng=np.random.default_rng(turn),
            repeats=2,
            resamples=1,
        ).table.set_index("predictor")["importance"]
        for turn in range(TRAINING_SETS)
    ]
    mean = pd.concat(tables, axis=1).mean(axis=1).sort_values(ascending=False)
    assert set(mean.index[: len(PLANTED)]) == PLANTED
