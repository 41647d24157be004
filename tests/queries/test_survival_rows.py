"""Subjects with their times: the columns asked for, and none that the reader may not see."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from queries.cohorts import Cohort, OneOf
from queries.errors import DataError
from queries.store import Store, open_store
from queries.survival_rows import ROW_COLUMNS, survival_rows
from tests.tiny_snapshot import write_tiny_snapshot

HOSTILE = '"; drop table adsl; --'


def test_each_subject_once_with_the_columns_asked_for(tiny_store: Store) -> None:
    rows = survival_rows(tiny_store, endpoint="OS", columns=["SEX", HOSTILE, "AGE"])
    assert list(rows.columns) == [*ROW_COLUMNS, "SEX", HOSTILE, "AGE"]
    assert rows["subject"].tolist() == [f"S{n}" for n in range(1, 9)]
    assert rows[HOSTILE].tolist() == list(range(1, 9))
    assert rows["AGE"].isna().tolist() == [n == 6 for n in range(1, 9)]
    assert rows["event"].tolist() == [True, False, True, True, True, False, False, False]


def test_the_cohort_the_arm_and_the_strata_are_those_asked_for(tiny_store: Store) -> None:
    women = Cohort(OneOf(column="SEX", values=("F",)))
    rows = survival_rows(tiny_store, endpoint="OS", cohort=women, stratum=("COUNTRY",))
    assert rows["subject"].tolist() == ["S1", "S3", "S5", "S8"]
    assert rows["stratum"].tolist() == ["DEU", "DEU", "FRA", "FRA"]
    actual = survival_rows(tiny_store, endpoint="OS", arm="actual").set_index("subject")["arm"]
    assert actual["S4"] == "Placebo"


def test_an_unknown_endpoint_has_no_rows(tiny_store: Store) -> None:
    assert survival_rows(tiny_store, endpoint="'; --").empty


@pytest.mark.parametrize("column", ["NOPE", "", "usubjid; --"])
def test_an_unknown_column_is_refused(tiny_store: Store, column: str) -> None:
    with pytest.raises(DataError, match="column of ADSL that this reader may see"):
        survival_rows(tiny_store, endpoint="OS", columns=[column])


def test_a_blinded_reader_sees_neither_arm_nor_what_stands_for_it(tmp_path: Path) -> None:
    with open_store(write_tiny_snapshot(tmp_path / "tiny.duckdb"), pooled=True) as store:
        assert set(survival_rows(store, endpoint="OS")["arm"]) == {"All subjects"}
        for hidden in ("TRT01P", "ARMLIKE"):
            with pytest.raises(DataError, match="that this reader may see"):
                survival_rows(store, endpoint="OS", columns=[hidden])


def test_a_column_comes_along_once_and_under_a_name_of_its_own(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute('ALTER TABLE adsl ADD COLUMN "time" DOUBLE')
    with open_store(path) as store:
        with pytest.raises(DataError, match="each column comes along once"):
            survival_rows(store, endpoint="OS", columns=["AGE", "AGE"])
        with pytest.raises(DataError, match="a covariate is not called"):
            survival_rows(store, endpoint="OS", columns=["time"])


def test_infinite_and_undefined_numbers_are_missing(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute("""UPDATE adsl SET "AGE" = 'inf' WHERE "USUBJID" = 'S1'""")
        connection.execute("""UPDATE adsl SET "AGE" = 'nan' WHERE "USUBJID" = 'S2'""")
    with open_store(path) as store:
        rows = survival_rows(store, endpoint="OS", columns=["AGE"])
        assert int(rows["AGE"].isna().sum()) == 3
