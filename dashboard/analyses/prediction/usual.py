"""The day by which an event is foretold unless the reader says otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field

from queries.cohorts import EVERYONE
from queries.events import EventSelection, EventTerms
from queries.store import Store

USUAL_DAYS = 180
_SHARE = 0.2
_NO_EVENT = EventTerms(terms=("no adverse event has this name",))


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualHorizon:
    """Half a year, or the latest day, in tens, to which a fifth of the subjects were followed.

    Parameters
    ----------
    selection : EventSelection
        Whose follow-up counts.
    """

    selection: EventSelection = field(default_factory=EventSelection)

    def run(self, store: Store) -> int:
        """The day; 1 at least."""
        role = "planned" if store.pooled else "actual"
        ends = store.event_sets.onset(self.selection, of=_NO_EVENT, cohort=EVERYONE, arm=role)
        by_day = ends.groupby("day")["subjects"].sum().sort_index(ascending=False)
        followed = by_day.cumsum()
        enough = followed[followed >= _SHARE * followed.iloc[-1]] if len(followed) else followed
        latest = int(enough.index[0]) if len(enough) else 1
        rounded = latest // 10 * 10 if latest >= 20 else max(latest, 1)
        return min(USUAL_DAYS, rounded)
