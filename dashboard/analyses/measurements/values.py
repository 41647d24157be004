"""Values of one laboratory test by visit and arm, and changes from baseline."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analytics.checks import NotEstimableError
from analytics.safety.measurements import VisitSummary, summarise_visits
from dashboard.analyses.measurements.laboratory import described, limits_in_use, rows, titled
from dashboard.analyses.safety.subjects import SafetySubjects
from queries import questions
from queries.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class LabValues:
    """Which test, and whose.

    Parameters
    ----------
    subjects : SafetySubjects
    test : str
        PARAMCD, or LBTESTCD.

    Examples
    --------
    >>> LabValues(subjects=SafetySubjects(), test="ALT").test
    'ALT'
    """

    subjects: SafetySubjects
    test: str

    def run(self, store: Store) -> ValuesAnswer:
        """Ask the store and summarise.

        Raises
        ------
        NotEstimableError
            When there is no such test, or no value of it at a scheduled visit.
        """
        one = described(store, self.subjects, self.test)
        cohort, arms = self.subjects.chosen(), self.subjects.arms_of(store)
        found = questions.laboratory_values(
            store=store, test=self.test, cohort=cohort, arm=self.subjects.arm
        )
        found = found[found["arm"].isin(arms)].reset_index(drop=True)
        if found.empty:
            raise NotEstimableError(f"No value of {self.test} belongs to a scheduled visit.")
        change = (found["value"] - found["baseline"]).where(~found["at_baseline"])
        found = found.assign(change=change)
        arms = tuple(arm for arm in arms if (found["arm"] == arm).any())
        visits = tuple(found["visit"].drop_duplicates())
        counts = questions.laboratory_rows(store=store, test=self.test, cohort=cohort).iloc[0]
        return ValuesAnswer(
            asked=self,
            title=titled(one),
            summary=summarise_visits(found, arms=arms, visits=visits),
            values=found,
            limits=limits_in_use(found),
            said=tuple(_said(self.test, counts, found)),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ValuesAnswer:
    """The values of one test.

    Parameters
    ----------
    asked : LabValues
    title : str
        The test with its unit.
    summary : VisitSummary
    values : DataFrame
        `subject`, `arm`, `visit`, `value`, `baseline`, `change` and more: what is summarised.
    limits : DataFrame
        `low`, `high` and `subjects` that have them, most frequent first.
    said : tuple of str
        How it was counted, and what was left out.
    """

    asked: LabValues
    title: str
    summary: VisitSummary
    values: pd.DataFrame
    limits: pd.DataFrame
    said: tuple[str, ...]


def of_quantity(table: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """The rows of `VisitSummary.table` about values, or about changes.

    Examples
    --------
    >>> table = pd.DataFrame({"quantity": ["value", "change"], "mean": [7.0, 1.0]})
    >>> of_quantity(table, "change")["mean"].tolist()
    [1.0]
    """
    return table[table["quantity"] == quantity]


def values_of_some(values: pd.DataFrame, most: int) -> pd.DataFrame:
    """The values of at most so many subjects, as many of every arm.

    They are spread evenly over identifiers, and do not change from one look to the next.

    Examples
    --------
    >>> values = pd.DataFrame({"subject": list("abcdef"), "arm": "A", "value": range(6)})
    >>> values_of_some(values, 3)["subject"].tolist()
    ['a', 'c', 'e']
    """
    people = values[["subject", "arm"]].drop_duplicates().sort_values("subject")
    if len(people) <= most:
        return values
    per_arm = most // people["arm"].nunique()
    kept = pd.concat([_spread(own, per_arm) for _, own in people.groupby("arm")])
    return values[values["subject"].isin(kept["subject"])]


def _spread(own: pd.DataFrame, most: int) -> pd.DataFrame:
    if len(own) <= most:
        return own
    return own.iloc[[place * len(own) // most for place in range(most)]]


def _said(test: str, counts: pd.Series, found: pd.DataFrame) -> list[str]:
    left = {
        "repeat the date and value of another of the same subject (such as last values under End "
        "of Treatment; the visit of the measurement keeps it)": counts["copies"],
        "have no value": counts["without_value"],
        "belong to no scheduled visit": counts["unscheduled"],
        "precede a later one of the same subject and visit": counts["repeats"],
    }
    parts = [f"{int(n):,} {why}" for why, n in left.items() if n]
    said = [
        f"{rows(int(counts['records']))} of {test} in the cohort"
        + (f"; not shown: {'; '.join(parts)}." if parts else ".")
    ]
    said.append("Change is from the flagged record, else the last value on or before first dose.")
    without = found.loc[found["baseline"].isna(), "subject"].nunique()
    if without:
        said.append(f"Change is missing for {without:,} subjects without a baseline value.")
    return said
