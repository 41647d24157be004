"""The Fits tab: curves, the dose with a wanted effect, and the average of the curves."""

from __future__ import annotations

from math import isfinite, isnan

import pandas as pd
import streamlit as st

from analytics.checks import NotEstimableError
from dashboard import results, state
from dashboard.analyses.dose_response import (
    AverageAnalysis,
    AveragedResponse,
    CurvesAnalysis,
    CurvesAnswer,
    ResponseAnalysis,
)
from dashboard.analyses.dose_response.shown import (
    AVERAGE,
    FAMILY_NAMES,
    with_average,
    with_names,
)
from dashboard.charts.dose_response.response import draw_curves
from dashboard.charts.dose_response.targets import draw_targets
from dashboard.disclosure import AGGREGATE
from dashboard.jobs.kinds import DOSE_AVERAGE
from dashboard.scripts import Made, answer_of
from dashboard.text import interval, number, percent
from dashboard.views import jobs
from dashboard.views.dose_response.data import dose_header, shown_intervals
from dashboard.views.dose_response.inputs import (
    choose_families,
    chosen,
    entered,
    response_title,
    response_unit,
)
from dashboard.views.dose_response.notes import named, notes

_METHOD = (
    "Mod part of MCP-Mod (Pinheiro et al. 2014): each curve is fitted to the estimates by dose, "
    "weighted by their covariance. Bands and intervals of one curve by the delta method (95%); "
    "they hold for that curve and know nothing of the choice among curves."
)
_AVERAGE = (
    "Average of the curves by their AIC; interval from all curves fitted to 1,000 drawn sets of "
    "estimates (95%), which includes the choice among curves."
)


def show(asked: ResponseAnalysis) -> None:
    """Curves over the data, criteria, target doses, and the average on request."""
    with st.container(border=True), st.grid(2, min_column_width=220):
        families = choose_families(name="families")
        wanted = _wanted(asked)
    if not families:
        raise NotEstimableError("Choose one or more curves.")
    curves = CurvesAnalysis(response=asked, families=families, wanted=wanted)
    made = state.made(curves)
    average = AverageAnalysis(curves=curves)
    job = state.job(DOSE_AVERAGE, average)
    known = job.found()
    done = state.job_result(job) if known is not None and known.state == "done" else None
    averaged = None if done is None else answer_of(average, done, name="average")
    _draw(curves, made, averaged)
    _tables(curves, made, averaged)
    st.subheader("Average of the curves", anchor=False)
    found = jobs.answer(job, label="Average", about=f"{_AVERAGE} It takes a few seconds.")
    if found is not None:
        _show_average(made.value, answer_of(average, found, name="average"))


def _wanted(asked: ResponseAnalysis) -> float:
    if asked.endpoint.is_share:
        return entered(
            "Wanted odds ratio, towards benefit",
            name="wanted_ratio",
            first=2.0,
            step=0.1,
            help="Of a response at the target dose against placebo, above 1. Where a lower share "
            "is better, 2 means half the odds.",
        )
    unit = response_unit(asked)
    return entered(
        f"Wanted difference from placebo{', ' + unit if unit else ''}",
        name="wanted",
        first=_usual_difference(asked),
        help="The smallest effect that matters, above 0, towards benefit. It begins with half of "
        "the largest observed one: replace it.",
    )


def _usual_difference(asked: ResponseAnalysis) -> float:
    """Half the largest observed effect, to one digit: a number to be replaced."""
    table = state.answered(asked).table
    largest = float((table["estimate"] - table["estimate"].iloc[0]).abs().max())
    return float(f"{largest / 2:.1g}") if isfinite(largest) and largest > 0 else 1.0


def _draw(
    curves: CurvesAnalysis, made: Made[CurvesAnswer], average: Made[AveragedResponse] | None
) -> None:
    answer = made.value
    fitted = [fit.family for fit in answer.fits.fits]
    options = [*([AVERAGE] if average else []), *fitted]
    banded = chosen(
        "Band of",
        options,
        name="banded",
        first=answer.fits.best.family,
        format_func=lambda one: FAMILY_NAMES.get(one, one),
        width=240,
    )
    response, table = answer.response, made.part("curves").named("curves")
    results.figure(
        table.then(with_names).then(
            draw_curves,
            made.part("response").part("table"),
            title=response_title(curves.response),
            unit=response.doses.unit,
            share=response.is_share,
            banded=FAMILY_NAMES.get(banded, banded),
            average=None if average is None else average.part("curve"),
        ),
        name=named("fitted curves"),
        notes=notes([*response.notes(), _scale(answer), _METHOD]),
        data=table,
        disclosure=AGGREGATE,
    )


def _scale(answer: CurvesAnswer) -> str:
    if answer.response.is_share:
        return "Curves are fitted to log odds; criteria are gAIC, the generalised AIC."
    return "Curves are fitted by least squares; criteria are AIC of the normal likelihood."


def _tables(
    curves: CurvesAnalysis, made: Made[CurvesAnswer], average: Made[AveragedResponse] | None
) -> None:
    answer, fits = made.value, made.call("to_frame")
    table = fits.value
    unit = answer.response.doses.unit
    criterion = "gAIC" if answer.response.is_share else "AIC"
    shown = pd.DataFrame(
        {
            "Curve": table["family"].map(FAMILY_NAMES),
            "Parameters": table["parameters"].map(str),
            criterion: table["aic"].map("{:,.1f}".format),
            "Weight": table["weight"].map(percent),
            f"Target {dose_header(unit).lower()} (95% CI)": [
                _target(row) for row in table.to_dict("records")
            ],
            "First dose of the trial": [
                "–" if isnan(dose) else f"{dose:g}" for dose in table["trial_dose"]
            ],
            "At a bound": table["at_bound"].replace("", "–"),
        }
    )
    left_out = [
        f"Left out, with more parameters than doses: {', '.join(answer.fits.left_out)}."
        for _ in answer.fits.left_out[:1]
    ]
    reasons = [reason for reason in table["reason"] if reason]
    effect = f"Target dose: the smallest with {_effect(curves)}."
    said = notes([*answer.response.notes(), effect, _scale(answer), _METHOD, *left_out, *reasons])
    results.table(
        shown, name=named("table of the fitted curves"), notes=said, raw=fits, disclosure=AGGREGATE
    )
    for sentence in (*left_out, *reasons):
        st.caption(sentence)
    targets = made.part("targets").then(with_names)
    if average is not None:
        targets = targets.then(with_average, average)
    targets = targets.named("targets")
    st.subheader("Target dose", anchor=False)
    results.figure(
        targets.then(draw_targets, answer.response.doses.doses, unit=unit),
        name=named("target dose"),
        notes=said,
        data=targets,
        disclosure=AGGREGATE,
    )


def _effect(curves: CurvesAnalysis) -> str:
    if curves.response.endpoint.is_share:
        return f"an odds ratio of {curves.wanted:g} against placebo, towards benefit"
    unit = response_unit(curves.response)
    amount = f"{curves.wanted:g} {unit}".strip()
    return f"a difference of {amount} from placebo, towards benefit"


def _target(row: dict[str, float]) -> str:
    if isnan(row["target_dose"]):
        return "not reached"
    if isnan(row["lower"]):
        return f"{number(row['target_dose'], 1)} (NE)"
    return interval(row["target_dose"], row["lower"], row["upper"], 1)


def _show_average(answer: CurvesAnswer, made: Made[AveragedResponse]) -> None:
    found, average = made.value, made.value.average
    dose, low, high = (
        float("nan") if one is None else one
        for one in (average.target_dose, average.target_lower, average.target_upper)
    )
    unit = answer.response.doses.unit
    with st.grid(2, min_column_width=220):
        results.tile(
            f"Target {dose_header(unit).lower()}",
            _reached(dose, ".1f"),
            f"95% interval {_reached(low, '.1f')} to {_reached(high, '.1f')}",
        )
        results.tile(
            "Draws that reach the effect",
            percent(average.target_reached or 0.0),
            f"of {average.draws:,}, up to the highest dose",
        )
    shares = ", ".join(
        f"{FAMILY_NAMES[fit.family]} {percent(share)}"
        for fit, share in zip(average.fits.fits, average.shares, strict=True)
    )
    weights = f"Mean weights over the draws: {shares}."
    said = notes([_AVERAGE, weights, *answer.response.notes()])
    st.caption(said[0] + " " + said[1])
    results.table(
        _average_at_doses(answer, found),
        name=named("average of the curves"),
        notes=said,
        raw=made.call("to_frame"),
        disclosure=AGGREGATE,
    )


def _average_at_doses(answer: CurvesAnswer, found: AveragedResponse) -> pd.DataFrame:
    doses = answer.response.doses
    places = [(found.curve["dose"] - dose).abs().argmin() for dose in doses.doses]
    rows = found.curve.iloc[places]
    share = answer.response.is_share
    return pd.DataFrame(
        {
            dose_header(doses.unit): [f"{dose:g}" for dose in rows["dose"]],
            "Share, % (95% CI)" if share else "Response (95% CI)": shown_intervals(
                rows, factor=100 if share else 1, digits=2
            ),
        }
    )


def _reached(dose: float, form: str) -> str:
    return "not reached" if not isfinite(dose) else format(dose, form)
