"""The store: who sees which arm, and that nothing else can be reached."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from queries import questions
from queries.blinding import POOLED_ARM, reveals_by_values
from queries.cohorts import Cohort, OneOf
from queries.encryption import load_openssl
from queries.errors import DataError
from queries.store import Store, open_store
from tests.tiny_snapshot import write_tiny_snapshot


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_tiny_snapshot(tmp_path / "tiny.duckdb")


def test_planned_and_actual_arms_differ_where_the_data_say_so(tiny_store: Store) -> None:
    planned = questions.subjects_by_arm(store=tiny_store, arm="planned")
    actual = questions.subjects_by_arm(store=tiny_store, arm="actual")
    assert dict(zip(planned["arm"], planned["subjects"], strict=True)) == {
        "Placebo": 4,
        "Active": 4,
    }
    assert dict(zip(actual["arm"], actual["subjects"], strict=True)) == {"Active": 3, "Placebo": 5}


def test_a_cohort_restricts_every_question(tiny_store: Store) -> None:
    women = Cohort(rule=OneOf(column="SEX", values=("F",)), name="Women")
    assert questions.cohort_size(store=tiny_store, cohort=women)["subjects"].item() == 4
    counts = questions.survival_counts(store=tiny_store, cohort=women, endpoint="OS")
    assert counts["events"].sum() + counts["censored"].sum() == 4


def test_any_positive_cnsr_is_a_censoring(tiny_store: Store) -> None:
    counts = questions.survival_counts(store=tiny_store, endpoint="OS")
    assert counts["censored"].sum() == 4


def test_strata_are_levels_of_columns(tiny_store: Store) -> None:
    counts = questions.survival_counts(store=tiny_store, endpoint="OS", stratum=("COUNTRY", "SEX"))
    assert set(counts["stratum"]) == {
        "DEU / F", "DEU / M", "FRA / F", "FRA / M", "FRA / missing",
    }  # fmt: skip


def test_a_hostile_column_name_is_data(tiny_store: Store) -> None:
    column = '""; drop table adsl; --'
    name = next(c for c in tiny_store.columns if "drop table" in c)
    some = Cohort(rule=OneOf(column=name, values=(1, 2)), name=column)
    assert questions.cohort_size(store=tiny_store, cohort=some)["subjects"].item() == 2
    assert questions.cohort_size(store=tiny_store)["subjects"].item() == 8


def test_a_pooled_reader_sees_no_arm(path: Path) -> None:
    with open_store(path, pooled=True) as store:
        assert store.arms("planned") == (POOLED_ARM,) == store.arms("actual")
        assert not {"TRT01P", "TRT01PN", "TRT01A"} & set(store.columns)
        assert "ARMLIKE" not in store.columns, "its levels split the subjects by arm"
        assert "SEX" in store.columns
        assert not any("arm" in sentence for sentence in store.derivations)
        for column in ("TRT01P", "ARMLIKE"):
            with pytest.raises(DataError, match=column):
                store.ask("cohort_size", cohort=Cohort(rule=OneOf(column=column, values=("x",))))
            with pytest.raises(DataError, match="stratum"):
                store.ask("flow_by_arm", stratum=(column,))


def test_extra_and_missing_parameters_are_refused(tiny_store: Store) -> None:
    with pytest.raises(DataError, match="endpoint_descriptions takes"):
        tiny_store.ask("endpoint_descriptions")
    with pytest.raises(DataError, match="cohort_size takes"):
        tiny_store.ask("cohort_size", endpoint="OS")


@pytest.mark.parametrize("name", ["../questions", "no_such", "x; drop"])
def test_only_files_of_the_folder_are_questions(tiny_store: Store, name: str) -> None:
    with pytest.raises(DataError, match="a question is the name of a file"):
        tiny_store.ask(name)


@pytest.mark.parametrize("key", [None, "a key of thirty-two characters!!"])
def test_a_store_reaches_no_other_file_and_writes_nothing(
    path: Path, tmp_path: Path, key: str | None
) -> None:
    secret = tmp_path / "elsewhere" / "secret.csv"
    secret.parent.mkdir()
    secret.write_text("a\n1\n")
    (path.parent / "link.csv").symlink_to(secret)
    (path.parent / "link.duckdb").symlink_to(write_tiny_snapshot(secret.with_name("b.duckdb")))
    before = {one: one.stat().st_mtime_ns for one in tmp_path.rglob("*")}
    with open_store(path, key=key) as store:
        for sql in (
            f"SELECT * FROM '{secret}'",
            f"SELECT * FROM read_csv('{secret}')",
            f"SELECT * FROM read_csv('{path.parent}/../{path.parent.name}/elsewhere/secret.csv')",
            f"SELECT * FROM read_csv('{path.parent}/link.csv')",
            f"SELECT * FROM read_text('{path.parent}/*')",
            "SELECT * FROM glob('/etc/*')",
            f"ATTACH '{tmp_path}/other.duckdb' AS other",
            f"ATTACH '{path.parent}/link.duckdb' AS other (READ_ONLY)",
            f"ATTACH '{path.parent}/elsewhere/../elsewhere/b.duckdb' AS other (READ_ONLY)",
            f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
            f"COPY snapshot.adsl TO '{path.parent}/elsewhere/out.parquet'",
            f"EXPORT DATABASE '{tmp_path}/all'",
            "INSTALL spatial",
            "LOAD spatial",
            f"LOAD '{tmp_path}/x.duckdb_extension'",
            "SET enable_external_access = true",
            "SET SESSION enable_external_access = true",
            "RESET enable_external_access",
            "SET lock_configuration = false",
            "SET temp_directory = '/tmp'",
            f"SET allowed_directories = ['{tmp_path}']",
            "PRAGMA enable_external_access = true",
            "CREATE PERSISTENT SECRET planted (TYPE http)",
            "INSERT INTO snapshot.adsl SELECT * FROM snapshot.adsl",
            "DROP TABLE snapshot.adsl",
        ):
            with pytest.raises(duckdb.Error):
                store.execute(sql, {})
    assert {one: one.stat().st_mtime_ns for one in tmp_path.rglob("*")} == before


def test_many_readers_share_a_snapshot(path: Path) -> None:
    with open_store(path) as one, open_store(path, pooled=True) as other:
        assert len(one.arms()) == 2
        assert len(other.arms()) == 1


def test_what_is_no_snapshot_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"not a database" * 100)
    with pytest.raises(DataError, match=r"broken\.duckdb: a snapshot file is readable"):
        open_store(broken)
    with pytest.raises(DataError, match=r"missing\.duckdb: a snapshot file exists"):
        open_store(tmp_path / "missing.duckdb")


def test_blank_and_absent_columns_are_not_collected(tiny_store: Store) -> None:
    assert tiny_store.collected("country")
    assert not tiny_store.collected("died_on"), "DTHDT is blank throughout"
    assert not tiny_store.collected("last_alive_on"), "LSTALVDT is absent"
    with pytest.raises(DataError, match="died_on was collected"):
        tiny_store.source_of("died_on")


def test_an_encrypted_snapshot_opens_with_its_key_only(tmp_path: Path, path: Path) -> None:
    key, encrypted = "a key of thirty-two characters!!", tmp_path / "encrypted.duckdb"
    with duckdb.connect() as connection:
        load_openssl(connection)
        connection.execute(f"ATTACH '{path}' AS plain (READ_ONLY)")
        connection.execute(f"ATTACH '{encrypted}' AS secret (ENCRYPTION_KEY '{key}')")
        connection.execute("COPY FROM DATABASE plain TO secret")
    assert b"Withdrew" not in encrypted.read_bytes()
    with open_store(encrypted, key=key) as store:
        assert len(store.arms()) == 2
    with open_store(path, key=key) as store:
        assert len(store.arms()) == 2, "a plain file beside it still opens"
    for wrong in (None, "another key of 32 characters....."):
        with pytest.raises(DataError, match="with its key where it is encrypted") as refused:
            open_store(encrypted, key=wrong)
        assert "key of" not in str(refused.value)


def test_what_gives_the_arm_away_is_hidden_even_when_it_is_blank_or_nearly_right() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """CREATE TABLE adsl AS SELECT
                 CASE WHEN i % 2 = 0 THEN 'A' ELSE 'B' END AS arm,
                 CASE WHEN i % 2 = 0 THEN 'Y' END AS blank_in_one_arm,
                 CASE WHEN i = 1 OR i % 2 = 0 THEN 'x' ELSE 'y' END AS one_crossed_over,
                 i % 3 AS unrelated, 'same' AS constant
               FROM range(100) t(i)"""
        )
        columns = ("blank_in_one_arm", "one_crossed_over", "unrelated", "constant")
        found = reveals_by_values(connection, "adsl", columns, "arm")
    assert found == {"blank_in_one_arm", "one_crossed_over"}


def test_screen_failures_in_adsl_are_nobodys_arm(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """INSERT INTO adsl ("USUBJID", "TRT01P")
               VALUES ('S9', 'Screen Failure'), ('S10', NULL)"""
        )
    with open_store(path) as store:
        assert set(store.arms()) == {"Placebo", "Active"}
        assert questions.cohort_size(store=store)["subjects"].item() == 8


def test_numbers_with_few_levels_can_stratify(tiny_store: Store) -> None:
    assert {"SEX", "TRT01PN", "AGE"} <= set(tiny_store.factors())
