"""Hazard ratios within subgroups, and whether they differ between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.survival.regression import (
    Factor,
    FollowUp,
    SubgroupHazardRatios,
    subgroup_hazard_ratios,
)
from dashboard.analyses.survival.analysis import SurvivalAnalysis, or_reason
from dashboard.analyses.survival.follow_up import ARM, follow_up_of
from dashboard.analyses.survival.immortal_time import immortal_time
from queries.store import Store

MOST_FACTORS, MOST_LEVELS = 20, 30

FEW_LEVELS = 12
"""Levels of a factor that is offered though the plan does not name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupAnalysis:
    """The hazard ratio of two arms in each level of some factors.

    Parameters
    ----------
    analysis : SurvivalAnalysis
        Subjects, endpoint, arms or groups, strata, landmark and unit.
    factors : tuple of str
        Columns of ADSL, each once.
    versus : str, optional
        The arm that is compared with the reference; the next one unless given.
    ties : {"efron", "breslow"}
        How events at the same time are ordered.
    """

    analysis: SurvivalAnalysis
    factors: tuple[str, ...] = ()
    versus: str | None = None
    ties: Literal["efron", "breslow"] = "efron"

    def __post_init__(self) -> None:
        given = self.factors
        require(len(set(given)) == len(given), "each factor is given once", factors=given)
        most = f"there are at most {MOST_FACTORS} factors"
        require(len(given) <= MOST_FACTORS, most, factors=len(given))

    def run(self, store: Store) -> SubgroupAnswer:
        """Ask the store and fit.

        Raises
        ------
        NotEstimableError
            When no subject of the cohort has a time for this endpoint.
        """
        refusal = immortal_time(store, self.analysis)
        found = or_reason(lambda: self._found(store), refusal)
        return SubgroupAnswer(analysis=self, found=found)

    def _found(self, store: Store) -> SubgroupHazardRatios:
        follow_up, _ = follow_up_of(store, self.analysis, self.factors)
        arms = [str(arm) for arm in follow_up.frame[ARM].cat.categories]
        if len(arms) < 2:
            raise NotEstimableError("Subgroups compare arms, and there is one only.")
        versus = self.versus if self.versus is not None else arms[1]
        require(versus in arms[1:], f"the arm compared is one of {arms[1:]}", arm=versus)
        both = _of_arms(follow_up, [arms[0], versus])
        for name in self.factors:
            _require_levels(both.frame[name], name)
        return subgroup_hazard_ratios(
            both,
            arm=Factor(ARM, reference=arms[0], levels=(arms[0], versus)),
            subgroups=self.factors,
            ties=self.ties,
            confidence_level=self.analysis.confidence_level,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubgroupAnswer:
    """The hazard ratios; where there are none, the sentence that says why."""

    analysis: SubgroupAnalysis
    found: SubgroupHazardRatios | str


def subgroups_table(found: SubgroupHazardRatios, *, planned: Sequence[str] = ()) -> pd.DataFrame:
    """Each level with the interaction test of its factor.

    Parameters
    ----------
    found : SubgroupHazardRatios
    planned : sequence of str
        The factors that the plan names; their rows are `pre_specified`.

    Returns
    -------
    DataFrame
        The columns of `found.table`, then `pre_specified` and `interaction_...`.

    Examples
    --------
    >>> from dashboard.analyses.survival import SurvivalAnalysis
    >>> asked = SubgroupAnalysis(analysis=SurvivalAnalysis(endpoint="OS"), factors=("SEX",))
    >>> found = asked.run(store).found
    >>> found if isinstance(found, str) else "interaction_p_value" in subgroups_table(found)
    True
    """
    tests = found.interactions.rename(
        columns={name: f"interaction_{name}" for name in found.interactions if name != "subgroup"}
    )
    named = found.table["subgroup"].isin(planned)
    return found.table.assign(pre_specified=named).merge(tests, on="subgroup", how="left")


def _of_arms(follow_up: FollowUp, arms: list[str]) -> FollowUp:
    frame = follow_up.frame
    kept = frame[frame[ARM].isin(arms)].reset_index(drop=True)
    return FollowUp(
        frame=kept.assign(arm=kept[ARM].cat.remove_unused_categories()),
        time=follow_up.time,
        event=follow_up.event,
        strata=follow_up.strata,
        endpoint=follow_up.endpoint,
        time_unit=follow_up.time_unit,
    )


def _require_levels(column: pd.Series, name: str) -> None:
    levels = column.nunique()
    if levels == 0:
        raise NotEstimableError(f"No subject of this cohort has a value of {name}.")
    if levels > MOST_LEVELS:
        raise NotEstimableError(
            f"{name} has {levels:,} levels; subgroups are those of a factor with at most "
            f"{MOST_LEVELS}. Group its values first."
        )
