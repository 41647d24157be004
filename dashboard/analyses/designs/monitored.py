"""A survival trial at an interim analysis: events and statistics in, hazard ratios out."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analytics.checks import require
from analytics.design.boundaries import InterimAnalysis, NormalPrior, analyse
from analytics.design.survival import SurvivalDesign

Measure = Literal["z", "hazard ratio", "p-value"]
MEASURES: tuple[Measure, ...] = get_args(Measure)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredTrial:
    """What was seen at the looks of a survival trial until now.

    Parameters
    ----------
    design : SurvivalDesign
    events : tuple of float
        At each look, rising.
    values : tuple of float
        One per look.
    measure : {"z", "hazard ratio", "p-value"}
        What the values are: the log-rank z (positive favours the treatment), a hazard ratio
        (treatment / control; turned into z by its Schoenfeld standard error) or a one-sided
        p-value.
    final : bool
        Whether the latest look is the last.
    prior_hazard_ratio, prior_log_std_dev : float or None
        Median and SD of the logarithm of a prior for predictive power; flat when None.

    Examples
    --------
    >>> from dashboard.analyses.designs import usual_proposal
    >>> seen = MonitoredTrial(design=usual_proposal().design(), events=(172,), values=(0.72,),
    ...                       measure="hazard ratio")
    >>> seen.analysis().decision, round(seen.analysis().looks[0].z, 3)
    ('continue', 2.154)
    """

    design: SurvivalDesign
    events: tuple[float, ...]
    values: tuple[float, ...]
    measure: Measure = "z"
    final: bool = False
    prior_hazard_ratio: float | None = None
    prior_log_std_dev: float | None = None

    def __post_init__(self) -> None:
        require(self.measure in MEASURES, f"measure in {MEASURES}", measure=self.measure)
        each = bool(self.values) and len(self.events) == len(self.values)
        rule = "each look has its events and its value"
        require(each, rule, events=self.events, values=self.values)
        positive = all(one > 0 for one in self.events)
        require(positive, "events are > 0", events=self.events)
        ratios = self.measure != "hazard ratio" or all(one > 0 for one in self.values)
        require(ratios, "hazard ratios are > 0", values=self.values)
        shares = self.measure != "p-value" or all(0 < one < 1 for one in self.values)
        require(shares, "p-values are above 0 and below 1", values=self.values)

    @property
    def per_event(self) -> float:
        """Information of one event."""
        share = self.design.assumptions.control_share
        return share * (1 - share)

    @property
    def z(self) -> tuple[float, ...]:
        """The statistic at each look."""
        if self.measure == "z":
            return self.values
        if self.measure == "p-value":
            return tuple(float(-ndtri(one)) for one in self.values)
        return tuple(
            -log(ratio / self.design.margin) * sqrt(events * self.per_event)
            for ratio, events in zip(self.values, self.events, strict=True)
        )

    def analysis(self) -> InterimAnalysis:
        """Bounds at the events that were seen, decisions, adjusted estimates, what is ahead."""
        assumed = self.design.assumptions.subgroups[0].effect.hazard_ratios[-1]
        return analyse(
            self.design.monitoring,
            information=tuple(one * self.per_event for one in self.events),
            z=self.z,
            planned_information=self.design.events * self.per_event,
            final=self.final,
            assumed_theta=self._theta(assumed),
            prior=self._prior(),
        )

    def hazard_ratio(self, theta: float | None) -> float:
        """The hazard ratio of an effect; NaN for none."""
        return np.nan if theta is None else self.design.margin * exp(-theta)

    def to_frame(self, found: InterimAnalysis) -> pd.DataFrame:
        """One row per look, with hazard ratios: `lower` and `upper` are repeated limits."""
        frame = found.to_frame()
        turned = self.design.margin * np.exp(
            -frame[["estimate", "repeated_upper", "repeated_lower"]].to_numpy()
        )
        return frame.assign(
            events=self.events,
            hazard_ratio=turned[:, 0],
            hazard_ratio_lower=turned[:, 1],
            hazard_ratio_upper=turned[:, 2],
        )

    def bounds_at_looks(self, found: InterimAnalysis) -> pd.DataFrame:
        """`look`, `at` (events), and `efficacy` and `futility` as z."""
        frame = found.bounds.to_frame()
        return pd.DataFrame(
            {
                "look": frame["look"],
                "at": np.array(found.information) / self.per_event,
                "efficacy": frame["z_efficacy"],
                "futility": frame["z_futility"],
            }
        )

    def _theta(self, hazard_ratio: float) -> float:
        return -log(hazard_ratio / self.design.margin)

    def _prior(self) -> NormalPrior | None:
        if self.prior_hazard_ratio is None or self.prior_log_std_dev is None:
            return None
        return NormalPrior(
            mean=self._theta(self.prior_hazard_ratio), std_dev=self.prior_log_std_dev
        )
