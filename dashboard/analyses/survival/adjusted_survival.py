"""Survival curves of the arms adjusted for covariates, beside those that are not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError
from analytics.survival.counts import SurvivalCounts
from analytics.survival.kaplan_meier import KaplanMeier, fit_kaplan_meier
from analytics.survival.regression import AdjustedCurves, adjust_curves, cox_residuals
from analytics.survival.regression.columns import Floats
from dashboard.analyses.survival.analysis import or_reason
from dashboard.analyses.survival.follow_up import ARM
from dashboard.analyses.survival.immortal_time import immortal_time
from dashboard.analyses.survival.regression import FittedModel, RegressionAnalysis
from queries.store import Store

_MOST_TIMES = 200  # the work grows with subjects times times; a screen shows no more steps


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedSurvival:
    """Curves of each arm standardised over the covariates of all subjects of a model."""

    model: RegressionAnalysis

    def run(self, store: Store) -> AdjustedAnswer | str:
        """The curves; where there are none, the sentence that says why."""
        return or_reason(lambda: self._adjusted(store), immortal_time(store, self.model.analysis))

    def _adjusted(self, store: Store) -> AdjustedAnswer:
        model = self.model.fitted(store)
        if not model.has_arm:
            raise NotEstimableError("Adjusted curves compare arms, and there is one only.")
        analysis = self.model.analysis
        used = _used(model)
        last = _last_time(used, analysis.strata)
        landmarks = [time for time in analysis.landmarks if time <= last]
        interval, level = analysis.interval, analysis.confidence_level
        times = np.unique([0.0, *_times(used, last), *landmarks])
        adjusted = adjust_curves(
            model.fit,
            model.follow_up,
            arm=ARM,
            times=times.tolist(),
            interval=interval,
            confidence_level=level,
        )
        counts = SurvivalCounts.from_subjects(
            used["time"],
            used["event"],
            arms=used[ARM].astype(str).tolist(),
            order=tuple(level for level in used[ARM].cat.categories if (used[ARM] == level).any()),
            endpoint=analysis.endpoint,
            time_unit=analysis.unit,
        )
        return AdjustedAnswer(
            adjusted=adjusted,
            unadjusted=fit_kaplan_meier(counts, interval=interval, confidence_level=level),
            landmarks=tuple(landmarks),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AdjustedAnswer:
    """Adjusted and unadjusted curves of the same subjects.

    Parameters
    ----------
    adjusted : AdjustedCurves
    unadjusted : KaplanMeier
    landmarks : tuple of float
        Times at which both are read.
    """

    adjusted: AdjustedCurves
    unadjusted: KaplanMeier
    landmarks: tuple[float, ...]

    def to_frame(self) -> pd.DataFrame:
        """Both curves: `arm`, `time`, `survival`, `lower`, `upper` and which `curve` it is."""
        columns = ["arm", "time", "survival", "lower", "upper"]
        curves = {"adjusted": self.adjusted.table, "unadjusted": self.unadjusted.to_frame()}
        parts = [rows[columns].assign(curve=name) for name, rows in curves.items()]
        return pd.concat(parts, ignore_index=True)

    def landmark_table(self) -> pd.DataFrame:
        """Survival at the landmarks.

        Returns
        -------
        DataFrame
            `time`, `arm`, `unadjusted`, then the adjusted `survival`, `lower`, `upper`, and its
            `difference` from the reference, `difference_lower`, `difference_upper` (NaN for the
            reference itself).
        """
        differences = self.adjusted.differences.rename(
            columns={"lower": "difference_lower", "upper": "difference_upper"}
        ).drop(columns=["reference", "std_err"])
        table = self.adjusted.table.drop(columns="std_err")
        table = table.merge(differences, on=["arm", "time"], how="left")
        pieces = [self._at(table, time) for time in self.landmarks]
        columns = ["time", "arm", "unadjusted", "survival", "lower", "upper", *_DIFFERENCE]
        return pd.concat(pieces, ignore_index=True)[columns] if pieces else table[:0]

    def _at(self, table: pd.DataFrame, time: float) -> pd.DataFrame:
        plain = self.unadjusted.landmark(time).set_index("arm")["survival"]
        rows = table[table["time"] == time]
        return rows.assign(unadjusted=rows["arm"].map(plain))


_DIFFERENCE = ("difference", "difference_lower", "difference_upper")


def _used(model: FittedModel) -> pd.DataFrame:
    """The subjects that the model rests on."""
    place = cox_residuals(model.fit, model.follow_up, "martingale").row
    return model.follow_up.frame.iloc[place]


def _last_time(used: pd.DataFrame, strata: tuple[str, ...]) -> float:
    """Where follow-up ends, in the stratum where it ends first."""
    if not strata:
        return float(used["time"].max())
    return float(used.groupby(list(strata), observed=True)["time"].max().min())


def _times(used: pd.DataFrame, last: float) -> Floats:
    times: Floats = np.unique(used.loc[used["event"] & (used["time"] <= last), "time"])
    if times.size <= _MOST_TIMES:
        return times
    chosen = np.unique(np.linspace(0, times.size - 1, _MOST_TIMES).astype(int))
    return np.asarray(times[chosen])
