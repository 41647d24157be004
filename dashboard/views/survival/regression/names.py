"""What the terms and coefficients of a Cox model are called on the page."""

from __future__ import annotations

from collections.abc import Iterator
from math import log

import pandas as pd

from analytics.survival.regression import Factor, Interaction, Numeric
from analytics.survival.regression.terms import Term
from dashboard.analyses.survival.follow_up import ARM
from dashboard.analyses.survival.regression import FittedModel, RegressionAnalysis
from dashboard.text import interval, number, p_value
from dashboard.views.survival.regression.covariates import label_of

_HUGE = 1000.0
_NEAR_ONE = 0.02  # a log hazard ratio that two or three digits would round away


def term_name(asked: RegressionAnalysis, term: Term) -> str:
    """What a term is called."""
    if isinstance(term, Interaction):
        return f"{term_name(asked, term.left)} × {term_name(asked, term.right)}"
    if term.column == ARM:
        return "Group" if asked.analysis.groups else "Arm"
    return label_of(term.column)


def coefficient_names(asked: RegressionAnalysis, model: FittedModel) -> dict[str, str]:
    """What each coefficient is called in one line, by the name that the fit gives it."""
    terms = {term.name: term for term in model.fit.terms}
    names = {}
    for row in model.fit.table.to_dict("records"):
        name = term_name(asked, terms[row["term"]])
        if not row["level"]:
            names[row["covariate"]] = f"{name}, per unit"
        elif isinstance(terms[row["term"]], Interaction):
            names[row["covariate"]] = f"{name}: {row['level']}"
        else:
            names[row["covariate"]] = f"{name}: {row['level']} against {row['reference']}"
    return names


def coefficient_rows(asked: RegressionAnalysis, model: FittedModel) -> pd.DataFrame:
    """The coefficients as text, each factor with its reference level."""
    level = f"{model.fit.confidence_level:.0%}"
    heads = ["Covariate", "Level", "Events / subjects", f"Hazard ratio ({level} CI)", "z", "p"]
    rows = [row for term in model.fit.terms for row in _rows(asked, model, term)]
    return pd.DataFrame(rows, columns=heads)


def _rows(asked: RegressionAnalysis, model: FittedModel, term: Term) -> Iterator[tuple[str, ...]]:
    table = model.fit.table
    own = {row["level"]: row for row in table[table["term"] == term.name].to_dict("records")}
    name = term_name(asked, term)
    if isinstance(term, Numeric):
        yield (name, "per unit", "", *_numbers(own[""]))
        return
    if isinstance(term, Interaction):
        for place, (level, row) in enumerate(own.items()):
            yield (name if not place else "", _crossed(term, level), "", *_numbers(row))
        return
    for place, (level, counts) in enumerate(_counts(model, term).items()):
        shown = name if not place else ""
        if level == term.reference:
            yield (shown, level, counts, "1 (reference)", "", "")
        else:
            yield (shown, level, counts, *_numbers(own[level]))


def _crossed(term: Interaction, level: str) -> str:
    numeric = isinstance(term.right, Numeric) or isinstance(term.left, Numeric)
    return f"{level}, per unit" if numeric else level


def _counts(model: FittedModel, term: Factor) -> dict[str, str]:
    rows = model.levels[model.levels["term"] == term.name]
    counts = {str(r.level): f"{r.events:,} / {r.subjects:,}" for r in rows.itertuples()}
    order = [term.reference or "", *(one for one in term.levels or () if one != term.reference)]
    return {level: counts[level] for level in order}


def _numbers(row: dict[str, float]) -> tuple[str, str, str]:
    ratio, lower, upper = row["hazard_ratio"], row["lower"], row["upper"]
    return hazard_ratio(ratio, lower, upper), number(row["z"], 2), p_value(row["p_value"])


def hazard_ratio(ratio: float, lower: float, upper: float) -> str:
    """A hazard ratio with its interval, with the digits that it needs.

    Examples
    --------
    >>> hazard_ratio(0.6624, 0.52, 0.84), hazard_ratio(1.0003, 0.9994, 1.0012)
    ('0.662 (0.520–0.840)', '1.0003 (0.9994–1.0012)')
    >>> hazard_ratio(12.3, 0.2, 5e9)
    '12.3 (0.200–over 1,000)'
    """
    near = all(x > 0 and abs(log(x)) < _NEAR_ONE for x in (ratio, lower, upper))
    if near:
        return interval(ratio, lower, upper, 4)
    return f"{_short(ratio)} ({_short(lower)}–{_short(upper)})"


def _short(value: float) -> str:
    if value != value or value < 0:
        return "NE"
    if value >= _HUGE:
        return "over 1,000"
    if 0 < value < 0.001:
        return "under 0.001"
    return number(value, 3 if value < 10 else 1)
