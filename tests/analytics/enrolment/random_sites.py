"""Sites and models for property tests, and trials simulated in plain numpy."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from analytics.enrolment import EnrolmentModel, RatePrior, Sites


@st.composite
def random_models(draw: st.DrawFn) -> EnrolmentModel:
    """A few sites, some open, some to open or close, and a prior with up to three nodes."""
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    size = draw(st.integers(1, 8))
    opens = rng.uniform(0, 10, size)
    known = opens <= 6
    closes = np.where(rng.random(size) < 0.3, np.fmax(opens, 6) + rng.uniform(0, 12, size), np.nan)
    sites = Sites.of(
        {
            "site": [f"Site {i}" for i in range(size)],
            "country": rng.choice(["DE", "FR"], size),
            "planned_month": opens,
            "activated_month": np.where(known, opens, np.nan),
            "closed_month": closes,
            "randomised": np.where(known, rng.poisson(3, size), 0),
            "pace": rng.uniform(0.5, 2, size),
        },
        now=6,
    )
    return EnrolmentModel(sites=sites, prior=draw(random_priors()))


@st.composite
def random_priors(draw: st.DrawFn) -> RatePrior:
    """Up to three nodes with or without a trend."""
    clock = draw(st.sampled_from(["none", "calendar", "age"]))
    size = draw(st.integers(1, 3))
    numbers = st.lists(st.floats(0.4, 3), min_size=size, max_size=size)
    changes = st.lists(st.floats(-0.1, 0.05), min_size=size, max_size=size)
    return RatePrior(
        shapes=tuple(draw(numbers)),
        means=tuple(draw(numbers)),
        log_changes=(0.0,) * size if clock == "none" else tuple(draw(changes)),
        weights=(1 / size,) * size,
        clock=clock,
    )


def simulated_trial(
    rng: np.random.Generator,
    *,
    sites: int,
    shape: float,
    mean: float,
    months: float,
    log_change: float = 0.0,
) -> pd.DataFrame:
    """Site and month of every patient by a month; sites open evenly in the first 6 months.

    Column `opens` has the opening of the site. Rates change by age.
    """
    opens = np.linspace(0, 6, sites)
    rates = rng.gamma(shape, mean / shape, sites)
    rows = []
    for site in range(sites):
        age = months - opens[site]
        came = rng.uniform(0, age, rng.poisson(rates[site] * age))
        came = came[rng.random(came.size) < np.exp(log_change * came)]
        rows += [(f"Site {site}", opens[site] + one) for one in came]
    table = pd.DataFrame(rows, columns=["site", "month"])
    return table.astype({"site": object, "month": float})


def sites_of_trial(patients: pd.DataFrame, *, sites: int, now: float) -> Sites:
    """The sites of such a trial at a month."""
    opens = np.linspace(0, 6, sites)
    names = [f"Site {i}" for i in range(sites)]
    seen = patients[patients["month"] <= now].groupby("site").size()
    return Sites.of(
        {
            "site": names,
            "planned_month": opens,
            "activated_month": np.where(opens <= now, opens, np.nan),
            "randomised": seen.reindex(names, fill_value=0).to_numpy(),
        },
        now=now,
    )
