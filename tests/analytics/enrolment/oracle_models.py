"""The enrolment models that the reference values are about."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from analytics.enrolment import EnrolmentModel, RatePrior, Sites

FOLDER = Path(__file__).parents[2] / "oracles"


def oracle_rows(name: str) -> pd.DataFrame:
    """An oracle table; cells without a value are empty text."""
    table = pd.read_csv(FOLDER / f"{name}.csv", keep_default_na=False)
    assert (table["source"] != "").all()
    return table


@cache
def oracle_model(case: str) -> EnrolmentModel:
    """The model of a case of `enrolment_models.csv`: open sites, then those still to open."""
    row = oracle_rows("enrolment_models").set_index("case").loc[case]
    counts, exposures, openings = map(_numbers, (row.counts, row.exposures, row.openings))
    now, planned = float(row.now), [float("nan")] * len(openings)
    activated = [now - one for one in exposures]
    columns = {
        "site": [f"Site {i}" for i in range(1, len(activated) + len(openings) + 1)],
        "planned_month": activated + openings,
        "activated_month": activated + planned,
        "randomised": counts + [0.0] * len(openings),
    }
    prior = RatePrior.gamma(shape=float(row["shape"]), rate=float(row["rate"]))
    return EnrolmentModel(sites=Sites.of(columns, now=now), prior=prior)


def _numbers(text: str) -> list[float]:
    return [float(one) for one in str(text).split(";") if one]
