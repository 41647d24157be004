"""Recruitment by site and month, and follow-up in calendar time, on subjects counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from queries import questions
from queries.cohorts import Cohort, OneOf
from queries.importers import import_files
from queries.store import Store, open_store
from tests.tiny_snapshot import write_tiny_snapshot

_SCREENING = """
CREATE TABLE dm ("USUBJID" VARCHAR, "SITEID" VARCHAR, "COUNTRY" VARCHAR, "RFICDTC" VARCHAR);
INSERT INTO dm SELECT "USUBJID", "SITEID", "COUNTRY", ("RANDDT" - 10)::VARCHAR FROM adsl;
INSERT INTO dm VALUES
 ('S90','01','DEU','2024-01-02T09:30'), ('S91','03','ESP','2024-02-28'), ('S92','03','ESP','2024'),
 ('S93',NULL,NULL,NULL);
"""
WOMEN = Cohort(OneOf(column="SEX", values=("F",)), name="Women")


@pytest.fixture
def screened(tmp_path: Path) -> Iterator[Store]:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(_SCREENING)
    with open_store(path) as store:
        yield store


def test_sites_with_their_screening(screened: Store) -> None:
    table = questions.site_recruitment(store=screened)
    columns = ["site", "country", "subjects", "screened", "screen_failures"]
    assert table[columns].fillna("").values.tolist() == [
        ["01", "DEU", 4, 5, 1],
        ["02", "FRA", 4, 4, 0],
        ["03", "ESP", 0, 2, 2],
        ["", "", 0, 1, 1],
    ]
    first = table.set_index("site").loc["01"]
    assert first["first_on"] == pd.Timestamp("2024-01-03")
    assert first["first_screened_on"] == pd.Timestamp("2023-12-24")


def test_screening_is_that_of_the_study_whatever_the_cohort(screened: Store) -> None:
    table = questions.site_recruitment(store=screened, cohort=WOMEN).set_index("site")
    assert table.loc["01", ["subjects", "screened"]].tolist() == [2, 5]


def test_where_screening_was_not_collected_nothing_is_said_of_it(tiny_store: Store) -> None:
    for table in (
        questions.site_recruitment(store=tiny_store),
        questions.recruitment_by_month(store=tiny_store),
    ):
        assert table[["screened", "screen_failures"]].isna().all(axis=None)


def test_months_with_their_screening(screened: Store) -> None:
    table = questions.recruitment_by_month(store=screened)
    assert table["subjects"].sum() == 8
    assert table["screened"].sum() == 10  # two have no complete day
    january = table[(table["site"] == "01") & (table["month"] == pd.Timestamp("2024-01-01"))]
    assert january[["subjects", "screened", "screen_failures"]].values.tolist() == [[2, 2, 1]]
    spain = table[table["site"] == "03"]
    assert spain[["subjects", "screened", "screen_failures"]].values.tolist() == [[0, 1, 1]]


def test_patients_are_those_of_the_cohort_and_all_who_were_not_enrolled(screened: Store) -> None:
    table = questions.recruited_patients(store=screened, cohort=WOMEN).set_index("subject")
    assert (
        table["enrolled"].sum()
        == questions.cohort_size(store=screened, cohort=WOMEN)["subjects"].item()
    )
    failed = table[~table["enrolled"]]
    assert failed.index.tolist() == ["S90", "S91", "S92", "S93"]
    assert failed["enrolled_on"].isna().all()
    assert failed["screened_on"].isna().tolist() == [False, False, True, True]
    both = table[table["enrolled"]]
    assert ((both["enrolled_on"] - both["screened_on"]).dt.days == 10).all()


def test_days_add_up_to_subjects(tiny_store: Store) -> None:
    days = questions.enrolment_days(store=tiny_store)
    assert days["subjects"].sum() == 8
    assert days["enrolled_on"].is_monotonic_increasing


def test_follow_up_says_how_it_ended(tiny_store: Store) -> None:
    table = questions.dated_follow_up(store=tiny_store, endpoint="OS", allowance_days=30)
    assert table["ending"].value_counts().to_dict() == {"event": 4, "completed the study": 4}
    assert (table["cut_on"] == pd.Timestamp("2024-05-01")).all()
    ends = questions.endings_without_event(store=tiny_store, endpoint="OS", allowance_days=30)
    assert ends["subjects"].sum() == (~table["event"]).sum()


def test_a_blinded_reader_gets_no_arms(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with open_store(path, pooled=True) as pooled:
        table = questions.dated_follow_up(store=pooled, endpoint="OS", allowance_days=30)
    assert set(table["arm"]) == {"All subjects"}


def test_the_sites_of_the_cdisc_pilot(trial_data: Path, tmp_path: Path) -> None:
    folder, path = trial_data / "cdisc-pilot", tmp_path / "pilot.duckdb"
    import_files([folder / "adam" / "adsl.xpt", folder / "sdtm" / "dm.xpt"], path)
    with open_store(path) as store:
        found = questions.site_recruitment(store=store).set_index("site").sort_index()
    counted = pd.read_csv(trial_data / "enrolment" / "sites.csv", dtype={"SITEID": str})
    counted = counted.set_index("SITEID").sort_index()
    assert found.index.tolist() == counted.index.tolist()
    for ours, theirs in (
        ("subjects", "randomised"),
        ("screened", "screened"),
        ("screen_failures", "screen_failed"),
    ):
        assert found[ours].tolist() == counted[theirs].tolist(), ours
