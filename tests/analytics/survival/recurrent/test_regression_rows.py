"""Rows for regression against those of R's data sets, and against R's coefficients from them."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter

from analytics.checks import InputError
from analytics.survival.recurrent import (
    RecurrentEvents,
    andersen_gill_rows,
    prentice_williams_peterson_rows,
)
from tests.analytics.survival.oracle_data import oracle_table
from tests.analytics.survival.recurrent.trial_events import trial_events, trial_rows

TABLE = oracle_table("recurrent_regression")
CASES = TABLE[["case", "data", "model"]].drop_duplicates().to_numpy().tolist()
SUBJECTS = st.lists(
    st.tuples(st.integers(1, 20).map(float), st.sets(st.integers(1, 20).map(float), max_size=5)),
    min_size=1,
    max_size=10,
)


def test_andersen_gill_rows_are_those_of_cgd() -> None:
    rows, theirs = andersen_gill_rows(trial_events("cgd")), trial_rows("cgd")
    assert len(rows) == 203
    pd.testing.assert_frame_equal(rows, theirs[list(rows.columns)], check_dtype=False)


def test_prentice_williams_peterson_rows_are_those_of_bladder2() -> None:
    rows = prentice_williams_peterson_rows(trial_events("bladder2"), most=4)
    theirs = trial_rows("bladder2")
    assert len(rows) == 178
    pd.testing.assert_frame_equal(rows, theirs[list(rows.columns)], check_dtype=False)


@pytest.mark.parametrize(("case", "data", "model"), CASES)
def test_regression_on_them_gives_the_references_coefficients(
    case: str, data: str, model: str
) -> None:
    events = trial_events(data)
    if model == "Andersen-Gill":
        rows = andersen_gill_rows(events)
    else:
        rows = prentice_williams_peterson_rows(events, time=model, most=4)
    expected = TABLE[TABLE["case"] == case].set_index("term")
    covariates = trial_rows(data).drop_duplicates("subject").set_index("subject")
    covariates["arm"] = (covariates["arm"] == events.arms[1]).astype(int)
    terms = covariates[list(expected.index)]
    table = rows.drop(columns=["subject", "arm"]).join(
        terms.loc[rows["subject"]].reset_index(drop=True)
    )
    strata = ["stratum"] if "stratum" in table else None
    cox = CoxPHFitter().fit(
        table,
        duration_col="stop",
        event_col="event",
        entry_col="start",
        strata=strata,
        fit_options={"precision": 1e-12},
    )
    for term in expected.index:
        reference = expected.loc[term]
        found = cox.params_[term]
        assert found == pytest.approx(reference["expected"], rel=reference["tolerance"])


@settings(max_examples=40, deadline=None)
@given(SUBJECTS, st.sampled_from(["total", "gap"]), st.integers(1, 4))
def test_rows_add_up(subjects: list[tuple[float, set[float]]], time: str, most: int) -> None:
    ends = [end for end, _ in subjects]
    events = [sorted(one for one in own if one <= end) for end, own in subjects]
    data = RecurrentEvents.from_subjects(ends, events)
    rows = andersen_gill_rows(data)
    assert (rows["stop"] > rows["start"]).all()
    assert (rows["stop"] - rows["start"]).sum() == pytest.approx(sum(ends))
    assert rows["event"].sum() == sum(map(len, events))
    ordered = prentice_williams_peterson_rows(data, time=time, most=most)
    assert ordered["event"].sum() == sum(min(len(own), most) for own in events)
    assert (ordered["stop"] > ordered["start"]).all()
    assert ordered["stratum"].max() <= most
    assert not ordered.duplicated(["subject", "stratum"]).any()


def test_subjects_followed_for_no_time_have_no_row() -> None:
    data = RecurrentEvents.from_subjects([0, 5], [[], [5]])
    rows = andersen_gill_rows(data)
    assert rows[["subject", "stop", "event"]].to_numpy().tolist() == [["2", 5.0, 1]]


@pytest.mark.parametrize("events", [[0.0], [3.0, 3.0]])
def test_refuses_events_between_which_no_time_passes(events: list[float]) -> None:
    data = RecurrentEvents.from_subjects([9], [events])
    for rows in (andersen_gill_rows, prentice_williams_peterson_rows):
        with pytest.raises(InputError, match=r"at different times.*subject='1', events=1"):
            rows(data)


def test_refuses_an_unknown_scale_and_no_events_at_all() -> None:
    data = RecurrentEvents.from_subjects([9], [[1]])
    with pytest.raises(InputError, match="time in"):
        prentice_williams_peterson_rows(data, time="calendar")
    with pytest.raises(InputError, match="most >= 1"):
        prentice_williams_peterson_rows(data, most=0)
