"""Follow-up and events: what is refused, and how they are put in order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError
from analytics.results import Result, same
from analytics.survival.recurrent import RecurrentEvents

FOLLOWUP = pd.DataFrame(
    {"subject": ["b", "a"], "arm": ["B", "A"], "end": [10.0, 8.0], "died": [0, 1]}
)
EVENTS = pd.DataFrame({"subject": ["b", "a", "b"], "time": [7.0, 8.0, 2.0]})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"followup": FOLLOWUP.assign(end=[-1, 8])}, "ends are finite and >= 0"),
        ({"followup": FOLLOWUP.assign(end=["x", "y"])}, "ends are numbers"),
        ({"followup": FOLLOWUP.assign(died=[2, 0])}, "died are 0 or 1"),
        ({"followup": FOLLOWUP.assign(arm=["B", None])}, "each row names its arm"),
        ({"followup": FOLLOWUP.assign(arm="A")}, "each arm has at least one subject.*'B'"),
        ({"followup": FOLLOWUP.assign(arm=["B", "C"])}, "arm in"),
        ({"followup": FOLLOWUP.assign(subject="a")}, "each subject is followed once"),
        ({"followup": FOLLOWUP.assign(subject=[1, 2])}, "subject is text"),
        ({"followup": FOLLOWUP.head(0), "events": EVENTS.head(0)}, "at least one subject"),
        ({"followup": FOLLOWUP.drop(columns="died")}, "follow-up: columns"),
        ({"events": EVENTS.assign(time=np.nan)}, "times are finite and >= 0"),
        ({"events": EVENTS.assign(subject="c")}, "subject in"),
        ({"events": EVENTS.assign(time=[7, 8.5, 2])}, "until the end.*time=8.5, end=8.0, events=1"),
        ({"events": EVENTS.drop(columns="time")}, "events: columns"),
        ({"arms": ("A", "B", "A")}, "each arm is named once"),
        ({"time_unit": "moons"}, "time_unit in"),
    ],
)
def test_refuses(given: dict[str, object], sentence: str) -> None:
    usual = {"followup": FOLLOWUP, "events": EVENTS, "arms": ("A", "B")}
    with pytest.raises(InputError, match=sentence):
        RecurrentEvents(**(usual | given))


def test_refuses_columns_of_different_lengths() -> None:
    with pytest.raises(InputError, match="one value per subject"):
        RecurrentEvents.from_subjects([1, 2], [[]])


def test_rows_are_put_in_order() -> None:
    data = RecurrentEvents(followup=FOLLOWUP, events=EVENTS, arms=("B", "A"))
    assert data.followup.to_numpy().tolist() == [["a", "A", 8.0, 1], ["b", "B", 10.0, 0]]
    assert data.events.to_numpy().tolist() == [["a", 8.0], ["b", 2.0], ["b", 7.0]]
    assert data.to_frame()["events"].tolist() == [1, 2]


def test_nobody_has_an_event() -> None:
    data = RecurrentEvents.from_subjects([1, 2], [[], []])
    assert data.to_frame()["events"].tolist() == [0, 0]
    assert same(Result.from_json(data.to_json()), data)


def test_an_event_at_the_end_up_to_rounding_is_at_the_end() -> None:
    data = RecurrentEvents.from_subjects([0.3], [[0.1 + 0.2]])
    assert data.events["time"].tolist() == [0.3]


def test_a_change_of_unit_keeps_events_within_followup() -> None:
    days = RecurrentEvents.from_subjects(range(1, 400), [[day] for day in range(1, 400)])
    months = days.in_unit("months")
    np.testing.assert_allclose(months.events["time"] * 30.4375, days.events["time"])
    assert months.time_unit == "months"


def test_survives_the_wire() -> None:
    data = RecurrentEvents(followup=FOLLOWUP, events=EVENTS, arms=("A", "B"), endpoint="relapse")
    assert same(Result.from_json(data.to_json()), data)
