"""Real studies, and every trap that is known to be in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from queries.importers import CheckReport, ImportRefused, import_files
from queries.importers.archive import find_files

Ask = Callable[[str], list[tuple[Any, ...]]]


def _findings(report: CheckReport, rule: str) -> list[tuple[str, str, int, int]]:
    return [
        (f.dataset, f.variable, f.subjects, f.records) for f in report.findings if f.rule == rule
    ]


def test_pilot_adam_folder(trial_data: Path, tmp_path: Path, rows: Ask) -> None:
    report = import_files([trial_data / "cdisc-pilot" / "adam"], tmp_path / "store.duckdb")

    assert (report.study, report.subjects) == ("CDISCPILOT01", 254)
    assert report.arms == ("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")
    assert [d.rows for d in report.datasets] == [1191, 730, 254, 254]
    assert [s.file for s in report.skipped] == ["define.xml"]
    safety = rows("SELECT count(*) FROM adsl WHERE SAFFL = 'Y' GROUP BY TRT01AN ORDER BY TRT01AN")
    assert [n for (n,) in safety] == [86, 84, 84]
    events = rows("SELECT count_if(CNSR = 0) FROM adtte GROUP BY TRTAN ORDER BY TRTAN")
    assert [n for (n,) in events] == [29, 62, 61]
    emergent = rows("SELECT count(*) FROM adae WHERE TRTEMFL = 'Y' GROUP BY TRTAN ORDER BY TRTAN")
    assert [n for (n,) in emergent] == [281, 412, 433]
    assert rows("SELECT min(TRTSDT), max(TRTSDT) FROM adsl") == [
        (date(2012, 7, 9), date(2014, 9, 2))
    ]
    assert rows(
        "SELECT label, format, source_type, type FROM provenance.variables "
        "WHERE dataset = 'adsl' AND name = 'TRTSDT'"
    ) == [("Date of First Exposure to Treatment", "DATE9.", "numeric", "DATE")]

    _check_pilot_findings(report)


def _check_pilot_findings(report: CheckReport) -> None:
    assert _findings(report, "fatal event not serious") == [("ADAE", "AESER", 3, 3)]
    assert _findings(report, "baseline weight missing") == [("ADSL", "WEIGHTBL", 1, 1)]
    assert _findings(report, "event reported again") == [("ADAE", "AESEQ", 114, 230)]
    assert _findings(report, "blank throughout") == [("ADAE", "AEACN", 0, 1191)]
    missing = {(n.domain, n.variable): n.blank for n in report.not_collected}
    for variable in ("RANDDT", "DTHDT", "LSTALVDT", "COUNTRY"):
        assert missing["ADSL", variable] is False
    assert missing["ADAE", "AEACN"] is True
    assert report.data_cut == "2015-03-05"
    assert report.data_cut_source == "latest date in the data"


def test_pilot_with_sdtm_and_parquet(trial_data: Path, tmp_path: Path, rows: Ask) -> None:
    report = import_files([trial_data / "cdisc-pilot"], tmp_path / "store.duckdb")

    sizes = {d.name: d.rows for d in report.datasets}
    assert sizes["adlbc"], sizes["advs"] == (37132, 32139)
    assert (sizes["vs"], sizes["lbch"], sizes["dm"], sizes["adsl"]) == (29643, 32740, 306, 254)
    assert _findings(report, "screened and not enrolled") == [("DM", "USUBJID", 52, 52)]
    assert _findings(report, "subject not in ADSL") == []
    assert _findings(report, "actual arm differs from DM") == [("ADSL", "TRT01A", 12, 12)]
    assert _findings(report, "planned arm differs from actual") == []
    assert _findings(report, "visit missing") == [("ADLBC", "AVISIT", 40, 741)]
    assert _findings(report, "collected event start partial") == [("AE", "AESTDTC", 17, 24)]
    assert ("DM", "RFICDTC", 0, 306) in _findings(report, "blank throughout")
    assert rows("SELECT count(*) FROM ts WHERE TSVAL = $$Patients with Probable Mild to Moderate "
                "Alzheimer’s Disease$$") == [(1,)]  # fmt: skip
    assert rows("SELECT encoding FROM provenance.files WHERE dataset = 'ts'") == [("Windows-1252",)]
    assert rows("SELECT DISTINCT AESTDTC FROM ae WHERE length(AESTDTC) = 4 ORDER BY 1")


def test_dataset_json_dates_are_ten_years_late(trial_data: Path, tmp_path: Path) -> None:
    report = import_files([trial_data / "dataset-json"], tmp_path / "store.duckdb")

    late = [f for f in report.findings if f.rule == "disagrees with ADSL"]
    assert {(f.dataset, f.variable, f.subjects) for f in late} == {
        ("ADLBC", "TRTSDT", 254),
        ("ADLBC", "TRTEDT", 254),
    }
    assert (
        "always 3,653 days later, the distance between the 1960 and 1970 epochs" in late[0].sentence
    )
    same = {s.file: s.reason for s in report.skipped}
    assert same["adsl.json"] == "the same content as adsl.dsjc"
    assert same["adtte.ndjson"] == "the same content as adtte.json"
    assert any("declares whole numbers" in sentence for sentence in report.derivations)


def test_dataset_json_and_xport_say_the_same(trial_data: Path, tmp_path: Path) -> None:
    pilot, json = trial_data / "cdisc-pilot" / "adam", trial_data / "dataset-json"
    pairs = [folder / name for name in ("adsl", "adae", "adtte") for folder, name in (
        (pilot, f"{name}.xpt"), (json, f"{name}.json"))]  # fmt: skip
    report = import_files(pairs, tmp_path / "store.duckdb")
    assert [s.reason for s in report.skipped] == [
        f"the same content as {name}.xpt" for name in ("adsl", "adae", "adtte")
    ]


def test_decimals_keep_their_digits(trial_data: Path, tmp_path: Path) -> None:
    """The Dataset-JSON and the Parquet copy hold the same values, the dates apart."""
    adsl = trial_data / "cdisc-pilot" / "adam" / "adsl.xpt"
    for name, file in (
        ("json", "dataset-json/adlbc.dsjc"),
        ("parquet", "cdisc-pilot/parquet/adlbc.parquet"),
    ):
        import_files([adsl, trial_data / file], tmp_path / f"{name}.duckdb")
    with duckdb.connect() as connection:
        for name in ("json", "parquet"):
            connection.execute(f"ATTACH '{tmp_path}/{name}.duckdb' AS {name} (READ_ONLY)")
        kept = "USUBJID, PARAMCD, LBSEQ, AVAL, A1HI, R2A1HI, CHG, ADY"
        different = connection.execute(
            f"SELECT count(*) FROM (SELECT {kept} FROM json.adlbc "
            f"EXCEPT ALL SELECT {kept} FROM parquet.adlbc)"
        ).fetchone()
        assert different == (0,)
        assert connection.execute(
            "SELECT DISTINCT j.ADT - p.ADT FROM json.adlbc j JOIN parquet.adlbc p "
            "USING (USUBJID, PARAMCD, LBSEQ, AVISIT)"
        ).fetchall() == [(3653,)]


def test_two_different_files_of_a_dataset(trial_data: Path, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"adtte\.parquet.*adtte in adtte\.csv is different"):
        import_files([trial_data / "oncology"], tmp_path / "store.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_oncology(trial_data: Path, tmp_path: Path, rows: Ask) -> None:
    names = ("adsl.csv", "adsl.parquet", "adtte.parquet", "adae.parquet", "adlb.parquet")
    report = import_files([trial_data / "oncology" / n for n in names], tmp_path / "store.duckdb")
    assert report.skipped[0].reason == "the same content as adsl.csv"
    assert report.subjects == 400
    events = rows("SELECT PARAMCD, count_if(CNSR = 0) FROM adtte GROUP BY ALL ORDER BY ALL")
    assert ("OS", 185) in events
    assert ("PFS", 258) in events
    assert rows("SELECT typeof(RANDDT), typeof(TRTSDTM) FROM adsl LIMIT 1") == [
        ("DATE", "TIMESTAMP")
    ]


def test_files_that_are_no_study(trial_data: Path, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="an import needs ADSL or DM, but got 'actg320, gbsg2"):
        import_files([trial_data / "trials"], tmp_path / "store.duckdb")


def test_tabulation_data_alone(trial_data: Path, tmp_path: Path) -> None:
    report = import_files([trial_data / "cdisc-pilot" / "sdtm"], tmp_path / "store.duckdb")
    assert report.subjects == 254
    lost = next(n for n in report.not_collected if n.domain == "ADSL")
    assert lost.variable == ""
    assert "analysis sets" in lost.sentence


def test_archive_with_mac_leftovers(trial_data: Path) -> None:
    names = [file.name for file in find_files([trial_data / "omop"])]
    assert any(name.endswith("PERSON.csv") for name in names)
    assert not any("__MACOSX" in name for name in names)
