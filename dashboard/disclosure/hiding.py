"""A table without what must be hidden, as numbers, as text and as rows of a figure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dashboard.disclosure.counting import Entered
from dashboard.disclosure.describing import Disclosure
from dashboard.text import percent

HIDDEN = "–"
_INDENT = "\u2003"


def hide(entered: Entered, hidden: np.ndarray) -> pd.DataFrame:
    """The stated columns of a table, empty where the ledger hides the count or its arm."""
    said, table = entered.said, entered.table
    own, size = hidden[entered.counts], hidden[entered.sizes]
    kept: dict[str, object] = {key: table[key] for key in said.keys}
    if said.arm:
        kept[said.arm] = table[said.arm]
    kept[said.count] = _whole(table[said.count], own)
    if said.of:
        kept[said.of] = _whole(table[said.of], size)
    if said.percent:
        kept[said.percent] = table[said.count] / table[said.of]
        kept[said.percent] = _real(kept[said.percent], own | size)
    by_row = _any_arm(table, said, own | size)
    everywhere = np.full(len(table), bool((own | size).any()))
    for names, gone in (
        (said.derived, own | size),
        (said.compared, by_row),
        (said.overall, everywhere),
    ):
        kept |= {one: _real(table[one], gone) for one in names if one in table.columns}
    return pd.DataFrame(kept).reset_index(drop=True)


def _whole(column: pd.Series, gone: np.ndarray) -> pd.Series:
    values = [None if lost else int(one) for one, lost in zip(column, gone, strict=True)]
    return pd.Series(values, dtype="object")


def _real(column: pd.Series, gone: np.ndarray) -> pd.Series:
    return pd.to_numeric(column, errors="coerce").astype(float).mask(gone)


def _any_arm(table: pd.DataFrame, said: Disclosure, gone: np.ndarray) -> np.ndarray:
    """Rows of which some arm is hidden."""
    if not said.keys:
        return np.full(len(table), bool(gone.any()))
    keys = [table[key].astype(str) for key in said.keys]
    found: np.ndarray = pd.Series(gone).groupby(keys).transform("any").to_numpy()
    return found


def shown_as_text(said: Disclosure, table: pd.DataFrame) -> pd.DataFrame:
    """One row for what is counted and one column an arm: "12 (30.0%)"."""
    names = _row_names(said, table)
    arms = arms_of(said, table)
    columns: dict[str, dict[tuple[str, ...], str]] = {}
    for arm in arms:
        own = table[table[said.arm] == arm] if said.arm else table
        places = np.flatnonzero(table[said.arm] == arm) if said.arm else range(len(table))
        texts = {names[at]: _cell(said, table.iloc[at]) for at in places}
        columns[_heading(said, str(arm), own)] = texts
    rows = list(dict.fromkeys(names))
    shown = {heading: [texts.get(row, "0") for row in rows] for heading, texts in columns.items()}
    labels = [row[-1] for row in rows]
    return pd.DataFrame({"What is counted": labels, **shown})


def arms_of(said: Disclosure, table: pd.DataFrame) -> list[str]:
    """The arms of a table in their stated order, else as they come."""
    if not said.arm:
        return [""]
    found = dict.fromkeys(table[said.arm])
    return [*(arm for arm in said.arms if arm in found), *(a for a in found if a not in said.arms)]


def _row_names(said: Disclosure, table: pd.DataFrame) -> list[tuple[str, ...]]:
    """Each row's keys, and last of all what it is called."""
    if not said.keys:
        return [("Subjects" if said.count == "subjects" else said.count.capitalize(),)] * len(table)
    named = []
    for row in table[list(said.keys)].itertuples(index=False):
        texts = ["" if one is None or one != one else _name(said, one) for one in row]
        if said.tree and len(said.tree) > 1:
            steps = [text for key, text in zip(said.keys, texts, strict=True) if key in said.tree]
            filled = [text for text in steps if text]
            label = _INDENT * (len(filled) - 1) + filled[-1] if filled else "Any"
        else:
            label = ": ".join(text for text in texts if text) or "Not collected"
        named.append((*texts, label))
    return named


def _name(said: Disclosure, value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return said.names.get(text, text)


def _cell(said: Disclosure, row: pd.Series) -> str:
    if pd.isna(row[said.count]):
        return HIDDEN
    known = bool(said.percent) and not pd.isna(row[said.percent])
    share = f" ({percent(row[said.percent], 1)})" if known else ""
    return f"{row[said.count]:,}{share}"


def _heading(said: Disclosure, arm: str, own: pd.DataFrame) -> str:
    name = arm or "Subjects"
    if not said.of:
        return name
    size = own[said.of].iloc[0]
    return f"{name} (N {HIDDEN})" if pd.isna(size) else f"{name} (N = {size:,})"


def rows_to_draw(said: Disclosure, table: pd.DataFrame) -> pd.DataFrame:
    """`row`, `arm`, `value` (share of the arm where any is known, else the count), `share`."""
    share = bool(said.percent) and bool(table[said.percent].notna().any())
    value = table[said.percent] if share else table[said.count]
    return pd.DataFrame(
        {
            "row": [name[-1].strip(_INDENT) for name in _row_names(said, table)],
            "arm": table[said.arm].astype(str) if said.arm else "",
            "value": pd.to_numeric(value, errors="coerce").astype(float),
            "share": share,
        }
    )
