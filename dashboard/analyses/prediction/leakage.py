"""Nothing from the future may predict: what has a date is cut by it, what has none is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analytics.checks import InputError
from queries import questions
from queries.blinding import reveals_by_name
from queries.errors import DataError
from queries.known_at_baseline import known_at_baseline
from queries.store import Store

if TYPE_CHECKING:
    from dashboard.analyses.prediction.question import PredictionQuestion

_FLAG = re.compile(r"(SAF|ITT|FAS|RAND|ENRL|PPROT|EFF)FL", re.IGNORECASE)
_GROUPED = re.compile(r"(\w+?)(GR\d)?N?", re.IGNORECASE)


def usual_columns(store: Store) -> tuple[str, ...]:
    """Columns that predict unless the reader says otherwise: each fact once.

    A grouping of a number that is there itself, or a number that codes a category, adds nothing.
    Numbers come first.

    Examples
    --------
    >>> usual_columns(store)
    ('AGE', 'COUNTRY', 'SEX', 'RACE')
    """
    known, _ = offered_columns(store)
    usual = [name for name in known if not _repeats(name, known)]
    # A study that supports few parameters keeps the first: those that take one each.
    return tuple(sorted(usual, key=lambda name: store.columns[name] == "VARCHAR"))


def _repeats(name: str, known: tuple[str, ...]) -> bool:
    found = _GROUPED.fullmatch(name)
    if found is None or found[1] == name:
        return False
    stem = found[1]
    return any(other != name and other in (stem, f"{stem}BL", f"{stem}GR1") for other in known)


def offered_columns(store: Store) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns of ADSL that may predict, and those that need a person to answer for them.

    Columns that tell what happened after baseline are in neither; nor are identifiers, dates,
    flags of analysis sets, and whatever stands for the arm, which always predicts.

    Examples
    --------
    >>> offered_columns(store)[0]
    ('COUNTRY', 'AGE', 'SEX', 'RACE')
    """
    labels = _labels(store)
    known: list[str] = []
    unknown: list[str] = []
    for name, kind in store.columns.items():
        late = name in store.schema.after_baseline or kind.startswith(("DATE", "TIMESTAMP", "TIME"))
        if late or reveals_by_name(name) or _FLAG.fullmatch(name) or not _tells_apart(store, name):
            continue
        said = known_at_baseline(name, labels.get(name, ""), store.columns)
        (known if said else unknown).append(name)
    return tuple(known), tuple(unknown)


def _tells_apart(store: Store, name: str) -> bool:
    """Whether a column is a number, or has levels that several subjects share."""
    return name in store.factors() or store.columns[name] in {"DOUBLE", "FLOAT"}


def _labels(store: Store) -> dict[str, str]:
    described = questions.variables(store=store)
    own = described[described["dataset"] == store.base]
    return {
        row.name_: row.label or "" for row in own.rename(columns={"name": "name_"}).itertuples()
    }


def require_known(asked: PredictionQuestion, store: Store) -> None:
    """Refuse predictors that may be from the future.

    Raises
    ------
    InputError
        For a column of ADSL that tells what happened after baseline, or one without a sign of
        having been known, for which nobody answers.
    DataError
        For a test that the study does not have, or without dates of first dose.
    """
    labels = _labels(store)
    for name in asked.columns:
        if name in store.schema.after_baseline:
            raise InputError(f"{name} cannot predict: it tells what happened after baseline.")
        if name in asked.confirmed or known_at_baseline(name, labels.get(name, ""), store.columns):
            continue
        raise InputError(
            f"{name} cannot predict: nothing says that it was known at baseline (no date, and "
            "neither its name nor its label says so). A person may answer for it."
        )
    if not store.collected("first_dose_on"):
        raise DataError("risks count from first dose, whose date this study collected")
    tests = set(questions.dated_tests(store=store)["test"]) if asked.tests else set()
    if missing := [test for test in asked.tests if test not in tests]:
        raise DataError("a test that predicts is one that was measured", got=missing[0])
