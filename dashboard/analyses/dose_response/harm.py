"""The share of treated subjects with an adverse event, by planned dose."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.dosing.response import DoseEstimates
from analytics.results import Result, registered, require_columns
from analytics.safety.incidence import wilson
from dashboard.analyses.dose_response.arms import ArmDoses, ArmDosesAnalysis
from queries import questions
from queries.adverse_events import EVENT_KINDS, collected_kinds
from queries.store import Store

HARM_COLUMNS = ("dose", "arms", "subjects", "with_event", "estimate", "lower", "upper")
NO_EVENTS = "Adverse events were not collected in this study (ADAE, AE)."


@dataclass(frozen=True, slots=True, kw_only=True)
class HarmAnalysis:
    """Who had an adverse event of a kind, by planned dose.

    Parameters
    ----------
    kind : str
        One of `queries.adverse_events.EVENT_KINDS`.
    term : str, optional
        Of this term; any unless given.
    arms : ArmDosesAnalysis
    """

    kind: str = "any"
    term: str | None = None
    arms: ArmDosesAnalysis = field(default_factory=ArmDosesAnalysis)

    def __post_init__(self) -> None:
        require(self.kind in EVENT_KINDS, f"kind in {tuple(EVENT_KINDS)}", kind=self.kind)

    @property
    def title(self) -> str:
        """For axes and headings."""
        kind = EVENT_KINDS[self.kind].lower()
        if self.term is None:
            return "Any adverse event" if self.kind == "any" else f"Adverse event, {kind}"
        return self.term if self.kind == "any" else f"{self.term}, {kind}"

    def run(self, store: Store) -> HarmAnswer:
        """Ask the store; `NotEstimableError` without events or three doses, or when blinded."""
        doses = self.arms.run(store)
        doses.require_curve()
        if store.layout.event_dataset is None:
            raise NotEstimableError(NO_EVENTS)
        if self.kind not in collected_kinds(store):
            missing = f"Adverse events by kind '{EVENT_KINDS[self.kind].lower()}': not collected."
            raise NotEstimableError(missing)
        found = questions.subjects_with_event(
            store=store, kind=self.kind, term=self.term, cohort=self.arms.cohort
        )
        table = _table(found.assign(dose=doses.of_arm(found["arm"])), doses)
        estimates, refusal = _estimated(table)
        return HarmAnswer(
            doses=doses, table=table, estimates=estimates, refusal=refusal, event=self.title
        )


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HarmAnswer(Result):
    """Shares with an adverse event by dose.

    Parameters
    ----------
    doses : ArmDoses
    table : DataFrame
        Columns `HARM_COLUMNS`, one row per dose; shares in [0, 1] with a 95% Wilson interval.
    estimates : DoseEstimates or None
        Log odds; None where there are none, as `refusal` says.
    refusal, event : str
    """

    doses: ArmDoses
    table: pd.DataFrame
    estimates: DoseEstimates | None
    refusal: str
    event: str

    def __post_init__(self) -> None:
        require_columns(self.table, HARM_COLUMNS, "one row per dose")

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table.copy()

    def estimable(self) -> DoseEstimates:
        """The log odds; `NotEstimableError` where there are none."""
        if self.estimates is None:
            raise NotEstimableError(f"{self.event}: {self.refusal}")
        return self.estimates

    def notes(self) -> tuple[str, ...]:
        """Who counts."""
        return (
            f"{self.event}: share of the treated subjects of the planned dose with one or more, "
            "flagged as treatment-emergent where that was collected; a severity stands in for a "
            "missing grade.",
        )


def _table(found: pd.DataFrame, doses: ArmDoses) -> pd.DataFrame:
    counted = found.dropna(subset=["dose"]).groupby("dose")[["subjects", "with_event"]].sum()
    table = counted.reindex(list(doses.doses), fill_value=0)
    table["arms"] = doses.used.groupby("dose")["arm"].agg(", ".join)
    table["estimate"] = table["with_event"] / table["subjects"].where(table["subjects"] > 0)
    some = table["subjects"] > 0
    table["lower"] = table["upper"] = float("nan")
    limits = wilson(table.loc[some, "with_event"], table.loc[some, "subjects"])
    table.loc[some, "lower"], table.loc[some, "upper"] = limits
    return table.reset_index(names="dose")[list(HARM_COLUMNS)]


def _estimated(table: pd.DataFrame) -> tuple[DoseEstimates | None, str]:
    if (table["subjects"] == 0).any():
        return None, "Nobody was treated at some dose."
    try:
        return DoseEstimates.from_counts(table["dose"], table["with_event"], table["subjects"]), ""
    except NotEstimableError as error:
        return None, str(error)
