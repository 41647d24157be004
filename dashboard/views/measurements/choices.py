"""Which laboratory test is on screen; the same on every tab of this page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.analyses.measurements.laboratory import NOTHING, LaboratoryTests, titled
from dashboard.analyses.safety.subjects import SafetySubjects
from dashboard.text import plain
from queries.record_views import collected_records

_TOWERING = 8


def tests_of(subjects: SafetySubjects) -> pd.DataFrame | None:
    """The laboratory tests of the subjects; None, with a sentence on screen, without any."""
    if not collected_records(state.store().layout, "laboratory_results"):
        st.info(plain(NOTHING), icon=":material/science:")
        return None
    found = state.answered(LaboratoryTests(subjects=subjects))
    if found.empty:
        st.info("No subject of this cohort has a laboratory result.", icon=":material/group_off:")
        return None
    return found


def choose_scale(test: str, amounts: pd.Series) -> bool:
    """Whether axes are logarithmic: at first where a few values tower over the others."""
    if amounts.empty or amounts.min() <= 0:
        return False
    skewed = bool(amounts.max() > _TOWERING * amounts.median())
    return bool(
        st.toggle(
            "Logarithmic scale",
            key=state.remember(f"measurements_log_{test}", skewed),
            persist_state="session",
        )
    )


def usual_limits(limits: pd.DataFrame) -> list[float]:
    """The limits of the normal range that most subjects have."""
    if limits.empty:
        return []
    return [float(one) for one in limits.iloc[0][["low", "high"]].dropna()]


def said_of_limits(limits: pd.DataFrame) -> list[str]:
    """Whose limits the dashed lines are."""
    if limits.empty:
        return []
    if len(limits) == 1:
        return ["Dashed lines: limits of the normal range."]
    return [
        "Dashed lines: the limits of the normal range that most subjects have; others have limits "
        "of their own."
    ]


def choose_test(tests: pd.DataFrame) -> pd.Series:
    """The row of the test that the reader chooses."""
    titles = {str(one["test"]): titled(one) for _, one in tests.iterrows()}
    names = list(titles)
    usual = "ALT" if "ALT" in names else names[0]
    chosen = st.selectbox(
        "Test",
        names,
        key=state.choice("measurements_test", names, usual),
        persist_state="session",
        format_func=titles.__getitem__,
    )
    return tests[tests["test"] == chosen].iloc[0]
