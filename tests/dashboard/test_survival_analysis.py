"""The survival analysis of an endpoint: its subjects, its unit, its code."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from analytics.checks import InputError, NotEstimableError
from dashboard.analyses.survival import SurvivalAnalysis, recorded_unit, time_origin
from queries.cohorts import Cohort, OneOf
from queries.store import Store, open_store
from tests.tiny_snapshot import write_tiny_snapshot


def snapshot_with_unit(folder: Path, unit: str | None) -> Path:
    path = write_tiny_snapshot(folder / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute('ALTER TABLE adtte ADD COLUMN "AVALU" VARCHAR')
        connection.execute('UPDATE adtte SET "AVALU" = $unit', {"unit": unit})
    return path


@pytest.mark.parametrize(
    ("unit", "known"),
    [
        ("DAYS", "days"),
        ("Months", "months"),
        ("week", "weeks"),
        (" year ", "years"),
        (None, "days"),
    ],
)
def test_the_unit_is_that_of_the_data(tmp_path: Path, unit: str | None, known: str) -> None:
    with open_store(snapshot_with_unit(tmp_path, unit)) as store:
        assert recorded_unit(store, "OS") == known


def test_months_in_the_data_stay_months_on_the_page(tmp_path: Path) -> None:
    analysis = SurvivalAnalysis(endpoint="OS", unit="months")
    with open_store(snapshot_with_unit(tmp_path, "MONTHS")) as store:
        assert analysis.run(store).curves.curves[0].table["time"].max() == 8.0


def test_a_label_can_say_the_unit(tmp_path: Path) -> None:
    path = snapshot_with_unit(tmp_path, None)
    with duckdb.connect(str(path)) as connection:
        connection.execute("""UPDATE adtte SET "PARAM" = 'Overall survival (Months)'""")
    with open_store(path) as store:
        assert recorded_unit(store, "OS") == "months"


@pytest.mark.parametrize(
    ("starts", "origin"),
    [("RANDDT", "randomisation"), ("TRTSDT", "first dose"), (None, "start of follow-up")],
)
def test_the_origin_is_what_the_data_say(tmp_path: Path, starts: str | None, origin: str) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute('ALTER TABLE adsl ADD COLUMN "TRTSDT" DATE')
        connection.execute('UPDATE adsl SET "TRTSDT" = "RANDDT" + 2')
        connection.execute('ALTER TABLE adtte ADD COLUMN "STARTDT" DATE')
        if starts:
            connection.execute(
                f'UPDATE adtte SET "STARTDT" = adsl."{starts}" FROM adsl '
                'WHERE adsl."USUBJID" = adtte."USUBJID"'
            )
    with open_store(path) as store:
        assert time_origin(store, "OS") == origin


def test_everybody_who_is_left_out_is_counted(tiny_store: Store) -> None:
    answer = SurvivalAnalysis(endpoint="OS", analysis_set="ITTFL").run(tiny_store)
    assert answer.exclusions == {"outside ITTFL": 1}


def test_units_that_differ_from_record_to_record_are_refused(tmp_path: Path) -> None:
    path = snapshot_with_unit(tmp_path, "DAYS")
    with duckdb.connect(str(path)) as connection:
        connection.execute("""UPDATE adtte SET "AVALU" = 'MONTHS' WHERE "USUBJID" = 'S3'""")
    with (
        open_store(path) as store,
        pytest.raises(InputError, match=r"units=\['days', 'months'\]"),
    ):
        recorded_unit(store, "OS")


def test_a_count_is_no_time(tmp_path: Path) -> None:
    with (
        open_store(snapshot_with_unit(tmp_path, "COUNT")) as store,
        pytest.raises(InputError, match="days, weeks, months or years"),
    ):
        SurvivalAnalysis(endpoint="OS").run(store)


def test_the_analysis_set_is_part_of_the_cohort(tiny_store: Store) -> None:
    answer = SurvivalAnalysis(endpoint="OS", analysis_set="ITTFL").run(tiny_store)
    assert answer.endpoint_table()["subjects"].sum() == 7


def test_nobody_left_is_said(tiny_store: Store) -> None:
    nobody = Cohort(OneOf(column="SEX", values=("X",)))
    with pytest.raises(NotEstimableError, match="widen the cohort"):
        SurvivalAnalysis(endpoint="OS", cohort=nobody).run(tiny_store)


def test_one_arm_has_a_curve_and_says_why_it_has_no_comparison(tiny_store: Store) -> None:
    answer = SurvivalAnalysis(endpoint="OS", arms=("Placebo",)).run(tiny_store)
    assert list(answer.endpoint_table()["arm"]) == ["Placebo"]
    assert isinstance(answer.comparison, str)
    assert isinstance(answer.hazard_ratio, str)
