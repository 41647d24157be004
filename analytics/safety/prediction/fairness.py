"""Whether predicted risks are as good in one group of subjects as in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.safety.prediction.data import EVENT, Floats, Ints, RiskData
from analytics.safety.prediction.scores import (
    Observed,
    area_under_curve,
    observed_by,
    recalibrated,
    require_risks,
)

GROUP_SCORES = (
    "observed_expected", "calibration_slope", "auc", "sensitivity", "false_positive_rate",
)  # fmt: skip
COLUMNS = (
    "factor", "group", "score", "subjects", "events", "estimate", "lower", "upper", "reason",
)  # fmt: skip
EVERYONE = "everyone"
LEAST_EVENTS = 10


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fairness(Result):
    """Scores by group.

    Parameters
    ----------
    table : DataFrame
        One row per factor, group and score (`GROUP_SCORES`): `subjects`, `events`, `estimate`,
        `lower`, `upper`, `reason` (why there is no estimate; else ""). The first rows are of
        everyone. Sensitivity is the share of those with the event whose risk reaches the
        threshold, the false-positive rate that of those without it.
    threshold : float
        Risk from which a subject counts as at risk.
    least_events : int
        Groups with fewer are not scored.
    days, confidence_level : float
    bootstraps, seed : int
    """

    table: pd.DataFrame
    threshold: float
    least_events: int
    days: float
    confidence_level: float
    bootstraps: int
    seed: int

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "a table of fairness")

    def to_frame(self) -> pd.DataFrame:
        """One row per factor, group and score."""
        return self.table.copy()


def score_groups(
    risk: Floats,
    data: RiskData,
    groups: Mapping[str, Sequence[str | None]],
    *,
    days: float,
    threshold: float,
    least_events: int = LEAST_EVENTS,
    confidence_level: float = 0.95,
    bootstraps: int = 200,
    seed: int = 0,
) -> Fairness:
    """Score risks in each group by itself.

    Parameters
    ----------
    risk : array
        Of each subject by the day, told by a model that had not seen the subject.
    data : RiskData
    groups : mapping
        By factor, the group of each subject; None is "missing".
    days : float
        After the landmark.
    threshold : float
        Between 0 and 1.
    least_events : int
        Groups with fewer subjects with the event are named and not scored: their scores would say
        more about chance than about the model.
    confidence_level : float
        Of percentile intervals from draws of the subjects of the group.

    References
    ----------
    Hardt, Price and Srebro (2016), NeurIPS 29 (equal opportunity); Collins and others (2024),
    BMJ 385:e078378 (TRIPOD+AI, items on fairness).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> risk = rng.uniform(size=200)
    >>> data = RiskData(
    ...     subjects=[str(n) for n in range(200)], predictors=pd.DataFrame(index=range(200)),
    ...     days=np.full(200, 9.0), cause=(rng.uniform(size=200) < risk).astype(int),
    ... )
    >>> sexes = {"SEX": ["F"] * 190 + ["M"] * 10}
    >>> found = score_groups(risk, data, sexes, days=9, threshold=0.5, bootstraps=20)
    >>> found.table.loc[found.table["group"] == "M", "reason"].iloc[0]
    '5 events; groups with fewer than 10 are not scored.'
    """
    require_risks(risk, len(data))
    require(0 < threshold < 1, "0 < threshold < 1", threshold=threshold)
    require(bootstraps >= 20, "bootstraps >= 20", bootstraps=bootstraps)
    judge = _Judge(
        days=days,
        threshold=threshold,
        least_events=least_events,
        bootstraps=bootstraps,
        ends=((1 - confidence_level) / 2, (1 + confidence_level) / 2),
    )
    named = {EVERYONE: {EVERYONE: np.arange(len(data))}} | {
        factor: _members(labels, len(data)) for factor, labels in groups.items()
    }
    rows: list[dict[str, object]] = []
    for factor, members in named.items():
        for group, places in members.items():
            rng = np.random.default_rng([seed, len(rows)])
            scored = judge.scored(risk[places], data.at(places), rng)
            rows += [{"factor": factor, "group": group, **row} for row in scored]
    return Fairness(
        table=pd.DataFrame(rows),
        threshold=threshold,
        least_events=least_events,
        days=float(days),
        confidence_level=confidence_level,
        bootstraps=bootstraps,
        seed=seed,
    )


def _members(labels: Sequence[str | None], subjects: int) -> dict[str, Ints]:
    require(len(labels) == subjects, "every subject has a group", labels=len(labels))
    texts = np.array(["missing" if pd.isna(label) else str(label) for label in labels])
    return {str(name): np.flatnonzero(texts == name) for name in np.unique(texts)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """How groups are scored."""

    days: float
    threshold: float
    least_events: int
    bootstraps: int
    ends: tuple[float, float]

    def scored(
        self, risk: Floats, data: RiskData, rng: np.random.Generator
    ) -> list[dict[str, object]]:
        """One row per score of a group, or the reason why there is none."""
        events = int(((data.cause == EVENT) & (data.days <= self.days)).sum())
        about = {"subjects": len(data), "events": events}
        if events < self.least_events:
            few = f"{events} events; groups with fewer than {self.least_events} are not scored."
            return [_row(score, about, reason=few) for score in GROUP_SCORES]
        try:
            first = _group_scores(risk, observed_by(data, self.days), self.threshold)
        except NotEstimableError as error:
            return [_row(score, about, reason=str(error)) for score in GROUP_SCORES]
        drawn = self._drawn(risk, data, rng)
        rows = []
        for score in GROUP_SCORES:
            known = [one[score] for one in drawn if np.isfinite(one[score])]
            low, high = np.quantile(known, self.ends) if known else (np.nan, np.nan)
            reason = "" if np.isfinite(first[score]) else "The risks are all equal."
            rows.append(_row(score, about, first[score], float(low), float(high), reason))
        return rows

    def _drawn(
        self, risk: Floats, data: RiskData, rng: np.random.Generator
    ) -> list[dict[str, float]]:
        n, drawn = len(data), []
        for _ in range(self.bootstraps):
            numbers = rng.multinomial(n, np.full(n, 1 / n)).astype(float)
            try:
                found = observed_by(data, self.days, numbers)
            except NotEstimableError:  # a draw without an event says nothing
                continue
            drawn.append(_group_scores(risk, found, self.threshold))
        return drawn


def _row(
    score: str,
    about: Mapping[str, int],
    estimate: float = float("nan"),
    lower: float = float("nan"),
    upper: float = float("nan"),
    reason: str = "",
) -> dict[str, object]:
    return {
        "score": score,
        **about,
        "estimate": estimate,
        "lower": lower,
        "upper": upper,
        "reason": reason,
    }


def _group_scores(risk: Floats, found: Observed, threshold: float) -> dict[str, float]:
    cases, others = found.weight * found.happened, found.weight * (1 - found.happened)
    flagged = risk >= threshold
    slope, _ = recalibrated(risk, found)
    expected = float((found.numbers * risk).sum() / found.numbers.sum())
    return {
        "observed_expected": found.share / expected if expected > 0 else float("inf"),
        "calibration_slope": slope,
        "auc": area_under_curve(risk, found, others),
        "sensitivity": float((cases * flagged).sum() / cases.sum()),
        "false_positive_rate": float((others * flagged).sum() / others.sum()),
    }
