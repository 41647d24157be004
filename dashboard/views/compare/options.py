"""How the comparison is said: the options of Table 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from analytics.baseline import Digits, TableOptions
from dashboard import state
from dashboard.analyses.comparison import Order
from dashboard.views.compare.names import OVERALL

_WIDTH = 520  # pixels
_QUARTILES = {7: "Interpolated (R)", 2: "Averaged (SAS)"}
_DENOMINATORS = {"with value": "Subjects with a value", "all": "All subjects"}
_ORDERS = {
    "chosen": "As chosen",
    "alphabetical": "Alphabetical",
    "difference": "Largest difference first",
}
_TESTS = {"means": "Means (t, ANOVA)", "ranks": "Ranks (Wilcoxon, Kruskal–Wallis)"}
_DIGITS = {
    "mean": "Mean, median: more decimals than the data",
    "sd": "SD: more decimals than the data",
    "percent": "Percentages: decimals",
    "difference": "Differences: decimals",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the reader asked for, beside groups and variables."""

    table: TableOptions
    digits: Digits
    test: str
    order: Order
    frequent_first: bool
    missing_lines: bool
    sections: bool


def choose_options() -> Options:
    """The inputs of the options, and what they say."""
    with st.grid(2, min_column_width=210, width=_WIDTH):
        overall = _toggle("Overall column", "overall", True)
        differences = _toggle("Standardised differences", "differences", True)
        p_values = _toggle("p-values (exploratory)", "p_values", False)
        sections = _toggle("Sections", "sections", True)
        missing_lines = _toggle("Missing line for every variable", "missing_lines", False)
        missing_level = _toggle("Missing counts as a level in differences", "missing_level", False)
        frequent_first = _toggle("Most frequent level first", "frequent_first", False)
    with st.grid(2, min_column_width=210, width=_WIDTH):
        order = _select("Order of variables", "order", _ORDERS)
        test = _select("Tests of numbers", "test", _TESTS)
        quartiles = _select("Quartiles", "quartiles", _QUARTILES)
        denominator = _select("Percentages of", "denominator", _DENOMINATORS)
        digits = {name: _digits(name) for name in _DIGITS}
    return Options(
        table=TableOptions(
            overall=OVERALL if overall else "",
            quartiles=quartiles,
            denominator=denominator,
            differences=differences,
            missing_as_level=missing_level,
            p_values=p_values,
        ),
        digits=Digits(**digits),
        test=test,
        order=order,
        frequent_first=frequent_first,
        missing_lines=missing_lines,
        sections=sections,
    )


def _toggle(label: str, name: str, usual: bool) -> bool:
    key = state.choice(f"compare_{name}", (True, False), usual)
    return st.checkbox(label, key=key, persist_state="session")


def _select(label: str, name: str, named: Mapping[Any, str]) -> Any:
    options = list(named)
    return st.selectbox(
        label,
        options,
        key=state.choice(f"compare_{name}", options, options[0]),
        persist_state="session",
        format_func=lambda option: named[option],
    )


def _digits(name: str) -> int:
    usual = getattr(Digits(), name)
    return st.number_input(
        _DIGITS[name],
        min_value=0,
        max_value=6,
        key=state.choice(f"compare_digits_{name}", range(7), usual),
        persist_state="session",
    )
