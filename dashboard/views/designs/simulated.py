"""The Simulation tab: the design drawn patient by patient, as a job."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from analytics.design.simulation import (
    LOG_RANK_TEST,
    MAX_COMBO,
    ComparedTest,
    SimulatedTrials,
    TrialSimulation,
)
from analytics.design.survival import ModestWeight, weighted_test
from analytics.survival.logrank_weights import fleming_harrington
from dashboard import results, state
from dashboard.disclosure import AGGREGATE
from dashboard.jobs import kinds
from dashboard.scripts import result_of
from dashboard.text import number, percent, plain
from dashboard.views import jobs
from dashboard.views.designs.answer import DesignAnswer
from dashboard.views.designs.cost import forecast_table

_MORE = {
    "FH(0, 1)": ComparedTest(weights=(fleming_harrington(0, 1),)),
    "FH(0, 0.5)": ComparedTest(weights=(fleming_harrington(0, 0.5),)),
    "Modestly weighted": ComparedTest(weights=(ModestWeight(delay=6, most=2),)),
    "MaxCombo": MAX_COMBO,
}
_COUNTS = (1_000, 10_000, 100_000, 1_000_000)
_SECONDS_PER_TRIAL = 2e-5  # of 500 subjects with the log-rank test, on two cores


def show(answer: DesignAnswer) -> None:
    """Choose how, then the job, then what it found."""
    asked = _choose(answer)
    seconds = asked.replications * _SECONDS_PER_TRIAL * asked.subjects / 500 * len(asked.weights)
    found = jobs.answer(
        state.job(kinds.TRIAL_SIMULATION, asked),
        label="Simulate",
        about=f"Subjects are drawn, followed and analysed at every look; about {seconds:,.0f} s."
        if seconds >= 1
        else "Subjects are drawn, followed and analysed at every look; about a second.",
    )
    if found is not None:
        _show(answer, asked, found)


def _choose(answer: DesignAnswer) -> TrialSimulation:
    plain_looks = answer.design.monitoring.sides == 1 and answer.design.monitoring.futility is None
    offered = [name for name in _MORE if name != "MaxCombo" or plain_looks]
    with st.grid(4, min_column_width=150):
        replications = st.selectbox(
            "Trials",
            _COUNTS,
            key=state.choice("design_trials", _COUNTS, _COUNTS[1]),
            persist_state="session",
            format_func=lambda count: f"{count:,}",
        )
        seed = st.number_input(
            "Seed",
            min_value=0,
            max_value=2**32 - 1,
            key=state.remember("design_seed", 1),
            persist_state="session",
            help="The same seed gives the same trials.",
        )
        entry = st.selectbox(
            "Subjects enter",
            ["random", "even"],
            key=state.choice("design_entry", ["random", "even"], "random"),
            persist_state="session",
            format_func={"random": "At random", "even": "At equal steps"}.__getitem__,
        )
        more = st.multiselect(
            "Tests beside the log-rank test",
            offered,
            key=state.choices("design_tests", offered, []),
            persist_state="session",
            help="Each has boundaries by its own information, so that it keeps α.",
        )
    costs = answer.proposal.costs
    return TrialSimulation(
        design=answer.design,
        look_times=answer.proposal.look_times if answer.proposal.sizing == "calendar" else None,
        tests=(LOG_RANK_TEST, *(_MORE[name] for name in more)),
        entry=entry,
        replications=int(replications),
        seed=int(seed),
        costs=costs if any(costs.prices) and not costs.per_subject_month else None,
        value=answer.proposal.value if any(costs.prices) else None,
    )


def _show(answer: DesignAnswer, asked: TrialSimulation, found: SimulatedTrials) -> None:
    made = result_of(asked, found, name="simulated")
    _verdict(answer, found)
    notes = answer.notes(
        f"{found.replications:,} simulated trials, seed {found.seed}; ± is the Monte-Carlo "
        "standard error. Each test has boundaries by its own information. The closed form of "
        "weighted tests is for large trials and usually a little optimistic.",
    )
    results.table(
        _tests(answer, asked, found),
        raw=made.part("by_test"),
        name=f"{answer.name} simulated tests",
        notes=notes,
        disclosure=AGGREGATE,
    )
    results.table(
        _looks(found),
        raw=made.part("by_look"),
        name=f"{answer.name} simulated looks",
        notes=notes,
        disclosure=AGGREGATE,
    )
    if asked.costs is not None and found.forecast is not None:
        st.subheader("Cost and duration", anchor=False)
        frame = made.part("forecast").call("to_frame")
        results.table(
            forecast_table(frame.value),
            raw=frame,
            name=f"{answer.name} simulated cost",
            notes=notes,
            disclosure=AGGREGATE,
        )


def _verdict(answer: DesignAnswer, found: SimulatedTrials) -> None:
    """Closed form and simulation beside each other."""
    closed, simulated, error = answer.evaluation.power, found.power, found.power_mc_std_err
    said = (
        f"Power of the log-rank test: {percent(simulated, 2)} ± {percent(error, 2)} simulated, "
        f"{percent(closed, 2)} in closed form."
    )
    if abs(simulated - closed) <= max(4 * error, 0.003):
        st.success(plain(said), icon=":material/check_circle:")
    else:
        st.warning(
            plain(f"{said} They differ by more than chance: trust the simulation."),
            icon=":material/balance:",
        )


def _tests(answer: DesignAnswer, asked: TrialSimulation, found: SimulatedTrials) -> pd.DataFrame:
    frame, unit = found.by_test, found.time_unit
    closed = [answer.evaluation.power, *(_closed(answer, one) for one in asked.tests[1:])]
    return pd.DataFrame(
        {
            "Test": frame["test"],
            "Power": _with_error(frame["power"], frame["power_mc_std_err"], 100, 2, " %"),
            "In closed form": [percent(one, 2) for one in closed],
            "Events": _with_error(
                frame["expected_events"], frame["expected_events_mc_std_err"], 1, 1
            ),
            "Subjects": _with_error(
                frame["expected_subjects"], frame["expected_subjects_mc_std_err"], 1, 1
            ),
            f"Duration, {unit}": _with_error(
                frame["expected_duration"], frame["expected_duration_mc_std_err"], 1, 2
            ),
            "5–95 %": [
                f"{number(low)} to {number(high)}"
                for low, high in zip(frame["duration_q05"], frame["duration_q95"], strict=True)
            ],
        }
    )


def _closed(answer: DesignAnswer, test: ComparedTest) -> float:
    """Power for large trials, with bounds by the information of the test."""
    found = weighted_test(
        answer.design.assumptions, times=answer.evaluation.calendar_times, weights=test.weights
    )
    return found.group_sequential(answer.design.monitoring).power


def _looks(found: SimulatedTrials) -> pd.DataFrame:
    frame, unit = found.by_look, found.time_unit
    shown = pd.DataFrame({"Test": frame["test"], "Look": frame["look"].astype(str)})
    shown["Information"] = [percent(one, 1) for one in frame["information_fraction"]]
    shown["z, efficacy"] = ["–" if np.isnan(one) else number(one, 3) for one in frame["z_efficacy"]]
    shown["Succeeds"] = _with_error(frame["efficacy"], frame["efficacy_mc_std_err"], 100, 2, " %")
    if (frame["futility"] > 0).any():
        shown["Futility"] = _with_error(
            frame["futility"], frame["futility_mc_std_err"], 100, 2, " %"
        )
    shown["Mean z"] = _with_error(frame["mean_z"], frame["mean_z_mc_std_err"], 1, 3)
    shown[f"Time, {unit}"] = _with_error(
        frame["calendar_time"], frame["calendar_time_mc_std_err"], 1, 2
    )
    if (frame["events_never_reached"] > 0).any():
        shown["Events never came"] = [percent(one, 1) for one in frame["events_never_reached"]]
    return shown


def _with_error(
    values: pd.Series, errors: pd.Series, factor: float, digits: int, unit: str = ""
) -> list[str]:
    return [
        f"{number(factor * value, digits)} ± {number(factor * error, digits)}{unit}"
        for value, error in zip(values, errors, strict=True)
    ]
