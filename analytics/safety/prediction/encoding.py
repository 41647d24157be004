"""Predictors as numbers: what a model learns about the columns before it learns anything else.

Everything here is learned from the subjects that a model is fitted to, so that in
cross-validation it is learned inside the fold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from analytics.checks import require
from analytics.safety.prediction.data import Floats, Ints

MISSING = "missing"
OTHER = "other"
FEWEST = 10  # subjects that a column of its own takes


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberCoding:
    """A number: its median for missing values, and two standard deviations as its unit.

    Two standard deviations make a number comparable with a category of two even halves, so that
    one penalty fits both.

    Parameters
    ----------
    name : str
        Of the predictor.
    median : float
        Stands for a missing value.
    centre, spread : float
        Mean, and twice the standard deviation, with the missing values filled in.
    missing : float or None
        Share that is missing, when there is a column for it.

    References
    ----------
    Gelman (2008), Statistics in Medicine 27:2865-2873.
    """

    name: str
    median: float
    centre: float
    spread: float
    missing: float | None

    @classmethod
    def of(cls, name: str, values: Floats, fewest: int) -> Self | None:
        """Learn it; None where every value is the same or none is there."""
        lacking = np.isnan(values)
        if lacking.all():
            return None
        median = float(np.median(values[~lacking]))
        filled = np.where(lacking, median, values)
        spread = 2 * float(filled.std())
        flagged = min(int(lacking.sum()), int((~lacking).sum())) >= fewest
        if spread <= 1e-9 * max(abs(median), 1.0) and not flagged:
            return None
        return cls(
            name=name,
            median=median,
            centre=float(filled.mean()),
            spread=spread,
            missing=float(lacking.mean()) if flagged else None,
        )

    @property
    def varies(self) -> bool:
        """Whether the values that are there differ."""
        return self.spread > 1e-9 * max(abs(self.median), 1.0)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its columns."""
        own = (self.name,) if self.varies else ()
        return own if self.missing is None else (*own, f"{self.name} {MISSING}")

    def coded(self, column: pd.Series) -> list[Floats]:
        """Its columns."""
        values = as_numbers(column)
        lacking = np.isnan(values)
        blocks = []
        if self.varies:
            blocks.append((np.where(lacking, self.median, values) - self.centre) / self.spread)
        if self.missing is not None:
            blocks.append(lacking - self.missing)
        return blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryCoding:
    """A category: a centred column per level but the most frequent; rare levels are pooled.

    A value that is missing, or was never seen, is taken as the level "missing" where enough
    subjects had it, and else as the average subject: 0 in every column.

    Parameters
    ----------
    name : str
        Of the predictor.
    levels : tuple of str
        With enough subjects, the most frequent one (the reference) first.
    shares : tuple of float
        Of the levels.
    pooled : tuple of str
        Levels with too few subjects, told apart from those never seen.
    """

    name: str
    levels: tuple[str, ...]
    shares: tuple[float, ...]
    pooled: tuple[str, ...]

    @classmethod
    def of(cls, name: str, column: pd.Series, fewest: int) -> Self | None:
        """Learn it; None with fewer than two levels."""
        texts = as_texts(column)
        counts = pd.Series(texts, dtype=object).value_counts().sort_index()
        rare = tuple(counts.index[(counts < fewest) & (counts.index != MISSING)])
        kept = pd.Series(_pooled(texts, rare), dtype=object).value_counts().sort_index()
        kept = kept[kept >= fewest].sort_values(ascending=False, kind="stable")
        if len(kept) < 2:
            return None
        return cls(
            name=name,
            levels=tuple(map(str, kept.index)),
            shares=tuple(float(count) / len(column) for count in kept),
            pooled=rare,
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its columns."""
        return tuple(f"{self.name}={level}" for level in self.levels[1:])

    def codes(self, column: pd.Series) -> Ints:
        """Place of each value among the levels; -1 where it has none."""
        levels = pd.Index(self.levels, dtype=object)
        places = levels.get_indexer(_pooled(as_texts(column), self.pooled))
        missing = self.levels.index(MISSING) if MISSING in self.levels else -1
        return np.where(places < 0, missing, places).astype(np.int64)

    def coded(self, column: pd.Series) -> list[Floats]:
        """Its columns."""
        codes = self.codes(column)
        places = range(1, len(self.levels))
        return [np.where(codes < 0, 0.0, (codes == k) - self.shares[k]) for k in places]


Coding = NumberCoding | CategoryCoding


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How predictors become the columns of a linear model.

    Parameters
    ----------
    codings : tuple
        One per predictor that varies, in the order of the predictors.

    Examples
    --------
    >>> people = pd.DataFrame({"arm": ["A", "B"] * 10, "AGE": range(20), "SITE": "one"})
    >>> encoding = Encoding.of(people)
    >>> encoding.columns, encoding.matrix(people).shape
    (('arm=B', 'AGE'), (20, 2))
    >>> encoding.matrix(pd.DataFrame({"arm": ["new"], "AGE": [None], "SITE": [""]})).tolist()
    [[0.0, 0.0]]
    """

    codings: tuple[Coding, ...]

    @classmethod
    def of(cls, predictors: pd.DataFrame, *, fewest: int = FEWEST) -> Self:
        """Learn it from the subjects that a model is fitted to."""
        found = (_learned(str(name), predictors[name], fewest) for name in predictors)
        return cls(codings=tuple(one for one in found if one is not None))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(name for one in self.codings for name in one.columns)

    @property
    def sources(self) -> tuple[str, ...]:
        """The predictor that each column comes from."""
        return tuple(one.name for one in self.codings for _ in one.columns)

    def matrix(self, predictors: pd.DataFrame) -> Floats:
        """The columns for some subjects."""
        require_predictors(predictors, [one.name for one in self.codings])
        blocks = [column for one in self.codings for column in one.coded(predictors[one.name])]
        return np.column_stack([np.zeros((len(predictors), 0)), *blocks])


def parameter_counts(predictors: pd.DataFrame, *, fewest: int = FEWEST) -> dict[str, int]:
    """How many parameters each predictor takes in a linear model; 0 where it does not vary.

    Examples
    --------
    >>> people = pd.DataFrame({"arm": ["A", "B", "C"] * 10, "AGE": range(30), "SITE": "one"})
    >>> parameter_counts(people)
    {'arm': 2, 'AGE': 1, 'SITE': 0}
    """
    sources = Encoding.of(predictors, fewest=fewest).sources
    return {str(name): sources.count(str(name)) for name in predictors}


def require_predictors(predictors: pd.DataFrame, names: Sequence[str]) -> None:
    """Raise `InputError` unless the columns that a model was fitted to are there.

    Examples
    --------
    >>> require_predictors(pd.DataFrame({"AGE": [61]}), ["AGE"])
    """
    lacking = [name for name in names if name not in predictors.columns]
    require(not lacking, "the predictors have the columns of the fit", missing=lacking)


def as_numbers(column: pd.Series) -> Floats:
    """A column as floats; what is no finite number is missing."""
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def as_texts(column: pd.Series) -> np.ndarray:
    """A column as texts; `MISSING` where nothing is there."""
    texts = column.astype(object).map(str).to_numpy(dtype=object)
    lacking = column.isna().to_numpy(dtype=bool) | (texts == "")
    return np.where(lacking, MISSING, texts)


def _learned(name: str, column: pd.Series, fewest: int) -> Coding | None:
    if is_numeric_dtype(column):
        return NumberCoding.of(name, as_numbers(column), fewest)
    return CategoryCoding.of(name, column, fewest)


def _pooled(texts: np.ndarray, rare: tuple[str, ...]) -> np.ndarray:
    return np.where(np.isin(texts, rare), OTHER, texts) if rare else texts
