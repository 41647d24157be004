"""A fit from question to report: what is supported, the same answer for the same seed, the card."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.safety.prediction.model_card import TRIPOD_ITEMS
from dashboard.analyses.prediction.card import Provenance, make_card
from dashboard.analyses.prediction.dose import DoseResponse
from dashboard.analyses.prediction.fit import PredictionFit, PredictionReport
from dashboard.analyses.prediction.question import PredictionQuestion
from dashboard.analyses.prediction.usual import UsualHorizon
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.jobs.kinds import PREDICTION
from dashboard.jobs.requests import read_request, write_request
from queries.events import EventSelection, EventTerms
from queries.importers import import_files
from queries.store import Store, open_store
from queries.workspace import open_workspace

SAFETY = SafetySubjects(analysis_set="SAFFL")
QUESTION = PredictionQuestion(
    subjects=SAFETY,
    selection=EventSelection(least_grade=3, days_after=0),
    columns=("AGE", "EGFRBL", "BMKBL", "HEIGHTBL"),
)
QUICK = PredictionFit(
    question=QUESTION, families=("discrete",), folds=3, repeats=1, trials=2, bootstraps=20
)


def opened(home: Path, study: str) -> Store:
    with open_workspace(home) as workspace:
        current = workspace.current_snapshot(study)
        assert current is not None
        return open_store(workspace.path(current))


@pytest.fixture(scope="module")
def demo(demo_home: Path) -> Iterator[Store]:
    with opened(demo_home, "EQX-301") as store:
        yield store


@pytest.fixture(scope="module")
def doses(demo_home: Path) -> Iterator[Store]:
    with opened(demo_home, "EQX-201") as store:
        yield store


@pytest.fixture(scope="module")
def pilot(trial_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("pilot") / "pilot.duckdb"
    folder = trial_data / "cdisc-pilot" / "adam"
    import_files([folder / "adsl.xpt", folder / "adae.xpt"], path)
    with open_store(path) as store:
        yield store


@pytest.fixture(scope="module")
def report(demo: Store) -> PredictionReport:
    return QUICK.run(demo)


def test_every_subject_has_a_risk_and_the_report_says_what_it_rests_on(report):
    assert len(report.people) == report.supported.subjects == 715
    assert report.people["risk"].between(0, 1).all()
    assert report.people["risk"].is_monotonic_decreasing
    assert set(report.importance.table["predictor"]) == {"arm", *QUESTION.columns}
    assert report.chosen == "Discrete-time hazards, tuned"
    assert report.validation.baseline == "Arm average"
    factors = set(report.fairness.table["factor"])
    assert factors == {"everyone", "Sex", "Race", "Region", "Age"}


def test_the_same_seed_gives_the_same_report_and_json_brings_it_back(demo, report):
    assert QUICK.run(demo).to_json() == report.to_json()
    assert PredictionReport.from_json(report.to_json()).to_json() == report.to_json()


def test_the_request_of_the_job_survives_being_written_down():
    assert read_request(write_request(QUICK), PREDICTION.request) == QUICK


def test_predictors_beyond_what_the_study_supports_are_left_out_in_order(demo):
    many = replace(
        QUESTION,
        columns=("AGE", "COUNTRY", "EGFRBL", "RACE", "BMKBL", "RANDSTR"),
    )
    found = replace(QUICK, question=many).run(demo)
    kept = set(found.importance.table["predictor"])
    assert not found.supported.enough
    assert {"arm", "AGE", "COUNTRY"} <= kept or {"arm", "AGE", "EGFRBL"} <= kept
    assert set(found.dropped.split(", ")) == {"arm", *many.columns} - kept
    assert found.dropped


def test_254_subjects_are_too_few_for_ten_parameters(pilot):
    """The CDISC pilot, dermatologic event by day 60."""
    question = PredictionQuestion(
        subjects=SAFETY,
        of=EventTerms(classes=("SKIN AND SUBCUTANEOUS TISSUE DISORDERS",)),
        horizon=60,
        columns=("AGE", "BMIBL", "HEIGHTBL", "WEIGHTBL", "EDUCLVL", "DURDIS", "RACE", "SEX"),
    )
    found = replace(QUICK, question=question).run(pilot)
    assert not found.supported.enough
    assert 1 <= found.supported.supported < 5
    assert "are too few for" in found.supported.sentence
    assert "would be needed" in found.supported.sentence
    assert found.dropped


def test_a_column_filled_in_afterwards_under_an_innocent_name_gives_itself_away(demo):
    class Planted(PredictionQuestion):
        def run(self, store: Store):  # type: ignore[no-untyped-def]
            prepared = PredictionQuestion.run(self, store)
            leak = (prepared.data.cause == 1) & (prepared.data.days <= self.horizon)
            predictors = prepared.data.predictors.assign(SCOREBL=leak.astype(float))
            return replace(prepared, data=replace(prepared.data, predictors=predictors))

    planted = Planted(subjects=SAFETY, selection=QUESTION.selection, columns=("AGE",))
    with pytest.raises(InputError, match="SCOREBL cannot predict: alone it tells who has"):
        replace(QUICK, question=planted).run(demo)


def test_a_day_that_nobody_was_followed_to_is_refused(doses):
    question = PredictionQuestion(subjects=SAFETY, selection=EventSelection(days_after=0))
    with pytest.raises(NotEstimableError, match="the latest such day is 84"):
        question.run(doses)
    usual = UsualHorizon(selection=EventSelection(days_after=0)).run(doses)
    assert 20 <= usual <= 84
    assert len(replace(question, horizon=usual).run(doses).data) == 200


def test_progress_goes_on_and_can_stop_the_fit(demo):
    heard: list[float] = []

    def hear(share: float, sentence: str) -> None:
        heard.append(share)
        assert sentence
        if share > 0.3:
            raise InterruptedError("enough")

    with pytest.raises(InterruptedError, match="enough"):
        QUICK.run(demo, hear)
    assert heard == sorted(heard)


# The card -----------------------------------------------------------------------------------


def test_the_card_speaks_of_every_item_and_of_nothing_hostile(report):
    about = Provenance(
        study="<script>alert(1)</script>",
        data_cut="2026-06-30",
        snapshot_sha256="0" * 64,
        cohort="720 of 720 subjects: All subjects.",
    )
    card = make_card(QUICK, report, about)
    page = card.to_html()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "Supports review; does not recommend treatment." in page
    assert all(f"{number}. {what}" in page.replace("&#x27;", "'") for number, what in TRIPOD_ITEMS)
    assert card.fingerprint in page
    assert make_card(QUICK, report, replace(about, study="x")).fingerprint != card.fingerprint
    assert type(card).from_json(card.to_json()).fingerprint == card.fingerprint
    assert report.validation.verdict(report.chosen) == card.sections["Performance"]["Verdict"]


# Dose -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("curve", ["logistic", "emax"])
def test_risk_by_dose_stays_near_what_was_observed(doses, curve):
    question = PredictionQuestion(
        subjects=SAFETY, selection=EventSelection(days_after=0), horizon=60
    )
    found = DoseResponse(question=question, curve=curve).run(doses)
    both = found.at_doses.merge(found.observed, on="dose")
    assert both["dose"].tolist() == [0, 10, 30, 60, 100]
    assert (both["risk"] - both["incidence"]).abs().max() < 0.15
    assert both["lower"].le(both["risk"]).all()
    assert both["upper"].ge(both["risk"]).all()
    assert found.curve["dose"].between(0, 100).all()
    assert "DOSE01A" in found.source


def test_placebo_is_dose_0_whatever_its_tablets_said(demo):
    found = DoseResponse(question=QUESTION).run(demo)
    assert found.observed["dose"].tolist() == [0, 200]
    assert found.observed["incidence"].is_monotonic_increasing
    with pytest.raises(NotEstimableError, match="Emax takes 3 different doses"):
        DoseResponse(question=QUESTION, curve="emax").run(demo)


def test_a_profile_changes_the_risk_and_must_be_whole(demo):
    def at(age: float) -> pd.Series:
        asked = DoseResponse(question=QUESTION, adjust=("AGE",), profile=(("AGE", age),))
        return asked.run(demo).at_doses["risk"]

    assert (at(80.0) > at(45.0)).all()
    with pytest.raises(InputError, match="a profile has a value for each predictor"):
        DoseResponse(question=QUESTION, adjust=("AGE", "BMKBL"), profile=(("AGE", 60.0),))
    with pytest.raises(InputError, match="adjusted for predictors of the question"):
        DoseResponse(question=QUESTION, adjust=("SEX",))


def test_doses_are_not_shown_while_the_study_is_blinded(demo):
    with open_store(demo.path, pooled=True) as store:
        blinded = replace(QUESTION, subjects=replace(SAFETY, arm="planned"))
        with pytest.raises(InputError, match="Doses tell the arm"):
            DoseResponse(question=blinded).run(store)
        assert np.isfinite(QUICK.run(demo).people["risk"]).all()
