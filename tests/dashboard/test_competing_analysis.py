"""Competing risks of a store: against R and plain pandas, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError, NotEstimableError
from analytics.survival.competing import CompetingCounts, fit_aalen_johansen, fit_fine_gray
from dashboard.access.key import snapshot_key
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.causes import offered_causes
from dashboard.analyses.survival.competing import CompetingAnswer, CompetingRisks
from queries import questions
from queries.cohorts import AnyRecord, Cohort, OneOf
from queries.store import Store, open_store
from tests.dashboard.eqx301 import ARMS, oracle, snapshot_path, table_of
from tests.tiny_snapshot import write_tiny_snapshot

SAE, DEATH = "Serious adverse event", "Death without a serious event"
PFS = CompetingRisks(
    analysis=SurvivalAnalysis(endpoint="PFS", analysis_set="ITTFL", arms=ARMS),
    apart=("Progression", "Death"),
    rest="Other event",
    time=365,
)
TTSAE = CompetingRisks(
    analysis=SurvivalAnalysis(endpoint="TTSAE", analysis_set="SAFFL", arm="actual", arms=ARMS),
    rest=SAE,
    competing=(DEATH,),
    time=365,
)
ASKED = {"pfs": PFS, "ttsae": TTSAE}


@pytest.fixture(scope="module")
def eqx301(demo_home: Path) -> Iterator[Store]:
    with open_store(snapshot_path(demo_home), key=snapshot_key()) as store:
        yield store


@pytest.fixture(scope="module")
def answers(eqx301: Store) -> dict[str, CompetingAnswer]:
    return {case: asked.run(eqx301) for case, asked in ASKED.items()}


def tiny(tmp_path: Path, *statements: str) -> Store:
    """The tiny snapshot with endpoints that describe how they ended."""
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    columns = ("EVNTDESC VARCHAR", "CNSDTDSC VARCHAR", "STARTDT DATE", "AVALU VARCHAR")
    with duckdb.connect(str(path)) as connection:
        for column in columns:
            connection.execute(f"ALTER TABLE adtte ADD COLUMN {column}")
        connection.execute("UPDATE adtte SET STARTDT = DATE '2024-01-01', AVALU = 'DAYS'")
        for statement in statements:
            connection.execute(statement)
    return open_store(path)


# Against R ------------------------------------------------------------------------


@pytest.mark.parametrize("case", list(ASKED))
def test_agrees_with_cmprsk_and_survival(case: str, answers: dict[str, CompetingAnswer]) -> None:
    answer, rows = answers[case], oracle(case)
    incidence = answer.incidence.landmark(365).set_index(["cause", "arm"])
    assert not isinstance(answer.hazards, str)
    hazards = answer.hazards.table.set_index(["cause", "model"])
    models = {"fine_gray": "subdistribution", "cause_specific": "cause-specific"}
    columns = {"coefficient": "log_hazard_ratio", "std_err": "std_err"}
    for row in rows.itertuples():
        cause, _, arm = str(row.about).partition("|")
        quantity = str(row.quantity)
        if quantity == "gray_statistic":
            test = answer.tests[cause]
            assert not isinstance(test, str)
            found = test.statistic
        elif quantity.startswith("incidence"):
            column = "std_err" if "std_err" in quantity else "incidence"
            found = incidence.loc[(cause, arm), column]
        else:
            model = next(name for name in models if quantity.startswith(name))
            column = columns[quantity.removeprefix(f"{model}_")]
            found = hazards.loc[(cause, models[model]), column]
        assert found == pytest.approx(row.expected, rel=row.tolerance), (cause, quantity, arm)


# Against plain pandas -------------------------------------------------------------


def test_counts_are_those_of_plain_pandas(eqx301: Store) -> None:
    adtte = table_of(eqx301, "adtte")
    pfs = adtte[adtte["PARAMCD"] == "PFS"]
    strata = pfs["ECOGBL"].map(str)
    expected = (
        pfs.assign(cause=pfs["EVNTDESC"].where(pfs["CNSR"] == 0, ""), stratum=strata)
        .groupby(["TRTP", "stratum", "AVAL", "cause"])["USUBJID"]
        .count()
    )
    found = questions.competing_counts(
        store=eqx301, endpoint="PFS", apart=["Progression", "Death"], stratum=("ECOGBL",)
    )
    counted = found.set_index(["arm", "stratum", "time", "cause"])["subjects"]
    assert counted.to_dict() == expected.to_dict()
    assert set(found["cause"]) == {"", "Progression", "Death"}


def test_another_endpoint_competes_when_it_comes_first(eqx301: Store) -> None:
    adtte = table_of(eqx301, "adtte").set_index("USUBJID")
    os, pfs = (adtte[adtte["PARAMCD"] == code] for code in ("OS", "PFS"))
    both = os[["AVAL", "CNSR"]].join(pfs[["AVAL", "CNSR", "EVNTDESC"]], rsuffix="_pfs")
    progressed = both["CNSR_pfs"] == 0
    first = progressed & (
        (both["AVAL_pfs"] < both["AVAL"])
        | ((both["AVAL_pfs"] == both["AVAL"]) & (both["CNSR"] > 0))
    )
    cause = both["EVNTDESC"].where(first, both["CNSR"].map(lambda c: "" if c else "Death"))
    found = questions.competing_counts(store=eqx301, endpoint="OS", rest="Death", other="PFS")
    counted = found.groupby("cause")["subjects"].sum().to_dict()
    assert counted == cause.value_counts().to_dict()
    assert counted["Progression"] == 398
    asked = CompetingRisks(analysis=SurvivalAnalysis(endpoint="OS"), rest="Death", other="PFS")
    answer = asked.run(eqx301)
    assert answer.causes == ("Death", "Progression")
    assert answer.without_other == 0


def test_numbers_are_those_of_the_library(
    eqx301: Store, answers: dict[str, CompetingAnswer]
) -> None:
    adtte = table_of(eqx301, "adtte")
    rows = adtte[adtte["PARAMCD"] == "PFS"]
    causes = rows["EVNTDESC"].where(rows["CNSR"] == 0, "").tolist()
    counts = CompetingCounts.from_subjects(
        rows["AVAL"], causes, arms=rows["TRTP"].tolist(), order=ARMS
    )
    table = answers["pfs"].incidence_table().set_index(["cause", "arm"])
    direct = fit_aalen_johansen(counts)
    for row in direct.landmark(365).itertuples():
        found = table.loc[(row.cause, row.arm), ["incidence", "lower", "upper"]]
        assert found.tolist() == pytest.approx([row.incidence, row.lower, row.upper])
    for row in direct.differences(365).itertuples():
        found = table.loc[(row.cause, row.arm), ["difference", "difference_p_value"]]
        assert found.tolist() == pytest.approx([row.difference, row.p_value])
    arm = pd.DataFrame({"x": (rows["TRTP"] == ARMS[1]).astype(float)})
    by_arm = fit_fine_gray(
        rows["AVAL"], causes, arm, cause="Death", censoring_groups=rows["TRTP"].tolist()
    )
    answer = replace(PFS, censoring_by_arm=True).run(eqx301)
    compared = answer.comparison_table().set_index("cause")
    ratio = float(by_arm.table["hazard_ratio"].iloc[0])
    assert compared.loc["Death", "subdistribution_hazard_ratio"] == pytest.approx(ratio)


def test_incidences_add_up_and_one_minus_kaplan_meier_is_higher(
    answers: dict[str, CompetingAnswer],
) -> None:
    for answer in answers.values():
        at = answer.incidence.landmark(365).set_index("arm")
        whole = at.groupby("arm")["incidence"].sum() + at.groupby("arm")["event_free"].first()
        assert whole.to_numpy() == pytest.approx(1.0)
        beside = answer.overestimate_table()
        assert (beside["overestimate"] > beside["incidence"]).all()
        assert list(beside["cause"].unique()) == list(answer.causes)


# Options --------------------------------------------------------------------------


def test_strata_enter_the_test_and_not_the_incidences(eqx301: Store) -> None:
    stratified = replace(PFS, analysis=replace(PFS.analysis, strata=("ECOGBL", "REGION1")))
    plain, found = PFS.run(eqx301), stratified.run(eqx301)
    pd.testing.assert_frame_equal(plain.incidence_table(), found.incidence_table())
    one, other = plain.tests["Death"], found.tests["Death"]
    assert not isinstance(one, str)
    assert not isinstance(other, str)
    assert len(other.strata) > 1
    assert one.statistic != pytest.approx(other.statistic, rel=1e-3)


def test_time_can_be_counted_from_a_landmark(eqx301: Store) -> None:
    whole = PFS.counts(eqx301).frame
    later = replace(PFS, analysis=replace(PFS.analysis, landmark_day=90)).counts(eqx301).frame
    kept = whole[whole["time"] > 90]
    assert later["subjects"].sum() == kept["subjects"].sum()
    assert later["time"].min() == kept["time"].min() - 90


def test_cohorts_can_be_compared(eqx301: Store) -> None:
    women, men = (Cohort(OneOf(column="SEX", values=(sex,)), name=sex) for sex in "FM")
    asked = replace(PFS, analysis=SurvivalAnalysis(endpoint="PFS", groups=(women, men)))
    answer = asked.run(eqx301)
    assert answer.arms == ("F", "M")
    assert answer.counts.subjects == 720
    assert answer.refusal is None


def test_the_unit_of_the_analysis_is_kept(eqx301: Store) -> None:
    months = replace(PFS, analysis=replace(PFS.analysis, unit="months"), time=12)
    found = months.run(eqx301).incidence_table()["incidence"].to_numpy()
    days = PFS.run(eqx301).incidence.landmark(12 * 30.4375)
    assert sorted(found) == pytest.approx(sorted(days["incidence"]))


# What is refused ------------------------------------------------------------------


def test_a_blinded_reader_sees_one_arm_and_no_comparison(demo_home: Path) -> None:
    with open_store(snapshot_path(demo_home), pooled=True, key=snapshot_key()) as store:
        answer = replace(PFS, analysis=SurvivalAnalysis(endpoint="PFS")).run(store)
    assert answer.arms == ("All subjects",)
    assert answer.refusal is not None
    assert "blinded" in answer.refusal
    assert answer.hazards == answer.refusal
    assert set(answer.tests.values()) == {answer.refusal}
    assert "difference" not in answer.incidence_table()
    assert answer.comparison_table()["reason"].tolist() == [answer.refusal]


def test_immortal_time_is_not_compared(eqx301: Store) -> None:
    cohort = Cohort(AnyRecord(dataset="adae", where=OneOf(column="AESER", values=("Y",))))
    answer = replace(PFS, analysis=replace(PFS.analysis, cohort=cohort)).run(eqx301)
    assert isinstance(answer.hazards, str)
    assert "immortal time" in answer.hazards
    assert "difference" not in answer.incidence_table()


def test_one_arm_is_not_compared(eqx301: Store) -> None:
    answer = replace(PFS, analysis=replace(PFS.analysis, arms=ARMS[:1])).run(eqx301)
    assert answer.arms == ARMS[:1]
    assert isinstance(answer.hazards, str)
    assert "one arm" in answer.hazards


def test_endpoints_of_different_origin_do_not_compete(eqx301: Store) -> None:
    with pytest.raises(InputError, match="386 of 715 subjects start on different days"):
        replace(TTSAE, competing=(), other="OS").run(eqx301)


def test_an_endpoint_does_not_compete_with_itself() -> None:
    with pytest.raises(InputError, match="does not compete with itself"):
        CompetingRisks(analysis=SurvivalAnalysis(endpoint="OS"), other="OS")


def test_without_competing_events_there_is_a_sentence(eqx301: Store) -> None:
    asked = CompetingRisks(analysis=SurvivalAnalysis(endpoint="OS"), rest="Death")
    with pytest.raises(NotEstimableError, match="Nothing competes with 'Death'"):
        asked.run(eqx301)


def test_a_cause_that_never_happens_has_no_ratio(tmp_path: Path) -> None:
    with tiny(tmp_path, "UPDATE adtte SET CNSDTDSC = 'Lost' WHERE CNSR > 0") as store:
        asked = CompetingRisks(
            analysis=SurvivalAnalysis(endpoint="OS"), rest="Death", competing=("Lost", "Moved")
        )
        answer = asked.run(store)
    table = answer.comparison_table().set_index("cause")
    assert table.loc["Moved", "cause_specific_reason"] != ""
    assert np.isnan(table.loc["Moved", "subdistribution_hazard_ratio"])
    assert "there are none" in table.loc["Moved", "gray_reason"]


def test_all_events_may_compete(tmp_path: Path) -> None:
    with tiny(
        tmp_path, "UPDATE adtte SET CNSR = 1", "UPDATE adtte SET CNSDTDSC = 'Death'"
    ) as store:
        asked = CompetingRisks(
            analysis=SurvivalAnalysis(endpoint="OS"), rest="Relapse", competing=("Death",)
        )
        answer = asked.run(store)
    assert answer.counts.frame["cause"].unique().tolist() == ["Death"]
    incidence = answer.incidence.landmark(7).set_index(["arm", "cause"])["incidence"]
    assert incidence.loc[[(arm, "Relapse") for arm in answer.arms]].tolist() == [0.0, 0.0]
    assert isinstance(answer.tests["Relapse"], str)


def test_units_of_time_must_agree(tmp_path: Path) -> None:
    copied = (
        "INSERT INTO adtte SELECT USUBJID, 'TTP', 'Time to progression', AVAL, CNSR, NULL, NULL, "
        "STARTDT, 'MONTHS' FROM adtte"
    )
    with tiny(tmp_path, copied) as store, pytest.raises(InputError, match="are in months"):
        CompetingRisks(analysis=SurvivalAnalysis(endpoint="OS"), rest="D", other="TTP").run(store)


@pytest.mark.parametrize(
    ("endpoint", "apart", "competing", "rest"),
    [
        ("PFS", ("Progression", "Death"), (), "Other event"),
        ("TTSAE", (), (DEATH,), SAE),
        ("OS", (), (), "Death"),
    ],
)
def test_defaults_come_from_the_descriptions(
    eqx301: Store, endpoint: str, apart: tuple[str, ...], competing: tuple[str, ...], rest: str
) -> None:
    ends: Any = questions.endpoint_descriptions(store=eqx301, endpoint=endpoint)
    found = offered_causes(ends, endpoint)
    assert (found.apart, found.competing, found.rest) == (apart, competing, rest)
