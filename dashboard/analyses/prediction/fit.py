"""A model of risk, fitted and judged: what supports it, how good it is, what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.progress import Progress, part, unheard
from analytics.results import Result, registered
from analytics.safety.prediction.arm_average import ArmAverage
from analytics.safety.prediction.boosting import Boosting
from analytics.safety.prediction.cause_specific_cox import CauseSpecificCox
from analytics.safety.prediction.contributions import reference_subject, replacement_contributions
from analytics.safety.prediction.data import ARM, Floats, RiskData
from analytics.safety.prediction.discrete_hazards import DiscreteHazards
from analytics.safety.prediction.encoding import parameter_counts
from analytics.safety.prediction.explanation import (
    PermutationImportance,
    partial_dependence,
    permutation_importance,
)
from analytics.safety.prediction.fairness import Fairness, score_groups
from analytics.safety.prediction.leakage import require_no_giveaway
from analytics.safety.prediction.model import FittedRisk, RiskModel
from analytics.safety.prediction.sample_size import SupportedParameters, supported_parameters
from analytics.safety.prediction.scores import observed_by
from analytics.safety.prediction.tuned import Tuned
from analytics.safety.prediction.validation import NO_BETTER, Validation, validate
from dashboard.analyses.prediction.question import PredictionData, PredictionQuestion
from queries.predictor_rows import predictor_rows
from queries.store import Store

Family = Literal["discrete", "cox", "boosting"]
FAMILIES: tuple[Family, ...] = ("discrete", "cox", "boosting")
_MOST_DRAWN = 8  # predictors whose partial dependence is drawn
_REASONS = 3
_HELD_OUT = 3  # folds in which importance is judged
_AGE_BANDS = ((65, "under 65"), (75, "65 to 74"), (np.inf, "75 or older"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionFit:
    """Fit models to a question, judge them beside the arm average, and explain the best.

    Parameters
    ----------
    question : PredictionQuestion
    families : tuple of {"discrete", "cox", "boosting"}
        Models that are tried beside the arm average.
    folds, repeats : int
        Of the cross-validation.
    by_site : bool
        Leave sites out instead of subjects.
    trials : int
        Settings that are tried inside each fold, for each model.
    bootstraps : int
        Draws of subjects behind the intervals.
    threshold : float, optional
        Risk from which a subject counts as at risk; the incidence among all unless given.
    seed : int
        The same seed gives the same answer.
    """

    question: PredictionQuestion = field(default_factory=PredictionQuestion)
    families: tuple[Family, ...] = FAMILIES
    folds: int = 5
    repeats: int = 2
    by_site: bool = False
    trials: int = 8
    bootstraps: int = 300
    threshold: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        require(len(self.families) > 0, "there is a model to fit", families=self.families)
        strange = set(self.families) - set(FAMILIES)
        require(not strange, f"families are among {FAMILIES}", families=sorted(strange))
        inside = self.threshold is None or 0 < self.threshold < 1
        require(inside, "0 < threshold < 1", threshold=self.threshold)

    def run(self, store: Store, progress: Progress = unheard) -> PredictionReport:
        """Read, fit, judge and explain; a minute or so.

        Raises
        ------
        NotEstimableError
            When the study supports no model with predictors: the sentence says how many subjects
            and events would be needed.
        InputError
            For a predictor from the future, or one that gives the outcome away.
        """
        progress(0.0, "Reading predictors and outcomes.")
        prepared = self.question.run(store)
        supported, data, dropped = within_support(prepared)
        require_no_giveaway(data, days=self.question.horizon)
        models = self._models()
        judged = validate(
            models,
            data,
            days=self.question.horizon,
            folds=self.folds,
            repeats=self.repeats,
            by_site=self.by_site,
            bootstraps=self.bootstraps,
            seed=self.seed,
            progress=part(progress, 0.02, 0.85),
        )
        chosen = _best(judged)
        model = next(one for one in models if one.name == chosen)
        progress(0.86, f"Explaining: {chosen}.")
        fitted = model.fit(data, days=self.question.horizon, seed=self.seed)
        told = judged.risks.set_index("subject")[chosen]
        risk = told.loc[list(data.subjects)].to_numpy(dtype=float)
        share = observed_by(data, self.question.horizon).share
        threshold = round(share, 2) if self.threshold is None else self.threshold
        importance = self._importance(model, data, part(progress, 0.86, 0.94))
        progress(0.95, "Groups of subjects.")
        return PredictionReport(
            question=self.question.sentence(),
            chosen=chosen,
            threshold=threshold,
            supported=supported,
            validation=judged,
            importance=importance,
            dependence=_dependence(fitted, data, importance, self.question.horizon),
            people=_people(fitted, data, risk, self.question.horizon),
            fairness=self._fairness(store, data, risk, threshold),
            missing=prepared.missing(),
            left_out=pd.DataFrame(
                {"reason": list(prepared.left_out), "subjects": list(prepared.left_out.values())}
            ),
            dropped=", ".join(dropped),
            seed=self.seed,
        )

    def _models(self) -> list[RiskModel]:
        made: Mapping[Family, RiskModel] = {
            "discrete": Tuned(model=DiscreteHazards(), trials=self.trials),
            "cox": Tuned(model=CauseSpecificCox(), trials=self.trials),
            "boosting": Tuned(model=Boosting(), trials=self.trials),
        }
        return [ArmAverage(), *(made[family] for family in FAMILIES if family in self.families)]

    def _importance(
        self, model: RiskModel, data: RiskData, progress: Progress
    ) -> PermutationImportance:
        """Judged in folds that the model was not fitted to."""
        days, rng = self.question.horizon, np.random.default_rng([self.seed, 77])
        fold_of = rng.permutation(len(data)) % _HELD_OUT
        parts = []
        for fold in range(_HELD_OUT):
            fitted = model.fit(data.at(np.flatnonzero(fold_of != fold)), days=days, seed=self.seed)
            parts.append((fitted, data.at(np.flatnonzero(fold_of == fold))))
            progress((fold + 1) / _HELD_OUT, "What the predictors contribute.")
        return permutation_importance(parts, days=days, score=_negative_brier(days), rng=rng)

    def _fairness(self, store: Store, data: RiskData, risk: Floats, threshold: float) -> Fairness:
        return score_groups(
            risk,
            data,
            _groups(store, self.question, data),
            days=self.question.horizon,
            threshold=threshold,
            seed=self.seed,
        )


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PredictionReport(Result):
    """A model of risk and how far it can be believed.

    Parameters
    ----------
    question : str
    chosen : str
        The model with the best cross-validated error; choosing it makes it look a little better
        than it is.
    threshold : float
        Risk from which a subject counts as at risk.
    supported : SupportedParameters
    validation : Validation
    importance : PermutationImportance
        Of the chosen model, in subjects that it was not fitted to.
    dependence : DataFrame
        `predictor`, `value` (as text), `risk`, `lower`, `upper`: mean risk as one predictor
        changes, and its 10th and 90th percentile.
    people : DataFrame
        `subject`, `arm`, `risk` (told by models that had not seen the subject) and `reasons`,
        the highest risk first.
    fairness : Fairness
    missing, left_out : DataFrame
        As `PredictionData` has them.
    dropped : str
        Predictors that the study does not support, joined by commas.
    seed : int
    """

    question: str
    chosen: str
    threshold: float
    supported: SupportedParameters
    validation: Validation
    importance: PermutationImportance
    dependence: pd.DataFrame
    people: pd.DataFrame
    fairness: Fairness
    missing: pd.DataFrame
    left_out: pd.DataFrame
    dropped: str
    seed: int

    @property
    def no_better(self) -> bool:
        """Whether the chosen model is no better than the arm average, as far as one can tell."""
        return self.validation.verdict(self.chosen) == NO_BETTER

    def to_frame(self) -> pd.DataFrame:
        """Scores of all models."""
        return self.validation.to_frame()


def within_support(
    prepared: PredictionData,
) -> tuple[SupportedParameters, RiskData, tuple[str, ...]]:
    """The predictors that the study supports, in the order of the question; the rest is named.

    Raises
    ------
    NotEstimableError
        When it supports none.
    """
    data, horizon = prepared.data, prepared.asked.horizon
    counts = parameter_counts(data.predictors)
    supported = supported_parameters(
        subjects=len(data),
        events=prepared.events_by_then,
        asked=max(1, sum(counts.values())),
        risk=observed_by(data, horizon).share,
    )
    if supported.refused:
        raise NotEstimableError(supported.sentence)
    if supported.enough:
        return supported, data, ()
    room, kept = supported.supported, []
    for name in data.predictors.columns:  # the arm stands first
        if counts[name] <= room:
            kept.append(name)
            room -= counts[name]
    dropped = tuple(name for name in data.predictors.columns if name not in kept)
    if ARM in dropped:
        raise NotEstimableError(supported.sentence)
    fewer = RiskData(
        subjects=data.subjects,
        predictors=data.predictors[kept],
        days=data.days,
        cause=data.cause,
        sites=data.sites,
    )
    return supported, fewer, dropped


def _best(judged: Validation) -> str:
    """The model, other than the baseline, with the smallest cross-validated Brier score."""
    table = judged.table
    briers = table[(table["score"] == "brier") & (table["model"] != judged.baseline)]
    return str(briers.sort_values("estimate", kind="stable")["model"].iloc[0])


def _negative_brier(days: float) -> Callable[[Floats, RiskData], float]:
    def score(risk: Floats, data: RiskData) -> float:
        found = observed_by(data, days)
        squares = found.weight * (found.happened - risk) ** 2
        return -float(squares.sum() / found.numbers.sum())

    return score


def _dependence(
    fitted: FittedRisk, data: RiskData, importance: PermutationImportance, days: float
) -> pd.DataFrame:
    rows = []
    for name in importance.table["predictor"].head(_MOST_DRAWN):
        table = partial_dependence(fitted, data.predictors, name=str(name), days=days).table
        table = table.set_axis(["value", "risk", "lower", "upper"], axis=1)
        rows.append(table.assign(predictor=name, value=table["value"].map(_as_text)))
    return pd.concat(rows, ignore_index=True)[["predictor", "value", "risk", "lower", "upper"]]


def _as_text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)


def _people(fitted: FittedRisk, data: RiskData, risk: Floats, days: float) -> pd.DataFrame:
    """Subjects by risk, with what sets them apart from the typical subject."""
    reference = reference_subject(data.predictors)
    parts = replacement_contributions(fitted, data.predictors, days=days, reference=reference)
    order = np.argsort(-risk, kind="stable")
    arm = data.predictors[ARM].astype(str).to_numpy()
    return pd.DataFrame(
        {
            "subject": np.array(data.subjects, dtype=object)[order],
            "arm": arm[order],
            "risk": risk[order],
            "reasons": [_reasons(parts.table.iloc[place], data, place) for place in order],
        }
    )


def _reasons(parts: pd.Series, data: RiskData, place: int) -> str:
    """The predictors that move a subject's risk most, in percentage points."""
    largest = parts.abs().sort_values(ascending=False, kind="stable").head(_REASONS).index
    said = []
    for name in largest:
        points = 100 * float(parts[name])
        if abs(points) >= 0.5:
            value = data.predictors[name].iloc[place]
            shown = "missing" if pd.isna(value) else _as_text(value)
            said.append(f"{name} {shown} ({points:+.0f})")
    return "; ".join(said)


def _groups(
    store: Store, question: PredictionQuestion, data: RiskData
) -> dict[str, list[str | None]]:
    """Sex, age band, race and region of the subjects, where collected."""
    wanted = {"Sex": "sex", "Race": "race", "Region": "country", "Age": "age"}
    columns = {
        name: store.source_of(column)
        for name, column in wanted.items()
        if store.collected(column) and store.source_of(column) in store.columns
    }
    if "REGION1" in store.columns:
        columns["Region"] = "REGION1"
    rows = predictor_rows(
        store,
        selection=question.selection,
        of=question.of,
        columns=tuple(dict.fromkeys(columns.values())),
        cohort=question.subjects.chosen(),
        arm=question.subjects.arm,
    ).set_index("subject")
    own = rows.loc[list(data.subjects)]
    groups = {
        name: [None if pd.isna(value) else str(value) for value in own[column]]
        for name, column in columns.items()
        if name != "Age"
    }
    if "Age" in columns:
        groups["Age"] = [_band(value) for value in own[columns["Age"]]]
    return groups


def _band(age: float) -> str | None:
    if pd.isna(age):
        return None
    return next(name for below, name in _AGE_BANDS if age < below)
