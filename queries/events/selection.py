"""Which adverse events count: treatment-emergent by which rule, of which kind and grade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from queries.errors import DataError

Emergence = Literal["flagged", "window", "all"]
Until = Literal["last dose", "end of study"]
Kind = Literal["serious", "related", "withdrawn", "fatal"]
MOST_DAYS = 3_650
HIGHEST_GRADE = 5
KINDS_SAID = {
    "serious": "serious",
    "related": "related to treatment",
    "withdrawn": "leading to withdrawal of treatment",
    "fatal": "fatal",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSelection:
    """Which records of adverse events count, and until when subjects are followed for them.

    Parameters
    ----------
    emergence : {"flagged", "window", "all"}
        "flagged": flagged as treatment-emergent (TRTEMFL); all, where no flag was collected.
        "window": starting from the first dose until `days_after` the last one. A record without
        a date counts, unless it ended before the first dose (the worst case). "all": every
        record, before treatment too.
    days_after : int
        Days after the last dose, 0 to 3650: of the window, and of the follow-up until it.
    until : {"last dose", "end of study"}
        When follow-up ends: `days_after` the last dose, or with the study. For a window always
        the former. Death and the data cut end it in any case.
    kinds : tuple of str
        Any of "serious", "related", "withdrawn" (leading to), "fatal"; all must hold.
    least_grade : int
        0 to 5; 0 is any, and those without a grade. A severity stands in for a missing grade.

    Examples
    --------
    >>> EventSelection(kinds=("serious",), least_grade=3).sentence()
    'Adverse events flagged as treatment-emergent; serious; grade 3 or higher.'
    """

    emergence: Emergence = "flagged"
    days_after: int = 30
    until: Until = "last dose"
    kinds: tuple[Kind, ...] = ()
    least_grade: int = 0

    def __post_init__(self) -> None:
        if self.emergence not in get_args(Emergence):
            raise DataError("events are flagged, in a window, or all", got=self.emergence)
        if type(self.days_after) is not int or not 0 <= self.days_after <= MOST_DAYS:
            rule = f"days after the last dose are a whole number from 0 to {MOST_DAYS}"
            raise DataError(rule, got=self.days_after)
        if self.until not in get_args(Until):
            raise DataError("follow-up lasts until last dose or end of study", got=self.until)
        if strange := set(self.kinds) - set(get_args(Kind)):
            raise DataError(f"a kind is one of {get_args(Kind)}", got=sorted(strange)[0])
        grade = self.least_grade
        if type(grade) is not int or not 0 <= grade <= HIGHEST_GRADE:
            raise DataError(f"a grade is a whole number from 0 to {HIGHEST_GRADE}", got=grade)

    @property
    def ends(self) -> Until:
        """What ends follow-up."""
        return "last dose" if self.emergence == "window" else self.until

    def sentence(self) -> str:
        """What counts, for notes."""
        which = {
            "flagged": "Adverse events flagged as treatment-emergent",
            "window": "Adverse events that start from the first dose until "
            f"{self.days_after} days after the last (undated ones count unless they ended before)",
            "all": "All adverse events, before treatment too",
        }[self.emergence]
        more = [KINDS_SAID[kind] for kind in self.kinds]
        more += [f"grade {self.least_grade} or higher"] if self.least_grade else []
        return "; ".join([which, *more]) + "."

    def follow_up(self) -> str:
        """Until when subjects are followed, for notes."""
        if self.ends == "last dose":
            return (
                f"Follow-up from first dose until {self.days_after} days after the last, death, "
                "the last day known alive, end of study or data cut, whichever comes first."
            )
        return "Follow-up from first dose until end of study, death or data cut."


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTerms:
    """Some adverse events by what they are: of these classes, or these terms of them.

    Parameters
    ----------
    classes, terms : tuple of str
        As the data name them; empty is any. A record must fit both.

    Examples
    --------
    >>> EventTerms(classes=("Skin",), terms=("Rash",)).title()
    'Rash (Skin)'
    >>> EventTerms().title()
    'Any adverse event'
    """

    classes: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()

    def title(self) -> str:
        """What it is called on screen."""
        terms, classes = ", ".join(self.terms), ", ".join(self.classes)
        if terms and classes:
            return f"{terms} ({classes})"
        return terms or classes or "Any adverse event"
