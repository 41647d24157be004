"""Fitted hazards with their provenance: there and back, and what they may not be."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.checks import InputError
from analytics.design import FittedHazards, HazardAssumption, HazardOfArm
from analytics.results import Result


def of_arm(arm: str, median: float, unit: str = "months") -> HazardOfArm:
    hazard = HazardAssumption.exponential(median=median, events=40, time_unit=unit)
    return HazardOfArm(arm=arm, cohort="{}", subjects=80, events=40, last_time=30.0, hazard=hazard)


def fitted(**changed: Any) -> FittedHazards:
    usual: dict[str, Any] = {
        "hazards": (of_arm("Control", 12), of_arm("Active", 16)),
        "by": "planned arm",
        "blinding": "unblinded",
        "study": "EQX-301",
        "endpoint": "OS",
        "snapshot": "1a34",
        "data_cut": "2026-03-31",
        "analysis_set": "ITTFL",
        "time_origin": "randomisation",
        "code_version": "0.1.0",
    }
    return FittedHazards(**{**usual, **changed})


def test_comes_back_from_json() -> None:
    whole = fitted(saved_cohort="C" * 22, cohort_version=2, without=(("Third", "No fit."),))
    assert Result.from_json(whole.to_json()) == whole


def test_gives_the_hazard_of_an_arm_or_the_reason_why_not() -> None:
    whole = fitted(without=(("Third", "No fit: there are no events."),))
    assert whole.hazard("Active").quantile()[0] == pytest.approx(16)
    with pytest.raises(InputError, match="there are no events"):
        whole.hazard("Third")
    with pytest.raises(InputError, match="the arms are 'Control', 'Active'"):
        whole.hazard("Fourth")


def test_one_row_per_arm_and_parameter() -> None:
    table = fitted().to_frame()
    assert table["arm"].tolist() == ["Control", "Active"]
    assert set(table["parameter"]) == {"log(rate)"}


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"hazards": ()}, "at least one arm"),
        ({"hazards": (of_arm("A", 1), of_arm("A", 2))}, "each arm has one hazard"),
        ({"hazards": (of_arm("A", 1), of_arm("B", 2, "days"))}, "the same unit of time"),
        ({"blinding": "pooled"}, "hazards by arm are unblinded"),
        ({"by": "pooled"}, "of all subjects together"),
        ({"cohort_version": 1}, "named with its version"),
    ],
)
def test_refuses(changed: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        fitted(**changed)


def test_a_hazard_rests_on_events() -> None:
    hazard = HazardAssumption.exponential(median=12)
    with pytest.raises(InputError, match="0 < events <= subjects"):
        HazardOfArm(arm="A", cohort="{}", subjects=3, events=0, last_time=1.0, hazard=hazard)
