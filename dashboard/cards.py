"""A result as it stands on a page: what is drawn, its numbers, its notes, and its script.

Pages keep the cards of a run, so that a report, a bundle or the command line can take any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd
import plotly.graph_objects as go

from dashboard import state
from dashboard.scripts import Made, write_script

Value = TypeVar("Value")
OF_THIS_RUN = "cards"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Card:
    """One result of a page.

    Parameters
    ----------
    name : str
        Unique on its page; also the title of what is taken away.
    notes : tuple of str
        Method, population, cohort, data cut, "exploratory" where it is.
    figure : Figure, optional
        In light colours.
    shown : DataFrame, optional
        A table as text.
    data : DataFrame, optional
        The numbers behind it at full precision.
    script : str, optional
        The Python that makes `figure` and `table` again; `table` is `data`, or `shown` without it.
    """

    name: str
    notes: tuple[str, ...]
    figure: go.Figure | None = None
    shown: pd.DataFrame | None = None
    data: pd.DataFrame | None = None
    script: str | None = None

    @property
    def table(self) -> pd.DataFrame | None:
        """The numbers behind it; the table as text where it has no others."""
        return self.shown if self.data is None else self.data


def keep(card: Card) -> None:
    """Add a card to those of this run."""
    kept: list[Card] = state.once_a_run(OF_THIS_RUN, list)
    kept.append(card)


def plain_value(held: Made[Value] | Value) -> Value:
    """The value itself, without the steps that made it."""
    return held.value if isinstance(held, Made) else held


def script_of(results: Mapping[str, Any]) -> str | None:
    """The script of the results that know how they were made; None when one does not."""
    asked = {name: held for name, held in results.items() if held is not None}
    if not asked or not all(isinstance(held, Made) for held in asked.values()):
        return None
    shown = "table" if "table" in asked else ""
    return write_script(
        asked,
        snapshot=state.snapshot().content_sha256,
        pooled=state.store().pooled,
        shown=shown,
    )
