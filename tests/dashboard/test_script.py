"""Scripts make the same value again, and say no more than they need."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from analytics.survival.logrank_weights import GEHAN, PETO, fleming_harrington
from dashboard.analyses.script import expression, script
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.comparisons import Comparisons
from dashboard.analyses.survival.over_time import OverTimeAnalysis
from queries.cohorts import AnyRecord, Between, Cohort, OneOf, Window, difference
from tests.tiny_snapshot import write_tiny_snapshot

AWKWARD = Cohort(OneOf(column="SEX", values=("F'\"\\", "", "ä\n")), name='Women\'s "first"\n{x}')
LATE = Cohort(AnyRecord(dataset="adae", within=Window(low=0, high=30)), name="Early event")
VALUES = {
    "defaults": SurvivalAnalysis(endpoint="OS"),
    "awkward text": SurvivalAnalysis(endpoint='it\'s "OS"\\\n{0}', cohort=AWKWARD),
    "one arm": SurvivalAnalysis(endpoint="OS", arms=("Placebo",), strata=("A", "B")),
    "weights": SurvivalAnalysis(endpoint="OS", weight=fleming_harrington(0, 0.5)),
    "numbers": SurvivalAnalysis(endpoint="OS", landmarks=(0.1, 6.0, 1e-9), landmark_day=0),
    "groups": SurvivalAnalysis(
        endpoint="OS", groups=(LATE, difference(Cohort(), LATE, name="Rest"), AWKWARD)
    ),
    "nested": Comparisons(
        analysis=SurvivalAnalysis(
            endpoint="OS", cohort=Cohort(Between(column="AGE", high=64)), weight=PETO
        ),
        scores=(("A", 0.0), ("B", 2.5)),
    ),
    "nested twice": OverTimeAnalysis(
        analysis=SurvivalAnalysis(endpoint="PFS", weight=GEHAN), estimate="hazard"
    ),
}


def remade(value: object) -> Any:
    """What a script assigns to `analysis`, without opening the store."""
    text = script(value, Path("a.duckdb"), pooled=False, shown=[])
    head = text[: text.index("with open_store")]
    names: dict[str, Any] = {}
    exec(compile(head, "shown", "exec"), names)
    return names["analysis"]


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_the_same_value_is_made_again(value: object) -> None:
    assert remade(value) == value
    assert repr(remade(value)) == repr(value)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_what_is_imported_is_used_and_what_is_used_is_imported(value: object) -> None:
    tree = ast.parse(script(value, Path("a.duckdb"), pooled=True, shown=["answer"]))
    imported = {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert used == imported | {"analysis", "answer", "store", "print"}


def test_defaults_are_left_out() -> None:
    assert expression(VALUES["defaults"], set()) == "SurvivalAnalysis(endpoint='OS')"
    text = script(VALUES["numbers"], Path("a.duckdb"), pooled=False, shown=[])
    assert "landmark_day=0" in text, "0 is no default of None"
    assert "confidence_level" not in text


@dataclass(frozen=True, kw_only=True)
class Odd:
    made: tuple[int, ...] = field(default_factory=tuple)
    derived: int = field(default=3, init=False)
    flag: bool = False


def test_fields_that_are_made_are_not_given() -> None:
    assert expression(Odd(), set()) == "Odd()"
    assert expression(Odd(made=(1,), flag=True), set()) == "Odd(made=(1,), flag=True)"


def test_long_lines_are_broken_where_python_allows_it() -> None:
    text = script(VALUES["nested"], Path("a.duckdb"), pooled=False, shown=[])
    [line] = [line for line in text.splitlines() if line.startswith("analysis = ")]
    assert line == "analysis = Comparisons("


@pytest.mark.parametrize("path", ["a\\b.duckdb", "it's.duckdb", 'a "b".duckdb', "ä b.duckdb"])
def test_paths_are_quoted_and_blinding_is_said(path: str) -> None:
    text = script(VALUES["defaults"], Path(path), pooled=True, shown=["answer.x()"])
    call = next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.With))
    opened = call.items[0].context_expr
    assert isinstance(opened, ast.Call)
    assert isinstance(opened.args[0], ast.Call)
    assert ast.literal_eval(opened.args[0].args[0]) == str(Path(path))
    assert [ast.literal_eval(k.value) for k in opened.keywords if k.arg == "pooled"] == [True]
    assert text.endswith("print(answer.x())\n")


def test_a_blinded_readers_script_answers_blinded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    shown = ["answer.endpoint_table()", "answer.exclusions"]
    text = script(VALUES["defaults"], path, pooled=True, shown=shown)
    exec(compile(text, "shown", "exec"), {})
    printed = capsys.readouterr().out
    assert "All subjects" in printed
    assert "Placebo" not in printed
