"""Exposure from a store: against plain pandas, and against what the data state themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from analytics.checks import NotEstimableError
from analytics.safety.exposure import PlannedDose
from analytics.survival.recurrent import RecurrentEvents, estimate_recurrent_rates
from dashboard.access.key import snapshot_key
from dashboard.analyses.safety.dose_at_onset import DoseAtOnset
from dashboard.analyses.safety.dose_records import read_doses
from dashboard.analyses.safety.exposure import ExposureAnalysis, ExposureAnswer, compare_stated
from dashboard.analyses.safety.exposure_table import exposure_lines
from dashboard.analyses.safety.subjects import SafetySubjects
from queries.cohorts import Cohort, OneOf
from queries.exposure_questions import treated_among
from queries.importers import import_files
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
def answer(eqx301: Store) -> ExposureAnswer:
    return ExposureAnalysis(subjects=SAFETY).run(eqx301)


@pytest.fixture(scope="module")
def pilot(trial_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path, folder = tmp_path_factory.mktemp("pilot") / "pilot.duckdb", trial_data / "cdisc-pilot"
    adam = [folder / "adam" / f"{name}.xpt" for name in ("adsl", "adae")]
    import_files([*adam, folder / "sdtm" / "ex.xpt"], path)
    with open_store(path) as store:
        yield store


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A study of eight to which tests add doses."""
    path = write_tiny_snapshot(tmp_path / "given.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            ALTER TABLE adsl ADD COLUMN "TRTSDT" DATE; ALTER TABLE adsl ADD COLUMN "TRTEDT" DATE;
            UPDATE adsl SET "TRTSDT" = "RANDDT", "TRTEDT" = "RANDDT" + 41 WHERE "USUBJID" <= 'S3';
            UPDATE adsl SET "TRTSDT" = "RANDDT" WHERE "USUBJID" = 'S4';
            """
        )
    return path


def with_doses(path: Path, rows: str) -> Store:
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            'CREATE TABLE ex ("USUBJID" VARCHAR, "EXTRT" VARCHAR, "EXDOSE" DOUBLE, '
            '"EXDOSU" VARCHAR, "EXDOSFRQ" VARCHAR, "EXSTDTC" VARCHAR, "EXENDTC" VARCHAR);'
            f"INSERT INTO ex VALUES {rows}"
        )
    return open_store(path)


# EQX-301 -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameter", "measure", "times", "rounding"),
    [
        ("TRTDUR", "days", 1, 0),
        ("CUMDOSE", "cumulative", 1, 0),
        ("RDI", "relative", 100, 0.0501),
        ("NREDUC", "reductions", 1, 0),
        ("NINTER", "interruptions", 1, 0),
    ],
)
def test_measures_are_those_that_the_study_states(
    eqx301: Store,
    answer: ExposureAnswer,
    parameter: str,
    measure: str,
    times: float,
    rounding: float,
) -> None:
    adex = table_of(eqx301, "adex").query("PARAMCD == @parameter").set_index("USUBJID")
    own = answer.exposure.table.set_index("subject")[measure] * times
    assert len(own) == 715
    assert (adex["AVAL"].reindex(own.index) - own).abs().max() <= rounding
    assert answer.disagreements == ()


def test_the_summary_is_that_of_plain_pandas(eqx301: Store, answer: ExposureAnswer) -> None:
    adex = table_of(eqx301, "adex").query("PARAMCD == 'RDI'")
    summary = answer.exposure.summary().query("measure == 'relative'").set_index("arm")
    for arm in ARMS:
        own = adex.query("TRTA == @arm")["AVAL"] / 100
        row = summary.loc[arm]
        assert row["n"] == len(own)
        known = [own.mean(), own.std(), own.median(), own.quantile(0.25), own.min(), own.max()]
        shown = row[["mean", "sd", "median", "q1", "low", "high"]].astype(float)
        assert shown.tolist() == pytest.approx(known, abs=6e-4)
    bands = answer.exposure.bands().query("band == '<70%'").set_index("arm")["subjects"]
    low = adex[adex["AVAL"] < 69.95].groupby("TRTA").size()
    assert bands.to_dict() == low.reindex(ARMS).to_dict()


def test_time_on_treatment_ends_for_those_who_stopped(
    eqx301: Store, answer: ExposureAnswer
) -> None:
    adsl = table_of(eqx301, "adsl").query("SAFFL == 'Y'")
    stopped = adsl.query("EOTSTT == 'DISCONTINUED'").groupby("TRT01A").size()
    curves = {curve.arm: curve for curve in answer.on_treatment.curves}
    assert {arm: curve.events for arm, curve in curves.items()} == stopped.to_dict()
    assert sum(curve.subjects for curve in curves.values()) == 715
    assert tuple(curves) == ARMS


def test_reasons_are_counted_by_arm(eqx301: Store, answer: ExposureAnswer) -> None:
    adex = table_of(eqx301, "adex").dropna(subset=["ADJREAS"])
    paused = adex[adex["EXDOSE"] == 0].groupby("TRTA")["USUBJID"].agg(["nunique", "size"])
    shown = answer.reasons.query("change == 'Interrupted'").set_index("arm")
    for arm in ARMS:
        assert shown.loc[arm, ["subjects", "records"]].tolist() == paused.loc[arm].tolist()


def test_doses_over_time_are_those_of_a_day(eqx301: Store, answer: ExposureAnswer) -> None:
    assert not isinstance(answer.over_time, str)
    table = answer.over_time.table
    day = int(table["day"].unique()[20])
    adsl = table_of(eqx301, "adsl").query("SAFFL == 'Y' and TRT01A == 'Placebo'")
    seen = adsl[(pd.Timestamp("2026-06-30") - adsl["TRTSDT"]).dt.days + 1 >= day]
    doses = table_of(eqx301, "adex").query("PARAMCD == 'DOSE' and ASTDY <= @day <= AENDY")
    doses = doses[doses["USUBJID"].isin(seen["USUBJID"])]["EXDOSE"].value_counts()
    own = table[(table["arm"] == "Placebo") & (table["day"] == day)].set_index("level")["subjects"]
    assert own["200 mg"] == doses[200.0]
    assert own.get("Interrupted", 0) == doses.get(0.0, 0)
    assert own["Off treatment"] == len(seen) - doses.sum()


def test_events_by_dose_are_those_of_plain_pandas(eqx301: Store) -> None:
    counted = DoseAtOnset(subjects=SAFETY, kind="any").run(eqx301).counted
    adae = table_of(eqx301, "adae").query("TRTEMFL == 'Y'")
    doses = table_of(eqx301, "adex").query("PARAMCD == 'DOSE'")
    both = adae.merge(doses, on="USUBJID", suffixes=("", "_ex"))
    both = both[(both["ASTDT"] >= both["ASTDT_ex"]) & (both["ASTDT"] <= both["AENDT_ex"])]
    years = doses.assign(years=(doses["AENDY"] - doses["ASTDY"] + 1) / 365.25)
    for arm in ARMS:
        shown = counted.table[counted.table["arm"] == arm].set_index("level")
        for dose, level in {200: "200 mg", 150: "150 mg", 100: "100 mg", 0: "Interrupted"}.items():
            own = both[(both["TRTA"] == arm) & (both["EXDOSE"] == dose)]
            row = shown.loc[level]
            assert [row["events"], row["subjects"]] == [len(own), own["USUBJID"].nunique()]
            at = years[(years["TRTA"] == arm) & (years["EXDOSE"] == dose)]
            assert row["patient_years"] == pytest.approx(at["years"].sum())
            assert row["exposed"] == at["USUBJID"].nunique()
    treated = adae[adae["USUBJID"].isin(doses["USUBJID"])]
    assert counted.table["events"].sum() == len(treated)


def test_rates_at_a_dose_are_those_of_the_library(eqx301: Store) -> None:
    """Serious events at 200 mg of the active arm, each at its own place in the time there."""
    doses = table_of(eqx301, "adex").query(
        "PARAMCD == 'DOSE' and TRTA == @ARMS[1] and EXDOSE == 200"
    )
    doses = doses.assign(days=doses["AENDY"] - doses["ASTDY"] + 1).sort_values("ASTDY")
    doses["before"] = doses.groupby("USUBJID")["days"].cumsum() - doses["days"]
    adae = table_of(eqx301, "adae").query("TRTEMFL == 'Y' and AESER == 'Y'")
    both = adae.merge(doses, on="USUBJID", suffixes=("", "_ex"))
    both = both[(both["ASTDT"] >= both["ASTDT_ex"]) & (both["ASTDT"] <= both["AENDT_ex"])]
    when = both["before"] + (both["ASTDT"] - both["ASTDT_ex"]).dt.days + 1
    ends = doses.groupby("USUBJID")["days"].sum()
    recurrent = RecurrentEvents(
        followup=pd.DataFrame({"subject": ends.index, "arm": "A", "end": ends, "died": 0}),
        events=pd.DataFrame({"subject": both["USUBJID"], "time": when.astype(float)}),
        arms=("A",),
    )
    expected = estimate_recurrent_rates(recurrent).table.iloc[0]
    counted = DoseAtOnset(subjects=SAFETY, kind="serious").run(eqx301).counted.table
    row = counted.query("arm == @ARMS[1] and level == '200 mg'").iloc[0]
    assert expected["events"] > 50
    for name in ("events", "rate", "lower", "upper"):
        assert row[name] == pytest.approx(expected[name])


def test_subjects_behind_a_band_are_as_many_as_it_counts(
    eqx301: Store, answer: ExposureAnswer
) -> None:
    row = answer.exposure.bands().iloc[1]
    subjects = answer.exposure.in_band(row["band"], row["arm"])
    cohort = Cohort(treated_among(eqx301, subjects))
    assert count_subjects(eqx301, cohort, SubjectList()) == row["subjects"] == len(subjects)


def test_the_arms_that_were_chosen_are_kept(eqx301: Store) -> None:
    only = ExposureAnalysis(subjects=replace(SAFETY, arms=ARMS[1:])).run(eqx301)
    assert only.exposure.arms == ARMS[1:]
    assert len(only.exposure.table) == 360


def test_a_cohort_is_kept_to(eqx301: Store) -> None:
    women = replace(SAFETY, cohort=Cohort(OneOf(column="SEX", values=("F",))))
    own = ExposureAnalysis(subjects=women).run(eqx301).exposure.table
    adsl = table_of(eqx301, "adsl").query("SAFFL == 'Y' and SEX == 'F'")
    assert set(own["subject"]) == set(adsl["USUBJID"])


def test_a_blinded_reader_sees_no_exposure(eqx301: Store) -> None:
    with open_store(eqx301.path, pooled=True, key=snapshot_key()) as pooled:
        subjects = replace(SAFETY, arm="planned")
        for asked in (ExposureAnalysis(subjects=subjects), DoseAtOnset(subjects=subjects)):
            with pytest.raises(NotEstimableError, match="the study is blinded"):
                asked.run(pooled)


# The CDISC pilot -----------------------------------------------------------------------


def test_the_pilot_has_the_doses_that_its_adsl_derives(pilot: Store) -> None:
    found = ExposureAnalysis(subjects=SAFETY).run(pilot)
    adsl = table_of(pilot, "adsl").query("SAFFL == 'Y'").set_index("USUBJID")
    own = found.exposure.table.set_index("subject").loc[adsl.index]
    assert (own["days"] == adsl["TRTDURD"]).all()
    assert (own["cumulative"] == adsl["CUMDOSE"]).all()
    assert (own["intensity"] - adsl["AVGDD"]).abs().max() <= 0.0501
    assert found.doses.said == (
        "6 records of exposure without an end run to the subject's last dose.",
    )


def test_a_placebo_of_dose_0_is_given_and_no_interruption(pilot: Store) -> None:
    found = ExposureAnalysis(subjects=SAFETY).run(pilot)
    own = found.exposure.table.query("arm == 'Placebo'")
    assert (own["interruptions"] == 0).all()
    assert own["relative"].isna().all()
    counted = DoseAtOnset(subjects=SAFETY).run(pilot).counted
    assert counted.levels == ("81 mg", "54 mg", "0 mg (placebo)", "After treatment")


def test_a_dose_that_is_raised_at_the_start_is_above_the_first(pilot: Store) -> None:
    high = ExposureAnalysis(subjects=SAFETY, planned=PlannedDose(reference="highest")).run(pilot)
    first = ExposureAnalysis(subjects=SAFETY).run(pilot)
    own = "arm == 'Xanomeline High Dose'"
    assert (first.raised(), high.raised()) == (("Xanomeline High Dose",), ())
    assert first.exposure.table.query(own)["relative"].mean() > 1.3
    assert high.exposure.table.query(own)["relative"].max() <= 1


# Studies of a few ----------------------------------------------------------------------


def test_a_study_without_doses_has_durations(given: Path) -> None:
    with open_store(given) as store:
        found = ExposureAnalysis(subjects=SafetySubjects()).run(store)
    assert not found.has_doses
    assert found.exposure.table["days"].tolist() == [42, 42, 42]
    assert found.doses.said == (
        "4 subjects without a first dose are left out.",
        "1 subject without a last dose is left out.",
    )
    lines = exposure_lines(found.exposure)
    assert set(lines["Measure"]) == {
        "Subjects treated", "Still on treatment", "Duration of treatment, days",
    }  # fmt: skip
    assert found.over_time == "No subject of this cohort has a dose on record."


def test_nothing_of_exposure_is_said_to_be_nothing(tiny_store: Store) -> None:
    with pytest.raises(NotEstimableError, match="neither dates of first and last dose"):
        ExposureAnalysis(subjects=SafetySubjects()).run(tiny_store)


def test_two_treatments_at_a_time_are_looked_at_one_by_one(given: Path) -> None:
    rows = """
        ('S1', 'One', 10, 'mg', 'QD', '2024-01-03', '2024-02-13'),
        ('S1', 'Two', 7, 'mL', 'QD', '2024-01-03', '2024-01-20'),
        ('S2', 'One', 5, 'mg', 'BID', '2024-01-09', '2024-02-19')
    """
    with with_doses(given, rows) as store:
        usual = ExposureAnalysis(subjects=SafetySubjects()).run(store)
        other = ExposureAnalysis(subjects=SafetySubjects(), treatment="Two").run(store)
    assert usual.doses.treatments == ("One", "Two")
    assert (usual.exposure.unit, other.exposure.unit) == ("mg", "mL")
    cumulative = usual.exposure.table.set_index("subject")["cumulative"]
    assert cumulative[["S1", "S2"]].tolist() == [420, 420]  # 5 mg twice a day
    assert other.exposure.table.set_index("subject").loc["S1", "days_interrupted"] == 24


def test_units_that_cannot_be_added_are_refused(given: Path) -> None:
    rows = """
        ('S1', 'One', 10, 'mg', 'QD', '2024-01-03', '2024-02-13'),
        ('S2', 'One', 10, 'mg/kg', 'QD', '2024-01-09', '2024-02-19')
    """
    with (
        with_doses(given, rows) as store,
        pytest.raises(NotEstimableError, match=r"several units \(mg, mg/kg\)"),
    ):
        ExposureAnalysis(subjects=SafetySubjects()).run(store)


@pytest.mark.parametrize(("frequency", "why"), [("'Q3W'", "EXDOSFRQ"), ("NULL", "single day")])
def test_doses_at_intervals_are_not_taken_as_daily(given: Path, frequency: str, why: str) -> None:
    rows = ", ".join(
        f"('S1', 'One', 210, 'mg', {frequency}, '2024-{day}', '2024-{day}')"
        for day in ("01-03", "01-24", "02-13")
    )
    with with_doses(given, rows) as store:
        found = ExposureAnalysis(subjects=SafetySubjects()).run(store)
    [said] = [sentence for sentence in found.doses.said if "at intervals" in sentence]
    assert why in said
    own = found.exposure.table.set_index("subject").loc["S1"]
    assert (own["cumulative"], own["interruptions"]) == (630, 0)
    assert np.isnan(own["relative"])


def test_records_that_cannot_be_used_are_counted(given: Path) -> None:
    rows = """
        ('S1', 'One', 10, 'mg', 'QD', '2024-01-03', '2024-01-20'),
        ('S1', 'One', 20, 'mg', 'QD', '2024-01-18', '2024-03-20'),
        ('S1', 'One', 10, 'mg', 'QD', '2024-01', '2024-01-20'),
        ('S2', 'One', 10, 'mg', 'QD', '2024-02-01', '2024-01-20'),
        ('S2', 'One', -1, 'mg', 'QD', '2024-01-09', NULL),
        ('S9', 'One', 10, 'mg', 'QD', '2024-01-09', NULL)
    """
    with with_doses(given, rows) as store:
        doses = read_doses(store, SafetySubjects())
    assert doses.said[-4:] == (
        "1 record of exposure without a start date is left out.",
        "1 record of exposure with an end before the start is left out.",
        "1 record of exposure with a dose below 0 is left out.",
        "2 records of exposure overlap the next one or the end of treatment and were shortened: "
        "each day counts once.",
    )
    assert doses.dosing.periods[["start", "end", "dose"]].values.tolist() == [
        [1, 15, 10], [16, 42, 20],
    ]  # fmt: skip


def test_disagreement_with_the_data_is_said() -> None:
    stated = pd.DataFrame(
        {"subject": ["S1", "S2", "S3"], "parameter": "RDI", "value": [81.2, 99.96, 50.0]}
    )
    table = pd.DataFrame({"subject": ["S1", "S2"], "relative": [0.82, 0.9996]})
    assert compare_stated(stated, table, "RDI") == (
        "RDI as the data state it differs from the records of doses in 1 of 2 subjects (for "
        "instance S1: 81.2, not 82)."
    )
    assert compare_stated(stated, table.assign(days=1), "TRTDUR") is None
