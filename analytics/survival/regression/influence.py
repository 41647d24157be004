"""What each row contributes to the score, and so to the estimate, of a Cox model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from analytics.survival.regression.columns import Floats
from analytics.survival.regression.cox_likelihood import CoxLikelihood, Passage


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HazardProcess:
    """The baseline hazard and the mean covariates of the risk sets, at given coefficients.

    Covariates are the standardised ones of the likelihood; "baseline" is their mean.

    Parameters
    ----------
    risk : array, per sorted row
        Relative risk.
    passage : Passage
        Events one by one.
    mean : array, columns x events
        Mean covariates of those at risk, weighted by risk.
    """

    likelihood: CoxLikelihood
    risk: Floats
    passage: Passage
    mean: Floats

    @classmethod
    def at(cls, likelihood: CoxLikelihood, estimate: Floats) -> Self:
        """Of a likelihood at these (standardised) coefficients."""
        risk = likelihood.risk(estimate)
        at_risk, dying = likelihood.moments(likelihood.weighted(risk))
        passage = likelihood.passage(at_risk[0], dying[0])
        ties = likelihood.ties
        mean = at_risk[1:, passage.point]
        mean[:, ties.event] -= ties.passed * dying[1:, ties.place]
        mean *= passage.inverse
        return cls(likelihood=likelihood, risk=risk, passage=passage, mean=mean)

    def lived(self, per_event: Floats) -> Floats:
        """Sums of values of events over the events that each sorted row was at risk for.

        The dying of a point are at risk for its later events by degrees (Efron).
        """
        grid, ties = self.likelihood.grid, self.likelihood.ties
        out = grid.passed(self.passage.sum(per_event))
        out[..., grid.death[ties.event]] -= ties.left(per_event)[..., ties.place]
        return out

    def expected(self) -> Floats:
        """Events expected of each sorted row: its cumulative hazard."""
        return self.risk * self.lived(self.passage.hazard)

    def mean_at_death(self) -> Floats:
        """Columns x deaths: mean covariates of the risk set, averaged over tied events."""
        sums = self.passage.sum(self.mean)
        return (sums / self.likelihood.grid.deaths)[:, self.passage.point]

    def score_residuals(self) -> Floats:
        """Columns x sorted rows: each row's part of the score (Therneau and Grambsch 2000)."""
        grid, covariates = self.likelihood.grid, self.likelihood.covariates
        hazard = self.passage.hazard
        out = self.lived(hazard * self.mean) - covariates * self.lived(hazard)
        out *= self.risk
        out[:, grid.death] += covariates[:, grid.death] - self.mean_at_death()
        return out
