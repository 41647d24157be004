"""Designs confirmed by simulation: power, duration, type I error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analytics.checks import InputError
from analytics.design.boundaries import GroupSequential
from analytics.design.boundaries.rules import FixedFutility
from analytics.results import Result
from analytics.search import confirm, of_front, run
from tests.analytics.search.problems import PRICES, own_design, three_objectives


def test_simulation_confirms_the_closed_form_and_alpha() -> None:
    plan = GroupSequential(
        information_fractions=(0.4, 0.7, 1.0), futility=FixedFutility(z=(0.0, 0.5)), binding=True
    )
    designs = {"Efficacy": own_design(), "Binding": replace(own_design(), monitoring=plan)}
    found = confirm(
        designs,
        costs=dict.fromkeys(designs, PRICES),
        replications=5_000,
        null_replications=30_000,
        require_enough=False,
    )
    table = found.table
    apart = np.abs(table["power"] - table["power_closed_form"])
    assert (apart < 4 * table["power_mc_std_err"] + 0.003).all()
    longer = table["expected_duration"] / table["expected_duration_closed_form"] - 1
    assert (np.abs(longer) < 0.02).all()
    assert (np.abs(table["type_one_error"] - 0.025) < 4 * table["type_one_error_mc_std_err"]).all()
    assert not found.type_one_error_exceeded
    assert (table["expected_cost"] > 0).all()
    assert table["seed"].nunique() == 1
    assert table["null_seed"].nunique() == 2
    assert Result.from_json(found.to_json()) is not None


def test_a_type_one_error_that_is_exceeded_is_named() -> None:
    found = confirm(
        {"Own": own_design()}, replications=100, null_replications=2000, require_enough=False
    )
    table = found.table.assign(type_one_error=0.0288, type_one_error_mc_std_err=0.0005)
    assert replace(found, table=table).type_one_error_exceeded == ("Own",)


def test_too_few_trials_without_effect_are_refused() -> None:
    with pytest.raises(InputError, match="null_replications >= 100,000"):
        confirm({"Own": own_design()}, null_replications=10_000)


def test_the_same_seed_confirms_the_same_and_progress_is_heard() -> None:
    front = run(three_objectives(), budget=60).front()
    designs = of_front(front, most=2)
    heard: list[float] = []
    first, second = (
        confirm(
            designs,
            replications=500,
            null_replications=500,
            require_enough=False,
            threads=threads,
            progress=lambda share, sentence: heard.append(share),
        ).table
        for threads in (1, 2)
    )
    assert first.equals(second)
    assert heard[-1] == pytest.approx(1.0)
    assert max(heard) <= 1.0 + 1e-12
