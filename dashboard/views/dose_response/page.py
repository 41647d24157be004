"""Dose–response: whether the response depends on the dose, how, and which dose to take on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from analytics.checks import NotEstimableError
from dashboard import results, state
from dashboard.analyses.dose_response import BLINDED, ArmDoses, ArmDosesAnalysis
from dashboard.disclosure import AGGREGATE
from dashboard.scripts import Made
from dashboard.text import plain
from dashboard.views import heading
from dashboard.views.dose_response import data, fits, planning, signal, utility
from dashboard.views.dose_response.inputs import choose_arms, choose_response
from dashboard.views.dose_response.notes import named, notes
from dashboard.views.tabs import choose_tab

TABS: Mapping[str, Callable[[], None]] = {
    "Data": lambda: data.show(choose_response()),
    "Test": lambda: signal.show(choose_response()),
    "Fits": lambda: fits.show(choose_response()),
    "Utility": lambda: utility.show(choose_response()),
    "Planning": planning.show,
}
"""What stands below the heading; only the open tab is computed."""
WITHOUT_DOSES = "A trial to come can be planned here all the same:"


def show() -> None:
    """The Dose–response page."""
    with results.explained():
        heading.show("Dose–response")
        if state.store().pooled:
            st.info(BLINDED, icon=":material/visibility_off:")
            st.caption(WITHOUT_DOSES)
            planning.show()
            return
        made = state.made(ArmDosesAnalysis(cohort=state.current_cohort()))
        doses = made.value
        try:
            doses.require_curve()
        except NotEstimableError as error:
            st.warning(plain(error), icon=":material/do_not_disturb_on:")
            _show_arms(made)
            st.caption(WITHOUT_DOSES)
            planning.show()
            return
        choose_arms(doses)
        for tab, draw in zip(choose_tab(list(TABS), key="dose_tab"), TABS.values(), strict=True):
            if tab.open:
                with tab, results.explained():
                    draw()


def _show_arms(doses: Made[ArmDoses]) -> None:
    """What is known of the doses, where they are too few for a curve."""
    rows = doses.value.table
    shown = pd.DataFrame(
        {
            "Arm": rows["arm"],
            "Subjects": [f"{n:,}" for n in rows["subjects"]],
            "Dose": [
                "–" if pd.isna(dose) else f"{dose:g} {unit}".strip()
                for dose, unit in zip(rows["dose"], rows["unit"], strict=True)
            ],
            "Taken from": rows["taken_from"],
        }
    )
    results.table(
        shown,
        name=named("doses of arms"),
        notes=notes(doses.value.notes()),
        raw=doses.part("table"),
        disclosure=AGGREGATE,
    )
