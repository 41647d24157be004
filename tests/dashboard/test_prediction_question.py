"""What a prediction may learn from: the right subjects, the right days, nothing of the future."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.safety.prediction.data import CENSORED, COMPETING, EVENT
from dashboard.analyses.prediction.leakage import offered_columns, usual_columns
from dashboard.analyses.prediction.question import DOSE, PredictionQuestion
from dashboard.analyses.safety.subjects import SafetySubjects
from queries.errors import DataError
from queries.events import EventSelection, EventTerms
from queries.store import Store, open_store
from queries.workspace import open_workspace

SAFETY = SafetySubjects(analysis_set="SAFFL")
SEVERE = EventSelection(least_grade=3, days_after=0)


@pytest.fixture(scope="module")
def snapshot(demo_home: Path) -> Path:
    with open_workspace(demo_home) as workspace:
        current = workspace.current_snapshot("EQX-301")
        assert current is not None
        return workspace.path(current)


@pytest.fixture(scope="module")
def store(snapshot: Path) -> Iterator[Store]:
    with open_store(snapshot) as opened:
        yield opened


@pytest.fixture
def changed(snapshot: Path, tmp_path: Path) -> Callable[..., Path]:
    def change(*statements: str) -> Path:
        path = Path(shutil.copy(snapshot, tmp_path / "changed.duckdb"))
        path.chmod(0o600)
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH '{path}' AS snapshot")
            for statement in statements:
                connection.execute(statement)
        return path

    return change


def frames(snapshot: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        return tuple(connection.execute(f"FROM {name}").df() for name in ("adsl", "adae", "adlb"))  # type: ignore[return-value]


def test_outcomes_are_those_of_the_records(store, snapshot):
    adsl, adae, _ = frames(snapshot)
    asked = PredictionQuestion(subjects=SAFETY, selection=SEVERE, horizon=180, columns=("AGE",))
    found = asked.run(store)
    severe = adae[(adae["TRTEMFL"] == "Y") & (adae["ATOXGRN"] >= 3)]
    first = severe.groupby("USUBJID")["ASTDY"].min()
    outcome = pd.DataFrame({"day": found.data.days, "cause": found.data.cause})
    outcome.index = pd.Index(found.data.subjects)
    safe = adsl[adsl["SAFFL"] == "Y"].set_index("USUBJID")
    assert set(outcome.index) | set(first.index[first.isna()]) == set(safe.index)
    happened = outcome[outcome["cause"] == EVENT]
    assert happened["day"].to_dict() == first.reindex(happened.index).astype(float).to_dict()
    stopped = safe.loc[outcome.index[outcome["cause"] == COMPETING]]
    assert ((stopped["EOTSTT"] == "DISCONTINUED") | stopped["DTHDT"].notna()).all()
    going_on = safe.loc[outcome.index[outcome["cause"] == CENSORED]]
    assert (going_on["EOTSTT"] != "DISCONTINUED").all()
    assert found.events_by_then == int((first <= 180).sum())


def test_competing_by_death_alone_leaves_discontinuation_censored(store):
    asked = PredictionQuestion(subjects=SAFETY, selection=SEVERE, competing="death")
    both = PredictionQuestion(subjects=SAFETY, selection=SEVERE)
    alone, together = asked.run(store).data, both.run(store).data
    assert (alone.cause == COMPETING).sum() < (together.cause == COMPETING).sum()
    assert (alone.cause == EVENT).sum() == (together.cause == EVENT).sum()


def test_measurements_are_the_last_ones_before_the_landmark(store, snapshot):
    adsl, _, adlb = frames(snapshot)
    first_dose = adsl.set_index("USUBJID")["TRTSDT"]
    for landmark in (0, 42):
        asked = PredictionQuestion(
            subjects=SAFETY, selection=SEVERE, landmark=landmark, tests=("ALT",)
        )
        found = asked.run(store).data
        own = adlb[(adlb["PARAMCD"] == "ALT") & adlb["AVAL"].notna()]
        early = own[(own["ADT"] - own["USUBJID"].map(first_dose)).dt.days <= landmark]
        latest = early[early["ADT"] == early.groupby("USUBJID")["ADT"].transform("max")]
        expected = latest.groupby("USUBJID")["AVAL"].mean().reindex(list(found.subjects))
        pd.testing.assert_series_equal(
            found.predictors["ALT"],
            expected.reset_index(drop=True),
            check_names=False,
        )


def test_subjects_with_the_event_by_the_landmark_are_left_out_and_counted(store):
    baseline = PredictionQuestion(subjects=SAFETY, selection=SEVERE).run(store)
    later = PredictionQuestion(subjects=SAFETY, selection=SEVERE, landmark=42, dose=True).run(store)
    early = baseline.data.days <= 43
    assert later.left_out["had the event by the landmark"] == int(
        (early & (baseline.data.cause == EVENT)).sum()
    )
    assert len(later.data) + sum(later.left_out.values()) == len(baseline.data)
    assert later.data.predictors[DOSE].between(0, 200).all()
    assert (later.data.days >= 1).all()


# What must not leak -----------------------------------------------------------------------


def test_a_column_made_from_the_outcome_is_refused(changed):
    leak = changed(
        "ALTER TABLE snapshot.adsl ADD COLUMN RISK DOUBLE",
        "UPDATE snapshot.adsl SET RISK = (SELECT count(*) FROM snapshot.adae AS event "
        "WHERE event.USUBJID = adsl.USUBJID AND ATOXGRN >= 3)",
    )
    with open_store(leak) as store:
        assert "RISK" not in offered_columns(store)[0]
        assert "RISK" in offered_columns(store)[1]
        asked = PredictionQuestion(subjects=SAFETY, selection=SEVERE, columns=("AGE", "RISK"))
        with pytest.raises(InputError, match="RISK cannot predict: nothing says that it was known"):
            asked.run(store)


@pytest.mark.parametrize("column", ["EOSSTT", "TRTEDT", "DTHFL", "TRTDURD"])
def test_a_column_that_tells_the_future_is_refused_even_when_a_person_answers(store, column):
    asked = PredictionQuestion(columns=(column,), confirmed=(column,), selection=SEVERE)
    with pytest.raises(InputError, match="it tells what happened after baseline"):
        asked.run(store)
    assert column not in {*offered_columns(store)[0], *offered_columns(store)[1]}


def test_a_laboratory_value_after_the_landmark_changes_nothing(store, changed):
    asked = PredictionQuestion(
        subjects=SAFETY, selection=SEVERE, landmark=14, tests=("ALT", "CREAT")
    )
    planted = changed(
        "INSERT INTO snapshot.adlb BY NAME "
        "SELECT USUBJID, 'ALT' AS PARAMCD, 9999.0 AS AVAL, TRTSDT + INTERVAL 15 DAY AS ADT "
        "FROM snapshot.adsl WHERE USUBJID IN "
        "(SELECT USUBJID FROM snapshot.adae WHERE ATOXGRN >= 3)",
        "INSERT INTO snapshot.adlb BY NAME "
        "SELECT USUBJID, 'CREAT' AS PARAMCD, 9999.0 AS AVAL FROM snapshot.adsl",
    )
    with open_store(planted) as other:
        pd.testing.assert_frame_equal(
            asked.run(other).data.predictors, asked.run(store).data.predictors
        )


def test_columns_offered_are_known_at_baseline_and_usual_ones_say_each_fact_once(store):
    known, unknown = offered_columns(store)
    assert {"AGE", "EGFRBL", "BMKBL", "SEX", "ECOGBL"} <= set(known)
    late = store.schema.after_baseline
    assert not late & {*known, *unknown}
    assert not {"TRT01A", "TRT01P", "ARM", "ACTARM", "SAFFL"} & {*known, *unknown}
    usual = usual_columns(store)
    assert "AGE" in usual
    assert not {"AGEGR1", "BMKGR1", "EGFRGR1"} & set(usual)


# Bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        ({"landmark": -1}, "landmark is a whole number"),
        ({"landmark": 1.5}, "landmark is a whole number"),
        ({"horizon": 0}, "horizon is a whole number"),
        ({"columns": ("AGE", "AGE")}, "each predictor is named once"),
        ({"dose": True}, "dose predicts after baseline"),
        ({"competing": "luck"}, "competing in"),
    ],
)
def test_a_question_that_means_nothing_is_refused(bad, rule):
    with pytest.raises(InputError, match=rule):
        PredictionQuestion(**bad)


def test_what_is_not_there_is_said(store):
    with pytest.raises(DataError, match="a column of ADSL"):
        PredictionQuestion(columns=("NOPE",), confirmed=("NOPE",)).run(store)
    with pytest.raises(DataError, match="one that was measured"):
        PredictionQuestion(tests=("NOPE",)).run(store)
    never = EventTerms(terms=("no such term",))
    with pytest.raises(NotEstimableError, match="there is nothing to learn from"):
        PredictionQuestion(of=never).run(store)


def test_a_blinded_reader_learns_nothing_of_arms(snapshot):
    with open_store(snapshot, pooled=True) as store:
        subjects = SafetySubjects(analysis_set="SAFFL", arm="planned")
        data = PredictionQuestion(subjects=subjects, selection=SEVERE, columns=("AGE",)).run(store)
        assert set(data.data.predictors["arm"]) == {"All subjects"}
