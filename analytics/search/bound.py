"""What every constraint has, whatever it limits: one bound, and by how much it is missed."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from analytics.checks import require


class Bound:
    """One of `at_least` and `at_most`, for constraints to inherit."""

    __slots__: ClassVar[tuple[str, ...]] = ()

    at_least: float | None
    at_most: float | None

    def _require_one_bound(self) -> None:
        one = (self.at_least is None) != (self.at_most is None)
        both = {"at_least": self.at_least, "at_most": self.at_most}
        require(one, "a constraint has one bound, at_least or at_most", **both)
        require(bool(np.isfinite(self.bound)), "the bound is finite", **both)

    @property
    def bound(self) -> float:
        """Which must be kept."""
        return float(self.at_least if self.at_least is not None else self.at_most or 0.0)

    @property
    def sign(self) -> float:
        """1 for an upper bound, -1 for a lower one."""
        return -1.0 if self.at_least is not None else 1.0

    @property
    def relation(self) -> str:
        """As it is written."""
        return ">=" if self.at_least is not None else "<="

    def violation(self, value: float) -> float:
        """By which share of the bound it is missed; 0 or less when it is kept."""
        return self.sign * (value - self.bound) / (abs(self.bound) or 1.0)
