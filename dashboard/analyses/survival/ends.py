"""How the times of an endpoint ended: events and censorings as the data describe them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboard.analyses.survival.analysis import SurvivalAnalysis
from queries import questions
from queries.cohorts import Cohort
from queries.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointEnds:
    """How the times of an analysis ended, by arm or group, in its analysis set.

    Examples
    --------
    >>> ends = EndpointEnds(analysis=SurvivalAnalysis(endpoint="OS")).run(store)
    >>> list(ends.columns)
    ['arm', 'event', 'description', 'subjects']
    """

    analysis: SurvivalAnalysis

    def run(self, store: Store) -> pd.DataFrame:
        """`arm`, `event`, `description` (missing where the data have none), `subjects`."""
        analysis = self.analysis
        if not analysis.groups:
            ends = self._of(store, analysis.subjects())
            return ends[ends["arm"].isin(analysis.arms)] if analysis.arms else ends
        members = analysis.members().items()
        return pd.concat([_described(self._of(store, cohort), name) for name, cohort in members])

    def _of(self, store: Store, cohort: Cohort) -> pd.DataFrame:
        return questions.endpoint_descriptions(
            store=store, cohort=cohort, arm=self.analysis.arm, endpoint=self.analysis.endpoint
        )


def _described(ends: pd.DataFrame, group: str) -> pd.DataFrame:
    """The ends of one group, whatever arm they were in."""
    keys = [name for name in ends.columns if name not in ("arm", "subjects")]
    summed = ends.groupby(keys, dropna=False, sort=False)["subjects"].sum().reset_index()
    return summed.assign(arm=group)[list(ends.columns)]
