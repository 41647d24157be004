"""Points to designs and back, and what a space refuses."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.distributions import CategoricalDistribution, IntDistribution

from analytics.checks import InputError, NotEstimableError
from analytics.design import Accrual
from analytics.design.boundaries import BetaSpending, HaybittlePeto
from analytics.results import Result
from analytics.search import SearchSpace
from analytics.search.enrolling import enrolled_until
from analytics.search.look_times import fractions_from, units_of
from analytics.search.space import Point
from tests.analytics.search.problems import own_design, wide_space


@st.composite
def points(draw: st.DrawFn, space: SearchSpace) -> Point:
    """Any point of a space."""
    found: dict[str, Any] = {}
    for name, one in space.distributions().items():
        if isinstance(one, CategoricalDistribution):
            found[name] = draw(st.sampled_from(list(one.choices)))
        elif isinstance(one, IntDistribution):
            found[name] = draw(st.integers(one.low, one.high))
        else:
            found[name] = draw(st.floats(one.low, one.high))  # type: ignore[attr-defined]
    return found


@settings(max_examples=25, derandomize=True)
@given(data=st.data())
def test_a_point_goes_to_a_design_and_back(data: st.DataObject) -> None:
    space = wide_space()
    point = data.draw(points(space))
    point["look_4"] = min(point["look_4"], 0.99)  # looks at one time have no single point
    for look in range(1, 4):
        point[f"look_{look}"] = min(point[f"look_{look}"], 0.99)
    design = space.design_at(point)
    back = space.design_at(space.point_of(design))
    plan, other = design.monitoring, back.monitoring
    assert other.information_fractions == pytest.approx(plan.information_fractions, abs=1e-9)
    assert (other.efficacy, other.futility, other.binding) == (
        plan.efficacy,
        plan.futility,
        plan.binding,
    )
    assert back.events == design.events
    assert back.assumptions.allocation_ratio == design.assumptions.allocation_ratio
    found, wanted = back.assumptions.accrual, design.assumptions.accrual
    assert found.rates == pytest.approx(wanted.rates)
    assert found.ends == pytest.approx(wanted.ends)
    assert wanted.subjects == pytest.approx(point["subjects"])


@settings(max_examples=60, derandomize=True)
@given(
    units=st.lists(st.floats(0, 1), min_size=0, max_size=4),
    first=st.floats(0.05, 0.3),
    last=st.floats(0.7, 0.98),
    spacing=st.floats(0.001, 0.1),
)
def test_looks_are_in_order_by_construction(
    units: list[float], first: float, last: float, spacing: float
) -> None:
    fractions = fractions_from(units, (first, last), spacing)
    interim = fractions[:-1]
    assert fractions[-1] == 1
    assert all(first - 1e-12 <= one <= last + 1e-12 for one in interim)
    assert all(high - low >= spacing - 1e-12 for low, high in pairwise(interim))
    again = fractions_from(units_of(fractions, (first, last), spacing), (first, last), spacing)
    assert again == pytest.approx(fractions, abs=1e-6)


def test_uniform_numbers_give_every_set_of_looks_the_same_chance() -> None:
    rng = np.random.default_rng(1)
    drawn = np.array([fractions_from(row, (0.2, 0.8), 0.0)[:3] for row in rng.random((20_000, 3))])
    wanted = np.sort(rng.uniform(0.2, 0.8, (20_000, 3)), axis=1)
    error = np.sqrt(2 * wanted.var(axis=0) / 20_000)
    assert (np.abs(drawn.mean(axis=0) - wanted.mean(axis=0)) < 4 * error).all()


def test_the_own_design_is_a_point_of_its_space() -> None:
    own = own_design()
    space = SearchSpace(design=own, fractions=(0.2, 0.9), subjects=(300, 700), events=(200, 400))
    assert space.design_at(space.point_of(own)) == own


def test_events_that_are_no_whole_number_are_rounded_up() -> None:
    space = SearchSpace(design=own_design(), events=(200, 400))
    assert space.point_of(own_design(events=330.4))["events"] == 331


def test_follow_up_gives_the_events_that_are_expected_by_then() -> None:
    space = SearchSpace(design=own_design(), follow_up=(6.0, 36.0), subjects=(400, 600))
    design = space.design_at({"follow_up": 18.0, "subjects": 500})
    assert design.evaluate().calendar_times[-1] == pytest.approx(36.0)
    assert space.point_of(design)["follow_up"] == pytest.approx(18.0)


def test_a_given_power_is_kept_by_every_design() -> None:
    space = SearchSpace(design=own_design(), power=(0.85, 0.85), fractions=(0.2, 0.9))
    assert space.distributions().keys() == {"look_1", "look_2"}
    design = space.design_at({"look_1": 0.3, "look_2": 0.9})
    assert design.evaluate().power == pytest.approx(0.85, abs=1e-8)


def test_more_sites_enrol_faster() -> None:
    space = SearchSpace(design=own_design(), sites=(10, 40), design_sites=20)
    slow, fast = (space.design_at({"sites": sites}) for sites in (20, 40))
    assert fast.assumptions.accrual.duration == slow.assumptions.accrual.duration / 2
    assert fast.assumptions.accrual.subjects == slow.assumptions.accrual.subjects
    assert space.point_of(fast) == {"sites": 40}


@settings(max_examples=40, derandomize=True)
@given(subjects=st.floats(10, 1000))
def test_enrolment_to_a_number_keeps_its_rates(subjects: float) -> None:
    accrual = Accrual(ends=(6, 12, 18), rates=(10, 0, 25))
    found = enrolled_until(accrual, subjects)
    assert found.subjects == pytest.approx(subjects)
    times = np.linspace(0, min(found.duration, accrual.duration), 20)
    assert found.entered(times) == pytest.approx(accrual.entered(times))


def test_no_design_has_more_events_than_subjects() -> None:
    space = SearchSpace(design=own_design(), subjects=(200, 600), events=(250, 400))
    with pytest.raises(NotEstimableError, match="do not come from 200 subjects"):
        space.design_at({"subjects": 200, "events": 250})


def test_a_space_travels() -> None:
    space = wide_space()
    assert Result.from_json(space.to_json()) == space


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"looks": (0, 3)}, "1 <= looks <= 5"),
        ({"looks": (1, 6)}, "1 <= looks <= 5"),
        ({"fractions": (0.9, 0.2)}, "above 0 and below 1"),
        ({"fractions": (0.4, 0.5), "spacing": 0.2}, "have room"),
        ({"efficacy": ("haybittle_peto",)}, "efficacy among"),
        ({"events": (400, 200)}, "a lowest and a highest value"),
        ({"events": (200, 400), "power": (0.8, 0.9)}, "only one of"),
        ({"power": (0.01, 0.9)}, "alpha < power < 1"),
        ({}, "at least one variable is free"),
    ],
)
def test_a_space_says_what_it_refuses(changes: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        SearchSpace(design=own_design(), **changes)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"efficacy": HaybittlePeto()}, "a searched rule is one of"),
        ({"information_fractions": (0.05, 1.0)}, "looks are 0.15 to 0.95"),
        ({"alpha": 0.02}, "what is not searched"),
    ],
)
def test_a_design_outside_a_space_has_no_point(changes: dict[str, Any], rule: str) -> None:
    space = replace(wide_space(), events=(150, 400))
    own = own_design()
    other = replace(own, monitoring=replace(own.monitoring, **changes))
    with pytest.raises(InputError, match=rule):
        space.point_of(other)


def test_spent_type_two_error_can_be_searched() -> None:
    space = SearchSpace(
        design=own_design(), futility=("hwang_shih_decani",), beta=(0.05, 0.2), events=(200, 400)
    )
    design = space.design_at({"futility_gamma": -2.0, "beta": 0.1, "events": 330})
    assert isinstance(design.monitoring.futility, BetaSpending)
    assert design.monitoring.futility.beta == 0.1


def test_power_can_be_searched_in_the_place_of_events() -> None:
    space = SearchSpace(design=own_design(), power=(0.7, 0.95))
    design = space.design_at({"planned_power": 0.8})
    assert design.evaluate().power == pytest.approx(0.8, abs=1e-8)
    assert space.point_of(design)["planned_power"] == pytest.approx(0.8, abs=1e-8)
