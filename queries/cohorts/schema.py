"""What a rule may speak of: the subjects' columns, and the datasets that hold their records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from queries.cohorts.rule import Anchor


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTable:
    """A dataset with any number of records for each subject.

    Parameters
    ----------
    columns : mapping of str to str
        The columns a criterion may use, and their DuckDB types.
    source : str
        The table, as SQL names it.
    subject : str
        The column that says whose record it is.
    starts_on : str, optional
        SQL for the day a record starts, where the row is called `record`; None when the
        dataset has no dates.
    parameter : str, optional
        The column that says what was measured (PARAMCD).
    at_baseline : bool
        Whether everything in it was known at baseline, as medical history is.
    """

    columns: Mapping[str, str]
    source: str
    subject: str = "USUBJID"
    starts_on: str | None = None
    parameter: str | None = None
    at_baseline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The columns of a snapshot that a rule may use.

    Parameters
    ----------
    subjects : mapping of str to str
        Column name to DuckDB type of ADSL, as `DESCRIBE` gives it.
    subject : str
        The column of ADSL that names a subject.
    source : str
        The table of subjects, as SQL names it.
    records : mapping of str to RecordTable
        By name of the dataset.
    anchors : mapping
        For each day a window can count from: its SQL in the table of subjects.
    after_baseline : frozenset of str
        Columns of ADSL that tell what happened after baseline.

    Examples
    --------
    >>> Schema(subjects={"AGE": "DOUBLE"}).records
    {}
    """

    subjects: Mapping[str, str]
    subject: str = "USUBJID"
    source: str = "adsl"
    records: Mapping[str, RecordTable] = field(default_factory=dict)
    anchors: Mapping[Anchor, str] = field(default_factory=dict)
    after_baseline: frozenset[str] = frozenset()
