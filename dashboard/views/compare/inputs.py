"""The encoding panel of the Compare page: which groups, in what, and how to say it.

Defaults come from the study: planned arms and the variables of its Table 1; where arms are pooled
and a cohort is on screen, that cohort against everyone else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from dashboard import state
from dashboard.analyses.comparison import ComparedVariable, ComparisonAnalysis
from dashboard.analyses.comparison_answer import ComparisonAnswer
from dashboard.scripts import Made, answer_of
from dashboard.views.compare.cohort_groups import choose_cohorts
from dashboard.views.compare.groups import BY, By, Groups, reference_first
from dashboard.views.compare.level_groups import arm_role, choose_levels, grouping_columns
from dashboard.views.compare.options import choose_options
from dashboard.views.compare.variables import choose_variables, chosen_variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What the panel describes: the groups, and the analysis of all variables."""

    groups: Groups
    analysis: ComparisonAnalysis

    def of_differences(self) -> ComparisonAnalysis:
        """The standardised differences alone, whether or not the table shows them."""
        options = replace(self.analysis.options, differences=True, p_values=False)
        return replace(self.analysis, options=options)

    def of_groups(self) -> ComparisonAnalysis:
        """The groups alone."""
        return replace(self.analysis, variables=())

    def of_variable(self, variable: ComparedVariable) -> ComparisonAnalysis:
        """One variable, described only."""
        options = replace(self.analysis.options, differences=False, p_values=False)
        return replace(self.analysis, variables=(variable,), options=options)


def made(analysis: ComparisonAnalysis) -> Made[ComparisonAnswer]:
    """The answer to a comparison, with the step that makes it in a script."""
    return answer_of(analysis, state.compared(analysis))


def choose_comparison() -> Comparison | None:
    """The comparison that the panel describes; None when there is nothing to compare."""
    with st.container(border=True):
        with st.container(horizontal=True, gap="small"):
            by = _choose_kind()
            groups = choose_levels() if by == "levels" else choose_cohorts()
        with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
            if groups is not None:
                groups = reference_first(groups)
            with st.popover("Variables", icon=":material/checklist:"):
                choose_variables(groups.column if groups else "")
            with st.popover("Table options", icon=":material/tune:"):
                options = choose_options()
            variables = chosen_variables(sections=options.sections)
            st.caption(_counted(len(variables)), width="content")
    if groups is None:
        return None
    analysis = ComparisonAnalysis(
        groups=groups.cohorts,
        variables=variables,
        within=groups.within,
        options=options.table,
        test=options.test,
        order=options.order,
        frequent_first=options.frequent_first,
        digits=options.digits,
        missing_lines=options.missing_lines,
    )
    return Comparison(groups=groups, analysis=analysis)


def _choose_kind() -> By:
    kinds: list[By] = ["levels", "cohorts"]
    columns = grouping_columns()
    by_arm = bool(columns) and bool(arm_role(columns[0]))
    is_filtered = state.current_cohort().rule is not None
    usual: By = "cohorts" if is_filtered and not by_arm else "levels"
    # What suits one situation is no choice for the other.
    chosen = st.radio(
        "Groups",
        kinds,
        key=state.choice(f"compare_by_{usual}", kinds, usual),
        persist_state="session",
        format_func=lambda kind: BY[kind],
        horizontal=True,
    )
    return chosen or usual


def _counted(variables: int) -> str:
    if not variables:
        return "No variable is chosen."
    return f"{variables} variable{'s' if variables > 1 else ''} compared."
