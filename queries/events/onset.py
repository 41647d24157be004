"""How and when the follow-up for a first adverse event ended, by group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from queries.events.counting import NO_EVENT
from queries.events.selection import EventTerms
from queries.events.tables import ENDS, Asked


def first_ends(asked: Asked, of: EventTerms) -> pd.DataFrame:
    """The subjects of each group by day and by what ended their time without an event.

    Returns
    -------
    DataFrame
        As in `EventSets.onset`.
    """
    first = asked.first_days(asked.records.codes(of))
    number, time, end = asked.ended(first)
    shape = (asked.groups, int(time.max(initial=0)) + 1, len(ENDS), 2, 2)
    own = first[number]
    keys = (asked.group_of[number], time, end, own < NO_EVENT, own < 0)
    cell = np.ravel_multi_index(tuple(key.astype(np.int64) for key in keys), shape)
    counts = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape)
    group, when, how, ever, before = np.nonzero(counts)
    return pd.DataFrame(
        {
            "arm": asked.labels["arm"].to_numpy()[group],
            "stratum": asked.labels["stratum"].to_numpy()[group],
            "day": when,
            "end": np.array(ENDS, dtype=object)[how],
            "ever": ever.astype(bool),
            "before": before.astype(bool),
            "subjects": counts[group, when, how, ever, before],
        }
    )
