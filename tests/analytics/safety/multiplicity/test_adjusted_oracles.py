"""Adjusted p-values against R's p.adjust, a package's printed examples and a published trial."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.safety.incidence import fisher_test
from analytics.safety.multiplicity import adjust, adjust_benjamini_hochberg, double_fdr_2012
from tests.analytics.survival.oracle_data import oracle_table

EXPECTED = oracle_table("multiplicity")
MANUAL = oracle_table("multiplicity_c212")
MMRV = oracle_table("mmrv_counts")
CELLS = ["with_event", "subjects", "reference_with_event", "reference_subjects"]


def _mmrv() -> pd.DataFrame:
    p = fisher_test(*(MMRV[name] for name in CELLS))
    return MMRV[["class", "term"]].assign(arm="MMRV", p_value=p)


def _case(name: str) -> pd.DataFrame:
    """One column per quantity, NaN where R has none."""
    rows = EXPECTED[EXPECTED["case"] == name]
    wide = rows.pivot(index=["class", "term"], columns="quantity", values="expected")
    given = rows.drop_duplicates(["class", "term"])
    given = given.assign(p_value=pd.to_numeric(given["p_value"]))
    return given.merge(wide.reset_index(), on=["class", "term"], validate="1:1")


@pytest.mark.parametrize("case", EXPECTED["case"].unique())
def test_agrees_with_r(case: str) -> None:
    expected = _case(case)
    first = expected.iloc[0]
    result = adjust(expected.assign(arm="B"), method=first["method"], alpha=first["alpha"])
    for name in ("class_adjusted", "adjusted", "flagged"):
        np.testing.assert_allclose(
            result.table[name].astype(float),
            expected[name],
            rtol=first["tolerance"],
            err_msg=name,
        )


def test_benjamini_hochberg_of_the_manual() -> None:
    found = adjust_benjamini_hochberg(MANUAL["p_value"])
    np.testing.assert_allclose(found, MANUAL["adjusted_bh"], atol=1e-7)


def test_double_fdr_of_the_manual() -> None:
    found = double_fdr_2012(MANUAL["p_value"], MANUAL["class"].tolist())
    own = found.class_adjusted[found.class_of_term]
    np.testing.assert_allclose(own, MANUAL["class_adjusted_2012"], atol=1e-6)
    adjusted = pd.to_numeric(MANUAL["adjusted_2012"])
    np.testing.assert_allclose(found.adjusted, adjusted, atol=1e-6)
    assert found.flagged.tolist() == MANUAL["flagged_2012"].tolist()


def test_counts_are_those_of_the_trial() -> None:
    """Fisher's p-values as the papers print them."""
    assert len(MMRV) == 40
    assert MMRV["class"].nunique() == 8
    p = _mmrv().set_index("term")["p_value"]
    printed = {
        "Irritability": 0.0025,
        "Rash": 0.0209,
        "Diarrhea": 0.0289,
        "Rash, measles/rubella-like": 0.0388,
    }
    assert p[list(printed)].round(4).to_dict() == printed
    assert p.nsmallest(4).index.tolist() == list(printed)


@pytest.mark.parametrize(
    ("method", "alpha", "class_adjusted", "flagged"),
    [
        ("unadjusted", 0.05, np.nan, 4),
        ("double-fdr-2004", 0.05, 0.0197, 1),
        ("double-fdr-2012", 0.05, 0.0592, 0),
        ("double-fdr-2012", 0.10, 0.0592, 1),
    ],
)
def test_what_is_left_of_the_trial(
    method: str, alpha: float, class_adjusted: float, flagged: int
) -> None:
    table = adjust(_mmrv(), method=method, alpha=alpha).table.set_index("term")
    found = table.loc["Irritability", "class_adjusted"]
    assert found == pytest.approx(class_adjusted, abs=6e-5, nan_ok=True)
    assert table["flagged"].sum() == flagged
    if flagged == 1:
        assert table.index[table["flagged"]].tolist() == ["Irritability"]


def test_a_term_without_events_counts_with_p_1() -> None:
    p = fisher_test([75, 0], 148, [43, 0], 132)
    assert p[1] == 1
    np.testing.assert_allclose(adjust_benjamini_hochberg(p), [2 * p[0], 1])
