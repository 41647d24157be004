"""The flow of a study's subjects, from screening to analysis and on to the cohort on screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from dashboard.charts.flow import ArmFlow, CohortStep, Flow, Losses
from queries import questions
from queries.cohorts import EVERYONE, Cohort
from queries.cohorts.editing import parts
from queries.panels import count_panels
from queries.store import ArmRole, Store

_LOST = "LOST"
_NOT_RECORDED = "Reason not recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowAnalysis:
    """Whose flow to count.

    Parameters
    ----------
    cohort : Cohort
        Its criteria continue the diagram, one step each.
    analysis_set : str, optional
        The ADSL flag whose subjects are analysed; None: everyone is.
    arm : {"planned", "actual"}
    labels : mapping of str to str
        Names of variables, for the steps of the cohort.
    """

    cohort: Cohort = EVERYONE
    analysis_set: str | None = None
    arm: ArmRole = "planned"
    labels: Mapping[str, str] = field(default_factory=dict)

    def run(self, store: Store) -> Flow:
        """Count every box of the diagram."""
        stratum = (self.analysis_set,) if self.analysis_set else ()
        table = questions.flow_by_arm(store=store, arm=self.arm, stratum=stratum)
        failures = questions.screen_failures_by_reason(store=store)
        excluded = _losses(failures["reason"], failures["subjects"])
        arms = tuple(
            self._arm(str(name), rows, treated=store.collected("first_dose_on"))
            for name, rows in table.groupby("arm", sort=False)
        )
        order = store.arms(self.arm)
        randomised = int(table["subjects"].sum())
        return Flow(
            screened=randomised + excluded.subjects if excluded.subjects else None,
            excluded=excluded,
            randomised=randomised,
            arms=tuple(sorted(arms, key=lambda arm: order.index(arm.arm))),
            cohort=self._steps(store, randomised),
        )

    def _arm(self, name: str, rows: pd.DataFrame, *, treated: bool) -> ArmFlow:
        allocated = int(rows["subjects"].sum())
        received = int(rows.loc[rows["treated"], "subjects"].sum()) if treated else allocated
        ended = rows[~rows["status"].isin(["COMPLETED", "ONGOING"]) & rows["status"].notna()]
        named = ended["reason"].where(ended["status"] == "DISCONTINUED", ended["status"])
        lost = named.fillna("").str.upper().str.startswith(_LOST)
        inside = rows["stratum"] == "Y" if self.analysis_set else rows["subjects"] > 0
        analysed = int(rows.loc[inside, "subjects"].sum())
        outside = {f"Outside {self.analysis_set}": allocated - analysed}
        return ArmFlow(
            arm=name,
            allocated=allocated,
            received=received,
            not_received=Losses(subjects=allocated - received),
            lost=Losses(subjects=int(ended.loc[lost, "subjects"].sum())),
            discontinued=_losses(named[~lost], ended.loc[~lost, "subjects"]),
            analysed=analysed,
            not_analysed=Losses.by_reason(outside) if allocated > analysed else Losses(),
        )

    def _steps(self, store: Store, randomised: int) -> tuple[CohortStep, ...]:
        left = count_panels(store, self.cohort, []).attrition["left"].tolist()
        sentences = (Cohort(part).sentence(self.labels) for part in parts(self.cohort.rule))
        before = [randomised, *left][: len(left)]
        return tuple(
            CohortStep(rule=sentence, left_out=start - end, remaining=end)
            for sentence, start, end in zip(sentences, before, left, strict=True)
        )


def _losses(reasons: pd.Series, subjects: pd.Series) -> Losses:
    named = reasons.fillna(_NOT_RECORDED).astype(str)
    counts = subjects.groupby(_written(named)).sum()
    return Losses.by_reason({str(reason): int(n) for reason, n in counts.items()})


def _written(reasons: Sequence[str] | pd.Series) -> list[str]:
    """Reasons in sentence case where the data shout."""
    return [reason.capitalize() if reason.isupper() else reason for reason in reasons]
