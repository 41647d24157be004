"""What has to be said under a Table 1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analytics.baseline.described_variable import DescribedVariable
from analytics.baseline.level_table import LevelTable
from analytics.baseline.samples import QUARTILES
from analytics.baseline.table_options import TableOptions
from analytics.baseline.value_table import ValueTable


def footnotes(
    variables: Sequence[DescribedVariable], options: TableOptions, *, disjoint: bool
) -> tuple[str, ...]:
    """Definitions, tests, notes and reasons, as sentences; see `TableOne.footnotes`.

    Examples
    --------
    >>> footnotes([], TableOptions(), disjoint=False)
    ('A subject can be in several groups.',)
    """
    notes = (
        *_about_groups(options, disjoint),
        *_about_descriptions(variables, options),
        *_about_differences(variables, options, disjoint),
        *_about_tests(variables, options),
        *_reasons(variables),
    )
    return tuple(dict.fromkeys(notes))


def _about_groups(options: TableOptions, disjoint: bool) -> Iterator[str]:
    if not disjoint:
        yield "A subject can be in several groups."
        if options.overall:
            yield f"{options.overall}: subjects in at least one group, each counted once."


def _about_descriptions(
    variables: Sequence[DescribedVariable], options: TableOptions
) -> Iterator[str]:
    if any(isinstance(one.description, ValueTable) for one in variables):
        yield "SD: standard deviation (divisor n − 1). Q1, Q3: first and third quartile."
        yield f"Quartiles: {QUARTILES[options.quartiles]}."
    if any(isinstance(one.description, LevelTable) for one in variables):
        of = "subjects with a value" if options.denominator == "with value" else "all subjects"
        yield f"Percentages of levels are of {of}; those of missing values are of all subjects."


def _about_differences(
    variables: Sequence[DescribedVariable], options: TableOptions, disjoint: bool
) -> Iterator[str]:
    if not options.differences:
        return
    yield (
        "|SMD|: absolute standardised difference: of means or of two shares over the root of the "
        "mean variance, with more levels the Mahalanobis distance (Yang and Dalton 2012)."
    )
    if any(one.differences and len(one.differences.groups) > 2 for one in variables):
        yield "Largest |SMD|: of all pairs of groups."
    if options.missing_as_level:
        yield "In |SMD|, a missing level counts as a level; missing numbers are left out."
    else:
        yield "In |SMD|, missing values are left out."
    if not disjoint:
        yield "Subjects whom two groups share make their |SMD| smaller."


def _about_tests(variables: Sequence[DescribedVariable], options: TableOptions) -> Iterator[str]:
    if not options.p_values:
        return
    yield "p-values are exploratory and not adjusted for their number; missing values are left out."
    by_test: dict[str, list[str]] = {}
    for one in variables:
        if one.comparison is not None:
            by_test.setdefault(one.comparison.method, []).append(one.label)
    for method, labels in by_test.items():
        yield f"{method}: {', '.join(labels)}."
    for one in variables:
        if one.comparison is not None and one.comparison.note:
            yield f"{one.label}: {one.comparison.note}"


def _reasons(variables: Sequence[DescribedVariable]) -> Iterator[str]:
    reasons = [
        f"{one.label}: {_sentence(reason)}"
        for one in variables
        for reason in one.to_frame()["reason"].unique()
        if reason
    ]
    if reasons:
        yield "NE: not estimable."
        yield from reasons


def _sentence(reason: str) -> str:
    return reason if reason.endswith(".") else f"{reason}."
