"""The Parametric tab: which distribution fits, what it says beyond the data, and its hazard."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analytics.checks import InputError
from analytics.survival.regression.parametric.distributions import DISTRIBUTIONS
from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.analyses.survival.parametric import MOST_PIECES, ParametricAnalysis, ZeroTimes
from dashboard.analyses.survival.parametric_answer import EVERY_ARM, FITTED, ParametricAnswer
from dashboard.charts.survival.fitted_panels import FittedOptions
from dashboard.charts.survival.parametric import draw_fitted_hazard, draw_fitted_survival
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made, made_by
from dashboard.text import interval, number, plain
from dashboard.views.survival.assumptions import use_as_assumption
from dashboard.views.survival.curves import styles
from dashboard.views.survival.notes import notes, origin, times_said
from dashboard.views.survival.usual import endpoint_labels

_WITHIN = (
    "AIC and BIC compare fits within the observed range only; they say nothing of what lies "
    "beyond it."
)
_ZEROS: dict[ZeroTimes, str] = {
    "refuse": "Not decided",
    "leave out": "Leave out",
    "half a day": "Count as half a day",
}


def show(analysis: SurvivalAnalysis) -> None:
    """The fits of all distributions, and those that are chosen drawn."""
    asked = _choose(analysis)
    made = state.made(asked)
    answer = made.value
    _comparison(made)
    best = answer.best()
    fitted = [name for name in FITTED if answer.found([name])]
    if not fitted:
        return
    chosen, horizon = _drawn(answer, fitted, best)
    if chosen:
        _curves(made, chosen, horizon)
        _summary(made, chosen, horizon)
        _parameters(made, chosen)
    use_as_assumption(answer, fitted, best)


# Inputs --------------------------------------------------------------------------


def _choose(analysis: SurvivalAnalysis) -> ParametricAnalysis:
    with st.grid(3, min_column_width=220):
        pieces = st.number_input(
            "Pieces of the piecewise exponential",
            min_value=2,
            max_value=MOST_PIECES,
            step=1,
            key=state.remember("survival_pieces", 4),
            persist_state="session",
            help="Cut where the events of all arms fall into parts of equal size.",
        )
        typed = st.text_input(
            f"Cut points instead, {analysis.unit}",
            key=state.remember(f"survival_cuts_{analysis.unit}", ""),
            persist_state="session",
            placeholder="For example 3, 6, 12",
        )
        zeros = _zero_times(analysis)
    return ParametricAnalysis(
        analysis=analysis, pieces=int(pieces), cuts=_cuts(typed), zero_times=zeros
    )


def _cuts(typed: str) -> tuple[float, ...]:
    parts = [part for part in typed.replace(";", ",").replace(" ", ",").split(",") if part]
    try:
        cuts = tuple(float(part) for part in parts)
    except ValueError:
        rule = "cut points are numbers with commas between them, such as 3, 6, 12"
        raise InputError(f"`{rule}` must hold, but got {typed!r}.") from None
    if not all(map(math.isfinite, cuts)):
        raise InputError(f"`cut points are finite` must hold, but got {typed!r}.")
    return cuts


def _zero_times(analysis: SurvivalAnalysis) -> ZeroTimes:
    """Asked only where somebody has a time of 0."""
    curves = state.answered(analysis).curves.curves
    at_zero = sum(
        int(curve.table.loc[curve.table["time"] == 0, ["events", "censored"]].to_numpy().sum())
        for curve in curves
    )
    if not at_zero:
        return "refuse"
    options = list(_ZEROS)
    return st.selectbox(
        "Times of 0",
        options,
        key=state.choice("survival_zeros", options, "refuse"),
        persist_state="session",
        format_func=_ZEROS.__getitem__,
        help="These distributions have no events at time 0. Whoever is censored then tells them "
        "nothing; an event then must be left out or moved.",
    )


def _drawn(
    answer: ParametricAnswer, fitted: list[str], best: str | None
) -> tuple[tuple[str, ...], float]:
    unit, last = answer.analysis.unit, max(answer.last_times.values())
    default = [best] if best in fitted else fitted[:1]
    with st.grid(3, min_column_width=220) as grid:
        with grid.cell(column_span=2):
            chosen = st.multiselect(
                "Distributions drawn",
                fitted,
                key=state.choices("survival_distributions", fitted, default),
                persist_state="session",
                format_func=DISTRIBUTIONS.__getitem__,
                placeholder="Choose one or more",
            )
        horizon = st.number_input(
            f"Extrapolate to, {unit}",
            min_value=0.0,
            max_value=1e5,
            step=6.0 if unit == "months" else 30.0,
            key=state.remember(f"survival_horizon_{unit}", _default_horizon(last, unit)),
            persist_state="session",
            format="%g",
            help=f"The last observed time is {last:.1f} {unit}.",
        )
    # Below the first tenth of the data there is nothing to see.
    return tuple(name for name in fitted if name in chosen), max(float(horizon), last / 10)


def _default_horizon(last: float, unit: str) -> float:
    """Half as long again as the data, to a round number."""
    step = 12.0 if unit == "months" and last > 12 else max(1.0, 10 ** math.floor(math.log10(last)))
    return math.ceil(1.5 * last / step) * step


# Tables --------------------------------------------------------------------------


def _comparison(made: Made[ParametricAnswer]) -> None:
    answer, raw = made.value, made.call("comparison_table")
    table = raw.value
    arms = [*answer.arms, *([EVERY_ARM] if len(answer.arms) > 1 else [])]
    said = [*_fit_notes(answer), _WITHIN]
    rows = []
    for name in FITTED:
        row = {"Distribution": DISTRIBUTIONS[name]}
        for arm in arms:
            row[_heading("AIC", arm, arms)] = _criterion(table, name, arm, "aic")
        row[_heading("BIC", arms[-1], arms)] = _criterion(table, name, arms[-1], "bic")
        rows.append(row)
    results.table(
        pd.DataFrame(rows),
        raw=raw,
        name=f"{state.study().code} {answer.analysis.endpoint} distributions",
        notes=notes(answer.analysis, said),
        disclosure=AGGREGATE,
    )
    for note, names in _reasons(table).items():
        st.caption(plain(f"{', '.join(names)}: {note}"))
    st.caption(" ".join(map(plain, said)))


def _heading(criterion: str, arm: str, arms: Sequence[str]) -> str:
    return criterion if len(arms) == 1 else f"{criterion}, {arm}"


def _criterion(table: pd.DataFrame, name: str, arm: str, column: str) -> str:
    """The value, the lowest one marked, the others with what they lie above it."""
    own = table[table["arm"] == arm].set_index("distribution")[column]
    value, lowest = float(own[name]), float(own.min())
    if math.isnan(value):
        return "no fit"
    above = value - lowest
    return f"{number(value)} (lowest)" if above == 0 else f"{number(value)} (+{number(above)})"


def _reasons(table: pd.DataFrame) -> dict[str, list[str]]:
    """By reason: where there is no fit."""
    reasons: dict[str, list[str]] = {}
    lacking = table[(table["note"] != "") & (table["arm"] != EVERY_ARM)]
    for row in lacking.itertuples():
        where = f"{DISTRIBUTIONS[row.distribution]} in {row.arm}"
        reasons.setdefault(str(row.note), []).append(where)
    return reasons


def _fit_notes(answer: ParametricAnswer) -> list[str]:
    cuts = ", ".join(f"{cut:g}" for cut in answer.cuts) or "none"
    return [
        "Maximum likelihood, each arm fitted on its own: nothing is assumed of how hazards "
        f"compare. Piecewise exponential cut at {cuts} {answer.analysis.unit}. "
        f"{times_said(answer.analysis)}",
        *_zeros_said(answer),
    ]


def _zeros_said(answer: ParametricAnswer) -> list[str]:
    if not answer.zeros:
        return []
    who = "1 subject" if answer.zeros == 1 else f"{answer.zeros:,} subjects"
    done = {"leave out": "left out of the fits", "half a day": "counted as half a day"}
    return [f"Times of 0 ({who}) were {done[answer.zero_times]}."]


def _summary(made: Made[ParametricAnswer], chosen: tuple[str, ...], horizon: float) -> None:
    answer, raw = made.value, made.call("summary_table", chosen, horizon)
    table = raw.value
    unit, until = answer.analysis.unit, answer.observed_until
    shown = pd.DataFrame(
        {
            "Arm": table["arm"],
            "From": [DISTRIBUTIONS.get(name, "Kaplan–Meier") for name in table["distribution"]],
            f"Median, {unit} (95% CI)": [_shown(row, "median") for _, row in table.iterrows()],
            f"RMST to {until:.1f} {unit} (95% CI)": [
                _shown(row, "rmst_observed") for _, row in table.iterrows()
            ],
            f"RMST to {horizon:g} {unit} (95% CI)": [
                _shown(row, "rmst") for _, row in table.iterrows()
            ],
            f"Survival at {horizon:g} {unit}, % (95% CI)": [
                _shown(row, "survival", 100) for _, row in table.iterrows()
            ],
        }
    )
    method = (
        f"Medians and restricted means of the fitted distributions ({_level(answer)} intervals, "
        "delta method on the log scale), beside those of the curves. * Extrapolated beyond the "
        "last observed time. NR: not reached. A dash: not observed."
    )
    results.table(
        shown,
        raw=raw,
        name=f"{state.study().code} {answer.analysis.endpoint} fitted summaries",
        notes=notes(answer.analysis, [method, *_fit_notes(answer)]),
        disclosure=AGGREGATE,
    )
    st.caption(plain(method))


def _shown(row: pd.Series, name: str, times: float = 1.0) -> str:
    values = [times * float(row.get(f"{name}{end}", math.nan)) for end in ("", "_lower", "_upper")]
    if all(map(math.isnan, values)):
        observed = row["distribution"] == "" and name in ("rmst", "survival")
        return "–" if observed else "NR"
    if name == "median":
        shown = ["NR" if math.isnan(one) else number(one) for one in values]
        text = f"{shown[0]} ({shown[1]}–{shown[2]})"
    else:
        text = interval(values[0], values[1], values[2])
    return f"{text} *" if row.get(f"{name}_extrapolated") is True else text


def _parameters(made: Made[ParametricAnswer], chosen: tuple[str, ...]) -> None:
    answer, raw = made.value, made.call("parameter_table", chosen)
    table, natural = raw.value, made.call("natural_table", chosen)
    reported = [
        (
            DISTRIBUTIONS[row.distribution],
            row.arm,
            row.parameter,
            row.estimate,
            row.lower,
            row.upper,
        )
        for row in natural.value.itertuples()
    ]
    with st.expander("Parameters", icon=":material/tune:"):
        results.table(
            pd.DataFrame(
                [
                    {
                        "Distribution": name,
                        "Arm": arm,
                        "Parameter": parameter,
                        "Estimate (95% CI)": interval(estimate, lower, upper, 4),
                    }
                    for name, arm, parameter, estimate, lower, upper in reported
                ]
            ),
            raw=natural,
            name=f"{state.study().code} {answer.analysis.endpoint} natural parameters",
            notes=notes(answer.analysis, _fit_notes(answer)),
            disclosure=AGGREGATE,
        )
        st.caption("As fitted, with standard errors; rates, shapes and scales on the log scale:")
        results.table(
            pd.DataFrame(
                {
                    "Distribution": [DISTRIBUTIONS[name] for name in table["distribution"]],
                    "Arm": table["arm"],
                    "Parameter": table["parameter"],
                    "Estimate": [number(value, 4) for value in table["estimate"]],
                    "SE": [number(value, 4) for value in table["std_err"]],
                }
            ),
            raw=raw,
            name=f"{state.study().code} {answer.analysis.endpoint} fitted parameters",
            notes=notes(answer.analysis, _fit_notes(answer)),
            disclosure=AGGREGATE,
        )


# Figures -------------------------------------------------------------------------


def _curves(made: Made[ParametricAnswer], chosen: tuple[str, ...], horizon: float) -> None:
    answer, analysis = made.value, made.value.analysis
    fitted = made.call("curve_table", chosen, horizon).named("fitted")
    options = made_by(
        FittedOptions,
        endpoint=endpoint_labels()[analysis.endpoint],
        names={name: DISTRIBUTIONS[name] for name in chosen},
        unit=analysis.unit,
        origin=origin(analysis),
        horizon=horizon,
        last_times=made.part("last_times"),
        confidence_level=analysis.confidence_level,
    ).named("options")
    drawn = styles(analysis, list(answer.arms))
    band = "" if len(answer.arms) > 4 else f" with {_level(answer)} bands"
    said = (
        f"Thick lines: fitted{band}. Thin lines: observed. Dotted, on grey: extrapolated beyond "
        "the last observed time."
    )
    named = f"{state.study().code} {analysis.endpoint}"
    st.subheader("Survival, fitted and observed", anchor=False)
    results.figure(
        fitted.then(draw_fitted_survival, made.part("curves"), styles=drawn, options=options),
        name=f"{named} fitted survival",
        notes=notes(analysis, [said, *_fit_notes(answer)]),
        data=fitted,
        disclosure=AGGREGATE,
    )
    st.subheader("Hazard, fitted and smoothed", anchor=False)
    smoothed = None if isinstance(answer.smoothed, str) else answer.smoothed
    about = (
        f"Smoothed hazard: {plain(answer.smoothed)}"
        if smoothed is None
        else f"Smoothed with a kernel of half-width {smoothed.bandwidth:.1f} {analysis.unit}, up "
        f"to {smoothed.until:.1f} {analysis.unit}, while 10 subjects of each arm are at risk."
    )
    results.figure(
        fitted.then(
            draw_fitted_hazard,
            None if smoothed is None else made.part("smoothed"),
            styles=drawn,
            options=options,
        ),
        name=f"{named} fitted hazard",
        notes=notes(analysis, [said, about, *_fit_notes(answer)]),
        data=fitted,
        disclosure=AGGREGATE,
    )


def _level(answer: ParametricAnswer) -> str:
    return f"{answer.analysis.confidence_level:.0%}"
