"""Records in runs of equal values, counted for any set of subjects by group and value.

A record is the number of its subject. They are sorted once, by group and value, so that one pass
over them counts a cohort: is the subject of this record chosen, and how many are until the next
group or value begins. That takes 4 bytes for each record, and one more for each subject.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from queries.level_sets import Bits, Places

Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Runs:
    """Numbers of subjects, run after run; made by `runs_of`.

    Parameters
    ----------
    values : DataFrame
        One row for each run: what its records have in common.
    numbers : array
        Of the subjects of all records. A subject may be there more than once.
    sizes : array of int
        Records of each run.
    """

    values: pd.DataFrame
    numbers: Numbers
    sizes: Places

    @property
    def nbytes(self) -> int:
        """Memory that it takes, texts apart."""
        return self.numbers.nbytes + self.sizes.nbytes + _nbytes(self.values)


def runs_of(answer: pa.Table) -> Runs:
    """Runs from an answer whose last column lists the numbers (INTEGER) of subjects.

    Examples
    --------
    >>> lists = pa.array([[0, 2], [1]], type=pa.list_(pa.int32()))
    >>> runs = runs_of(pa.table({"day": [3, 5], "numbers": lists}))
    >>> runs.values["day"].tolist(), runs.numbers.tolist(), runs.sizes.tolist()
    ([3, 5], [0, 2, 1], [2, 1])
    """
    lists = answer.column(answer.num_columns - 1).combine_chunks()
    offsets = lists.offsets.to_numpy().astype(np.int64)
    return Runs(
        values=answer.select(answer.column_names[:-1]).to_pandas(),
        numbers=lists.values.to_numpy()[offsets[0] : offsets[-1]],
        sizes=np.diff(offsets),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups:
    """Which group each subject is in; made by `groups_of`.

    Parameters
    ----------
    labels : DataFrame
        One row for each group, in order.
    of_subject : array of int
        By the number of a subject, the place of its group; one more than the last for none.
    """

    labels: pd.DataFrame
    of_subject: npt.NDArray[np.unsignedinteger[Any]]

    @property
    def nbytes(self) -> int:
        """Memory that it takes, texts apart."""
        return self.of_subject.nbytes + _nbytes(self.labels)


def groups_of(members: Runs, subjects: int) -> Groups:
    """Groups from runs of their members.

    Parameters
    ----------
    subjects : int
        In all.

    Examples
    --------
    >>> lists = pa.array([[0, 2], [1]], type=pa.list_(pa.int32()))
    >>> groups_of(runs_of(pa.table({"arm": ["A", "B"], "numbers": lists})), 4).of_subject.tolist()
    [0, 1, 0, 2]
    """
    none = len(members.values)
    # The smallest type: what has 16 bits or fewer is sorted in two passes.
    of_subject = np.full(subjects, none, dtype=np.min_scalar_type(none))
    of_subject[members.numbers] = np.repeat(np.arange(none), members.sizes)
    return Groups(labels=members.values, of_subject=of_subject)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupedRuns:
    """Records by group and run; made by `grouped`.

    Parameters
    ----------
    labels, values : DataFrame
        Of the groups and of the runs.
    numbers : array
        Of the subjects, sorted by group and run.
    starts : array of int
        Where each pair of a group and a run begins.
    group, run : array of int
        The places of each pair in `labels` and `values`; in ascending order.
    """

    labels: pd.DataFrame
    values: pd.DataFrame
    numbers: Numbers
    starts: Places
    group: Places
    run: Places

    @property
    def nbytes(self) -> int:
        """Memory that it takes, texts apart."""
        arrays = (self.numbers, self.starts, self.group, self.run)
        return sum(a.nbytes for a in arrays) + _nbytes(self.labels) + _nbytes(self.values)

    def count(self, chosen: Bits) -> Places:
        """Records of the chosen subjects, for each pair of a group and a run.

        Examples
        --------
        >>> from queries.level_sets import bits_of
        >>> lists = pa.array([[0, 2], [1]], type=pa.list_(pa.int32()))
        >>> runs = runs_of(pa.table({"day": [3, 5], "numbers": lists}))
        >>> everywhere = Groups(labels=pd.DataFrame({"arm": ["A"]}), of_subject=np.zeros(3, "u1"))
        >>> grouped(runs, everywhere).count(bits_of(bytes([0b1100_0000] + 7 * [0]), 3)).tolist()
        [1, 1]
        """
        is_chosen = np.unpackbits(chosen.view(np.uint8))
        counts: Places = np.add.reduceat(is_chosen.take(self.numbers), self.starts, dtype=np.int64)
        return counts


def grouped(runs: Runs, groups: Groups) -> GroupedRuns:
    """Runs divided by the groups of their subjects, all of whom are in one."""
    groups_of_records = groups.of_subject[runs.numbers]
    order = np.argsort(groups_of_records, kind="stable")
    group = groups_of_records[order].astype(np.int64)
    run = np.repeat(np.arange(len(runs.sizes)), runs.sizes)[order]
    starts = np.flatnonzero((np.diff(group, prepend=-1) != 0) | (np.diff(run, prepend=-1) != 0))
    return GroupedRuns(
        labels=groups.labels,
        values=runs.values,
        numbers=runs.numbers[order],
        starts=starts,
        group=group[starts],
        run=run[starts],
    )


def _nbytes(frame: pd.DataFrame) -> int:
    return int(frame.memory_usage().sum())
