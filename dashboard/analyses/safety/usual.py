"""Which adverse events count unless the reader says otherwise: what the data allow."""

from __future__ import annotations

from dataclasses import dataclass

from queries.events import EventSelection
from queries.store import Store

_DAYS_AFTER = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualSelection:
    """The selection that fits what a study collected.

    Flagged events where there are flags; without them a window after first dose, and without
    dates of doses everything. Where no event starts later than 30 days after the last dose,
    nothing was collected after that, and follow-up ends there; else it ends with the study.

    Parameters
    ----------
    days_after : int
        Days after the last dose.
    """

    days_after: int = _DAYS_AFTER

    def run(self, store: Store) -> EventSelection:
        """Look at what was collected and at the latest event."""
        doses = store.collected("first_dose_on") and store.collected("last_dose_on")
        flagged = "emergent" in store.layout.adverse_events.sources
        if not flagged:
            emergence = "window" if doses else "all"
            return EventSelection(
                emergence=emergence,  # type: ignore[arg-type]
                days_after=self.days_after,
                until="last dose" if doses else "end of study",
            )
        latest = store.event_sets.latest_after_last_dose() if doses else None
        ends_early = latest is not None and latest <= self.days_after
        return EventSelection(
            days_after=self.days_after, until="last dose" if ends_early else "end of study"
        )


def usual_selection() -> UsualSelection:
    """The question what counts by default, to be asked of a store."""
    return UsualSelection()
