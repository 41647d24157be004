"""What a model of risk learns from: predictors known at a day, and what happened afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype

from analytics.checks import require

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
CENSORED, EVENT, COMPETING = 0, 1, 2
ARM = "arm"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskData:
    """Subjects at risk at the landmark: their predictors, and what ended their time first.

    Parameters
    ----------
    subjects : sequence of str
        Identifiers, each once.
    predictors : DataFrame
        One row per subject in the same order; numbers, or texts for categories; missing values
        are allowed. Everything in it must have been known at the landmark: whoever builds it
        answers for that. The column "arm" is the arm.
    days : array
        Days from the landmark until the event, the competing event or censoring; above 0.
    cause : array of int
        `EVENT`, `COMPETING` or `CENSORED`.
    sites : sequence of str, optional
        Of the subjects, for validation that leaves sites out.

    Examples
    --------
    >>> data = RiskData(
    ...     subjects=["S1", "S2"],
    ...     predictors=pd.DataFrame({"arm": ["A", "B"], "AGE": [61.0, None]}),
    ...     days=np.array([30, 60]),
    ...     cause=np.array([EVENT, CENSORED]),
    ... )
    >>> len(data), data.events
    (2, 1)
    """

    subjects: Sequence[str]
    predictors: pd.DataFrame
    days: Floats
    cause: Ints
    sites: Sequence[str] | None = None

    def __post_init__(self) -> None:
        n = len(self.subjects)
        require(len(set(self.subjects)) == n, "each subject is there once", subjects=n)
        sizes = {"predictors": len(self.predictors), "days": len(self.days)}
        sizes |= {"cause": len(self.cause), "sites": n if self.sites is None else len(self.sites)}
        uneven = {name: size for name, size in sizes.items() if size != n}
        require(not uneven, f"everything has a row for each of {n} subjects", **uneven)
        days, cause = np.asarray(self.days, dtype=float), np.asarray(self.cause, dtype=np.int64)
        require(bool((days > 0).all()), "days > 0", days=days[~(days > 0)][:3].tolist())
        strange = sorted(set(cause.tolist()) - {CENSORED, EVENT, COMPETING})
        require(not strange, "cause is 0 (censored), 1 (event) or 2 (competing)", cause=strange)
        object.__setattr__(self, "subjects", tuple(self.subjects))
        object.__setattr__(self, "predictors", self.predictors.reset_index(drop=True))
        object.__setattr__(self, "days", days)
        object.__setattr__(self, "cause", cause)

    def __len__(self) -> int:
        return len(self.subjects)

    @property
    def events(self) -> int:
        """Subjects with the event, whenever."""
        return int((self.cause == EVENT).sum())

    @property
    def numbers(self) -> tuple[str, ...]:
        """The predictors that are numbers."""
        return tuple(n for n in self.predictors if is_numeric_dtype(self.predictors[n]))

    @property
    def categories(self) -> tuple[str, ...]:
        """The predictors that are categories, the arm among them."""
        return tuple(name for name in self.predictors if name not in self.numbers)

    def at(self, places: npt.NDArray[np.integer]) -> Self:
        """The subjects at some places; one that is there twice is told apart by its place."""
        ids = [self.subjects[place] for place in places]
        if len(set(ids)) < len(ids):
            ids = [f"{name} #{turn}" for turn, name in enumerate(ids)]
        return type(self)(
            subjects=ids,
            predictors=self.predictors.iloc[places],
            days=self.days[places],
            cause=self.cause[places],
            sites=None if self.sites is None else [self.sites[place] for place in places],
        )
