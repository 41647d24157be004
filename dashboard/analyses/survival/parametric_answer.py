"""The distributions that were fitted: side by side, drawn on, and as assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.design import HazardOfArm, assumed_hazard
from analytics.survival.kaplan_meier import KaplanMeier
from analytics.survival.regression import (
    ParametricFit,
    parametric_quantile,
    parametric_rmst,
    predict_parametric,
)
from analytics.survival.rmst import RestrictedMeans
from analytics.survival.smoothed_hazard import SmoothedHazard
from dashboard.analyses.survival.analysis import SurvivalAnalysis

FITTED = (
    "exponential", "weibull", "gompertz", "lognormal", "loglogistic", "gengamma", "piecewise",
)  # fmt: skip
"""Distributions that the tab fits, simplest first."""

EVERY_ARM = "All arms"
_POINTS = 160
_COMPARED = (
    "arm", "distribution", "parameters", "subjects", "events", "log_likelihood", "aic", "bic",
    "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParametricAnswer:
    """Fits by arm and distribution; where there is none, the sentence that says why.

    Parameters
    ----------
    analysis : SurvivalAnalysis
    zero_times : str
        What was done with times of 0; "" when there are none.
    zeros : int
        Subjects with such a time.
    curves : KaplanMeier
        Of everybody analysed.
    fits : mapping
        By (arm, distribution).
    cuts : tuple of float
        Of the piecewise exponential.
    smoothed : SmoothedHazard or str
    means : RestrictedMeans or str
        From the curves, up to the end of the shortest follow-up.
    cohorts : mapping
        By arm: the rule for its subjects, as JSON.
    refusal : str or None
        Why these hazards must not be taken over as assumptions.
    """

    analysis: SurvivalAnalysis
    zero_times: str
    zeros: int
    curves: KaplanMeier
    fits: Mapping[tuple[str, str], ParametricFit | str]
    cuts: tuple[float, ...]
    smoothed: SmoothedHazard | str
    means: RestrictedMeans | str
    cohorts: Mapping[str, str]
    refusal: str | None

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms, reference first."""
        return tuple(curve.arm for curve in self.curves.curves)

    @property
    def last_times(self) -> dict[str, float]:
        """By arm: the last observed time, beyond which a fit extrapolates."""
        return {c.arm: float(c.table["time"].iloc[-1]) for c in self.curves.curves}

    def fit(self, arm: str, distribution: str) -> ParametricFit:
        """One fit; `NotEstimableError` with the reason where there is none."""
        known = (arm, distribution) in self.fits
        require(known, "the arm and the distribution were fitted", got=(arm, distribution))
        found = self.fits[arm, distribution]
        if isinstance(found, str):
            raise NotEstimableError(found)
        return found

    def found(self, distributions: Sequence[str]) -> list[tuple[str, str, ParametricFit]]:
        """The fits that there are, by distribution and arm."""
        each = [(arm, name, self.fits[arm, name]) for name in distributions for arm in self.arms]
        return [(arm, name, fit) for arm, name, fit in each if not isinstance(fit, str)]

    # Side by side -------------------------------------------------------------

    def comparison_table(self) -> pd.DataFrame:
        """One row per arm and distribution: how well it fits; and all arms together.

        `parameters`, `subjects`, `events`, `log_likelihood`, `aic`, `bic` and `note` (why there
        is no fit). Arms have parameters of their own, so those of all arms add up.
        """
        rows = [self._compared(arm, name) for arm in self.arms for name in FITTED]
        table = pd.DataFrame(rows, columns=list(_COMPARED))
        if len(self.arms) > 1:
            whole = pd.DataFrame(
                [_together(name, table) for name in FITTED], columns=list(_COMPARED)
            )
            table = pd.concat([table, whole], ignore_index=True)
        return table

    def best(self) -> str | None:
        """The distribution with the lowest AIC over all arms; None when none fits every arm."""
        table = self.comparison_table()
        whole = table[table["arm"] == (EVERY_ARM if len(self.arms) > 1 else self.arms[0])]
        if whole["aic"].isna().all():
            return None
        return str(whole.loc[whole["aic"].idxmin(), "distribution"])

    def _compared(self, arm: str, name: str) -> tuple[object, ...]:
        fit = self.fits[arm, name]
        if isinstance(fit, str):
            curve = next(one for one in self.curves.curves if one.arm == arm)
            nothing = (float("nan"),) * 3
            return (arm, name, 0, curve.subjects, curve.events, *nothing, fit)
        numbers = (fit.log_likelihood, fit.aic, fit.bic)
        return (arm, name, len(fit.table), fit.rows, fit.events, *numbers, "")

    # What the fits say --------------------------------------------------------

    def parameter_table(self, distributions: Sequence[str]) -> pd.DataFrame:
        """One row per parameter: as it was fitted, with its standard error and limits."""
        wanted = ["parameter", "estimate", "std_err", "lower", "upper"]
        tables = [
            fit.table[wanted].assign(arm=arm, distribution=name)
            for arm, name, fit in self.found(distributions)
        ]
        columns = ["distribution", "arm", *wanted]
        if not tables:
            return pd.DataFrame(columns=columns)
        return pd.concat(tables, ignore_index=True)[columns]

    def natural_table(self, distributions: Sequence[str]) -> pd.DataFrame:
        """One row per parameter in the units in which people report it."""
        tables = [
            fit.parameters.assign(arm=arm, distribution=name)
            for arm, name, fit in self.found(distributions)
        ]
        columns = ["distribution", "arm", "parameter", "estimate", "lower", "upper"]
        if not tables:
            return pd.DataFrame(columns=columns)
        return pd.concat(tables, ignore_index=True)[columns]

    def summary_table(self, distributions: Sequence[str], horizon: float) -> pd.DataFrame:
        """Medians, restricted means and survival at the horizon; first the curves' own.

        `distribution` is "" in the rows of the Kaplan–Meier curves. `rmst_observed` is the mean
        up to `observed_until`, the end of the shortest follow-up, `rmst` that up to the horizon;
        what lies beyond an arm's last time carries `..._extrapolated`.
        """
        until = self.observed_until
        rows = [self._observed(arm) for arm in self.arms]
        for arm, name, fit in self.found(distributions):
            at = predict_parametric(
                fit, [horizon], confidence_level=self.analysis.confidence_level
            ).table.iloc[0]
            rows.append(
                {
                    "arm": arm,
                    "distribution": name,
                    **_limits("median", self._quantile(fit)),
                    **_limits("rmst_observed", self._mean(fit, until)),
                    **_limits("rmst", self._mean(fit, horizon)),
                    "survival": at["survival"],
                    "survival_lower": at["survival_lower"],
                    "survival_upper": at["survival_upper"],
                    "survival_extrapolated": bool(at["extrapolated"]),
                }
            )
        return pd.DataFrame(rows).assign(observed_until=until, horizon=horizon)

    @property
    def observed_until(self) -> float:
        """The end of the shortest follow-up."""
        return min(self.last_times.values())

    def _observed(self, arm: str) -> dict[str, Any]:
        medians = self.curves.quantile(0.5).set_index("arm").loc[arm]
        row: dict[str, Any] = {"arm": arm, "distribution": ""}
        row |= {"median": medians["estimate"], "median_lower": medians["lower"]}
        row |= {"median_upper": medians["upper"], "median_extrapolated": False}
        if not isinstance(self.means, str):
            own = self.means.by_arm.set_index("arm").loc[arm]
            row |= {"rmst_observed": own["rmst"], "rmst_observed_lower": own["lower"]}
            row |= {"rmst_observed_upper": own["upper"], "rmst_observed_extrapolated": False}
        return row

    def _quantile(self, fit: ParametricFit) -> pd.Series[Any]:
        level = self.analysis.confidence_level
        return parametric_quantile(fit, 0.5, confidence_level=level).iloc[0]

    def _mean(self, fit: ParametricFit, until: float) -> pd.Series[Any]:
        level = self.analysis.confidence_level
        found = parametric_rmst(fit, until, confidence_level=level).iloc[0]
        # Limits from the log can lie beyond what a mean up to `until` can be.
        return found.where(found.index != "upper", min(found["upper"], until))

    def curve_table(self, distributions: Sequence[str], horizon: float) -> pd.DataFrame:
        """Survival and hazard of the fits over time, from just after 0 to the horizon.

        Columns as of `predict_parametric`, with `arm` and `distribution` for its `profile`.
        """
        tables = []
        for arm, name, fit in self.found(distributions):
            times = _times(horizon, self.last_times[arm], fit.cuts)
            curves = predict_parametric(
                fit, times, confidence_level=self.analysis.confidence_level
            ).table
            tables.append(curves.drop(columns="profile").assign(arm=arm, distribution=name))
        if not tables:
            raise NotEstimableError("None of these distributions has a fit in any arm.")
        table = pd.concat(tables, ignore_index=True)
        first = ["arm", "distribution", "time"]
        return table[[*first, *(name for name in table.columns if name not in first)]]

    # As assumptions -----------------------------------------------------------

    def hazards(
        self, distribution: str
    ) -> tuple[tuple[HazardOfArm, ...], tuple[tuple[str, str], ...]]:
        """The fits of one distribution as assumed hazards, and the arms without, with reasons.

        Raises
        ------
        NotEstimableError
            When a hazard must not be taken over, or no arm has one.
        """
        if self.refusal is not None:
            raise NotEstimableError(self.refusal)
        found = self.found([distribution])
        without = [(arm, self.fits[arm, distribution]) for arm in self.arms]
        reasons = tuple((arm, fit) for arm, fit in without if isinstance(fit, str))
        if not found:
            raise NotEstimableError(reasons[0][1])
        hazards = tuple(
            HazardOfArm(
                arm=arm,
                cohort=self.cohorts[arm],
                subjects=fit.rows,
                events=fit.events,
                last_time=fit.last_time,
                hazard=assumed_hazard(fit),
            )
            for arm, _, fit in found
        )
        return hazards, reasons


def _together(name: str, table: pd.DataFrame) -> tuple[object, ...]:
    own = table[table["distribution"] == name]
    lacking = own.loc[own["note"] != "", "arm"]
    subjects, events = int(own["subjects"].sum()), int(own["events"].sum())
    if len(lacking):
        nothing = (float("nan"),) * 3
        note = f"No fit in {', '.join(lacking)}."
        return (EVERY_ARM, name, 0, subjects, events, *nothing, note)
    size, log_likelihood = int(own["parameters"].sum()), float(own["log_likelihood"].sum())
    bic = float(size * np.log(subjects)) - 2 * log_likelihood
    aic = 2 * size - 2 * log_likelihood
    return (EVERY_ARM, name, size, subjects, events, log_likelihood, aic, bic, "")


def _limits(name: str, found: pd.Series[Any]) -> dict[str, Any]:
    return {
        name: found["estimate"],
        f"{name}_lower": found["lower"],
        f"{name}_upper": found["upper"],
        f"{name}_extrapolated": bool(found["extrapolated"]),
    }


def _times(horizon: float, last: float, cuts: Sequence[float]) -> list[float]:
    """A grid that meets the last observed time, and the hazard on both sides of each cut."""
    special = [last, *cuts, *(cut * (1 + 1e-9) for cut in cuts)]
    even = np.linspace(0, horizon, _POINTS + 1)[1:]
    early = even[0] * np.array([0.02, 0.1, 0.3])
    times = np.concatenate((early, even, [one for one in special if 0 < one <= horizon]))
    return [float(one) for one in np.unique(times)]
