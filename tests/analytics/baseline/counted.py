"""Counts from rows, one subject each: the tests think in subjects, the room in counts."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analytics.baseline import LevelCounts, ValueCounts


def values(
    groups: Sequence[str],
    rows: Sequence[float | None],
    order: tuple[str, ...] | None = None,
    **more: object,
) -> ValueCounts:
    """Count numbers."""
    frame = _sizes(groups, pd.Series(rows, dtype=float), "value")
    return ValueCounts(frame=frame, groups=_order(groups, order), **{"disjoint": True, **more})


def levels(
    groups: Sequence[str],
    rows: Sequence[str | None],
    order: tuple[str, ...] | None = None,
    **more: object,
) -> LevelCounts:
    """Count levels."""
    frame = _sizes(groups, pd.Series(rows, dtype=object), "level")
    return LevelCounts(frame=frame, groups=_order(groups, order), **{"disjoint": True, **more})


def _sizes(groups: Sequence[str], what: pd.Series, name: str) -> pd.DataFrame:
    rows = pd.DataFrame({"group": list(groups), name: what})
    return rows.groupby(["group", name], dropna=False).size().rename("subjects").reset_index()


def _order(groups: Sequence[str], order: tuple[str, ...] | None) -> tuple[str, ...]:
    return order or tuple(sorted(set(groups)))
