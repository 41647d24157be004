"""EQX-301 is what its README says: sizes, dates, consistency, planted problems."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sample_data.eqx301 import build_eqx301
from sample_data.eqx301.catalogue import CATALOGUE
from sample_data.eqx301.plan import build_plan
from sample_data.eqx301.protocol import ACCRUAL_START, ARMS, DATA_CUT, STRATIFICATION

Tables = dict[str, pd.DataFrame]
CUT = pd.Timestamp(DATA_CUT)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return build_eqx301()


def clean_events(tables: Tables) -> pd.DataFrame:
    """ADAE without the planted problems, each with its subject's ADSL row."""
    problems = tables["problems"][["USUBJID", "AESEQ"]].assign(planted=True)
    events = tables["adae"].merge(problems, on=["USUBJID", "AESEQ"], how="left")
    events = events[events["planted"].isna()]
    subject = tables["adsl"][["USUBJID", "RFICDT", "LSTALVDT", "DTHFL", "DTHDT", "DTHCAUS"]]
    return events.merge(subject, on="USUBJID", how="left", validate="many_to_one")


def survival(tables: Tables, code: str) -> pd.DataFrame:
    adtte = tables["adtte"]
    return adtte[adtte["PARAMCD"] == code].set_index("USUBJID")


def test_subjects_sites_and_countries(tables: Tables) -> None:
    adsl, sites = tables["adsl"], tables["sites"]
    assert len(adsl) == 720
    assert adsl["USUBJID"].is_unique
    assert (len(sites), sites["COUNTRY"].nunique()) == (64, 9)
    assert sites["target_subjects"].sum() == 720
    places = adsl[["SITEID", "COUNTRY"]].drop_duplicates()
    merged = places.merge(sites, on="SITEID", suffixes=("", "_site"))
    assert len(merged) == len(places)
    assert (merged["COUNTRY"] == merged["COUNTRY_site"]).all()


def test_sites_open_over_fourteen_months_before_they_recruit(tables: Tables) -> None:
    sites = tables["sites"]
    months = (sites["actual_activation"] - pd.Timestamp(ACCRUAL_START)).dt.days / 30.4375
    assert months.min() == 0
    assert 13.9 < months.max() <= 14
    assert (sites["planned_activation"] >= pd.Timestamp(ACCRUAL_START)).all()
    first = tables["adsl"].groupby("SITEID")["RFICDT"].min()
    opened = sites.set_index("SITEID")["actual_activation"]
    assert (first >= opened[first.index]).all()


def test_recruitment_is_unequal_and_takes_about_twenty_months(tables: Tables) -> None:
    adsl = tables["adsl"]
    by_site = adsl["SITEID"].value_counts()
    assert by_site.iloc[:16].sum() > 0.45 * len(adsl)  # a quarter of the sites
    months = (adsl["RANDDT"].max() - pd.Timestamp(ACCRUAL_START)).days / 30.4375
    assert 18 <= months <= 22


def test_arms_are_balanced_within_every_stratum(tables: Tables) -> None:
    by_stratum = tables["adsl"].groupby([*STRATIFICATION, "TRT01P"]).size().unstack(fill_value=0)
    assert len(by_stratum) == 12
    # Blocks of four: each arm is within one subject of half the stratum.
    assert ((by_stratum[ARMS[0]] - by_stratum[ARMS[1]]).abs() / 2 <= 1).all()


def test_a_few_are_never_treated_or_treated_otherwise(tables: Tables) -> None:
    adsl = tables["adsl"]
    untreated = adsl[adsl["SAFFL"] == "N"]
    assert len(untreated) == 5
    assert untreated["TRTSDT"].isna().all()
    assert (untreated["TRT01A"] == "").all()
    treated = adsl[adsl["SAFFL"] == "Y"]
    assert (treated["TRT01A"] != treated["TRT01P"]).sum() == 3
    assert not (adsl.loc[adsl["ACTARM"] != adsl["ARM"], "PPROTFL"] == "Y").any()


def test_dm_has_everybody_screened(tables: Tables) -> None:
    adsl, dm = tables["adsl"], tables["dm"]
    failed = dm["ARMCD"] == "SCRNFAIL"
    assert set(dm.loc[~failed, "USUBJID"]) == set(adsl["USUBJID"])
    assert 0.15 < failed.mean() < 0.32
    assert (dm.loc[failed, "RFSTDTC"] == "").all()
    failures = tables["ds"].query("DSDECOD == 'SCREEN FAILURE'")
    assert set(failures["USUBJID"]) == set(dm.loc[failed, "USUBJID"])


def test_nothing_lies_after_the_data_cut(tables: Tables) -> None:
    for name, table in tables.items():
        for column in table.select_dtypes("datetime"):
            if column != "DATACUT":
                assert not (table[column] > CUT).any(), f"{name}.{column}"
        for column in [c for c in table.columns if c.endswith("DTC")]:
            assert (table[column].str[:7] <= f"{CUT:%Y-%m}").all(), f"{name}.{column}"


def test_progression_free_survival_is_never_longer_than_survival(tables: Tables) -> None:
    os, pfs = survival(tables, "OS"), survival(tables, "PFS")
    assert (pfs["AVAL"] <= os.loc[pfs.index, "AVAL"]).all()
    assert (os["AVAL"] >= 1).all()
    assert (os.loc[pfs.index[pfs["EVNTDESC"] == "Death"], "CNSR"] == 0).all()
    both = tables["adtte"]
    assert (both["AVAL"] == (both["ADT"] - both["STARTDT"]).dt.days + 1).all()
    assert ((both["CNSR"] == 0) == (both["EVNTDESC"] != "")).all()
    assert ((both["CNSR"] == 0) == (both["CNSDTDSC"] == "")).all()


def test_deaths_agree_everywhere(tables: Tables) -> None:
    adsl, os = tables["adsl"], survival(tables, "OS")
    dead = set(adsl.loc[adsl["DTHFL"] == "Y", "USUBJID"])
    assert dead == set(os.index[os["CNSR"] == 0])
    assert dead == set(adsl.loc[adsl["DCSREAS"] == "DEATH", "USUBJID"])
    assert dead == set(tables["dm"].query("DTHFL == 'Y'")["USUBJID"])
    disposed = tables["ds"].query("DSSCAT == 'STUDY PARTICIPATION' and DSDECOD == 'DEATH'")
    assert dead == set(disposed["USUBJID"])
    fatal = set(tables["adae"].query("AESDTH == 'Y'")["USUBJID"])
    assert fatal == set(adsl.loc[adsl["DTHCAUS"] == "ADVERSE EVENT", "USUBJID"])
    dates = adsl.set_index("USUBJID").loc[sorted(dead)]
    assert (dates["DTHDT"] == os.loc[dates.index, "ADT"]).all()
    assert (dates["DTHDT"] == dates["LSTALVDT"]).all()


def test_disposition_is_consistent(tables: Tables) -> None:
    adsl = tables["adsl"]
    assert ((adsl["EOSSTT"] == "DISCONTINUED") == (adsl["DCSREAS"] != "")).all()
    assert ((adsl["EOTSTT"] == "DISCONTINUED") == (adsl["DCTREAS"] != "")).all()
    assert (adsl.loc[adsl["EOTSTT"] == "ONGOING", "TRTEDT"] == CUT).all()
    assert not (adsl["TRTEDT"] > adsl["LSTALVDT"]).any()
    ended = tables["ds"].query("DSSCAT == 'STUDY TREATMENT'").set_index("USUBJID")["DSDECOD"]
    expected = adsl[adsl["DCTREAS"] != ""].set_index("USUBJID")["DCTREAS"]
    assert ended.sort_index().equals(expected.sort_index().rename("DSDECOD"))
    for_event = set(adsl.loc[adsl["DCTREAS"] == "ADVERSE EVENT", "USUBJID"])
    assert for_event == set(tables["adae"].query("AEACN == 'DRUG WITHDRAWN'")["USUBJID"])


def test_events_lie_within_the_observed_time_of_their_subject(tables: Tables) -> None:
    events = clean_events(tables)
    assert events["LSTALVDT"].notna().all()
    assert (events["ASTDT"] > events["RFICDT"]).all()
    assert (events["ASTDT"] <= events["LSTALVDT"]).all()
    assert not (events["AENDT"] > events["LSTALVDT"]).any()
    assert not (events["AENDT"] < events["ASTDT"]).any()
    window = events["TRTEDT"] + pd.Timedelta(days=30)
    emergent = (events["ASTDT"] >= events["TRTSDT"]) & (events["ASTDT"] <= window)
    assert (emergent == (events["TRTEMFL"] == "Y")).all()
    since = (events["ASTDT"] - events["TRTSDT"]).dt.days
    assert (events["ASTDY"] == since + (since >= 0)).all()


def test_planted_problems_are_there_and_nowhere_else(tables: Tables) -> None:
    adae, problems = tables["adae"], tables["problems"]
    subjects = set(tables["adsl"]["USUBJID"])
    found = {
        "adverse event ends before it starts": adae["AENDT"] < adae["ASTDT"],
        "adverse event of a subject not in ADSL": ~adae["USUBJID"].isin(subjects),
        "fatal adverse event not marked serious": (adae["AESDTH"] == "Y") & (adae["AESER"] == "N"),
    }
    assert set(problems["problem"]) == set(found)
    for problem, where in found.items():
        planted = problems[problems["problem"] == problem]
        expected = set(zip(planted["USUBJID"], planted["AESEQ"], strict=True))
        assert set(zip(adae["USUBJID"][where], adae["AESEQ"][where], strict=True)) == expected
    stray = problems.query("problem == 'adverse event of a subject not in ADSL'")["USUBJID"]
    assert not stray.isin(tables["dm"]["USUBJID"]).any()
    assert not adae.duplicated(["USUBJID", "AEDECOD", "ASTDT"]).any()


def test_events_are_as_many_as_in_an_oncology_trial(tables: Tables) -> None:
    emergent = tables["adae"].query("TRTEMFL == 'Y'")
    treated = tables["adsl"].query("SAFFL == 'Y'").groupby("TRT01A").size()
    each = emergent.groupby("TRTA").size() / treated
    assert 6 < each[ARMS[0]] < 9 < each[ARMS[1]] < 13
    assert 40 <= len(CATALOGUE.terms) <= 60
    assert 10 <= len(set(CATALOGUE.classes)) <= 12
    assert emergent["AETOXGR"].isin(list("12345")).all()
    assert len(tables["adae"].query("AEDECOD == 'Renal strain'")) > 100


def test_first_occurrence_flags_count_subjects_once(tables: Tables) -> None:
    emergent = tables["adae"].query("TRTEMFL == 'Y'")
    for flag, within in (
        ("AOCCFL", ["USUBJID"]),
        ("AOCCSFL", ["USUBJID", "AEBODSYS"]),
        ("AOCCPFL", ["USUBJID", "AEBODSYS", "AEDECOD"]),
    ):
        flagged = emergent[emergent[flag] == "Y"]
        assert not flagged.duplicated(within).any()
        assert len(flagged) == len(emergent.drop_duplicates(within))
        assert (tables["adae"].query("TRTEMFL == ''")[flag] == "").all()


def test_survival_looks_like_the_plan(tables: Tables) -> None:
    plan = build_plan(720)
    assert isinstance(plan["arms"], list)
    os = survival(tables, "OS")
    assert 0.60 <= (os["CNSR"] == 0).sum() / 420 <= 0.75  # of the planned events
    assert set(STRATIFICATION) <= set(tables["adsl"].columns)
    assert set(plan["arms"]) == set(tables["adsl"]["TRT01P"])


def test_dosing_periods_fill_treatment_without_gap(tables: Tables) -> None:
    periods = tables["adex"].query("PARAMCD == 'DOSE'")
    next_start = periods.groupby("USUBJID")["ASTDT"].shift(-1)
    follows = next_start.isna() | (next_start == periods["AENDT"] + pd.Timedelta(days=1))
    assert follows.all()
    ends = periods.groupby("USUBJID").agg(first=("ASTDT", "min"), last=("AENDT", "max"))
    adsl = tables["adsl"].query("SAFFL == 'Y'").set_index("USUBJID")
    assert (ends["first"] == adsl.loc[ends.index, "TRTSDT"]).all()
    assert (ends["last"] == adsl.loc[ends.index, "TRTEDT"]).all()
    assert set(periods["EXDOSE"]) == {0.0, 100.0, 150.0, 200.0}
    assert len(ends) == len(adsl)
    intensity = tables["adex"].query("PARAMCD == 'RDI'")["AVAL"]
    assert intensity.between(20, 100).all()


def test_liver_candidates_are_a_handful(tables: Tables) -> None:
    labs = tables["adlb"].query("AVISITN > 0").dropna(subset="ANRHI")
    labs = labs.assign(times=labs["AVAL"] / labs["ANRHI"])
    peak = labs.pivot_table(
        index=["USUBJID", "TRTA"], columns="PARAMCD", values="times", aggfunc="max"
    ).reset_index()
    candidates = peak[(peak[["ALT", "AST"]].max(axis=1) >= 3) & (peak["BILI"] > 2)]
    assert len(candidates) == 6
    assert (candidates["TRTA"] == ARMS[1]).sum() == 5
    assert (candidates["ALP"] >= 2).sum() == 1
    assert (peak["ALT"] >= 3).sum() > 15
    assert 20 < tables["adlb"]["ANRHI"].isna().sum() < 200


@pytest.mark.parametrize("name", ["adlb", "advs"])
def test_measurements_have_a_baseline_and_changes_from_it(tables: Tables, name: str) -> None:
    table = tables[name]
    baseline = table[table["ABLFL"] == "Y"]
    assert not baseline.duplicated(["USUBJID", "PARAMCD"]).any()
    assert (baseline["AVAL"] == baseline["BASE"]).all()
    assert baseline["CHG"].isna().all()
    later = table[(table["ABLFL"] == "") & table["BASE"].notna()]
    np.testing.assert_allclose(later["CHG"], later["AVAL"] - later["BASE"], atol=1e-3)
    assert not table.duplicated(["USUBJID", "PARAMCD", "AVISITN"]).any()


def test_too_few_subjects_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 24, but got 5"):
        build_eqx301(subjects=5)
