"""Two-stage designs between Simon's optimal and minimax ones."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from analytics.checks import require
from analytics.design.binary.two_stage import SimonDesigns, TwoStageDesign
from analytics.design.binary.two_stage_search import best_by_size
from analytics.results import Result, registered


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissibleDesigns(Result):
    """The designs that are best for some weight between most and expected subjects.

    A design is admissible when no other one has a smaller w n + (1 - w) EN for some weight w from
    0 to 1, with n subjects at most and EN expected at the null rate. Weight 0 gives the optimal
    design, weights near 1 the minimax one.

    Parameters
    ----------
    simon : SimonDesigns
        The two ends, with the rates and errors.
    designs : tuple of TwoStageDesign
        From the minimax to the optimal one, subjects rising.
    weights : tuple of float
        The smallest weight on the most subjects for which each design is best; it stays best up
        to the weight of the design before, the first one up to 1.

    References
    ----------
    Jung, Lee, Kim and George (2004), Statistics in Medicine 23:561-569.
    """

    simon: SimonDesigns
    designs: tuple[TwoStageDesign, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        each = len(self.designs) == len(self.weights) > 0
        require(each, "each design has a weight", weights=self.weights)

    def to_frame(self) -> pd.DataFrame:
        """One row per design: stages, errors, expected subjects, and the weights it is best for."""
        rows = []
        for place, one in enumerate(self.designs):
            rows.append(
                {
                    "design": self._kind(one),
                    "first_responses": one.first_responses,
                    "first_subjects": one.first_subjects,
                    "responses": one.responses,
                    "subjects": one.subjects,
                    "type_one_error": one.type_one_error,
                    "power": one.power,
                    "early_stop": one.early_stop(one.null_rate),
                    "expected_subjects": one.expected_subjects(one.null_rate),
                    "from_weight": self.weights[place],
                    "to_weight": self.weights[place - 1] if place else 1.0,
                }
            )
        return pd.DataFrame(rows)

    def _kind(self, one: TwoStageDesign) -> str:
        if self.simon.optimal == self.simon.minimax:
            return "optimal and minimax"
        if one == self.simon.minimax:
            return "minimax"
        return "optimal" if one == self.simon.optimal else "admissible"


def admissible_designs(simon: SimonDesigns) -> AdmissibleDesigns:
    """The admissible designs between the two of Simon, by search of all designs.

    Parameters
    ----------
    simon : SimonDesigns
        Of `simon_designs`.

    References
    ----------
    Jung, Lee, Kim and George (2004), Statistics in Medicine 23:561-569.

    Examples
    --------
    >>> from analytics.design.binary import simon_designs
    >>> found = admissible_designs(simon_designs(null_rate=0.1, target_rate=0.3, power=0.9))
    >>> found.to_frame()[["design", "subjects", "expected_subjects", "from_weight"]].round(3)
           design  subjects  expected_subjects  from_weight
    0     minimax        33             26.180        0.734
    1  admissible        34             23.418        0.472
    2     optimal        35             22.525        0.000
    """
    hull: list[TwoStageDesign] = []
    for one in _best_of_each_size(simon):
        while len(hull) > 1 and _weight(hull[-2], one) >= _weight(hull[-2], hull[-1]):
            hull.pop()
        hull.append(one)
    weights = [_weight(low, high) for low, high in pairwise(hull)]
    return AdmissibleDesigns(simon=simon, designs=tuple(hull), weights=(*weights, 0.0))


def _best_of_each_size(simon: SimonDesigns) -> list[TwoStageDesign]:
    """The fewest expected subjects for each most, as long as they fall."""
    optimal, minimax = simon.optimal, simon.minimax
    null_rate, target_rate = optimal.null_rate, optimal.target_rate
    kept = [minimax]
    table = best_by_size(
        null_rate,
        target_rate,
        simon.alpha,
        simon.target_power,
        minimax.subjects + 1,
        optimal.subjects - 1,
    )
    between = [
        TwoStageDesign(
            null_rate=null_rate,
            target_rate=target_rate,
            first_responses=int(r1),
            first_subjects=int(n1),
            responses=int(r),
            subjects=int(n),
        )
        for r1, n1, r, n in table
        if n > 0
    ]
    for one in [*between, optimal] if optimal != minimax else []:
        if one.expected_subjects(null_rate) < kept[-1].expected_subjects(null_rate):
            kept.append(one)
    return kept


def _weight(fewer: TwoStageDesign, more: TwoStageDesign) -> float:
    """The weight at which two designs are as good as each other."""
    rate = fewer.null_rate
    gained = fewer.expected_subjects(rate) - more.expected_subjects(rate)
    return gained / (more.subjects - fewer.subjects + gained)
