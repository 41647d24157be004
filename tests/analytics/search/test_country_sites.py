"""Accrual from sites by country: against a sum over sites, and in a search."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.checks import InputError, NotEstimableError
from analytics.design.cost import Costs
from analytics.search import CountrySites, Objective, SearchSpace, search
from analytics.search.country_sites import accrual_from_sites
from analytics.search.textbook import example_design

NORTH = CountrySites(name="North", sites=(2, 30), rate=0.6, activated_per_time=(1, 4))
SOUTH = CountrySites(name="South", sites=(0, 20), rate=0.4, opens=3, activated_per_time=(2, 2))


@given(
    north=st.integers(2, 30),
    south=st.integers(0, 20),
    pace=st.floats(1, 4),
    subjects=st.integers(50, 800),
)
def test_subjects_by_the_last_activation_and_at_the_end_are_those_of_the_sites(
    north: int, south: int, pace: float, subjects: int
):
    point = {"sites in North": north, "sites in South": south, "activations in North": pace}
    accrual = accrual_from_sites([NORTH, SOUTH], point, subjects=subjects)
    assert accrual.subjects == pytest.approx(subjects)

    opened = [*((i / pace, 0.6) for i in range(north)), *((3 + i / 2, 0.4) for i in range(south))]
    end = accrual.duration
    expected = sum(rate * max(end - at, 0) for at, rate in opened)
    last = max(at for at, _ in opened)
    if end >= last:
        assert expected == pytest.approx(subjects)
    else:  # inside a stretch the rate is that of its mean
        assert expected == pytest.approx(subjects, abs=sum(rate for _, rate in opened) * last / 12)


def test_a_factor_on_the_pace_shortens_it():
    point = {"sites in North": 2, "activations in North": 4.0}
    slow = accrual_from_sites([NORTH], point, subjects=200, pace=0.5)
    quick = accrual_from_sites([NORTH], point, subjects=200)
    assert slow.duration - 0.25 > 1.9 * (quick.duration - 0.25)


def test_no_sites_enrol_nobody():
    with pytest.raises(NotEstimableError, match="nobody is randomised"):
        accrual_from_sites([SOUTH], {}, subjects=100)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"sites": (3, 2)},
        {"sites": (-1, 2)},
        {"rate": -0.1},
        {"rate": np.inf},
        {"opens": -1.0},
        {"activated_per_time": (0.0, 1.0)},
    ],
)
def test_what_no_country_has_is_refused(wrong: dict[str, object]):
    sound = {"name": "North", "sites": (1, 2), "rate": 0.5}
    with pytest.raises(InputError):
        CountrySites(**{**sound, **wrong})


def test_a_search_opens_sites_where_they_are_worth_their_price():
    space = SearchSpace(design=example_design(), events=(250, 350), countries=(NORTH, SOUTH))
    found = search(
        space,
        [Objective(measure="expected_duration"), Objective(measure="expected_cost")],
        costs=Costs(per_site=50_000, per_trial_month=20_000, sites=20),
        budget=150,
        policy="random",
    )
    front = found.front()
    sites = [space.sites_at(found.point(number)) for number in front.numbers]
    duration = front.table["expected_duration"].to_numpy()
    assert len(sites) > 3
    assert np.corrcoef(sites, duration)[0, 1] < -0.5
    priced = found.problem.costs_at(found.point(front.numbers[0]))
    assert priced is not None
    assert priced.sites == sites[0]


def test_sites_are_given_in_all_or_by_country():
    with pytest.raises(InputError, match="in all or by country"):
        SearchSpace(design=example_design(), sites=(1, 9), countries=(NORTH,))
    with pytest.raises(InputError, match="each country once"):
        SearchSpace(design=example_design(), countries=(NORTH, NORTH))
