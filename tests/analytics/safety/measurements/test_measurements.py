"""Shifts, changes of grade and summaries by visit: what always holds, and plain pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import InputError
from analytics.results import Result, same
from analytics.safety.measurements import (
    CHANGES,
    count_grade_changes,
    count_shifts,
    summarise_visits,
)

ARMS, RANGE = ("A", "B"), ("low", "normal", "high")
ends = st.sampled_from([*RANGE, None])


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from([*ARMS, "other"]), ends, ends), max_size=30))
def test_every_subject_stands_in_one_place(rows):
    people = pd.DataFrame(rows, columns=["arm", "baseline", "worst"]).astype(object)
    people["subject"] = [str(place) for place in range(len(people))]
    counted = count_shifts(people, arms=ARMS, categories=RANGE)
    apart = counted.apart.set_index("arm")
    cells = counted.table.groupby("arm")["subjects"].sum()
    for arm in ARMS:
        assert cells[arm] == apart.loc[arm, "both"]
        parts = apart.loc[arm, ["both", "no_baseline", "no_worst", "neither"]]
        assert parts.sum() == apart.loc[arm, "subjects"] == (people["arm"] == arm).sum()
    behind = [counted.behind(r.arm, r.baseline, r.worst) for r in counted.table.itertuples()]
    assert [len(one) for one in behind] == counted.table["subjects"].tolist()
    everybody = [subject for one in behind for subject in one]
    assert len(everybody) == len(set(everybody))


def test_a_shift_table_survives_its_json():
    people = pd.DataFrame(
        {"subject": ["1", "2"], "arm": "A", "baseline": ["low", None], "worst": ["high", "low"]}
    )
    counted = count_shifts(people, arms=ARMS, categories=RANGE)
    assert same(Result.from_json(counted.to_json()), counted)
    assert np.isnan(counted.to_frame().query("arm == 'B'")["share"]).all()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"worst": ["odd", "low"]}, "every category is one of those stated"),
        ({"subject": ["1", "1"]}, "each subject has one row"),
    ],
)
def test_what_cannot_be_counted_is_refused(more, sentence):
    people = pd.DataFrame({"subject": ["1", "2"], "arm": "A", "baseline": "low", "worst": "low"})
    with pytest.raises(InputError, match=sentence):
        count_shifts(people.assign(**more), arms=ARMS, categories=RANGE)


grades = st.one_of(st.integers(0, 5).map(float), st.just(float("nan")))


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(ARMS), grades, grades), min_size=1, max_size=30))
def test_changes_of_grade_are_nested(rows):
    people = pd.DataFrame(rows, columns=["arm", "baseline", "worst"])
    people["subject"] = [str(place) for place in range(len(people))]
    changes = count_grade_changes(people, arms=ARMS)
    for arm in ARMS:
        own = changes.table[changes.table["arm"] == arm].set_index("change")["subjects"]
        assert own["up 2"] <= own["up 1"]
        assert own["to 3"] <= own["up 1"]
        for change in CHANGES:
            assert len(changes.behind(arm, change)) == own[change]


def test_grades_beyond_the_scale_are_refused():
    people = pd.DataFrame({"subject": ["1"], "arm": "A", "baseline": [0.0], "worst": [-3.0]})
    with pytest.raises(InputError, match="grades are from 0 to 5"):
        count_grade_changes(people, arms=ARMS)


@settings(max_examples=30)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_a_summary_is_that_of_pandas_and_outliers_lie_beyond_its_whiskers(amounts):
    values = pd.DataFrame({"value": amounts, "change": np.nan, "arm": "A", "visit": "V"})
    values["subject"] = [str(place) for place in range(len(values))]
    found = summarise_visits(values, arms=ARMS, visits=["V"])
    [row] = found.table.to_dict("records")
    told = pd.Series(amounts).describe()
    names = {"n": "count", "mean": "mean", "sd": "std", "min": "min", "max": "max"}
    names |= {"q1": "25%", "median": "50%", "q3": "75%"}
    for ours, theirs in names.items():
        assert row[ours] == pytest.approx(told[theirs], rel=1e-9, abs=1e-6, nan_ok=True)
    beyond = found.outliers["amount"]
    assert row["outliers"] == len(beyond)
    assert ((beyond < row["lower_whisker"]) | (beyond > row["upper_whisker"])).all()
    assert row["lower_whisker"] <= row["upper_whisker"]


def test_a_subject_counts_once_at_a_visit():
    twice = pd.DataFrame(
        {"subject": "1", "arm": "A", "visit": "V", "value": [1.0, 2.0], "change": 0.0}
    )
    with pytest.raises(InputError, match="each subject and visit has one row"):
        summarise_visits(twice, arms=ARMS, visits=["V"])
