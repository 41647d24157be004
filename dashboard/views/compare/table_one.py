"""Table 1 on the page: a line for each statistic, variables in bold, sections above them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from analytics.baseline import TableOne
from analytics.baseline.described_variable import LINES
from analytics.baseline.table_display import FIRST, RESERVED
from dashboard import results, state
from dashboard.disclosure import AGGREGATE, Disclosure
from dashboard.text import plain
from dashboard.views import disclosing
from dashboard.views.compare import notes
from dashboard.views.compare.inputs import Comparison, made

COMPARISONS = tuple(name for name in RESERVED if name not in FIRST)
NAME = "Characteristic"
_SPACE = "\u00a0"  # holds a line together, and Markdown keeps it
_INDENT = 3 * _SPACE
_WIDE = 9  # columns that fit a narrow screen, those that are not drawn among them


def show(comparison: Comparison) -> None:
    """The Table 1 tab."""
    found = made(comparison.analysis)
    answer = found.value
    text = answer.display()
    footnotes = () if isinstance(answer.table, str) else answer.table.footnotes()
    said = notes.notes(comparison.groups, answer, *footnotes)
    if len(text.columns) > _WIDE:
        st.caption("On a narrow screen, scroll the table sideways to see all groups.")
    results.table(
        text,
        raw=found.part("table").call("to_frame"),
        drawn=drawn(text),
        name=f"{state.study().code} Table 1",
        notes=said,
        disclosure=_disclosure(answer.table),
    )
    notes.show(said)


def _disclosure(table: TableOne | str) -> Disclosure:
    """Groups that share subjects may differ in a few of them: their counts are not described."""
    if isinstance(table, str) or not table.disjoint:
        return AGGREGATE
    return disclosing.table_one(
        state.current_cohort(), table.to_frame(), table.subjects, whole=table.options.overall
    )


def drawn(text: pd.DataFrame) -> pd.DataFrame:
    """The table as Markdown: each variable once, in bold, with its lines indented beneath.

    Examples
    --------
    >>> text = pd.DataFrame(
    ...     [("", "Subjects", "N", "8"), ("", "Age", "n", "8")],
    ...     columns=["Section", "Variable", "Statistic", "Placebo"])
    >>> drawn(text).to_numpy().tolist()
    [['**Age**', ''], ['\\xa0\\xa0\\xa0n', '8']]
    """
    sizes = text.iloc[0]
    headed = {
        name: f"{plain(name)} (N{_SPACE}={_SPACE}{sizes[name]})" if sizes[name] else plain(name)
        for name in text.columns
        if name not in FIRST
    }
    rows: list[dict[str, str]] = []
    for section, lines in text.iloc[1:].groupby("Section", sort=False):
        if section:
            rows.append({NAME: f":gray[**{plain(section)}**]"})
        for variable, own in lines.groupby("Variable", sort=False):
            rows += _variable(str(variable), own, headed)
    return pd.DataFrame(rows, columns=[NAME, *headed.values()]).fillna("")


def _variable(name: str, lines: pd.DataFrame, headed: Mapping[str, str]) -> list[dict[str, str]]:
    """A line with the name and what compares the groups, then one for each statistic."""
    first = lines.iloc[0]
    compared = [column for column in headed if column in COMPARISONS]
    rows = [{NAME: f"**{plain(name)}**"} | {headed[one]: plain(first[one]) for one in compared}]
    for line in lines.to_dict("records"):
        cells = {title: plain(line[one]) for one, title in headed.items() if one not in compared}
        statistic = plain(line["Statistic"])
        unbroken = statistic.replace(" ", _SPACE) if line["Statistic"] in LINES else statistic
        rows.append({NAME: f"{_INDENT}{unbroken}"} | cells)
    return rows
