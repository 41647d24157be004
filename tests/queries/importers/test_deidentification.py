"""De-identification: signs found, actions applied, intervals kept, and nothing left of the rest."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries.importers import (
    CheckReport,
    ColumnAction,
    DeidentificationPlan,
    ImportRefused,
    import_files,
)
from queries.importers.identifiers import CLASSES
from queries.importers.identifiers.classes import RESTRICTED_ZIP3
from queries.importers.identifiers.suggesting import suggested_actions, suggested_plan
from queries.pseudonyms import code, study_shift

SECRET = "the secret of the home, 32 letters"
ADSL_HEADER = (
    "STUDYID,USUBJID,SUBJID,PATNAME,TRT01P,TRT01A,AGE,SEX,RANDDT,TRTSDT,BRTHDTC,ZIP,PHONE,EMAIL,"
    "SSN,MRN,FAX,HPLAN,ACCOUNT,LICENSE,VIN,DEVSN,URL,IPADDR,VOICEPRT,PHOTO,COMMENT"
)


def _subject(number: int, age: int = 60, zip_code: str = "94110") -> str:
    start = "2021-03-01"
    return (
        f"P-1,P-1-{number:04},{number:04},Hildegard Plantagenet{number},Active,Active,{age},F,"
        f"{start},{start},1951-07-{number % 28 + 1:02},{zip_code},(212) 555-01{number:02},"
        f"hilde{number}@example.org,123-45-67{number:02},MRN{number:07},(212) 555-99{number:02},"
        f"HP{number:06},AC{number:06},LIC{number:05},VIN{number:05},SN{number:05},"
        f"https://example.org/{number},10.0.0.{number},vp{number},face{number}.jpg,"
        f"Her cousin Mathilda{number} called on 04/05/2021"
    )


def _write(folder: Path, **files: list[str]) -> Path:
    folder.mkdir()
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    ages = [34, 89, 90, 97] + [60] * 21
    zips = ["10023-4567", "03601", "05901-1234", "unknown"] + ["94110"] * 21
    adsl = [ADSL_HEADER, *(_subject(n, ages[n], zip_code=zips[n]) for n in range(25))]
    adae = ["STUDYID,USUBJID,AETERM,AEDECOD,ASTDT,AESTDTC,AEENDTC", *_events()]
    return _write(tmp_path / "delivery", adsl=adsl, adae=adae)


def _events() -> list[str]:
    partial = ["2021-03-09", "2021-03-09T10:45", "2021-03", "2021", "UNK", ""]
    return [
        f"P-1,P-1-{n:04},Verbatim term {n},Headache,2021-03-09,2021-03-09,{partial[n % 6]}"
        for n in range(25)
    ]


PLAN = DeidentificationPlan(
    dates="study",
    actions=(
        *(ColumnAction(column=name, action="hash") for name in ("USUBJID", "SUBJID")),
        *(
            ColumnAction(column=name, action="drop")
            for name in (
                "PATNAME", "BRTHDTC", "PHONE", "EMAIL", "SSN", "MRN", "FAX", "HPLAN", "ACCOUNT",
                "LICENSE", "VIN", "DEVSN", "URL", "IPADDR", "VOICEPRT", "PHOTO", "COMMENT",
                "AETERM",
            )
        ),
        ColumnAction(column="AGE", action="age"),
        ColumnAction(column="ZIP", action="zip3"),
    ),
)  # fmt: skip


def _import(source: Path, plan: DeidentificationPlan | None, secret: str = SECRET) -> CheckReport:
    target = source.parent / "store.duckdb"
    target.unlink(missing_ok=True)
    return import_files([source], target, deidentify=plan, secret=secret)


def _rows(source: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(source.parent / "store.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_every_class_is_found_by_its_column(delivery: Path) -> None:
    report = _import(delivery, None)
    found = {(one.column, one.kind): one for one in report.identifiers}
    assert {one.kind for one in report.identifiers} == {
        *(known.name for known in CLASSES),
        "free text",
    }
    assert len(CLASSES) == 18
    assert [known.number for known in CLASSES] == list(range(1, 19))
    assert (found["PATNAME", "names"].sign, found["PATNAME", "names"].records) == ("name", 25)
    assert found["AGE", "dates and ages"].records == 2, "only ages over 89"
    assert found["ZIP", "geography"].suggestion == "zip3"
    assert found["BRTHDTC", "dates and ages"].suggestion == "drop"
    assert found["COMMENT", "dates and ages"].sign == "values", "a date within a sentence"
    assert ("COMMENT", "names") not in found, "a name within a sentence has no sign"
    assert CheckReport.from_json(report.to_json()) == report


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ("call +49 30 1234 5678", "telephone numbers"),
        ("mail a.b@clinic.example", "e-mail addresses"),
        ("078-05-1120", "social security numbers"),
        ("see www.example.org", "web addresses"),
        ("from 192.168.10.7", "IP addresses"),
        ("MRN 0012345", "medical record numbers"),
        ("seen on 3 March 2021", "dates and ages"),
    ],
)
def test_values_give_a_column_of_any_name_away(tmp_path: Path, values: str, kind: str) -> None:
    lines = ["USUBJID,TRT01P,X1", *(f"S{n},A,{values if n == 3 else 'well'}" for n in range(9))]
    report = _import(_write(tmp_path / "delivery", adsl=lines), None)
    assert [(one.kind, one.sign, one.records) for one in report.identifiers if one.column == "X1"] \
        == [(kind, "values", 1)]  # fmt: skip


def test_what_is_taken_out_is_nowhere_in_the_file(delivery: Path) -> None:
    report = _import(delivery, PLAN)
    data = (delivery.parent / "store.duckdb").read_bytes()
    gone = (
        "Hildegard", "Plantagenet", "Mathilda", "P-1-00", "1951-07", "10023", "94110", "03601",
        "555-01", "hilde", "123-45", "MRN0", "AC00", "https://", "10.0.0.", "face1", "Verbatim",
        "2021-03",
    )  # fmt: skip
    assert [text for text in gone if text.encode() in data or text in report.to_json()] == []
    assert sorted(path.name for path in delivery.parent.iterdir()) == ["delivery", "store.duckdb"]
    assert report.deidentified
    assert {one.kind for one in report.identifiers} <= {
        "dates and ages", "geography", "other unique identifiers",
    }  # fmt: skip


def test_ages_zips_and_codes(delivery: Path) -> None:
    _import(delivery, PLAN)
    rows = _rows(delivery, "SELECT AGE, ZIP, USUBJID FROM adsl")
    assert [age for age, _, _ in rows[:5]] == [34, 89, 90, 90, 60]
    assert [start for _, start, _ in rows[:5]] == ["100", "000", "000", "000", "941"]
    assert [subject for _, _, subject in rows] == [code(SECRET, f"P-1-{n:04}") for n in range(25)]
    [(matched,)] = _rows(delivery, "SELECT count(*) FROM adae JOIN adsl USING (USUBJID)")
    assert matched == 25
    assert {"036", "059", "893"} <= set(RESTRICTED_ZIP3)
    assert len(RESTRICTED_ZIP3) == 17
    bands = DeidentificationPlan(actions=(ColumnAction(column="AGE", action="age_bands"),))
    _import(delivery, bands)
    assert [age for (age,) in _rows(delivery, "SELECT AGE FROM adsl")][:5] == [
        "30-39", "80-89", "90+", "90+", "60-69",
    ]  # fmt: skip


def test_dates_are_shifted_at_the_precision_they_have(delivery: Path) -> None:
    _import(delivery, PLAN)
    shifted = date(2021, 3, 9) + timedelta(days=study_shift(SECRET, "P-1"))
    middle = date(2021, 3, 15) + timedelta(days=study_shift(SECRET, "P-1"))
    ends = [end for (end,) in _rows(delivery, "SELECT AEENDTC FROM adae")][:6]
    year = date(2021, 7, 1) + timedelta(days=study_shift(SECRET, "P-1"))
    assert ends == [
        f"{shifted}", f"{shifted}T10:45", f"{middle}"[:7], f"{year}"[:4], None, None,
    ]  # fmt: skip
    assert shifted.weekday() == date(2021, 3, 9).weekday()


def test_the_provenance_says_what_was_done_and_hashes_with_the_key(delivery: Path) -> None:
    plain = _import(delivery, None)
    report = _import(delivery, PLAN)
    said = _rows(delivery, "SELECT dataset, variable, sentence FROM provenance.deidentification")
    assert ("adsl", "PATNAME", "the column was left out") in said
    assert ("adae", "ASTDT", "dates were shifted (one offset for the study)") in said
    assert "AGE of ADSL: ages over 89 are 90, which stands for 90 or more." in report.derivations
    [(written,)] = _rows(
        delivery, "SELECT value FROM provenance.snapshot WHERE item = 'deidentification'"
    )
    assert DeidentificationPlan.from_json(written) == PLAN
    files = {sha for (sha,) in _rows(delivery, "SELECT sha256 FROM provenance.files")}
    hashes = [_import(delivery, PLAN, secret).sha256 for secret in (SECRET, SECRET + "!")]
    assert len({plain.sha256, *hashes}) == 3
    assert hashes[0] == report.sha256, "the same files, plan and key have the same content"
    assert not files & {sha for (sha,) in _rows(delivery, "SELECT sha256 FROM provenance.files")}


def test_anonymity_is_counted_after_the_actions(delivery: Path) -> None:
    before = _import(delivery, None).anonymity
    assert before is not None
    assert (before.columns, before.smallest, before.unique) == (("AGE", "SEX", "ZIP"), 1, 4)
    asked = DeidentificationPlan(actions=PLAN.actions, dates="study", quasi_identifiers=("SEX",))
    after = _import(delivery, asked).anonymity
    assert after is not None
    assert (after.columns, after.smallest, after.few) == (("SEX",), 25, 0)


@pytest.mark.parametrize(
    ("plan", "rule"),
    [
        ({"actions": [{"column": "NOSUCH", "action": "drop"}]}, "for a column that is there"),
        ({"dates": "study", "actions": [{"column": "SEX", "action": "shift"}]}, "holds dates"),
        ({"dates": "study", "actions": [{"column": "RANDDT", "action": "keep"}]}, "give the shift"),
        ({"actions": [{"column": "USUBJID", "action": "drop"}]}, "ADSL has USUBJID"),
        ({"quasi_identifiers": ["NOSUCH"]}, "a quasi-identifier is a column"),
    ],
)
def test_a_plan_that_cannot_be_applied_imports_nothing(
    delivery: Path, plan: dict[str, Any], rule: str
) -> None:
    with pytest.raises(ImportRefused, match=rule):
        _import(delivery, DeidentificationPlan.from_json(json.dumps(plan)))
    assert [path.name for path in delivery.parent.iterdir()] == ["delivery"]


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", '{"actions": 1}', '{"more": 1}', '{"dates": "moon"}',
        '{"actions": [{"column": "A", "action": "burn"}]}',
        '{"actions": [{"column": "A", "action": "shift"}]}',
        '{"actions": [{"column": "A", "action": "drop"}, {"column": "a", "action": "keep"}]}',
        '{"actions": [{"column": 1, "action": "drop"}]}', '{"quasi_identifiers": [1]}',
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused(text: str) -> None:
    from queries.errors import DataError

    with pytest.raises(DataError, match=r"plan|action|dates"):
        DeidentificationPlan.from_json(text)


DAYS = st.dates(date(2000, 1, 1), date(2024, 12, 31))


@settings(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    dates=st.lists(st.tuples(DAYS, DAYS, DAYS, DAYS), min_size=1, max_size=5),
    how=st.sampled_from(["study", "subject"]),
    hashed=st.booleans(),
)
def test_intervals_within_a_subject_are_kept_exactly(
    tmp_path_factory: pytest.TempPathFactory,
    dates: list[tuple[date, date, date, date]],
    how: str,
    hashed: bool,
) -> None:
    adsl, dm, adae, visits = (
        ["STUDYID,USUBJID,TRT01P,TRTSDT"],
        ["STUDYID,USUBJID,ARM,RFSTDTC"],
        ["USUBJID,AETERM,ASTDTM,ADTN"],
        ["USUBJID,SVSTDTC"],
    )
    for n, (dosed, started, event, seen) in enumerate(dates):
        adsl.append(f"I-1,S{n},A,{dosed}")
        dm.append(f"I-1,S{n},A,{started}")
        adae.append(f"S{n},x,{event}T08:30:00,{(event - date(1960, 1, 1)).days}")
        visits.append(f"S{n},{seen}T23:59")
    folder = tmp_path_factory.mktemp("intervals")
    source = _write(folder / "delivery", adsl=adsl, dm=dm, adae=adae, sv=visits)
    action = (ColumnAction(column="USUBJID", action="hash"),) if hashed else ()
    _import(source, DeidentificationPlan(dates=how, actions=action))
    rows = _rows(
        source,
        "SELECT TRTSDT, RFSTDTC::DATE, ASTDTM, left(SVSTDTC, 10)::DATE, substr(SVSTDTC, 11) "
        "FROM adsl JOIN dm USING (USUBJID) JOIN adae USING (USUBJID) JOIN sv USING (USUBJID) "
        "ORDER BY adsl.rowid",
    )
    for (dosed, started, event, seen), found in zip(dates, rows, strict=True):
        by = (found[0] - dosed).days
        assert by < 0
        assert [(after - before).days for before, after in zip(
            (started, event, seen), (found[1], found[2].date(), found[3]), strict=True
        )] == [by] * 3  # fmt: skip
        assert (found[2].time().isoformat(), found[4]) == ("08:30:00", "T23:59")
    shifts = {(found[0] - before[0]).days for before, found in zip(dates, rows, strict=True)}
    assert how == "subject" or len(shifts) == 1


def test_numbered_dates_and_the_plan_are_shifted_and_nothing_gives_the_shift_away(
    tmp_path: Path,
) -> None:
    days = (date(2021, 3, 1) - date(1960, 1, 1)).days
    lines = [
        "STUDYID,USUBJID,TRT01P,RANDDT,VISDT",
        *(f"N-1,S{n},A,2021-03-01,{days + n}" for n in range(3)),
    ]
    source = _write(
        tmp_path / "delivery", adsl=lines, ts=["TSPARM,TSVAL,TSDTC", "Start,x,2021-02-02"]
    )
    plan = {"study": "N-1", "data_cut": "2021-06-01", "accrual_start": "2021-02-01"}
    (source / "plan.json").write_text(json.dumps(plan))
    shift = study_shift(SECRET, "N-1")
    report = _import(source, DeidentificationPlan(dates="study"))
    assert [d for (d,) in _rows(source, "SELECT VISDT FROM adsl")] == [
        days + n + shift for n in range(3)
    ]
    assert report.data_cut == str(date(2021, 6, 1) + timedelta(days=shift))
    assert report.plan is not None
    assert report.plan["accrual_start"] == str(date(2021, 2, 1) + timedelta(days=shift))
    report = _import(source, DeidentificationPlan(dates="subject"))
    assert report.plan is not None
    assert (report.plan["data_cut"], report.data_cut_source) == (None, "latest date in the data")
    assert _rows(source, "SELECT TSDTC FROM ts") == [(None,)], "it names no subject"


def _written(number: int) -> list[str]:
    """The days of subjects in other forms, and what stands for a missing one."""
    day = date(2021, 3, 1) + timedelta(days=number % 20)
    since = (day - date(1960, 1, 1)).days
    missing = number == 0
    return [
        *("F-1", f"F-1-{number:04}", "A", str(day), f"{day:%d%b%Y}".upper(), f"{day:%m/%d/%Y}"),
        str(day) if number % 3 else "see notes",
        *("99999" if missing else str(since), "9999-12-31" if missing else str(day)),
        *("9999-12-31T00:00" if missing else f"{day}T08:00", f"seen {day}" if missing else "well"),
    ]


def test_no_date_in_another_form_gives_the_shift_away(tmp_path: Path) -> None:
    header = "STUDYID,USUBJID,TRT01P,RANDDT,SEENON,VISITED,MIXED,VISDT,ENDDT,ENDDTC,REMARK"
    lines = [header, *(",".join(_written(n)) for n in range(30))]
    source = _write(tmp_path / "delivery", adsl=lines)
    report = _import(source, None)
    suggested = suggested_actions(report.identifiers)
    assert {suggested[one] for one in ("SEENON", "VISITED", "MIXED")} == {"drop"}
    assert suggested["REMARK"] == "keep", "a date told once in a text is for somebody to read"
    for how in ("study", "subject"):
        plan = suggested_plan(report.identifiers, dates=how)
        done = _import(source, plan)
        assert not {"SEENON", "VISITED", "MIXED"} & {one.column for one in done.identifiers}
        rows = _rows(source, "SELECT VISDT, ENDDT, ENDDTC FROM adsl")
        assert rows[0] == (None, None, None), "what stands for no date would tell the shift"
        shift = study_shift(SECRET, "F-1")
        if how == "study":
            assert rows[1][0] == (date(2021, 3, 2) - date(1960, 1, 1)).days + shift
            assert str(rows[1][1])[:10] == str(date(2021, 3, 2) + timedelta(days=shift))
            assert rows[1][2] == f"{date(2021, 3, 2) + timedelta(days=shift)}T08:00"
    for column in ("SEENON", "MIXED"):
        rest = tuple(one for one in plan.actions if one.column != column)
        kept = (*rest, ColumnAction(column=column, action="keep"))
        for actions in (rest, kept):
            with pytest.raises(ImportRefused, match="give the shift away"):
                _import(source, DeidentificationPlan(dates="study", actions=actions))


def test_a_subject_named_in_a_column_of_another_name_gets_the_same_code(tmp_path: Path) -> None:
    adsl = ["STUDYID,USUBJID,TRT01P", *(f"L-1,L-1-{n:04},A" for n in range(25))]
    adae = ["USUBJID,AEDECOD,LINKEDTO", *(f"L-1-{n:04},Itch,L-1-{n % 5:04}" for n in range(25))]
    kits = ["KIT,GIVENTO,ARMCODE", "K1,L-1-0003,A", "K2,none,B"]
    source = _write(tmp_path / "delivery", adsl=adsl, adae=adae, kits=kits)
    report = _import(source, None)
    found = {(one.dataset, one.column): one for one in report.identifiers}
    assert (found["adae", "LINKEDTO"].records, found["kits", "GIVENTO"].records) == (25, 1)
    assert found["adae", "LINKEDTO"].suggestion == "hash"
    assert ("kits", "ARMCODE") not in found
    _import(source, suggested_plan(report.identifiers))
    assert b"L-1-00" not in (tmp_path / "store.duckdb").read_bytes()
    linked = _rows(source, "SELECT count(*) FROM adae JOIN adsl ON LINKEDTO = adsl.USUBJID")
    assert linked == [(25,)]
    assert _rows(source, "SELECT GIVENTO FROM kits LIMIT 1") == [(code(SECRET, "L-1-0003"),)]


def test_hostile_names_are_data(tmp_path: Path) -> None:
    hostile = '""shift""); DROP TABLE given; --'
    lines = [f'USUBJID,STUDYID,TRT01P,"{hostile}",given,place,rowid', "S1,H-1,A,2021-01-05,x,y,z"]
    source = _write(tmp_path / "delivery", adsl=lines)
    name = hostile.replace('""', '"')
    plan = DeidentificationPlan(
        dates="study",
        actions=(
            ColumnAction(column=name, action="shift"),
            ColumnAction(column="given", action="hash"),
            ColumnAction(column="rowid", action="drop"),
        ),
    )
    _import(source, plan)
    moved = date(2021, 1, 5) + timedelta(days=study_shift(SECRET, "H-1"))
    assert _rows(source, "FROM adsl") == [("S1", "H-1", "A", moved, code(SECRET, "x"), "y")]
