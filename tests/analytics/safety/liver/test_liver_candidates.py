"""Quadrants, candidates and R against the rules of the FDA, and the properties of both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.checks import InputError
from analytics.safety.liver import (
    ELEVATIONS,
    QUADRANTS,
    TESTS,
    LiverCriteria,
    LiverElevations,
    LiverPeaks,
    find_candidates,
    injury_class,
    quadrant_of,
    r_value,
)
from tests.analytics.survival.oracle_data import cases, oracle_table

ORACLE = oracle_table("liver_quadrants")
COLUMNS = ["alt", "ast", "tbl", "alp", "days_between", "quadrant", "candidate", "r_value"]


def results_of(*rows: tuple[str, int, float], subject: str = "S1") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["test", "day", "multiple"])
    return frame.assign(subject=subject)


def judged(results: pd.DataFrame, **criteria: Any) -> pd.Series:
    peaks = LiverPeaks.from_results(results, arms={"S1": "A"})
    table = find_candidates(peaks, results, LiverCriteria(**criteria)).to_frame()
    return table.set_index("subject").loc["S1"]


@pytest.mark.parametrize("case", cases(ORACLE, *COLUMNS, "tolerance"))
def test_follows_the_rules(case: Any) -> None:
    at, alp = [("alt", 40, case.alt), ("ast", 40, case.ast)], ("alp", 40, case.alp)
    found = judged(results_of(*at, alp, ("tbl", 40 + case.days_between, case.tbl)))
    assert found["quadrant"] == case.quadrant
    assert (found["status"] == "candidate") == (case.candidate == "yes")
    assert found["r"] == pytest.approx(case.r_value, abs=case.tolerance)


@pytest.mark.parametrize(
    ("alp", "gap", "status"),
    [
        (2.0, 0, "excluded_alp"),
        (1.9, 31, "excluded_timing"),
        (2.0, 31, "excluded_both"),
        (None, 0, "alp_unknown"),
        (None, 31, "excluded_timing"),
    ],
)
def test_says_which_rule_excludes(alp: float | None, gap: int, status: str) -> None:
    rows = [("alt", 10, 4.0), ("tbl", 10 + gap, 3.0)]
    known = [("alp", 10, alp)] if alp is not None else []
    assert judged(results_of(*rows, *known))["status"] == status


def test_alp_of_another_time_is_unknown() -> None:
    rows = [("alt", 10, 4.0), ("tbl", 12, 3.0)]
    assert judged(results_of(*rows, ("alp", 17, 1.0)))["status"] == "candidate"
    assert judged(results_of(*rows, ("alp", 18, 1.0)))["status"] == "alp_unknown"
    assert judged(results_of(*rows, ("alp", 18, 1.0)), alp_days=8)["status"] == "candidate"


def test_alp_can_be_taken_at_its_peak() -> None:
    rows = [("alt", 10, 4.0), ("tbl", 12, 3.0), ("alp", 10, 1.0), ("alp", 60, 2.5)]
    assert judged(results_of(*rows))["status"] == "candidate"
    assert judged(results_of(*rows), alp_taken="peak")["status"] == "excluded_alp"


def test_the_earliest_elevation_with_bilirubin_in_its_window_counts() -> None:
    rows = [("alt", 5, 9.0), ("alt", 50, 4.0), ("tbl", 60, 3.0), ("alp", 5, 3.0), ("alp", 50, 1.0)]
    found = judged(results_of(*rows))
    assert (found["at_elevated_day"], found["tbl_elevated_day"]) == (50, 60)
    assert (found["days_between"], found["alp_at_elevation"]) == (10, 1.0)
    assert found["status"] == "candidate"
    assert found["r"] == 3.0  # at the highest ALT, and not at the elevation that counts


def test_bilirubin_may_come_first_when_asked() -> None:
    rows = [("ast", 20, 4.0), ("tbl", 10, 3.0), ("alp", 20, 1.0)]
    assert judged(results_of(*rows))["status"] == "excluded_timing"
    found = judged(results_of(*rows), order="either")
    assert found["status"] == "candidate"
    assert found["days_between"] == -10


def test_a_subject_without_bilirubin_is_in_no_quadrant() -> None:
    results = results_of(("alt", 5, 9.0))
    peaks = LiverPeaks.from_results(results, arms={"S1": "A", "S2": "A"})
    assert peaks.in_quadrants(LiverCriteria())["quadrant"].tolist() == [None, None]
    assert find_candidates(peaks, results).to_frame().empty


def test_ties_are_counted_from_their_first_day() -> None:
    results = results_of(("alt", 20, 4.0), ("alt", 10, 4.0), ("ast", 5, 4.0))
    peaks = LiverPeaks.from_results(results, arms={"S1": "A"}).to_frame().iloc[0]
    assert (peaks["alt_day"], peaks["at_day"]) == (10, 5)


def test_injury_classes_meet_at_their_bounds() -> None:
    assert injury_class([5.0, 4.999, 2.001, 2.0]).tolist() == [
        "hepatocellular",
        "mixed",
        "mixed",
        "cholestatic",
    ]
    assert np.isnan(r_value(1.0, 0.0))


def test_elevations_count_those_who_were_measured() -> None:
    results = pd.concat(
        [
            results_of(("alt", 1, 3.0), ("tbl", 1, 2.5), ("alp", 1, 2.0), subject="S1"),
            results_of(("ast", 1, 5.0), subject="S2"),
        ]
    )
    arms = {"S1": "A", "S2": "A", "S3": "A"}
    peaks = LiverPeaks.from_results(results, arms=arms)
    table = LiverElevations.count(peaks, arms=["A"]).to_frame().set_index("elevation")
    counts = table[["subjects", "measured"]].apply(tuple, axis=1)
    assert counts["ALT or AST ≥ 3 × ULN"] == (2, 2)
    assert counts["ALT or AST ≥ 5 × ULN"] == (1, 2)
    assert counts["ALT or AST ≥ 3 × ULN and bilirubin > 2 × ULN"] == (1, 1)
    assert counts["ALT or AST ≥ 3 × ULN, bilirubin > 2 × ULN and ALP < 2 × ULN"] == (0, 1)
    assert counts["ALP > 1.5 × ULN"] == (1, 1)
    assert counts["ALP > 2 × ULN"] == (0, 1)
    assert len(table) == len(ELEVATIONS)


MULTIPLES = st.floats(min_value=0, max_value=100)


@given(at=MULTIPLES, tbl=MULTIPLES, more=st.floats(min_value=0, max_value=10))
def test_a_higher_cut_never_puts_more_subjects_beyond_it(at: float, tbl: float, more: float):
    low = LiverCriteria()
    high = LiverCriteria(aminotransferase=3 + more, bilirubin=2 + more)
    [before], [after] = quadrant_of([at], [tbl], low), quadrant_of([at], [tbl], high)
    assert {before, after} <= set(QUADRANTS)
    if after == "hys_law_range":
        assert before == "hys_law_range"


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(TESTS), st.integers(2, 90), st.floats(0.1, 30)), max_size=12
    ),
    days=st.integers(0, 60),
)
def test_candidates_are_in_the_quadrant_and_a_longer_window_has_no_fewer(rows, days: int):
    results = results_of(*rows)
    peaks = LiverPeaks.from_results(results, arms={"S1": "A"})

    def status(window: int) -> list[str]:
        found = find_candidates(peaks, results, LiverCriteria(window_days=window)).to_frame()
        assert (found["status"].ne("") == found["quadrant"].eq("hys_law_range")).all()
        return found["status"].tolist()

    if status(days) in (["excluded_alp"], ["candidate"], ["alp_unknown"]):
        assert not {"excluded_timing", "excluded_both"} & set(status(days + 10))


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"aminotransferase": 0}, "0 < aminotransferase"),
        ({"window_days": -1}, "window_days >= 0"),
        ({"order": "later"}, "order is after or either"),
        ({"alp_taken": "never"}, "alp_taken is elevation or peak"),
    ],
)
def test_criteria_keep_their_rules(wrong: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        LiverCriteria(**wrong)


def test_unknown_tests_and_repeated_subjects_are_refused() -> None:
    with pytest.raises(InputError, match="a test is one of"):
        LiverPeaks.from_results(results_of(("ggt", 1, 2.0)), arms={"S1": "A"})
    peaks = LiverPeaks.from_results(results_of(("alt", 1, 2.0)), arms={"S1": "A"})
    with pytest.raises(InputError, match="each subject once"):
        LiverPeaks(table=pd.concat([peaks.table, peaks.table]))
    with pytest.raises(InputError, match="a column for every test"):
        LiverPeaks(table=peaks.table.drop(columns="alp"))
