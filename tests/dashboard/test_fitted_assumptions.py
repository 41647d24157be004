"""Assumptions fitted to a cohort: against events over time and counts made by hand in pandas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.design import Accrual, HazardAssumption, SurvivalAssumptions, TreatmentEffect
from analytics.results import Result
from dashboard.analyses.designs import (
    AssumptionsFit,
    FittedAssumptions,
    HazardCandidate,
    fit_accrual,
)
from dashboard.jobs.requests import read_request, write_request
from queries.cohorts import Cohort, OneOf
from queries.importers import import_files
from queries.store import Store, open_store
from tests.dashboard.eqx301 import ARMS, oracle, snapshot_path, table_of
from tests.tiny_snapshot import write_tiny_snapshot

MONTH = 30.4375
WOMEN = Cohort(OneOf(column="SEX", values=("F",)), name="Women")


@pytest.fixture(scope="module")
def store(demo_home: Path) -> Iterator[Store]:
    with open_store(snapshot_path(demo_home)) as opened:
        yield opened


@pytest.fixture(scope="module")
def pooled(demo_home: Path) -> Iterator[Store]:
    with open_store(snapshot_path(demo_home), pooled=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def adsl(store: Store) -> pd.DataFrame:
    return table_of(store, "adsl")


@pytest.fixture(scope="module")
def times(store: Store, adsl: pd.DataFrame) -> pd.DataFrame:
    """OS with what ADSL says of its subjects; everybody is in ITTFL."""
    adtte = table_of(store, "adtte")
    own = adtte.loc[adtte["PARAMCD"] == "OS", ["USUBJID", "AVAL", "CNSR", "ADT"]]
    return own.merge(adsl, on="USUBJID")


def asked(endpoint: str = "OS", **options: Any) -> AssumptionsFit:
    return AssumptionsFit(endpoint=endpoint, **{"analysis_set": "ITTFL", **options})


@pytest.fixture(scope="module")
def fitted(store: Store) -> FittedAssumptions:
    return asked().run(store)


# The control hazard -----------------------------------------------------------------


def candidate(fitted: FittedAssumptions, family: str) -> HazardCandidate:
    return next(one for one in fitted.candidates if one.family == family)


def test_the_constant_hazard_is_events_over_time(
    fitted: FittedAssumptions, times: pd.DataFrame
) -> None:
    own = times[times["TRT01P"] == ARMS[0]]
    events, months = int((own["CNSR"] == 0).sum()), float(own["AVAL"].sum()) / MONTH
    hazard = candidate(fitted, "exponential").hazard
    assert hazard is not None
    assert hazard.estimates[0] == pytest.approx(np.log(events / months), rel=1e-9)
    assert hazard.covariance[0][0] == pytest.approx(1 / events, rel=1e-6)
    [control] = fitted.hazards.hazards
    assert (control.arm, control.subjects, control.events) == (ARMS[0], len(own), events)
    assert control.last_time == pytest.approx(own["AVAL"].max() / MONTH)


def test_the_piecewise_hazard_is_events_over_time_in_each_piece(
    fitted: FittedAssumptions, times: pd.DataFrame
) -> None:
    hazard = candidate(fitted, "piecewise").hazard
    assert hazard is not None
    own = times[times["TRT01P"] == ARMS[0]]
    when = (own["AVAL"] / MONTH).to_numpy()
    edges = [0.0, *hazard.cuts, np.inf]
    for piece, (low, high) in enumerate(pairwise(edges)):
        inside = (when > low) & (when <= high) & (own["CNSR"] == 0).to_numpy()
        spent = (np.clip(when, low, high) - low).sum()
        assert np.exp(hazard.estimates[piece]) == pytest.approx(inside.sum() / spent, rel=1e-6)


def test_the_lowest_aic_is_chosen_among_those_fit_to_be(fitted: FittedAssumptions) -> None:
    table = fitted.to_frame().set_index("family")
    free = table[table["note"] == ""]
    assert set(free.index) == {"exponential", "piecewise", "weibull", "lognormal", "loglogistic"}
    assert fitted.control.family == free["aic"].idxmin() == "loglogistic"
    assert table["chosen"].sum() == 1
    assert table.loc["weibull", "aic"] == pytest.approx(1359.468153, abs=1e-5)
    assert fitted.sentences[1].startswith(
        "The hazard is taken as loglogistic. AIC, lowest first: loglogistic 1,356.0, gengamma"
    )


def test_another_family_can_be_taken(store: Store, fitted: FittedAssumptions) -> None:
    weibull = fitted.with_family("weibull")
    assert weibull.control == candidate(fitted, "weibull").hazard
    assert len(weibull.control.covariance) == 2
    assert weibull == asked(family="weibull").run(store)
    with pytest.raises(InputError, match="the family is one of exponential"):
        fitted.with_family("normal")


def test_too_few_events_are_no_hazard(store: Store) -> None:
    few = Cohort(OneOf(column="SITEID", values=("101",)))
    with pytest.raises(NotEstimableError, match=r"at least 10 events, and Placebo has \d\.|No sub"):
        asked(cohort=few).run(store)


def test_a_cohort_of_the_future_gives_no_assumptions(store: Store) -> None:
    dead = Cohort(OneOf(column="DTHFL", values=("Y",)))
    with pytest.raises(NotEstimableError, match="immortal time"):
        asked(cohort=dead).run(store)


def test_control_is_an_arm(store: Store, fitted: FittedAssumptions) -> None:
    with pytest.raises(InputError, match="control is one of Placebo, Lumarestat 200 mg"):
        asked(control="Nothing").run(store)
    other = asked(control=ARMS[1]).run(store)
    assert other.hazards.hazards[0].arm == ARMS[1]
    assert other.treatment_dropout == fitted.control_dropout


# Dropout ----------------------------------------------------------------------------


@pytest.mark.parametrize("arm", ARMS)
def test_dropouts_are_those_who_left_without_the_event(
    fitted: FittedAssumptions, times: pd.DataFrame, arm: str
) -> None:
    own = times[times["TRT01P"] == arm]
    left = own[(own["CNSR"] > 0) & (own["EOSSTT"] == "DISCONTINUED")]
    dropout = fitted.control_dropout if arm == ARMS[0] else fitted.treatment_dropout
    assert dropout is not None
    assert dropout.hazard is not None
    assert (dropout.dropouts, dropout.left, dropout.deaths) == (len(left), len(left), 0)
    assert dropout.administrative == int((own["CNSR"] > 0).sum()) - len(left)
    months = own["AVAL"].sum() / MONTH
    assert np.exp(dropout.hazard.estimates[0]) == pytest.approx(len(left) / months, rel=1e-9)
    assert dropout.hazard.covariance[0][0] == pytest.approx(1 / len(left))


def test_follow_up_that_ends_long_before_the_cut_is_dropout(store: Store) -> None:
    fitted = asked("TTSAE", analysis_set="SAFFL", arm="actual").run(store)
    adsl, adtte = table_of(store, "adsl"), table_of(store, "adtte")
    own = adtte[(adtte["PARAMCD"] == "TTSAE") & (adtte["CNSR"] > 0)].merge(
        adsl[["USUBJID", "TRT01A", "SAFFL", "EOSSTT", "DCSREAS"]], on="USUBJID", suffixes=("", "_")
    )
    own = own[(own["TRT01A"] == ARMS[0]) & (own["SAFFL"] == "Y")]
    gap = (pd.Timestamp("2026-06-30") - pd.to_datetime(own["ADT"])).dt.days
    left = own["EOSSTT"] == "DISCONTINUED"
    dropout = fitted.control_dropout
    assert dropout.left == int(left.sum())
    assert dropout.ended_early == int((~left & (gap > 90)).sum())
    assert dropout.deaths == int((left & (own["DCSREAS"] == "DEATH")).sum())
    assert dropout.administrative == int((~left & (gap <= 90)).sum())
    assert any("of those who left died" in said for said in fitted.sentences)
    patient = asked("TTSAE", analysis_set="SAFFL", arm="actual", allowance_days=3650).run(store)
    assert patient.control_dropout.ended_early == 0


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Store]:
    """Sixty subjects on one arm, one event after the other; eight more end without."""
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            'CREATE OR REPLACE TABLE adsl ("USUBJID" VARCHAR, "TRT01P" VARCHAR, "RANDDT" DATE, '
            '"EOSSTT" VARCHAR, "EOSDT" DATE); CREATE OR REPLACE TABLE adtte ("USUBJID" VARCHAR, '
            '"PARAMCD" VARCHAR, "PARAM" VARCHAR, "AVAL" DOUBLE, "CNSR" DOUBLE, "ADT" DATE)'
        )
        endings = [  # status, end of study, end of the time; the data cut is 2024-05-01
            ("DISCONTINUED", "2024-03-01", "2024-03-01"),
            ("DISCONTINUED", "2024-05-09", "2024-05-01"),  # left after the cut
            ("COMPLETED", "2024-01-20", "2024-01-20"),
            ("ONGOING", None, "2024-04-30"),
            ("ONGOING", None, "2024-01-09"),
            (None, None, "2024-01-09"),
            (None, None, None),
            ("Withdrawal by subject", None, "2024-02-01"),
        ]
        rows = [("COMPLETED", None, "2024-04-01")] * 60 + endings
        for number, (status, left, ended) in enumerate(rows):
            subject, day = f"T{number}", f"2024-0{1 + number % 3}-11"
            connection.execute(
                "INSERT INTO adsl VALUES (?, 'Control', ?, ?, ?)",
                [subject, day, status, left],
            )
            connection.execute(
                "INSERT INTO adtte VALUES (?, 'OS', 'Overall survival', ?, ?, ?)",
                [subject, number + 1, int(number >= 60), ended],
            )
    with open_store(path) as opened:
        yield opened


def test_each_way_to_end_without_the_event_counts_as_it_should(small: Store) -> None:
    fitted = AssumptionsFit(endpoint="OS", unit="days").run(small)
    dropout = fitted.control_dropout
    assert (dropout.left, dropout.ended_early) == (2, 2)
    assert (dropout.administrative, dropout.undated) == (3, 1)
    assert dropout.time == sum(range(1, 69))
    assert fitted.treatment_dropout is None
    assert fitted.effects == ()
    assert "Of 1 more it cannot be told; they are no dropouts." in fitted.sentences
    assert fitted.assumptions().treatment_dropout == dropout.hazard


def test_where_nothing_dates_the_ends_dropout_is_stated_by_hand(demo_home: Path) -> None:
    with open_store(snapshot_path(demo_home, "GBSG2")) as store:
        fitted = AssumptionsFit(endpoint="RFS").run(store)
    assert fitted.control_dropout.hazard is None
    assert any("is not estimated: the data tell neither" in said for said in fitted.sentences)
    assert fitted.accrual is None
    with pytest.raises(NotEstimableError, match="state the accrual by hand"):
        fitted.assumptions()
    accrual = Accrual.uniform(subjects=100, duration=10)
    assumed = fitted.assumptions(accrual=accrual, effect=TreatmentEffect.constant(0.7))
    assert assumed.control_dropout is None
    assert assumed.subgroups[0].control == fitted.control


# Accrual ----------------------------------------------------------------------------


def test_accrual_is_by_month_since_the_first_subject(
    fitted: FittedAssumptions, adsl: pd.DataFrame
) -> None:
    assert fitted.accrual is not None
    accrual, days = fitted.accrual.accrual, pd.to_datetime(adsl["RANDDT"])
    since = (days - days.min()).dt.days
    ends = (*np.arange(1, 19) * MONTH, since.max() + 1)
    by_month = pd.cut(since, [-1e-9, *ends], right=False, labels=False).value_counts().sort_index()
    table = accrual.to_frame()
    assert table["subjects"].round(9).tolist() == by_month.tolist()
    assert accrual.ends == pytest.approx(np.array(ends) / MONTH)
    assert accrual.subjects == pytest.approx(720)
    assert (fitted.accrual.first_day, fitted.accrual.last_day) == (
        str(days.min().date()),
        str(days.max().date()),
    )
    assert accrual.log_std_err == pytest.approx(
        np.sqrt(max(1, fitted.accrual.dispersion or 1) / 720)
    )


def test_the_accrual_of_a_part_says_so(store: Store, adsl: pd.DataFrame) -> None:
    fitted = asked(cohort=WOMEN).run(store)
    assert fitted.accrual is not None
    assert fitted.accrual.subjects == int((adsl["SEX"] == "F").sum())
    assert any("a trial that enrols others as well" in said for said in fitted.sentences)


def test_poisson_months_are_not_overdispersed() -> None:
    rng = np.random.default_rng(5)
    found = []
    for _ in range(40):
        days = np.sort(rng.uniform(0, 24 * MONTH, 600)).astype(int)
        frame = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(days, unit="D"))
        by_day = frame.value_counts().rename_axis("enrolled_on").reset_index(name="subjects")
        found.append(fit_accrual(by_day).dispersion or 0.0)
    assert np.mean(found) == pytest.approx(1, abs=0.15)  # 23 pairs, 40 times: standard error 0.05


def test_batches_are_overdispersed_and_widen_the_pace() -> None:
    days = pd.Series(pd.date_range("2024-01-15", periods=12, freq="61D"))  # every other month
    fitted = fit_accrual(pd.DataFrame({"enrolled_on": days, "subjects": 30}))
    assert fitted.dispersion is not None
    assert fitted.dispersion > 10
    assert fitted.accrual.log_std_err == pytest.approx(np.sqrt(fitted.dispersion / 360))
    assert "times as much (in variance)" in fitted.sentences[-1]


def test_a_long_accrual_has_stretches_of_several_months() -> None:
    days = pd.Series(pd.date_range("2010-01-01", "2019-12-31"))
    fitted = fit_accrual(pd.DataFrame({"enrolled_on": days, "subjects": 1}), time_unit="years")
    assert len(fitted.accrual.ends) <= 48
    assert fitted.accrual.duration == pytest.approx(10, abs=0.01)
    assert fitted.accrual.subjects == pytest.approx(len(days))


@pytest.mark.parametrize("dates", [[], ["2024-01-01"]])
def test_one_day_is_no_accrual(dates: list[str]) -> None:
    frame = pd.DataFrame(
        {"enrolled_on": pd.to_datetime(pd.Series(dates, dtype=str)), "subjects": 9}
    )
    with pytest.raises(NotEstimableError, match="enrolled on at least two days"):
        fit_accrual(frame)


# Blinding, provenance, the effect ---------------------------------------------------


def test_pooled_assumptions_know_no_arm(pooled: Store, times: pd.DataFrame) -> None:
    fitted = asked().run(pooled)
    assert (fitted.pooled, fitted.unblinded) == (True, False)
    assert (fitted.effects, fitted.treatment_dropout) == ((), None)
    [everyone] = fitted.hazards.hazards
    assert everyone.events == int((times["CNSR"] == 0).sum())
    assert not any(arm in fitted.to_json() for arm in ARMS)
    assert any("this is the hazard of all subjects, not of control" in s for s in fitted.sentences)
    with pytest.raises(InputError, match="control is one of All subjects"):
        asked(control=ARMS[0]).run(pooled)
    with pytest.raises(InputError, match="tell nothing of single arms"):
        replace(fitted, treatment_dropout=fitted.control_dropout)


def test_the_control_hazard_behind_a_pooled_one(pooled: Store) -> None:
    fitted = asked(family="exponential").run(pooled)
    effect = TreatmentEffect.constant(0.7)
    control = fitted.control_from_pooled(effect)
    assert control.hazard([1])[0] * 0.85 == pytest.approx(fitted.control.hazard([1])[0])
    assert control.covariance == fitted.control.covariance
    assumed = fitted.assumptions(effect=effect, control=control)
    assert assumed.subgroups[0].control == control
    with pytest.raises(InputError, match="the effect is constant"):
        fitted.control_from_pooled(TreatmentEffect.delayed(hazard_ratio=0.7, delay=3))
    with pytest.raises(InputError, match="the family is one of exponential, piecewise"):
        fitted.with_family("weibull").control_from_pooled(effect)


def test_what_the_approximation_leaves_out_is_small() -> None:
    until = 0.82  # when half of all subjects have had the event
    events = 1 - np.exp(-np.array([1.0, 0.7]) * until)
    assert events.mean() == pytest.approx(0.5, abs=0.01)
    pooled = events.sum() / (events / [1.0, 0.7]).sum()
    assert pooled / 0.85 == pytest.approx(1, abs=0.02)


def test_an_unblinded_reader_is_offered_the_effect_and_given_none(
    fitted: FittedAssumptions,
) -> None:
    assert fitted.unblinded
    [offered] = fitted.effects
    assert (offered.arm, offered.events) == (ARMS[1], 274)
    assert fitted.assumptions().subgroups[0].effect == TreatmentEffect.constant(1.0)
    with pytest.raises(InputError, match="the hazard is that of pooled arms"):
        fitted.control_from_pooled(TreatmentEffect.constant(0.7))


def test_the_offered_effect_agrees_with_coxph(store: Store) -> None:
    fitted = asked("TTSAE", analysis_set="SAFFL", arm="actual").run(store)
    expected = oracle("ttsae").set_index(["quantity", "about"])["expected"].astype(float)
    about = "Serious adverse event"
    effect = fitted.effects[0].effect
    coefficient, std_err = (
        expected[f"cause_specific_{what}", about] for what in ("coefficient", "std_err")
    )
    assert np.log(effect.hazard_ratios[0]) == pytest.approx(coefficient, rel=1e-7)
    assert effect.log_std_err == pytest.approx(std_err, rel=1e-7)


def test_assumptions_can_be_the_request_of_a_job(fitted: FittedAssumptions) -> None:
    asked_for, assumed = asked(cohort=WOMEN), fitted.assumptions()
    assert read_request(write_request(asked_for), AssumptionsFit) == asked_for
    assert read_request(write_request(assumed), SurvivalAssumptions) == assumed


def test_it_says_where_it_comes_from_and_comes_back(store: Store) -> None:
    fitted = asked(cohort=WOMEN, saved_cohort="C" * 22, cohort_version=2).run(store)
    assert Result.from_json(fitted.to_json()) == fitted
    hazards = fitted.hazards
    assert (hazards.study, hazards.endpoint, hazards.data_cut) == ("EQX-301", "OS", "2026-06-30")
    assert len(hazards.snapshot) == 64
    assert (hazards.by, hazards.blinding) == ("planned arm", "unblinded")
    assert (hazards.saved_cohort, hazards.cohort_version) == ("C" * 22, 2)
    assert hazards.analysis_set == "ITTFL"
    assert '"SEX"' in hazards.hazards[0].cohort
    assert "SEX is F" in fitted.cohort_sentence
    assert fitted.left_out[0][0] == "in an arm that is not compared"


def test_the_assumptions_are_ready_for_a_design(fitted: FittedAssumptions) -> None:
    effect = TreatmentEffect.constant(0.7, log_std_err=0.1)
    assumed = fitted.assumptions(effect=effect, allocation_ratio=2.0)
    assert (assumed.time_unit, assumed.allocation_ratio) == ("months", 2.0)
    assert assumed.subgroups[0].effect == effect
    assert assumed.treatment_dropout != assumed.control_dropout
    assert not assumed.certain
    by_hand = HazardAssumption.exponential(median=12)
    assert fitted.assumptions(control=by_hand).subgroups[0].control == by_hand


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"family": "normal"}, "the family is one of exponential"),
        ({"allowance_days": -1}, "0 <= allowance_days <= 3650"),
        ({"allowance_days": 1.5}, "0 <= allowance_days <= 3650"),
        ({"saved_cohort": "C" * 22}, "a saved cohort is named with its version"),
    ],
)
def test_refuses(options: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        asked(**options)


# The CDISC pilot --------------------------------------------------------------------


def test_the_cdisc_pilot(trial_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "pilot.duckdb"
    import_files([trial_data / "cdisc-pilot" / "adam"], path)
    with open_store(path) as store:
        fitted = AssumptionsFit(endpoint="TTDE", analysis_set="SAFFL").run(store)
        adsl, adtte = table_of(store, "adsl"), table_of(store, "adtte")
    times = adtte[adtte["PARAMCD"] == "TTDE"][["USUBJID", "AVAL", "CNSR"]].merge(adsl, on="USUBJID")
    own = times[times["TRT01P"] == "Placebo"]
    events, months = int((own["CNSR"] == 0).sum()), own["AVAL"].sum() / MONTH
    hazard = candidate(fitted, "exponential").hazard
    assert hazard is not None
    assert (events, fitted.hazards.hazards[0].events) == (29, 29)
    assert np.exp(hazard.estimates[0]) == pytest.approx(events / months, rel=1e-9)
    for arms, dropout in (
        (["Placebo"], fitted.control_dropout),
        (["Xanomeline Low Dose", "Xanomeline High Dose"], fitted.treatment_dropout),
    ):
        assert dropout is not None
        group = times[times["TRT01P"].isin(arms) & (times["CNSR"] > 0)]
        left = group["EOSSTT"].str.upper() == "DISCONTINUED"
        assert (dropout.left, dropout.ended_early) == (int(left.sum()), 0)
        assert dropout.administrative == int((~left).sum())
    assert fitted.accrual is not None
    starts = pd.to_datetime(adsl["TRTSDT"]).dropna()
    assert fitted.accrual.subjects == len(starts) == 254
    since = (starts - starts.min()).dt.days / MONTH
    counts = fitted.accrual.accrual.to_frame()["subjects"].round(9)
    for month in range(20):
        assert counts[month] == int(((since >= month) & (since < month + 1)).sum())
    assert any("taken from TRTSDT" in said for said in fitted.sentences)
    assert candidate(fitted, "piecewise").note.startswith("Not chosen of itself: fewer than 10")
