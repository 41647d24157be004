"""Liver safety of the CDISC pilot and the demo study, against plain pandas and stated facts."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from analytics.safety.liver import LiverCriteria
from dashboard.access.key import snapshot_key
from dashboard.analyses.measurements.liver import LiverAnalysis, subjects_rule
from dashboard.analyses.safety.subjects import SafetySubjects
from queries.cohorts import Cohort, OneOf, late_parts
from queries.importers import import_files
from queries.store import Store, open_store
from tests.dashboard.eqx301 import snapshot_path, table_of
from tests.tiny_snapshot import write_tiny_snapshot

ARMS = ("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")
LIVER = {"ALT": "alt", "AST": "ast", "BILI": "tbl", "ALP": "alp"}
SAFETY = SafetySubjects(analysis_set="SAFFL")


@pytest.fixture(scope="module")
def pilot(trial_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("pilot") / "pilot.duckdb"
    folder = trial_data / "cdisc-pilot"
    import_files([folder / "adam" / "adsl.xpt", folder / "parquet" / "adlbc.parquet"], path)
    with open_store(path) as store:
        yield store


@pytest.fixture(scope="module")
def sdtm(trial_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("sdtm")
    source = trial_data / "cdisc-pilot" / "sdtm"
    (folder / "lbch.xpt").write_bytes(lzma.decompress((source / "lbch.xpt.xz").read_bytes()))
    import_files([source / "dm.xpt", folder / "lbch.xpt"], folder / "sdtm.duckdb")
    with open_store(folder / "sdtm.duckdb") as store:
        yield store


@pytest.fixture(scope="module")
def demo(demo_home: Path) -> Iterator[Store]:
    with open_store(snapshot_path(demo_home), key=snapshot_key()) as store:
        yield store


@pytest.fixture(scope="module")
def adlbc(trial_data: Path) -> pd.DataFrame:
    """Results of the liver tests after the day of first dose, each once."""
    frame = pd.read_parquet(trial_data / "cdisc-pilot" / "parquet" / "adlbc.parquet")
    frame = frame[frame["PARAMCD"].isin(LIVER) & (frame["SAFFL"] == "Y")]
    after = pd.to_datetime(frame["ADT"]) > pd.to_datetime(frame["TRTSDT"])
    frame = frame[after].drop_duplicates(["USUBJID", "PARAMCD", "ADT", "AVAL"])
    return frame.assign(multiple=frame["AVAL"] / frame["A1HI"])


def test_the_pilot_has_the_peaks_of_plain_pandas(pilot, adlbc):
    found = LiverAnalysis(subjects=SAFETY).run(pilot).placed.set_index("subject")
    peaks = adlbc.groupby(["USUBJID", "PARAMCD"])["multiple"].max().unstack()
    for code, test in LIVER.items():
        expected = peaks[code].dropna()
        assert found[test].dropna().to_dict() == pytest.approx(expected.to_dict(), rel=1e-9)


def test_the_pilot_has_its_stated_elevations(pilot):
    """Subjects at or above 3 × ULN: placebo 2, low dose 1, high dose 1; nobody at 5."""
    table = LiverAnalysis(subjects=SAFETY).run(pilot).found.elevations.to_frame()
    by_arm = table.pivot(index="elevation", columns="arm", values="subjects")[list(ARMS)]
    assert by_arm.loc["ALT or AST ≥ 3 × ULN"].tolist() == [2, 1, 1]
    assert by_arm.loc["ALT or AST ≥ 5 × ULN"].tolist() == [0, 0, 0]


@pytest.mark.parametrize(("cut", "expected"), [(1.5, [5, 2, 3]), (2.0, [3, 2, 2])])
def test_cuts_move_the_pilots_counts_as_stated(pilot, cut, expected):
    answer = LiverAnalysis(subjects=SAFETY, criteria=LiverCriteria(aminotransferase=cut)).run(pilot)
    table = answer.quadrants()
    beyond = table[table["group"].isin(["hys_law_range", "temples_corollary"])]
    assert beyond.groupby("arm")["subjects"].sum()[list(ARMS)].tolist() == expected


@pytest.mark.parametrize("taken", ["elevation", "peak"])
def test_the_pilot_has_one_subject_in_the_quadrant_whom_alp_excludes(pilot, taken):
    criteria = LiverCriteria(alp_taken=taken)
    answer = LiverAnalysis(subjects=SAFETY, criteria=criteria).run(pilot)
    assert answer.members("hys_law_range") == ["01-705-1186"]
    assert answer.members("excluded_alp") == ["01-705-1186"]
    assert answer.members("candidate") == []


def test_copies_of_the_pilot_are_counted_once(pilot, trial_data, adlbc):
    left_out = LiverAnalysis(subjects=SAFETY).run(pilot).found.left_out.set_index("test")
    frame = pd.read_parquet(trial_data / "cdisc-pilot" / "parquet" / "adlbc.parquet")
    frame = frame[frame["PARAMCD"].isin(LIVER)].dropna(subset="AVAL")
    copies = frame.duplicated(["USUBJID", "PARAMCD", "ADT", "AVAL"]).groupby(frame["PARAMCD"]).sum()
    assert {test: left_out.loc[test, "copies"] for test in LIVER.values()} == {
        LIVER[code]: n for code, n in copies.items()
    }
    assert (frame["AVISIT"] == "End of Treatment").sum() <= copies.sum()
    assert left_out["without_limit"].sum() == 0


def test_sdtm_names_give_the_same_subjects(sdtm):
    answer = LiverAnalysis().run(sdtm)
    assert answer.members("hys_law_range") == answer.members("excluded_alp") == ["01-705-1186"]
    assert len(answer.members("temples_corollary")) == 3
    assert answer.found.left_out.set_index("test").loc["tbl", "without_value"] == 5


def test_the_demo_has_its_planted_candidates(demo):
    """Six in the range, five on Lumarestat; ALP excludes one of these (sample_data/README.md)."""
    answer = LiverAnalysis(subjects=SAFETY).run(demo)
    counts = answer.quadrants().set_index(["group", "arm"])["subjects"]
    assert counts["hys_law_range"].to_dict() == {"Placebo": 1, "Lumarestat 200 mg": 5}
    assert counts["candidate"].to_dict() == {"Placebo": 1, "Lumarestat 200 mg": 4}
    assert counts["excluded_alp"].to_dict() == {"Placebo": 0, "Lumarestat 200 mg": 1}


def test_missing_limits_of_the_demo_are_left_out_and_counted(demo):
    answer = LiverAnalysis().run(demo)
    adlb = table_of(demo, "adlb")
    missing = adlb[adlb["PARAMCD"].isin(LIVER) & adlb["ANRHI"].isna()].groupby("PARAMCD").size()
    left_out = answer.found.left_out.set_index("test")["without_limit"]
    assert {code: left_out[test] for code, test in LIVER.items()} == missing.to_dict()
    assert left_out.sum() > 0


def test_a_rule_of_subjects_is_late_and_finds_them_all(demo):
    answer = LiverAnalysis(subjects=SAFETY).run(demo)
    members = answer.members("temples_corollary", "Placebo")
    rule = subjects_rule(demo, members)
    found = demo.ask("subjects", cohort=SAFETY.chosen(rule))["subject"].tolist()
    assert found == members
    assert late_parts(rule, demo.schema)
    assert demo.ask("subjects", cohort=Cohort(subjects_rule(demo, []))).empty


def test_a_blinded_reader_has_one_arm_and_the_same_subjects(demo, demo_home):
    with open_store(snapshot_path(demo_home), pooled=True, key=snapshot_key()) as pooled:
        subjects = SafetySubjects(analysis_set="SAFFL", arm="planned")
        answer = LiverAnalysis(subjects=subjects).run(pooled)
    assert answer.arms == ("All subjects",)
    open_answer = LiverAnalysis(subjects=SAFETY).run(demo)
    assert answer.members("candidate") == open_answer.members("candidate")


def test_arms_and_cohorts_narrow_everything(demo):
    women = Cohort(OneOf(column="SEX", values=("F",)))
    placebo = SafetySubjects(cohort=women, analysis_set="SAFFL", arms=("Placebo",))
    answer = LiverAnalysis(subjects=placebo).run(demo)
    adsl = table_of(demo, "adsl")
    own = adsl.query("SEX == 'F' and SAFFL == 'Y' and TRT01A == 'Placebo'")["USUBJID"]
    assert set(answer.placed["subject"]) == set(own)
    adlb = table_of(demo, "adlb")
    records = adlb[adlb["PARAMCD"].isin(LIVER) & adlb["USUBJID"].isin(own)]
    assert answer.found.left_out["records"].sum() == len(records)


TRAPS = """
INSERT INTO adlb VALUES
 ('S2','BILDIR','2024-02-08',90,5,NULL),  -- direct bilirubin is another test
 ('S2','BILI','2024-02-08',30,20,NULL), ('S2','BILI','2024-02-08',30,20,NULL),
 ('S2','BILI','2024-02-09',50,0,NULL),    -- no limit
 ('S2','BILI','2024-02-09',NULL,20,NULL), ('S2','BILI',NULL,80,20,NULL),
 ('S2','BILI','2024-01-09',90,20,NULL)    -- on the day of origin: baseline
"""


def test_traps_of_records(tmp_path):
    path = write_tiny_snapshot(tmp_path / "traps.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(TRAPS)
    with open_store(path) as store:
        answer = LiverAnalysis().run(store)
    subject = answer.placed.set_index("subject").loc["S2"]
    assert subject["tbl"] == 1.5
    assert subject["tbl_baseline"] == 4.5
    assert subject["alt"] == 3.0
    row = answer.found.left_out.set_index("test").loc["tbl"]
    counted = ["records", "copies", "without_value", "undated", "without_limit", "used"]
    assert row[counted].tolist() == [6, 1, 1, 1, 1, 2]
