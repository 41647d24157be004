"""The 64 sites of EQX-301: where, when activated, how fast they recruit, what they cost."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator

from sample_data.eqx301.protocol import (
    ACCRUAL_MONTHS,
    ACCRUAL_START,
    ACTIVATION_MONTHS,
    DATA_CUT,
    DAYS_A_MONTH,
    SITES,
)

# country, region, number of sites, months before its first site may open, relative cost
_COUNTRIES = (
    ("USA", "North America", 14, 0.0, 1.45),
    ("DEU", "Europe", 9, 1.5, 1.10),
    ("FRA", "Europe", 8, 3.0, 1.00),
    ("GBR", "Europe", 6, 2.0, 1.05),
    ("ESP", "Europe", 6, 3.0, 0.80),
    ("POL", "Europe", 6, 2.5, 0.65),
    ("JPN", "Asia-Pacific", 6, 4.5, 1.30),
    ("KOR", "Asia-Pacific", 5, 3.5, 0.85),
    ("AUS", "Asia-Pacific", 4, 2.0, 1.15),
)
_RATE_SHAPE = 1.6  # of the gamma distribution: a few sites recruit most subjects
_SCREEN_FAILURE = (5.0, 17.0)  # of the beta distribution: 23 % on average


def draw_sites(rng: Generator, subjects: int) -> pd.DataFrame:
    """The sites, with what only the generator knows: rates and screen-failure chances.

    Parameters
    ----------
    rng : Generator
    subjects : int
        Planned subjects. Rates are scaled so that about 20 months of accrual are needed.

    Returns
    -------
    DataFrame
        One row per site in order of SITEID: the columns of `sites.csv`, and
        `region`, `open_day` (days from the start of accrual), `rate` (randomised
        subjects a month) and `failure` (chance that a screening fails).

    Examples
    --------
    >>> sites = draw_sites(np.random.default_rng(1), 720)
    >>> len(sites), sites["COUNTRY"].nunique(), int(sites["target_subjects"].sum())
    (64, 9, 720)
    """
    frame = _places()
    frame["open_day"] = _opening_days(frame["lag"].to_numpy(), rng)
    rate = rng.gamma(_RATE_SHAPE, size=SITES)
    months_open = ACCRUAL_MONTHS - frame["open_day"].to_numpy() / DAYS_A_MONTH
    frame["rate"] = rate * subjects / float((rate * months_open).sum())
    frame["failure"] = rng.beta(*_SCREEN_FAILURE, size=SITES)
    _add_dates(frame, rng)
    _add_targets(frame, rng, subjects)
    _add_costs(frame, rng)
    return frame


def _places() -> pd.DataFrame:
    rows = [
        (f"{country_number}{site:02d}", country, region, lag, cost)
        for country_number, (country, region, sites, lag, cost) in enumerate(_COUNTRIES, start=1)
        for site in range(1, sites + 1)
    ]
    return pd.DataFrame(rows, columns=["SITEID", "COUNTRY", "region", "lag", "cost"])


def _opening_days(lag_months: np.ndarray, rng: Generator) -> np.ndarray:
    """Days of activation, stretched to run from day 0 to 14 months."""
    months = lag_months + 12 * rng.beta(1.1, 1.6, size=SITES)
    months = (months - months.min()) / (months.max() - months.min()) * ACTIVATION_MONTHS
    return np.asarray(np.floor(months * DAYS_A_MONTH))


def _add_dates(frame: pd.DataFrame, rng: Generator) -> None:
    opened = frame["open_day"].to_numpy().astype("timedelta64[D]")
    late = np.round(rng.gamma(1.8, 22.0, size=SITES) - 12).astype("timedelta64[D]")
    frame["actual_activation"] = ACCRUAL_START + opened
    frame["planned_activation"] = np.maximum(ACCRUAL_START + opened - late, ACCRUAL_START)
    closes = frame["rate"].rank().to_numpy() <= 2  # the two slowest give up early
    frame["status"] = np.where(closes, "closed", "enrolment complete")
    after = rng.integers(150, 240, size=SITES).astype("timedelta64[D]")
    closed_on = np.minimum(ACCRUAL_START + opened + after, DATA_CUT)
    frame["closed_on"] = np.where(closes, closed_on, np.datetime64("NaT"))


def _add_targets(frame: pd.DataFrame, rng: Generator, subjects: int) -> None:
    """Targets were set before anybody knew the rates; they add up to the plan."""
    hoped = rng.lognormal(0.0, 0.35, size=SITES)
    exact = hoped / hoped.sum() * subjects
    target = np.floor(exact).astype(int)
    short = subjects - int(target.sum())
    target[np.argsort(target - exact)[:short]] += 1
    frame["target_subjects"] = target
    frame["screening_target"] = np.ceil(target / 0.75).astype(int)


def _add_costs(frame: pd.DataFrame, rng: Generator) -> None:
    level = frame["cost"].to_numpy() * rng.lognormal(0.0, 0.12, size=SITES)
    for column, typical in (
        ("cost_activation", 24_000),
        ("cost_per_screening", 1_900),
        ("cost_per_subject", 21_500),
        ("cost_per_month", 850),
    ):
        frame[column] = (np.round(level * typical / 50) * 50).astype(int)
    frame["currency"] = "EUR"


SITE_COLUMNS = [
    "SITEID", "COUNTRY", "planned_activation", "actual_activation", "closed_on", "status",
    "target_subjects", "screening_target", "cost_activation", "cost_per_screening",
    "cost_per_subject", "cost_per_month", "currency",
]  # fmt: skip
"""The columns of `sites.csv`."""
