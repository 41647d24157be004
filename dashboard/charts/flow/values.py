"""The numbers of a flow diagram; a value whose numbers do not add up cannot be made.

References
----------
Hopewell, Chan, Collins et al. (2025), CONSORT 2025 statement, BMJ 389:e081123.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from numbers import Integral
from typing import Any

from analytics.checks import require

MOST_ARMS = 6


def _require_counts(counts: Mapping[str, object]) -> None:
    for name, count in counts.items():
        whole = isinstance(count, Integral) and not isinstance(count, bool) and int(count) >= 0
        require(whole, "a number of subjects is whole and at least 0", of=name, received=count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """Subjects who left at one step, and why.

    Parameters
    ----------
    subjects : int
    reasons : tuple of (str, int)
        One reason for each subject, so that they add up to `subjects`; empty where
        reasons were not recorded.

    Examples
    --------
    >>> Losses(subjects=3, reasons=(("Death", 2), ("Moved away", 1))).subjects
    3
    >>> Losses(subjects=4, reasons=(("Death", 2),))
    Traceback (most recent call last):
        ...
    analytics.checks.InputError: `reasons add up to subjects` must hold, but got subjects=4, \
reasons=(('Death', 2),).
    """

    subjects: int = 0
    reasons: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        names = [reason for reason, _ in self.reasons]
        require(len(set(names)) == len(names), "each reason stands once", reasons=names)
        _require_counts({"subjects": self.subjects} | dict(self.reasons))
        adds_up = not self.reasons or sum(n for _, n in self.reasons) == self.subjects
        require(adds_up, "reasons add up to subjects", subjects=self.subjects, reasons=self.reasons)

    @classmethod
    def by_reason(cls, reasons: Mapping[str, int]) -> Losses:
        """Losses of which every reason is known.

        Examples
        --------
        >>> Losses.by_reason({"Withdrew consent": 5, "Not eligible": 9}).subjects
        14
        """
        return cls(subjects=sum(reasons.values()), reasons=tuple(reasons.items()))

    @property
    def ordered(self) -> list[tuple[str, int]]:
        """Reasons that anybody had, most frequent first."""
        found = [(reason, n) for reason, n in self.reasons if n]
        return sorted(found, key=lambda each: (-each[1], each[0]))


NOBODY = Losses()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmFlow:
    """What became of the subjects allocated to one arm.

    Parameters
    ----------
    arm : str
    allocated, received : int
    not_received : Losses
        Allocated and not treated: `allocated - received`.
    lost, discontinued : Losses
        Lost to follow-up, and discontinued the study; a subject may be among both.
    analysed : int
    not_analysed : Losses
        Left out of the analysis: `allocated - analysed`.

    Examples
    --------
    >>> ArmFlow(arm="A", allocated=50, received=50, analysed=50).allocated
    50
    """

    arm: str
    allocated: int
    received: int
    not_received: Losses = NOBODY
    lost: Losses = NOBODY
    discontinued: Losses = NOBODY
    analysed: int
    not_analysed: Losses = NOBODY

    def __post_init__(self) -> None:
        counts = ("allocated", "received", "analysed")
        _require_counts({name: getattr(self, name) for name in counts})
        self._require(
            self.received + self.not_received.subjects == self.allocated,
            "received + not received == allocated",
        )
        self._require(self.lost.subjects <= self.allocated, "lost <= allocated")
        self._require(self.discontinued.subjects <= self.allocated, "discontinued <= allocated")
        self._require(
            self.analysed + self.not_analysed.subjects == self.allocated,
            "analysed + not analysed == allocated",
        )

    def _require(self, ok: bool, rule: str) -> None:
        got: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        numbers = {k: v.subjects if isinstance(v, Losses) else v for k, v in got.items()}
        require(ok, rule, **numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortStep:
    """One rule on the way from all subjects of a study to a cohort.

    Examples
    --------
    >>> CohortStep(rule="Age at least 65", left_out=12, remaining=88).remaining
    88
    """

    rule: str
    left_out: int
    remaining: int

    def __post_init__(self) -> None:
        _require_counts({"left_out": self.left_out, "remaining": self.remaining})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The subjects of a study from screening to analysis.

    Parameters
    ----------
    randomised : int
    arms : tuple of ArmFlow
        One to six; a blinded study has one, with its arms pooled.
    screened : int, optional
        Where screening was recorded: `randomised` and `excluded` together.
    excluded : Losses
        Screened and not randomised.
    cohort : tuple of CohortStep
        From the randomised subjects to a cohort, where there is one.

    Examples
    --------
    >>> arm = ArmFlow(arm="A", allocated=50, received=50, analysed=50)
    >>> Flow(screened=60, excluded=Losses(subjects=10), randomised=50, arms=(arm,)).randomised
    50
    >>> Flow(screened=60, randomised=50, arms=(arm,))
    Traceback (most recent call last):
        ...
    analytics.checks.InputError: `excluded + randomised == screened` must hold, but got \
screened=60, excluded=0, randomised=50.
    """

    randomised: int
    arms: tuple[ArmFlow, ...]
    screened: int | None = None
    excluded: Losses = NOBODY
    cohort: tuple[CohortStep, ...] = ()

    def __post_init__(self) -> None:
        _require_counts({"randomised": self.randomised})
        names = [arm.arm for arm in self.arms]
        require(1 <= len(names) <= MOST_ARMS, f"1 <= arms <= {MOST_ARMS}", arms=len(names))
        require(len(set(names)) == len(names), "the names of arms differ", arms=names)
        self._require_screening()
        allocated = {arm.arm: arm.allocated for arm in self.arms}
        require(
            sum(allocated.values()) == self.randomised,
            "allocated subjects of all arms == randomised",
            allocated=allocated,
            randomised=self.randomised,
        )
        self._require_steps()

    def _require_screening(self) -> None:
        if self.screened is None:
            none = self.excluded.subjects == 0
            require(none, "exclusions need a number screened", excluded=self.excluded.subjects)
            return
        _require_counts({"screened": self.screened})
        require(
            self.excluded.subjects + self.randomised == self.screened,
            "excluded + randomised == screened",
            screened=self.screened,
            excluded=self.excluded.subjects,
            randomised=self.randomised,
        )

    def _require_steps(self) -> None:
        before = self.randomised
        for step in self.cohort:
            require(
                step.left_out + step.remaining == before,
                "left out + remaining == subjects before the step",
                step=step.rule,
                left_out=step.left_out,
                remaining=step.remaining,
                before=before,
            )
            before = step.remaining
