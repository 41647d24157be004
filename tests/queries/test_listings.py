"""Listings of events and deaths: what pandas would find, each once, and the cohort behind them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries.cohorts import Cohort, OneOf
from queries.errors import DataError
from queries.importers import import_files
from queries.listing_rules import death_rule, event_rule
from queries.listings import (
    DEATH_COLUMNS,
    EVENT_COLUMNS,
    LISTED_KINDS,
    DeathListing,
    EventListing,
    count_deaths,
    count_events,
    list_deaths,
    list_events,
    listed_kinds,
)
from queries.store import Store, open_store
from queries.subjects import SubjectList, count_subjects
from tests.tiny_snapshot import write_tiny_snapshot

EVERYONE = Cohort()
quick = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
LISTINGS = st.builds(
    EventListing,
    kind=st.sampled_from(["serious", "severe", "any"]),
    emergent=st.booleans(),
    search=st.sampled_from(["", "s1", "GUT", "itch", "%", "_", "'; --", "zzz", "4"]),
    order=st.sampled_from(["", "term", "start_day", "grade"]),
    descending=st.booleans(),
)


@pytest.fixture(scope="module")
def pilot(trial_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("pilot") / "pilot.duckdb"
    folder = trial_data / "cdisc-pilot"
    parts = [folder / "adam" / "adsl.xpt", folder / "adam" / "adae.xpt"]
    import_files([*parts, *(folder / "sdtm" / f"{one}.xpt" for one in ("dm", "ds"))], path)
    with open_store(path) as store:
        yield store


@pytest.fixture
def deaths(tmp_path: Path) -> Iterator[Store]:
    """A study in which each death is known from other records."""
    path = write_tiny_snapshot(tmp_path / "deaths.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            UPDATE adsl SET "DTHDT" = '2024-04-01' WHERE "USUBJID" IN ('S2', 'S3');
            ALTER TABLE adae ADD COLUMN "AEOUT" VARCHAR;
            ALTER TABLE adae ADD COLUMN "AESDTH" VARCHAR;
            UPDATE adae SET "AEOUT" = 'Fatal' WHERE "USUBJID" IN ('S3', 'S6');
            UPDATE adae SET "AESDTH" = 'Y' WHERE "USUBJID" = 'S5';
            CREATE TABLE ds ("USUBJID" VARCHAR, "DSDECOD" VARCHAR, "DSSTDTC" VARCHAR);
            INSERT INTO ds VALUES ('S7', 'DEATH', '2024-04-02'), ('S8', 'COMPLETED', '2024-04-02');
            CREATE TABLE dm ("USUBJID" VARCHAR, "DTHFL" VARCHAR, "DTHDTC" VARCHAR);
            INSERT INTO dm VALUES ('S4', 'Y', '2024-05-01T10:30'), ('S8', NULL, NULL);
            """
        )
    with open_store(path) as store:
        yield store


@quick
@given(shown=LISTINGS)
def test_events_are_those_that_pandas_finds(tiny_store: Store, shown: EventListing) -> None:
    everything = list_events(tiny_store, EVERYONE, EventListing(kind="any"), rows=None)
    assert len(everything) == 7  # the eighth is of nobody in ADSL
    kept = everything[everything["emergent"].eq("Y") | (not shown.emergent)]
    if shown.kind == "serious":
        kept = kept[kept["serious"] == "Y"]
    if shown.kind == "severe":
        kept = kept[kept["grade"].astype(float) >= 3]
    texts = kept.astype(object).where(kept.notna(), None)
    found = [
        any(shown.search.lower() in str(value).lower() for value in row if value is not None)
        for row in texts.itertuples(index=False)
    ]
    kept = kept[found]
    listed = list_events(tiny_store, EVERYONE, shown, rows=None)
    keys = ["subject", "term", "start_day"]
    assert sorted(map(str, listed[keys].values.tolist())) == sorted(
        map(str, kept[keys].values.tolist())
    )
    assert count_events(tiny_store, EVERYONE, shown) == len(kept)
    if shown.order:
        known = listed[shown.order].dropna().tolist()
        assert known == sorted(known, reverse=shown.descending)


@quick
@given(shown=LISTINGS, rows=st.integers(1, 4))
def test_pages_join_to_the_whole(tiny_store: Store, shown: EventListing, rows: int) -> None:
    whole = list_events(tiny_store, EVERYONE, shown, rows=None)
    pages = [
        list_events(tiny_store, EVERYONE, shown, start=start, rows=rows)
        for start in range(0, max(len(whole), 1), rows)
    ]
    joined = pd.concat(pages, ignore_index=True)
    assert joined.astype(str).values.tolist() == whole.astype(str).values.tolist()


def test_each_death_says_what_knows_of_it(deaths: Store) -> None:
    listed = list_deaths(deaths, EVERYONE, DeathListing(), rows=None).set_index("subject")
    assert listed["evidence"].to_dict() == {
        "S1": "Only disposition",
        "S2": "Death on record",
        "S3": "Death on record and fatal event",
        "S4": "Death on record",
        "S5": "Only a fatal event",
        "S6": "Only a fatal event",
        "S7": "Only disposition",
    }
    dates = listed["died_on"].dropna().dt.strftime("%Y-%m-%d").to_dict()
    assert dates == {
        "S2": "2024-04-01", "S3": "2024-04-01", "S4": "2024-05-01", "S6": "2024-04-20",
        "S7": "2024-04-02",
    }  # fmt: skip
    marked = listed["note"].notna()
    assert set(listed.index[marked]) == {"S3", "S5"}  # the fatal event of S6 is serious


def test_the_cohort_of_deaths_is_who_is_listed(deaths: Store) -> None:
    assert count_subjects(deaths, Cohort(death_rule(deaths)), SubjectList()) == 7
    assert count_deaths(deaths, EVERYONE, DeathListing()) == 7
    assert count_deaths(deaths, EVERYONE, DeathListing(search="only a fatal")) == 2


@pytest.mark.parametrize("kind", LISTED_KINDS)
@pytest.mark.parametrize("emergent", [False, True])
def test_the_cohort_of_events_is_who_is_listed(pilot: Store, kind: str, emergent: bool) -> None:
    shown = EventListing(kind=kind, emergent=emergent)
    if kind not in listed_kinds(pilot):
        with pytest.raises(DataError, match="collects what the listed kind needs"):
            event_rule(pilot, shown)
        return
    rule = event_rule(pilot, shown)
    listed = list_events(pilot, EVERYONE, shown, rows=None)
    assert count_subjects(pilot, Cohort(rule), SubjectList()) == listed["subject"].nunique() > 0


def test_fatal_events_of_the_pilot_that_are_not_serious_are_marked_and_found(pilot: Store) -> None:
    listed = list_events(pilot, EVERYONE, EventListing(kind="serious"), rows=None)
    marked = listed[listed["note"].notna()]
    assert sorted(marked["term"]) == [
        "COMPLETED SUICIDE", "MYOCARDIAL INFARCTION", "SUDDEN DEATH",
    ]  # fmt: skip
    assert (marked["serious"] == "N").all()
    assert (listed["serious"] == "Y").sum() == 3
    found = pilot.ask("findings").query("rule == 'fatal event not serious'")
    assert found[["subjects", "records"]].values.tolist() == [[3, 3]]
    deaths = list_deaths(pilot, EVERYONE, DeathListing(), rows=None)
    assert set(deaths["evidence"]) == {"Death on record and fatal event"}
    assert deaths["study_day"].tolist() == [61, 175, 12]


def test_days_after_last_dose_begin_the_day_after_it(pilot: Store) -> None:
    listed = list_events(pilot, EVERYONE, EventListing(kind="any"), rows=None)
    with duckdb.connect(str(pilot.path), read_only=True) as connection:
        adae = connection.execute("SELECT * FROM adae").df()
    expected = (adae["ASTDT"] - adae["TRTEDT"]).dt.days
    assert sorted(listed["days_after_last_dose"].dropna()) == sorted(expected[expected > 0])


def test_blinded_readers_see_no_arm(deaths: Store) -> None:
    with open_store(deaths.path, pooled=True) as pooled:
        events = list_events(pooled, EVERYONE, EventListing(kind="any"))
        assert tuple(events) == tuple(n for n in EVENT_COLUMNS if n != "arm")
        assert tuple(list_deaths(pooled, EVERYONE, DeathListing())) == tuple(
            n for n in DEATH_COLUMNS if n != "arm"
        )
        # The store stands for all arms by this name; no search finds it, nor an arm's.
        for search in ("All subjects", "Placebo", "Active"):
            assert count_events(pooled, EVERYONE, EventListing(kind="any", search=search)) == 0
        with pytest.raises(DataError, match="sorted by one of its columns"):
            list_events(pooled, EVERYONE, EventListing(kind="any", order="arm"))


def test_the_cohort_is_kept_to(deaths: Store) -> None:
    men = Cohort(OneOf(column="SEX", values=("M",)))
    assert list_deaths(deaths, men, DeathListing())["subject"].tolist() == ["S2", "S4", "S6"]
    assert count_events(deaths, men, EventListing(kind="any")) == 2


@pytest.mark.parametrize(
    ("wanted", "rule"),
    [
        ({"kind": "odd"}, "a listed kind is one of"),
        ({"order": "AGE; DROP TABLE adsl"}, "sorted by one of its columns"),
        ({"search": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_no_listing_has_is_refused(wanted: dict[str, str], rule: str) -> None:
    with pytest.raises(DataError, match=rule):
        EventListing(**wanted)


@pytest.mark.parametrize(("start", "rows"), [(-1, 5), (0, 0), (0, 501)])
def test_a_page_has_a_place_and_a_size(tiny_store: Store, start: int, rows: int) -> None:
    with pytest.raises(DataError, match="1 to 500 rows"):
        list_events(tiny_store, EVERYONE, EventListing(), start=start, rows=rows)
