"""Mean, standard deviation, quartiles and range of each group."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import pandas as pd

from analytics.baseline.groups import require_label
from analytics.baseline.samples import moments, quartiles
from analytics.baseline.value_counts import Sample, ValueCounts
from analytics.results import Result, registered, require_columns

COLUMNS = (
    "group", "subjects", "n", "missing", "mean", "sd", "min", "q1", "median", "q3", "max", "reason",
)  # fmt: skip


@registered
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ValueTable(Result):
    """A numeric variable by group.

    Parameters
    ----------
    table : DataFrame
        A row per group: `subjects` (all of them), `n` (with a value), `missing`, `mean`, `sd`
        (divisor n - 1), `min`, `q1`, `median`, `q3`, `max`, `reason` (why one of these is NaN, not
        estimable; "" when none is).
    groups : tuple of str
        In order; the first is the reference.
    overall : str
        Name of the overall row in `table`; "" when there is none.
    quartiles : int
        Their definition, a key of `QUARTILES`.
    variable : str
        What the values are of.
    """

    table: pd.DataFrame
    groups: tuple[str, ...]
    overall: str
    quartiles: int
    variable: str

    def __post_init__(self) -> None:
        require_columns(self.table, COLUMNS, "the table of values")

    def to_frame(self) -> pd.DataFrame:
        """A row per group."""
        return self.table.copy()


def describe_values(counts: ValueCounts, *, quartiles: int = 7, overall: str = "") -> ValueTable:
    """Describe a numeric variable in each group.

    Parameters
    ----------
    counts : ValueCounts
        One group or several.
    quartiles : {7, 2}
        Their definition: 7 interpolates (the default of R), 2 is the default of SAS.
    overall : str
        Name of a row for all groups together, after the groups; "" for none.

    Raises
    ------
    InputError
        An overall of groups that overlap, when the counts came without one.

    Examples
    --------
    >>> frame = pd.DataFrame({"group": ["A"] * 3, "value": [1, 2, 6], "subjects": [2, 1, 1]})
    >>> counts = ValueCounts(frame=frame, groups=("A",), disjoint=True)
    >>> describe_values(counts).table[["n", "mean", "min", "q1", "median", "q3", "max"]]
       n  mean  min   q1  median   q3  max
    0  4   2.5  1.0  1.0     1.5  3.0  6.0
    """
    require_label(overall, counts.groups)
    samples = list(counts.samples())
    if overall:
        samples.append(counts.overall_sample())
    columns = (*counts.groups, *filter(None, [overall]))
    rows = [
        _described(name, sample, quartiles) for name, sample in zip(columns, samples, strict=True)
    ]
    return ValueTable(
        table=pd.DataFrame(rows, columns=list(COLUMNS)),
        groups=counts.groups,
        overall=overall,
        quartiles=quartiles,
        variable=counts.variable,
    )


def _described(group: str, sample: Sample, definition: int) -> dict[str, object]:
    found = moments(sample)
    first, median, third = quartiles(sample, definition)
    some = found.size > 0
    return {
        "group": group,
        "subjects": found.size + sample.missing,
        "n": found.size,
        "missing": sample.missing,
        "mean": found.mean,
        "sd": found.sd,
        "min": float(sample.values[0]) if some else nan,
        "q1": first,
        "median": median,
        "q3": third,
        "max": float(sample.values[-1]) if some else nan,
        "reason": spread_refusal(group, found.size),
    }


def spread_refusal(group: str, size: int) -> str:
    """Why a sample has no standard deviation; "" when it has one.

    Examples
    --------
    >>> spread_refusal("A", 1)
    "only one subject of 'A' has a value, so there is no standard deviation"
    """
    if size == 0:
        return f"no subject of {group!r} has a value"
    alone = f"only one subject of {group!r} has a value, so there is no standard deviation"
    return alone if size == 1 else ""
