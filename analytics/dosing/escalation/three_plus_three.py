"""3+3 in three variants, which differ in what is selected and how often none is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analytics.checks import require
from analytics.dosing.escalation.counts import Counts, Flags, Floats, Given, Limits, Whole
from analytics.dosing.escalation.outcomes import MOST_DOSES, Outcomes
from analytics.results import Result, registered

Variant = Literal["no de-escalation", "de-escalation", "de-escalation, six at the MTD"]
VARIANTS: tuple[Variant, ...] = (
    "no de-escalation",
    "de-escalation",
    "de-escalation, six at the MTD",
)
_FULL = 6


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class ThreePlusThree(Result):
    """3+3: three patients at a dose, three more after one toxicity, up after at most 1 of 6.

    Two or more toxicities at a dose make it too toxic; the dose selected is the one below.

    Parameters
    ----------
    doses : int
        1 to 30.
    variant : str
        "no de-escalation" stops as soon as a dose is too toxic. "de-escalation" first fills the
        dose below up to six patients, and goes on down when two of them have a toxicity. "de-
        escalation, six at the MTD" also fills the highest dose up to six.
    target : float
        The design has none of its own; characteristics compare doses with this one.

    Notes
    -----
    After other numbers than 3 and 6 patients, which the design itself does not lead to: fewer than
    three are filled up; one toxicity of four or five is filled up to six; of more than six
    patients, more than one in six is too toxic.

    References
    ----------
    Storer (1989), Biometrics 45:925-937.
    Korn and others (1994), Statistics in Medicine 13:1799-1806.

    Examples
    --------
    >>> design = ThreePlusThree(doses=3)
    >>> seen = Outcomes.parse("1NNN 2NTT", doses=3)
    >>> design.reasons(seen)
    ('2 of 3 patients at dose 2 had a toxicity: too many.', 'The dose below has 3 patients of 6.')
    """

    doses: int
    variant: Variant = "de-escalation"
    target: float = 0.25

    def __post_init__(self) -> None:
        require(1 <= self.doses <= MOST_DOSES, f"1 <= doses <= {MOST_DOSES}", doses=self.doses)
        require(self.variant in VARIANTS, f"variant in {VARIANTS}", variant=self.variant)
        require(0 < self.target < 1, "0 < target < 1", target=self.target)

    def next_doses(self, counts: Counts, given: Given) -> Whole:
        """The dose for the cohort after each cohort; 0 to stop."""
        ceiling = self._ceiling(counts)[given.rows]
        patients, toxicities = given.at_dose(counts)
        filling = (patients < 3) | ((toxicities == 1) & (patients < _FULL))
        if self.variant == "de-escalation, six at the MTD":
            filling |= (given.doses == ceiling) & (patients < _FULL)
        up = np.where(given.doses < ceiling, given.doses + 1, 0)
        tolerated = np.where(filling, given.doses, up)
        return np.where(given.doses > ceiling, self._down(counts, given.rows, ceiling), tolerated)

    def _down(self, counts: Counts, rows: Whole, ceiling: Whole) -> Whole:
        """After a dose that was too toxic: the one below until it has six; else stop."""
        if self.variant == "no de-escalation":
            return np.zeros_like(ceiling)
        full = counts.patients[rows, np.maximum(ceiling, 1) - 1] >= _FULL
        return np.where(full, 0, ceiling)

    def selected(self, counts: Counts) -> Whole:
        """The highest dose given below all that are too toxic; 0 for none."""
        doses = np.arange(1, counts.doses + 1)
        given = (counts.patients > 0) & (doses <= self._ceiling(counts)[:, None])
        return np.asarray(np.where(given, doses, 0).max(axis=1))

    def admissible(self, counts: Counts) -> Flags:
        """Doses below all that are too toxic."""
        return np.asarray(np.arange(1, counts.doses + 1) <= self._ceiling(counts)[:, None])

    def posterior(self, counts: Counts, level: float) -> Limits:  # noqa: ARG002
        """The shares observed; the design has no posterior, so the limits are NaN."""
        none = np.full(counts.patients.shape, np.nan)
        return counts.observed(), none, none

    def above(self, counts: Counts, probability: float) -> Floats:  # noqa: ARG002
        """Not known to this design: NaN."""
        return np.full(counts.patients.shape, np.nan)

    def reasons(self, outcomes: Outcomes) -> tuple[str, ...]:
        """In words."""
        dose, counts = outcomes.current, outcomes.counts
        if dose is None:
            return ()
        n, t = outcomes.patients[dose - 1], outcomes.toxicities[dose - 1]
        said = f"{t} of {n} patients at dose {dose} had a toxicity"
        ceiling = int(self._ceiling(counts)[0])
        if dose > ceiling:
            if ceiling == 0:
                return (f"{said}: too many.", "There is no dose below.")
            below = outcomes.patients[ceiling - 1]
            return (f"{said}: too many.", f"The dose below has {below} patients of {_FULL}.")
        if n < 3 or (t == 1 and n < _FULL):
            return (f"{said}: more patients are needed there.",)
        if dose < ceiling:
            return (f"{said}: few enough to go up.",)
        why = "the dose above is too toxic" if dose < self.doses else "there is none above"
        return (f"{said}: few enough, and {why}.",)

    def _ceiling(self, counts: Counts) -> Whole:
        """The highest dose below all that are too toxic."""
        n, t = counts.patients, counts.toxicities
        toxic = (t >= 2) & (t * _FULL > n)
        return np.where(toxic.any(axis=1), toxic.argmax(axis=1), counts.doses)
