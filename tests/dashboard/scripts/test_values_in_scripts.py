"""Scripts make the same value again, and say no more than they need."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from analytics.survival.logrank_weights import GEHAN, PETO, fleming_harrington
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.comparisons import Comparisons
from dashboard.analyses.survival.over_time import OverTimeAnalysis
from dashboard.home import SNAPSHOT_VARIABLE
from dashboard.scripts import answer_of, write_script
from dashboard.scripts.expressions import Expressions
from queries.cohorts import AnyRecord, Between, Cohort, OneOf, Window, difference
from queries.store import open_store
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


def script(value: object, *, shown: str = "") -> str:
    return write_script(
        {"answer": answer_of(value, None)}, snapshot="9f86", pooled=False, shown=shown
    )


def remade(value: object) -> Any:
    """What a script assigns to `analysis`, without opening the store."""
    text = script(value)
    head = text[: text.index("with open_snapshot")]
    names: dict[str, Any] = {}
    exec(compile(head, "shown", "exec"), names)
    return names["analysis"]


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_the_same_value_is_made_again(value: object) -> None:
    assert remade(value) == value
    assert repr(remade(value)) == repr(value)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_what_is_imported_is_used_and_what_is_used_is_imported(value: object) -> None:
    tree = ast.parse(script(value, shown="answer"))
    imported = {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert used == imported | {"analysis", "answer", "store", "snapshot", "print"}


def test_defaults_are_left_out() -> None:
    assert Expressions().of(VALUES["defaults"]) == "SurvivalAnalysis(endpoint='OS')"
    text = script(VALUES["numbers"])
    assert "landmark_day=0" in text, "0 is no default of None"
    assert "confidence_level" not in text


@dataclass(frozen=True, kw_only=True)
class Odd:
    made: tuple[int, ...] = field(default_factory=tuple)
    derived: int = field(default=3, init=False)
    flag: bool = False


def test_fields_that_are_made_are_not_given() -> None:
    assert Expressions().of(Odd()) == "Odd()"
    assert Expressions().of(Odd(made=(1,), flag=True)) == "Odd(made=(1,), flag=True)"


def test_long_lines_are_broken_where_python_allows_it() -> None:
    text = script(VALUES["nested"])
    [line] = [line for line in text.splitlines() if line.startswith("analysis = ")]
    assert line == "analysis = Comparisons("


def test_a_blinded_readers_script_answers_blinded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    monkeypatch.setenv(SNAPSHOT_VARIABLE, str(path))
    answer = VALUES["defaults"].run(open_store(path, pooled=True))
    table = answer_of(VALUES["defaults"], answer).call("endpoint_table")
    text = write_script({"table": table}, snapshot="1" * 64, pooled=True, shown="table")
    exec(compile(text, "shown", "exec"), {})
    printed = capsys.readouterr().out
    assert "All subjects" in printed
    assert "Placebo" not in printed
