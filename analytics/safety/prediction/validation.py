"""How good models are in subjects they had not seen: scores, intervals, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.progress import Progress, part, unheard
from analytics.results import Result, registered, require_columns
from analytics.safety.prediction.cross_validation import OutOfFold, cross_validate
from analytics.safety.prediction.data import Floats, RiskData
from analytics.safety.prediction.model import RiskModel
from analytics.safety.prediction.scores import (
    SCORES,
    THRESHOLDS,
    Observed,
    calibration_curve,
    decision,
    observed_by,
    simple_scores,
)

COMPARED = ("ipa_against_baseline", "brier_difference", "auc_difference")
NO_BETTER = "no better than the arm average"
BETTER = "better than the arm average"
_FITTING, _SCORING = 0.9, 1.0  # shares of the work that are done after each
_CURVE_POINTS = 50
_Scored = dict[str, float]


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Validation(Result):
    """How good models are in subjects that they had not seen, beside the baseline.

    Parameters
    ----------
    table : DataFrame
        One row per model and score (`SCORES`): `estimate` (mean over repeats), `lower`, `upper`,
        `apparent` (in the subjects the model was fitted to) and `optimism`, apparent less
        estimate.
    compared : DataFrame
        One row per model but the baseline and comparison (`COMPARED`): `estimate`, `lower`,
        `upper`. IPA against the baseline is 1 less the ratio of Brier scores: above 0 better.
    curves : DataFrame
        `model`, `risk`, `incidence`, `lower`, `upper`: calibration.
    decisions : DataFrame
        `model`, `threshold`, `net_benefit`, `lower`, `upper`; the models "treat all" and
        "treat none" among them.
    stability : DataFrame
        One row per model: `mean_deviation` and `largest_tenth`, mean and 90th percentile over
        subjects of the standard deviation of a subject's risk over repeats.
    risks : DataFrame
        One row per subject: `subject`, `days`, `cause`, and each model's risk, mean of repeats.
    verdicts : DataFrame
        One row per model but the baseline: `model`, `verdict`.
    baseline : str
    days, confidence_level : float
    folds, repeats, bootstraps, seed : int
    grouped_by : str
        "subject" or "site".
    """

    table: pd.DataFrame
    compared: pd.DataFrame
    curves: pd.DataFrame
    decisions: pd.DataFrame
    stability: pd.DataFrame
    risks: pd.DataFrame
    verdicts: pd.DataFrame
    baseline: str
    days: float
    confidence_level: float
    folds: int
    repeats: int
    bootstraps: int
    seed: int
    grouped_by: str

    def __post_init__(self) -> None:
        columns = ("model", "score", "estimate", "lower", "upper", "apparent", "optimism")
        require_columns(self.table, columns, "a validation")
        require_columns(self.verdicts, ("model", "verdict"), "verdicts")

    def to_frame(self) -> pd.DataFrame:
        """One row per model and score."""
        return self.table.copy()

    def verdict(self, model: str) -> str:
        """Whether a model is better than the baseline, as far as the interval of its IPA says."""
        own = self.verdicts[self.verdicts["model"] == model]
        require(len(own) == 1, "the model is one that was validated", model=model)
        return str(own["verdict"].iloc[0])


def validate(
    models: Sequence[RiskModel],
    data: RiskData,
    *,
    days: float,
    folds: int = 5,
    repeats: int = 2,
    by_site: bool = False,
    bootstraps: int = 300,
    confidence_level: float = 0.95,
    seed: int = 0,
    progress: Progress = unheard,
) -> Validation:
    """Cross-validate models and score what they told, with bootstrap intervals.

    Subjects are drawn again and again and the risks told for them scored; scores of repeats are
    averaged, and differences from the baseline are of the same draws. The intervals hold for
    these fitted models: they do not know how much models fitted to other studies would differ.

    Parameters
    ----------
    models : sequence of RiskModel
        The baseline, an arm average, first.
    bootstraps : int
        Draws of subjects.
    confidence_level : float
        Of percentile intervals.

    References
    ----------
    Varma and Simon (2006), BMC Bioinformatics 7:91 (nested cross-validation); Harrell (2015),
    Regression Modeling Strategies (optimism); Efron and Tibshirani (1993).

    Examples
    --------
    >>> from analytics.safety.prediction.arm_average import ArmAverage
    >>> rng = np.random.default_rng(1)
    >>> data = RiskData(
    ...     subjects=[f"S{n}" for n in range(60)],
    ...     predictors=pd.DataFrame({"arm": rng.choice(["A", "B"], 60)}),
    ...     days=rng.integers(1, 100, 60).astype(float), cause=rng.choice([0, 1, 2], 60),
    ... )
    >>> found = validate([ArmAverage()], data, days=50, bootstraps=20)
    >>> found.table["model"].unique().tolist() == [found.baseline]
    True
    """
    require(bootstraps >= 20, "bootstraps >= 20", bootstraps=bootstraps)
    require(0 < confidence_level < 1, "0 < confidence_level < 1", level=confidence_level)
    told = cross_validate(
        models,
        data,
        days=days,
        folds=folds,
        repeats=repeats,
        by_site=by_site,
        seed=seed,
        progress=part(progress, 0.0, _FITTING),
    )
    ends = _Ends.of(confidence_level)
    draws = _drawn(told, bootstraps, seed, part(progress, _FITTING, _SCORING))
    compared = _compared(draws, ends)
    return Validation(
        table=_scored(told, draws, ends),
        compared=compared,
        curves=draws.curves(ends),
        decisions=draws.decisions(ends),
        stability=_stability(told),
        risks=_mean_risks(told),
        verdicts=_verdicts(compared),
        baseline=models[0].name,
        days=float(days),
        confidence_level=confidence_level,
        folds=folds,
        repeats=repeats,
        bootstraps=bootstraps,
        seed=seed,
        grouped_by="site" if by_site else "subject",
    )


# Bootstraps ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    low: float
    high: float

    @classmethod
    def of(cls, level: float) -> _Ends:
        return cls(low=(1 - level) / 2, high=(1 + level) / 2)

    def limits(self, values: npt.ArrayLike) -> tuple[float, float]:
        """Percentiles of what could be worked out."""
        known = np.asarray(values, dtype=float)
        known = known[np.isfinite(known)]
        if not known.size:
            return float("nan"), float("nan")
        low, high = np.quantile(known, [self.low, self.high])
        return float(low), float(high)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Draws:
    """Scores of what was told: of the subjects themselves first, then of every draw of them."""

    told: OutOfFold
    scores: Mapping[str, list[_Scored]]
    grids: Mapping[str, Floats]
    smooth: Mapping[str, list[Floats]]
    benefits: Mapping[str, list[Floats]]

    def curves(self, ends: _Ends) -> pd.DataFrame:
        rows = []
        for model, drawn in self.smooth.items():
            band = [ends.limits(column) for column in np.array(drawn[1:]).T]
            own = pd.DataFrame({"risk": self.grids[model], "incidence": drawn[0]})
            own["lower"], own["upper"] = np.array(band).T if band else (np.nan, np.nan)
            rows.append(own.assign(model=model))
        return pd.concat(rows, ignore_index=True)[["model", "risk", "incidence", "lower", "upper"]]

    def decisions(self, ends: _Ends) -> pd.DataFrame:
        rows = []
        for model, drawn in self.benefits.items():
            band = np.array([ends.limits(column) for column in np.array(drawn[1:]).T]).T
            rows.append(
                pd.DataFrame(
                    {
                        "model": model,
                        "threshold": THRESHOLDS,
                        "net_benefit": drawn[0],
                        "lower": band[0],
                        "upper": band[1],
                    }
                )
            )
        none = {"model": "treat none", "net_benefit": 0.0, "lower": 0.0, "upper": 0.0}
        rows.append(pd.DataFrame({"threshold": THRESHOLDS}).assign(**none)[rows[0].columns])
        return pd.concat(rows, ignore_index=True)


def _grid(risk: Floats) -> Floats:
    """Risks at which a calibration curve is drawn; the outermost hundredths carry none."""
    low, high = np.quantile(risk, [0.01, 0.99])
    return np.linspace(float(low), float(high), _CURVE_POINTS)


def _drawn(told: OutOfFold, bootstraps: int, seed: int, progress: Progress) -> _Draws:
    n = len(told.data)
    grids = {name: _grid(risk) for name, risk in told.risks.items()}
    found = _Draws(
        told=told,
        scores={name: [] for name in told.risks},
        grids=grids,
        smooth={name: [] for name in told.risks},
        benefits={name: [] for name in (*told.risks, "treat all")},
    )
    for draw in range(bootstraps + 1):
        rng = np.random.default_rng([seed, 1_000_003, draw])
        numbers = None if draw == 0 else rng.multinomial(n, np.full(n, 1 / n)).astype(float)
        try:
            observed = observed_by(told.data, told.days, numbers)
        except NotEstimableError:
            if draw == 0:
                raise
            continue  # a draw without an event says nothing
        _score_draw(found, observed)
        progress(draw / bootstraps, f"Intervals: draw {draw} of {bootstraps}")
    return found


def _score_draw(found: _Draws, observed: Observed) -> None:
    every = []
    for name, risks in found.told.risks.items():
        scored = [simple_scores(risk, observed) for risk in risks]
        found.scores[name].append({key: _mean([one[key] for one in scored]) for key in SCORES})
        mean = risks.mean(axis=0)
        found.smooth[name].append(calibration_curve(mean, observed, found.grids[name]))
        benefit = _benefits(risks, observed)
        found.benefits[name].append(benefit[0])
        every.append(benefit[1])
    found.benefits["treat all"].append(every[0])


def _benefits(risks: Floats, observed: Observed) -> tuple[Floats, Floats]:
    """Net benefit at every threshold, of the model and of treating everybody."""
    own = np.array(
        [[decision(risk, observed, threshold) for threshold in THRESHOLDS] for risk in risks]
    ).mean(axis=0)
    return own[:, 0], own[:, 1]


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")


# Tables -------------------------------------------------------------------------------------


def _scored(told: OutOfFold, draws: _Draws, ends: _Ends) -> pd.DataFrame:
    observed = observed_by(told.data, told.days)
    rows = []
    for name, drawn in draws.scores.items():
        apparent = simple_scores(told.apparent[name], observed)
        for score in SCORES:
            lower, upper = ends.limits([one[score] for one in drawn[1:]])
            estimate = drawn[0][score]
            rows.append(
                {
                    "model": name,
                    "score": score,
                    "estimate": estimate,
                    "lower": lower,
                    "upper": upper,
                    "apparent": apparent[score],
                    "optimism": apparent[score] - estimate,
                }
            )
    return pd.DataFrame(rows)


def _compared(draws: _Draws, ends: _Ends) -> pd.DataFrame:
    baseline, *others = draws.scores
    measures: Mapping[str, Callable[[_Scored, _Scored], float]] = {
        "ipa_against_baseline": lambda own, base: 1 - own["brier"] / base["brier"],
        "brier_difference": lambda own, base: own["brier"] - base["brier"],
        "auc_difference": lambda own, base: own["auc"] - base["auc"],
    }
    rows = []
    for name in others:
        pairs = list(zip(draws.scores[name], draws.scores[baseline], strict=True))
        for comparison, measure in measures.items():
            values = [measure(*pair) for pair in pairs]
            lower, upper = ends.limits(values[1:])
            rows.append((name, comparison, values[0], lower, upper))
    columns = ["model", "comparison", "estimate", "lower", "upper"]
    return pd.DataFrame(rows, columns=columns)


def _verdicts(compared: pd.DataFrame) -> pd.DataFrame:
    ipa = compared[compared["comparison"] == "ipa_against_baseline"]
    better = [BETTER if lower > 0 else NO_BETTER for lower in ipa["lower"]]
    return pd.DataFrame({"model": ipa["model"].tolist(), "verdict": better}, dtype=object)


def _stability(told: OutOfFold) -> pd.DataFrame:
    rows = []
    for name, risks in told.risks.items():
        apart = risks.std(axis=0, ddof=1) if len(risks) > 1 else np.full(risks.shape[1], np.nan)
        rows.append((name, float(apart.mean()), float(np.quantile(apart, 0.9))))
    return pd.DataFrame(rows, columns=["model", "mean_deviation", "largest_tenth"])


def _mean_risks(told: OutOfFold) -> pd.DataFrame:
    data = told.data
    own = {name: risks.mean(axis=0) for name, risks in told.risks.items()}
    return pd.DataFrame(
        {"subject": list(data.subjects), "days": data.days, "cause": data.cause, **own}
    )
