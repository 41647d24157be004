"""A BOIN12 trial under way: the next dose, posteriors by dose, deviations, and what may follow."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd
from scipy.stats import beta

from analytics.checks import require
from analytics.dosing.efficacy_toxicity.boin12 import Boin12
from analytics.dosing.efficacy_toxicity.joint_counts import JointCounts
from analytics.dosing.efficacy_toxicity.outcomes import JointOutcomes
from analytics.dosing.efficacy_toxicity.recommendation import OptimalDoseRecommendation
from analytics.results import Result, registered, require_columns

POSTERIOR_COLUMNS = (
    "dose",
    "patients",
    "toxicity",
    "toxicity_lower",
    "toxicity_upper",
    "efficacy",
    "efficacy_lower",
    "efficacy_upper",
)
FOLLOWING_COLUMNS = ("cohort", "dose", "stop")


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Boin12Conduct(Result):
    """Supports the dose-escalation committee; decides nothing.

    Parameters
    ----------
    recommendation : OptimalDoseRecommendation
        After the outcomes seen.
    deviations : tuple of str
        Cohorts that were given another dose than the design recommended.
    posterior : DataFrame
        By dose: `patients`, posterior means of `toxicity` and `efficacy` with the limits of
        equal-tailed intervals, each dose alone under Beta(1, 1), as the design uses them.
    following : DataFrame
        By outcome of the next `cohort` at the dose recommended: the `dose` after it, 0 for none,
        and whether the trial would `stop`.
    level : float
        Probability of the intervals.
    """

    recommendation: OptimalDoseRecommendation
    deviations: tuple[str, ...]
    posterior: pd.DataFrame
    following: pd.DataFrame
    level: float

    def __post_init__(self) -> None:
        require_columns(self.posterior, POSTERIOR_COLUMNS, "one row per dose")
        require_columns(self.following, FOLLOWING_COLUMNS, "one row per outcome")

    @property
    def deviating(self) -> tuple[int, ...]:
        """Which cohorts, from 1, were given another dose than recommended."""
        return tuple(int(one.split()[1]) for one in self.deviations)

    def to_frame(self) -> pd.DataFrame:
        """By dose: posteriors, utility and desirability."""
        more = self.recommendation.table.drop(columns=["patients"])
        return self.posterior.merge(more, on="dose")


def conduct_boin12(design: Boin12, outcomes: JointOutcomes, *, level: float = 0.9) -> Boin12Conduct:
    """What the design recommends after these outcomes.

    Parameters
    ----------
    design : Boin12
    outcomes : JointOutcomes
        Of as many doses.
    level : float
        Of the intervals, 0 < level < 1.

    Examples
    --------
    >>> design = Boin12(doses=5, toxicity_limit=0.35, least_efficacy=0.25)
    >>> found = conduct_boin12(design, JointOutcomes.parse("1NNN 3NNB", doses=5))
    >>> found.recommendation.dose, found.deviations
    (2, ('Cohort 2 was given dose 3; the design recommended dose 2.',))
    >>> found.posterior["efficacy"].round(2).tolist()
    [0.2, 0.5, 0.4, 0.5, 0.5]
    """
    require(0 < level < 1, "0 < level < 1", level=level)
    found = design.recommend(outcomes)
    return Boin12Conduct(
        recommendation=found,
        deviations=_deviations(design, outcomes),
        posterior=_posterior(outcomes.counts, level),
        following=_following(design, found),
        level=level,
    )


def _deviations(design: Boin12, outcomes: JointOutcomes) -> tuple[str, ...]:
    said = []
    for i, cohort in enumerate(outcomes.cohorts):
        then = design.recommend(outcomes.before(i))
        if then.stop:
            said.append(f"Cohort {i + 1} was given dose {cohort.dose} after the trial's end.")
        elif then.dose != cohort.dose:
            was = f"Cohort {i + 1} was given dose {cohort.dose}"
            said.append(f"{was}; the design recommended dose {then.dose}.")
    return tuple(said)


def _posterior(counts: JointCounts, level: float) -> pd.DataFrame:
    n, tail = counts.patients[0], (1 - level) / 2
    found: dict[str, object] = {"dose": np.arange(1, counts.doses + 1), "patients": n}
    for name, events in (("toxicity", counts.toxicities[0]), ("efficacy", counts.efficacies[0])):
        own = beta(1 + events, 1 + n - events)
        found |= {name: own.mean(), f"{name}_lower": own.ppf(tail), f"{name}_upper": own.isf(tail)}
    return pd.DataFrame(found)


def _following(design: Boin12, found: OptimalDoseRecommendation) -> pd.DataFrame:
    rows = []
    if not found.stop:
        for letters in combinations_with_replacement("NETB", found.patients):
            word = f"{found.dose}{''.join(letters)}"
            seen = JointOutcomes.parse(f"{found.outcomes} {word}", doses=design.doses)
            then = design.recommend(seen)
            rows.append((word, then.dose or 0, then.stop))
    return pd.DataFrame(rows, columns=list(FOLLOWING_COLUMNS))
