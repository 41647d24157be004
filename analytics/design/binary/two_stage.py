"""Simon's two-stage designs: one arm, a response rate, one look that stops for futility."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binom

from analytics.checks import NotEstimableError, require
from analytics.design.binary.two_stage_search import search_designs
from analytics.results import Result, registered

MOST_SUBJECTS = 400


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class TwoStageDesign(Result):
    """One arm in two stages: stop after the first when too few respond.

    Parameters
    ----------
    null_rate : float
        Response rate of a treatment not worth more study, 0 < rate < 1.
    target_rate : float
        Response rate of one that is, null_rate < rate < 1.
    first_responses, first_subjects : int
        Stop for futility after the first stage with so many responses or fewer.
    responses, subjects : int
        Of both stages; the treatment is not worth more study with so many responses or fewer.

    References
    ----------
    Simon (1989), Controlled Clinical Trials 10:1-10.

    Examples
    --------
    >>> design = TwoStageDesign(null_rate=0.1, target_rate=0.3, first_responses=1,
    ...                         first_subjects=12, responses=5, subjects=35)
    >>> round(design.type_one_error, 4), round(design.power, 4)
    (0.0977, 0.9014)
    >>> round(design.expected_subjects(0.1), 2)
    19.84
    """

    null_rate: float
    target_rate: float
    first_responses: int
    first_subjects: int
    responses: int
    subjects: int

    def __post_init__(self) -> None:
        _require_rates(self.null_rate, self.target_rate)
        first, subjects = self.first_subjects, self.subjects
        staged = 0 < first < subjects <= MOST_SUBJECTS
        rule = f"0 < first_subjects < subjects <= {MOST_SUBJECTS}"
        require(staged, rule, first_subjects=first, subjects=subjects)
        low, high = self.first_responses, self.responses
        rule = "0 <= first_responses < first_subjects"
        require(0 <= low < first, rule, first_responses=low, first_subjects=first)
        rule = "first_responses <= responses < subjects"
        require(low <= high < subjects, rule, first_responses=low, responses=high)

    def success(self, rate: float) -> float:
        """Probability to find the treatment worth more study at a response rate.

        Examples
        --------
        >>> design = TwoStageDesign(null_rate=0.05, target_rate=0.25, first_responses=0,
        ...                         first_subjects=9, responses=2, subjects=17)
        >>> round(design.success(0.4), 4)
        0.9808
        """
        _require_rate(rate)
        seen = np.arange(self.first_responses + 1, self.first_subjects + 1)
        later = binom.sf(self.responses - seen, self.subjects - self.first_subjects, rate)
        return float(binom.pmf(seen, self.first_subjects, rate) @ later)

    def early_stop(self, rate: float) -> float:
        """Probability to stop after the first stage at a response rate."""
        _require_rate(rate)
        return float(binom.cdf(self.first_responses, self.first_subjects, rate))

    def expected_subjects(self, rate: float) -> float:
        """Mean number of subjects at a response rate."""
        later = self.subjects - self.first_subjects
        return self.first_subjects + (1 - self.early_stop(rate)) * later

    @property
    def type_one_error(self) -> float:
        """Probability to succeed at the null rate."""
        return self.success(self.null_rate)

    @property
    def power(self) -> float:
        """Probability to succeed at the target rate."""
        return self.success(self.target_rate)

    def to_frame(self) -> pd.DataFrame:
        """One row per rate, null and target: success, early stop, expected subjects."""
        rates = (self.null_rate, self.target_rate)
        return pd.DataFrame(
            {
                "rate": rates,
                "success": [self.success(rate) for rate in rates],
                "early_stop": [self.early_stop(rate) for rate in rates],
                "expected_subjects": [self.expected_subjects(rate) for rate in rates],
            }
        )


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class SimonDesigns(Result):
    """The two designs of Simon for given error rates.

    Parameters
    ----------
    alpha : float
        Type I error allowed.
    target_power : float
        Asked for.
    optimal : TwoStageDesign
        The one with the fewest expected subjects at the null rate.
    minimax : TwoStageDesign
        The one with the fewest subjects; among those, the fewest expected at the null rate.
    """

    alpha: float
    target_power: float
    optimal: TwoStageDesign
    minimax: TwoStageDesign

    def to_frame(self) -> pd.DataFrame:
        """One row per design."""
        designs = {"optimal": self.optimal, "minimax": self.minimax}
        return pd.DataFrame(
            [
                {
                    "design": name,
                    "first_responses": one.first_responses,
                    "first_subjects": one.first_subjects,
                    "responses": one.responses,
                    "subjects": one.subjects,
                    "type_one_error": one.type_one_error,
                    "power": one.power,
                    "early_stop": one.early_stop(one.null_rate),
                    "expected_subjects": one.expected_subjects(one.null_rate),
                }
                for name, one in designs.items()
            ]
        )


def simon_designs(
    *, null_rate: float, target_rate: float, alpha: float = 0.05, power: float = 0.8
) -> SimonDesigns:
    """Simon's optimal and minimax two-stage designs, by search of all designs.

    Both are proven: designs that are not looked at have a lower bound on their expected subjects
    that is above what was found.

    Parameters
    ----------
    null_rate, target_rate : float
        0 < null_rate < target_rate < 1.
    alpha : float
        Type I error allowed, 0 < alpha < 0.5.
    power : float
        alpha < power < 1.

    Raises
    ------
    NotEstimableError
        When a design needs more than 400 subjects.

    References
    ----------
    Simon (1989), Controlled Clinical Trials 10:1-10.

    Examples
    --------
    >>> found = simon_designs(null_rate=0.05, target_rate=0.25, alpha=0.05, power=0.8)
    >>> found.to_frame()[["design", "first_responses", "first_subjects", "responses", "subjects"]]
        design  first_responses  first_subjects  responses  subjects
    0  optimal                0               9          2        17
    1  minimax                0              12          2        16
    """
    _require_rates(null_rate, target_rate)
    require(0 < alpha < 0.5, "0 < alpha < 0.5", alpha=alpha)
    require(alpha < power < 1, "alpha < power < 1", power=power, alpha=alpha)
    optimal, minimax = search_designs(null_rate, target_rate, alpha, power, MOST_SUBJECTS)
    if minimax[3] == 0:
        raise NotEstimableError(
            f"No two-stage design with at most {MOST_SUBJECTS} subjects tells a response rate of "
            f"{target_rate:g} from {null_rate:g}: set a higher target rate, or allow more error."
        )
    chosen = (
        TwoStageDesign(
            null_rate=null_rate,
            target_rate=target_rate,
            first_responses=int(found[0]),
            first_subjects=int(found[1]),
            responses=int(found[2]),
            subjects=int(found[3]),
        )
        for found in (optimal, minimax)
    )
    return SimonDesigns(alpha=alpha, target_power=power, optimal=next(chosen), minimax=next(chosen))


def _require_rates(null_rate: float, target_rate: float) -> None:
    rule = "0 < null_rate < target_rate < 1"
    require(0 < null_rate < target_rate < 1, rule, null_rate=null_rate, target_rate=target_rate)


def _require_rate(rate: float) -> None:
    require(0 <= rate <= 1, "0 <= rate <= 1", rate=rate)
