"""Cross-validation: nobody is judged by a model that knew them, and chance is not called skill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result
from analytics.safety.prediction.arm_average import ArmAverage
from analytics.safety.prediction.cross_validation import cross_validate
from analytics.safety.prediction.data import CENSORED, COMPETING, EVENT, RiskData
from analytics.safety.prediction.discrete_hazards import DiscreteHazards
from analytics.safety.prediction.fairness import score_groups
from analytics.safety.prediction.tuned import Tuned
from analytics.safety.prediction.validation import BETTER, NO_BETTER, validate


def study(seed: int, n: int = 300, effect: float = 1.2) -> RiskData:
    """Subjects whose hazard depends on one number, with competing events and censoring."""
    rng = np.random.default_rng(seed)
    arm, x, noise = rng.choice(["A", "B"], n), rng.normal(size=n), rng.normal(size=n)
    rate = 0.01 * np.exp(effect * x + 0.3 * (arm == "B"))
    event, other, followed = (
        rng.exponential(1 / rate),
        rng.exponential(250, n),
        rng.uniform(30, 200, n),
    )
    days = np.ceil(np.minimum(np.minimum(event, other), followed))
    cause = np.where(event <= np.minimum(other, followed), EVENT, COMPETING)
    cause = np.where(followed < np.minimum(event, other), CENSORED, cause)
    return RiskData(
        subjects=[f"S{place}" for place in range(n)],
        predictors=pd.DataFrame({"arm": arm, "x": x, "noise": noise}),
        days=days,
        cause=cause,
        sites=[f"site {place % 13}" for place in range(n)],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembers:
    """A model that knows what became of those it was fitted to, and of nobody else."""

    name: str = "remembers"

    def fit(self, data: RiskData, *, days: float, seed: int) -> Remembered:
        known = set(data.predictors["x"])
        return Remembered(known=known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    known: set[float]
    parameters: int = 0

    def risk(self, predictors: pd.DataFrame, days: float) -> np.ndarray:
        return predictors["x"].isin(self.known).to_numpy(dtype=float) * 0.5 + 0.25


@pytest.mark.parametrize("by_site", [False, True])
def test_nobody_is_judged_by_a_model_that_knew_them(by_site):
    data = study(1)
    told = cross_validate([Remembers()], data, days=60, repeats=3, by_site=by_site)
    assert (told.risks["remembers"] == 0.25).all()
    assert (told.apparent["remembers"] == 0.75).all()


def test_whole_sites_are_left_out():
    data = study(2)
    told = cross_validate([SeesSites()], data, days=60, folds=4, by_site=True)
    assert (told.risks["sites"] == 0.25).all()
    with pytest.raises(NotEstimableError, match="Leaving sites out in 20 folds"):
        cross_validate([SeesSites()], data, days=60, folds=20, by_site=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeesSites:
    """Tells whether somebody of the site was there when it was fitted, by their place."""

    name: str = "sites"

    def fit(self, data: RiskData, *, days: float, seed: int) -> SitesSeen:
        return SitesSeen(known=set(data.sites or ()), by_x=dict(ALL_SITES))


ALL_SITES = dict(zip(study(2).predictors["x"], study(2).sites or (), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class SitesSeen:
    known: set[str]
    by_x: dict[float, str]
    parameters: int = 0

    def risk(self, predictors: pd.DataFrame, days: float) -> np.ndarray:
        seen = [self.by_x[x] in self.known for x in predictors["x"]]
        return np.array(seen, dtype=float) * 0.5 + 0.25


def test_a_real_effect_is_found_and_told_better_than_the_arm_average():
    tuned = Tuned(model=DiscreteHazards(), trials=8)
    found = validate([ArmAverage(), tuned], study(3), days=90, bootstraps=100)
    assert found.verdicts["verdict"].tolist() == [BETTER]
    table = found.table.set_index(["model", "score"])
    model = found.verdicts["model"].iloc[0]
    assert table.loc[(model, "auc"), "estimate"] > 0.7
    # The penalty is made for weak signals: it draws strong ones together.
    assert 0.7 < table.loc[(model, "calibration_slope"), "estimate"] < 1.8
    assert (table["lower"] <= table["upper"]).all()
    assert table.loc[(model, "ipa"), "optimism"] > -0.02
    assert found.stability.set_index("model").loc[model, "mean_deviation"] < 0.1


def test_the_same_seed_gives_the_same_answer_and_json_brings_it_back():
    models = [ArmAverage(), DiscreteHazards()]
    one, two = (validate(models, study(4, 150), days=90, bootstraps=20, seed=7) for _ in range(2))
    assert one.to_json() == two.to_json()
    assert Result.from_json(one.to_json()).to_json() == one.to_json()
    other = validate(models, study(4, 150), days=90, bootstraps=20, seed=8)
    assert other.to_json() != one.to_json()


def test_the_order_of_the_subjects_changes_nothing():
    data = study(9, 120)
    turned = data.at(np.random.default_rng(1).permutation(len(data)))
    models = [ArmAverage(), DiscreteHazards()]
    one, two = (validate(models, own, days=90, bootstraps=20) for own in (data, turned))
    assert one.to_json() == two.to_json()


def test_progress_is_told_and_can_stop():
    heard: list[float] = []

    def hear(share: float, sentence: str) -> None:
        heard.append(share)
        if share > 0.5:
            raise InterruptedError("enough")

    with pytest.raises(InterruptedError, match="enough"):
        validate([ArmAverage()], study(5, 100), days=90, bootstraps=20, progress=hear)
    assert heard == sorted(heard)


def test_what_cannot_be_validated_is_said():
    with pytest.raises(InputError, match="folds >= 2"):
        validate([ArmAverage()], study(6), days=90, folds=1)
    with pytest.raises(InputError, match="names of their own"):
        validate([ArmAverage(), ArmAverage()], study(6), days=90)
    with pytest.raises(InputError, match="one that was validated"):
        validate([ArmAverage()], study(6), days=90, bootstraps=20).verdict("none")


@pytest.mark.slow
def test_chance_is_called_no_better_than_the_arm_average():
    """With outcomes permuted, at least 93 % of 200 seeds."""
    no_better = 0
    for seed in range(200):
        data = study(seed, 250)
        order = np.random.default_rng(seed).permutation(len(data))
        shuffled = RiskData(
            subjects=data.subjects,
            predictors=data.predictors,
            days=data.days[order],
            cause=data.cause[order],
        )
        found = validate(
            [ArmAverage(), DiscreteHazards()], shuffled, days=90, bootstraps=100, repeats=1
        )
        no_better += found.verdicts["verdict"].tolist() == [NO_BETTER]
    assert no_better >= 186


def test_groups_are_scored_by_themselves_and_small_ones_are_not():
    data = study(8, 400)
    risk = 1 / (1 + np.exp(-data.predictors["x"].to_numpy()))
    labels = ["few" if place < 8 else "F" if place % 2 else "M" for place in range(400)]
    found = score_groups(risk, data, {"SEX": labels}, days=90, threshold=0.5, bootstraps=30)
    table = found.table.set_index(["group", "score"])
    assert "groups with fewer than 10 are not scored" in table.loc[("few", "auc"), "reason"]
    assert np.isnan(table.loc[("few", "auc"), "estimate"])
    sizes = found.table.drop_duplicates(["factor", "group"])
    assert sizes.loc[sizes["factor"] == "SEX", "subjects"].sum() == 400
    for group in ("F", "M", "everyone"):
        assert 0.6 < table.loc[(group, "auc"), "estimate"] < 1
        assert 0 <= table.loc[(group, "sensitivity"), "estimate"] <= 1
    assert Result.from_json(found.to_json()).to_json() == found.to_json()
