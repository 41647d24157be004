"""Hazards that were fitted to a cohort, with everything one must know to trust them later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analytics.checks import require
from analytics.design.assumptions.hazard import HazardAssumption
from analytics.results import Result, registered

HAZARD_COLUMNS = ("arm", "subjects", "events", "parameter", "estimate", "std_err")


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class HazardOfArm(Result):
    """The hazard that was fitted to one arm.

    Parameters
    ----------
    arm : str
        The arm, the name of the cohort, or "All subjects" when arms are pooled.
    cohort : str
        The rule for the subjects that it rests on, as JSON.
    subjects, events : int
        That the fit rests on.
    last_time : float
        The last observed time; what the hazard says of later times is extrapolated.
    hazard : HazardAssumption
    """

    arm: str
    cohort: str
    subjects: int
    events: int
    last_time: float
    hazard: HazardAssumption

    def __post_init__(self) -> None:
        require(0 < self.events <= self.subjects, "0 < events <= subjects", events=self.events)


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class FittedHazards(Result):
    """Hazards by arm, ready to be a design's assumptions, and where they come from.

    Parameters
    ----------
    hazards : tuple of HazardOfArm
        At least one, the reference first, all in the same unit of time.
    without : tuple of (str, str)
        Arms for which there is no fit, each with the reason.
    by : {"pooled", "planned arm", "actual arm", "cohort"}
        What the hazards belong to.
    blinding : {"pooled", "unblinded"}
        Whether whoever computed them saw the arms. Hazards by arm are unblinded by nature, and
        must not come before a reader who is not.
    study, endpoint : str
        Their codes.
    snapshot : str
        SHA-256 of the content of the snapshot.
    data_cut : str
        As the snapshot states it.
    analysis_set : str or None
        The flag whose subjects are analysed; None for all.
    time_origin : str
        From when time is counted.
    landmark_day : int or None
        The day from which time is counted instead.
    zero_times : str
        What was done with times of 0; "" when there are none.
    saved_cohort : str or None
        Id of the saved cohort that the subjects are; None for one that is not saved.
    cohort_version : int or None
        Its version.
    code_version : str
        Of the product.

    Examples
    --------
    >>> control = HazardOfArm(
    ...     arm="Control", cohort="{}", subjects=80, events=40, last_time=30.0,
    ...     hazard=HazardAssumption.exponential(median=12, events=40))
    >>> fitted = FittedHazards(
    ...     hazards=(control,), by="planned arm", blinding="unblinded", study="EQX-301",
    ...     endpoint="OS", snapshot="1a34", data_cut="2026-03-31", analysis_set="ITTFL",
    ...     time_origin="randomisation", code_version="0.1.0")
    >>> FittedHazards.from_json(fitted.to_json()) == fitted
    True
    """

    hazards: tuple[HazardOfArm, ...]
    without: tuple[tuple[str, str], ...] = ()
    by: Literal["pooled", "planned arm", "actual arm", "cohort"]
    blinding: Literal["pooled", "unblinded"]
    study: str
    endpoint: str
    snapshot: str
    data_cut: str
    analysis_set: str | None = None
    time_origin: str
    landmark_day: int | None = None
    zero_times: str = ""
    saved_cohort: str | None = None
    cohort_version: int | None = None
    code_version: str

    def __post_init__(self) -> None:
        arms = tuple(one.arm for one in self.hazards)
        require(bool(arms), "at least one arm has a fitted hazard", arms=0)
        require(len(set(arms)) == len(arms), "each arm has one hazard", arms=arms)
        units = {one.hazard.time_unit for one in self.hazards}
        require(len(units) == 1, "all hazards have the same unit of time", units=sorted(units))
        by_arm = self.by.endswith("arm")
        seen = self.blinding == "unblinded"
        require(seen or not by_arm, "hazards by arm are unblinded", blinding=self.blinding)
        alone = self.by != "pooled" or len(arms) == 1
        require(alone, "pooled hazards are of all subjects together", arms=arms)
        both = (self.saved_cohort is None) == (self.cohort_version is None)
        require(both, "a saved cohort is named with its version", version=self.cohort_version)

    def hazard(self, arm: str) -> HazardAssumption:
        """The hazard of one arm.

        Raises
        ------
        InputError
            For an arm without a fit, with the reason.
        """
        known = {one.arm: one.hazard for one in self.hazards}
        reason = dict(self.without).get(arm, f"the arms are {', '.join(map(repr, known))}")
        require(arm in known, reason, arm=arm)
        return known[arm]

    def to_frame(self) -> pd.DataFrame:
        """One row per arm and parameter, on the working scale."""
        rows = [
            (one.arm, one.subjects, one.events, row.parameter, row.estimate, row.std_err)
            for one in self.hazards
            for row in one.hazard.to_frame().itertuples()
        ]
        return pd.DataFrame(rows, columns=list(HAZARD_COLUMNS))
