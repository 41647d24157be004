"""What can come first: the causes that the descriptions of an endpoint's records offer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

MOST_APART = 5
"""Causes that a figure can tell apart; events of other descriptions are taken together."""

_DEATH = re.compile(r"\b(death|died|dead|deceased|fatal)\b", re.IGNORECASE)
_NO_DEATH = re.compile(r"\b(no|not|without|alive)\b[^.;]*\b(death|died|dead)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Descriptions in the data, the most frequent first, and which compete unless told otherwise.

    Parameters
    ----------
    events : tuple of str
        Of events. With two or more they are causes of their own.
    censorings : tuple of str
        Of censorings: those chosen count as events.
    apart, competing : tuple of str
        What is taken of both unless somebody chooses.
    rest : str
        What the endpoint's other events are called.
    """

    events: tuple[str, ...]
    censorings: tuple[str, ...]
    apart: tuple[str, ...]
    competing: tuple[str, ...]
    rest: str

    @property
    def anything(self) -> bool:
        """Whether the descriptions offer any cause to compete."""
        return len(self.events) > 1 or bool(self.censorings)


def offered_causes(ends: pd.DataFrame, label: str) -> Offered:
    """What the records of an endpoint offer.

    Events of two or more descriptions are told apart. Of censorings only deaths compete by
    default: who died cannot have the event any more, which is not known of anybody else.

    Parameters
    ----------
    ends : DataFrame
        As `queries.questions.endpoint_descriptions` answers.
    label : str
        What the endpoint is called.

    Examples
    --------
    >>> ends = pd.DataFrame({"event": [True, True, False, False], "subjects": [9, 3, 2, 5],
    ...     "description": ["Progression", "Death", "Death of other cause", "Lost"]})
    >>> found = offered_causes(ends, "Time to progression")
    >>> found.apart, found.censorings, found.competing
    (('Progression', 'Death'), ('Lost', 'Death of other cause'), ('Death of other cause',))
    """
    events, nameless = _described(ends[ends["event"]])
    censorings, _ = _described(ends[~ends["event"]])
    several = len(events) > 1 or (len(events) == 1 and nameless)
    return Offered(
        events=events if several else (),
        censorings=censorings,
        apart=events[:MOST_APART] if several else (),
        competing=tuple(name for name in censorings if says_death(name)),
        rest="Other event" if several else next(iter(events), label),
    )


def says_death(description: str) -> bool:
    """Whether a description says that the subject died.

    Examples
    --------
    >>> [says_death(one) for one in ("Death without relapse", "Alive, no death observed", "Lost")]
    [True, False, False]
    """
    return bool(_DEATH.search(description)) and not _NO_DEATH.search(description)


def death_endpoint(labels: Mapping[str, str], *, of: str) -> str | None:
    """The endpoint whose event is death, to compete with another one; None where there is none.

    Parameters
    ----------
    labels : mapping
        Endpoints by code.
    of : str
        The code of the one that it is to compete with.

    Examples
    --------
    >>> death_endpoint({"OS": "Overall survival", "TTP": "Time to progression"}, of="TTP")
    'OS'
    """
    others = {code: label for code, label in labels.items() if code != of}
    found = (
        code
        for code, label in others.items()
        if code.upper() == "OS" or "overall survival" in label.lower() or says_death(label)
    )
    return next(found, None)


def _described(ends: pd.DataFrame) -> tuple[tuple[str, ...], bool]:
    """The descriptions, the most frequent first, and whether some records have none."""
    named = ends.dropna(subset=["description"])
    subjects = named.groupby("description")["subjects"].sum()
    order = sorted(subjects.index, key=lambda name: (-subjects[name], name))
    return tuple(map(str, order)), bool(ends["description"].isna().any())
