"""Predictors as columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.safety.prediction.encoding import Encoding, parameter_counts


def _frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "arm": ["A"] * 30 + ["B"] * 10,
            "AGE": [50.0, 70.0] * 13 + [np.nan] * 14,
            "RACE": ["W"] * 20 + ["B"] * 8 + ["C"] * 7 + [""] * 5,
            "FLAG": [True, False] * 20,
        }
    )


def test_columns_are_centred_and_scaled() -> None:
    frame = _frame()
    encoding = Encoding.of(frame, fewest=10)
    matrix = encoding.matrix(frame)
    assert encoding.columns == ("arm=B", "AGE", "AGE missing", "RACE=other", "FLAG")
    assert encoding.sources == ("arm", "AGE", "AGE", "RACE", "FLAG")
    # The 5 without a race are too few for a column: average subjects, 0 in it.
    assert matrix[:, [0, 1, 2, 4]].mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert (matrix[-5:, 3] == 0).all()
    assert matrix[:, [1, 4]].std(axis=0) == pytest.approx(0.5)
    filled = frame["AGE"].fillna(60)
    assert matrix[:, 1] == pytest.approx((filled - filled.mean()) / (2 * filled.std(ddof=0)))
    assert sorted(set(matrix[:, 2].round(9))) == [-0.35, 0.65]


def test_missing_is_a_level_where_enough_have_none() -> None:
    frame = pd.DataFrame({"RACE": ["W"] * 20 + [None] * 12})
    encoding = Encoding.of(frame)
    assert encoding.columns == ("RACE=missing",)
    new = encoding.matrix(pd.DataFrame({"RACE": [None, "never seen", "W"]}))[:, 0]
    assert new.tolist() == pytest.approx([0.625, 0.625, -0.375])


def test_what_is_learned_stays() -> None:
    """The columns of a subject do not depend on who else is told a risk."""
    frame = _frame()
    encoding = Encoding.of(frame)
    alone = np.vstack([encoding.matrix(frame.iloc[[place]]) for place in range(len(frame))])
    assert alone.tolist() == encoding.matrix(frame).tolist()
    assert encoding.matrix(frame.astype(object)).tolist() == encoding.matrix(frame).tolist()


def test_constant_and_empty_predictors_have_no_columns() -> None:
    frame = pd.DataFrame(
        {"ONE": [1.0] * 20, "NONE": [np.nan] * 20, "TEXT": "x", "EMPTY": [None] * 20}
    )
    assert Encoding.of(frame).columns == ()
    assert parameter_counts(frame) == {"ONE": 0, "NONE": 0, "TEXT": 0, "EMPTY": 0}
    assert Encoding.of(frame).matrix(frame).shape == (20, 0)


def test_infinite_values_and_known_or_not() -> None:
    frame = pd.DataFrame({"LAB": [5.0] * 15 + [np.inf] * 15})
    encoding = Encoding.of(frame)
    assert encoding.columns == ("LAB missing",)
    assert encoding.matrix(frame)[:, 0].tolist() == [-0.5] * 15 + [0.5] * 15


def test_rare_level_is_pooled_and_a_new_one_is_not() -> None:
    frame = pd.DataFrame({"SITE": ["1"] * 20 + ["2"] * 15 + list("34567890abcd")})
    encoding = Encoding.of(frame)
    assert encoding.columns == ("SITE=2", "SITE=other")
    pooled, new = encoding.matrix(pd.DataFrame({"SITE": ["3", "z"]}))
    assert pooled[1] > 0
    assert new.tolist() == [0, 0]
