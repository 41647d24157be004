"""Cause-specific hazard ratios of a first event, arm by arm against the reference."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError
from analytics.survival.competing import CompetingCounts
from analytics.survival.counts import SurvivalCounts
from analytics.survival.cox import fit_cox_by_arm

_NUMBERS = ["hazard_ratio", "lower", "upper", "p_value"]


def cause_specific_hazards(
    counts: CompetingCounts, cause: str, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Cox regression of the cause with everything else censored, Efron ties, Wald intervals.

    An arm without events takes no part: its ratio is not estimable, and the others are what they
    would be in the limit of its ratio to the reference going to 0.

    Returns
    -------
    DataFrame
        One row per arm but the reference: `arm`, `reference`, `events`, `reference_events`,
        `hazard_ratio` (above 1: more of the event per time at risk in the arm), `lower`, `upper`,
        `p_value`, and `reason`, a sentence where there is none.

    Examples
    --------
    >>> counts = CompetingCounts.from_subjects(
    ...     [1, 3, 5, 7, 2, 4, 6, 8], ["Rash", "Rash", "", "", "Rash", "", "Rash", "Rash"],
    ...     arms=["A"] * 4 + ["B"] * 4,
    ... )
    >>> cause_specific_hazards(counts, "Rash")[["arm", "events", "hazard_ratio"]].round(2)
      arm  events  hazard_ratio
    0   B       3          0.78
    """
    frame = counts.frame
    happened = frame[frame["cause"] == cause].groupby("arm")["subjects"].sum()
    events = happened.reindex(list(counts.arms), fill_value=0).to_numpy()
    reference, others = counts.arms[0], counts.arms[1:]
    table = pd.DataFrame(
        {
            "arm": np.array(others, dtype=object),
            "reference": reference,
            "events": events[1:],
            "reference_events": int(events[0]),
        }
    )
    silent = f"No hazard ratio: nobody in {reference} has the event."
    if not events[0]:
        return table.assign(**dict.fromkeys(_NUMBERS, np.nan), reason=silent)
    with_events = tuple(arm for arm, n in zip(counts.arms, events, strict=True) if n)
    fitted, reason = _fitted(counts, cause, with_events, confidence_level)
    table = table.merge(fitted, on="arm", how="left")
    none = "No hazard ratio: nobody in the arm has the event."
    said = [reason if arm in with_events else none for arm in others]
    return table.assign(reason=said)


def _fitted(
    counts: CompetingCounts, cause: str, arms: tuple[str, ...], level: float
) -> tuple[pd.DataFrame, str]:
    nothing = pd.DataFrame(columns=["arm", *_NUMBERS], dtype=object)
    if len(arms) < 2:
        return nothing.astype(dict.fromkeys(_NUMBERS, float)), ""
    every = counts.for_cause(cause)
    one = SurvivalCounts(
        frame=every.frame[every.frame["arm"].isin(arms)],
        arms=arms,
        endpoint=every.endpoint,
        time_unit=every.time_unit,
    )
    try:
        return fit_cox_by_arm(one, confidence_level=level).table[["arm", *_NUMBERS]], ""
    except NotEstimableError as error:
        return nothing.astype(dict.fromkeys(_NUMBERS, float)), str(error)
