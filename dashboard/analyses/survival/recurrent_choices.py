"""What a study offers for events that recur: kinds, days to count from, ends of follow-up."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.checks import NotEstimableError
from dashboard.analyses.survival.recurrent_data import (
    Origin,
    Until,
    known_ends,
    known_origins,
    usual_end,
    usual_origin,
)
from queries.adverse_events import collected_kinds
from queries.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrentChoices:
    """Which choices a study leaves, and the usual ones.

    Parameters
    ----------
    endpoint : str
        Of the analysis around it: where it counts from is where events count from, unless they
        are treatment-emergent.

    Examples
    --------
    >>> found = RecurrentChoices(endpoint="OS").run(store)
    >>> found.kinds, found.origin, found.until
    (('any', 'serious', 'severe'), 'randomisation', 'data cut')
    """

    endpoint: str

    def run(self, store: Store) -> RecurrentOffer:
        """Ask the store.

        Raises
        ------
        NotEstimableError
            When the study has no adverse events with dates, or nothing to count time by.
        """
        layout = store.layout
        if layout.event_dataset is None:
            raise NotEstimableError(
                "This study has no adverse events (ADAE or AE), which are the events that recur."
            )
        if "started_on" not in layout.adverse_events.sources:
            raise NotEstimableError(
                "Events cannot be counted over time: the adverse events have no dates (ASTDT)."
            )
        return RecurrentOffer(
            kinds=collected_kinds(store),
            origins=known_origins(store),
            origin=usual_origin(store, self.endpoint),
            untils=known_ends(store),
            until=usual_end(store),
            dataset=layout.event_dataset,
            class_column=layout.adverse_events.sources.get("class"),
            term_column=layout.adverse_events.sources.get("term"),
            emergent="emergent" in layout.adverse_events.sources,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrentOffer:
    """The answer.

    Parameters
    ----------
    kinds : tuple of str
        Keys of `queries.adverse_events.EVENT_KINDS`.
    origins, untils : tuple of str
        Days to count from; ends of follow-up.
    origin, until : str
        The usual ones.
    dataset : str
        Of the adverse events.
    class_column, term_column : str or None
        Its columns.
    emergent : bool
        Whether treatment-emergent events are flagged.
    """

    kinds: tuple[str, ...]
    origins: tuple[Origin, ...]
    origin: Origin
    untils: tuple[Until, ...]
    until: Until
    dataset: str
    class_column: str | None
    term_column: str | None
    emergent: bool
