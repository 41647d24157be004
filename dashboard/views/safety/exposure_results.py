"""The tables and figures of the Exposure tab."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.safety.exposure import ExposureAnswer
from dashboard.analyses.safety.exposure_table import exposure_lines
from dashboard.charts.safety.dose_intensity import draw_dose_intensity
from dashboard.charts.safety.dose_over_time import draw_dose_over_time
from dashboard.charts.survival.kaplan_meier import SurvivalOptions, draw_kaplan_meier
from dashboard.charts.theme import ArmStyle, arm_styles
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import plain
from dashboard.views.safety import named_marks
from dashboard.views.safety.notes import EXPLORATORY, notes

_DURATION = "Duration is the last minus the first day of dosing, plus 1."


def styles(answer: ExposureAnswer) -> dict[str, ArmStyle]:
    """How each arm is drawn, as on every page."""
    return arm_styles(answer.exposure.arms, state.arms("actual"))


def show_summary(made: Made[ExposureAnswer]) -> None:
    """The table of exposure by arm."""
    st.subheader("Exposure by arm", anchor=False)
    answer, exposure = made.value, made.part("exposure")
    lines = exposure_lines(answer.exposure)
    results.table(
        lines,
        drawn=_named_once(lines),
        raw=exposure.call("summary"),
        name=f"{state.study().code} exposure",
        notes=notes(answer.asked.subjects, [*_measured(answer), *said(answer)]),
        disclosure=AGGREGATE,
    )
    st.caption(plain(" ".join([EXPLORATORY, *_measured(answer), *said(answer)])))
    table = answer.exposure.table
    reduced, paused = table["reductions"] > 0, table["interruptions"] > 0
    named = {
        f"{what}, {arm}": table["subject"][which & (table["arm"] == arm)].tolist()
        for what, which in (
            ("Dose reduced", reduced),
            ("Dose interrupted", paused),
            ("Still on treatment", table["ongoing"]),
        )
        for arm in answer.exposure.arms
    }
    named_marks.show(named, key="safety_exposure_summary_mark")


def _named_once(lines: pd.DataFrame) -> pd.DataFrame:
    """Each measure named above its lines and not before every one, as Markdown."""
    repeated = lines["Measure"] == lines["Measure"].shift()
    drawn = lines.assign(Measure=lines["Measure"].mask(repeated, "")).map(plain)
    return drawn.rename(columns=plain)


def show_on_treatment(made: Made[ExposureAnswer]) -> None:
    """The share still on treatment, over time."""
    st.subheader("Time on treatment", anchor=False)
    answer, curves = made.value, made.part("on_treatment")
    drawn = curves.then(
        draw_kaplan_meier,
        styles=styles(answer),
        options=SurvivalOptions(
            endpoint="Time on treatment",
            unit=answer.asked.unit,
            origin="first dose",
            estimate="Still on treatment",
            medians=True,
        ),
    )
    results.figure(
        drawn,
        name=f"{state.study().code} time on treatment",
        notes=notes(
            answer.asked.subjects,
            [
                "Kaplan–Meier estimate: the end of treatment is the event, treatment that goes on "
                "is censored at the last day on record; log-log 95% intervals.",
                _DURATION,
            ],
        ),
        data=curves.call("to_frame"),
        disclosure=AGGREGATE,
    )


def show_intensity(made: Made[ExposureAnswer]) -> None:
    """Relative dose intensity by arm."""
    st.subheader("Relative dose intensity", anchor=False)
    answer, bands = made.value, made.part("exposure").call("bands").named("bands")
    rows = bands.value.to_dict("records")
    names = [f"{row['band']}, {row['arm']}" if row["subjects"] else "" for row in rows]
    key = "safety_exposure_band_mark"
    results.figure(
        bands.then(draw_dose_intensity, styles(answer)),
        name=f"{state.study().code} relative dose intensity",
        notes=notes(answer.asked.subjects, _measured(answer)),
        data=bands,
        clicked=named_marks.clicked(names, key),
        disclosure=AGGREGATE,
    )
    behind = {
        name: answer.exposure.in_band(row["band"], row["arm"])
        for name, row in zip(names, rows, strict=True)
        if name
    }
    named_marks.show(behind, key=key)


def show_over_time(made: Made[ExposureAnswer]) -> None:
    """Shares of each arm at each dose."""
    st.subheader("Doses over time", anchor=False)
    answer, followed = made.value, made.part("over_time")
    if isinstance(answer.over_time, str):
        st.warning(plain(answer.over_time), icon=":material/do_not_disturb_on:")
        return
    results.figure(
        followed.then(draw_dose_over_time, unit=answer.asked.unit),
        name=f"{state.study().code} doses over time",
        notes=notes(
            answer.asked.subjects,
            [
                "Each day counts the subjects whose first dose lies at least so long before the "
                "data cut, on treatment or off; an arm ends where fewer than 10 of them are left.",
                *said(answer),
            ],
        ),
        data=followed.part("table"),
        disclosure=AGGREGATE,
    )


def show_reasons(made: Made[ExposureAnswer]) -> None:
    """Why doses were changed, where it was collected."""
    answer = made.value
    reasons = answer.reasons
    if reasons.empty:
        return
    st.subheader("Reasons for changing the dose", anchor=False)
    cells = reasons.assign(
        cell=[
            f"{n:,} ({m:,})" for n, m in zip(reasons["subjects"], reasons["records"], strict=True)
        ]
    )
    wide = cells.pivot(index=["change", "reason"], columns="arm", values="cell").fillna("0")
    arms = [arm for arm in answer.exposure.arms if arm in wide.columns]
    shown = wide[arms].reset_index().rename(columns={"change": "Change", "reason": "Reason"})
    shown.columns = pd.Index([str(name) for name in shown.columns])
    noted = (
        "Subjects (records) with a stated reason; dose periods without a reason are not counted."
    )
    results.table(
        shown,
        raw=made.part("reasons"),
        name=f"{state.study().code} reasons for changing the dose",
        notes=notes(answer.asked.subjects, [noted]),
        disclosure=AGGREGATE,
    )
    st.caption(f"{EXPLORATORY} {noted}")


def _measured(answer: ExposureAnswer) -> list[str]:
    """How the measures are defined."""
    if not answer.has_doses:
        return [_DURATION]
    planned = answer.asked.planned.sentence(answer.exposure.unit)
    gaps = " or without a record" if answer.doses.dosing.daily else ""
    placebo = len(answer.doses.dosing.placebo)
    without = (
        [f"{placebo:,} subjects on placebo of dose 0 have no relative dose intensity."]
        if placebo
        else []
    )
    undosed = len(answer.exposure.table) - len(answer.doses.dosing.dosed)
    return [
        _DURATION,
        "Dose intensity is the cumulative dose over the duration; relative to the planned dose it "
        f"is the relative dose intensity. {planned}",
        "A reduction is a dose above 0 below the dose above 0 before it; an interruption is a "
        f"spell of days at dose 0{gaps}.",
        *without,
        *([f"{undosed:,} treated subjects have no dose on record."] if undosed else []),
    ]


def said(answer: ExposureAnswer) -> list[str]:
    """What a reader has to know of the data."""
    return [*answer.doses.said, *answer.disagreements]
