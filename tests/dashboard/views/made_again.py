"""Whether the script beside each result of a page makes that result again."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.bundles.script_form import require_our_form
from dashboard.cards import Card
from dashboard.exports.tables import to_csv
from dashboard.unattended import DrawnPage, draw_page
from queries.errors import DataError

_WITHOUT_STREAMLIT = re.compile(
    r"from (analytics|queries|dashboard\.(analyses|charts|home|text)|sample_data)\b"
)


def assert_made_again(
    page: str, *, study: str = "EQX-301", inputs: dict[str, Any] | None = None
) -> DrawnPage:
    """Draw a page, run the script of each of its cards, and compare to the last bit."""
    drawn = draw_page(page, study=study, inputs=inputs)
    assert drawn.cards, f"{page} shows no result: {drawn.said}"
    names = [card.name for card in drawn.cards]
    assert len(set(names)) == len(names), f"two results of {page} have one name: {names}"
    wrong = {card.name: said for card in drawn.cards if (said := what_differs(card))}
    assert not wrong, "\n\n".join(f"{name}: {said}" for name, said in wrong.items())
    return drawn


def what_differs(card: Card) -> str:
    """What a card's script makes otherwise than the page; "" when all is the same."""
    if card.script is None:
        return "it has no script"
    kept = Card.from_json(card.to_json())
    if card.table is not None and to_csv(kept.table) != to_csv(card.table):
        return "its table is another when it is kept in a report"
    ours = [line for line in card.script.splitlines() if "dashboard" in line and "import" in line]
    if foreign := [line for line in ours if not _WITHOUT_STREAMLIT.match(line)]:
        return f"its script imports from a view: {foreign}"
    try:
        require_our_form(card.script)
    except DataError as error:
        return f"a bundle would not run its script: {error}"
    made: dict[str, Any] = {}
    try:
        exec(card.script, made)
    except Exception as error:
        return f"its script fails: {error!r}\n{card.script}"
    if card.figure is not None and not _is_same(made.get("figure"), card.figure):
        return f"its figure is another\n{card.script}"
    if card.table is not None:
        try:
            pd.testing.assert_frame_equal(made["table"], card.table, check_exact=True)
        except (AssertionError, KeyError) as error:
            return f"its table is another: {error}\n{card.script}"
    return ""


def _is_same(one: Any, other: go.Figure) -> bool:
    """By value, where NaN is NaN."""
    return isinstance(one, go.Figure) and (one == other or one.to_json() == other.to_json())
