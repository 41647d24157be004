"""EQX-201 and GBSG2 hold what their descriptions say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sample_data.eqx201 import DOSES, build_eqx201, true_mean_change, true_queasiness_risk
from sample_data.gbsg2 import ARMS, build_gbsg2


@pytest.fixture(scope="module")
def large() -> dict[str, pd.DataFrame]:
    return build_eqx201(seed=1, subjects_per_dose=2000)


def test_eqx201_has_forty_subjects_per_dose() -> None:
    tables = build_eqx201()
    assert tables["adsl"].groupby("DOSE01P").size().to_dict() == dict.fromkeys(DOSES, 40)
    assert tables["adsl"]["USUBJID"].is_unique
    assert set(tables["adae"]["USUBJID"]) <= set(tables["adsl"]["USUBJID"])
    assert set(tables["adsl"]["EOSSTT"]) == {"COMPLETED", "DISCONTINUED"}
    opened = tables["sites"].set_index("SITEID")["actual_activation"]
    assert (tables["adsl"]["RANDDT"] >= tables["adsl"]["SITEID"].map(opened)).all()


def test_eqx201_events_lie_within_treatment() -> None:
    adae = build_eqx201()["adae"].merge(build_eqx201()["adsl"][["USUBJID", "TRTSDT", "TRTEDT"]])
    assert (adae["ASTDT"] >= adae["TRTSDT"]).all()
    assert (adae["ASTDT"] <= adae["TRTEDT"]).all()
    assert not (adae["AENDT"] < adae["ASTDT"]).any()


def test_eqx201_effect_follows_the_curve(large: dict[str, pd.DataFrame]) -> None:
    last = large["adeff"].query("AVISITN == 12").groupby("DOSEP")["CHG"]
    error = last.std() / np.sqrt(last.size())
    # Scores stop at 0, which takes a little off the largest effects.
    assert ((last.mean() - true_mean_change(DOSES)).abs() < 4 * error + 0.15).all()


def test_eqx201_queasiness_follows_the_dose(large: dict[str, pd.DataFrame]) -> None:
    adtte = large["adtte"]
    for dose, risk in zip(DOSES, true_queasiness_risk(DOSES), strict=True):
        arm = adtte[adtte["DOSEA"] == dose]
        hazard = (arm["CNSR"] == 0).sum() / arm["AVAL"].sub(0.5).sum()
        assert 1 - np.exp(-84 * hazard) == pytest.approx(risk, abs=4 * np.sqrt(risk / len(arm)))


def test_gbsg2_is_the_trial_known_from_the_literature() -> None:
    tables = build_gbsg2()
    adtte = tables["adtte"]
    assert len(tables["adsl"]) == 686
    by_arm = adtte.groupby("TRT01P")["CNSR"].agg(["size", lambda c: (c == 0).sum()])
    assert by_arm.loc[list(ARMS)].to_numpy().tolist() == [[440, 205], [246, 94]]
    assert not any(name.endswith("DT") for name in tables["adsl"].columns)
