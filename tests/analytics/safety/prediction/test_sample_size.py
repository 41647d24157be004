"""Sample size against published examples, and what a study supports."""

from __future__ import annotations

import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.results import Result, same
from analytics.safety.prediction.sample_size import (
    SampleSize,
    largest_cox_snell,
    subjects_for_shrinkage,
    supported_parameters,
)
from tests.analytics.survival.oracle_data import oracle_table

ROWS = oracle_table("prediction_sample_size")


def _found(row: object) -> float:
    parameters, risk = int(row.parameters), float(row.risk)  # type: ignore[attr-defined]
    if row.quantity == "largest_cox_snell":  # type: ignore[attr-defined]
        return largest_cox_snell(risk)
    nagelkerke = float(row.cox_snell) / largest_cox_snell(risk)  # type: ignore[attr-defined]
    size = SampleSize(parameters=parameters, risk=risk, nagelkerke=nagelkerke)
    return {
        "events_per_parameter": size.subjects * risk / parameters,
        "events_for_shrinkage": size.for_shrinkage * risk / parameters,
        "for_shrinkage": size.for_shrinkage,
        "for_optimism": size.for_optimism,
        "for_overall_risk": size.for_overall_risk,
        "subjects": size.subjects,
    }[row.quantity]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "row", list(ROWS.itertuples()), ids=lambda row: f"{row.case} {row.quantity}"
)
def test_agrees_with_published_examples(row: object) -> None:
    expected = pytest.approx(row.expected, rel=row.tolerance, abs=1e-12)  # type: ignore[attr-defined]
    assert _found(row) == expected


def test_ten_parameters_at_nagelkerke_fifteen_percent() -> None:
    """About 770 subjects for risks between a third and four tenths, and never fewer than 749."""
    sizes = [SampleSize(parameters=10, risk=risk).subjects for risk in (0.34, 0.365, 0.4)]
    assert sizes == sorted(sizes, reverse=True)
    assert all(size == pytest.approx(770, abs=12) for size in sizes)
    assert SampleSize(parameters=10, risk=0.5).subjects == 749
    assert SampleSize(parameters=10, risk=0.1).subjects == 1205


def test_two_ways_to_the_first_criterion_agree() -> None:
    size = SampleSize(parameters=7, risk=0.2, nagelkerke=0.3)
    direct = subjects_for_shrinkage(parameters=7, cox_snell=size.cox_snell, shrinkage=0.9)
    assert direct == size.for_shrinkage


@pytest.mark.parametrize("risk", [0.01, 0.05, 0.2, 0.5, 0.8, 0.99])
@pytest.mark.parametrize("nagelkerke", [0.05, 0.15, 0.5])
def test_cap_and_need_agree(risk: float, nagelkerke: float) -> None:
    """A study of the size that a number of parameters needs supports just that number."""
    size = SampleSize(parameters=8, risk=risk, nagelkerke=nagelkerke)
    enough = max(size.for_shrinkage, size.for_optimism)

    def supported(n: int) -> int:
        return supported_parameters(
            subjects=n, events=max(round(n * risk), 1), asked=8, risk=risk, nagelkerke=nagelkerke
        ).supported

    assert supported(2 * enough) >= 15
    assert supported(enough // 2) < 8
    assert size.subjects_per_parameter * 8 <= enough < size.subjects_per_parameter * 8 + 1


def test_the_pilot_supports_three_of_ten() -> None:
    found = supported_parameters(subjects=254, events=100, asked=10)
    assert (found.supported, found.enough, found.refused) == (3, False, False)
    assert found.margin == pytest.approx(0.06, abs=0.001)
    assert "762 subjects with 300 events would be needed" in found.sentence
    assert same(Result.from_json(found.to_json()), found)


def test_a_study_that_supports_nothing_is_refused() -> None:
    found = supported_parameters(subjects=40, events=9, asked=2)
    assert found.refused
    assert found.sentence.endswith("they support no model.")


def test_a_study_that_is_large_enough() -> None:
    found = supported_parameters(subjects=1000, events=400, asked=1)
    assert found.enough
    assert found.sentence.startswith("1000 subjects with 400 events by the day support 1 parameter")


def test_censoring_makes_a_study_smaller() -> None:
    complete = supported_parameters(subjects=800, events=320, asked=10, risk=0.4)
    censored = supported_parameters(subjects=800, events=160, asked=10, risk=0.4)
    assert complete.worth == 800
    assert censored.worth == pytest.approx(400)
    assert complete.supported == 10
    assert censored.supported == 5


@pytest.mark.parametrize(("events", "what"), [(0, "none of the 50"), (50, "all of the 50")])
def test_nothing_to_tell_apart(events: int, what: str) -> None:
    with pytest.raises(NotEstimableError, match=what):
        supported_parameters(subjects=50, events=events, asked=1)


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"parameters": 0}, "parameters >= 1"),
        ({"risk": 1.0}, "0 < risk < 1"),
        ({"nagelkerke": 0.0}, "0 < nagelkerke < 1"),
        ({"shrinkage": 0.05}, "Cox-Snell R-squared < shrinkage"),
    ],
)
def test_arguments_are_checked(more: dict[str, float], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        SampleSize(**{"parameters": 5, "risk": 0.3, **more})  # type: ignore[arg-type]
    with pytest.raises(InputError, match="0 <= events <= subjects"):
        supported_parameters(subjects=5, events=6, asked=1)
