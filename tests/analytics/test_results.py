"""Results to JSON and back: nothing lost, nothing executed."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

from analytics import wire
from analytics.checks import InputError
from analytics.results import Result, registered, require_columns, same
from analytics.survival import (
    CoxByArm,
    KaplanMeier,
    SurvivalCounts,
    fit_cox_by_arm,
    fit_kaplan_meier,
    test_logrank,
)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Everything(Result):
    value: Any


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Typed(Result):
    share: float = 0.5
    subjects: int = 1
    sure: bool = True
    kind: Literal["one", "two"] = "one"
    limits: tuple[float, float] | None = None
    by_arm: dict[str, float] | None = None
    table: pd.DataFrame | None = None
    when: datetime.date | None = None
    inner: Everything | None = None


COUNTS = SurvivalCounts.from_subjects(
    [1, 2, 2, 3, 5, 8], [1, 1, 0, 1, 1, 0], arms=list("ABABAB"), endpoint="Überleben"
)
FRAME = pd.DataFrame(
    {
        "real": [1 / 3, np.nan, np.inf],
        "small": np.array([0.1, -0.0, -np.inf], dtype="float32"),
        "whole": np.array([2**63 - 1, -(2**63), 0]),
        "byte": np.array([255, 0, 1], dtype="uint8"),
        "yes": [True, False, True],
        "text": ["a", None, "\u2028 \U0001f600"],
        "mixed": [datetime.date(2026, 3, 31), 1.5, float("nan")],
        "day": np.array(
            ["2026-03-31", "NaT", "1999-12-31T23:59:59.123456789"], dtype="datetime64[ns]"
        ),
        "kind": pd.Categorical(["hi", None, "lo"], categories=["lo", "hi"], ordered=True),
    }
)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -0.0,
        5e-324,
        0.1 + 0.2,
        2**70,
        float("nan"),
        float("-inf"),
        'quote " and \\ and \x00',
        (1, (2.0, [3, "x"])),
        {"number": {"$": 1}, "": (1,)},
        np.float64(1 / 3),
        np.float32("nan"),
        np.int8(-3),
        np.bool_(True),
        np.arange(6, dtype="int16").reshape(2, 3),
        np.array([1.5, np.nan]),
        np.array(["2026-03-31", "NaT"], dtype="datetime64[s]"),
        np.zeros((0, 2)),
        datetime.date(2026, 3, 31),
        datetime.datetime(2026, 3, 31, 12, tzinfo=datetime.UTC),
        datetime.time(1, 2, 3, 4),
        pd.Timestamp("2026-03-31 01:02:03.000000007"),
        pd.NaT,
        COUNTS,
    ],
    ids=repr,
)
def test_every_value_comes_back(value: Any) -> None:
    back = Everything.from_json(Everything(value=value).to_json()).value
    assert type(back) is type(value)
    assert same(back, value)
    if isinstance(value, np.ndarray):
        np.testing.assert_array_equal(back, value)
        assert back.dtype == value.dtype


def test_a_table_comes_back() -> None:
    back = Everything.from_json(Everything(value=FRAME).to_json()).value
    pd.testing.assert_frame_equal(back, FRAME, check_exact=True)
    empty = Everything(value=FRAME.iloc[:0])
    pd.testing.assert_frame_equal(Everything.from_json(empty.to_json()).value, FRAME.iloc[:0])


@pytest.mark.parametrize(
    "result", [COUNTS, fit_kaplan_meier(COUNTS), test_logrank(COUNTS), fit_cox_by_arm(COUNTS)]
)
def test_every_survival_result_comes_back(result: Result) -> None:
    text = result.to_json()
    back = type(result).from_json(text)
    assert same(back, result)
    assert back.to_json() == text
    pd.testing.assert_frame_equal(back.to_frame(), result.to_frame(), check_exact=True)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1: 2},
        1j,
        np.array([1j]),
        pd.DataFrame({"a": [1]}, index=["x"]),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1]]),
        pd.DataFrame(index=range(3)),
    ],
)
def test_what_has_no_form_is_refused_when_written(value: Any) -> None:
    with pytest.raises(InputError, match="must hold"):
        Everything(value=value).to_json()


def test_only_registered_classes_are_written() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True, eq=False)
    class Stray(Result):
        value: int = 1

    with pytest.raises(InputError, match="class is registered"):
        Stray().to_json()


def test_a_name_is_given_once() -> None:
    with pytest.raises(InputError, match="a name of its own"):

        @registered
        @dataclass(frozen=True, slots=True, kw_only=True, eq=False)
        class KaplanMeier(Result):
            value: int = 1


def _with(value: Any) -> str:
    return json.dumps({"format": 1, "value": {"result": "Everything", "fields": {"value": value}}})


COLUMN = {"name": "a", "dtype": "int64", "values": [1]}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "1",
        "[" * 100_000,
        '{"format": 1}',
        '{"format": 2, "value": 1}',
        '{"format": 1, "value": NaN}',
        '{"format": 1, "value": {"result": "os.system", "fields": {}}}',
        '{"format": 1, "value": {"result": ["Everything"], "fields": {}}}',
        '{"format": 1, "value": {"result": "Everything", "fields": []}}',
        '{"format": 1, "value": {"result": "Everything", "fields": {}}}',
        '{"format": 1, "value": {"result": "Everything", "fields": {"value": 1, "x": 2}}}',
        '{"format": 1, "value": {"result": "Everything", "fields": {"value": NaN}}}',
        '{"format": 1, "value": 1}',
        _with({"pickle": "gASVAAAA"}),
        _with({}),
        _with({"number": "1e9"}),
        _with({"number": ["nan"]}),
        _with({"tuple": 1}),
        _with({"mapping": [1]}),
        _with({"date": "2026-02-30"}),
        _with({"date": 20260230}),
        _with({"moment": ["2026-01-01", "fortnight"]}),
        _with({"array": {"dtype": "object", "shape": [1], "values": [1]}}),
        _with({"array": {"dtype": "int64", "shape": [7], "values": [1]}}),
        _with({"array": {"dtype": "int64", "shape": [1], "values": ["1"]}}),
        _with({"array": {"dtype": "int8", "shape": [1], "values": [300]}}),
        _with({"array": {"dtype": "int64", "shape": [1], "values": [1.5]}}),
        _with({"array": {"dtype": "float64", "shape": [1], "values": ["one"]}}),
        _with({"array": {"dtype": "bool", "shape": [1], "values": [1]}}),
        _with({"array": 1}),
        _with({"scalar": {"dtype": "int64", "shape": [1], "values": [1]}}),
        _with({"table": {"columns": [COLUMN, COLUMN | {"name": "b", "values": [1, 2]}]}}),
        _with({"table": {"columns": [COLUMN, COLUMN]}}),
        _with({"table": {"columns": [COLUMN | {"name": 1}]}}),
        _with({"table": {"columns": [COLUMN | {"name": []}]}}),
        _with({"table": {}}),
        _with({"table": [1]}),
    ],
)
def test_a_text_that_to_json_did_not_write_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="must hold"):
        Everything.from_json(text)


@pytest.mark.parametrize(
    "fields",
    [
        {"share": "half"},
        {"share": True},
        {"subjects": 1.5},
        {"sure": 1},
        {"kind": "three"},
        {"limits": {"tuple": [1.0]}},
        {"limits": {"tuple": [1.0, "x"]}},
        {"limits": [1.0, 2.0]},
        {"by_arm": {"mapping": {"A": "x"}}},
        {"table": 1},
        {"when": "2026-03-31"},
        {"inner": {"tuple": []}},
    ],
)
def test_fields_of_the_wrong_type_are_refused(fields: dict[str, Any]) -> None:
    document = json.loads(Typed().to_json())
    document["value"]["fields"] |= fields
    with pytest.raises(InputError, match=r"Typed\.\w+ is of its stated type"):
        Typed.from_json(json.dumps(document))


def test_fields_of_the_right_type_are_accepted() -> None:
    whole = Typed(
        share=1,
        limits=(0.1, 0.2),
        by_arm={"A": 1.0},
        table=FRAME,
        when=datetime.date(2026, 3, 31),
        inner=Everything(value=1),
    )
    assert same(Typed.from_json(whole.to_json()), whole)


def test_a_class_reads_its_own_kind_only() -> None:
    text = fit_kaplan_meier(COUNTS).to_json()
    assert isinstance(Result.from_json(text), KaplanMeier)
    with pytest.raises(InputError, match="the JSON holds a CoxByArm"):
        CoxByArm.from_json(text)


def test_what_a_result_checks_is_checked_again() -> None:
    text = COUNTS.to_json().replace('"values": [1.0, 2.0', '"values": [-1.0, 2.0')
    with pytest.raises(InputError, match="times are finite and >= 0"):
        SurvivalCounts.from_json(text)
    with pytest.raises(InputError, match="a curve's table: columns time"):
        KaplanMeier.from_json(fit_kaplan_meier(COUNTS).to_json().replace('"std_err"', '"se"'))


def test_same_sees_every_difference() -> None:
    assert not same(0.1 + 0.2, 0.3)
    assert not same(FRAME, FRAME.assign(real=FRAME["real"].astype("float32")))
    assert same(FRAME, FRAME.copy())


def test_columns_are_required_in_their_order() -> None:
    with pytest.raises(InputError, match="columns b, a"):
        require_columns(pd.DataFrame({"a": [1], "b": [1]}), ("b", "a"), "a table")


def test_a_plain_result_is_one_row() -> None:
    assert Typed(share=0.25).to_frame()["share"].tolist() == [0.25]


def test_columns_that_may_be_missing_come_back_as_they_were() -> None:
    table = pd.DataFrame(
        {
            "events": pd.array([1, None, 3], dtype="Int64"),
            "serious": pd.array([True, None, False], dtype="boolean"),
        }
    )
    body = json.loads(json.dumps(wire.encode(table, lambda _: None)))
    pd.testing.assert_frame_equal(wire.decode(body, lambda *_: None), table)
    body["table"]["columns"][0]["values"][0] = "1"
    with pytest.raises(InputError, match="values are of type Int64 or missing"):
        wire.decode(body, lambda *_: None)
