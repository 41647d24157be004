"""The comparison of arms: the test that the plan names, the hazard ratio, and their relatives."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import results, state
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.text import interval, number, p_value, plain
from dashboard.views.survival.notes import comparison_notes


def show(analysis: SurvivalAnalysis) -> None:
    """The test and the hazard ratio."""
    answer = state.answered(analysis)
    if isinstance(answer.hazard_ratio, str):
        st.info(plain(answer.hazard_ratio), icon=":material/do_not_disturb_on:")
        return
    table = answer.hazard_ratio.to_frame()
    shown = pd.DataFrame(
        {
            "Arm": table["arm"],
            "Reference": table["reference"],
            "Hazard ratio (95% CI)": [
                interval(r.hazard_ratio, r.lower, r.upper, 3) for r in table.itertuples()
            ],
            "Wald p": [p_value(p) for p in table["p_value"]],
        }
    )
    results.table(
        shown,
        raw=answer.comparison_table(),
        name=f"{state.study().code} {analysis.endpoint} comparison",
        notes=comparison_notes(answer),
    )
    if not isinstance(answer.comparison, str):
        test = answer.comparison
        name = test.weight.name
        st.caption(
            f"{name[0].upper()}{name[1:]} chi-square {number(test.statistic, 4)} on "
            f"{test.degrees_of_freedom} degree{'s' if test.degrees_of_freedom > 1 else ''} of "
            f"freedom, p {p_value(test.p_value)}. A hazard ratio below 1 favours the arm over "
            "the reference."
        )
