"""What stands under each result of the Compare page, and goes along when it is taken away."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import state
from dashboard.analyses.comparison import ComparedVariable
from dashboard.analyses.comparison_answer import ComparisonAnswer
from dashboard.text import plain
from dashboard.views import heading
from dashboard.views.compare.groups import Groups
from dashboard.views.compare.variables import after_baseline


def notes(groups: Groups, answer: ComparisonAnswer, *more: str) -> list[str]:
    """Who is compared, what has to be said of it, and where the data come from."""
    return [
        *_about_groups(groups, answer),
        *groups.remarks,
        *answer.remarks(),
        *more,
        *_after_baseline(answer.analysis.variables),
        *_late(groups),
        *_marks(groups, answer),
        heading.provenance_line(),
    ]


def show(sentences: Sequence[str]) -> None:
    """The notes as footnotes on the page."""
    st.caption("  \n".join(plain(sentence) for sentence in sentences))


def introduce(groups: Groups, answer: ComparisonAnswer) -> None:
    """What has to be known of the groups before anything is read off them."""
    for sentence in _late(groups):
        st.warning(plain(sentence), icon=":material/history_toggle_off:")
    if said := [*groups.remarks, *answer.remarks()]:
        st.caption("  \n".join(plain(sentence) for sentence in said))


def _about_groups(groups: Groups, answer: ComparisonAnswer) -> list[str]:
    if groups.by == "levels":
        pooled = " Arms pooled: the study is blinded." if state.store().pooled else ""
        return [f"{heading.cohort_sentence()} {groups.sentence}{pooled}"]
    labels = state.labels()
    total = answer.overlap.union + answer.overlap.outside
    sizes = dict(answer.overlap.sets.itertuples(index=False))
    listed = "; ".join(
        f"{one.name}, {sizes[one.name]:,} subjects: {one.sentence(labels)}"
        for one in groups.cohorts
    )
    return [f"{answer.overlap.union:,} of {total:,} subjects are in the cohorts. {listed}."]


def _after_baseline(variables: Sequence[ComparedVariable]) -> list[str]:
    late = after_baseline(variables)
    if not late:
        return []
    return [f"Not known at baseline: {', '.join(late)}. What differs there may be an effect."]


def _late(groups: Groups) -> list[str]:
    late = groups.late()
    if not late:
        return []
    return [
        f"The subjects were chosen by what happened after baseline ({'; '.join(late)}): "
        "differences between the groups may be made by this selection."
    ]


def _marks(groups: Groups, answer: ComparisonAnswer) -> list[str]:
    tested = not isinstance(answer.table, str) and answer.table.options.p_values
    if not tested or groups.within.rule is None:
        return []
    return ["Exploratory: the cohort is filtered, so p-values do not control the type I error."]
