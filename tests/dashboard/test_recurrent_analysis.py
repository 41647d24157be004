"""Events that recur, from a store: against R and plain pandas, what is left out and refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.survival.recurrent import (
    RecurrentEvents,
    estimate_recurrent_rates,
    fit_mean_cumulative_count,
)
from analytics.survival.regression import CoxRegression
from dashboard.access.key import snapshot_key
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.recurrent import RecurrentAnalysis, RecurrentAnswer
from dashboard.analyses.survival.recurrent_data import (
    EventSource,
    known_ends,
    read_recurrent,
    usual_end,
    usual_origin,
)
from queries import questions
from queries.adverse_events import EVENT_KINDS, event_criterion
from queries.cohorts import AnyRecord, Cohort, OneOf, Window
from queries.errors import DataError
from queries.store import Store, open_store
from tests.dashboard.eqx301 import ARMS, oracle, snapshot_path, table_of
from tests.tiny_snapshot import write_tiny_snapshot

SAFETY = SurvivalAnalysis(endpoint="TTSAE", analysis_set="SAFFL", arm="actual", arms=ARMS)
SERIOUS = RecurrentAnalysis(
    analysis=SAFETY, source=EventSource(kind="serious", until="last dose"), time=180, most=2
)
TINY = EventSource(origin="randomisation", until="data cut")


@pytest.fixture(scope="module")
def eqx301(demo_home: Path) -> Iterator[Store]:
    with open_store(snapshot_path(demo_home), key=snapshot_key()) as store:
        yield store


@pytest.fixture(scope="module")
def answer(eqx301: Store) -> RecurrentAnswer:
    return SERIOUS.run(eqx301)


@pytest.fixture(scope="module")
def followed(eqx301: Store) -> RecurrentEvents:
    """Serious events and follow-up, by plain pandas."""
    adsl = table_of(eqx301, "adsl").query("SAFFL == 'Y'").set_index("USUBJID")
    dates = adsl[["TRTSDT", "TRTEDT", "DTHDT", "LSTALVDT", "EOSDT", "DATACUT"]]
    dates = dates.apply(pd.to_datetime)
    last = (dates["TRTEDT"] + pd.Timedelta(days=30)).fillna(dates["DATACUT"])
    alive = dates["DTHDT"].fillna(dates["LSTALVDT"])
    end = pd.concat([last, alive, dates["EOSDT"], dates["DATACUT"]], axis=1).min(axis=1)
    adae = table_of(eqx301, "adae").query("TRTEMFL == 'Y' and AESER == 'Y'").set_index("USUBJID")
    day = (pd.to_datetime(adae["ASTDT"]) - dates["TRTSDT"].reindex(adae.index)).dt.days + 1
    return RecurrentEvents(
        followup=pd.DataFrame(
            {
                "subject": adsl.index,
                "arm": adsl["TRT01A"].to_numpy(),
                "end": (end - dates["TRTSDT"]).dt.days.to_numpy() + 1,
                "died": (dates["DTHDT"] <= end).astype(int).to_numpy(),
            }
        ),
        events=pd.DataFrame({"subject": adae.index, "time": day.to_numpy()}),
        arms=ARMS,
    )


# Against R ------------------------------------------------------------------------


def test_models_agree_with_coxph(answer: RecurrentAnswer) -> None:
    rows = oracle("serious")
    for row in rows[rows["quantity"].isin(["coefficient", "std_err"])].itertuples():
        fit = answer.models[str(row.about)]
        assert isinstance(fit, CoxRegression)
        found = fit.table[row.quantity].iloc[0]
        assert found == pytest.approx(row.expected, rel=row.tolerance), row.about


def test_counts_agree_with_r(answer: RecurrentAnswer) -> None:
    rows, rates = oracle("serious"), answer.rate_table().set_index("arm")
    for row in rows[rows["quantity"].isin(["events", "deaths", "patient_years"])].itertuples():
        found = rates.loc[row.about, row.quantity]
        assert found == pytest.approx(row.expected, rel=row.tolerance), row.about


def test_mean_counts_agree_with_survfit(answer: RecurrentAnswer) -> None:
    """R's rows hold one event per subject and day: nobody has two serious ones."""
    assert answer.data.same_day == 0
    rows = oracle("serious").set_index(["quantity", "about"])
    lost = answer.if_lost.landmark(180).set_index("arm")
    for arm in ARMS:
        for column, quantity in (("mean", "at_180"), ("std_err", "std_err_at_180")):
            row = rows.loc[(f"mean_if_lost_{quantity}", arm)]
            assert lost.loc[arm, column] == pytest.approx(row["expected"], rel=row["tolerance"])


# Against plain pandas and the library ---------------------------------------------


def test_events_are_those_of_plain_pandas(
    answer: RecurrentAnswer, followed: RecurrentEvents
) -> None:
    pd.testing.assert_frame_equal(answer.events.followup, followed.followup)
    pd.testing.assert_frame_equal(answer.events.events, followed.events)


def test_numbers_are_those_of_the_library(
    answer: RecurrentAnswer, followed: RecurrentEvents
) -> None:
    rates, means = answer.rate_table(), answer.mean_table()
    direct = estimate_recurrent_rates(followed)
    assert rates["rate"].tolist() == pytest.approx(direct.table["rate"].tolist())
    ratio = direct.ratios().iloc[0]
    found = rates.loc[1, ["ratio", "ratio_lower", "ratio_p_value"]]
    assert found.tolist() == pytest.approx([ratio["ratio"], ratio["lower"], ratio["p_value"]])
    at = fit_mean_cumulative_count(followed)
    assert means["mean"].tolist() == pytest.approx(at.landmark(180)["mean"].tolist())
    difference = at.differences(180)["difference"].iloc[0]
    assert means.loc[1, "difference"] == pytest.approx(difference)
    assert (means["mean_if_lost"] > means["mean"]).all()


@pytest.mark.parametrize("kind", list(EVENT_KINDS))
def test_subjects_with_events_are_those_of_the_criterion(eqx301: Store, kind: str) -> None:
    found = questions.recurrent_events(store=eqx301, kind=kind)
    cohort = Cohort(event_criterion(eqx301, kind=kind))
    expected = questions.subjects(store=eqx301, cohort=cohort)["subject"]
    assert set(found["subject"]) == set(expected)
    assert len(expected) > 0


def test_classes_and_terms_narrow_the_events(eqx301: Store) -> None:
    adae = table_of(eqx301, "adae").query("TRTEMFL == 'Y'")
    term = adae["AEDECOD"].value_counts().index[0]
    group = adae.loc[adae["AEDECOD"] == term, "AEBODSYS"].iloc[0]
    for given, column, value in (("terms", "AEDECOD", term), ("classes", "AEBODSYS", group)):
        found = questions.recurrent_events(store=eqx301, **{given: [value]})
        assert found["events"].sum() == (adae[column] == value).sum()


def test_events_of_one_day_are_one_to_the_models_only(eqx301: Store) -> None:
    answer = replace(SERIOUS, source=EventSource(until="last dose")).run(eqx301)
    assert answer.data.same_day == 166
    fit = answer.models["andersen-gill"]
    assert isinstance(fit, CoxRegression)
    assert answer.rate_table()["events"].sum() == fit.events + answer.data.same_day == 6923


# Follow-up ------------------------------------------------------------------------


def test_follow_up_of_treatment_emergent_events_ends_after_the_last_dose(eqx301: Store) -> None:
    assert usual_origin(eqx301, "OS") == "first dose"
    assert usual_end(eqx301) == "last dose"
    assert "data cut" in known_ends(eqx301)


def test_events_after_the_end_are_counted(eqx301: Store) -> None:
    short = replace(SERIOUS.source, kind="any", days_after=0)
    data = read_recurrent(eqx301, SAFETY, short)
    late = data.events_left_out["after the end of follow-up"]
    assert late == 56
    assert len(data.events.events) == 6923 - late


def test_events_before_the_landmark_are_counted(eqx301: Store) -> None:
    data = read_recurrent(eqx301, replace(SAFETY, landmark_day=60), SERIOUS.source)
    gone = data.subjects_left_out["follow-up ended by day 60"]
    assert len(data.events.followup) == 715 - gone
    kept, out = len(data.events.events), data.events_left_out
    assert kept + out["by day 60"] + out["of subjects left out"] == 102 + 222
    assert data.events.events["time"].min() >= 1


def test_untreated_subjects_are_left_out_and_counted(eqx301: Store) -> None:
    everyone = replace(SAFETY, analysis_set=None, arms=())
    data = read_recurrent(eqx301, everyone, SERIOUS.source)
    assert data.subjects_left_out == {"no date of first dose": 5}


def test_an_arm_that_is_not_compared_is_counted(eqx301: Store) -> None:
    answer = replace(SERIOUS, analysis=replace(SAFETY, arms=ARMS[:1])).run(eqx301)
    assert answer.data.subjects_left_out == {"in an arm that is not compared": 360}
    assert answer.refusal is not None
    assert "one arm" in answer.refusal
    assert set(answer.models.values()) == {answer.refusal}
    assert "ratio" not in answer.rate_table()


def test_undated_and_early_events_are_counted(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE adae SET ASTDT = '2024-01-01' WHERE USUBJID = 'S2'")
    with open_store(path) as store:
        data = read_recurrent(store, SurvivalAnalysis(endpoint="OS"), TINY)
    assert data.events_left_out == {"before the start": 1, "without a complete date": 1}
    # S1 was randomised on 3 January: that is day 1. The third is not flagged as emergent.
    assert data.events.events.query("subject == 'S1'")["time"].tolist() == [3.0, 49.0, 59.0]
    assert data.events.followup["end"].iloc[0] == 120.0


def test_death_ends_follow_up(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE adsl SET DTHDT = '2024-02-25' WHERE USUBJID = 'S1'")
    with open_store(path) as store:
        answer = RecurrentAnalysis(analysis=SurvivalAnalysis(endpoint="OS"), source=TINY).run(store)
    assert answer.deaths == 1
    assert answer.data.events_left_out["after the end of follow-up"] == 1
    assert answer.deaths_recorded


# Who is compared ------------------------------------------------------------------


def test_arms_are_the_actual_ones(eqx301: Store) -> None:
    planned = replace(SERIOUS, analysis=replace(SAFETY, arm="planned")).run(eqx301)
    assert planned.rate_table()["subjects"].tolist() == [355, 360]


def test_cohorts_can_be_compared(eqx301: Store) -> None:
    women, men = (Cohort(OneOf(column="SEX", values=(sex,)), name=sex) for sex in "FM")
    grouped = SurvivalAnalysis(endpoint="TTSAE", analysis_set="SAFFL", groups=(women, men))
    answer = replace(SERIOUS, analysis=grouped).run(eqx301)
    assert answer.arms == ("F", "M")
    assert answer.rate_table()["events"].sum() == 102 + 222


def test_a_blinded_reader_sees_one_arm_and_no_comparison(demo_home: Path) -> None:
    with open_store(snapshot_path(demo_home), pooled=True, key=snapshot_key()) as store:
        answer = replace(SERIOUS, analysis=replace(SAFETY, arms=())).run(store)
    assert answer.arms == ("All subjects",)
    assert answer.refusal is not None
    assert "blinded" in answer.refusal
    assert "ratio" not in answer.rate_table()
    assert "difference" not in answer.mean_table()
    assert set(answer.model_table()["reason"]) == {answer.refusal}


def test_immortal_time_is_not_compared(eqx301: Store) -> None:
    cohort = Cohort(AnyRecord(dataset="adae", where=OneOf(column="AESER", values=("Y",))))
    answer = replace(SERIOUS, analysis=replace(SAFETY, cohort=cohort)).run(eqx301)
    assert answer.refusal is not None
    assert "immortal time" in answer.refusal


def test_a_landmark_holds_only_from_the_start_it_is_stated_for(eqx301: Store) -> None:
    early = AnyRecord(
        dataset="adae", where=OneOf(column="AESER", values=("Y",)), within=Window(low=0, high=30)
    )
    analysis = replace(SAFETY, cohort=Cohort(early), landmark_day=60)
    assert replace(SERIOUS, analysis=analysis).run(eqx301).refusal is None
    other = replace(SERIOUS.source, origin="randomisation")
    refusal = replace(SERIOUS, analysis=analysis, source=other).run(eqx301).refusal
    assert refusal is not None
    assert "a day after first dose" in refusal


# Bad input ------------------------------------------------------------------------


def test_kinds_that_are_not_collected_are_refused(tiny_store: Store) -> None:
    source = replace(TINY, kind="fatal")
    with pytest.raises(DataError, match="collects what the kind of adverse event needs"):
        read_recurrent(tiny_store, SurvivalAnalysis(endpoint="OS"), source)


def test_nobody_followed_is_a_sentence(tiny_store: Store) -> None:
    source = EventSource(origin="first dose", until="last known alive")
    with pytest.raises(NotEstimableError, match="no date of first dose: 8"):
        read_recurrent(tiny_store, SurvivalAnalysis(endpoint="OS"), source)


def test_without_events_there_is_no_ratio_and_no_model(tiny_store: Store) -> None:
    source = replace(TINY, terms=("Nothing of the kind",))
    answer = RecurrentAnalysis(analysis=SurvivalAnalysis(endpoint="OS"), source=source).run(
        tiny_store
    )
    assert answer.rate_table()["rate"].tolist() == [0.0, 0.0]
    assert np.isnan(answer.rate_table()["ratio"]).all()
    assert answer.mean_table()["mean"].tolist() == [0.0, 0.0]
    reasons = answer.model_table()["reason"]
    assert (reasons != "").all()


def test_options_are_checked() -> None:
    with pytest.raises(InputError, match="most >= 1"):
        replace(SERIOUS, most=0)
