"""Cox models and subgroups of the page: R's numbers on GBSG2, and what cannot be estimated."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from analytics.checks import InputError
from analytics.survival.regression import CoxRegression, Factor, FollowUp, Numeric, fit_cox
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.adjusted_survival import AdjustedAnswer, AdjustedSurvival
from dashboard.analyses.survival.model_standing import regression_standing, subgroup_standing
from dashboard.analyses.survival.regression import Covariate, FittedModel, RegressionAnalysis
from dashboard.analyses.survival.regression_checks import HazardsCheck, ResidualsCheck
from dashboard.analyses.survival.subgroups import SubgroupAnalysis
from queries.cohorts import Between, Cohort, OneOf
from queries.store import Store, open_store
from queries.workspace import Plan, open_workspace
from tests.analytics.survival.oracle_data import oracle_table
from tests.tiny_snapshot import write_tiny_snapshot

RFS = SurvivalAnalysis(endpoint="RFS", analysis_set="ITTFL", unit="months")
OS = SurvivalAnalysis(endpoint="OS", analysis_set="ITTFL", unit="months")
STRATA = ("REGION1", "BMKGR1", "ECOGBL")


def number(column: str) -> Covariate:
    return Covariate(column=column)


def factor(column: str, reference: str | None = None) -> Covariate:
    return Covariate(column=column, kind="factor", reference=reference)


FULL = (
    number("AGE"),
    factor("MENOSTAT"),
    number("TSIZE"),
    factor("TGRADE"),
    number("PNODES"),
)
MODELS = {
    "covariates": RegressionAnalysis(analysis=RFS, covariates=FULL),
    "breslow": RegressionAnalysis(analysis=RFS, covariates=FULL, ties="breslow"),
    "strata": RegressionAnalysis(
        analysis=replace(RFS, strata=("TGRADE",)),
        covariates=(number("AGE"), number("TSIZE"), number("PNODES")),
    ),
    "interaction": RegressionAnalysis(
        analysis=RFS, covariates=(factor("MENOSTAT"), number("AGE")), interaction="MENOSTAT"
    ),
    "robust": RegressionAnalysis(
        analysis=RFS, covariates=(number("AGE"), number("PNODES")), robust=True
    ),
}


def _store_of(home: Path, study: str) -> Store:
    with open_workspace(home) as workspace:
        return open_store(workspace.path(workspace.current_snapshot(study)))


@pytest.fixture(scope="module")
def gbsg2(demo_home: Path) -> Iterator[Store]:
    with _store_of(demo_home, "GBSG2") as store:
        yield store


@pytest.fixture(scope="module")
def eqx301(demo_home: Path) -> Iterator[Store]:
    with _store_of(demo_home, "EQX-301") as store:
        yield store


def fitted(asked: RegressionAnalysis, store: Store) -> FittedModel:
    model = asked.run(store).model
    assert isinstance(model, FittedModel), model
    return model


def reason(store: Store, *covariates: Covariate, analysis: SurvivalAnalysis = OS) -> str:
    model = RegressionAnalysis(analysis=analysis, covariates=covariates).run(store).model
    assert isinstance(model, str)
    return model


# Numbers ------------------------------------------------------------------------------------


def _found(asked: RegressionAnalysis, store: Store, quantity: str, of: str) -> float:
    model = fitted(asked, store)
    match quantity:
        case "coefficient" | "std_err":
            return model.fit.table.set_index("covariate").loc[of, quantity]
        case "concordance":
            return model.concordance.concordance
        case "concordance std_err":
            return model.concordance.std_err
        case "zph":
            return HazardsCheck(model=asked).run(store).table.set_index("term").loc[of, "statistic"]
        case "martingale sum of squares" | "deviance sum of squares":
            residuals = ResidualsCheck(model=asked, kind=quantity.split()[0]).run(store)
            return float((residuals.table["residual"] ** 2).sum())
    return model.fit.tests.set_index("test").loc[quantity, "statistic"]


@pytest.mark.parametrize("case", MODELS)
def test_models_of_gbsg2_are_those_of_r(gbsg2: Store, case: str) -> None:
    table = oracle_table("gbsg2_regression")
    rows = table[table["case"] == case]
    assert len(rows) > 10
    for row in rows.itertuples(index=False):
        found = _found(MODELS[case], gbsg2, row.quantity, row.of)
        assert found == pytest.approx(row.expected, rel=row.tolerance, abs=1e-9), str(row)


def test_subgroups_of_gbsg2_are_those_of_r(gbsg2: Store) -> None:
    found = SubgroupAnalysis(analysis=RFS, factors=("MENOSTAT", "TGRADE")).run(gbsg2).found
    levels = found.table.assign(of=found.table["subgroup"] + "=" + found.table["level"])
    table = oracle_table("gbsg2_regression")
    rows = table[table["case"] == "subgroups"]
    assert len(rows) == 12
    for row in rows.itertuples(index=False):
        if row.quantity == "interaction":
            value = found.interactions.set_index("subgroup").loc[row.of, "statistic"]
        else:
            value = levels.set_index("of").loc[row.of, row.quantity]
        assert value == pytest.approx(row.expected, rel=row.tolerance), str(row)


def test_the_model_of_the_arm_alone_is_the_headline(eqx301: Store) -> None:
    for strata in ((), STRATA):
        analysis = replace(OS, strata=strata)
        headline = analysis.run(eqx301).hazard_ratio.to_frame().iloc[0]
        row = fitted(RegressionAnalysis(analysis=analysis), eqx301).fit.table.iloc[0]
        overall = SubgroupAnalysis(analysis=analysis).run(eqx301).found.table.iloc[0]
        for name in ("hazard_ratio", "lower", "upper"):
            assert row[name] == pytest.approx(headline[name], rel=1e-7)
            assert overall[name] == pytest.approx(headline[name], rel=1e-7)


def test_the_page_fits_what_the_library_fits(eqx301: Store) -> None:
    analysis = replace(OS, strata=("REGION1",))
    asked = RegressionAnalysis(
        analysis=analysis,
        covariates=(factor("SEX", "M"), number("WEIGHTBL")),
        cluster="SITEID",
    )
    frame = analysis.rows(eqx301, ("SEX", "WEIGHTBL", "SITEID", "REGION1"))
    direct: CoxRegression = fit_cox(
        FollowUp(frame=frame, time="time", event="event", strata=("REGION1",), cluster="SITEID"),
        [Factor("arm"), Factor("SEX", reference="M"), Numeric("WEIGHTBL")],
    )
    model = fitted(asked, eqx301)
    pd.testing.assert_frame_equal(model.fit.table, direct.table)
    assert model.fit.robust
    assert model.fit.clusters == 62
    assert model.dropped == {"'WEIGHTBL' is missing": 6}
    assert model.levels[model.levels["term"] == "arm"]["subjects"].sum() == model.fit.rows == 714


def test_another_reference_turns_the_ratio_over(eqx301: Store) -> None:
    one = fitted(RegressionAnalysis(analysis=OS, covariates=(factor("SEX", "F"),)), eqx301)
    two = fitted(RegressionAnalysis(analysis=OS, covariates=(factor("SEX", "M"),)), eqx301)
    product = one.fit.table["hazard_ratio"].iloc[1] * two.fit.table["hazard_ratio"].iloc[1]
    assert product == pytest.approx(1)
    unknown = fitted(RegressionAnalysis(analysis=OS, covariates=(factor("SEX", "X"),)), eqx301)
    assert unknown.fit.table["reference"].iloc[1] == "F"


def test_levels_stand_in_the_order_of_a_table(eqx301: Store) -> None:
    model = fitted(RegressionAnalysis(analysis=OS, covariates=(factor("AGEGR1"),)), eqx301)
    levels = model.levels.loc[model.levels["term"] == "AGEGR1", "level"]
    assert levels.tolist() == ["<65", "65-74", ">=75"]


def test_groups_and_landmarks_are_fitted_as_they_are_counted(eqx301: Store) -> None:
    old = Cohort(Between(column="AGE", low=65), name="65 or older")
    young = Cohort(Between(column="AGE", high=64), name="Younger")
    analysis = replace(OS, groups=(young, old), landmark_day=91)
    model = fitted(RegressionAnalysis(analysis=analysis, covariates=(factor("SEX"),)), eqx301)
    assert model.fit.table["level"].tolist() == ["65 or older", "M"]
    assert model.fit.rows == analysis.counts(eqx301).subjects < 720


# Adjusted curves and residuals ----------------------------------------------------------------


def test_adjusted_curves_start_at_one_and_differ_by_what_they_say(eqx301: Store) -> None:
    analysis = replace(OS, landmarks=(6.0, 12.0, 24.0))
    asked = RegressionAnalysis(analysis=analysis, covariates=(factor("SEX"), number("WEIGHTBL")))
    answer = AdjustedSurvival(model=asked).run(eqx301)
    assert isinstance(answer, AdjustedAnswer)
    first = answer.adjusted.table.groupby("arm").first()
    assert (first["survival"] == 1).all()
    table = answer.landmark_table()
    assert table["time"].tolist() == [6, 6, 12, 12, 24, 24]
    by_arm = table.pivot_table(index="time", columns="arm", values="survival")
    difference = table.dropna(subset="difference").set_index("time")["difference"]
    expected = by_arm["Lumarestat 200 mg"] - by_arm["Placebo"]
    np.testing.assert_allclose(difference, expected)
    assert sum(curve.subjects for curve in answer.unadjusted.curves) == 714


def test_adjusted_curves_need_two_arms(eqx301: Store) -> None:
    one = replace(OS, arms=("Placebo",))
    asked = RegressionAnalysis(analysis=one, covariates=(factor("SEX"),))
    assert AdjustedSurvival(model=asked).run(eqx301) == (
        "Adjusted curves compare arms, and there is one only."
    )


@pytest.mark.parametrize("against", ["linear predictor", "time", "AGE"])
@pytest.mark.parametrize("kind", ["martingale", "deviance", "dfbeta"])
def test_every_subject_has_a_residual(gbsg2: Store, kind: str, against: str) -> None:
    asked = RegressionAnalysis(analysis=RFS, covariates=(number("AGE"), factor("TGRADE")))
    found = ResidualsCheck(model=asked, kind=kind, against=against).run(gbsg2)
    assert len(found.table) == found.table["subject"].nunique() == 686
    assert np.isfinite(found.table[["against", "residual"]]).all(axis=None)
    assert len(found.smooth) == (0 if kind == "dfbeta" else 60)
    if kind != "deviance":
        assert found.table["residual"].sum() == pytest.approx(0, abs=1e-6)


def test_an_influence_is_the_estimate_less_that_without_the_subject(gbsg2: Store) -> None:
    asked = RegressionAnalysis(analysis=RFS, covariates=(number("AGE"),))
    found = ResidualsCheck(model=asked, kind="dfbeta").run(gbsg2)
    model = fitted(asked, gbsg2)
    for place in (int(found.table["residual"].argmax()), int(found.table["residual"].argmin())):
        row = found.table.iloc[place]
        kept = model.follow_up.frame[model.follow_up.frame["subject"] != row["subject"]]
        without = fit_cox(replace(model.follow_up, frame=kept), list(model.fit.terms))
        change = model.fit.coefficients[0] - without.coefficients[0]
        assert change == pytest.approx(row["residual"], rel=0.05)


def test_a_smooth_needs_three_values(gbsg2: Store) -> None:
    asked = RegressionAnalysis(analysis=RFS)
    assert ResidualsCheck(model=asked).run(gbsg2).smooth.empty


def test_residuals_stand_against_numbers_only(gbsg2: Store) -> None:
    asked = RegressionAnalysis(analysis=RFS, covariates=(factor("TGRADE"),))
    found = ResidualsCheck(model=asked, against="TGRADE").run(gbsg2)
    assert found.startswith("`residuals stand against the linear predictor, time or a numeric")


# What cannot be estimated ----------------------------------------------------------------------


def test_bad_covariates_are_explained(eqx301: Store, gbsg2: Store) -> None:
    assert "'SITEID': it has 62 levels, and a covariate has at most 30" in reason(
        eqx301, factor("SITEID")
    )
    assert "'SEX': it has the same value" in reason(gbsg2, factor("SEX"), analysis=RFS)
    assert "is determined by 'COUNTRY=" in reason(eqx301, factor("COUNTRY"), factor("REGION1"))
    assert "is determined by 'arm=Lumarestat 200 mg'" in reason(eqx301, number("TRT01PN"))
    assert "column 'RACE' holds numbers" in reason(eqx301, number("RACE"))
    assert "DTHFL: what is only known after baseline is no covariate" in reason(
        eqx301, factor("DTHFL")
    )


def test_a_covariate_that_is_the_same_for_all_is_named(eqx301: Store) -> None:
    women = replace(OS, cohort=Cohort(OneOf(column="SEX", values=("F",))))
    assert reason(eqx301, factor("SEX"), analysis=women) == (
        "No estimate for 'SEX': it has the same value in all rows that are complete."
    )


def test_separation_and_levels_without_events_are_explained(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute('ALTER TABLE adsl ADD COLUMN "QUIET" VARCHAR')
        connection.execute("""UPDATE adsl SET "QUIET" = 'no'""")
        connection.execute("""UPDATE adsl SET "QUIET" = 'yes' WHERE "USUBJID" IN ('S6', 'S8')""")
    with open_store(path) as store:
        said = reason(store, factor("QUIET"), analysis=SurvivalAnalysis(endpoint="OS"))
        assert "the likelihood keeps rising as that of 'QUIET=yes' goes to 0" in said


def test_no_events_are_explained(tmp_path: Path) -> None:
    path = write_tiny_snapshot(tmp_path / "tiny.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute('UPDATE adtte SET "CNSR" = 1')
    with open_store(path) as store:
        said = reason(store, number("AGE"), analysis=SurvivalAnalysis(endpoint="OS"))
        assert said == "No hazard ratio: there are no events."


def test_a_missing_cluster_is_counted(eqx301: Store, tmp_path: Path) -> None:
    path = Path(shutil.copy(eqx301.path, tmp_path / "copy.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("""UPDATE adsl SET "COUNTRY" = NULL WHERE "USUBJID" LIKE '%-002'""")
    with open_store(path) as store:
        model = fitted(RegressionAnalysis(analysis=OS, cluster="COUNTRY"), store)
        [(why, lacking)] = model.dropped.items()
        assert why == "the cluster 'COUNTRY' is missing"
        assert lacking == 720 - model.fit.rows > 0


def test_a_missing_stratum_is_one_of_its_own_as_in_the_headline(
    eqx301: Store, tmp_path: Path
) -> None:
    path = Path(shutil.copy(eqx301.path, tmp_path / "copy.duckdb"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("""UPDATE adsl SET "ECOGBL" = NULL WHERE "SITEID" < '400'""")
    analysis = replace(OS, strata=("SEX", "ECOGBL"))
    with open_store(path) as store:
        headline = analysis.run(store).hazard_ratio.to_frame()["hazard_ratio"].iloc[0]
        model = fitted(RegressionAnalysis(analysis=analysis), store)
        assert "F, missing" in model.fit.strata
        assert model.fit.rows == 720
        assert model.fit.table["hazard_ratio"].iloc[0] == pytest.approx(headline, rel=1e-6)


def test_a_cohort_chosen_by_the_future_is_compared_from_a_landmark_or_not_at_all(
    eqx301: Store,
) -> None:
    dead = replace(OS, cohort=Cohort(OneOf(column="DTHFL", values=("Y",))))
    asked = RegressionAnalysis(analysis=dead, covariates=(factor("SEX"),))
    answers = [
        asked.run(eqx301).model,
        HazardsCheck(model=asked).run(eqx301),
        ResidualsCheck(model=asked).run(eqx301),
        AdjustedSurvival(model=asked).run(eqx301),
        SubgroupAnalysis(analysis=dead, factors=("SEX",)).run(eqx301).found,
    ]
    assert all(isinstance(one, str) and "immortal time" in one for one in answers)


def test_a_blinded_reader_has_covariates_but_no_arm(eqx301: Store) -> None:
    with open_store(eqx301.path, pooled=True) as store:
        model = fitted(RegressionAnalysis(analysis=OS, covariates=(factor("SEX"),)), store)
        assert model.fit.table["term"].tolist() == ["SEX"]
        assert not model.has_arm
        assert "choose a covariate" in reason(store)
        assert SubgroupAnalysis(analysis=OS, factors=("SEX",)).run(store).found == (
            "Subgroups compare arms, and there is one only."
        )


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"covariates": (number("AGE"), factor("AGE"))}, "each covariate is given once"),
        ({"interaction": "AGE"}, "the interaction is with a covariate"),
        (
            {"analysis": replace(OS, strata=("SEX",)), "covariates": (factor("SEX"),)},
            "a covariate or a stratum, not both",
        ),
    ],
)
def test_a_model_that_contradicts_itself_is_refused(changes: dict, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        RegressionAnalysis(**{"analysis": OS, **changes})


# Subgroups --------------------------------------------------------------------------------------


def test_subgroups_count_everybody_or_say_who_is_in_none(tiny_store: Store) -> None:
    analysis = SurvivalAnalysis(endpoint="OS")
    found = SubgroupAnalysis(analysis=analysis, factors=("SEX", "COUNTRY")).run(tiny_store).found
    missing = found.interactions.set_index("subgroup")["missing"]
    assert missing.to_dict() == {"SEX": 1, "COUNTRY": 0}
    sizes = found.table.assign(n=found.table["subjects"] + found.table["subjects_reference"])
    assert sizes.groupby("subgroup")["n"].sum().to_dict() == {"": 8, "SEX": 7, "COUNTRY": 8}


def test_one_arm_of_several_is_compared_with_the_reference(demo_home: Path) -> None:
    analysis = SurvivalAnalysis(endpoint="TTQUEAS", analysis_set="SAFFL", arm="actual")
    with _store_of(demo_home, "EQX-201") as store:
        asked = SubgroupAnalysis(analysis=analysis, factors=("SEX",), versus="60 mg")
        found = asked.run(store).found
        assert set(found.table["arm"]) == {"60 mg"}
        row = found.table.iloc[0]
        two = replace(analysis, arms=("Placebo", "60 mg"))
        headline = two.run(store).hazard_ratio.to_frame().iloc[0]
        assert row["hazard_ratio"] == pytest.approx(headline["hazard_ratio"], rel=1e-7)
        wrong = SubgroupAnalysis(analysis=analysis, factors=("SEX",), versus="Placebo")
        assert "the arm compared is one of" in wrong.run(store).found


def test_factors_with_many_levels_or_none_are_refused(eqx301: Store) -> None:
    found = SubgroupAnalysis(analysis=OS, factors=("SITEID",)).run(eqx301).found
    assert found.startswith("SITEID has 62 levels; subgroups are those of a factor with at most 30")


def test_a_stratum_can_be_a_subgroup(eqx301: Store) -> None:
    analysis = replace(OS, strata=STRATA)
    found = SubgroupAnalysis(analysis=analysis, factors=("BMKGR1", "ECOGBL")).run(eqx301).found
    assert found.interactions["p_value"].between(0, 1).all()
    assert found.table["level"].tolist() == ["", "NEGATIVE", "POSITIVE", "0", "1"]


# Standing and code ------------------------------------------------------------------------------


def test_only_what_the_plan_names_is_pre_specified(demo_home: Path) -> None:
    with open_workspace(demo_home) as workspace:
        plan = workspace.study("EQX-301").plan
    assert isinstance(plan, Plan)
    assert plan.subgroups == ("BMKGR1", "SEX", "AGEGR1", "REGION1")
    planned = replace(OS, strata=STRATA)
    arm_alone = RegressionAnalysis(analysis=planned)
    assert regression_standing(arm_alone, plan).kind == "pre-specified"
    adjusted = RegressionAnalysis(analysis=planned, covariates=(factor("SEX"),))
    assert regression_standing(adjusted, plan).sentence == (
        "Sensitivity analysis: the model is adjusted for SEX."
    )
    assert subgroup_standing(SubgroupAnalysis(analysis=planned, factors=("SEX",)), plan).kind == (
        "pre-specified"
    )
    other = SubgroupAnalysis(analysis=planned, factors=("SEX", "RACE"))
    assert subgroup_standing(other, plan).sentence == (
        "Exploratory analysis: the plan names no subgroups by RACE."
    )
