"""The Characteristics tab: what designs do under scenarios, beside what any design could do."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analytics.checks import require
from analytics.dosing.characteristics import OperatingCharacteristics, ToxicityScenario
from dashboard import results, state
from dashboard.analyses.dosing import (
    COMPARED,
    CharacteristicsRequest,
    ComparedFamily,
    DosingProposal,
    request_for,
)
from dashboard.analyses.dosing.compared import (
    BENCHMARK,
    MEASURES,
    benchmark_table,
    compared,
    precision_sentence,
    scenario_cells,
    summaries,
    where_right,
)
from dashboard.analyses.dosing.protocol import summary_sentence
from dashboard.analyses.dosing.request import SIMULATED
from dashboard.charts.dosing.characteristics import draw_designs, draw_scenario_heat
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made, given, made_by
from dashboard.text import plain
from dashboard.views.dosing.answers import characteristics_answer
from dashboard.views.dosing.naming import named
from dashboard.views.dosing.scenarios import (
    choose_scenarios,
    choose_seed,
    scenario_notes,
    show_scenarios,
)

_USUAL: tuple[ComparedFamily, ...] = ("3+3", "BOIN", "CRM")
_MOST_BARS = 10  # scenarios drawn one by one
_BOUND = (
    "Benchmark: correct selection if it were known of every patient which doses he or she would "
    "have tolerated; no design is expected to do better, though one that favours a dose may in "
    "single scenarios."
)
_NO_MEAN = (
    "No benchmark of the mean: in some of the scenarios it is right to select no dose. The table "
    "below has it over the others."
)
_WINDOW = (
    "TITE-CRM gives each patient a dose on arrival; the other designs wait for the same window "
    "after each cohort."
)


def show(proposal: DosingProposal) -> None:
    """Inputs, one figure as bars and as a heat map, all figures as a table."""
    families = _families(proposal)
    scenarios = choose_scenarios(proposal)
    with st.container(horizontal=True, gap="small"):
        measure = st.selectbox(
            "Figure",
            list(MEASURES),
            key=state.choice("dosing_measure", list(MEASURES), "correct"),
            persist_state="session",
            format_func=lambda one: MEASURES[one].label,
            width=320,
        )
        seed = choose_seed()
    show_scenarios(proposal, scenarios)
    found = _found(proposal, families, scenarios, seed)
    if found:
        _draw(proposal, scenarios, found, measure)
        _all_figures(proposal, found, scenario_notes(proposal, scenarios))


def _families(proposal: DosingProposal) -> list[ComparedFamily]:
    usual = [one for one in COMPARED if one in {*_USUAL, proposal.family}]
    chosen = st.multiselect(
        "Designs",
        COMPARED,
        key=state.choices("dosing_designs", COMPARED, usual),
        persist_state="session",
        help="Each with its settings of the Set-up tab, the same doses, target, cohorts and size.",
    )
    require(bool(chosen), "at least one design", designs=tuple(chosen))
    return [one for one in COMPARED if one in chosen]


def _found(
    proposal: DosingProposal,
    families: list[ComparedFamily],
    scenarios: tuple[ToxicityScenario, ...],
    seed: int,
) -> dict[str, Made[OperatingCharacteristics]]:
    """What is known by now; a button or the progress for each of the others."""
    found: dict[str, Made[OperatingCharacteristics]] = {}
    own, truths = _own(proposal), given(scenarios, name="scenarios")
    for family in families:
        asked = request_for(proposal, family, scenarios, seed=seed)
        said = {"replications": asked.replications, "seed": seed}
        request = made_by(
            CharacteristicsRequest, proposal=own, family=family, scenarios=truths, **said
        )
        answer = characteristics_answer(request)
        if answer is not None:
            found[family] = answer
    return found


def _own(proposal: DosingProposal) -> Made[DosingProposal]:
    return given(proposal.without_data(), name="proposal")


def _draw(
    proposal: DosingProposal,
    scenarios: tuple[ToxicityScenario, ...],
    made: dict[str, Made[OperatingCharacteristics]],
    measure: str,
) -> None:
    shown = MEASURES[measure]
    averaged = len(scenarios) > _MOST_BARS
    own, truths = _own(proposal), given(scenarios, name="scenarios")
    bound = made_by(benchmark_table, own, truths, averaged=averaged)
    table = made_by(compared, made, measure, averaged=averaged).named("shown")
    with_bound = measure == "correct" and len(bound.value) > 0
    whence = scenario_notes(proposal, scenarios)
    found = _values(made)
    simulated = any(own.method != "exact" for own in found.values())
    notes = [precision_sentence(found), *([SIMULATED] if simulated else [])]
    notes += [*([_BOUND] if with_bound else []), *whence]
    if measure == "correct" and averaged and not with_bound:
        notes.append(_NO_MEAN)
    if measure == "duration" and "TITE-CRM" in found:
        notes.append(_WINDOW)
    if (table.value["se"] > 0).any():
        notes.append("Whiskers: 1.96 Monte-Carlo errors to both sides.")
    results.figure(
        table.then(
            draw_designs,
            measure=shown.label,
            share=shown.share,
            order=COMPARED,
            benchmark=bound if with_bound else None,
        ),
        name=named(shown.label),
        notes=[*notes, summary_sentence(proposal)],
        data=table,
        disclosure=AGGREGATE,
    )
    st.subheader(f"{plain(shown.label)} by scenario", anchor=False)
    cells = made_by(scenario_cells, made, measure, own).named("cells")
    results.figure(
        cells.then(draw_scenario_heat, measure=shown.label, share=shown.share),
        name=named(f"{shown.label} by scenario"),
        notes=[
            "In %." if shown.share else f"{shown.label}, expected number.",
            precision_sentence(found),
            *whence,
        ],
        data=cells,
        disclosure=AGGREGATE,
    )


def _all_figures(
    proposal: DosingProposal,
    made: dict[str, Made[OperatingCharacteristics]],
    whence: tuple[str, ...],
) -> None:
    """The mean of every figure over the scenarios, and the benchmark where it has one."""
    found = _values(made)
    st.subheader("All figures, mean of the scenarios", anchor=False)
    rows: dict[str, dict[str, str]] = {}
    for measure, one in MEASURES.items():
        table = compared(found, measure, averaged=True)
        label = f"{one.label}, %" if one.share else one.label
        rows[label] = {
            row.design: f"{(100 if one.share else 1) * row.value:.1f}" for row in table.itertuples()
        }
        if measure == "correct":
            right = where_right(proposal, found)
            rows[f"{one.label} where a dose is right, %"] = {
                row.design: f"{100 * row.value:.1f}" for row in right.itertuples()
            }
    shown = pd.DataFrame(rows).T.reindex(columns=[*found, BENCHMARK]).fillna("–")
    note = f"{BENCHMARK}: defined for correct selection where a dose is right to select."
    results.table(
        shown.rename_axis("Figure").reset_index(),
        name=named("all figures, mean of the scenarios"),
        notes=[precision_sentence(found), note, *whence, summary_sentence(proposal)],
        raw=made_by(summaries, made),
        disclosure=AGGREGATE,
    )
    st.caption(note)


def _values(made: dict[str, Made[OperatingCharacteristics]]) -> dict[str, OperatingCharacteristics]:
    return {name: one.value for name, one in made.items()}
