"""What the charts of adverse events show: rows and their order, periods, worst grades."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError
from dashboard.access.key import snapshot_key
from dashboard.analyses.safety.adverse_events import AdverseEvents, AdverseEventsAnswer
from dashboard.analyses.safety.grades import WorstGrades
from dashboard.analyses.safety.over_time import EventsOverTime
from dashboard.analyses.safety.p_values import kinds_of_p, p_of
from dashboard.analyses.safety.rows import ORDERS, rows_of
from dashboard.analyses.safety.subjects import SafetySubjects
from queries.adverse_events import selection_rule
from queries.events import EventSelection, EventTerms
from queries.store import Store, open_store
from tests.dashboard.eqx301 import ARMS, snapshot_path, table_of

SUBJECTS = SafetySubjects(analysis_set="SAFFL", arms=ARMS)


@pytest.fixture(scope="module")
def store(demo_home: Path) -> Iterator[Store]:
    with open_store(snapshot_path(demo_home), key=snapshot_key()) as opened:
        yield opened


@pytest.fixture(scope="module")
def answer(store: Store) -> AdverseEventsAnswer:
    return AdverseEvents(subjects=SUBJECTS).run(store)


# Rows ----------------------------------------------------------------------------------


def test_rows_stand_in_the_order_that_is_asked_for(answer: AdverseEventsAnswer) -> None:
    contrasts = answer.contrasts("term").set_index(["class", "term"])
    total = contrasts["with_event"] + contrasts["reference_with_event"]
    expected = {
        "frequency": -total,
        "difference": -contrasts["estimate"].abs(),
        "p": contrasts["fisher"],
    }
    for order, values in expected.items():
        rows = rows_of(answer, "term", order=order)
        assert len(rows) == len(contrasts)
        assert values.loc[rows].is_monotonic_increasing
    names = [term for _, term in rows_of(answer, "term", order="name")]
    assert names == sorted(names, key=str.casefold)


def test_infinite_ratios_come_first_and_what_is_not_estimable_last(
    answer: AdverseEventsAnswer, store: Store
) -> None:
    severe = EventSelection(least_grade=4)
    ratios = replace(answer.asked, selection=severe, measure="risk ratio").run(store)
    contrasts = ratios.contrasts("term").set_index(["class", "term"])["estimate"]
    assert np.isinf(contrasts).any(), "this test needs a term without events in the reference"
    with np.errstate(divide="ignore"):
        distance = np.log(contrasts.loc[rows_of(ratios, "term", order="difference")]).abs()
    assert np.isinf(distance.iloc[0])
    assert (-distance).is_monotonic_increasing


def test_rows_are_cut_and_filtered_by_class(answer: AdverseEventsAnswer) -> None:
    class_ = answer.incidence("class")["class"].iloc[0]
    rows = rows_of(answer, "term", classes=[class_])
    assert {row[0] for row in rows} == {class_}
    assert rows_of(answer, "class", classes=[class_]) == [(class_, "")]
    frequent = rows_of(answer, "term", least_percent=20)
    shares = answer.incidence("term").groupby(["class", "term"])["proportion"].max()
    assert set(frequent) == set(shares[shares >= 0.2].index)
    assert rows_of(answer, "term", least_percent=100) == []


def test_an_order_is_one_of_those_known(answer: AdverseEventsAnswer) -> None:
    with pytest.raises(InputError, match="order in"):
        rows_of(answer, "term", order="size")
    assert "size" not in ORDERS


def test_p_values_come_from_one_place(answer: AdverseEventsAnswer) -> None:
    found = p_of(answer, "term")
    assert found["p"].equals(found["fisher"].rename("p"))
    assert kinds_of_p(found)[0] == "unadjusted"
    assert kinds_of_p(found[["fisher"]].assign(adjusted=1.0)) == ("unadjusted", "adjusted")


# Over time -----------------------------------------------------------------------------


def test_periods_hold_subjects_with_an_event_that_starts_in_them(store: Store) -> None:
    asked = EventsOverTime(subjects=SUBJECTS, period="4 weeks", periods=6)
    found = asked.run(store)
    subjects = table_of(store, "adsl")[["USUBJID", "SAFFL", "TRT01A", "TRTSDT"]]
    events = table_of(store, "adae")[["USUBJID", "AEBODSYS", "AEDECOD", "ASTDT", "TRTEMFL"]]
    both = events.merge(subjects, on="USUBJID")
    both = both[(both["TRTEMFL"] == "Y") & (both["SAFFL"] == "Y")]
    day = (pd.to_datetime(both["ASTDT"]) - pd.to_datetime(both["TRTSDT"])).dt.days
    both = both.assign(arm=both["TRT01A"], period=day // 28)[(day >= 0) & (day < 28 * 6)]
    keys = ["AEBODSYS", "AEDECOD", "arm", "period"]
    expected = both.groupby(keys)["USUBJID"].nunique()
    actual = found.table.set_index(["class", "term", "arm", "period"])["with_event"]
    assert len(actual) == len(expected)
    pairs = actual.sort_index().to_numpy(int), expected.sort_index().to_numpy(int)
    assert (pairs[0] == pairs[1]).all()
    assert ((found.table["share"] > 0) & (found.table["share"] <= 1)).all()
    for _, followed in found.followed.groupby("arm"):
        assert followed["at_risk"].is_monotonic_decreasing


@pytest.mark.parametrize("emergence", ["flagged", "window", "all"])
@pytest.mark.parametrize("whole_classes", [False, True])
def test_the_subjects_behind_a_cell_are_as_many_as_it_counts(
    store: Store, emergence: str, whole_classes: bool
) -> None:
    selection = EventSelection(emergence=emergence)  # type: ignore[arg-type]
    asked = EventsOverTime(subjects=SUBJECTS, selection=selection, whole_classes=whole_classes)
    table = asked.run(store).table
    for row in table.sample(25, random_state=3).to_dict("records"):
        terms = (row["term"],) if row["term"] else ()
        of = EventTerms(classes=(row["class"],), terms=terms)
        rule = selection_rule(store, selection, of, days=asked.days(row["period"]))
        cohort = SUBJECTS.chosen(*SUBJECTS.in_arm(store, row["arm"]), rule)
        size = int(store.ask("cohort_size", cohort=cohort)["subjects"].iloc[0])
        assert size == row["with_event"]


def test_a_cell_without_subjects_is_a_rule_without_subjects(store: Store) -> None:
    window = EventSelection(emergence="window")
    rule = selection_rule(store, window, EventTerms(terms=("No such term",)), days=(0, 6))
    cohort = SUBJECTS.chosen(rule)
    assert int(store.ask("cohort_size", cohort=cohort)["subjects"].iloc[0]) == 0


def test_periods_are_checked() -> None:
    with pytest.raises(InputError, match="period in"):
        EventsOverTime(period="year")
    with pytest.raises(InputError, match="1 <= periods <= 26"):
        EventsOverTime(periods=27)


# Worst grades --------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["term", "class"])
def test_worst_grades_add_up_to_the_subjects_with_the_event(
    store: Store, answer: AdverseEventsAnswer, level: str
) -> None:
    grades = WorstGrades(subjects=SUBJECTS).run(store)
    keys = ["class", "term", "arm"]
    added = grades.groupby(keys)["subjects"].sum()
    incidence = answer.incidence(level).set_index(keys)["with_event"]  # type: ignore[arg-type]
    happened = incidence[incidence > 0]
    assert (added.loc[happened.index] == happened).all()
