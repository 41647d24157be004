"""The response to dose from a store: against EQX-201's tables by hand, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import norm

from analytics.checks import InputError, NotEstimableError
from analytics.dosing.response import (
    Candidates,
    DoseEstimates,
    Shape,
    estimate_target_dose,
    fit_dose_response,
    test_contrasts,
)
from analytics.results import Result, same
from dashboard.access.key import snapshot_key
from dashboard.analyses.dose_response import (
    BLINDED,
    ArmDosesAnalysis,
    AverageAnalysis,
    CurvesAnalysis,
    DoseEndpoint,
    HarmAnalysis,
    PlannedTrial,
    ResponseAnalysis,
    SignalAnalysis,
    WorthAnalysis,
    usual_shapes,
)
from dashboard.analyses.dose_response.response import Missing
from dashboard.jobs.kinds import DOSE_AVERAGE
from dashboard.jobs.requests import read_request, write_request
from queries.cohorts import Cohort, OneOf
from queries.dose_questions import arm_doses
from queries.importers import import_files
from queries.store import Store, open_store
from tests.dashboard.eqx301 import snapshot_path, table_of
from tests.tiny_snapshot import write_tiny_snapshot

DOSES = (0.0, 10.0, 30.0, 60.0, 100.0)
ITCH = DoseEndpoint(dataset="adeff", parameter="SCORE", visit="WEEK 12")
ITCH_RESPONSE = ResponseAnalysis(endpoint=ITCH)
QUEASY = HarmAnalysis(term="Morning queasiness")
FAMILIES = ("linear", "emax", "quadratic")


@pytest.fixture(scope="module")
def path(demo_home: Path) -> Path:
    return snapshot_path(demo_home, "EQX-201")


@pytest.fixture(scope="module")
def store(path: Path) -> Iterator[Store]:
    with open_store(path, key=snapshot_key()) as opened:
        yield opened


@pytest.fixture(scope="module")
def changes(store: Store) -> pd.DataFrame:
    """Dose and change of the itch score at week 12, of every subject of ADSL."""
    adeff, adsl = table_of(store, "adeff"), table_of(store, "adsl")
    week = adeff[adeff["AVISIT"] == "WEEK 12"]
    rows = adsl[["USUBJID", "DOSE01P"]].merge(week[["USUBJID", "CHG", "AVAL"]], how="left")
    return rows.rename(columns={"DOSE01P": "dose"})


@pytest.fixture(scope="module")
def by_hand(changes: pd.DataFrame) -> DoseEstimates:
    known = changes.dropna()
    return DoseEstimates.from_subjects(known["dose"], known["CHG"])


def test_doses_are_the_planned_ones_of_each_arm(store: Store) -> None:
    found = ArmDosesAnalysis().run(store)
    assert found.doses == DOSES
    assert found.unit == "mg"
    assert set(found.table["taken_from"]) == {"planned dose of ADSL (DOSE01P)"}
    assert found.table["subjects"].tolist() == [40] * 5


def test_means_are_those_of_the_observed_changes(store: Store, changes: pd.DataFrame) -> None:
    found = ITCH_RESPONSE.run(store)
    wanted = changes.groupby("dose")["CHG"].agg(["size", "count", "mean", "std"])
    assert found.table["subjects"].tolist() == wanted["size"].tolist()
    assert found.table["analysed"].tolist() == wanted["count"].tolist()
    assert found.table["missing"].tolist() == (wanted["size"] - wanted["count"]).tolist()
    assert found.table["estimate"].to_numpy() == pytest.approx(wanted["mean"].to_numpy())
    assert found.table["sd"].to_numpy() == pytest.approx(wanted["std"].to_numpy())


def test_the_covariance_is_that_of_an_analysis_of_variance(
    store: Store, changes: pd.DataFrame
) -> None:
    found = ITCH_RESPONSE.run(store).estimable()
    known = changes.dropna()
    within = known["CHG"] - known.groupby("dose")["CHG"].transform("mean")
    df = len(known) - 5
    count = known.groupby("dose").size().to_numpy()
    expected = np.diag((within**2).sum() / df / count)
    assert found.df == df
    assert np.asarray(found.covariance) == pytest.approx(expected)


def test_values_are_taken_as_they_stand(store: Store, changes: pd.DataFrame) -> None:
    found = ResponseAnalysis(endpoint=replace(ITCH, measure="value")).run(store)
    expected = changes.groupby("dose")["AVAL"].mean().to_numpy()
    assert found.table["estimate"].to_numpy() == pytest.approx(expected)


@pytest.mark.parametrize("missing", ["no response", "left out"])
def test_responders_are_counted_and_missing_ones_said(
    store: Store, changes: pd.DataFrame, missing: Missing
) -> None:
    asked = replace(ITCH, measure="responders", least=10.0, missing=missing)
    found = ResponseAnalysis(endpoint=asked).run(store)
    rows = changes if missing == "no response" else changes.dropna()
    counted = rows.assign(yes=rows["CHG"] <= -10).groupby("dose")["yes"].agg(["sum", "size"])
    assert found.table["responders"].tolist() == counted["sum"].tolist()
    assert found.table["analysed"].tolist() == counted["size"].tolist()
    share = (counted["sum"] / counted["size"]).to_numpy()
    assert expit(found.estimable().estimates) == pytest.approx(share)
    assert ("count as not responding" in " ".join(found.notes())) == (missing == "no response")


def test_adverse_events_are_those_of_the_treated(store: Store) -> None:
    adae, adsl = table_of(store, "adae"), table_of(store, "adsl")
    queasy = set(adae.loc[adae["AEDECOD"] == "Morning queasiness", "USUBJID"])
    counted = adsl.assign(yes=adsl["USUBJID"].isin(queasy)).groupby("DOSE01P")["yes"].sum()
    found = QUEASY.run(store)
    assert found.table["with_event"].tolist() == counted.tolist()
    assert found.table["subjects"].tolist() == [40] * 5


@pytest.mark.parametrize(
    ("kind", "column", "values"),
    [("serious", "AESER", ["Y"]), ("severe", "AESEV", ["SEVERE"]),
     ("withdrawn", "AEACN", ["DRUG WITHDRAWN"]), ("related", "AEREL", ["RELATED"])],
)  # fmt: skip
def test_kinds_of_adverse_events(store: Store, kind: str, column: str, values: list[str]) -> None:
    adae, adsl = table_of(store, "adae"), table_of(store, "adsl")
    having = set(adae.loc[adae[column].isin(values), "USUBJID"])
    counted = adsl.assign(yes=adsl["USUBJID"].isin(having)).groupby("DOSE01P")["yes"].sum()
    assert HarmAnalysis(kind=kind).run(store).table["with_event"].tolist() == counted.tolist()


def test_no_event_at_a_dose_has_no_log_odds_but_a_table(store: Store) -> None:
    found = HarmAnalysis(kind="serious").run(store)
    assert (found.table["with_event"] == 0).any()
    with pytest.raises(NotEstimableError, match="Nobody or everybody at some dose"):
        found.estimable()


def test_the_signal_is_tested_on_these_estimates(store: Store, by_hand: DoseEstimates) -> None:
    shapes = usual_shapes(100)
    found = SignalAnalysis(response=ITCH_RESPONSE, shapes=shapes).run(store)
    candidates = Candidates(doses=DOSES, shapes=shapes, direction="decrease")
    expected = test_contrasts(by_hand, candidates)
    columns = ["statistic", "adjusted_p_value"]
    assert found.test.table[columns].to_numpy() == pytest.approx(
        expected.table[columns].to_numpy(), rel=1e-5, abs=1e-9
    )
    assert found.test.p_value < 1e-6
    assert not found.all_against


def test_the_wrong_direction_is_seen(store: Store) -> None:
    wrong = ResponseAnalysis(endpoint=replace(ITCH, direction="increase"))
    found = SignalAnalysis(response=wrong, shapes=usual_shapes(100)).run(store)
    assert found.all_against
    assert found.test.p_value > 0.9


def test_curves_and_target_doses(store: Store, by_hand: DoseEstimates) -> None:
    found = CurvesAnalysis(response=ITCH_RESPONSE, families=FAMILIES, wanted=8.0).run(store)
    emax = fit_dose_response(by_hand, "emax")
    target = estimate_target_dose(emax, 8.0, direction="decrease", interval="delta")
    row = found.targets.set_index("family").loc["emax"]
    assert row["estimate"] == pytest.approx(target.estimate, rel=1e-6)
    assert row["upper"] == pytest.approx(target.upper, rel=1e-4)
    assert row["trial_dose"] == target.trial_dose
    curve = found.curves[found.curves["family"] == "emax"]
    assert curve["estimate"].to_numpy() == pytest.approx(emax.at(curve["dose"]))
    assert found.to_frame()["weight"].sum() == pytest.approx(1)


def test_a_dose_that_no_curve_reaches_is_explained(store: Store) -> None:
    found = CurvesAnalysis(response=ITCH_RESPONSE, families=FAMILIES, wanted=90.0).run(store)
    assert found.targets["estimate"].isna().all()
    assert found.targets["reason"].str.contains("reaches no difference of 90").all()


def test_shares_are_fitted_as_log_odds_and_shown_as_shares(store: Store) -> None:
    responders = replace(ITCH, measure="responders", least=10.0)
    asked = CurvesAnalysis(
        response=ResponseAnalysis(endpoint=responders), families=("linear",), wanted=3.0
    )
    found = asked.run(store)
    [fit] = found.fits.fits
    assert found.curves["estimate"].to_numpy() == pytest.approx(expit(fit.at(found.curves["dose"])))
    assert found.targets["estimate"].iloc[0] == pytest.approx(log(3) / fit.parameters[1])


def test_the_average_is_a_job_that_its_text_says_in_full(store: Store) -> None:
    curves = CurvesAnalysis(response=ITCH_RESPONSE, families=FAMILIES, wanted=8.0)
    asked = AverageAnalysis(curves=curves, draws=100)
    again = read_request(write_request(asked), DOSE_AVERAGE.request)
    assert again == asked
    found = again.run(store)
    assert same(Result.from_json(found.to_json()), found)
    average = found.average
    ends = average.target_lower, average.target_dose, average.target_upper
    assert list(ends) == sorted(one for one in ends if one is not None)
    fitted = curves.run(store)
    weights = np.asarray(fitted.fits.weights)
    curves_of = np.array([fit.at(found.curve["dose"]) for fit in fitted.fits.fits])
    assert found.curve["estimate"].to_numpy() == pytest.approx(weights @ curves_of)


def test_utility_weighs_a_tenth_more_harm_against_the_price(store: Store) -> None:
    asked = WorthAnalysis(response=ITCH_RESPONSE, harm=QUEASY, price=2.0, draws=100)
    found = asked.run(store)
    table = found.utility.table
    expected = table["benefit"] - 2.0 * table["harm"] / 0.1
    assert table["utility"].to_numpy() == pytest.approx(expected.to_numpy())
    best = table.loc[table["utility"].idxmax(), "dose"]
    assert found.utility.best_dose == best > 0
    free = replace(asked, price=0.0).run(store)
    assert free.utility.best_dose > found.utility.best_dose


def test_a_blinded_reader_gets_no_dose(path: Path) -> None:
    with open_store(path, key=snapshot_key(), pooled=True) as blinded:
        subject = table_of(blinded, "adsl")["USUBJID"].iloc[0]
        for asked in (ArmDosesAnalysis(), ITCH_RESPONSE, QUEASY):
            with pytest.raises(NotEstimableError, match=BLINDED):
                asked.run(blinded)
        one = Cohort(OneOf(column="USUBJID", values=(subject,)))
        for cohort in (Cohort(), one):
            found = arm_doses(store=blinded, cohort=cohort)
            assert found["subjects"].tolist() == [1 if cohort == one else 200]
            assert found[["planned_dose", "given_dose"]].isna().all(axis=None)
            assert (found["planned_doses"] == 0).all()


def test_a_cohort_and_arms_left_out_narrow_it_down(store: Store, changes: pd.DataFrame) -> None:
    women = Cohort(OneOf(column="SEX", values=("F",)))
    arms = ArmDosesAnalysis(cohort=women, left_out=("30 mg",))
    found = ResponseAnalysis(endpoint=ITCH, arms=arms).run(store)
    adsl = table_of(store, "adsl")
    rows = changes[changes["USUBJID"].isin(adsl.loc[adsl["SEX"] == "F", "USUBJID"])]
    expected = rows[rows["dose"] != 30].groupby("dose")["CHG"].mean()
    assert found.table["dose"].tolist() == [0, 10, 60, 100]
    assert found.table["estimate"].to_numpy() == pytest.approx(expected.to_numpy())
    assert "Left out by choice: 30 mg." in found.notes()


def test_two_doses_are_too_few(demo_home: Path) -> None:
    with open_store(snapshot_path(demo_home), key=snapshot_key()) as opened:
        doses = ArmDosesAnalysis().run(opened)
        assert doses.doses == (0.0, 200.0)
        with pytest.raises(NotEstimableError, match=r"three or more different doses.*0, 200"):
            ITCH_RESPONSE.run(opened)


# Where a dose is known from ------------------------------------------------------------


def written(path: Path, arms: dict[str, str], *, given: bool = False) -> Path:
    """The tiny snapshot with other names of arms, and a dose that changed in time."""
    write_tiny_snapshot(path)
    with duckdb.connect(str(path)) as connection:
        for before, after in arms.items():
            connection.execute(
                "UPDATE adsl SET TRT01P = $after WHERE TRT01P = $before",
                {"after": after, "before": before},
            )
        if given:
            connection.execute(
                "CREATE TABLE ex AS SELECT * FROM (VALUES "
                "('S2', 54.0, 'mg', DATE '2024-01-01', DATE '2024-01-07'), "
                "('S2', 54.0, 'mg', DATE '2024-03-01', DATE '2024-03-05'), "
                "('S4', 81.0, 'mg', DATE '2024-01-08', DATE '2024-02-29')) "
                "AS t(USUBJID, EXDOSE, EXDOSU, EXSTDTC, EXENDTC)"
            )
    return path


@pytest.mark.parametrize(
    ("label", "dose", "way"),
    [
        ("Drug 2.5 mg twice daily", 2.5, "amount in the arm's name"),
        ("Drug 20mg", 20.0, "amount in the arm's name"),
        ("Drug 5 mg + other 10 mg", np.nan, "not collected"),
        ("High dose of D1234", np.nan, "not collected"),
    ],
)
def test_a_dose_in_a_label(tmp_path: Path, label: str, dose: float, way: str) -> None:
    with open_store(written(tmp_path / "tiny.duckdb", {"Active": label})) as opened:
        table = ArmDosesAnalysis().run(opened).table.set_index("arm")
    assert table.loc["Placebo", "dose"] == 0
    assert table.loc[label, "dose"] == pytest.approx(dose, nan_ok=True)
    assert table.loc[label, "taken_from"] == way


def test_a_dose_that_was_given_is_that_of_most_days(tmp_path: Path) -> None:
    with open_store(written(tmp_path / "t.duckdb", {"Active": "High"}, given=True)) as opened:
        table = ArmDosesAnalysis().run(opened).table.set_index("arm")
    assert table.loc["High", ["dose", "unit"]].tolist() == [81.0, "mg"]
    assert table.loc["High", "taken_from"] == "dose given on most days (EX)"


def test_hostile_names_of_arms_stay_text(tmp_path: Path) -> None:
    name = "Robert'); DROP TABLE adsl; -- $x$"
    with open_store(written(tmp_path / "t.duckdb", {"Active": name})) as opened:
        assert ArmDosesAnalysis().run(opened).table["arm"].tolist() == ["Placebo", name]


def test_the_pilot_has_its_doses_from_exposure_and_no_carried_values(
    trial_data: Path, tmp_path: Path
) -> None:
    folder, path = trial_data / "cdisc-pilot", tmp_path / "pilot.duckdb"
    scores = folder / "parquet" / "adadas.parquet"
    import_files([folder / "adam" / "adsl.xpt", folder / "sdtm" / "ex.xpt", scores], path)
    endpoint = DoseEndpoint(dataset="adadas", parameter="ACTOT", visit="Week 24")
    with open_store(path) as pilot:
        found = ResponseAnalysis(endpoint=endpoint).run(pilot)
    # The high dose begins and ends with weeks at 54 mg.
    assert found.doses.table["dose"].tolist() == [0.0, 54.0, 81.0]
    rows = pd.read_parquet(scores)
    week = rows[(rows["PARAMCD"] == "ACTOT") & (rows["AVISIT"] == "Week 24")]
    seen = week[(week["DTYPE"] != "LOCF") & (week["ANL01FL"] == "Y")]
    by_arm = seen.groupby("TRTP")["CHG"].agg(["count", "mean"])
    by_arm = by_arm.loc[["Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"]]
    assert found.table["analysed"].tolist() == by_arm["count"].tolist() == [65, 49, 41]
    assert found.table["estimate"].to_numpy() == pytest.approx(by_arm["mean"].to_numpy())
    assert found.carried == 99


# Values that are refused ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"measure": "responders", "least": 0.0}, "the change of a responder > 0"),
        ({"measure": "log"}, "one of"),
        ({"direction": "up"}, "one of"),
        ({"missing": "imputed"}, "one of"),
    ],
)
def test_an_endpoint_that_means_nothing(change: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        replace(ITCH, **change)


def test_wanted_effects_and_prices_that_mean_nothing() -> None:
    share = ResponseAnalysis(endpoint=replace(ITCH, measure="responders"))
    with pytest.raises(InputError, match="wanted difference > 0"):
        CurvesAnalysis(response=ITCH_RESPONSE, families=FAMILIES, wanted=0.0)
    with pytest.raises(InputError, match="wanted odds ratio > 1"):
        CurvesAnalysis(response=share, families=FAMILIES, wanted=1.0)
    with pytest.raises(InputError, match="price of harm >= 0"):
        WorthAnalysis(response=ITCH_RESPONSE, harm=QUEASY, price=-1.0)
    with pytest.raises(InputError, match="same arms"):
        WorthAnalysis(
            response=ITCH_RESPONSE,
            harm=replace(QUEASY, arms=ArmDosesAnalysis(left_out=("30 mg",))),
            price=1.0,
        )


# A trial to come -------------------------------------------------------------------------


def test_a_planned_size_has_the_power_and_one_fewer_has_not() -> None:
    candidates = Candidates(doses=DOSES, shapes=usual_shapes(100), direction="decrease")
    asked = PlannedTrial(candidates=candidates, max_effect=6.0, sd=10.0, power=0.9)
    found = asked.evaluate()
    fewer = tuple(one - 1 for one in found.design.subjects)
    assert found.summary("min") >= 0.9 > replace(asked, subjects=fewer).evaluate().summary("min")


def test_rates_are_planned_on_log_odds() -> None:
    candidates = Candidates(doses=(0.0, 1.0), shapes=(Shape.of("linear"),))
    found = PlannedTrial(candidates=candidates, rates=(0.2, 0.4), subjects=(100, 100)).evaluate()
    error = np.sqrt(1 / 20 + 1 / 80 + 1 / 40 + 1 / 60)
    effect = log(0.4 / 0.6) - log(0.2 / 0.8)
    assert found.power[0] == pytest.approx(norm.cdf(effect / error - norm.isf(0.025)), abs=1e-5)
    with pytest.raises(InputError, match="the best rate is a benefit"):
        PlannedTrial(candidates=candidates, rates=(0.4, 0.2))


@pytest.mark.parametrize(
    "asked",
    [
        ITCH_RESPONSE,
        QUEASY,
        SignalAnalysis(response=ITCH_RESPONSE, shapes=usual_shapes(100)),
        CurvesAnalysis(response=ITCH_RESPONSE, families=FAMILIES, wanted=8.0),
        WorthAnalysis(response=ITCH_RESPONSE, harm=QUEASY, price=2.0, draws=100),
    ],
)
def test_answers_go_through_text(asked: ResponseAnalysis, store: Store) -> None:
    found = asked.run(store)
    assert same(Result.from_json(found.to_json()), found)
