"""Hazards fitted to an ongoing trial, and their weights."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.design import HazardAssumption
from analytics.milestones import (
    EventModels,
    GammaRates,
    TrialFollowUp,
    fit_event_models,
    stated_models,
)
from analytics.milestones.tables import HazardTables
from analytics.survival.regression import FollowUp, fit_parametric
from tests.analytics.milestones.trials import drawn_trial

KNOWN = drawn_trial(3, subjects=300, now=30.0)


def test_likelihoods_are_those_of_parametric_fits() -> None:
    models = fit_event_models(KNOWN, families=["exponential", "piecewise", "weibull"])
    rows = KNOWN.frame.assign(event=KNOWN.frame["status"] == "event")
    for one in models.models:
        fits = [
            fit_parametric(
                FollowUp(frame=rows[rows["arm"] == arm], time="time", event="event"),
                distribution=one.name,
                cuts=one.hazards[0].cuts,
            )
            for arm in KNOWN.arms
        ]
        total = sum(fit.log_likelihood for fit in fits)
        assert one.log_likelihood == pytest.approx(total, rel=1e-9)
        assert one.parameters == sum(len(fit.table) for fit in fits)


@pytest.mark.parametrize("criterion", ["aic", "bic"])
def test_weights_are_those_of_the_criterion(criterion: str) -> None:
    table = fit_event_models(KNOWN, criterion=criterion).to_frame()
    weights = np.exp(-(table[criterion] - table[criterion].min()) / 2)
    assert table["weight"].to_numpy() == pytest.approx((weights / weights.sum()).to_numpy())
    draws = HazardTables.of(fit_event_models(KNOWN, criterion=criterion), 4000, 1)
    found = np.bincount(draws.model_of, minlength=3) / 4000
    assert found == pytest.approx(table["weight"].to_numpy(), abs=0.035)


def test_rates_are_drawn_from_their_gamma_distribution() -> None:
    rates = GammaRates(events=(20.0, 3.0), exposure=(330.0, 90.0), cuts=(6.0,))
    drawn = rates.draws(np.random.default_rng(1), 40_000)
    shape, exposure = np.array([20.5, 3.5]), np.array([330.0, 90.0])
    error = np.sqrt(shape) / exposure / 200
    assert (np.abs(drawn.mean(axis=0) - shape / exposure) < 4 * error).all()
    assert drawn.var(axis=0) == pytest.approx(shape / exposure**2, rel=0.05)


def test_dropout_is_pooled_by_arm_or_none() -> None:
    lost = KNOWN.frame["status"] == "dropout"
    pooled, by_arm, none = (
        fit_event_models(KNOWN, families=["exponential"], dropout=how).dropout
        for how in ("pooled", "by arm", "none")
    )
    assert pooled[0].estimates[0] == pytest.approx(lost.sum() / KNOWN.frame["time"].sum())
    assert (len(pooled), len(by_arm), none) == (1, 2, ())
    draws = HazardTables.of(fit_event_models(KNOWN), 50, 1).dropout
    assert (draws[:, 0] == draws[:, 1]).all()


def test_families_without_a_fit_are_left_out_and_named() -> None:
    few = TrialFollowUp.from_subjects(
        entry=[0] * 8, time=[1, 2, 3, 4, 5, 6, 6, 6], status=["event"] * 5 + ["at risk"] * 3, now=6
    )
    models = fit_event_models(few, pieces=4)
    assert [one.name for one in models.models] == ["exponential", "weibull"]
    assert models.notes == ("piecewise: 4 pieces take 20 events, and there are 5.",)


def test_ends_at_time_zero_are_no_obstacle() -> None:
    known = TrialFollowUp.from_subjects(
        entry=[6.0] + [0] * 7, time=[0, 1, 2, 3, 4, 5, 6, 6],
        status=["at risk"] + ["event"] * 6 + ["at risk"], now=6,
    )  # fmt: skip
    assert len(fit_event_models(known, families=["exponential", "weibull"]).models) == 2


def test_without_events_there_is_no_fit() -> None:
    nothing = TrialFollowUp.from_subjects(entry=[0], time=[3], status=["at risk"], now=3)
    with pytest.raises(NotEstimableError, match="there are no events yet"):
        fit_event_models(nothing)
    late = TrialFollowUp.from_subjects(
        entry=[0, 3], time=[3, 0], status=["event", "at risk"], arm=["A", "B"], now=3
    )
    with pytest.raises(NotEstimableError, match="no time at risk"):
        fit_event_models(late, families=["exponential"])


def test_bad_choices_are_refused() -> None:
    for options, rule in (
        ({"families": ["gompertz"]}, "families are among"),
        ({"families": []}, "at least one family"),
        ({"criterion": "dic"}, "criterion in"),
        ({"dropout": "some"}, "dropout in"),
        ({"pieces": 1}, "2 <= pieces"),
    ):
        with pytest.raises(InputError, match=rule):
            fit_event_models(KNOWN, **options)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="all arms have one family"):
        stated_models(["A"], [HazardAssumption.cure(cured=0.3, median_uncured=10)])
    with pytest.raises(InputError, match="one unit of time"):
        stated_models(
            ["A"],
            [HazardAssumption.exponential(rate=0.1)],
            dropout=[HazardAssumption.exponential(rate=0.1, time_unit="days")],
        )
    models = fit_event_models(KNOWN)
    with pytest.raises(InputError, match="the model is one of"):
        models.only("gompertz")
    with pytest.raises(InputError, match="the weights add up to 1"):
        EventModels(arms=models.arms, models=models.models[:1])
