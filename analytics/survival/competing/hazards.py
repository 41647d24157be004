"""Hazard ratios by arm under competing risks: of each cause itself, and of its incidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.results import Result, registered, require_columns
from analytics.survival.competing.counts import CompetingCounts
from analytics.survival.competing.fine_gray import fit_fine_gray
from analytics.survival.cox import fit_cox_by_arm

HAZARD_COLUMNS = (
    "cause", "model", "arm", "reference", "events", "reference_events", "hazard_ratio", "lower",
    "upper", "log_hazard_ratio", "std_err", "z", "p_value", "not_estimable",
)  # fmt: skip
MODELS = ("cause-specific", "subdistribution")
_NUMBERS = ["hazard_ratio", "lower", "upper", "log_hazard_ratio", "std_err", "z", "p_value"]


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompetingHazards(Result):
    """Hazard ratios of each arm against the reference, for each cause, in both models.

    The cause-specific ratio says how the arm acts on the rate at which the cause strikes those in
    whom nothing has happened yet; the subdistribution ratio how it acts on the share in whom the
    cause has come first. They differ when the arm acts on the other causes: an arm that kills
    leaves fewer subjects in whom a rash can appear. Neither is to be read without the other.

    Parameters
    ----------
    table : DataFrame
        One row per cause, model ("cause-specific", "subdistribution") and arm other than the
        reference: `cause`, `model`, `arm`, `reference`, `events` of the cause in the arm and
        `reference_events`, `hazard_ratio` (arm over reference: below 1 favours the arm when the
        event is bad), `lower`, `upper` (Wald), `log_hazard_ratio`, `std_err` (of the log), `z`,
        `p_value` (Wald, two-sided); where there is no ratio these are NaN and `not_estimable`
        says why, else it is "".
    confidence_level : float
        Coverage of `lower` and `upper`.
    strata : tuple of str
        The cause-specific model has a baseline hazard for each; the subdistribution model does
        without. ("",) when unstratified.
    method : str
        A sentence for footnotes.
    """

    table: pd.DataFrame
    confidence_level: float
    strata: tuple[str, ...]
    method: str
    endpoint: str

    def __post_init__(self) -> None:
        require_columns(self.table, HAZARD_COLUMNS, "the table of hazard ratios")

    def to_frame(self) -> pd.DataFrame:
        """One row per hazard ratio."""
        return self.table.copy()


def fit_competing_hazards(
    counts: CompetingCounts,
    *,
    ties: str = "efron",
    censoring_by_arm: bool = False,
    confidence_level: float = 0.95,
) -> CompetingHazards:
    """Cox regression of each cause with the others censored, and Fine–Gray regression, by arm.

    A ratio that does not exist, as when an arm has no event of the cause, leaves the others as
    they are.

    Parameters
    ----------
    counts : CompetingCounts
        Two or more arms.
    ties : {"efron", "breslow"}
        In the cause-specific model; the subdistribution model has Breslow's.
    censoring_by_arm : bool
        Whether the subdistribution model estimates censoring within each arm.
    confidence_level : float
        Two-sided coverage of the Wald intervals.

    References
    ----------
    Prentice et al. (1978), Biometrics 34:541-554; Fine and Gray (1999), JASA 94:496-509; Latouche
    et al. (2013), Journal of Clinical Epidemiology 66:648-653 (on reporting both).

    Examples
    --------
    >>> counts = CompetingCounts.from_subjects(
    ...     [1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12],
    ...     ["rash", "rash", "death", "rash", "", ""] + ["death", "", "rash", "death", "death", ""],
    ...     arms=["A"] * 6 + ["B"] * 6,
    ... )
    >>> table = fit_competing_hazards(counts).table
    >>> table[["cause", "model", "arm", "hazard_ratio"]].round(3)
       cause            model arm  hazard_ratio
    0  death   cause-specific   B         2.215
    1  death  subdistribution   B         3.554
    2   rash   cause-specific   B         0.309
    3   rash  subdistribution   B         0.304
    """
    require(ties in ("efron", "breslow"), "ties in ('efron', 'breslow')", ties=ties)
    require(0 < confidence_level < 1, "0 < confidence_level < 1", confidence_level=confidence_level)
    if len(counts.arms) < 2:
        raise NotEstimableError("A hazard ratio compares arms, and there is only one arm.")

    def cause_specific(cause: str) -> pd.DataFrame:
        one = counts.for_cause(cause)
        return fit_cox_by_arm(one, ties=ties, confidence_level=confidence_level).table

    def subdistribution(cause: str) -> pd.DataFrame:
        return _fine_gray_by_arm(counts, cause, censoring_by_arm, confidence_level)

    parts = [
        _rows(counts, cause, model, fit)
        for cause in counts.causes
        for model, fit in zip(MODELS, (cause_specific, subdistribution), strict=True)
    ]
    return CompetingHazards(
        table=pd.concat(parts, ignore_index=True),
        confidence_level=confidence_level,
        strata=counts.strata,
        method=_method(counts, ties, censoring_by_arm),
        endpoint=counts.endpoint,
    )


def _fine_gray_by_arm(
    counts: CompetingCounts, cause: str, censoring_by_arm: bool, confidence_level: float
) -> pd.DataFrame:
    frame = counts.frame
    with_events = set(frame.loc[frame["cause"] == cause, "arm"])
    silent = [arm for arm in counts.arms if arm not in with_events]
    if silent:
        named = " or ".join(map(repr, silent))
        raise NotEstimableError(f"No hazard ratio: there are no events in {named}.")
    arms = {arm: (frame["arm"] == arm).astype(float) for arm in counts.arms[1:]}
    fit = fit_fine_gray(
        frame["time"].to_numpy(),
        frame["cause"].tolist(),
        pd.DataFrame(arms),
        cause=cause,
        numbers=frame["subjects"].to_numpy(),
        censoring_groups=frame["arm"].tolist() if censoring_by_arm else None,
        confidence_level=confidence_level,
    )
    return fit.table.rename(columns={"coefficient": "log_hazard_ratio"})


def _rows(
    counts: CompetingCounts, cause: str, model: str, fit: Callable[[str], pd.DataFrame]
) -> pd.DataFrame:
    frame = counts.frame[counts.frame["cause"] == cause]
    events = frame.groupby("arm")["subjects"].sum().reindex(list(counts.arms), fill_value=0)
    try:
        numbers, reason = fit(cause)[_NUMBERS], ""
    except NotEstimableError as error:
        numbers, reason = pd.DataFrame(np.nan, range(len(counts.arms) - 1), _NUMBERS), str(error)
    about = pd.DataFrame(
        {
            "cause": cause,
            "model": model,
            "arm": np.array(counts.arms[1:], dtype=object),
            "reference": counts.arms[0],
            "events": events.to_numpy()[1:],
            "reference_events": int(events.iloc[0]),
        }
    )
    return pd.concat([about, numbers], axis=1).assign(not_estimable=reason)


def _method(counts: CompetingCounts, ties: str, censoring_by_arm: bool) -> str:
    start = "Stratified Cox" if len(counts.strata) > 1 else "Cox"
    groups = "by arm" if censoring_by_arm else "in all arms together"
    return (
        f"{start} regression of each cause with the others censored, {ties.capitalize()} ties; "
        f"unstratified Fine–Gray regression, Breslow ties, censoring estimated {groups}; "
        "Wald intervals"
    )
