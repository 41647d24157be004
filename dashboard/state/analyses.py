"""Analyses of the store on screen, and of values alone, whose answers are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import streamlit as st

from analytics.results import Result
from dashboard.analyses.comparison import ComparisonAnalysis
from dashboard.analyses.comparison_answer import ComparisonAnswer
from dashboard.scripts import Made, answer_of
from dashboard.state.on_screen import content
from dashboard.state.open_files import open_content
from queries.cohorts import Cohort
from queries.groups import GroupCounts, count_groups
from queries.store import Store

Found = TypeVar("Found")
Given = TypeVar("Given", covariant=True)


class Answerable(Protocol[Given]):
    """An analysis: a value whose `repr` says all of it, which a store answers."""

    def run(self, store: Store) -> Given: ...


@st.cache_data(show_spinner=False, max_entries=100)
def _group_counts(
    file: str,
    pooled: bool,
    groups: tuple[str, ...],
    within: str,
    levels: tuple[str, ...],
    values: tuple[str, ...],
) -> GroupCounts:
    return count_groups(
        open_content(file, pooled),
        [Cohort.from_json(group) for group in groups],
        within=Cohort.from_json(within),
        levels=levels,
        values=values,
    )


@st.cache_resource(show_spinner=False, max_entries=50, hash_funcs={ComparisonAnalysis: repr})
def _compared(file: str, pooled: bool, analysis: ComparisonAnalysis) -> ComparisonAnswer:
    counted = _group_counts(
        file,
        pooled,
        tuple(group.to_json() for group in analysis.groups),
        analysis.within.to_json(),
        analysis.columns("levels"),
        analysis.columns("numbers"),
    )
    return analysis.answer(counted)


@st.cache_resource(show_spinner=False, max_entries=300)
def _answered(
    file: str,
    pooled: bool,
    asked: str,  # noqa: ARG001  (what the answer is kept by)
    _analysis: Answerable[Found],
) -> Found:
    return _analysis.run(open_content(file, pooled))


@st.cache_resource(show_spinner=False, max_entries=400)
def _computed(
    asked: str,  # noqa: ARG001  (what the answer is kept by)
    _compute: Callable[[], Found],
) -> Found:
    return _compute()


def compared(analysis: ComparisonAnalysis) -> ComparisonAnswer:
    """The answer to a comparison of groups; not to be changed."""
    return _compared(*content(), analysis)


def answered(analysis: Answerable[Found]) -> Found:
    """The answer to an analysis of the snapshot on screen; not to be changed."""
    asked = f"{type(analysis).__module__} {analysis!r}"
    answer: Found = _answered(*content(), asked, analysis)
    return answer


def made(analysis: Answerable[Found], *, name: str = "answer") -> Made[Found]:
    """The answer to an analysis, with the step that makes it in a script.

    Parameters
    ----------
    name : str
        Of the variable that holds it in scripts.
    """
    return answer_of(analysis, answered(analysis), name=name)


def computed(asked: Result, compute: Callable[[], Found]) -> Found:
    """What is computed from a value alone, without data: once, whoever looks; not to be changed."""
    answer: Found = _computed(asked.to_json(), compute)
    return answer
