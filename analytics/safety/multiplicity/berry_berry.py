"""A Bayesian model in which terms of one class learn from each other, and may have no effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.progress import Progress, part, unheard
from analytics.results import Result, registered, require_columns
from analytics.safety.incidence.cells import Floats, tail
from analytics.safety.incidence.counts import IncidenceCounts
from analytics.safety.multiplicity.convergence import (
    LARGEST_RHAT,
    SMALLEST_ESS,
    Convergence,
    assess,
    probability_error,
)
from analytics.safety.multiplicity.sampler import sample_log_odds_ratios

CELL_COLUMNS = ("arm", "reference", "with_event", "subjects")
REFERENCE_COLUMNS = ("reference_with_event", "reference_subjects")
EVENTS = ("higher", "equal", "lower")
PROBABILITY_COLUMNS = tuple(
    name for event in EVENTS for name in (f"probability_{event}", f"probability_{event}_error")
)
EFFECT_COLUMNS = ("log_odds_ratio", "log_odds_ratio_error", "odds_ratio", "lower", "upper")
DIAGNOSTIC_COLUMNS = ("quantity", "ess", "rhat")
_DRAWING = 0.8  # share of drawing in drawing and summarising
COLUMNS = (*CELL_COLUMNS, *REFERENCE_COLUMNS, *PROBABILITY_COLUMNS, *EFFECT_COLUMNS)


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BerryBerry(Result):
    """What an arm does to the odds of each term, given all terms together.

    Parameters
    ----------
    table : DataFrame
        One row per term: the keys, `arm`, `reference`, their counts, and of the odds in the arm,
        given the data, the probabilities that they are `probability_higher` than in the reference,
        `probability_equal` or `probability_lower`, each with its Monte-Carlo standard error
        (`…_error`); `log_odds_ratio`, the mean, with its error; `odds_ratio`, the median, exactly
        1 when neither direction is more likely than not; `lower` and `upper`, between which it
        lies with the stated probability, as much below as above. The mean of the odds ratio itself
        is not shown: without an event in the reference it does not exist.
    diagnostics : DataFrame
        For each term and monitored quantity (`log_odds_ratio` and whether the odds are `higher`,
        `equal` and `lower`) the effective sample size `ess` and `rhat`; NaN if it never changed.
    keys : tuple of str
        The columns that name a term; the first names its class.
    smallest_ess, largest_rhat : float
        Of all monitored quantities.
    warning : str
        What is wrong with the chains, in a sentence; "" when nothing is.
    credible_level : float
        Probability between `lower` and `upper`.
    chains, warm_up, draws : int
        Draws are those kept of each chain.
    seed : int
        The same seed gives the same answer.
    endpoint : str
        Which events.
    """

    table: pd.DataFrame
    diagnostics: pd.DataFrame
    keys: tuple[str, ...]
    smallest_ess: float
    largest_rhat: float
    warning: str
    credible_level: float
    chains: int
    warm_up: int
    draws: int
    seed: int
    endpoint: str

    def __post_init__(self) -> None:
        require_columns(self.table, (*self.keys, *COLUMNS), "a table of posteriors")
        expected = (*self.keys, *DIAGNOSTIC_COLUMNS)
        require_columns(self.diagnostics, expected, "a table of diagnostics")

    def to_frame(self) -> pd.DataFrame:
        """One row per term."""
        return self.table.copy()


def fit_berry_berry(
    counts: IncidenceCounts,
    *,
    arm: str | None = None,
    draws: int = 3000,
    chains: int = 4,
    warm_up: int = 500,
    seed: int = 0,
    credible_level: float = 0.95,
    progress: Progress = unheard,
) -> BerryBerry:
    """Berry and Berry's hierarchy of three levels, with a point mass at no effect.

    Term j of class b has x events in n subjects of the reference and y in m of the arm::

        x ~ Binomial(n, expit(g_bj))    y ~ Binomial(m, expit(g_bj + theta_bj))
        g_bj ~ N(mu_gb, s2_gb)          theta_bj = 0 with probability pi_b, else N(mu_tb, s2_tb)
        mu_gb ~ N(mu_g, tau2_g)         mu_tb ~ N(mu_t, tau2_t)
        mu_g, mu_t ~ N(0, 10)           pi_b ~ Beta(a, b);  a, b ~ Exp(1), above 1

    All variances (s2 of each class, tau2) are inverse gamma with shape 3 and scale 1. Terms with
    no event in either arm may be there; they pull their class towards rare events. Strata are
    added up.

    Parameters
    ----------
    counts : IncidenceCounts
        The first key names the class of a term (system organ class).
    arm : str, optional
        The arm that is compared with the reference; needed when there is a choice.
    draws, chains, warm_up : int
        Draws kept of each chain, at least 100; chains, at least 4; draws left out before.
    seed : int
        From 0; of the random numbers.
    credible_level : float
        Probability between the limits of the odds ratio.
    progress : callable
        Is told the share done and a sentence; what it raises ends the work.

    Raises
    ------
    NotEstimableError
        With one arm, no term, or no subjects in an arm.

    References
    ----------
    Berry and Berry (2004), Biometrics 60:418-426; model 1b of Xia, Ma and Carlin (2011), Journal
    of Biopharmaceutical Statistics 21:1006-1029.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"class": "Skin", "term": ["Rash", "Rash", "Itch", "Itch"], "arm": list("ABAB"),
    ...      "with_event": [3, 13, 2, 9], "subjects": [132, 148] * 2}
    ... )
    >>> counts = IncidenceCounts(frame=frame, arms=("A", "B"), keys=("class", "term"))
    >>> fit = fit_berry_berry(counts, seed=1)
    >>> (fit.table["probability_higher"] > 0.8).tolist(), fit.warning
    ([True, True], '')
    """
    _require_run(draws, chains, warm_up, seed)
    require(0 < credible_level < 1, "0 < credible_level < 1", credible_level=credible_level)
    two = _two_arms(counts, arm)
    x, n = counts.totals("with_event")[:, two].T, counts.totals("subjects")[:, two].T
    terms = counts.terms
    of_term, _ = pd.factorize(terms[counts.keys[0]])
    found = sample_log_odds_ratios(
        *(x, n, of_term.astype(np.int64)),
        chains=chains,
        warm_up=warm_up,
        draws=draws,
        rng=np.random.default_rng(seed),
        progress=part(progress, 0.0, _DRAWING),
    )
    summaries = _summaries(found, tail(credible_level), part(progress, _DRAWING, 1.0))
    ess, rhat, warning = _overall([checks for _, checks in summaries])
    names = [counts.arms[place] for place in two]
    return BerryBerry(
        table=_table(terms, names, x, n, [values for values, _ in summaries]),
        diagnostics=_diagnostics(terms, [checks for _, checks in summaries]),
        keys=counts.keys,
        smallest_ess=ess,
        largest_rhat=rhat,
        warning=warning,
        credible_level=credible_level,
        chains=chains,
        warm_up=warm_up,
        draws=draws,
        seed=seed,
        endpoint=counts.endpoint,
    )


def _require_run(draws: int, chains: int, warm_up: int, seed: int) -> None:
    for name, value, least in (
        ("draws", draws, 100),
        ("chains", chains, 4),
        ("warm_up", warm_up, 1),
        ("seed", seed, 0),
    ):
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        require(whole and value >= least, f"{name} is a whole number >= {least}", **{name: value})


def _two_arms(counts: IncidenceCounts, arm: str | None) -> list[int]:
    """The places of the reference and the arm."""
    counts.require_comparison()
    require(len(counts.keys) > 1, "the keys name a class and a term", keys=counts.keys)
    others = counts.arms[1:]
    rule = f"the arm is one of {', '.join(map(repr, others))}"
    require(arm in others or (arm is None and len(others) == 1), rule, arm=arm)
    two = [0, 1 if arm is None else counts.arms.index(arm)]
    if counts.frame.empty:
        raise NotEstimableError("There is no term to fit the model to.")
    empty = [
        counts.arms[place] for place in two if (counts.totals("subjects")[:, place] == 0).any()
    ]
    if empty:
        raise NotEstimableError(f"The model compares two arms with subjects; {empty[0]} has none.")
    return two


def _summaries(
    draws: Floats, beyond: float, progress: Progress
) -> list[tuple[dict[str, float], dict[str, Convergence]]]:
    found = []
    for number, one in enumerate(draws):
        progress(number / len(draws), f"Summarising: term {number + 1:,} of {len(draws):,}.")
        found.append(_summary(one, beyond))
    return found


def _summary(draws: Floats, beyond: float) -> tuple[dict[str, float], dict[str, Convergence]]:
    """What is known of one term, and how its chains went."""
    own = assess(draws)
    checks, values = {"log_odds_ratio": own}, {}
    for event, happens in zip(EVENTS, (draws > 0, draws == 0, draws < 0), strict=True):
        checks[event] = assess(happens.astype(np.float64))
        share = float(happens.mean())
        values[f"probability_{event}"] = share
        values[f"probability_{event}_error"] = probability_error(share, checks[event].ess, own.ess)
    low, middle, high = np.exp(np.quantile(draws, [beyond, 0.5, 1 - beyond]))
    values["log_odds_ratio"] = float(draws.mean())
    values["log_odds_ratio_error"] = float(draws.std() / np.sqrt(own.ess))
    return values | {"odds_ratio": middle, "lower": low, "upper": high}, checks


def _overall(checks: list[dict[str, Convergence]]) -> tuple[float, float, str]:
    """Smallest effective sample size, largest R-hat, and a sentence if they will not do."""
    known = [one for own in checks for one in own.values() if not np.isnan(one.rhat)]
    ess = min((one.ess for one in known), default=float("nan"))
    rhat = max((one.rhat for one in known), default=float("nan"))
    if ess >= SMALLEST_ESS and rhat <= LARGEST_RHAT:
        return ess, rhat, ""
    warning = (
        f"The chains have not settled: the smallest effective sample size is {ess:.0f} "
        f"(at least {SMALLEST_ESS:.0f} is wanted) and the largest R-hat {rhat:.3f} "
        f"(at most {LARGEST_RHAT} is wanted). Draw more."
    )
    return ess, rhat, warning


def _table(
    terms: pd.DataFrame, arms: list[str], x: Floats, n: Floats, values: list[dict[str, float]]
) -> pd.DataFrame:
    table = terms.assign(arm=arms[1], reference=arms[0])
    for prefix, place in (("", 1), ("reference_", 0)):
        table[f"{prefix}with_event"] = x[place].astype(np.int64)
        table[f"{prefix}subjects"] = n[place].astype(np.int64)
    return pd.concat([table, pd.DataFrame(values)], axis=1)


def _diagnostics(terms: pd.DataFrame, checks: list[dict[str, Convergence]]) -> pd.DataFrame:
    rows = [
        {"quantity": quantity, **one._asdict()} for own in checks for quantity, one in own.items()
    ]
    repeated = terms.loc[terms.index.repeat(len(EVENTS) + 1)].reset_index(drop=True)
    return pd.concat([repeated, pd.DataFrame(rows)], axis=1)
