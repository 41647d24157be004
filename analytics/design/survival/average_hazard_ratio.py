"""The average hazard ratio of a trial by calendar time, and the information it comes with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.design.survival.expected_events import ExpectedEvents
from analytics.results import Result, registered

Floats = NDArray[np.float64]


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class AverageHazardRatio(Result):
    """What the log-rank test sees of hazards that need not be proportional.

    Parameters
    ----------
    times : tuple of float
        Calendar times of the analyses.
    hazard_ratios : tuple of float
        Geometric means of the hazard ratio over the expected events; below 1 favours treatment.
    events : tuple of float
        That are expected by then.
    information, information_null : tuple of float
        Of the log hazard ratio: as the events fall on the arms under the assumptions, and as they
        would under equal hazards.
    """

    times: tuple[float, ...]
    hazard_ratios: tuple[float, ...]
    events: tuple[float, ...]
    information: tuple[float, ...]
    information_null: tuple[float, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per time."""
        return pd.DataFrame(
            {
                "time": self.times,
                "average_hazard_ratio": self.hazard_ratios,
                "events": self.events,
                "information": self.information,
                "information_null": self.information_null,
            }
        )


def average_hazard_ratio(expected: ExpectedEvents, times: ArrayLike) -> AverageHazardRatio:
    """The average hazard ratio at calendar times: exp of the mean log hazard ratio of the events.

    The events are those of both arms that are expected under the assumptions; the hazard ratio
    of each is that of its subgroup at its time since randomisation.

    Parameters
    ----------
    expected : ExpectedEvents
    times : array-like
        Calendar times > 0.

    References
    ----------
    Mukhopadhyay et al. (2020), Contemporary Clinical Trials 95:106056; Schemper, Wakounig and
    Heinze (2009), Statistics in Medicine 28:2473-2489.

    Examples
    --------
    >>> from analytics.design import (
    ...     Accrual, HazardAssumption, SurvivalAssumptions, TreatmentEffect)
    >>> expected = ExpectedEvents.of(SurvivalAssumptions.of(
    ...     control=HazardAssumption.exponential(median=12),
    ...     effect=TreatmentEffect.delayed(hazard_ratio=0.6, delay=4),
    ...     accrual=Accrual.uniform(subjects=500, duration=18)))
    >>> [round(one, 3) for one in average_hazard_ratio(expected, [12, 36]).hazard_ratios]
    [0.844, 0.696]
    """
    when = np.atleast_1d(np.asarray(times, dtype=float))
    by_piece = expected.by_piece(when)
    ratios = np.array([arm.effect.at(expected.courses.starts) for arm in expected.arms[1::2]])
    control, treatment = by_piece[0::2], by_piece[1::2]
    both = control + treatment
    total = both.sum(axis=(0, 1))
    log_ratio = np.einsum("gp,gpt->t", np.log(ratios), both) / total
    share = expected.assumptions.control_share
    with np.errstate(invalid="ignore"):
        each = np.where(both > 0, control * treatment / both, 0.0)
    return AverageHazardRatio(
        times=tuple(when.tolist()),
        hazard_ratios=tuple(np.exp(log_ratio).tolist()),
        events=tuple(total.tolist()),
        information=tuple(each.sum(axis=(0, 1)).tolist()),
        information_null=tuple((total * share * (1 - share)).tolist()),
    )
