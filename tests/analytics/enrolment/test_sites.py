"""Sites as values: what they derive, what they refuse, what-if, and earlier cut-offs."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.checks import InputError
from analytics.enrolment import (
    SLOWING,
    EnrolmentModel,
    RatePrior,
    Sites,
    add_sites,
    back_test_enrolment,
    cap_sites,
    close_sites,
    delay_sites,
    enrolled_by,
    months_of,
    multiply_rates,
    sites_at,
    sites_of_patients,
)
from analytics.results import Result, same
from tests.analytics.enrolment.random_sites import random_models

PATIENTS = pd.DataFrame(
    {
        "site": list("AABBC"),
        "country": list("XXYYY"),
        "screened_month": [0.5, 2.0, 1.0, 8.0, 9.0],
        "randomised_month": [1.0, np.nan, 7.0, 8.5, 9.5],
        "failed": [False, True, False, False, False],
    }
)


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"site": ["A", "A"], "planned_month": [0, 1]}, "name of its own"),
        ({"site": ["A"]}, "opens at some month"),
        ({"site": ["A"], "activated_month": [7.0]}, "activated by now"),
        ({"site": ["A"], "activated_month": [3.0], "closed_month": [2.0]}, "close after"),
        ({"site": ["A"], "planned_month": [8.0], "randomised": [1]}, "open have patients"),
        ({"site": ["A"], "activated_month": [1.0], "randomised": [1.5]}, "whole numbers"),
        ({"site": ["A"], "activated_month": [1.0], "randomised": [-1]}, "among the screened"),
        (
            {"site": ["A"], "activated_month": [1.0], "randomised": [4], "screened": [3]},
            "among the screened",
        ),
        ({"site": ["A"], "activated_month": [1.0], "randomised": [4], "cap": [3]}, "<= cap"),
        ({"site": ["A"], "activated_month": [1.0], "pace": [0.0]}, "pace > 0"),
        ({"site": ["A"], "activated_month": [1.0], "cost_per_site": [-1.0]}, "cost_per_site >= 0"),
        ({"site": ["A"], "activated_month": [1.0], "region": ["EU"]}, "columns site and of"),
        ({"site": ["A"], "activated_month": ["soon"]}, "activated_month holds numbers"),
        ({"site": [], "activated_month": []}, "at least one site"),
    ],
)
def test_sites_refuse(columns: dict[str, Any], rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        Sites.of(columns, now=6)


@settings(max_examples=8, derandomize=True)
@given(model=random_models())
def test_values_go_through_json(model: EnrolmentModel) -> None:
    assert same(Result.from_json(model.to_json()), model)
    assert model.prior == eval(repr(model.prior), {"RatePrior": RatePrior})


def test_empty_cells_of_a_file_are_filled_in() -> None:
    text = (
        "site,country,planned_month,activated_month,randomised,failed,pace,cap\n"
        "701,DE,0,0.5,4,1,,\n"
        "702,,3,,,,1.5,10\n"
    )
    sites = Sites.of(pd.read_csv(StringIO(text)), now=6)
    assert sites.names == ("701", "702")
    assert sites.countries == ("DE", "")
    assert sites.table["screened"].tolist() == [5, 0]
    assert sites.column("pace").tolist() == [1.0, 1.5]
    assert sites.opening_months.tolist() == [0.5, 6.0]
    alone = Sites.of({"site": ["A"], "planned_month": [2], "activated_month": [None]}, now=0)
    assert alone.opening_months.tolist() == [2.0]


def test_an_overdue_site_opens_now() -> None:
    sites = Sites.of({"site": ["A"], "planned_month": [2.0]}, now=6)
    assert sites.opening_months.tolist() == [6.0]
    assert sites.exposure_months.tolist() == [0.0]


@settings(max_examples=8, derandomize=True)
@given(model=random_models(), months=st.floats(0, 9), factor=st.floats(1, 3))
def test_what_if_moves_the_forecast_as_it_should(
    model: EnrolmentModel, months: float, factor: float
) -> None:
    sites = model.sites

    def mean(changed: Sites) -> float:
        return enrolled_by(EnrolmentModel(sites=changed, prior=model.prior), 24).mean

    usual = mean(sites)
    assert mean(delay_sites(sites, months)) <= usual + 1e-9
    assert mean(close_sites(sites, 6 + months, names=sites.names[:1])) <= usual + 1e-9
    assert mean(add_sites(sites, [6 + months], country="IT")) > usual
    so_far = sites.randomised
    faster = mean(multiply_rates(sites, factor))
    assert faster - so_far == pytest.approx(factor * (usual - so_far), rel=1e-9)
    assert mean(close_sites(sites, 6, names=sites.names)) == pytest.approx(so_far)
    assert mean(cap_sites(sites, 10)) == pytest.approx(usual)  # of the closed form


def test_what_if_by_country() -> None:
    sites = Sites.of(
        {"site": list("ABC"), "country": list("XXY"), "planned_month": [0, 5, 5]}, now=0
    )
    assert close_sites(sites, 3, country="X").closing_months.tolist() == [3.0, 5.0, np.inf]
    assert delay_sites(sites, 2, country="Y").opening_months.tolist() == [0.0, 5.0, 7.0]
    assert delay_sites(sites, -9).opening_months.tolist() == [0.0, 0.0, 0.0]
    assert multiply_rates(sites, 2, country="X").column("pace").tolist() == [2.0, 2.0, 1.0]
    more = add_sites(add_sites(sites, [4]), [5, 6], country="Z", cap=10)
    assert more.names == ("A", "B", "C", "Added 1", "Added 2", "Added 3")
    assert more.column("cap").tolist()[-1] == 10
    with pytest.raises(InputError, match="names or a country"):
        close_sites(sites, 3)
    with pytest.raises(InputError, match="among those of the trial"):
        multiply_rates(sites, 2, names=("Q",))
    with pytest.raises(InputError, match="from now on"):
        add_sites(sites, [-1])


def test_sites_at_an_earlier_cut_off() -> None:
    sites = sites_of_patients(PATIENTS, now=10)
    assert sites.table["screened"].tolist() == [2, 2, 1]
    assert sites.countries == ("X", "Y")
    earlier = sites_at(sites, PATIENTS, now=6)
    assert earlier.opening_months.tolist() == [0.5, 1.0, 9.0]
    assert earlier.table["randomised"].tolist() == [1, 0, 0]
    assert earlier.table["failed"].tolist() == [1, 0, 0]
    assert earlier.in_screening.tolist() == [0, 1, 0]
    assert same(earlier, sites_of_patients(PATIENTS, now=6))
    assert months_of(PATIENTS, earlier, "screened")["month"].tolist() == [0.5, 2.0, 1.0]
    with pytest.raises(InputError, match="failed patients are not randomised"):
        sites_at(sites, PATIENTS.assign(failed=True), now=6)


def test_the_forecast_of_the_cdisc_pilot_from_half_of_its_recruitment(trial_data: Path) -> None:
    """Recruitment slowed: constant rates miss what came; a trend that expects it does not."""
    subjects = pd.read_csv(trial_data / "enrolment" / "subjects.csv", dtype={"SITEID": str})
    screened, randomised = (pd.to_datetime(subjects[one]) for one in ("SCREENDT", "RANDDT"))
    first = screened.min()
    patients = pd.DataFrame(
        {
            "site": subjects["SITEID"],
            "country": subjects["COUNTRY"],
            "screened_month": (screened - first).dt.days / 30.4375,
            "randomised_month": (randomised - first).dt.days / 30.4375,
            "failed": subjects["SCRNFAIL"] == "Y",
        }
    )
    sites = sites_of_patients(patients, now=26.5)
    assert (sites.randomised, len(sites.names), int(sites.table["failed"].sum())) == (254, 17, 52)
    half = float(np.sort(patients["randomised_month"].dropna())[126])
    constant = back_test_enrolment(sites, patients, cut_offs=[half], months=[15, 18, 21, 24, 26])
    slowing = back_test_enrolment(
        sites,
        patients,
        cut_offs=[half],
        months=[15, 18, 21, 24, 26],
        clock="calendar",
        beliefs=SLOWING,
    )
    ends = [one.table.iloc[-1] for one in (constant, slowing)]
    assert ends[0]["happened"] == 254
    assert 254 < ends[0]["lower"] < 305
    assert ends[1]["lower"] <= 254 < ends[1]["median"] < ends[0]["median"]
    assert slowing.coverage == 1 > constant.coverage
