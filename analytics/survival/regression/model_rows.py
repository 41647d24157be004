"""From follow-up and terms to the numbers a fit computes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.checks import NotEstimableError, require
from analytics.survival.regression.columns import Columns, Flags, Floats, Ints
from analytics.survival.regression.follow_up import FollowUp
from analytics.survival.regression.terms import Label, Term, require_terms

DROPPED_COLUMNS = ("reason", "rows")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """Covariates of the rows that have all of them.

    Parameters
    ----------
    terms : tuple
        With levels and references filled in.
    labels : tuple of Label
        What each column of the matrix is about.
    term_of : array of int
        The term that each column belongs to.
    matrix : array
        Rows x columns.
    row : array of int
        Positions of the rows in the frame they came from.
    dropped : DataFrame
        `reason` and `rows`: what was left out. Each row is counted once.
    """

    terms: tuple[Term, ...]
    labels: tuple[Label, ...]
    term_of: Ints
    matrix: Floats
    row: Ints
    dropped: pd.DataFrame

    @property
    def covariates(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(label.covariate for label in self.labels)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelRows:
    """What Cox's model needs to know of each row.

    Parameters
    ----------
    design : Design
        Covariates.
    time, entry : array
        Rounding errors taken out; entry is None when everybody is at risk from 0.
    event : array of bool
        Whether the time ends in an event.
    stratum : array of int
        Position among `strata`.
    strata : tuple of str
        Labels; ("",) when unstratified.
    weight : array or None
        Case weights; None when all are 1.
    cluster : array of int or None
        Numbered from 0.
    """

    design: Design
    time: Floats
    entry: Floats | None
    event: Flags
    stratum: Ints
    strata: tuple[str, ...]
    weight: Floats | None
    cluster: Ints | None


def design_of(columns: Columns, terms: Sequence[Term], also: tuple[str, ...] = ()) -> Design:
    """Code the terms in the rows that lack nothing.

    Parameters
    ----------
    columns : Columns
        Of all rows.
    terms : sequence of Numeric, Factor or Interaction
        As `require_terms` wants them.
    also : tuple of str
        Further columns of labels without which a row is left out.

    Examples
    --------
    >>> from analytics.survival.regression.terms import Numeric
    >>> rows = Columns(frame=pd.DataFrame({"age": [50.0, None, 61.0]}))
    >>> design = design_of(rows, [Numeric("age")])
    >>> design.matrix.ravel().tolist(), design.dropped.to_dict("records")
    ([50.0, 61.0], [{'reason': "'age' is missing", 'rows': 1}])
    """
    missing: dict[str, Flags] = {name: columns.labels(name)[0] < 0 for name in also}
    for term in terms:
        missing |= term.missing(columns)
    incomplete = np.logical_or.reduce([np.zeros(len(columns), bool), *missing.values()])
    if incomplete.all():
        names = ", ".join(map(repr, missing))
        raise NotEstimableError(f"No fit: no row has a value in each of the columns {names}.")
    rows = columns.kept(~incomplete)
    resolved = tuple(term.resolved(rows) for term in terms)
    blocks = [term.coded(rows) for term in resolved]
    return Design(
        terms=resolved,
        labels=tuple(label for term in resolved for label in term.labels()),
        term_of=np.repeat(np.arange(len(blocks)), [block.shape[1] for block in blocks]),
        matrix=_side_by_side(blocks, len(rows)),
        row=np.flatnonzero(~incomplete),
        dropped=_dropped(missing, incomplete),
    )


def model_rows(follow_up: FollowUp, terms: Sequence[Term]) -> ModelRows:
    """The complete rows of a follow-up.

    Examples
    --------
    >>> from analytics.survival.regression.terms import Numeric
    >>> frame = pd.DataFrame({"days": [5, 8], "died": [1, 0], "age": [50, None]})
    >>> rows = model_rows(FollowUp(frame=frame, time="days", event="died"), [Numeric("age")])
    >>> rows.time.tolist(), rows.event.tolist()
    ([5.0], [True])
    """
    require_terms(tuple(terms))
    columns = Columns(frame=follow_up.frame)
    outcome = {follow_up.time, follow_up.event} & {name for term in terms for name in term.columns}
    require(not outcome, "no term reads the time or the event", term=tuple(sorted(outcome)))
    design = design_of(columns, terms, also=follow_up.strata)
    time, entry = follow_up.merged(columns)
    row = design.row
    stratum, strata = _strata([columns.labels(name) for name in follow_up.strata], row)
    weight = None if follow_up.weight is None else columns.numbers(follow_up.weight)[row]
    cluster = None if follow_up.cluster is None else columns.labels(follow_up.cluster)[0][row]
    return ModelRows(
        design=design,
        time=time[row],
        entry=None if entry is None or not entry.any() else entry[row],
        event=columns.numbers(follow_up.event)[row] == 1,
        stratum=stratum,
        strata=strata,
        weight=None if weight is None or (weight == 1).all() else weight,
        cluster=None if cluster is None else np.unique(cluster, return_inverse=True)[1],
    )


def _side_by_side(blocks: list[Floats], rows: int) -> Floats:
    # Column after column in memory: kernels run along the rows.
    matrix = np.empty((rows, sum(block.shape[1] for block in blocks)), order="F")
    if blocks:
        np.concatenate(blocks, axis=1, out=matrix)
    return matrix


def _dropped(missing: dict[str, Flags], incomplete: Flags) -> pd.DataFrame:
    reasons: list[tuple[str, int]] = []
    if incomplete.any():
        flags = np.array([mask[incomplete] for mask in missing.values()]).T
        patterns, counts = np.unique(flags, axis=0, return_counts=True)
        for pattern, count in sorted(zip(patterns.tolist(), counts.tolist(), strict=True))[::-1]:
            names = [repr(name) for name, lacks in zip(missing, pattern, strict=True) if lacks]
            verb = "is" if len(names) == 1 else "are"
            reasons.append((f"{' and '.join(names)} {verb} missing", count))
    return pd.DataFrame(reasons, columns=list(DROPPED_COLUMNS))


def _strata(columns: list[tuple[Ints, tuple[str, ...]]], row: Ints) -> tuple[Ints, tuple[str, ...]]:
    if not columns:
        return np.zeros(row.size, np.int64), ("",)
    shape = tuple(len(found) for _, found in columns)
    combined = np.ravel_multi_index(tuple(codes[row] for codes, _ in columns), shape)
    used, stratum = np.unique(combined, return_inverse=True)
    places = np.array(np.unravel_index(used, shape)).T
    strata = tuple(
        ", ".join(found[place] for (_, found), place in zip(columns, one, strict=True))
        for one in places
    )
    require(len(set(strata)) == len(strata), "strata have different labels", strata=strata[:5])
    return stratum, strata
