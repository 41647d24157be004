"""Columns of a frame as numbers or as labels, whatever their names and types."""

from __future__ import annotations

from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.checks import InputError, require

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Labels = tuple[Ints, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """The columns of a frame, each read once.

    Parameters
    ----------
    frame : DataFrame
        Any frame; its index plays no part.
    """

    frame: pd.DataFrame
    _numbers: dict[str, Floats] = field(default_factory=dict)
    _labels: dict[str, Labels] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frame)

    def numbers(self, name: str) -> Floats:
        """A column as numbers, NaN where there is none.

        Text is refused even if it reads like a number, and so are dates and infinities: they are
        signs of a column that is not what its user thinks.

        Examples
        --------
        >>> Columns(frame=pd.DataFrame({"age": [61, None]})).numbers("age").tolist()
        [61.0, nan]
        """
        if name not in self._numbers:
            self._numbers[name] = _numbers(_column(self.frame, name), name)
        return self._numbers[name]

    def labels(self, name: str) -> Labels:
        """A column as positions among its labels; -1 where there is none.

        Labels are in the order of the categories, of the numbers, or of the alphabet; whole
        numbers lose their decimal point. Blank text is no label: it is how SAS writes a missing
        value.

        Examples
        --------
        >>> Columns(frame=pd.DataFrame({"grade": [3.0, None, 1.0]})).labels("grade")
        (array([ 1, -1,  0]), ('1', '3'))
        """
        if name not in self._labels:
            self._labels[name] = _labels(_column(self.frame, name), name)
        return self._labels[name]

    def kept(self, rows: Flags) -> Columns:
        """The same columns at some of the rows.

        Examples
        --------
        >>> columns = Columns(frame=pd.DataFrame({"grade": [3.0, None, 1.0]}))
        >>> columns.kept(np.array([True, True, False])).labels("grade")
        (array([ 0, -1]), ('3',))
        """
        if rows.all():
            return self
        return Columns(
            frame=self.frame[rows],
            _numbers={name: values[rows] for name, values in self._numbers.items()},
            _labels={
                name: _used(codes[rows], found) for name, (codes, found) in self._labels.items()
            },
        )


def _column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    require(isinstance(name, str), "a column is named by text", column=name)
    found = [place for place, one in enumerate(frame.columns) if one == name]
    require(len(found) == 1, "the frame has the column once", column=name, found=len(found))
    return frame.iloc[:, found[0]]


def _numbers(values: pd.Series[Any], name: str) -> Floats:
    if getattr(values.dtype, "kind", "O") not in "biuf" and not _all_real(values):
        kinds = sorted({type(one).__name__ for one in values.dropna().head(1000)})
        rule = f"column {name!r} holds numbers"
        raise InputError(f"`{rule}` must hold, but got {' and '.join(kinds)}.")
    found: Floats = values.to_numpy(dtype=np.float64, na_value=np.nan)
    infinite = int(np.isinf(found).sum())
    require(not infinite, f"column {name!r} is finite", infinite_rows=infinite)
    return found


def _all_real(values: pd.Series[Any]) -> bool:
    return values.dtype.kind == "O" and all(isinstance(one, Real) for one in values.dropna())


def _labels(values: pd.Series[Any], name: str) -> Labels:
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes, found = values.cat.codes.to_numpy(np.int64), values.cat.categories.tolist()
    else:
        places, uniques = pd.factorize(values, sort=False)
        codes, found = _sorted(places, uniques, name)
    texts = tuple(_label(one) for one in found)
    require(len(set(texts)) == len(texts), f"the labels of {name!r} differ", labels=texts)
    blank = np.array([not text.strip() for text in texts], dtype=bool)
    if blank.any():
        codes = np.where(np.append(blank, False)[codes], -1, codes)
    return _used(codes, texts)


def _sorted(codes: Ints, uniques: Any, name: str) -> tuple[Ints, list[Any]]:
    found = list(uniques)
    text = [isinstance(one, str) for one in found]
    alike = all(text) or not any(text)
    require(alike, f"column {name!r} holds text or numbers, not both", values=tuple(found[:5]))
    order = sorted(range(len(found)), key=found.__getitem__)
    rank = np.full(len(found) + 1, -1)
    rank[order] = np.arange(len(found))
    return rank[codes], [found[place] for place in order]


def _used(codes: Ints, texts: tuple[str, ...]) -> Labels:
    """Labels without the ones that no row has."""
    used = np.bincount(codes + 1, minlength=len(texts) + 1)[1:] > 0
    if used.all():
        return codes, texts
    place = np.append(np.cumsum(used) - 1, -1)
    return place[codes], tuple(text for text, one in zip(texts, used, strict=True) if one)


def _label(value: Any) -> str:
    whole = isinstance(value, Real) and not isinstance(value, bool | np.bool_)
    return str(int(value)) if whole and float(value).is_integer() else str(value)
