"""Requests of jobs: written and read by their types; nothing else gets in."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pytest

from analytics.checks import InputError
from dashboard.analyses.safety.adverse_events import AdverseEvents
from dashboard.analyses.safety.berry_berry import BerryBerryFit
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.jobs.requests import read_request, write_request
from queries.cohorts import AllOf, AnyRecord, Between, Cohort, OneOf, Window
from queries.errors import DataError
from queries.events import EventSelection


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    hazard: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    hazards: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """A request with a field of every type."""

    truth: bool = True
    whole: int = 3
    real: float = 0.1
    text: str = "a ≥ b"
    either: Literal["events", "months", 3] = "events"
    maybe: float | None = None
    number: int | float = 1
    day: date | None = None
    pair: tuple[int, str] = (1, "a")
    several: tuple[float, ...] = ()
    named: Mapping[str, float] = field(default_factory=dict)
    hazard: Constant | Pieces = field(default_factory=lambda: Constant(hazard=0.1))
    cohort: Cohort = field(default_factory=Cohort)


ELDERLY = Cohort(
    AllOf(
        (
            Between(column="AGE", low=65),
            OneOf(column="SEX", values=("F",), keep_missing=True),
            AnyRecord(dataset="adae", within=Window(low=0, high=30, anchor="first_dose")),
        )
    ),
    name="Elderly",
)


@pytest.mark.parametrize(
    "request_",
    [
        Everything(),
        Everything(real=math.inf, maybe=-math.inf, several=(1.0, 1 / 3), day=date(2026, 3, 31)),
        Everything(hazard=Pieces(hazards=(0.1, 0.2)), named={"arm": 0.5}, either=3, number=0.5),
        Everything(cohort=ELDERLY, text='"; rm -rf /'),
    ],
)
def test_a_request_comes_back_as_it_was(request_: Everything) -> None:
    back = read_request(write_request(request_), Everything)
    assert back == request_
    assert repr(back) == repr(request_)


def test_what_a_page_asks_comes_back_as_it_was() -> None:
    asked = AdverseEvents(
        subjects=SafetySubjects(cohort=ELDERLY, analysis_set="SAFFL", arms=("B", "A")),
        selection=EventSelection(emergence="window", kinds=("serious", "fatal"), least_grade=3),
        column="AEHLT",
        measure="odds ratio",
    )
    fit = BerryBerryFit(analysis=asked, arm="A", draws=500, seed=7)
    assert read_request(write_request(fit), BerryBerryFit) == fit


def test_the_same_request_is_the_same_text() -> None:
    one, other = Everything(real=1.0, maybe=2.0), Everything(real=1, maybe=2)
    assert write_request(one) == write_request(other)
    assert write_request(one) != write_request(Everything(real=1.0, maybe=2.5))


def test_what_the_model_does_not_use_is_left_out() -> None:
    fits = [
        BerryBerryFit.of(asked, arm="A")
        for asked in (
            AdverseEvents(),
            AdverseEvents(measure="risk ratio", confidence_level=0.9),
            AdverseEvents(strata=("SEX",), interval="Newcombe"),
        )
    ]
    assert len({write_request(fit) for fit in fits}) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"truth": 1},
        {"whole": True},
        {"whole": 1.5},
        {"real": "0.1"},
        {"text": b"a"},
        {"either": "weeks"},
        {"pair": (1,)},
        {"pair": [1, "a"]},
        {"several": (0.1, "b")},
        {"named": {1: 0.5}},
        {"hazard": 0.1},
        {"cohort": "everyone"},
    ],
)
def test_a_value_of_another_type_is_not_written(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match=f"Everything.{next(iter(wrong))} is of its stated type"):
        write_request(Everything(**wrong))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"truth": 1},
        {"whole": 1.5},
        {"whole": True},
        {"real": True},
        {"real": {"number": "1e999"}},
        {"real": {"number": ["inf"]}},
        {"real": {"__reduce__": "os.system"}},
        {"text": ["a"]},
        {"either": "weeks"},
        {"either": 3.0},
        {"maybe": "none"},
        {"number": "1"},
        {"day": 20260331},
        {"day": "tomorrow"},
        {"pair": [1]},
        {"pair": {"0": 1}},
        {"several": "0.1"},
        {"several": [None]},
        {"named": [["a", 1]]},
        {"hazard": {"hazard": 0.1}},
        {"hazard": {"one_of": "Everything", "fields": {}}},
        {"hazard": {"one_of": ["Constant"], "fields": {}}},
        {"hazard": {"one_of": "Constant", "fields": []}},
        {"hazard": {"one_of": "Constant", "fields": {"hazard": 0.1, "more": 1}}},
        {"more": 1},
    ],
)
def test_hostile_json_is_refused(wrong: dict[str, object]) -> None:
    plain = {**json.loads(write_request(Everything())), **wrong}
    with pytest.raises(InputError, match="must hold"):
        read_request(json.dumps(plain), Everything)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "7", "NaN", '{"a": Infinity}', "[" * 10**5]
)
def test_text_that_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="must hold"):
        read_request(text, Everything)


def test_a_hostile_cohort_is_refused() -> None:
    plain = json.loads(write_request(Everything()))
    with pytest.raises(DataError, match="a cohort has `version`, `name` and `rule`"):
        read_request(json.dumps({**plain, "cohort": {"sql": "1; drop"}}), Everything)


def test_what_a_dataclass_itself_refuses_is_refused() -> None:
    text = write_request(EventSelection()).replace("30", "-30")
    with pytest.raises(DataError, match="days after the last dose"):
        read_request(text, EventSelection)


def test_only_dataclasses_are_requests() -> None:
    with pytest.raises(InputError, match="a request is a dataclass"):
        write_request({"a": 1})
    with pytest.raises(InputError, match="a request is a dataclass"):
        read_request("{}", dict)
