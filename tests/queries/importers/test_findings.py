"""Every data-quality rule finds what it is for, and nothing in clean data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from queries.importers.findings import all_rules

Run = Callable[..., Any]
SUBJECTS = """USUBJID,STUDYID,SITEID,TRT01P,TRT01A,AGE,TRTSDT,TRTEDT,DTHFL,DTHDT,WEIGHTBL
01,T,A,P,P,61,2024-01-03,2024-03-01,N,,60
02,T,A,P,P,70,2024-01-09,2024-02-01,Y,2024-02-05,70
03,T,B,V,V,55,2024-02-02,2024-04-30,N,,80
"""
EVENTS = """USUBJID,AETERM,ASTDT,AENDT,ASTDTM,AENDTM,AESEV,AESER,AEOUT,AESDTH,ASTDTF,AESTDTC,AESEQ
01,Rash,2024-01-10,2024-01-12,2024-01-10T08:00,2024-01-10T09:00,MILD,N,RECOVERED,,,2024-01-10,1
02,Pain,2024-01-20,2024-01-22,,,MILD,Y,FATAL,Y,,2024-01-20,1
"""
TIMES = """USUBJID,PARAMCD,AVAL,CNSR,STARTDT,ADT,AVALU,ADTM
01,OS,8,1,2024-01-03,2024-01-10,DAYS,
02,OS,2,0,2024-01-09,2024-01-10,DAYS,2024-01-10T12:00
03,OS,10,1,2024-02-02,2024-02-11,DAYS,
"""
EXPOSURE = "USUBJID,EXDOSE,ASTDT,AENDT\n01,5,2024-01-03,2024-03-01\n"
COLLECTED_EXPOSURE = "USUBJID,EXSTDTC,EXENDTC\n01,2024-01-03,2024-03\n"
COLLECTED_EVENTS = "USUBJID,AESTDTC\n01,2024-01-10\n"
RESULTS = "USUBJID,PARAMCD,AVAL,AVISIT\n01,ALT,20,Week 2\n"
DEMOGRAPHICS = "USUBJID,ARM,ARMCD,ACTARM\n01,P,P,P\n02,P,P,P\n03,V,V,V\n"
CLEAN = {
    "adsl.csv": SUBJECTS,
    "adae.csv": EVENTS,
    "adtte.csv": TIMES,
    "adex.csv": EXPOSURE,
    "ex.csv": COLLECTED_EXPOSURE,
    "ae.csv": COLLECTED_EVENTS,
    "adlbc.csv": RESULTS,
    "dm.csv": DEMOGRAPHICS,
    "plan.json": '{"data_cut": "2024-06-30"}',
}

# rule: file, what is replaced, by what, subjects, records
CASES: dict[str, tuple[str, str, str, int, int]] = {
    "actual arm differs from DM": ("dm.csv", "01,P,P,P", "01,P,P,V", 1, 1),
    "adverse event start imputed": ("adae.csv", ",,,2024-01-10", ",,D,2024-01-10", 1, 1),
    "arm missing": ("adsl.csv", "A,P,P,61", "A,,P,61", 1, 1),
    "assigned and not in ADSL": ("dm.csv", "01,P,P,P\n", "01,P,P,P\n04,P,P,P\n", 1, 1),
    "baseline weight missing": ("adsl.csv", ",,60", ",,", 1, 1),
    "censoring reasons": ("adtte.csv", "01,OS,8,1", "01,OS,8,2", 1, 1),
    "collected event start partial": ("ae.csv", "2024-01-10", "2024-01", 1, 1),
    "collected exposure ends before it starts": ("ex.csv", "2024-03", "2023-12", 1, 1),
    "death after data cut": ("adsl.csv", "2024-02-05", "2024-07-05", 1, 1),
    "death date missing": ("adsl.csv", "61,2024-01-03,2024-03-01,N", "61,2024-01-03,2024-03-01,Y",
                           1, 1),
    "duplicate adverse event": ("adae.csv", EVENTS.splitlines()[1], EVENTS.splitlines()[1] + "\n"
                                + EVENTS.splitlines()[1][:-1] + "9", 1, 1),
    "endpoint after data cut": ("adtte.csv", "2024-02-11", "2024-07-11", 1, 1),
    "endpoint without time": ("adtte.csv", "01,OS,8,1", "01,OS,,1", 1, 1),
    "event after data cut": ("adae.csv", "01,Rash,2024-01-10,2024-01-12",
                             "01,Rash,2024-07-10,2024-07-12", 1, 1),
    "event after death": ("adae.csv", "02,Pain,2024-01-20,2024-01-22",
                          "02,Pain,2024-02-06,2024-02-07", 1, 1),
    "event ends before it starts": ("adae.csv", "2024-01-12", "2024-01-09", 1, 1),
    "event reported again": ("adae.csv", "02,Pain,", "01,Rash,2024-01-10,,,,MILD,N,,,,,7\n02,Pain,",
                             1, 1),
    "event start missing": ("adae.csv", "01,Rash,2024-01-10", "01,Rash,", 1, 1),
    "event start partial": ("adae.csv", ",2024-01-10,1", ",2024-01,1", 1, 1),
    "event time after data cut": ("adtte.csv", "2024-01-10T12:00", "2024-07-10T12:00", 1, 1),
    "event time ends before it starts": ("adae.csv", "T09:00", "T07:00", 1, 1),
    "exposure ends before it starts": ("adex.csv", "2024-03-01", "2024-01-01", 1, 1),
    "fatal event not serious": ("adae.csv", "MILD,Y,FATAL", "MILD,N,FATAL", 1, 1),
    "planned arm differs from actual": ("adsl.csv", "B,V,V", "B,P,V", 1, 1),
    "screened and not enrolled": ("dm.csv", "01,P,P,P\n", "01,P,P,P\n04,Screen Failure,Scrnfail,\n",
                                  1, 1),
    "several studies": ("adsl.csv", "01,T,", "01,U,", 1, 1),
    "site missing": ("adsl.csv", "01,T,A", "01,T,", 1, 1),
    "subject not in ADSL": ("adlbc.csv", "01,ALT", "09,ALT", 1, 1),
    "subject not in DM": ("dm.csv", "03,V,V,V\n", "", 1, 1),
    "subject without endpoint": ("adtte.csv", TIMES.splitlines()[3] + "\n", "", 1, 1),
    "time disagrees with dates": ("adtte.csv", "01,OS,8", "01,OS,9", 1, 1),
    "time leaves out first day": ("adtte.csv", TIMES, TIMES.replace("OS,8", "OS,7").replace(
        "OS,2", "OS,1").replace("OS,10", "OS,9"), 3, 3),
    "treatment ends before it starts": ("adsl.csv", "2024-04-30", "2024-01-30", 1, 1),
    "visit missing": ("adlbc.csv", "Week 2", "", 1, 1),
}  # fmt: skip


def test_clean_data_have_no_findings(study: Run) -> None:
    assert study(CLEAN).findings == ()


def test_every_rule_has_a_case() -> None:
    assert sorted(CASES) == sorted(rule.name for rule in all_rules())


@pytest.mark.parametrize("rule", sorted(CASES))
def test_rules(study: Run, rows: Run, rule: str) -> None:
    file, old, new, subjects, records = CASES[rule]
    assert old in CLEAN[file]
    report = study({**CLEAN, file: CLEAN[file].replace(old, new, 1)})
    found = [f for f in report.findings if f.rule == rule]
    assert [(f.subjects, f.records) for f in found] == [(subjects, records)]
    assert found[0].severity in ("warning", "information")
    assert "{" not in found[0].sentence
    assert "None" not in found[0].sentence
    assert found[0].example
    stored = rows(f"SELECT sentence FROM provenance.findings WHERE rule = '{rule}'")
    assert stored == [(found[0].sentence,)]


def test_screen_failures_may_have_records(study: Run) -> None:
    report = study({
        **CLEAN,
        "dm.csv": DEMOGRAPHICS + "04,Screen Failure,Scrnfail,\n",
        "ds.csv": "USUBJID,DSDECOD,DSSTDTC\n04,SCREEN FAILURE,2024-01-02\n",
    })  # fmt: skip
    assert "subject not in ADSL" not in {f.rule for f in report.findings}


def test_what_a_dataset_repeats_from_adsl(study: Run) -> None:
    repeated = (
        "USUBJID,PARAMCD,AVAL,TRTSDT,AGE,TRTA\n"
        "01,ALT,20,2034-01-03,61,P\n"
        "02,ALT,30,2034-01-09,71,V\n"
    )
    report = study({**CLEAN, "adlbc.csv": repeated})
    found = {f.variable: f for f in report.findings if f.rule == "disagrees with ADSL"}
    assert found["TRTSDT"].sentence == (
        "TRTSDT of ADLBC disagrees with TRTSDT of ADSL in 2 records of 2 subjects; "
        "it is always 3,653 days later, the distance between the 1960 and 1970 epochs."
    )
    assert (found["AGE"].records, found["AGE"].example) == (1, "02")
    assert found["TRTA"].severity == "information"


def test_types_that_were_not_expected(study: Run) -> None:
    report = study({**CLEAN, "adae.csv": EVENTS.replace("2024-01-12", "ongoing")})
    found = [f.sentence for f in report.findings if f.rule == "unexpected type"]
    assert found == [
        "AENDT of ADAE (end date) is stored as VARCHAR, for not every value is a date."
    ]


def test_a_rule_without_its_columns_does_not_apply(study: Run) -> None:
    report = study({"adae.csv": "USUBJID,AETERM\n01,Rash\n"})
    assert {f.dataset for f in report.findings} <= {"ADSL"}
