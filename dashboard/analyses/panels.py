"""The panels of the Cohorts page: how many subjects each level has, now and in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from queries.cohorts import EVERYONE, Cohort
from queries.panels import EVENT_PANELS, Panel, bin_range, count_events, count_panels
from queries.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelLevels:
    """The levels of panels under a cohort.

    Parameters
    ----------
    cohort : Cohort
    shown : tuple of str
        The panels: columns, and those of `EVENT_PANELS`.
    panels : tuple of Panel
        How the columns are counted.
    owners : mapping of str to int
        For a panel: which part of the rule it made itself, and does not count against its levels.

    Examples
    --------
    >>> asked = PanelLevels(cohort=EVERYONE, shown=("SEX",), panels=(Panel(column="SEX"),))
    >>> asked.run(store).values.tolist()
    [['SEX', 'F', 4, 4], ['SEX', 'M', 3, 3], ['SEX', None, 1, 1]]
    """

    cohort: Cohort
    shown: tuple[str, ...]
    panels: tuple[Panel, ...] = ()
    owners: Mapping[str, int] = field(default_factory=dict)

    def run(self, store: Store) -> pd.DataFrame:
        """`panel`, `level`, `total` (subjects of the snapshot), `now` (of the cohort)."""
        now = self._levels(store, self.cohort, self.owners)
        total = self._levels(store, EVERYONE, {})
        return panel_table(levels_of_panels(self.shown, now, total), self.panels)

    def _levels(self, store: Store, cohort: Cohort, owners: Mapping[str, int]) -> pd.DataFrame:
        levels = count_panels(store, cohort, self.panels, owners=owners).levels
        if not set(self.shown) & set(EVENT_PANELS):
            return levels
        events = count_events(store, cohort, owners=owners)
        return pd.concat([levels, events], ignore_index=True)


def panel_table(counts: Mapping[str, pd.DataFrame], panels: Sequence[Panel]) -> pd.DataFrame:
    """The levels of all panels below one another: `panel`, `level`, `total`, `now`.

    Examples
    --------
    >>> ages = pd.DataFrame({"level": ["1", "0"], "total": [5, 3], "now": [2, 3]})
    >>> age = Panel(column="AGE", kind="numbers", start=60, width=5)
    >>> panel_table({"AGE": ages}, [age]).values.tolist()
    [['AGE', '60 to under 65', 3, 3], ['AGE', '65 to under 70', 5, 2]]
    """
    binned = {panel.column: panel for panel in panels if panel.kind != "levels"}
    parts = [
        (_in_bins(levels, binned[name]) if name in binned else levels).assign(panel=name)
        for name, levels in counts.items()
    ]
    columns = ["panel", "level", "total", "now"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _in_bins(levels: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """Bins by what they hold, lowest first; those without a value last."""
    known = levels[levels["level"].notna()]
    ranges = [bin_range(panel, str(level), None) for level in known["level"]]
    between = "to" if panel.kind == "days" else "to under"
    said = [f"{_said(low)} {between} {_said(high)}" for low, high in ranges]
    order = sorted(range(len(ranges)), key=lambda place: ranges[place][0])
    return pd.concat([known.assign(level=said).iloc[order], levels[levels["level"].isna()]])


def _said(end: float | date) -> str:
    return end.isoformat() if isinstance(end, date) else f"{end:g}"


def levels_of_panels(
    shown: Sequence[str], now: pd.DataFrame, total: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Every level of the snapshot by panel, with its subjects now and in total, most first.

    Parameters
    ----------
    shown : sequence of str
        The panels.
    now, total : DataFrame
        `panel`, `level`, `subjects`, under the cohort and of everyone.

    Examples
    --------
    >>> total = pd.DataFrame({"panel": "SEX", "level": ["F", "M"], "subjects": [3, 5]})
    >>> levels_of_panels(["SEX"], total[:1], total)["SEX"].values.tolist()
    [['M', 5, 0], ['F', 3, 3]]
    """
    left, every = _by_panel(now), _by_panel(total)
    return {name: _merged(left.get(name, {}), every.get(name, {})) for name in shown}


def _by_panel(levels: pd.DataFrame) -> dict[str, dict[object, int]]:
    found: dict[str, dict[object, int]] = {}
    for panel, level, subjects in zip(
        levels["panel"], levels["level"], levels["subjects"].tolist(), strict=True
    ):
        found.setdefault(panel, {})[level] = subjects
    return found


def _merged(now: Mapping[object, int], total: Mapping[object, int]) -> pd.DataFrame:
    levels = sorted(total, key=lambda level: -total[level])
    return pd.DataFrame(
        {
            "level": pd.Series(levels, dtype=object),
            "total": pd.Series([total[level] for level in levels], dtype="int64"),
            "now": pd.Series([now.get(level, 0) for level in levels], dtype="int64"),
        }
    )
