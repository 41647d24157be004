"""Onset of adverse events: exact with ties, against R, both definitions, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.survival.competing import fit_aalen_johansen
from dashboard.access.key import snapshot_key
from dashboard.analyses.safety.mean_count import MeanCountAnalysis
from dashboard.analyses.safety.onset import (
    DEATH,
    DISCONTINUED,
    OnsetAnalysis,
    OnsetAnswer,
    onset_counts,
)
from dashboard.analyses.safety.onset_hazards import cause_specific_hazards
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.recurrent import RecurrentAnalysis
from dashboard.analyses.survival.recurrent_data import EventSource
from queries.cohorts import AnyRecord, Cohort, OneOf
from queries.events import EventSelection, EventTerms
from queries.importers import import_files
from queries.store import Store, open_store
from tests.dashboard.eqx301 import ARMS, snapshot_path

ORACLE = Path(__file__).parents[1] / "oracles" / "onset_incidence.csv"
PILOT_ARMS = ("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")
SAFETY = SafetySubjects(analysis_set="SAFFL", arms=ARMS)
ANY = OnsetAnalysis(subjects=SAFETY, day=56)
DIP = OnsetAnalysis(subjects=SAFETY, of=EventTerms(terms=("Red-cell dip",)), day=182)
PILOT = replace(ANY, subjects=replace(SAFETY, arms=PILOT_ARMS), day=28)
ASKED = {
    "EQX-301|any": ANY,
    "EQX-301|Red-cell dip": DIP,
    "pilot|any": PILOT,
    "pilot|PRURITUS": replace(PILOT, of=EventTerms(terms=("PRURITUS",)), day=182),
}


@pytest.fixture(scope="module")
def eqx301(demo_home: Path) -> Iterator[Store]:
    with open_store(snapshot_path(demo_home), key=snapshot_key()) as store:
        yield store


@pytest.fixture(scope="module")
def pilot(trial_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("pilot") / "pilot.duckdb"
    folder = trial_data / "cdisc-pilot" / "adam"
    import_files([folder / "adsl.xpt", folder / "adae.xpt"], path)
    with open_store(path) as store:
        yield store


def ends(*rows: tuple[str, int, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["arm", "day", "end", "subjects"]).assign(stratum="")


# Exact with ties --------------------------------------------------------------------------

TIED = ends(
    ("A", 2, "event", 1),
    ("A", 2, "died", 1),
    ("A", 3, "event", 1),
    ("A", 3, "censored", 1),
    ("A", 4, "discontinued", 1),
    ("A", 5, "event", 1),
    ("A", 0, "not followed", 3),
    ("A", 0, "undated event", 2),
)


@pytest.mark.parametrize(
    ("censored", "expected"),
    [
        ((), [Fraction(1, 6), Fraction(1, 3), Fraction(1, 3), Fraction(7, 12)]),
        ((DISCONTINUED,), [Fraction(1, 6), Fraction(1, 3), Fraction(1, 3), Fraction(5, 6)]),
    ],
)
def test_aalen_johansen_on_tied_days_is_exact(
    censored: tuple[str, ...], expected: list[Fraction]
) -> None:
    counts = onset_counts(TIED, arms=("A", "B"), event="Rash").with_censored(*censored)
    assert counts.arms == ("A",)
    curve = fit_aalen_johansen(counts).curve("A", "Rash")
    found = curve.at([2, 3, 4, 5])
    assert found["incidence"].tolist() == pytest.approx([float(one) for one in expected], abs=1e-15)
    assert found["at_risk"].tolist() == [6, 4, 2, 1]


def test_aalen_johansen_on_many_ties_is_exact_and_repeatable() -> None:
    rng = np.random.default_rng(20260401)
    drawn = pd.DataFrame(
        {
            "arm": "A",
            "day": rng.integers(1, 15, 400),
            "end": rng.choice(["event", "died", "discontinued", "censored"], 400),
        }
    )
    rows = drawn.value_counts().rename("subjects").reset_index().assign(stratum="")
    tables = [
        fit_aalen_johansen(onset_counts(part, arms=("A",), event="Rash")).to_frame()
        for part in (rows, rows.sample(frac=1, random_state=1), rows)
    ]
    for other in tables[1:]:
        pd.testing.assert_frame_equal(tables[0], other, check_exact=True)
    free, incidence = Fraction(1), Fraction(0)
    exact = {0: incidence}
    for day in range(1, 15):
        at_risk = int((drawn["day"] >= day).sum())
        here = drawn[drawn["day"] == day]["end"]
        incidence += free * Fraction(int((here == "event").sum()), at_risk)
        free *= 1 - Fraction(int((here != "censored").sum()), at_risk)
        exact[day] = incidence
    own = tables[0][tables[0]["cause"] == "Rash"]
    wanted = [float(exact[int(day)]) for day in own["time"]]
    assert own["incidence"].tolist() == pytest.approx(wanted, abs=1e-14)


# Against R --------------------------------------------------------------------------------


def answer_of(case: str, competing: str, request: pytest.FixtureRequest) -> OnsetAnswer:
    store = request.getfixturevalue("pilot" if case.startswith("pilot") else "eqx301")
    return replace(ASKED[case], competing=competing).run(store)  # type: ignore[arg-type]


def oracle(case: str) -> pd.DataFrame:
    table = pd.read_csv(ORACLE, float_precision="round_trip")
    assert table["source"].str.len().gt(0).all()
    rows = table[table["case"] == case]
    assert len(rows)
    return rows


@pytest.mark.parametrize("competing", ["death", "death or discontinuation"])
@pytest.mark.parametrize("case", list(ASKED))
def test_incidence_agrees_with_survival_and_cmprsk(
    case: str, competing: str, request: pytest.FixtureRequest
) -> None:
    answer = answer_of(case, competing, request)
    table = answer.table().set_index("arm")
    landmark = answer.incidence.landmark(answer.day)
    own = landmark[landmark["cause"] == answer.asked.event].set_index("arm")
    for row in oracle(f"{case}|{competing}").itertuples():
        from_ = own if row.quantity == "std_err" else table
        found = from_.loc[row.arm, row.quantity]
        assert found == pytest.approx(row.expected, rel=row.tolerance), (row.quantity, row.arm)


@pytest.mark.parametrize("case", list(ASKED))
def test_hazards_and_overestimates_agree_with_survival(
    case: str, request: pytest.FixtureRequest
) -> None:
    answer = answer_of(case, "death or discontinuation", request)
    assert answer.hazards is not None
    hazards, table = answer.hazards.set_index("arm"), answer.table().set_index("arm")
    for row in oracle(case).itertuples():
        from_ = table if row.quantity == "overestimate" else hazards
        found = from_.loc[row.arm, row.quantity]
        assert found == pytest.approx(row.expected, rel=row.tolerance), (row.quantity, row.arm)


# What competes ----------------------------------------------------------------------------


def test_what_competes_lowers_the_incidence_and_not_the_hazard(eqx301: Store) -> None:
    both, death = DIP.run(eqx301), replace(DIP, competing="death").run(eqx301)
    assert death.counts.causes == (DIP.event, DEATH)
    one, other = both.table(), death.table()
    assert (one["incidence"] < other["incidence"]).all()
    assert (other["incidence"] < other["overestimate"]).all()
    pd.testing.assert_series_equal(one["overestimate"], other["overestimate"])
    numbers = ["subjects", "at_risk", "events", "died", "discontinued", "censored"]
    pd.testing.assert_frame_equal(one[numbers], other[numbers])
    assert both.hazards is not None
    assert death.hazards is not None
    pd.testing.assert_frame_equal(both.hazards, death.hazards)


@pytest.mark.parametrize("competing", ["death", "death or discontinuation"])
def test_incidences_are_probabilities_that_only_rise(eqx301: Store, competing: str) -> None:
    answer = replace(DIP, competing=competing).run(eqx301)  # type: ignore[arg-type]
    for curve in answer.incidence.curves:
        values = curve.table["incidence"]
        assert values.between(0, 1).all()
        assert values.is_monotonic_increasing
    first_arm = answer.incidence.curves[: len(answer.counts.causes)]
    total = sum(curve.table["incidence"].iloc[-1] for curve in first_arm)
    free = answer.incidence.curves[0].table["event_free"].iloc[-1]
    assert total + free == pytest.approx(1)


def test_who_is_at_risk_or_left_adds_up_to_everybody(eqx301: Store) -> None:
    table = replace(DIP, day=183).run(eqx301).table()
    left = table[["events", "died", "discontinued", "censored"]].sum(axis=1)
    # At risk just before the day: those whose time ends on it are in both.
    before = replace(DIP, day=182).run(eqx301).table()
    earlier = before[["events", "died", "discontinued", "censored"]].sum(axis=1)
    assert (earlier + table["at_risk"] == table["subjects"]).all()
    assert (left >= earlier).all()


def test_weeks_and_months_move_the_curves_and_not_the_numbers(eqx301: Store) -> None:
    days = DIP.run(eqx301)
    weeks = replace(DIP, unit="weeks").run(eqx301)
    pd.testing.assert_frame_equal(days.table(), weeks.table())
    moved = weeks.curves.to_frame()["time"] * 7
    assert moved.tolist() == pytest.approx(days.curves.to_frame()["time"].tolist())


def test_the_day_is_the_latest_at_which_ten_are_at_risk(eqx301: Store) -> None:
    asked = replace(DIP, day=None).run(eqx301)
    assert asked.day == 365
    assert (asked.table()["at_risk"] >= 10).all()
    assert (replace(DIP, day=730).run(eqx301).table()["at_risk"] < 10).any()


# What is left out, and what is refused ------------------------------------------------------


def test_who_has_the_event_is_reconciled_with_the_list(pilot: Store) -> None:
    every = OnsetAnalysis(
        subjects=replace(SAFETY, arms=PILOT_ARMS), selection=EventSelection(emergence="all")
    ).run(pilot)
    left = every.left_out()
    assert left["arm"].tolist() == list(PILOT_ARMS)
    frame = every.counts.frame
    counted = frame[frame["cause"] == every.asked.event].groupby("arm")["subjects"].sum()
    others = left.set_index("arm")
    assert others["before"].sum() > 0
    outside = others["late"] + others["undated"]
    assert (counted.loc[list(PILOT_ARMS)] + outside == others["ever"]).all()


def test_a_cohort_chosen_by_the_future_is_described_and_not_compared(eqx301: Store) -> None:
    late = Cohort(AnyRecord(dataset="adae", where=OneOf(column="AESER", values=("Y",))))
    answer = replace(ANY, subjects=replace(SAFETY, cohort=late)).run(eqx301)
    assert answer.refusal is not None
    assert "immortal time" in answer.refusal
    assert answer.hazards is None
    assert not {"difference", "ratio"} & set(answer.table().columns)


def test_a_blinded_reader_sees_one_arm(demo_home: Path) -> None:
    pooled = SafetySubjects(analysis_set="SAFFL", arm="planned")
    with open_store(snapshot_path(demo_home), pooled=True, key=snapshot_key()) as store:
        answer = replace(DIP, subjects=pooled).run(store)
        means = MeanCountAnalysis(subjects=pooled).run(store)
    assert answer.arms == means.arms == ("All subjects",)
    assert answer.hazards is None
    assert answer.table()["subjects"].tolist() == [715]
    assert not {"difference", "ratio"} & {*answer.table().columns, *means.table().columns}


def test_nobody_followed_is_a_sentence(eqx301: Store) -> None:
    nobody = replace(SAFETY, cohort=Cohort(OneOf(column="SEX", values=("X",))))
    with pytest.raises(NotEstimableError, match="No subject has a dated follow-up"):
        replace(ANY, subjects=nobody).run(eqx301)
    with pytest.raises(NotEstimableError, match="No subject has a dated follow-up"):
        MeanCountAnalysis(subjects=nobody).run(eqx301)
    untreated = SafetySubjects(arms=("No arm recorded",))
    with pytest.raises(NotEstimableError, match="not followed: 5"):
        OnsetAnalysis(subjects=untreated).run(eqx301)


def test_arms_without_events_have_no_hazard_ratio_and_leave_the_others_alone() -> None:
    rows = [("A", 3, "event", 4), ("A", 9, "censored", 20), ("B", 5, "event", 2)]
    rows += [("B", 9, "censored", 22)]
    two = onset_counts(ends(*rows), arms=("A", "B"), event="Rash")
    rows.append(("C", 9, "censored", 24))
    three = onset_counts(ends(*rows), arms=("A", "B", "C"), event="Rash")
    found = cause_specific_hazards(three, "Rash")
    expected = cause_specific_hazards(two, "Rash")["hazard_ratio"].iloc[0]
    assert found["hazard_ratio"].iloc[0] == expected
    assert np.isnan(found["hazard_ratio"].iloc[1])
    assert "nobody in the arm" in found["reason"].iloc[1]
    turned = onset_counts(ends(*rows), arms=("C", "A", "B"), event="Rash")
    assert cause_specific_hazards(turned, "Rash")["reason"].str.contains("nobody in C").all()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"competing": "nothing"}, "competing in"),
        ({"unit": "years"}, "unit in"),
        ({"day": 0}, "day >= 1"),
    ],
)
def test_what_means_nothing_is_refused(change: dict[str, object], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        OnsetAnalysis(**change)  # type: ignore[arg-type]


# Repeated events, and code --------------------------------------------------------------------


def test_mean_counts_are_those_of_the_survival_page(eqx301: Store) -> None:
    """Another way to the same: subjects by name, follow-up and events from other questions."""
    survival = SurvivalAnalysis(endpoint="TTSAE", analysis_set="SAFFL", arm="actual", arms=ARMS)
    named = RecurrentAnalysis(
        analysis=survival, source=EventSource(kind="serious", until="last dose"), time=180
    ).run(eqx301)
    chosen = EventSelection(kinds=("serious",))
    found = MeanCountAnalysis(subjects=SAFETY, selection=chosen, day=180).run(eqx301)
    pd.testing.assert_frame_equal(found.means.to_frame(), named.means.to_frame())
    columns = ["arm", "subjects", "events", "patient_years", "rate"]
    pd.testing.assert_frame_equal(found.table()[columns], named.rate_table()[columns])
    differences = found.table()["difference"].iloc[1]
    assert differences == named.mean_table()["difference"].iloc[1]
