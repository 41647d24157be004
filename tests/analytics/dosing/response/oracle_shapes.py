"""Rows of the dose-response tables as values."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analytics.dosing.response import Candidates, DoseEstimates, Shape

ORACLES = Path(__file__).parents[3] / "oracles"
BIOM_DOSES = (0.0, 0.05, 0.2, 0.6, 1.0)
BIOM_SHAPES = (
    "linear",
    "emax:ed50=0.2",
    "linear-log:offset=0.01",
    "exponential:delta=0.28",
    "quadratic:delta=-0.85",
)
SIX_DOSES = (0.0, 10.0, 25.0, 50.0, 100.0, 150.0)
SIX_SHAPES = (
    "linear",
    "emax:ed50=25",
    "logistic:ed50=50,delta=10.88111",
    "exponential:delta=85",
    "beta:delta1=0.33,delta2=2.31,scale=200",
    "beta:delta1=1.39,delta2=1.39,scale=200",
)


def table(name: str) -> pd.DataFrame:
    """One of the tables, empty cells as empty text in columns of text."""
    frame = pd.read_csv(ORACLES / f"dose_response_{name}.csv", skipinitialspace=True)
    texts = frame.select_dtypes("object").columns
    return frame.assign(**{column: frame[column].fillna("") for column in texts})


def shape(text: str) -> Shape:
    """From `family:parameter=value,...`."""
    family, _, rest = text.partition(":")
    pairs = (pair.split("=") for pair in rest.split(",") if pair)
    return Shape.of(family, **{name: float(value) for name, value in pairs})


def biom_candidates() -> Candidates:
    """Five shapes over the doses of biom."""
    return Candidates(doses=BIOM_DOSES, shapes=tuple(map(shape, BIOM_SHAPES)))


def six_candidates() -> Candidates:
    """Six shapes over six doses."""
    return Candidates(doses=SIX_DOSES, shapes=tuple(map(shape, SIX_SHAPES)))


def biom() -> DoseEstimates:
    """The data set biom: 20 subjects at each of five doses."""
    data = table("data")
    return DoseEstimates.from_subjects(data["dose"], data["response"])


def general(case: str) -> DoseEstimates:
    """Estimates with their covariance, of a case of the table of generalised fits."""
    rows = table("general")
    row = rows[rows["case"] == case].iloc[0]
    values = [float(one) for one in row["estimates"].split(";")]
    cells = [float(one) for one in row["covariance"].split(";")]
    count = len(values)
    covariance = tuple(tuple(cells[i * count : (i + 1) * count]) for i in range(count))
    return DoseEstimates(doses=BIOM_DOSES, estimates=tuple(values), covariance=covariance)
