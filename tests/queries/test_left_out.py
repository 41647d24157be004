"""A restricted subject is in no answer to any question, in no set, list or count."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from queries.cohorts import AnyRecord, Cohort, OneOf
from queries.left_out import LeftOut
from queries.pseudonyms import subject_hash
from queries.question import all_questions, read_question
from queries.store import Store, open_store
from tests.queries.test_sql import VALUES
from tests.tiny_snapshot import write_tiny_snapshot

KEY, OUT = "the secret of the home, 32 letters", "S1"
LEFT_OUT = LeftOut(
    study="TINY", key=KEY, hashes=frozenset({subject_hash(KEY, "TINY", OUT), "0" * 64})
)


@pytest.fixture(scope="module")
def restricted(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The eight subjects with S1 restricted."""
    path = write_tiny_snapshot(tmp_path_factory.mktemp("restricted") / "tiny.duckdb")
    return open_store(path, left_out=LEFT_OUT)


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The same snapshot as if S1 had never been in it."""
    path = write_tiny_snapshot(tmp_path_factory.mktemp("without") / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        for table in ("adsl", "adtte", "adae", "adlb"):
            connection.execute(f"DELETE FROM {table} WHERE USUBJID = '{OUT}'")
        for table in ("adsl", "adtte", "adae", "adlb"):  # places without a gap
            connection.execute(f"CREATE TABLE again AS SELECT * FROM {table}")
            connection.execute(f"DROP TABLE {table}")
            connection.execute(f"ALTER TABLE again RENAME TO {table}")
    return open_store(path)


@pytest.mark.parametrize("name", all_questions())
def test_every_question_answers_as_if_the_subject_had_never_been_there(
    name: str, restricted: Store, without: Store
) -> None:
    for subject in ("S2", OUT):
        values = {param: VALUES[param] for param in read_question(name).params}
        values |= {"subject": subject} if "subject" in values else {}
        answers = [store.ask(name, **values) for store in (restricted, without)]
        pd.testing.assert_frame_equal(*answers)
        assert OUT not in answers[0].astype(str).to_numpy()


def test_rules_sets_and_lists_do_not_know_the_subject(restricted: Store, without: Store) -> None:
    them = Cohort(rule=OneOf(column="USUBJID", values=(OUT, "S2")))
    fell_ill = Cohort(
        rule=AnyRecord(dataset="adae", where=OneOf(column="AEDECOD", values=("Cramp",)))
    )
    for cohort, size in ((them, 1), (fell_ill, 1), (Cohort(), 7)):
        for store in (restricted, without):
            assert store.ask("cohort_size", cohort=cohort)["subjects"].item() == size
            assert np.bitwise_count(store.sets.chosen(cohort)).sum() == size
    assert restricted.sets.subjects == 7
    assert restricted.datasets == without.datasets


def test_the_key_is_in_no_text_and_another_key_or_study_restricts_nobody(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    assert KEY not in repr(LEFT_OUT)
    for other in (
        LeftOut(study="OTHER", key=KEY, hashes=LEFT_OUT.hashes),
        LeftOut(study="TINY", key=KEY + "!", hashes=LEFT_OUT.hashes),
    ):
        with open_store(path, left_out=other) as store:
            assert store.ask("cohort_size")["subjects"].item() == 8
    with open_store(path, pooled=True, left_out=LEFT_OUT) as store:
        assert store.ask("cohort_size")["subjects"].item() == 7
        with pytest.raises(duckdb.Error):
            store.execute("SET enable_external_access = true", {})
