"""The list of a cohort's subjects, and what the profile of one is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from queries.cohorts import Cohort
from queries.store import Store
from queries.subjects import SubjectList, list_subjects

_GRADES = {"MILD": 1, "MODERATE": 2, "SEVERE": 3, "LIFE THREATENING": 4, "FATAL": 5}
_UNRELATED = frozenset({"N", "NO", "NONE", "NOT RELATED", "UNRELATED", "UNLIKELY"})
_DATED = {
    "randomised_on": "Randomised",
    "first_dose_on": "First dose",
    "last_dose_on": "Last dose",
    "died_on": "Died",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectListing:
    """All subjects of a cohort that a list finds, on one page.

    Examples
    --------
    >>> oldest = SubjectList(columns=("AGE",), order="AGE", descending=True)
    >>> SubjectListing(cohort=Cohort(), shown=oldest).run(store).head(2).values.tolist()
    [['S5', 80.0], ['S2', 70.0]]
    """

    cohort: Cohort
    shown: SubjectList

    def run(self, store: Store) -> pd.DataFrame:
        """`subject`, then the columns by their names."""
        return list_subjects(store, self.cohort, self.shown, rows=None)


def day_zero(facts: pd.DataFrame) -> tuple[date | None, str]:
    """The day that study day 1 is: of the first dose, else of randomisation; with its name.

    Parameters
    ----------
    facts : DataFrame
        What the store says of one subject (`subject_facts`).

    Examples
    --------
    >>> facts = pd.DataFrame({"first_dose_on": [None], "randomised_on": [date(2026, 3, 1)]})
    >>> day_zero(facts)
    (datetime.date(2026, 3, 1), 'randomisation')
    """
    for column, name in (("first_dose_on", "first dose"), ("randomised_on", "randomisation")):
        day = facts[column].iloc[0]
        if not pd.isna(day):
            return pd.Timestamp(day).date(), name
    return None, ""


def events_to_draw(events: pd.DataFrame) -> pd.DataFrame:
    """Adverse events with a grade where only a severity is recorded, and `related` as a truth."""
    return events.assign(
        grade=events["grade"].fillna(events["severity"].map(_GRADES)),
        related=events["related"].map(_is_related),
    )


def _is_related(value: object) -> bool | None:
    return None if pd.isna(value) else str(value).upper() not in _UNRELATED


def milestones_of(
    facts: pd.DataFrame, endpoints: pd.DataFrame, *, data_cut: str | None = None
) -> pd.DataFrame:
    """What happened to a subject but adverse events, by study day: `day`, `name`, `kind`.

    Parameters
    ----------
    facts : DataFrame
        As for `day_zero`.
    endpoints : DataFrame
        The subject's endpoints (`subject_endpoints`).
    data_cut : str, optional
        Date of the data cut.
    """
    zero, _ = day_zero(facts)
    if zero is None:
        return pd.DataFrame(columns=["day", "name", "kind"])
    dated = [(facts[column].iloc[0], name, "disposition") for column, name in _DATED.items()]
    dated.append((data_cut, "Data cut", "cut"))
    rows = [(_study_day(day, zero), name, kind) for day, name, kind in dated if pd.notna(day)]
    happened = endpoints[endpoints["event"].fillna(False).astype(bool) & endpoints["day"].notna()]
    for row in happened.itertuples():
        rows.append((int(row.day), row.reason or row.label, "endpoint"))
    return pd.DataFrame(rows, columns=["day", "name", "kind"]).drop_duplicates()


def _study_day(day: object, zero: date) -> int:
    days: int = (pd.Timestamp(str(day)).date() - zero).days
    return days + 1 if days >= 0 else days


def results_of_tests(results: pd.DataFrame, tests: Sequence[str]) -> pd.DataFrame:
    """The laboratory results of some tests.

    Examples
    --------
    >>> results_of_tests(pd.DataFrame({"test": ["ALT", "AST"]}), ["AST"])["test"].tolist()
    ['AST']
    """
    return results[results["test"].isin(tests)]
