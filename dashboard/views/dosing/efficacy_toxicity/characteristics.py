"""The Characteristics tab of BOIN12: what it does under scenarios of toxicity and efficacy."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.dosing.efficacy_toxicity import (
    EfficacyToxicityCharacteristics,
    EfficacyToxicityScenario,
)
from dashboard import results, state
from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.compared import compared, scenario_names
from dashboard.analyses.dosing.efficacy_toxicity.characteristics import (
    JOINT_MEASURES,
    NO_BENCHMARK,
    REPLICATIONS,
    EfficacyToxicityRequest,
    joint_precision,
    selection_table,
)
from dashboard.analyses.dosing.efficacy_toxicity.scenarios import (
    fixed_joint_scenarios,
    parsed_joint,
    written_joint,
)
from dashboard.analyses.dosing.protocol import summary_sentence
from dashboard.charts.dosing.characteristics import draw_designs, draw_scenario_heat
from dashboard.disclosure import AGGREGATE
from dashboard.jobs.kinds import DOSING_EFFICACY_TOXICITY
from dashboard.scripts import Made, made_by, result_of
from dashboard.text import plain
from dashboard.views import jobs
from dashboard.views.dosing.naming import named
from dashboard.views.dosing.scenarios import FIXED, OWN, choose_seed

_TEXT, _FAMILY = "dosing_joint_scenarios", "BOIN12"


def show(proposal: DosingProposal) -> None:
    """Inputs; once simulated, one figure as bars, selections by dose, all figures as a table."""
    scenarios = _choose(proposal)
    with st.container(horizontal=True, gap="small"):
        measure = st.selectbox(
            "Figure",
            list(JOINT_MEASURES),
            key=state.choice("dosing_joint_measure", list(JOINT_MEASURES), "correct"),
            persist_state="session",
            format_func=lambda one: JOINT_MEASURES[one].label,
            width=320,
        )
        seed = choose_seed()
    _truth(proposal, scenarios)
    asked = EfficacyToxicityRequest(
        proposal=proposal.without_data(), scenarios=scenarios, seed=seed
    )
    found = jobs.answer(
        state.job(DOSING_EFFICACY_TOXICITY, asked),
        label="Simulate BOIN12",
        about=f"{asked.title}: {REPLICATIONS:,} trials each are simulated aside.",
    )
    if found is not None:
        made = result_of(asked, found, name="found")
        _draw(proposal, made, measure)
        _selections(proposal, made)
        _all_figures(proposal, made)


def _choose(proposal: DosingProposal) -> tuple[EfficacyToxicityScenario, ...]:
    source = st.radio(
        "Scenarios",
        (FIXED, OWN),
        key=state.choice("dosing_joint_set", (FIXED, OWN), FIXED),
        persist_state="session",
        horizontal=True,
    )
    fixed = fixed_joint_scenarios(proposal)
    if source == FIXED:
        return fixed
    text = st.text_area(
        "A scenario a line: name, colon, toxicity by dose, slash, efficacy by dose",
        key=state.remember(_TEXT, written_joint(fixed)),
        persist_state="session",
        height=220,
        help="Efficacy need not rise. Right to select is the dose with the highest mean utility "
        "within both limits; without any it is right to select none.",
    )

    def begin_anew() -> None:
        st.session_state[_TEXT] = written_joint(fixed)

    st.button("Take the fixed ones", icon=":material/restart_alt:", on_click=begin_anew)
    return parsed_joint(text, doses=proposal.doses)


def _truth(proposal: DosingProposal, scenarios: tuple[EfficacyToxicityScenario, ...]) -> None:
    design = proposal.boin12()
    rows = []
    for name, one in zip(scenario_names(scenarios), scenarios, strict=True):
        right = design.best_doses(one)
        cells = [
            f"{100 * t:.3g} / {100 * e:.3g}" + (" ✓" if dose in right else "")
            for dose, (t, e) in enumerate(zip(one.toxicity, one.efficacy, strict=True), start=1)
        ]
        rows.append((plain(name), *cells))
    with st.expander("True toxicity / efficacy, %", icon=":material/table_chart:"):
        table = pd.DataFrame(rows, columns=["Scenario", *map(plain, proposal.names)])
        st.table(table, hide_index=True, alt="True toxicity and efficacy by scenario and dose")
        st.caption("✓ the best dose: right to select. Both outcomes of a patient are independent.")


def _draw(
    proposal: DosingProposal, made: Made[EfficacyToxicityCharacteristics], measure: str
) -> None:
    shown = JOINT_MEASURES[measure]
    table = made_by(compared, {_FAMILY: made}, measure).named("shown")
    notes = [joint_precision(made.value), "Whiskers: 1.96 Monte-Carlo errors to both sides."]
    if measure == "correct":
        notes.append(NO_BENCHMARK)
    results.figure(
        table.then(draw_designs, measure=shown.label, share=shown.share, order=[_FAMILY]),
        name=named(shown.label),
        notes=[*notes, summary_sentence(proposal)],
        data=table,
        disclosure=AGGREGATE,
    )


def _selections(proposal: DosingProposal, made: Made[EfficacyToxicityCharacteristics]) -> None:
    st.subheader("Dose selected by scenario", anchor=False)
    table = made.then(selection_table, proposal.names).named("selections")
    results.figure(
        table.then(draw_scenario_heat, measure="Dose selected", share=True),
        name=named("dose selected by scenario"),
        notes=["In % of trials.", joint_precision(made.value), summary_sentence(proposal)],
        data=table.call("rename", columns={"design": "dose"}),
        disclosure=AGGREGATE,
    )


def _all_figures(proposal: DosingProposal, made: Made[EfficacyToxicityCharacteristics]) -> None:
    """Every figure with its Monte-Carlo error, a row by scenario."""
    found = made.value
    st.subheader("All figures", anchor=False)
    shown = {"Scenario": scenario_names(found.scenarios)}
    for measure, one in JOINT_MEASURES.items():
        factor = 100 if one.share else 1
        table = compared({_FAMILY: found}, measure)
        shown[f"{one.label}, %" if one.share else one.label] = [
            f"{factor * row.value:.1f} ± {factor * row.se:.1f}" for row in table.itertuples()
        ]
    note = "± Monte-Carlo standard error."
    results.table(
        pd.DataFrame(shown),
        name=named("all figures by scenario"),
        notes=[joint_precision(found), note, NO_BENCHMARK, summary_sentence(proposal)],
        raw=made.part("summary"),
        disclosure=AGGREGATE,
    )
    st.caption(f"{note} {NO_BENCHMARK}")
