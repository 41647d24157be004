"""What the data say of an endpoint's times: their unit, and the event they count from."""

from __future__ import annotations

import re

import pandas as pd

from analytics.checks import require
from queries import questions
from queries.store import Store

_NAMED_UNIT = re.compile(r"\((days?|weeks?|months?|years?)\)", re.IGNORECASE)
_TIME_UNITS = {
    word: f"{unit}s" for unit in ("day", "week", "month", "year") for word in (unit, f"{unit}s")
}


def time_origin(store: Store, endpoint: str) -> str:
    """The event from which an endpoint's times count, as far as the data say it.

    Returns
    -------
    str
        "randomisation" or "first dose" where every record starts on that day; else
        "start of follow-up".
    """
    return named_origin(questions.time_origin(store=store, endpoint=endpoint))


def named_origin(starts: pd.DataFrame) -> str:
    """The origin that the answer to the question `time_origin` tells of."""
    table = starts.iloc[0]
    for name, column in (("randomisation", "randomised"), ("first dose", "first_dose")):
        if 0 < table["records"] == table[column]:
            return name
    return "start of follow-up"


def recorded_unit(store: Store, endpoint: str) -> str:
    """The unit of an endpoint's times in the data: AVALU, else the label's, else days.

    Raises
    ------
    InputError
        When the data give a unit that is no unit of time, or more than one.
    """
    words = store.endpoint_sets.words(endpoint)
    units = set(words.units)
    if not units:
        units = {found[1] for label in words.labels if (found := _NAMED_UNIT.search(label))}
    known = {_TIME_UNITS.get(unit.strip().lower()) for unit in units} or {"days"}
    rule = "the times of an endpoint are all in days, weeks, months or years"
    require(len(known) == 1 and None not in known, rule, endpoint=endpoint, units=sorted(units))
    return str(known.pop())
