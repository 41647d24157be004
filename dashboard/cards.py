"""A result as it stands on a page: what is drawn, its numbers, its notes, and its script."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.utils import PlotlyJSONEncoder

from analytics import wire
from analytics.checks import InputError, require
from dashboard.disclosure.describing import Disclosure

FORMAT = 1  # of the JSON; a text that says another number is refused


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
    disclosure : Disclosure, optional
        What its numbers are; a result without it goes into no share.
    """

    name: str
    notes: tuple[str, ...]
    figure: go.Figure | None = None
    shown: pd.DataFrame | None = None
    data: pd.DataFrame | None = None
    script: str | None = None
    disclosure: Disclosure | None = None

    def to_json(self) -> str:
        """The card as JSON from which `from_json` rebuilds it, tables to the last bit.

        Examples
        --------
        >>> frame = pd.DataFrame({"arm": ["Placebo"], "share": [1 / 3]})
        >>> text = Card(name="Shares", notes=("Safety population.",), shown=frame).to_json()
        >>> float(Card.from_json(text).shown.loc[0, "share"]) == 1 / 3
        True
        """
        drawn = None if self.figure is None else figure_content(self.figure)
        body = {
            "name": self.name,
            "notes": list(self.notes),
            "figure": drawn,
            "shown": _table_to_wire(self.shown),
            "data": _table_to_wire(self.data),
            "script": self.script,
            "disclosure": None if self.disclosure is None else self.disclosure.to_wire(),
        }
        return json.dumps({"format": FORMAT, "card": body}, allow_nan=False, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Card:
        """Rebuild a card; `InputError` for a text that `to_json` did not write."""
        body = _parsed(text)
        try:
            drawn, said = body["figure"], body.get("disclosure")  # kept cards of before have none
            return cls(
                name=str(body["name"]),
                notes=tuple(map(str, body["notes"])),
                figure=None if drawn is None else go.Figure(drawn),
                shown=_table_from_wire(body["shown"]),
                data=_table_from_wire(body["data"]),
                script=None if body["script"] is None else str(body["script"]),
                disclosure=None if said is None else Disclosure.from_wire(said),
            )
        except InputError:
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"`a card is as to_json wrote it` must hold, but got {error!r}."
            ) from None

    @property
    def table(self) -> pd.DataFrame | None:
        """The numbers behind it; the table as text where it has no others."""
        return self.shown if self.data is None else self.data


def figure_content(figure: go.Figure) -> dict[str, Any]:
    """A figure as plain JSON values: numbers in lists, not packed.

    Examples
    --------
    >>> figure_content(go.Figure(go.Scatter(y=[1, 2])))["data"][0]["y"]
    [1, 2]
    """
    content = {
        "data": [trace.to_plotly_json() for trace in figure.data],
        "layout": figure.layout.to_plotly_json(),
    }
    plain: dict[str, Any] = json.loads(json.dumps(content, cls=PlotlyJSONEncoder))
    return plain


def _table_to_wire(table: pd.DataFrame | None) -> Any:
    """A table on the wire; its rows are numbered anew, for a card's table has no index to tell."""
    return None if table is None else wire.encode(table.reset_index(drop=True), lambda _: None)


def _table_from_wire(body: Any) -> pd.DataFrame | None:
    table = None if body is None else wire.decode(body, _no_result)
    require(
        table is None or isinstance(table, pd.DataFrame),
        "a card's tables are tables",
        got=type(table).__name__,
    )
    return table


def _no_result(name: str, _: Any) -> object:
    raise InputError(f"`a card's tables hold plain values` must hold, but got {name!r}.")


def _parsed(text: str) -> Any:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"`a card is written as JSON` must hold, but got {error}.") from None
    known = isinstance(document, dict) and document.get("format") == FORMAT
    require(known and isinstance(document.get("card"), dict), f"a card's JSON has format {FORMAT}")
    return document["card"]
