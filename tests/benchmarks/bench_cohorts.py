"""One change of filter on EQX-LARGE: every panel of the Cohorts page, against plain pandas.

pandas is given its data as favourably as it can be: in memory, with categories for every
column of text, and adverse events counted by subject, class and term beforehand as the store
has them. Both sides count each level under all the other criteria.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

import duckdb
import pandas as pd

from queries.adverse_events import event_criterion
from queries.cohorts import Between, Cohort, OneOf, Rule
from queries.cohorts.editing import from_parts
from queries.panels import Panel, count_events, count_panels, panel_of
from queries.profile import profile_columns
from queries.store import Store, open_store
from tests.benchmarks.large_study import large_snapshot
from tests.benchmarks.measure import compare, report, use_threads

PANELS = ("TRT01P", "SEX", "AGE", "RACE", "REGION1", "COUNTRY", "STAGEBL", "ECOGBL", "BMIBL",
          "WEIGHTBL", "RANDDT", "EOSSTT")  # fmt: skip
TURNS = 15


def main() -> None:
    """Print the comparisons."""
    use_threads()
    file = large_snapshot()
    with open_store(file) as store:
        frames = Frames(file)
        panels = [panel_of(p) for p in profile_columns(store) if p.name in PANELS]
        subjects, events = rules(store), rules(store, with_events=True)
        report(
            "cohorts",
            compare(
                f"one change of filter, {len(panels)} panels of subjects",
                {
                    "store": lambda: count_panels(store, Cohort(next(subjects)), panels),
                    "pandas": lambda: frames.count(next(subjects), panels),
                },
                turns=TURNS,
            ),
        )
        report(
            "cohorts",
            compare(
                "the same with a criterion on adverse events, and all their panels",
                {
                    "store": lambda: every_panel(store, next(events), panels),
                    "pandas": lambda: frames.count(next(events), panels, events=True),
                },
                turns=TURNS,
            ),
        )


def every_panel(store: Store, rule: Rule | None, panels: list[Panel]) -> None:
    """What the page asks the store at one change."""
    count_panels(store, Cohort(rule), panels)
    count_events(store, Cohort(rule))


def rules(store: Store, *, with_events: bool = False) -> Iterator[Rule | None]:
    """Filters as somebody sets them, one change after the other, for ever."""
    steps = [
        [Between(column="AGE", low=low), OneOf(column="SEX", values=(sex,))]
        for low in (40, 50, 60, 70)
        for sex in ("F", "M")
    ]
    grave = [event_criterion(store, kind="serious")] if with_events else []
    yield from cycle([from_parts([*step, *grave]) for step in steps])


class Frames:
    """The same data in pandas."""

    def __init__(self, file: Path) -> None:
        with duckdb.connect(str(file), read_only=True) as connection:
            columns = ", ".join(f'"{name}"' for name in ("USUBJID", *PANELS))
            adsl = connection.execute(f"SELECT {columns} FROM adsl").df()
            events = connection.execute(
                "SELECT number, class, term, serious FROM prepared.subject_events "
                "JOIN (SELECT rowid AS number, USUBJID AS subject FROM adsl) USING (subject) "
                "JOIN (SELECT subject, serious FROM prepared.subject_event_kinds) USING (subject)"
            ).df()
        texts = adsl.select_dtypes("object").columns.drop("USUBJID")
        self.adsl = adsl.astype(dict.fromkeys(texts, "category"))
        self.events = events.astype({"class": "category", "term": "category"})
        serious = self.events.loc[self.events["serious"].fillna(False).astype(bool), "number"]
        self.serious = self.adsl.index.isin(serious.unique())

    def count(
        self, rule: Rule | None, panels: list[Panel], *, events: bool = False
    ) -> list[pd.Series]:
        """Levels of every panel under all the other criteria, and what each criterion costs."""
        age, sex, *_ = rule.criteria  # type: ignore[union-attr]
        masks = {
            "AGE": self.adsl["AGE"] >= age.low,
            "SEX": self.adsl["SEX"] == sex.values[0],
            "events": pd.Series(self.serious) if events else pd.Series(True, self.adsl.index),
        }
        answers = []
        for panel in panels:
            others = [mask for name, mask in masks.items() if name != panel.column]
            kept = self.adsl.loc[pd.concat(others, axis=1).all(axis=1), panel.column]
            answers.append(self._levels(kept, panel))
        everybody = pd.concat(masks.values(), axis=1)
        chosen = everybody.all(axis=1)
        answers += [pd.Series(everybody.drop(columns=name).all(axis=1).sum()) for name in everybody]
        return [*answers, *(self._events(chosen) if events else [])]

    def _levels(self, kept: pd.Series, panel: Panel) -> pd.Series:
        match panel.kind:
            case "numbers":
                kept = (kept - panel.start) // panel.width
            case "days":
                kept = kept.dt.to_period("M")
        return kept.value_counts(dropna=False)

    def _events(self, chosen: pd.Series) -> Iterator[pd.Series]:
        found = self.events[chosen.to_numpy()[self.events["number"].to_numpy()]]
        yield found["term"].value_counts()
        yield found.drop_duplicates(["number", "class"])["class"].value_counts()


if __name__ == "__main__":
    main()
