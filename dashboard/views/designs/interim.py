"""The Interim analysis tab: enter what was seen; the bounds, what is ahead, adjusted estimates."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from analytics.design.boundaries import InterimAnalysis
from dashboard import results, state
from dashboard.analyses.designs.monitored import MEASURES, Measure, MonitoredTrial
from dashboard.charts.designs.boundaries import draw_boundaries
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made, made_by
from dashboard.text import interval, number, p_value, percent, plain
from dashboard.views.designs import fields
from dashboard.views.designs.answer import DesignAnswer
from dashboard.views.designs.boundaries import SCALES

_MEASURES: Mapping[Measure, str] = {
    "z": "Log-rank z",
    "hazard ratio": "Hazard ratio",
    "p-value": "One-sided p-value",
}
_DECISIONS = {
    "continue": "no boundary is reached, the trial goes on",
    "efficacy": "the efficacy boundary is reached",
    "futility": "the futility boundary is reached",
    "harm": "the boundary for harm is reached",
    "not shown": "the trial ends without efficacy shown",
}
_ICONS = {"efficacy": ":material/check_circle:", "continue": ":material/arrow_forward:"}


def show(answer: DesignAnswer) -> None:
    """Inputs, the verdict, the picture, the table."""
    trial = _enter(answer)
    if trial is None:
        st.info(
            "Enter the events and the statistic of each look so far, and see whether a boundary "
            "is reached, what is to be expected, and estimates that count every look.",
            icon=":material/query_stats:",
        )
        return
    analysis = trial.call("analysis").named("analysis")
    seen, found = trial.value, analysis.value
    _verdict(seen, found)
    _tiles(seen, found)
    notes = answer.notes(*_said(found))
    frame = trial.call("to_frame", analysis).named("looks")
    results.figure(
        trial.call("bounds_at_looks", analysis).then(
            draw_boundaries,
            scale=SCALES["z"],
            information="Events",
            observed=frame.call("rename", columns={"events": "at", "z": "value"}),
        ),
        name=f"{answer.name} interim analysis",
        notes=notes,
        data=frame,
        disclosure=AGGREGATE,
    )
    results.table(
        _table(frame.value),
        raw=frame,
        name=f"{answer.name} interim looks",
        notes=notes,
        disclosure=AGGREGATE,
    )


def _enter(answer: DesignAnswer) -> Made[MonitoredTrial] | None:
    with st.grid(3, min_column_width=170):
        measure = st.selectbox(
            "What was seen",
            MEASURES,
            key=state.choice("design_interim_measure", MEASURES, "z"),
            persist_state="session",
            format_func=_MEASURES.__getitem__,
        )
        events = _numbers("Events at each look", "design_interim_events", "165, 248")
        values = _numbers(f"{_MEASURES[measure]} at each look", "design_interim_values", "1.9, 2.2")
    with st.grid(3, min_column_width=170):
        final = st.toggle(
            "The latest look is the last",
            key=state.remember("design_interim_final", False),
            persist_state="session",
            help="All of α is spent at it, however many events it has.",
        )
        informed = st.toggle(
            "Prior for predictive power",
            key=state.remember("design_interim_prior", False),
            persist_state="session",
            help="Without one, the prior is flat.",
        )
    ratio, spread = _prior(informed)
    if not events and not values:
        return None
    return made_by(
        MonitoredTrial,
        design=answer.made_design,
        events=events,
        values=values,
        measure=measure,
        final=final,
        prior_hazard_ratio=ratio,
        prior_log_std_dev=spread,
    ).named("trial")


def _numbers(label: str, key: str, example: str) -> tuple[float, ...]:
    text = st.text_input(
        label, key=state.remember(key, ""), persist_state="session", placeholder=example
    )
    return fields.parsed(text, label)


def _prior(informed: bool) -> tuple[float | None, float | None]:
    if not informed:
        return None, None
    with st.grid(3, min_column_width=170):
        ratio = st.number_input(
            "Prior median hazard ratio",
            min_value=0.05,
            max_value=20.0,
            step=0.05,
            key=state.remember("design_prior_ratio", 0.8),
            persist_state="session",
        )
        spread = st.number_input(
            "SD of its logarithm",
            min_value=0.01,
            max_value=5.0,
            step=0.05,
            key=state.remember("design_prior_spread", 0.3),
            persist_state="session",
        )
    return float(ratio), float(spread)


# What is found ----------------------------------------------------------------------------


def _verdict(seen: MonitoredTrial, found: InterimAnalysis) -> None:
    latest = found.looks[-1]
    bound = "no efficacy bound" if latest.z_efficacy is None else (
        f"efficacy at z {number(latest.z_efficacy, 3)}"
    )  # fmt: skip
    if latest.z_futility is not None:
        bound += f", futility below {number(latest.z_futility, 3)}"
    said = plain(
        f"Look {latest.look} at {seen.events[-1]:,.0f} events: {_DECISIONS[found.decision]}. "
        f"z {number(latest.z, 3)}; {bound}."
    )
    icon = _ICONS.get(found.decision, ":material/do_not_disturb_on:")
    if found.decision == "efficacy":
        st.success(said, icon=icon)
    elif found.decision == "continue":
        st.info(said, icon=icon)
    else:
        st.warning(said, icon=icon)


def _tiles(seen: MonitoredTrial, found: InterimAnalysis) -> None:
    latest = found.looks[-1]
    with st.grid(3, min_column_width=170):
        results.tile(
            "Hazard ratio",
            number(seen.hazard_ratio(latest.estimate), 3),
            _repeated(seen, found),
        )
        if found.sequential_p_value is not None:
            results.tile(
                "Sequential p-value", p_value(found.sequential_p_value), "one-sided, all looks"
            )
        if found.stopped is not None:
            stopped = found.stopped
            low, high = seen.hazard_ratio(stopped.upper), seen.hazard_ratio(stopped.lower)
            results.tile(
                "Median-unbiased hazard ratio",
                number(seen.hazard_ratio(stopped.median_unbiased), 3),
                f"{100 * stopped.confidence:.4g} %: {number(low, 3)} to {number(high, 3)}",
            )
            results.tile("Stage-wise p-value", p_value(stopped.p_value), "one-sided")
        for one in found.conditional:
            results.tile(
                f"Conditional power, {one.effect}",
                percent(one.end, 1),
                f"at HR {number(seen.hazard_ratio(one.theta), 3)}; next look "
                f"{percent(one.next_look, 1)}",
            )
        if found.predictive_power is not None:
            results.tile(
                "Predictive power",
                percent(found.predictive_power, 1),
                "flat prior" if found.prior is None else "with the prior",
            )


def _repeated(seen: MonitoredTrial, found: InterimAnalysis) -> str:
    latest = found.looks[-1]
    low, high = seen.hazard_ratio(latest.repeated_upper), seen.hazard_ratio(latest.repeated_lower)
    if np.isnan(low) and np.isnan(high):
        return "no repeated interval"
    return f"{number(low, 3)} to {number(high, 3)}, repeated"


def _said(found: InterimAnalysis) -> list[str]:
    return [
        "Bounds at the events that were seen: α is spent by their share of the planned events, "
        "correlations are those of the actual ones. Repeated intervals and p-values hold at every "
        "look; median-unbiased estimates and stage-wise p-values are for a trial that stopped. "
        "The information of an event is that of Schoenfeld's approximation.",
        *([] if found.stopped is None else ["Estimates order outcomes by stage."]),
    ]


def _table(frame: pd.DataFrame) -> pd.DataFrame:
    limits = zip(
        frame["hazard_ratio"],
        frame["hazard_ratio_lower"],
        frame["hazard_ratio_upper"],
        strict=True,
    )
    shown = pd.DataFrame(
        {
            "Look": frame["look"].astype(str),
            "Events": [f"{one:,.0f}" for one in frame["events"]],
            "z": [number(one, 3) for one in frame["z"]],
            "z, efficacy": [_or_dash(one) for one in frame["z_efficacy"]],
            "Hazard ratio, repeated interval": [interval(*one, 3) for one in limits],
            "p, one-sided": [p_value(one) for one in frame["p_value"]],
            "Repeated p": [
                "–" if np.isnan(one) else p_value(one) for one in frame["repeated_p_value"]
            ],
            "Decision": [_DECISIONS[one].capitalize() for one in frame["decision"]],
        }
    )
    if frame["z_futility"].notna().any():
        shown.insert(4, "z, futility", [_or_dash(one) for one in frame["z_futility"]])
    return shown


def _or_dash(value: float) -> str:
    return "–" if np.isnan(value) else number(value, 3)
