"""Shifts and values of laboratory tests: recomputed in plain pandas from the datasets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from analytics.checks import NotEstimableError
from dashboard.access.key import snapshot_key
from dashboard.analyses.measurements.shifts import LabShifts
from dashboard.analyses.measurements.values import LabValues
from dashboard.analyses.safety.subjects import SafetySubjects
from queries.cohorts import Cohort, late_parts
from queries.importers import import_files
from queries.measurement_questions import measured_among
from queries.store import Store, open_store
from queries.subjects import SubjectList, count_subjects
from tests.dashboard.eqx301 import ARMS, snapshot_path, table_of
from tests.tiny_snapshot import write_tiny_snapshot

SAFETY = SafetySubjects(analysis_set="SAFFL")
EXTREME = {"high": "max", "low": "min"}


@pytest.fixture(scope="module")
def eqx301(demo_home: Path) -> Iterator[Store]:
    with open_store(snapshot_path(demo_home), key=snapshot_key()) as store:
        yield store


@pytest.fixture(scope="module")
def pilot(trial_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path, folder = tmp_path_factory.mktemp("pilot") / "pilot.duckdb", trial_data / "cdisc-pilot"
    import_files([folder / "adam" / "adsl.xpt", folder / "parquet" / "adlbc.parquet"], path)
    with open_store(path) as store:
        yield store


def categories(rows: pd.DataFrame, low: str, high: str) -> pd.Series:
    known = rows["AVAL"].notna() & (rows[low].notna() | rows[high].notna())
    named = np.select(
        [rows["AVAL"] < rows[low], rows["AVAL"] > rows[high]], ["low", "high"], "normal"
    )
    return pd.Series(named, index=rows.index).where(known)


def ends_by_pandas(
    store: Store, dataset: str, test: str, *, limits: tuple[str, str], direction: str
) -> pd.DataFrame:
    """Category at baseline and worst one after it, of subjects with both."""
    subjects = table_of(store, "adsl").query("SAFFL == 'Y'")[["USUBJID", "TRT01A", "TRTSDT"]]
    rows = table_of(store, dataset).query("PARAMCD == @test")
    rows = rows.drop(columns="TRTSDT", errors="ignore").merge(subjects, on="USUBJID")
    rows["category"] = categories(rows, *limits)
    flagged = rows[(rows["ABLFL"] == "Y") & rows["AVAL"].notna()].set_index("USUBJID")
    before = rows[(rows["ADT"] <= rows["TRTSDT"]) & rows["AVAL"].notna()]
    before = before[~before["USUBJID"].isin(flagged.index)].sort_values("ADT", kind="stable")
    baseline = pd.concat([flagged, before.groupby("USUBJID").tail(1).set_index("USUBJID")])
    day = rows["USUBJID"].map(baseline["ADT"])
    after = rows[(rows["ADT"] > rows["TRTSDT"]) & ~(rows["ADT"] <= day)]
    rank = {"low": 0, "normal": 1, "high": 2}
    ranks = after["category"].map(rank).groupby(after["USUBJID"]).agg(EXTREME[direction])
    worst = ranks.map({place: name for name, place in rank.items()})
    found = subjects.set_index("USUBJID")
    return found.assign(baseline=baseline["category"], worst=worst)


def assert_same_cells(answer, expected: pd.DataFrame) -> None:
    both = expected.dropna(subset=["baseline", "worst"])
    counts = both.groupby(["TRT01A", "baseline", "worst"]).size()
    own = answer.shifts.table[answer.shifts.table["subjects"] > 0]
    assert own.set_index(["arm", "baseline", "worst"])["subjects"].to_dict() == counts.to_dict()
    assert answer.shifts.apart["both"].sum() == len(both) > 100
    assert set(answer.shifts.people["subject"]) == set(both.index)


@pytest.mark.parametrize("test", ["ALT", "NEUT", "HGB"])
@pytest.mark.parametrize("direction", ["high", "low"])
def test_shifts_of_the_demo_study_are_those_of_pandas(eqx301, test, direction):
    answer = LabShifts(subjects=SAFETY, test=test, direction=direction).run(eqx301)
    expected = ends_by_pandas(eqx301, "adlb", test, limits=("ANRLO", "ANRHI"), direction=direction)
    assert_same_cells(answer, expected)
    assert answer.arms == ARMS


@pytest.mark.parametrize("test", ["ALT", "BILI", "GLUC", "SODIUM"])
@pytest.mark.parametrize("direction", ["high", "low"])
def test_shifts_of_the_pilot_are_those_of_pandas(pilot, test, direction):
    answer = LabShifts(subjects=SAFETY, test=test, direction=direction).run(pilot)
    expected = ends_by_pandas(pilot, "adlbc", test, limits=("A1LO", "A1HI"), direction=direction)
    assert_same_cells(answer, expected)
    assert any("Not counted twice: " in said for said in answer.said)


@pytest.mark.parametrize("test", ["ALT", "NEUT"])
def test_grades_of_the_demo_study_are_those_of_pandas(eqx301, test):
    answer = LabShifts(subjects=SAFETY, test=test, kind="grade").run(eqx301)
    rows = table_of(eqx301, "adlb").query("PARAMCD == @test")
    subjects = table_of(eqx301, "adsl").query("SAFFL == 'Y'").set_index("USUBJID")
    rows = rows.assign(
        grade=pd.to_numeric(rows["ATOXGR"]), first=rows["USUBJID"].map(subjects["TRTSDT"])
    )
    before = rows[rows["ABLFL"] == "Y"].set_index("USUBJID")["grade"]
    after = rows[rows["ADT"] > rows["first"]].groupby("USUBJID")["grade"].max()
    both = subjects.assign(before=before, after=after).dropna(subset=["before", "after"])
    rise = both["after"] - both["before"]
    met = {"up 1": rise >= 1, "up 2": rise >= 2, "to 3": (both["after"] >= 3) & (rise > 0)}
    assert answer.changes is not None
    found = answer.changes.table.set_index(["arm", "change"])
    for arm in ARMS:
        own = both["TRT01A"] == arm
        for change, which in met.items():
            assert found.loc[(arm, change), "subjects"] == (which & own).sum()
            assert found.loc[(arm, change), "of"] == own.sum()


def test_copies_of_the_pilot_under_end_of_treatment_count_once(pilot):
    """All 4,428 rows of "End of Treatment" repeat a row of another visit."""
    rows = table_of(pilot, "adlbc")
    copies = 0
    for test in rows["PARAMCD"].unique():
        answer = LabValues(subjects=SafetySubjects(), test=test).run(pilot)
        assert "End of Treatment" not in answer.summary.visits
        [said] = [one for one in answer.said if "rows of" in one]
        copies += int(said.split("not shown: ")[1].split(" repeat")[0].replace(",", ""))
    assert copies == (rows["AVISIT"] == "End of Treatment").sum() == 4428


@pytest.mark.parametrize(("study", "test"), [("pilot", "ALT"), ("eqx301", "NEUT")])
def test_values_by_visit_are_those_of_pandas(request, study, test):
    store: Store = request.getfixturevalue(study)
    answer = LabValues(subjects=SAFETY, test=test).run(store)
    rows = once_by_pandas(store, {"pilot": "adlbc", "eqx301": "adlb"}[study], test)
    planned = rows[rows["AVISIT"].notna() & ~rows["copied"]]
    for quantity, kept in (("value", planned), ("change", planned[planned["ABLFL"] != "Y"])):
        own = answer.summary.table.query("quantity == @quantity").set_index(["arm", "visit"])
        told = kept.dropna(subset=[quantity]).groupby(["TRT01A", "AVISIT"])[quantity].describe()
        assert set(own.index) == set(told.index)
        for ours, theirs in {"n": "count", "mean": "mean", "sd": "std", "q3": "75%"}.items():
            gap = own[ours].sort_index() - told[theirs].sort_index()
            assert gap.abs().max() < 1e-9


def once_by_pandas(store: Store, dataset: str, test: str) -> pd.DataFrame:
    """Rows that are no copies, with the change from baseline, which the data state too."""
    subjects = table_of(store, "adsl").query("SAFFL == 'Y'")[["USUBJID", "TRT01A", "TRTSDT"]]
    rows = table_of(store, dataset).query("PARAMCD == @test").dropna(subset=["AVAL"])
    rows = rows.drop(columns="TRTSDT", errors="ignore").merge(subjects, on="USUBJID")
    rows = rows.assign(copied=rows["AVISIT"] == "End of Treatment", value=rows["AVAL"])
    rows = rows.sort_values(["copied", "ADT"], kind="stable")
    rows = rows.drop_duplicates(["USUBJID", "ADT", "AVAL"])
    flagged = rows[rows["ABLFL"] == "Y"].set_index("USUBJID")["AVAL"]
    before = rows[rows["ADT"] <= rows["TRTSDT"]].groupby("USUBJID")["AVAL"].last()
    rows["change"] = rows["AVAL"] - rows["USUBJID"].map(flagged.combine_first(before))
    stated = rows["CHG"].notna()
    assert (rows["change"] - rows["CHG"])[stated].abs().max() < 1e-9
    return rows


def test_the_subjects_of_a_cell_are_a_cohort_chosen_after_baseline(eqx301):
    answer = LabShifts(subjects=SAFETY, test="ALT").run(eqx301)
    people = answer.shifts.behind(ARMS[1], "normal", "high")
    cohort = Cohort(measured_among(eqx301, people))
    assert count_subjects(eqx301, cohort, SubjectList(columns=())) == len(people) > 10
    assert late_parts(cohort.rule, eqx301.schema)


def test_a_blinded_reader_has_one_arm(demo_home):
    with open_store(snapshot_path(demo_home), pooled=True, key=snapshot_key()) as store:
        planned = replace(SAFETY, arm="planned")
        shifts = LabShifts(subjects=planned, test="ALT").run(store)
        values = LabValues(subjects=planned, test="ALT").run(store)
        assert shifts.arms == values.summary.arms == ("All subjects",)
        assert not any(
            "Lumarestat" in str(frame) for frame in (shifts.shifts.people, values.values)
        )


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (LabShifts(subjects=SafetySubjects(), test="none"), "Nobody in this cohort has a result"),
        (LabShifts(subjects=SafetySubjects(), test="ALT", kind="grade"), "No toxicity grade"),
        (LabValues(subjects=SafetySubjects(), test="ALT"), "No value of ALT belongs to a schedule"),
    ],
)
def test_what_was_not_collected_gets_a_sentence(tiny_store, asked, sentence):
    with pytest.raises(NotEstimableError, match=sentence):
        asked.run(tiny_store)


def test_who_has_no_baseline_is_counted_apart(tiny_store):
    """S1 and S2 rise; S3 has no limits and no baseline, S4 another test."""
    answer = LabShifts(subjects=SafetySubjects(), test="ALT").run(tiny_store)
    assert answer.shifts.apart[["subjects", "both", "neither"]].sum().tolist() == [8, 2, 6]
    assert set(answer.shifts.people["worst"]) == {"high"}
    assert any("1 row without limits" in said for said in answer.said)


def test_grades_below_zero_are_of_values_that_are_too_low(tmp_path):
    """S1 falls to grade -3 and rises to 1; an undated row and a copy change nothing."""
    path = write_tiny_snapshot(tmp_path / "signed.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute('ALTER TABLE adlb ADD COLUMN "ATOXGR" VARCHAR')
        connection.execute("UPDATE adlb SET ATOXGR = '0' WHERE ABLFL = 'Y'")
        connection.execute("UPDATE adlb SET ATOXGR = 'GRADE 1' WHERE AVAL = 130")
        connection.execute(
            "INSERT INTO adlb VALUES ('S1','ALT','2024-03-02',5,40,NULL,'-3'), "
            "('S1','ALT','2024-03-02',5,40,NULL,'-3'), ('S2','ALT',NULL,1,40,NULL,'-4')"
        )
    asked = LabShifts(subjects=SafetySubjects(), test="ALT", kind="grade")
    with open_store(path) as store:
        high = asked.run(store)
        low = replace(asked, direction="low").run(store)
    assert high.shifts.people[["baseline", "worst"]].values.tolist() == [["0", "1"]]
    assert low.shifts.people[["baseline", "worst"]].values.tolist() == [["0", "3"]]
    assert any("1 row without a date" in said for said in low.said)
    assert any("Not counted twice: 1 row with" in said for said in low.said)
