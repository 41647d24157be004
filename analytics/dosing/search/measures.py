"""What of a dose-escalation design can be sought, and in which direction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analytics.checks import require
from analytics.dosing.escalation.counts import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseMeasure:
    """A figure of a design under scenarios.

    Parameters
    ----------
    words : str
        What it is.
    read : callable
        From the measures of operating characteristics by name, each of all scenarios.
    larger_is_better : bool
    timed : bool
        Whether it needs the accrual.
    """

    words: str
    read: Callable[[Mapping[str, Floats]], Floats]
    larger_is_better: bool = False
    timed: bool = False


DOSE_MEASURES: dict[str, DoseMeasure] = {
    "correct": DoseMeasure(
        words="Probability that a right dose is selected",
        read=lambda found: found["correct"],
        larger_is_better=True,
    ),
    "overdosed": DoseMeasure(
        words="Share of patients at doses above the target",
        read=lambda found: found["patients_above_target"] / found["patients"],
    ),
    "overdosed_60": DoseMeasure(
        words="Probability that over 60 % of the patients planned are above the target",
        read=lambda found: found["overdosed_60"],
    ),
    "at_target": DoseMeasure(
        words="Share of patients at right doses",
        read=lambda found: found["patients_at_target"] / found["patients"],
        larger_is_better=True,
    ),
    "patients": DoseMeasure(words="Expected patients", read=lambda found: found["patients"]),
    "toxicities": DoseMeasure(
        words="Expected toxicities",
        read=lambda found: found["toxicities"],
    ),
    "none": DoseMeasure(
        words="Probability that no dose is selected", read=lambda found: found["none"]
    ),
    "duration": DoseMeasure(
        words="Expected duration", read=lambda found: found["duration"], timed=True
    ),
}


def dose_measure(name: str) -> DoseMeasure:
    """A measure by its name.

    Examples
    --------
    >>> dose_measure("correct").larger_is_better
    True
    """
    require(name in DOSE_MEASURES, f"measure in {tuple(DOSE_MEASURES)}", measure=name)
    return DOSE_MEASURES[name]
