"""Scenarios from what a study saw: EQX-201 by hand, what is refused, and where they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result, same
from dashboard.access.key import snapshot_key
from dashboard.analyses.dosing import DosingProposal, SeenScenarios, ToxicitySeen, usual_dosing
from dashboard.analyses.dosing.protocol import protocol_paragraphs, rebuilding_code
from dashboard.analyses.dosing.request import request_for
from dashboard.analyses.dosing.seen import BLINDED, event_selection
from dashboard.analyses.prediction.dose import DoseResponse
from dashboard.analyses.prediction.question import PredictionQuestion
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.charts.dosing.seen import draw_seen
from dashboard.charts.theme import alt_text
from queries.cohorts import AnyRecord, Cohort
from queries.events import EventTerms
from queries.store import Store, open_store
from tests.dashboard.eqx301 import snapshot_path, table_of

QUEASY = PredictionQuestion(
    subjects=SafetySubjects(analysis_set="SAFFL"),
    of=EventTerms(terms=("Morning queasiness",)),
    horizon=28,
)
ASKED = ToxicitySeen(response=DoseResponse(question=QUEASY), amounts=(10.0, 30.0, 60.0, 100.0))


@pytest.fixture(scope="module")
def path(demo_home: Path) -> Path:
    return snapshot_path(demo_home, "EQX-201")


@pytest.fixture(scope="module")
def store(path: Path) -> Iterator[Store]:
    with open_store(path, key=snapshot_key()) as opened:
        yield opened


def severe(store: Store) -> ToxicitySeen:
    question = replace(QUEASY, of=EventTerms(), selection=event_selection("severe"))
    return replace(ASKED, response=DoseResponse(question=question))


@pytest.fixture(scope="module")
def by_hand(store: Store) -> pd.DataFrame:
    """Dose, and whether the event came within 28 days, of every treated subject."""
    adsl, adae = table_of(store, "adsl"), table_of(store, "adae")
    treated = adsl[adsl["SAFFL"] == "Y"]
    own = adae[(adae["AEDECOD"] == "Morning queasiness") & (adae["TRTEMFL"] == "Y")]
    own = own.merge(treated[["USUBJID", "TRTSDT"]], on="USUBJID", suffixes=("", "_first"))
    days = (pd.to_datetime(own["ASTDT"]) - pd.to_datetime(own["TRTSDT"])).dt.days + 1
    early = set(own.loc[days <= 28, "USUBJID"])
    dose = treated["DOSE01A"].where(treated["TRT01A"] != "Placebo", 0.0)
    return pd.DataFrame({"dose": dose, "event": treated["USUBJID"].isin(early)})


def test_observed_shares_are_those_of_the_tables(store: Store, by_hand: pd.DataFrame) -> None:
    found = ASKED.run(store)
    wanted = by_hand.groupby("dose")["event"].agg(["size", "sum"])
    assert found.observed["dose"].tolist() == wanted.index.tolist()
    assert found.observed["subjects"].tolist() == wanted["size"].tolist()
    assert found.observed["events"].tolist() == wanted["sum"].tolist()
    assert (found.observed["lower"] <= found.observed["incidence"]).all()
    assert (found.observed["upper"] >= found.observed["incidence"]).all()


def test_the_curve_is_a_logistic_regression(store: Store, by_hand: pd.DataFrame) -> None:
    # Nobody is censored or died within 28 days: the weights are 1.
    dose, event = by_hand["dose"].to_numpy() / 100, by_hand["event"].to_numpy(dtype=float)

    def lost(at: np.ndarray) -> float:
        risk = expit(at[0] + at[1] * dose)
        return -float((event * np.log(risk) + (1 - event) * np.log1p(-risk)).sum())

    best = minimize(lost, np.array([-2.0, 0.5]), tol=1e-10).x
    found = ASKED.run(store).table
    wanted = expit(best[0] + best[1] * np.array(ASKED.amounts) / 100)
    assert found["risk"].to_numpy() == pytest.approx(wanted, abs=2e-4)
    assert (found["lower"] < found["risk"]).all()
    assert (found["upper"] > found["risk"]).all()


def test_scenarios_are_curve_and_band_and_keep_their_origin(store: Store) -> None:
    answer = ASKED.run(store)
    taken = answer.taken(study="EQX-201", snapshot="S", cohort_sentence="200 of 200 subjects.")
    central, optimistic, pessimistic = taken.scenarios
    assert central.probabilities == pytest.approx(answer.table["risk"].round(4).tolist())
    assert optimistic.probabilities == pytest.approx(answer.table["lower"].round(4).tolist())
    assert pessimistic.probabilities == pytest.approx(answer.table["upper"].round(4).tolist())
    said = " ".join(taken.notes)
    assert said.startswith("From EQX-201: Morning queasiness within 28 days of first dose.")
    assert "200 of 200 subjects." in said
    assert "60 mg 7 of 40" in said
    assert taken.source.snapshot == "S"
    assert taken.source.unblinded
    assert same(Result.from_json(taken.to_json()), taken)
    assert same(Result.from_json(answer.to_json()).to_frame(), answer.to_frame())  # type: ignore[attr-defined]


def test_outside_the_doses_given_it_is_refused_or_marked(store: Store) -> None:
    wide = replace(ASKED, amounts=(30.0, 100.0, 200.0))
    refused = wide.run(store)
    assert refused.beyond == (200.0,)
    with pytest.raises(NotEstimableError, match="nothing was seen at 200 mg"):
        refused.taken(study="EQX-201", snapshot="S")
    answer = replace(wide, extrapolate=True).run(store)
    taken = answer.taken(study="EQX-201", snapshot="S")
    assert taken.beyond == (200.0,)
    assert taken.scenarios[0].name == "As seen, extrapolated"
    assert "extrapolated by the shape of the curve alone: 200 mg" in taken.source.sentences[-1]
    assert answer.to_frame()["extrapolated"].tolist() == [False, False, True]
    figure = draw_seen(
        answer.curve, answer.table, answer.observed, title="<b>Rash</b>", unit="mg",
        given=answer.given, target=0.25,
    )  # fmt: skip
    assert "Extrapolated" in [one.name for one in figure.data]
    assert "extrapolated" in figure.data[-1].hovertext[-1]
    assert "200: " in alt_text(figure)


def test_what_cannot_be_a_scenario_is_refused(store: Store, path: Path) -> None:
    with pytest.raises(NotEstimableError, match="the fitted risk falls with dose"):
        severe(store).run(store).taken(study="EQX-201", snapshot="S")
    with pytest.raises(InputError, match="in µg, those of the study in mg"):
        replace(ASKED, unit="µg").run(store)
    later = Cohort(AnyRecord(dataset="adae", where=None))
    chosen = replace(QUEASY, subjects=replace(QUEASY.subjects, cohort=later))
    with pytest.raises(NotEstimableError, match="chosen by what happened after baseline"):
        replace(ASKED, response=DoseResponse(question=chosen)).run(store)
    two = replace(QUEASY, subjects=replace(QUEASY.subjects, arms=("Placebo", "100 mg")))
    with pytest.raises(NotEstimableError, match="three different doses or more; 2 were given"):
        replace(ASKED, response=DoseResponse(question=two)).run(store)
    with open_store(path, pooled=True, key=snapshot_key()) as blinded:
        with pytest.raises(NotEstimableError, match="the study is blinded") as refusal:
            ASKED.run(blinded)
        assert str(refusal.value) == BLINDED


def test_the_code_makes_the_answer_again(
    store: Store, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(ASKED.code(path), {})
    assert str(ASKED.run(store).to_frame()) in capsys.readouterr().out


def with_seen(store: Store) -> DosingProposal:
    taken = ASKED.run(store).taken(study="EQX-201", snapshot="S", cohort_sentence="Everyone.")
    return replace(usual_dosing(), amounts=ASKED.amounts, seen=taken)


def test_the_design_carries_them_and_is_then_unblinded(store: Store) -> None:
    proposal = with_seen(store)
    assert proposal.unblinded
    assert not usual_dosing().unblinded
    assert Result.from_json(proposal.to_json()) == proposal
    said = " ".join(protocol_paragraphs(proposal))
    assert "Scenarios of toxicity are taken from EQX-201, Morning queasiness" in said
    made: dict[str, object] = {}
    code = rebuilding_code(proposal)
    exec(code, made)
    assert proposal.seen is not None
    assert made["scenarios"] == proposal.seen.scenarios
    assert "# From EQX-201: Morning queasiness" in code
    assert "# Everyone." in code
    assert "# Snapshot S." in code
    asked = request_for(proposal, "BOIN", proposal.seen.scenarios, seed=1)
    assert asked.proposal.seen is None


def test_they_are_for_their_own_doses(store: Store) -> None:
    seen = with_seen(store).seen
    assert isinstance(seen, SeenScenarios)
    seen.require_for(ASKED.amounts, "mg")
    with pytest.raises(InputError, match="for the doses 10, 30, 60, 100 mg"):
        seen.require_for((10.0, 30.0), "mg")
    with pytest.raises(InputError, match="a probability for each dose"):
        replace(seen, amounts=(10.0,))
