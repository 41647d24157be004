"""What refuses an import, with file, column, row and rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from queries.importers import ImportRefused
from queries.variables import DOMAINS, VARIABLES, domain_of, variables_of

Run = Callable[..., Any]
TIMES = "USUBJID,PARAMCD,AVAL,CNSR\n01,OS,5,0\n"


# file, content, where, rule and what was received
CASES = [
    ("adsl.csv", "USUBJID,AGE\n01,5\n", "", "ADSL has one of TRT01P, TRT01A, ARM, ACTARM."),
    (
        "adsl.csv",
        "USUBJID,ARM\n01,\n",
        ", column ARM",
        "ADSL has values in one of TRT01P, TRT01A, ARM, ACTARM.",
    ),
    ("adsl.csv", "SUBJID,ARM\n01,A\n", "", "ADSL has USUBJID."),
    (
        "adsl.csv",
        "USUBJID,ARM\n01,A\n,B\n",
        ", column USUBJID, row 2",
        "every record names its subject.",
    ),
    (
        "adsl.csv",
        "USUBJID,ARM\n01,A\n02,B\n01,A\n",
        ", column USUBJID, row 3",
        "USUBJID is unique in ADSL, but got '01'.",
    ),
    (
        "dm.csv",
        "USUBJID,ARM\n01,A\n01,A\n",
        ", column USUBJID, row 2",
        "USUBJID is unique in DM, but got '01'.",
    ),
    ("dm.csv", "USUBJID\n01\n", "", "DM has one of ARM, ARMCD."),
    ("adtte.csv", "USUBJID,PARAMCD,AVAL\n01,OS,5\n", "", "ADTTE has CNSR."),
    (
        "adtte.csv",
        TIMES + "02,OS,-1,0\n",
        ", column AVAL, row 2",
        "a time to event is a number from 0 up, but got -1.",
    ),
    (
        "adtte.csv",
        TIMES + "02,OS,x5,0\n",
        ", column AVAL, row 2",
        "AVAL of ADTTE is a number, but got 'x5'.",
    ),
    (
        "adtte.csv",
        TIMES + "02,OS,5,-1\n",
        ", column CNSR, row 2",
        "CNSR is 0 for an event and a whole number above 0 for a censoring reason, but got -1.",
    ),
    (
        "adtte.csv",
        TIMES + "02,OS,5,0.5\n",
        ", column CNSR, row 2",
        "CNSR is 0 for an event and a whole number above 0 for a censoring reason, but got 0.5.",
    ),
    (
        "adtte.csv",
        TIMES + "01,PFS,4,0\n01,OS,9,1\n",
        ", column USUBJID, row 3",
        "USUBJID and PARAMCD are unique in ADTTE, but got '01 OS'.",
    ),
    ("adae.csv", "USUBJID,AESER\n01,Y\n", "", "ADAE has one of AEDECOD, AETERM."),
    (
        "adlbc.csv",
        "USUBJID,PARAMCD,AVAL\n01,ALT,<5\n",
        ", column AVAL, row 1",
        "AVAL of ADLB is a number, but got '<5'.",
    ),
    ("advs.csv", "USUBJID,PARAMCD\n01,SYSBP\n", "", "ADVS has AVAL."),
    ("adex.csv", "USUBJID,AVAL\n01,5\n", "", "ADEX has one of PARAMCD, EXDOSE."),
    ("ds.csv", "USUBJID\n01\n", "", "DS has DSDECOD."),
]


@pytest.mark.parametrize(("name", "content", "where", "rule"), CASES)
def test_refusals(
    study: Run, tmp_path: Path, name: str, content: str, where: str, rule: str
) -> None:
    with pytest.raises(ImportRefused) as refusal:
        study({name: content})
    assert str(refusal.value) == f"The import is refused for 1 problem.\n{name}{where}: {rule}"
    assert [file.name for file in tmp_path.iterdir()] == ["delivery"]


def test_all_problems_are_told_up_to_fifty(study: Run) -> None:
    with pytest.raises(ImportRefused, match="refused for 3 problems") as refusal:
        study({"a.csv": "", "b.xpt": "text", "c.csv": "A,B\n1\n"})
    assert [problem.file for problem in refusal.value.problems] == ["a.csv", "b.xpt", "c.csv"]


def test_at_most_fifty_problems_are_told(study: Run) -> None:
    negative = "".join(f"{i},OS,-1,-1\n" for i in range(80))
    with pytest.raises(ImportRefused, match="refused for 50 problems"):
        study({"adtte.csv": TIMES + negative})


def test_datasets_outside_the_domains_need_nothing(study: Run, rows: Run) -> None:
    study({"sites.csv": "SITE,TARGET\nA,5\n"})
    assert rows("FROM sites") == [("A", 5)]


def test_letter_case_of_names_is_kept_and_does_not_matter(study: Run, rows: Run) -> None:
    study({"adtte.csv": TIMES.lower().replace("os", "OS")})
    assert rows("SELECT name FROM provenance.variables WHERE dataset = 'adtte'") == [
        ("usubjid",), ("paramcd",), ("aval",), ("cnsr",)]  # fmt: skip


def test_nothing_replaces_a_snapshot(study: Run, tmp_path: Path) -> None:
    study({})
    before = (tmp_path / "store.duckdb").read_bytes()
    with pytest.raises(ImportRefused, match="a snapshot file is written once"):
        study({})
    assert (tmp_path / "store.duckdb").read_bytes() == before


def test_not_collected_names_the_feature(study: Run) -> None:
    missing = {(n.domain, n.variable): n.sentence for n in study({}).not_collected}
    assert missing["ADSL", "RANDDT"] == (
        "ADSL.RANDDT (date of randomisation) is not collected; this costs: forecast of enrolment."
    )
    assert missing["ADTTE", ""] == "ADTTE (time to event) is not collected; this costs: survival."
    assert ("ADSL", "TRTSDTM") not in missing  # TRTSDT stands in for it


def test_domains() -> None:
    assert DOMAINS == ("ADSL", "ADAE", "ADTTE", "ADLB", "ADVS", "ADEG", "ADEX", "DM", "DS")
    domains = {"adlbc": "ADLB", "advs": "ADVS", "adtte_onco": "ADTTE", "adslx": None, "dmx": None}
    assert {name: domain_of(name) for name in domains} == domains
    assert all(variable.feature for variable in VARIABLES)
    for domain in DOMAINS:
        assert "USUBJID" in {v.name for v in variables_of(domain) if v.required}
