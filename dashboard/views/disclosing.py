"""What the results of pages say about their numbers, so that shares can hide small counts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analytics.baseline.described_variable import COUNT_LINE, MISSING_LINE
from dashboard import state
from dashboard.analyses.survival import SurvivalAnalysis
from dashboard.disclosure import AGGREGATE, Disclosure
from queries.adverse_events import EVENT_KINDS
from queries.cohorts import Cohort

# Columns of estimates, by what they are worked out from. Numbers of events are not among them:
# they add up over terms, so that the events of a class less those of its other terms would say
# how many subjects a hidden term has at most.
_OWN = ("lower", "upper", "patient_years", "rate", "rate_lower", "rate_upper")
_CONTRAST = ("contrast_estimate", "contrast_lower", "contrast_upper", "contrast_p_value")
_DIFFERENCE = ("difference", "difference_lower", "difference_upper")


def population_of(cohort: Cohort) -> str:
    """Whose subjects are counted: of which snapshot, by which rule, without whom."""
    return f"{state.snapshot().content_sha256} {state.without()} {cohort.to_json()}"


def counted(cohort: Cohort, **said: Any) -> Disclosure:
    """A description of counts of a cohort.

    Analysis sets and roles of arms are no populations of their own: where they hold the same
    numbers of subjects a reader takes them for the same, and so does the protection.
    """
    population = population_of(cohort)
    rule = cohort.sentence(state.labels())
    arms = {"arms": tuple(state.arms()), **said}
    return Disclosure(level="aggregate", population=population, cohort=rule, **arms)


def event_kinds(cohort: Cohort, selection: object) -> Disclosure:
    """Of subjects with any, serious, severe, … adverse events."""
    return counted(
        cohort,
        count="with_event",
        of="subjects",
        keys=("kind",),
        percent="proportion",
        derived=_OWN,
        compared=(*_DIFFERENCE, "fisher"),
        tree=("kind",),
        root="any",
        names={**EVENT_KINDS, "discontinued": "Discontinued for an adverse event"},
        about=f"events of {selection!r}",
    )


def event_terms(cohort: Cohort, selection: object) -> Disclosure:
    """Of subjects with adverse events by class and term."""
    return counted(
        cohort,
        count="with_event",
        of="subjects",
        keys=("level", "class", "term"),
        percent="proportion",
        derived=_OWN,
        compared=(*_CONTRAST, "fisher", "score"),
        overall=("adjusted",),
        tree=("class", "term"),
        about=f"events of {selection!r}",
    )


def endpoint_events(analysis: SurvivalAnalysis, table: pd.DataFrame) -> Disclosure:
    """Of subjects with an event of an endpoint; medians and landmarks are left out."""
    if analysis.groups:  # cohorts may overlap in all but a few subjects
        return AGGREGATE
    endpoint = analysis.endpoint
    frame = table.assign(endpoint=endpoint, share=0.0)
    return counted(
        analysis.cohort,
        count="events",
        of="subjects",
        keys=("endpoint",),
        percent="share",
        about="events of endpoints",
        table=frame[["endpoint", "arm", "events", "subjects", "share"]],
    )


def curves(analysis: SurvivalAnalysis) -> Disclosure:
    """Of survival curves by arm."""
    if analysis.groups:
        return AGGREGATE
    said = counted(analysis.cohort, about=f"curves of {analysis.endpoint}")
    return Disclosure(
        level="curve", population=said.population, cohort=said.cohort, about=said.about
    )


def levels(cohort: Cohort, table: pd.DataFrame, **more: Any) -> Disclosure:
    """Of the levels of variables by arm: `variable`, `level`, `arm`, `subjects`, `of`."""
    return counted(
        cohort,
        count="subjects",
        of="of",
        keys=("variable", "level"),
        percent="share",
        adds_up=("variable",),
        about="levels of variables",
        table=table.assign(share=0.0),
        **more,
    )


def table_one(
    cohort: Cohort, numbers: pd.DataFrame, sizes: pd.DataFrame, *, whole: str = ""
) -> Disclosure:
    """Of the levels in a Table 1, with who has no value; means and medians are left out.

    Parameters
    ----------
    numbers : DataFrame
        As `TableOne.to_frame` gives them.
    sizes : DataFrame
        Group and its subjects.
    whole : str
        The group that holds all others.
    """
    of = dict(sizes.itertuples(index=False))
    counts = numbers[
        (numbers["statistic"] == "subjects") & numbers["line"].isin([COUNT_LINE, MISSING_LINE])
    ]
    split = counts.loc[counts["line"] == COUNT_LINE, "variable"].unique()
    counts = counts[counts["variable"].isin(split) & counts["group"].isin(list(of))]
    if counts.empty:
        return AGGREGATE
    table = pd.DataFrame(
        {
            "variable": counts["variable"],
            "level": counts["level"].fillna("Missing").astype(str),
            "arm": counts["group"],
            "subjects": counts["value"].astype("int64"),
            "of": counts["group"].map(of).astype("int64"),
        }
    )
    return levels(cohort, table.reset_index(drop=True), arms=tuple(map(str, of)), whole=whole)
