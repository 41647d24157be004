"""The designs of a front simulated: the same random numbers for all, and their type I error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import pandas as pd

from analytics.checks import require
from analytics.design.assumptions.effect import TreatmentEffect
from analytics.design.cost import Costs
from analytics.design.simulation import SimulatedTrials, TrialSimulation
from analytics.design.survival.design import SurvivalDesign
from analytics.progress import Progress, unheard
from analytics.results import Result, registered, require_columns
from analytics.search.front import Front

FEWEST_NULL_TRIALS = 100_000
COLUMNS = (
    "design",
    "power",
    "power_mc_std_err",
    "power_closed_form",
    "expected_events",
    "expected_events_mc_std_err",
    "expected_subjects",
    "expected_subjects_mc_std_err",
    "expected_duration",
    "expected_duration_mc_std_err",
    "expected_duration_closed_form",
    "expected_cost",
    "expected_cost_mc_std_err",
    "type_one_error",
    "type_one_error_mc_std_err",
    "alpha",
    "seed",
    "null_seed",
)
_APART = 3.0  # Monte-Carlo standard errors above alpha that are no longer chance
_SEEDS = 2**32


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Confirmation(Result):
    """Simulated operating characteristics of several designs.

    Parameters
    ----------
    table : DataFrame
        One row per design: power and means when the trial stops, with Monte-Carlo standard errors
        (`…_mc_std_err`) and closed forms beside them; the type I error of simulated trials
        without effect, on seeds that nothing else used. Costs are NaN without prices, or where
        subjects are paid by the month, which simulations do not keep.
    replications, null_replications : int
        Of each design, with effect and without.
    seed : int
        With effect it is the same for all designs: they meet the same patients, and differences
        between them are surer than each figure by itself.

    Examples
    --------
    >>> from analytics.search.textbook import example_design
    >>> found = confirm({"Own": example_design()}, replications=500, null_replications=1000,
    ...                 require_enough=False)
    >>> bool(0.8 < found.table["power"].iloc[0] < 1.0)
    True
    """

    table: pd.DataFrame
    replications: int
    null_replications: int
    seed: int

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "one row per design")

    @property
    def type_one_error_exceeded(self) -> tuple[str, ...]:
        """Designs whose type I error is above alpha by more than chance would have it: by over
        3 Monte-Carlo standard errors."""
        over = self.table["type_one_error"] - self.table["alpha"]
        beyond = over > _APART * self.table["type_one_error_mc_std_err"]
        return tuple(self.table.loc[beyond, "design"])

    def to_frame(self) -> pd.DataFrame:
        """One row per design."""
        return self.table.copy()


def confirm(
    designs: Mapping[str, SurvivalDesign],
    *,
    costs: Mapping[str, Costs] | None = None,
    replications: int = 10_000,
    null_replications: int = FEWEST_NULL_TRIALS,
    seed: int = 1,
    progress: Progress = unheard,
    threads: int | None = None,
    require_enough: bool = True,
) -> Confirmation:
    """Simulate designs with common random numbers, and verify their type I error.

    Efficacy bounds that do not count on stops for futility are verified without these stops;
    binding ones with them.

    Parameters
    ----------
    designs : mapping
        By name; `of_front` makes it from a front.
    costs : mapping, optional
        Of each design.
    replications : int
        Trials with the assumed effect, of each design.
    null_replications : int
        Trials without effect, at least 100,000: fewer cannot tell 0.0288 from 0.025.
    seed : int
        From it follow the seeds of the trials without effect, another one for each design.
    progress : callable
        Is told after each block of trials; may raise to stop.
    require_enough : bool
        Whether fewer trials without effect are refused.

    Raises
    ------
    InputError
        When there are too few.
    """
    require(bool(designs), "there is a design to confirm")
    enough = null_replications >= FEWEST_NULL_TRIALS or not require_enough
    rule = f"null_replications >= {FEWEST_NULL_TRIALS:,}"
    require(enough, rule, null_replications=null_replications)
    rows = []
    total = len(designs) * (replications + null_replications)
    for place, (name, design) in enumerate(designs.items()):
        done = place * (replications + null_replications)
        price = None if costs is None else costs[name]
        paid = None if price is None or price.per_subject_month > 0 else price
        shown = TrialSimulation(
            design=design, replications=replications, seed=seed, costs=paid
        ).run(_part(progress, done / total, replications / total, name), threads=threads)
        fresh = fresh_seed(seed, place)
        null = TrialSimulation(
            design=_null(design), replications=null_replications, seed=fresh
        ).run(
            _part(progress, (done + replications) / total, null_replications / total, name),
            threads=threads,
        )
        rows.append(_row(name, design, shown, null))
    return Confirmation(
        table=pd.DataFrame(rows, columns=list(COLUMNS)),
        replications=replications,
        null_replications=null_replications,
        seed=seed,
    )


def of_front(front: Front, *, most: int = 20) -> dict[str, SurvivalDesign]:
    """The designs of a front by the number of their trial; when there are more, every so many
    along the first objective, its ends among them.

    Examples
    --------
    >>> from analytics.search import Objective, SearchSpace, search
    >>> from analytics.search.textbook import example_design
    >>> front = search(SearchSpace(design=example_design(), events=(200, 400)),
    ...                [Objective(measure="power"), Objective(measure="expected_events")],
    ...                budget=10, policy="random").front()
    >>> len(of_front(front, most=4))
    4
    """
    require(most >= 1, "most >= 1", most=most)
    numbers = front.numbers
    kept = np.unique(np.linspace(0, len(numbers) - 1, min(most, len(numbers))).round().astype(int))
    return {str(numbers[place]): front.design(numbers[place]) for place in kept}


def fresh_seed(seed: int, place: int) -> int:
    """A seed for the trials without effect of one design, far from those of all others.

    Examples
    --------
    >>> fresh_seed(1, 0) != fresh_seed(1, 1)
    True
    """
    words = np.random.SeedSequence(entropy=(seed, 0xA1FA, place)).generate_state(1)
    return int(words[0]) % _SEEDS


def _null(design: SurvivalDesign) -> SurvivalDesign:
    """Without effect: the hazard ratio is the margin."""
    plan = design.monitoring
    if not plan.binding:
        plan = replace(plan, futility=None)
    effect = TreatmentEffect.constant(design.margin)
    return replace(design, assumptions=design.assumptions.with_effect(effect), monitoring=plan)


def _row(
    name: str, design: SurvivalDesign, shown: SimulatedTrials, null: SimulatedTrials
) -> tuple[object, ...]:
    one, closed = shown.by_test.iloc[0], design.evaluate()
    figures = [
        float(one[column])
        for measure in ("expected_events", "expected_subjects", "expected_duration")
        for column in (measure, f"{measure}_mc_std_err")
    ]
    cost = (np.nan, np.nan)
    if shown.forecast is not None:
        row = shown.forecast.table.set_index("quantity").loc["cost"]
        cost = (float(row["expected"]), float(row["mc_std_err"]))
    error, error_std_err = _type_one_error(design, null)
    return (
        name,
        shown.power,
        shown.power_mc_std_err,
        closed.power,
        *figures,
        closed.expected_duration,
        *cost,
        error,
        error_std_err,
        design.monitoring.alpha,
        shown.seed,
        null.seed,
    )


def _type_one_error(design: SurvivalDesign, null: SimulatedTrials) -> tuple[float, float]:
    """Of all sides together: in two-sided plans harm is shown by chance as often as benefit."""
    error = float(null.by_look["efficacy"].sum())
    if design.monitoring.sides == 2:
        error += float(null.by_look["harm"].sum())
    return error, sqrt(error * (1 - error) / null.replications)


def _part(progress: Progress, start: float, share: float, name: str) -> Progress:
    def heard(done: float, sentence: str) -> None:
        progress(start + share * done, f"Design {name}: {sentence}")

    return heard
