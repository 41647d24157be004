"""One change of filter on EQX-LARGE: every panel of the Cohorts page, against pandas.

Each turn sets an age that was never asked for before, so that the store has to look who meets
it; the other criteria stay, as they do on the page, and the store remembers who meets those.
pandas is measured twice: with everything prepared that can be, and as it is plainly written
(`cohort_frames.py`). All ways count each level under all the other criteria, and that they count
the same is checked before the clock runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script

import pandas as pd

from queries.adverse_events import event_criterion
from queries.cohorts import Between, Cohort, OneOf, Rule
from queries.cohorts.editing import from_parts
from queries.panels import Panel, count_events, count_panels, panel_of
from queries.profile import profile_columns
from queries.store import Store, open_store
from tests.benchmarks.cohort_frames import Filter, PlainFrames, PreparedFrames
from tests.benchmarks.large_study import large_snapshot
from tests.benchmarks.measure import compare, report, use_threads

PANELS = ("TRT01P", "SEX", "AGE", "RACE", "REGION1", "COUNTRY", "STAGEBL", "ECOGBL", "BMIBL",
          "WEIGHTBL", "RANDDT", "EOSSTT")  # fmt: skip
TURNS = {"pandas, prepared": 15, "plain pandas": 3}
FIRST_TURNS = 3


def main() -> None:
    """Print the comparisons."""
    use_threads()
    file = large_snapshot()
    with open_store(file) as store:
        panels = [panel_of(each) for each in profile_columns(store) if each.name in PANELS]
        for way, turns in TURNS.items():
            made = PreparedFrames if way == "pandas, prepared" else PlainFrames
            against(store, way, made(file, PANELS), panels, turns)
    first = f"the first time after opening, {len(panels)} panels and those of adverse events"
    report("cohorts", compare(first, {"store": lambda: at_first(file, panels)}, turns=FIRST_TURNS))


def against(
    store: Store, way: str, frames: PreparedFrames | PlainFrames, panels: list[Panel], turns: int
) -> None:
    """Compare the store with frames, case by case."""
    terms = [level for panel, level in _event_levels(store) if panel == "event terms"]
    cases = {
        f"one change of filter, {len(panels)} panels of subjects": filters(turns),
        "the same with a criterion on adverse events, and all their panels": filters(
            turns, serious=True
        ),
        "a criterion on adverse events that is new, and all panels": filters(turns, terms=terms),
    }
    for case, asked in cases.items():
        same(of_store(store, asked[0], panels), frames.count(asked[0], panels))
        mine, theirs = iter(asked[1:]), iter(asked[1:])
        report(
            "cohorts",
            compare(
                case,
                {
                    "store": lambda mine=mine: of_store(store, next(mine), panels),
                    way: lambda theirs=theirs: frames.count(next(theirs), panels),
                },
                turns=turns,
            ),
        )


_step = count()


def filters(turns: int, *, serious: bool = False, terms: list[str] | None = None) -> list[Filter]:
    """Filters as somebody sets them, no age twice: to check with, to warm up, and to measure."""
    asked = []
    for _ in range(turns + 2):
        step = next(_step)
        low, sex = 40 + 7 * step % 31 + step / 1000, "FM"[step % 2]
        term = terms[step % len(terms)] if terms else None
        asked.append(Filter(low=low, sex=sex, serious=serious, term=term))
    return asked


def of_store(store: Store, asked: Filter, panels: list[Panel]) -> dict[str, pd.Series]:
    """What the page asks the store at one change, by panel."""
    parts: list[Rule] = [
        Between(column="AGE", low=asked.low),
        OneOf(column="SEX", values=(asked.sex,)),
    ]
    owners = {"AGE": 0, "SEX": 1}
    if asked.serious:
        parts.append(event_criterion(store, kind="serious"))
        owners["event kinds"] = 2
    if asked.term is not None:
        parts.append(event_criterion(store, terms=[asked.term]))
        owners["event terms"] = 2
    cohort = Cohort(from_parts(parts))
    counted = [count_panels(store, cohort, panels, owners=owners).levels]
    if asked.with_events:
        counted.append(count_events(store, cohort, owners=owners))
    levels = pd.concat(counted, ignore_index=True)
    return {str(panel): rows["subjects"] for panel, rows in levels.groupby("panel")}


def same(found: dict[str, pd.Series], expected: dict[str, pd.Series]) -> None:
    """Stop when two ways do not count the same numbers, whatever they call the levels."""
    for panel, counts in found.items():
        numbers = sorted(int(each) for each in expected[panel] if each)
        if sorted(counts) != numbers:
            raise SystemExit(f"The ways do not count the same subjects by {panel}.")


def at_first(file: Path, panels: list[Panel]) -> None:
    """Open the snapshot and count everything, nothing being remembered yet."""
    with open_store(file) as store:
        of_store(store, Filter(low=50, sex="F", serious=True), panels)


def _event_levels(store: Store) -> Iterator[tuple[str, str]]:
    events = count_events(store, Cohort())
    yield from zip(events["panel"], events["level"], strict=True)


if __name__ == "__main__":
    main()
