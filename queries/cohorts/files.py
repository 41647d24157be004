"""Cohorts as files: JSON that says which study it was made for, and lists of subjects."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection

from queries.cohorts.cohort import Cohort
from queries.cohorts.criterion import OneOf
from queries.cohorts.schema import Schema
from queries.cohorts.wire import MAX_JSON, read_json
from queries.errors import DataError

_KEYS = {"study", "snapshot", "cohort"}


def write_cohort(cohort: Cohort, *, study: str, snapshot: str) -> str:
    """A cohort as the text of a JSON file.

    Parameters
    ----------
    study : str
        Code of the study.
    snapshot : str
        Hash of the snapshot's content.

    Examples
    --------
    >>> print(write_cohort(Cohort(), study="EQX-301", snapshot="ab12"))
    {
      "study": "EQX-301",
      "snapshot": "ab12",
      "cohort": {
        "version": 1,
        "name": "All subjects",
        "rule": null
      }
    }
    """
    plain = {"study": study, "snapshot": snapshot, "cohort": json.loads(cohort.to_json())}
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=2)


def read_cohort(
    text: str, *, study: str, snapshot: str, schema: Schema
) -> tuple[Cohort, str | None]:
    """The cohort that a JSON file holds, and what a reader must be told about it.

    Parameters
    ----------
    text : str
        What `write_cohort` or `Cohort.to_json` wrote.
    study, snapshot, schema
        What is on screen: code, hash of the content, columns.

    Returns
    -------
    tuple of Cohort and str or None
        The second is a sentence when the file was made on another snapshot.

    Raises
    ------
    DataError
        For anything that is not a cohort of this study, or does not fit its columns.

    Examples
    --------
    >>> text = write_cohort(Cohort(), study="EQX-201", snapshot="ab12")
    >>> read_cohort(text, study="EQX-301", snapshot="ab12", schema=Schema(subjects={}))
    Traceback (most recent call last):
        ...
    queries.errors.DataError: a cohort is opened on the study it was made for, here EQX-301, \
but got 'EQX-201'.
    """
    plain = read_json(text)
    if not isinstance(plain, dict) or "cohort" not in plain:
        return Cohort.from_json(text, schema), None
    if unknown := [key for key in plain if key not in _KEYS]:
        raise DataError("a cohort's file has `study`, `snapshot` and `cohort`", got=unknown[0])
    if plain.get("study") != study:
        rule = f"a cohort is opened on the study it was made for, here {study}"
        raise DataError(rule, got=str(plain.get("study")))
    cohort = Cohort.from_json(json.dumps(plain["cohort"]), schema)
    if plain.get("snapshot") == snapshot:
        return cohort, None
    return cohort, "The file was made on another snapshot of this study; its rule fits this one."


def read_subjects(text: str, *, known: Collection[str], column: str) -> tuple[Cohort, list[str]]:
    """The cohort of the subjects that a text lists, and those it names that are not there.

    Parameters
    ----------
    text : str
        One identifier a line, or CSV whose first column holds them; a heading is left out.
    known : collection of str
        The subjects of the snapshot.
    column : str
        The column that identifies them.

    Raises
    ------
    DataError
        When no line names a subject of the snapshot, or more than a rule may list.

    Examples
    --------
    >>> cohort, unknown = read_subjects("USUBJID\\nS1\\nS9\\n", known={"S1"}, column="USUBJID")
    >>> cohort.sentence(), unknown
    ('USUBJID is S1', ['S9'])
    """
    if len(text) > MAX_JSON:
        raise DataError(f"a list of subjects is text of at most {MAX_JSON} characters")
    try:
        rows = [row[0].strip() for row in csv.reader(io.StringIO(text)) if row and row[0].strip()]
    except csv.Error as error:
        raise DataError("a list of subjects is text or CSV", got=str(error)) from None
    named = list(dict.fromkeys(rows))
    if named and named[0].upper() in {column.upper(), "USUBJID", "SUBJECT", "SUBJECT ID"}:
        named = named[1:]
    there = set(known)
    found = [name for name in named if name in there]
    if not found:
        rule = "a list of subjects names at least one subject of this snapshot"
        raise DataError(rule, got=named[0] if named else "an empty list")
    unknown = [name for name in named if name not in there]
    return Cohort(OneOf(column=column, values=tuple(found)), name="Listed subjects"), unknown
