"""Thresholds from a store, against plain pandas; what is missing, moved or in another unit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.safety.incidence import IncidenceCounts, compare_incidence
from analytics.safety.measurements.thresholds import Threshold
from dashboard.access.key import snapshot_key
from dashboard.analyses.measurements.thresholds import ThresholdAnalysis
from dashboard.analyses.safety.subjects import SafetySubjects
from queries.cohorts import Cohort, OneOf
from queries.importers import import_files
from queries.measurement_extremes import measured_among, worst_values
from queries.store import Store, open_store
from queries.subjects import SubjectList, count_subjects
from tests.dashboard.eqx301 import ARMS, snapshot_path, table_of
from tests.tiny_snapshot import write_tiny_snapshot

SAFETY = SafetySubjects(analysis_set="SAFFL")


@pytest.fixture(scope="module")
def eqx301(demo_home: Path) -> Iterator[Store]:
    with open_store(snapshot_path(demo_home), key=snapshot_key()) as store:
        yield store


@pytest.fixture(scope="module")
def pilot(trial_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path, folder = tmp_path_factory.mktemp("pilot") / "pilot.duckdb", trial_data / "cdisc-pilot"
    import_files([folder / "adam" / "adsl.xpt", folder / "parquet" / "advs.parquet"], path)
    with open_store(path) as store:
        yield store


def extremes(store: Store) -> pd.DataFrame:
    """By subject, test and time point, from the data's own BASE and flags, with pandas."""
    vitals = table_of(store, "advs").drop(columns=["TRTA", "SAFFL"], errors="ignore")
    vitals = vitals.drop(columns=["TRTSDT"], errors="ignore")
    subjects = table_of(store, "adsl")[["USUBJID", "TRT01A", "TRTSDT", "SAFFL"]]
    rows = vitals.merge(subjects[subjects["SAFFL"] == "Y"], on="USUBJID")
    rows["point"] = rows["ATPT"].fillna("") if "ATPT" in rows else ""
    keys = ["USUBJID", "PARAMCD", "point"]
    flagged = rows[rows["ABLFL"] == "Y"].set_index(keys)[["AVAL", "ADT"]]
    # Two subjects of the pilot have no flag: the last value up to first dose takes its place.
    first = rows[(rows["ADT"] <= rows["TRTSDT"]) & rows["AVAL"].notna()].sort_values("ADT")
    last = first.groupby(keys)[["AVAL", "ADT"]].last()
    base = flagged.combine_first(last).rename(columns={"AVAL": "base", "ADT": "base_on"})
    rows = rows.join(base, on=keys)
    after = rows["ADT"] > rows[["base_on", "TRTSDT"]].max(axis=1)
    later = rows[after & (rows["ABLFL"] != "Y") & rows["AVAL"].notna()].copy()
    later["change"] = (later["AVAL"] - later["base"]).round(9)
    later["percent"] = 100 * later["change"] / later["base"]
    return later


def counted(
    later: pd.DataFrame, test: str, column: str, over: float, *, up: bool = True, strict: bool
) -> tuple[list[int], list[int]]:
    own = later[(later["PARAMCD"] == test) & later[column].notna()]
    signed = own[column] if up else -own[column]
    cut = over if up else -over
    hit = own[signed.gt(cut) if strict else signed.ge(cut)]
    arms = sorted(later["TRT01A"].unique(), key=lambda arm: (arm != "Placebo", arm))
    return (
        [hit.loc[hit["TRT01A"] == arm, "USUBJID"].nunique() for arm in arms],
        [own.loc[own["TRT01A"] == arm, "USUBJID"].nunique() for arm in arms],
    )


CASES = [
    ("QTcF > 450 ms", "QTCF", "AVAL", 450, True, True),
    ("QTcF > 500 ms", "QTCF", "AVAL", 500, True, True),
    ("QTcF increase > 30 ms", "QTCF", "change", 30, True, True),
    ("QTcF increase > 60 ms", "QTCF", "change", 60, True, True),
    ("Systolic ≥ 140 mmHg", "SYSBP", "AVAL", 140, True, False),
    ("Systolic ≤ 90 mmHg", "SYSBP", "AVAL", 90, False, False),
    ("Systolic decrease ≥ 20 mmHg", "SYSBP", "change", -20, False, False),
    ("Diastolic increase ≥ 15 mmHg", "DIABP", "change", 15, True, False),
    ("Pulse ≤ 50 /min", "PULSE", "AVAL", 50, False, False),
    ("Pulse decrease ≥ 15 /min", "PULSE", "change", -15, False, False),
    ("Temperature ≥ 38 °C", "TEMP", "AVAL", 38, True, False),
    ("Weight increase ≥ 7 %", "WEIGHT", "percent", 7, True, False),
    ("Weight decrease ≥ 7 %", "WEIGHT", "percent", -7, False, False),
]


def test_eqx301_agrees_with_pandas(eqx301: Store) -> None:
    answer, later = ThresholdAnalysis(subjects=SAFETY).run(eqx301), extremes(eqx301)
    assert answer.arms == ARMS
    assert answer.said == ()
    for name, test, column, cut, up, strict in CASES:
        own = answer.table[answer.table["threshold"] == name]
        found = own["with_event"].tolist(), own["subjects"].tolist()
        assert found == counted(later, test, column, cut, up=up, strict=strict), name
    qt = answer.table[answer.table["threshold"] == "QTcF > 450 ms"]
    assert qt["with_event"].tolist() == [31, 65]
    assert qt["subjects"].tolist() == [353, 354]


def test_eqx301_changes_are_those_of_the_data(eqx301: Store) -> None:
    vitals = table_of(eqx301, "advs")
    shown = extremes(eqx301)
    assert np.allclose(shown["change"], shown["CHG"], equal_nan=True)
    later = vitals[vitals["ABLFL"] != "Y"].groupby(["USUBJID", "PARAMCD"])["CHG"].max()
    worst = worst_values(store=eqx301, tests=["QTCF"]).set_index(["subject", "test"])
    both = worst.join(later.rename_axis(["subject", "test"]), how="left")
    has = both["highest_change"].notna()
    assert np.allclose(both.loc[has, "highest_change"], both.loc[has, "CHG"])


def test_the_difference_is_that_of_the_library(eqx301: Store) -> None:
    answer = ThresholdAnalysis(subjects=SAFETY).run(eqx301)
    frame = pd.DataFrame({"term": "x", "arm": ARMS, "with_event": [31, 65], "subjects": [353, 354]})
    expected = compare_incidence(IncidenceCounts(frame=frame, arms=ARMS)).table.iloc[-1]
    own = answer.table[answer.table["threshold"] == "QTcF > 450 ms"].iloc[1]
    found = own[["difference", "difference_lower", "difference_upper"]].astype(float)
    assert np.allclose(found, expected[["estimate", "lower", "upper"]].astype(float))


def test_exactly_the_subjects_counted_are_behind_a_mark(eqx301: Store) -> None:
    answer = ThresholdAnalysis(subjects=SAFETY).run(eqx301)
    for row in answer.table.itertuples():
        assert len(answer.crossing(row.threshold, row.arm)) == row.with_event
    subjects = answer.crossing("QTcF > 500 ms", ARMS[1])
    cohort = Cohort(measured_among(eqx301, subjects))
    assert count_subjects(eqx301, cohort, SubjectList(columns=())) == len(subjects) == 6
    late = ThresholdAnalysis(subjects=SafetySubjects(cohort=cohort)).run(eqx301)
    assert late.refusal is not None
    assert "difference" not in late.table.columns


def test_pooled_there_is_one_arm(demo_home: Path) -> None:
    with open_store(snapshot_path(demo_home), pooled=True, key=snapshot_key()) as store:
        asked = SafetySubjects(analysis_set="SAFFL", arm="planned")
        answer = ThresholdAnalysis(subjects=asked).run(store)
    own = answer.table[answer.table["threshold"] == "QTcF > 450 ms"]
    assert own[["with_event", "subjects"]].to_numpy().tolist() == [[96, 707]]
    assert "difference" not in answer.table.columns


@pytest.mark.parametrize("point", [None, "AFTER LYING DOWN FOR 5 MINUTES"])
def test_the_pilot_agrees_with_pandas_by_time_point(pilot: Store, point: str | None) -> None:
    answer = ThresholdAnalysis(subjects=SAFETY, time_point=point).run(pilot)
    later = extremes(pilot)
    later = later[later["point"].isin([point, ""])] if point else later
    order = sorted(answer.arms, key=lambda arm: (arm != "Placebo", arm))
    for name, test, column, cut, up, strict in CASES[4:]:
        own = answer.table[answer.table["threshold"] == name].set_index("arm").loc[order]
        found = own["with_event"].tolist(), own["subjects"].tolist()
        assert found == counted(later, test, column, cut, up=up, strict=strict), name
    assert "Not measured in this cohort: QTCF." in answer.said
    raw = table_of(pilot, "advs")
    raw = raw[
        (raw["SAFFL"] == "Y")
        & raw["ATPT"].fillna("").isin([point, ""] if point else raw["ATPT"].fillna("").unique())
    ]
    blank = int(raw["AVAL"].isna().sum())
    assert blank
    assert f"{blank} records without a value are left out." in answer.said


# Small data ------------------------------------------------------------------------------

COLUMNS = ["USUBJID", "PARAMCD", "PARAM", "AVAL", "AVALU", "ADT", "ABLFL", "ATPT"]


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    path = write_tiny_snapshot(tmp_path / "measured.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute('ALTER TABLE adsl ADD COLUMN "TRTSDT" DATE')
        connection.execute('UPDATE adsl SET "TRTSDT" = "RANDDT"')
    return path


def with_records(path: Path, *rows: tuple, dataset: str = "advs") -> Store:
    """A study of eight with these records; days count from first dose, which is day 1."""
    with duckdb.connect(str(path)) as connection:
        doses = dict(connection.execute("SELECT USUBJID, TRTSDT FROM adsl").fetchall())
        frame = pd.DataFrame(
            [
                (s, test, test, value, unit, _day(doses[s], day), flag, point)
                for s, test, value, unit, day, flag, point in rows
            ],
            columns=COLUMNS,
        ).astype({"AVAL": float})
        assert len(frame)
        kinds = "VARCHAR, PARAMCD VARCHAR, PARAM VARCHAR, AVAL DOUBLE, AVALU VARCHAR, ADT DATE"
        connection.execute(f"CREATE TABLE {dataset} (USUBJID {kinds}, ABLFL VARCHAR, ATPT VARCHAR)")
        connection.executemany(
            f"INSERT INTO {dataset} VALUES ({', '.join('?' * len(COLUMNS))})",
            [[None if pd.isna(cell) else cell for cell in row] for row in frame.to_numpy()],
        )
    return open_store(path)


def _day(first: object, day: int | None) -> object:
    if day is None:
        return None
    return (pd.Timestamp(first) + pd.Timedelta(days=day - 1)).date()  # type: ignore[arg-type]


def qt(subject: str, value: float | None, day: int | None, flag: str | None = None) -> tuple:
    return (subject, "QTCF", value, "ms", day, flag, None)


def by_name(store: Store, name: str) -> tuple[int, int]:
    own = (table := ThresholdAnalysis().run(store).table)[table["threshold"] == name]
    return int(own["with_event"].sum()), int(own["subjects"].sum())


def test_the_cut_the_baseline_and_the_first_dose(measured: Path) -> None:
    rows = [
        qt("S1", 420, -3, "Y"),
        qt("S1", 600, -1),  # before first dose, after the flagged baseline: not after baseline
        qt("S1", 450, 8),  # on the cut, and an increase of exactly 30
        qt("S2", 400, -9),  # not flagged: the last up to first dose is the baseline
        qt("S2", 440, 1),
        qt("S2", 451, 8),
        qt("S3", 460, 8),  # no baseline: a value and no change
    ]
    with with_records(measured, *rows) as store:
        assert by_name(store, "QTcF > 450 ms") == (2, 3)
        assert by_name(store, "QTcF increase > 30 ms") == (0, 2)
        said = ThresholdAnalysis().run(store).said
    assert any(s.startswith("For 1 test of 1 subject no baseline is flagged") for s in said)
    assert any(s.startswith("For 1 test of 1 subject there is no baseline") for s in said)


def test_changes_of_decimals_keep_to_the_cut(measured: Path) -> None:
    rule = Threshold(test="TEMP", kind="change", direction="at least", cut=1.1)
    rows = [("S1", "TEMP", 36.4, "C", -1, "Y", None), ("S1", "TEMP", 37.5, "C", 9, None, None)]
    with with_records(measured, *rows) as store:
        table = ThresholdAnalysis(thresholds=(rule,)).run(store).table
    assert table["with_event"].sum() == 1


def test_records_that_cannot_count_are_said(measured: Path) -> None:
    rows = [qt("S1", 420, -3, "Y"), qt("S1", None, 8), qt("S1", 470, None), qt("S1", 430, 9)]
    with with_records(measured, *rows) as store:
        assert by_name(store, "QTcF > 450 ms") == (0, 1)
        said = ThresholdAnalysis().run(store).said
    assert "1 record without a value is left out." in said
    assert "1 record without a date is left out." in said


def test_each_time_point_has_its_own_baseline(measured: Path) -> None:
    rows = [
        ("S1", "SYSBP", 120, "mmHg", -1, "Y", "LYING"),
        ("S1", "SYSBP", 100, "mmHg", -1, "Y", "STANDING"),
        ("S1", "SYSBP", 121, "mmHg", 9, None, "LYING"),
        ("S1", "SYSBP", 119, "mmHg", 9, None, "STANDING"),
    ]
    with with_records(measured, *rows) as store:
        assert by_name(store, "Systolic increase ≥ 20 mmHg") == (0, 1)
        worst = worst_values(store=store, tests=["SYSBP"]).iloc[0]
        lying = worst_values(store=store, tests=["SYSBP"], time_point="LYING").iloc[0]
    assert (worst["highest_change"], worst["highest"]) == (19, 121)
    assert (lying["highest_change"], lying["baseline"]) == (1, 120)


def test_values_in_another_unit_are_not_held_against_a_cut(measured: Path) -> None:
    hot = ("S1", "TEMP", 98.6, "F", 9, None, None)
    heavy = [("S1", "WEIGHT", 150, "LB", -1, "Y", None), ("S1", "WEIGHT", 165, "LB", 9, None, None)]
    with with_records(measured, hot, *heavy) as store:
        answer = ThresholdAnalysis().run(store)
        assert by_name(store, "Weight increase ≥ 7 %") == (1, 1)
    assert "Thresholds are not applied to values in other units: TEMP (F)." in answer.said
    assert not answer.table["threshold"].str.contains("Temperature").any()


def test_electrocardiograms_count(measured: Path) -> None:
    rows = [qt("S1", 420, -3, "Y"), qt("S1", 470, 8)]
    with with_records(measured, *rows, dataset="adeg") as store:
        assert by_name(store, "QTcF > 450 ms") == (1, 1)
        assert (
            count_subjects(store, Cohort(measured_among(store, ["S1"])), SubjectList(columns=()))
            == 1
        )
    with open_store(measured, pooled=True) as store:
        assert by_name(store, "QTcF > 450 ms") == (1, 1)


def test_what_cannot_be_answered_is_said(measured: Path, eqx301: Store) -> None:
    with open_store(measured) as store, pytest.raises(NotEstimableError, match="no vital signs"):
        ThresholdAnalysis().run(store)
    before = pytest.raises(NotEstimableError, match="Nobody in this cohort has a value after")
    with with_records(measured, qt("S1", 420, -3, "Y")) as store, before:
        ThresholdAnalysis().run(store)
    with pytest.raises(InputError, match="there is a threshold"):
        ThresholdAnalysis(thresholds=())
    other = (Threshold(test="SPO2", direction="below", cut=90),)
    with pytest.raises(NotEstimableError, match="Not measured in this cohort: SPO2"):
        ThresholdAnalysis(thresholds=other).run(eqx301)
    nobody = SafetySubjects(cohort=Cohort(OneOf(column="SEX", values=("nobody",))))
    with pytest.raises(NotEstimableError, match="no vital signs"):
        ThresholdAnalysis(subjects=nobody).run(eqx301)
