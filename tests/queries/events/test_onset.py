"""How follow-up for a first event ends, case by case, and every event within it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from queries.cohorts import Cohort
from queries.events import EventSelection, EventTerms
from queries.store import Store, open_store
from tests.tiny_snapshot import write_tiny_snapshot

# Everybody's first dose is on 2024-01-01; the data were cut on 2024-12-31, which is day 366.
COLUMNS = ("TRTEDT", "EOTSTT", "EOSDT", "EOSSTT", "DCSREAS", "DTHDT", "LSTALVDT")
STOPPED, COMPLETED, ONGOING = "DISCONTINUED", "COMPLETED", "ONGOING"
LAST = "2024-03-01"  # day 61, so that 30 days after it is day 91
CASES = {
    "died on treatment": (LAST, STOPPED, "2024-03-10", STOPPED, "Death", "2024-03-10", None),
    "died later": (LAST, STOPPED, "2024-05-10", STOPPED, "Death", "2024-05-10", None),
    "stopped": (LAST, STOPPED, None, ONGOING, None, None, "2024-12-31"),
    "stopped before the cut": ("2024-12-11", STOPPED, None, ONGOING, None, None, "2024-12-31"),
    "completed": (LAST, COMPLETED, "2024-06-01", COMPLETED, None, None, "2024-06-01"),
    "lost": (LAST, STOPPED, "2024-03-11", STOPPED, "Lost", None, "2024-03-11"),
    "lost, no last dose": (None, STOPPED, "2024-03-11", STOPPED, "Lost", None, None),
    "lost, seen before": (LAST, STOPPED, "2024-03-20", STOPPED, "Lost", None, "2024-03-05"),
    "undated death": (LAST, STOPPED, "2024-03-10", STOPPED, "Death", None, None),
    "undated death, last day": (LAST, STOPPED, "2024-03-31", STOPPED, "Death", None, None),
    "left on the cut": ("2024-12-20", STOPPED, "2024-12-31", STOPPED, "Lost", None, None),
    "left after the cut": ("2024-12-20", STOPPED, "2025-01-10", STOPPED, "Lost", None, None),
    "died after the cut": (LAST, ONGOING, "2025-01-10", STOPPED, "Death", "2025-01-10", None),
    "ongoing": (None, ONGOING, None, ONGOING, None, None, "2024-12-31"),
}
LAST_DOSE = {
    "died on treatment": (70, "died"),
    "died later": (91, "discontinued"),
    "stopped": (91, "discontinued"),
    "stopped before the cut": (366, "censored"),
    "completed": (91, "censored"),
    "lost": (71, "discontinued"),
    "lost, no last dose": (71, "discontinued"),
    "lost, seen before": (65, "discontinued"),
    "undated death": (70, "died"),
    "undated death, last day": (91, "died"),
    "left on the cut": (366, "discontinued"),
    "left after the cut": (366, "censored"),
    "died after the cut": (91, "censored"),
    "ongoing": (366, "censored"),
    "never dosed": (0, "not followed"),
}
END_OF_STUDY = {
    "died on treatment": (70, "died"),
    "died later": (131, "died"),
    "stopped": (366, "censored"),
    "stopped before the cut": (366, "censored"),
    "completed": (153, "censored"),
    "lost": (71, "discontinued"),
    "lost, no last dose": (71, "discontinued"),
    "lost, seen before": (80, "discontinued"),
    "undated death": (70, "died"),
    "undated death, last day": (91, "died"),
    "left on the cut": (366, "discontinued"),
    "left after the cut": (366, "censored"),
    "died after the cut": (366, "censored"),
    "ongoing": (366, "censored"),
    "never dosed": (0, "not followed"),
}


def made(path: Path, events: list[tuple[str, str, str | None]] = ()) -> Store:  # type: ignore[assignment]
    """A snapshot of the cases, an arm each; events are the subject, the term and its day."""
    adsl = pd.DataFrame(
        [(f"{name}", name, "2024-01-01", *row) for name, row in CASES.items()]
        + [("never dosed", "never dosed", None, *CASES["ongoing"])],
        columns=["USUBJID", "TRT01A", "TRTSDT", *COLUMNS],
    )
    adsl["TRT01P"] = adsl["TRT01A"]
    adae = pd.DataFrame(events, columns=["USUBJID", "AEDECOD", "ASTDT"])
    adae = adae.assign(AEBODSYS="Skin", TRTEMFL="Y")
    with duckdb.connect(str(write_tiny_snapshot(path))) as connection:
        for name, frame in (("adsl", adsl), ("adae", adae)):
            connection.register("frame", frame)
            connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM frame")
            for column in frame.columns[frame.columns.str.endswith("DT")]:
                connection.execute(f"ALTER TABLE {name} ALTER {column} TYPE DATE")
        connection.execute("DROP TABLE adtte; DROP TABLE adlb")
        connection.execute(
            "UPDATE provenance.snapshot SET value = '2024-12-31' WHERE item = 'data_cut'"
        )
    return open_store(path)


def asked(store: Store, **selection: object) -> pd.DataFrame:
    chosen = EventSelection(**selection)  # type: ignore[arg-type]
    return store.event_sets.onset(chosen, of=EventTerms(), cohort=Cohort()).set_index("arm")


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with made(tmp_path_factory.mktemp("ended") / "ended.duckdb") as store:
        yield store


@pytest.mark.parametrize(
    ("until", "expected"), [("last dose", LAST_DOSE), ("end of study", END_OF_STUDY)]
)
def test_follow_up_ends_as_it_should(ended: Store, until: str, expected: dict[str, object]) -> None:
    found = asked(ended, until=until)
    rows = {arm: (row["day"], row["end"]) for arm, row in found.iterrows()}
    assert rows == expected
    assert not found["ever"].any()


def test_a_first_event_counts_within_follow_up_only(tmp_path: Path) -> None:
    events = [
        ("stopped", "Rash", "2024-01-11"),
        ("stopped", "Rash", "2024-01-06"),
        ("completed", "Rash", "2024-05-30"),
        ("lost", "Rash", None),
        ("ongoing", "Rash", "2023-12-20"),
        ("ongoing", "Rash", "2024-02-01"),
        ("never dosed", "Rash", "2024-02-01"),
        ("died on treatment", "Rash", "2024-03-10"),
    ]
    with made(tmp_path / "events.duckdb", events) as store:
        found = asked(store, emergence="all")
        names = ["day", "end", "ever", "before"]
        rows = {arm: tuple(row[names]) for arm, row in found[found["ever"]].iterrows()}
        every = store.event_sets.repeated(
            EventSelection(emergence="all"), of=EventTerms(), cohort=Cohort()
        )
        assert store.event_sets.record_count(EventTerms(terms=("Rash",))) == 8
    assert rows == {
        "stopped": (6, "event", True, False),
        "completed": (91, "censored", True, False),
        "lost": (0, "undated event", True, False),
        "ongoing": (1, "event", True, True),
        "never dosed": (0, "not followed", True, False),
        "died on treatment": (70, "event", True, False),
    }
    own = {every.labels[every.arm[place]]: [] for place in range(len(every.arm))}
    for place, day in zip(every.subject, every.day, strict=True):
        own[every.labels[every.arm[place]]].append(int(day))
    assert {arm: sorted(days) for arm, days in own.items() if days} == {
        "stopped": [6, 11],
        "ongoing": [1, 32],
        "died on treatment": [70],
    }
    left_out = (every.not_followed, every.undated, every.late, every.of_not_followed, every.before)
    assert left_out == (1, 1, 1, 1, 1)
    assert np.flatnonzero(every.died).size == 3  # on treatment, and both without a date
