"""Which scenarios designs are compared under: fixed, random, typed, or seen in a study."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.dosing.characteristics import ToxicityScenario
from dashboard import state
from dashboard.analyses.dosing import DosingProposal
from dashboard.analyses.dosing.compared import scenario_names
from dashboard.analyses.dosing.request import MOST_SCENARIOS
from dashboard.analyses.dosing.scenarios import drawn_scenarios, fixed_scenarios, parsed, written
from dashboard.text import plain
from dashboard.views.designs import saved
from dashboard.views.dosing.current import SCREEN

FIXED, RANDOM, OWN, SEEN = "One for each dose", "Random", "Own", "As the study saw"
SET = "dosing_scenario_set"
_TEXT = "dosing_scenarios"


def choose_scenarios(proposal: DosingProposal) -> tuple[ToxicityScenario, ...]:
    """The scenarios.

    Raises
    ------
    InputError
        For own ones that break a rule, and for those of a study at other doses.
    """
    sources = (FIXED, RANDOM, OWN, *([SEEN] if proposal.seen is not None else []))
    source = st.radio(
        "Scenarios",
        sources,
        key=state.choice(SET, sources, FIXED),
        persist_state="session",
        horizontal=True,
    )
    if source == SEEN and proposal.seen is not None:
        proposal.seen.require_for(proposal.amounts, proposal.unit)
        saved.show_stale(SCREEN, proposal)
        return proposal.seen.scenarios
    if source == RANDOM:
        return _random(proposal)
    if source == OWN:
        return _own(proposal)
    return fixed_scenarios(proposal)


def scenario_notes(
    proposal: DosingProposal, scenarios: tuple[ToxicityScenario, ...]
) -> tuple[str, ...]:
    """Where scenarios come from, when a study saw them."""
    seen = proposal.seen
    return seen.notes if seen is not None and scenarios == seen.scenarios else ()


def choose_seed() -> int:
    """Of random scenarios and of simulations."""
    return int(
        st.number_input(
            "Seed",
            min_value=0,
            max_value=2**32 - 1,
            step=1,
            key=state.remember("dosing_seed", 1),
            persist_state="session",
            width=160,
        )
    )


def _random(proposal: DosingProposal) -> tuple[ToxicityScenario, ...]:
    with st.container(horizontal=True, gap="small"):
        count = st.number_input(
            "How many",
            min_value=1,
            max_value=MOST_SCENARIOS,
            step=1,
            key=state.remember("dosing_scenario_count", 12),
            persist_state="session",
            width=160,
        )
        seed = st.number_input(
            "Seed of the scenarios",
            min_value=0,
            max_value=2**32 - 1,
            step=1,
            key=state.remember("dosing_scenario_seed", 1),
            persist_state="session",
            width=220,
        )
    return drawn_scenarios(proposal, count=int(count), seed=int(seed))


def _own(proposal: DosingProposal) -> tuple[ToxicityScenario, ...]:
    text = st.text_area(
        "A scenario a line: name, colon, a probability for each dose",
        key=state.remember(_TEXT, written(fixed_scenarios(proposal))),
        persist_state="session",
        height=200,
        help="| none behind the probabilities: it is right to select no dose. Otherwise the dose "
        "nearest to the target is right.",
    )

    def begin_anew() -> None:
        st.session_state[_TEXT] = written(fixed_scenarios(proposal))

    st.button("Take the fixed ones", icon=":material/restart_alt:", on_click=begin_anew)
    return parsed(text, doses=proposal.doses)


def show_scenarios(proposal: DosingProposal, scenarios: tuple[ToxicityScenario, ...]) -> None:
    """The true probabilities, with the doses that are right marked."""
    rows = []
    for name, one in zip(scenario_names(scenarios), scenarios, strict=True):
        right = one.right_doses(proposal.target)
        cells = [
            f"{100 * p:.3g}" + (" ✓" if dose in right else "")
            for dose, p in enumerate(one.probabilities, start=1)
        ]
        rows.append((name, *cells))
    with st.expander("True probabilities of toxicity, %", icon=":material/table_chart:"):
        table = pd.DataFrame(rows, columns=["Scenario", *map(plain, proposal.names)])
        table["Scenario"] = table["Scenario"].map(plain)
        st.table(table, hide_index=True, alt="True probabilities of toxicity by scenario and dose")
        st.caption("✓ right to select.")
