"""Distributions fitted to each arm of a store: against R, and what is refused or left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.survival import SurvivalCounts
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.parametric import ParametricAnalysis, event_quantiles
from dashboard.analyses.survival.parametric_answer import EVERY_ARM, FITTED, ParametricAnswer
from queries.cohorts import Cohort, OneOf
from queries.store import Store, open_store
from queries.workspace import open_workspace
from tests.tiny_snapshot import write_tiny_snapshot

# R 4.2.2, survival 3.5-3: survreg(Surv(time, e) ~ 1, dist = ...) on the rows of one arm of GBSG2
# in months; AIC, BIC, predict(type = "quantile", p = .5), standard errors by sqrt(diag(vcov)).
IN_R = [
    ("No hormone therapy", "exponential", 2180.68192583, 2184.76870056, 51.7976838582),
    ("No hormone therapy", "weibull", 2167.34638173, 2175.51993119, 49.804760639),
    ("No hormone therapy", "lognormal", 2141.65797151, 2149.83152096, 48.4706700387),
    ("No hormone therapy", "loglogistic", 2153.08726301, 2161.26081246, 47.6786787838),
    ("Hormone therapy", "exponential", 1067.86354854, 1071.36888008, 73.919306072),
    ("Hormone therapy", "weibull", 1062.25181896, 1069.26248203, 67.39412058),
    ("Hormone therapy", "lognormal", 1051.7194929, 1058.73015598, 68.8858830374),
    ("Hormone therapy", "loglogistic", 1057.89475112, 1064.90541419, 67.3223614013),
]
WEIBULL_ERRORS = {"No hormone therapy": [0.0594197507193, 0.0596475971053]}


def asked(endpoint: str = "RFS", **options: Any) -> ParametricAnalysis:
    return ParametricAnalysis(
        analysis=SurvivalAnalysis(endpoint=endpoint, unit="months"), **options
    )


@pytest.fixture(scope="module")
def gbsg2(demo_home: Path) -> Iterator[Store]:
    with open_workspace(demo_home) as workspace:
        snapshot = workspace.current_snapshot("GBSG2")
        assert snapshot is not None
        path = workspace.path(snapshot)
    with open_store(path) as store:
        yield store


@pytest.fixture(scope="module")
def answer(gbsg2: Store) -> ParametricAnswer:
    return asked().run(gbsg2)


@pytest.mark.parametrize(("arm", "name", "aic", "bic", "median"), IN_R)
def test_agrees_with_survreg(
    answer: ParametricAnswer, arm: str, name: str, aic: float, bic: float, median: float
) -> None:
    table = answer.comparison_table().set_index(["arm", "distribution"])
    assert table.loc[(arm, name), "aic"] == pytest.approx(aic, rel=1e-9)
    assert table.loc[(arm, name), "bic"] == pytest.approx(bic, rel=1e-9)
    summary = answer.summary_table([name], 120).set_index(["arm", "distribution"])
    assert summary.loc[(arm, name), "median"] == pytest.approx(median, rel=1e-7)


def test_standard_errors_agree_with_survreg(answer: ParametricAnswer) -> None:
    table = answer.parameter_table(["weibull"])
    for arm, errors in WEIBULL_ERRORS.items():
        found = table.loc[table["arm"] == arm, "std_err"].to_numpy()
        assert found == pytest.approx(np.array(errors), rel=1e-6)


def test_arms_add_up(answer: ParametricAnswer) -> None:
    table = answer.comparison_table()
    assert len(table) == 3 * len(FITTED)
    for name in FITTED:
        own = table[table["distribution"] == name].set_index("arm")
        arms = own.drop(index=EVERY_ARM)
        assert own.loc[EVERY_ARM, "aic"] == pytest.approx(arms["aic"].sum())
        assert own.loc[EVERY_ARM, "subjects"] == arms["subjects"].sum() == 686
    whole = table[table["arm"] == EVERY_ARM].set_index("distribution")["aic"]
    assert answer.best() == whole.idxmin() == "gengamma"


def test_what_lies_beyond_the_data_says_so(answer: ParametricAnswer) -> None:
    curves = answer.curve_table(["weibull"], 120)
    for arm, last in answer.last_times.items():
        own = curves[curves["arm"] == arm]
        assert (own["extrapolated"] == (own["time"] > last)).all()
        assert own["time"].max() == 120
        assert last in own["time"].to_numpy(), "both parts of the line meet there"
    summary = answer.summary_table(["weibull"], 120)
    fits = summary[summary["distribution"] == "weibull"]
    assert fits["rmst_extrapolated"].all()
    assert not fits["rmst_observed_extrapolated"].any()
    assert (fits["rmst_upper"] <= 120).all()


def test_restricted_means_of_curves_and_fits_are_near(answer: ParametricAnswer) -> None:
    table = answer.summary_table(["lognormal"], 120)
    for arm in answer.arms:
        seen, fitted = table.loc[table["arm"] == arm, "rmst_observed"]
        assert fitted == pytest.approx(seen, rel=0.02)


def test_the_hazards_are_those_of_the_fits(answer: ParametricAnswer) -> None:
    hazards, without = answer.hazards("gengamma")
    assert without == ()
    curves = answer.curve_table(["gengamma"], 80)
    for one in hazards:
        own = curves[curves["arm"] == one.arm]
        expected = own["survival"].to_numpy()
        assert one.hazard.survival(own["time"]) == pytest.approx(expected, rel=1e-9)
        assert Cohort.from_json(one.cohort) == answer.analysis.subjects()
    assert [one.events for one in hazards] == [205, 94]
    assert {one.hazard.time_unit for one in hazards} == {"months"}


def test_cut_points_are_those_asked_for(gbsg2: Store) -> None:
    found = asked(cuts=(12.0, 36.0)).run(gbsg2)
    names = found.natural_table(["piecewise"])["parameter"].tolist()
    assert names == ["rate 0-12", "rate 12-36", "rate 36-"] * 2
    own = found.curves.curves[0].table
    early = own[own["time"] <= 12]
    later = own[own["time"] > 12]
    leaving = early["events"] + early["censored"]
    exposure = float((early["time"] * leaving).sum())
    exposure += 12 * float((later["events"] + later["censored"]).sum())
    rate = found.natural_table(["piecewise"])["estimate"].iloc[0]
    assert rate == pytest.approx(early["events"].sum() / exposure, rel=1e-9)


def test_a_piece_without_events_is_said(gbsg2: Store) -> None:
    found = asked(cuts=(1e4,)).run(gbsg2)
    table = found.comparison_table().set_index(["arm", "distribution"])
    for arm in found.arms:
        assert "there are no events in the piece" in table.loc[(arm, "piecewise"), "note"]
    together = table.loc[(EVERY_ARM, "piecewise"), "note"]
    assert together == "No fit in No hormone therapy, Hormone therapy."
    assert found.best() == "gengamma"
    with pytest.raises(NotEstimableError, match="no events in the piece"):
        found.fit("Hormone therapy", "piecewise")
    with pytest.raises(NotEstimableError, match="no events in the piece"):
        found.hazards("piecewise")
    with pytest.raises(NotEstimableError, match="None of these distributions"):
        found.curve_table(["piecewise"], 12)


def test_cohorts_can_take_the_place_of_arms(gbsg2: Store) -> None:
    yes = Cohort(OneOf(column="MENOSTAT", values=("Post",)), name="Post")
    other = Cohort(OneOf(column="MENOSTAT", values=("Pre",)), name="Pre")
    analysis = SurvivalAnalysis(endpoint="RFS", unit="months", groups=(yes, other))
    found = ParametricAnalysis(analysis=analysis).run(gbsg2)
    assert found.arms == ("Post", "Pre")
    hazards, _ = found.hazards("weibull")
    members = analysis.members()
    assert [one.cohort for one in hazards] == [members[name].to_json() for name in found.arms]


# Times of zero, pooled readers, immortal time --------------------------------------


@pytest.fixture
def with_zeros(tmp_path: Path) -> Iterator[Store]:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute("""UPDATE adtte SET "AVAL" = 0 WHERE "USUBJID" IN ('S5', 'S7')""")
    with open_store(path) as store:
        yield store


def test_times_of_zero_are_refused_with_their_number(with_zeros: Store) -> None:
    said = r"2 subjects have a time of 0 \(1 with an event then\). Leave them out, or count"
    with pytest.raises(InputError, match=said):
        asked("OS").run(with_zeros)


@pytest.mark.parametrize(
    ("what", "subjects", "rate"),
    [
        ("leave out", 2, 2 / 13),
        ("half a day", 4, 3 / 14),
    ],
)
def test_times_of_zero_are_left_out_or_moved(
    with_zeros: Store, what: Any, subjects: int, rate: float
) -> None:
    days = SurvivalAnalysis(endpoint="OS", unit="days")
    found = ParametricAnalysis(analysis=days, zero_times=what).run(with_zeros)
    assert (found.zeros, found.zero_times) == (2, what)
    fit = found.fit("Placebo", "exponential")
    assert fit.rows == subjects
    assert float(fit.parameters["estimate"].iloc[0]) == pytest.approx(rate)
    assert found.curves.curves[0].subjects == 4, "the curves keep everybody"


def test_an_arm_of_zeros_has_no_fit(with_zeros: Store) -> None:
    fifth = Cohort(OneOf(column="USUBJID", values=("S5", "S2", "S4")))
    analysis = SurvivalAnalysis(endpoint="OS", cohort=fifth)
    found = ParametricAnalysis(analysis=analysis, zero_times="leave out").run(with_zeros)
    assert found.fits["Placebo", "weibull"] == "No fit: nobody was followed beyond time 0."
    hazards, without = found.hazards("exponential")
    assert [one.arm for one in hazards] == ["Active"]
    assert without[0][0] == "Placebo"
    alone = Cohort(OneOf(column="USUBJID", values=("S5",)))
    with pytest.raises(NotEstimableError, match="nobody was followed beyond time 0"):
        ParametricAnalysis(
            analysis=SurvivalAnalysis(endpoint="OS", cohort=alone), zero_times="leave out"
        ).run(with_zeros)


def test_a_cohort_of_the_future_gives_no_assumptions(demo_home: Path) -> None:
    with open_workspace(demo_home) as workspace:
        snapshot = workspace.current_snapshot("EQX-301")
        assert snapshot is not None
        path = workspace.path(snapshot)
    dead = Cohort(OneOf(column="DTHFL", values=("Y",)))
    with open_store(path) as store:
        analysis = SurvivalAnalysis(endpoint="OS", cohort=dead, unit="months")
        found = ParametricAnalysis(analysis=analysis).run(store)
    with pytest.raises(NotEstimableError, match="immortal time"):
        found.hazards("weibull")


# The pieces -------------------------------------------------------------------------


def test_pieces_hold_as_many_events_each() -> None:
    rng = np.random.default_rng(2)
    counts = SurvivalCounts.from_subjects(rng.exponential(10, 400), rng.random(400) < 0.7)
    cuts = event_quantiles(counts, 4)
    times = counts.frame.loc[counts.frame["events"] > 0, "time"]
    inside = np.histogram(times, bins=[0, *cuts, np.inf])[0]
    assert len(cuts) == 3
    assert inside.max() - inside.min() <= 6, "three digits of a cut may move a few"


@pytest.mark.parametrize(
    ("times", "events"), [([3, 3, 3], [1, 1, 1]), ([1, 2, 3], [0, 0, 0]), ([1, 2, 2], [0, 0, 1])]
)
def test_events_at_one_time_are_not_cut(times: list[int], events: list[int]) -> None:
    assert event_quantiles(SurvivalCounts.from_subjects(times, events), 4) == ()


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"pieces": 1}, "2 to 8 pieces"),
        ({"pieces": 9}, "2 to 8 pieces"),
        ({"pieces": 2.5}, "2 to 8 pieces"),
        ({"cuts": (3.0, 3.0)}, "ascending times > 0"),
        ({"cuts": (0.0,)}, "ascending times > 0"),
    ],
)
def test_refuses(options: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        asked(**options)
