"""The harness of the benchmarks: turns, ratios, tables, and a study made once. No times."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import accumulate
from pathlib import Path

import pandas as pd
import pytest

from queries.store import open_store
from tests.benchmarks import large_study, measure
from tests.benchmarks.measure import Comparison, Timing, compare, report

REPOSITORY = Path(__file__).parents[2]


def clock_of(*spent: float) -> object:
    """A clock by which successive timed turns take these seconds."""
    moments = accumulate(part for seconds in spent for part in (0.0, seconds))
    return lambda: next(moments)


def test_ways_take_turns_after_warming_up() -> None:
    order: list[str] = []
    ways = {name: lambda name=name: order.append(name) for name in "AB"}
    found = compare("turns", ways, turns=3, warm_ups=2)
    assert "".join(order) == "AB" * 5
    assert [len(timing.seconds) for timing in found.timings] == [3, 3]
    assert found.threads == measure.available_threads() >= 1


def test_a_turn_may_be_many_calls() -> None:
    calls: list[int] = []
    ways = {"A": lambda: calls.append(1)}
    found = compare("calls", ways, turns=2, warm_ups=0, calls=5, clock=clock_of(10.0, 20.0))
    assert len(calls) == 10
    assert found.timing("A").seconds == (2.0, 4.0)


def test_ratios_compare_neighbours() -> None:
    # The machine is ten times slower in the second turn; the ratio does not see it.
    ways = {"A": lambda: None, "B": lambda: None}
    clock = clock_of(1.0, 3.0, 10.0, 30.0, 1.0, 3.0)
    found = compare("noise", ways, turns=3, warm_ups=0, clock=clock)
    assert (found.ratio("A"), found.ratio("B")) == (1.0, 3.0)


@pytest.mark.parametrize(
    ("turns", "least", "median", "p95"),
    [(1, 1, 1, 1), (4, 1, 2.5, 4), (19, 1, 10, 19), (20, 1, 10.5, 19), (100, 1, 50.5, 95)],
)
def test_what_is_said_of_the_turns(turns: int, least: float, median: float, p95: float) -> None:
    timing = Timing(way="A", seconds=tuple(float(turns - turn) for turn in range(turns)))
    assert (timing.least, timing.median, timing.p95) == (least, median, p95)


@pytest.mark.parametrize(
    ("ways", "counts"), [({}, {}), ({"A": print}, {"turns": 0}), ({"A": print}, {"calls": 0})]
)
def test_nothing_to_measure_is_refused(ways: dict, counts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a comparison has ways, turns and calls"):
        compare("nothing", ways, **counts)


def two_ways() -> Comparison:
    timings = (Timing(way="A", seconds=(0.25, 0.75)), Timing(way="B", seconds=(0.5, 1.5)))
    return Comparison(case="both", timings=timings, threads=2)


def test_the_table_has_the_facts(capsys: pytest.CaptureFixture[str]) -> None:
    report("both", two_ways(), facts={"A": {"file_bytes": 1234}, "B": {"file_bytes": 5}})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("| turns | threads | file_bytes |")
    assert lines[2] == "| both | A | 250 | 500 | 750 | 1 | 2 | 2 | 1,234 |"
    assert len(lines) == 4


def test_tables_are_kept_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(measure.TABLES, str(tmp_path / "tables"))
    for _ in range(2):
        report("both", two_ways())
    kept = pd.read_csv(tmp_path / "tables" / "both.csv")
    assert kept["way"].tolist() == ["A", "B"] * 2
    assert kept["ratio"].tolist() == [1.0, 2.0] * 2
    assert capsys.readouterr().out


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no cores to choose here")
def test_threads_are_what_the_environment_says() -> None:
    code = "from tests.benchmarks import measure; print(measure.use_threads())"
    environment = {**os.environ, measure.THREADS: "1", "PYTHONPATH": str(REPOSITORY)}
    run = [sys.executable, "-c", code]
    said = subprocess.run(run, env=environment, check=True, capture_output=True, text=True)
    assert said.stdout == "1\n"


@pytest.fixture
def bench_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for the large study, which is small."""
    monkeypatch.setenv(large_study.HOME, str(tmp_path / "bench"))
    monkeypatch.setenv(large_study.SIZE, "200")
    return tmp_path / "bench"


def test_the_study_is_made_once(bench_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = large_study.large_snapshot()
    assert snapshot.parent == bench_home
    with open_store(snapshot) as store:
        assert store.ask("cohort_size")["subjects"].sum() == 200
    monkeypatch.setattr(large_study, "write_large", None)
    monkeypatch.setattr(large_study, "import_files", None)
    assert large_study.large_snapshot() == snapshot
    assert not list(bench_home.glob("unfinished-*"))


def test_a_study_of_another_size_or_maker_is_another(
    bench_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = large_study.large_files()
    monkeypatch.setenv(large_study.SIZE, "300")
    second = large_study.large_files()
    monkeypatch.setattr(large_study, "_GENERATOR", (*large_study._GENERATOR, "conftest.py"))
    third = large_study.large_files()
    assert len({first, second, third}) == 3


def test_a_study_whose_making_failed_is_made_again(
    bench_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(folder: Path, **_: int) -> None:
        folder.mkdir()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(large_study, "write_large", fail)
        with pytest.raises(KeyboardInterrupt):
            large_study.large_files()
    assert (large_study.large_files() / "adsl.parquet").exists()


def test_every_benchmark_runs_only_as_a_script() -> None:
    for path in Path(__file__).parent.glob("bench_*.py"):
        assert 'if __name__ == "__main__":' in path.read_text(encoding="utf-8"), path.name


def test_the_benchmark_of_the_import_runs_at_small_size(bench_home: Path) -> None:
    script = Path(__file__).with_name("bench_import.py")
    said = subprocess.run(
        [sys.executable, str(script)], check=True, capture_output=True, text=True, cwd=REPOSITORY
    )
    assert "| import of 4,400 rows | CREATE TABLE AS |" in said.stdout
    assert "| import of 4,400 rows | import |" in said.stdout
