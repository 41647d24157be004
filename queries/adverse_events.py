"""Adverse events as criteria: the rule behind each bar of an adverse-event panel.

The panels count with tables made ahead (`queries/prepared.py`); these criteria say the same in
terms of the source's own columns, so that a bar and the cohort it makes agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from queries.cohorts import EVERYONE, AllOf, AnyOf, AnyRecord, Between, OneOf, Rule, Window
from queries.cohorts.checking import column_kind
from queries.cohorts.criterion import MAX_VALUES
from queries.errors import DataError
from queries.events import EventSelection, EventTerms
from queries.events.records import NOT_CODED
from queries.identifiers import quoted
from queries.level_sets import Places
from queries.prepared import RELATED, SEVERITY_GRADES
from queries.store import Store

EVENT_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "any": "Any",
        "serious": "Serious",
        "severe": "Grade 3 or higher",
        "related": "Related to treatment",
        "withdrawn": "Leading to withdrawal",
        "fatal": "Fatal",
    }
)
_SEVERE_GRADE = 3


def collected_kinds(store: Store) -> tuple[str, ...]:
    """The kinds of adverse events that this study's columns can tell apart.

    Examples
    --------
    >>> collected_kinds(store)
    ('any', 'serious', 'severe')
    """
    columns = {
        "any": {"term"},
        "serious": {"serious"},
        "severe": {"grade", "severity"},
        "related": {"related"},
        "withdrawn": {"action"},
        "fatal": {"outcome", "death"},
    }
    known = set(store.layout.adverse_events.sources)
    return tuple(kind for kind, needed in columns.items() if needed & known)


def event_criterion(
    store: Store,
    *,
    kind: str = "any",
    classes: Sequence[str] = (),
    terms: Sequence[str] = (),
    emergent: bool = True,
) -> AnyRecord:
    """Subjects with an adverse event of a kind, class or term, treatment-emergent by default.

    Parameters
    ----------
    kind : str
        One of `EVENT_KINDS`.
    classes, terms : sequence of str
        The event is of one of these; empty is any.
    emergent : bool
        Whether the event is treatment-emergent; else whenever it was.

    Raises
    ------
    DataError
        When the study has no adverse events, or does not collect what the kind needs.

    Examples
    --------
    >>> event_criterion(store, classes=["Gut"]).where
    AllOf(criteria=(OneOf(column='TRTEMFL', keep_missing=False, values=('Y',)), \
OneOf(column='AEBODSYS', keep_missing=False, values=('Gut',))))
    """
    layout = store.layout
    if layout.event_dataset is None:
        raise DataError("a study with adverse events has ADAE or AE")
    source = layout.adverse_events.sources
    parts: list[Rule] = []
    if emergent and "emergent" in source:
        parts.append(OneOf(column=source["emergent"], values=("Y",)))
    if classes:
        parts.append(OneOf(column=source["class"], values=tuple(classes)))
    if terms:
        parts.append(OneOf(column=source["term"], values=tuple(terms)))
    parts += _of_kind(store, kind, source)
    where = parts[0] if len(parts) == 1 else AllOf(tuple(parts))
    return AnyRecord(dataset=layout.event_dataset, where=where if parts else None)


def selection_rule(
    store: Store,
    selection: EventSelection,
    of: EventTerms,
    *,
    column: str | None = None,
    days: tuple[int, int] | None = None,
) -> Rule:
    """Exactly the subjects whom `EventSets` counts as having such an event.

    A window around two days of each subject is no criterion on records: then the subjects are
    listed by their identifiers.

    Parameters
    ----------
    column : str, optional
        The column of the adverse events whose levels are the classes; else the study's own.
    days : tuple of int, optional
        Days after first dose, both included, between which the event starts.

    Raises
    ------
    DataError
        When the study has no adverse events, does not collect what the selection needs, or more
        subjects than a rule may list are meant.

    Examples
    --------
    >>> chosen = EventSelection(emergence="all", kinds=("serious",))
    >>> selection_rule(store, chosen, EventTerms(terms=("Cramp",))).where.criteria[0]
    OneOf(column='AEDECOD', keep_missing=False, values=('Cramp',))
    """
    if store.layout.event_dataset is None:
        raise DataError("a study with adverse events has ADAE or AE")
    source = dict(store.layout.adverse_events.sources)
    if selection.emergence == "window":
        found = store.event_sets.subjects(
            selection, of=of, cohort=EVERYONE, column=column, days=days
        )
        return _listed(store, found)
    if column is not None:
        source["class"] = column
    parts: list[Rule] = []
    if selection.emergence == "flagged" and "emergent" in source:
        parts.append(OneOf(column=source["emergent"], values=("Y",)))
    for name, wanted in (("class", of.classes), ("term", of.terms)):
        if wanted:
            coded = _as_recorded(store, source[name], [w for w in wanted if w != NOT_CODED])
            missing = len(coded) < len(wanted)
            parts.append(OneOf(column=source[name], values=coded, keep_missing=missing))
    for kind in selection.kinds:
        parts += _of_kind(store, kind, source)
    if selection.least_grade:
        parts.append(_graded(store, source, selection.least_grade))
    where = None if not parts else parts[0] if len(parts) == 1 else AllOf(tuple(parts))
    within = None if days is None else Window(low=days[0], high=days[1])
    return AnyRecord(dataset=store.layout.event_dataset, where=where, within=within)


def _as_recorded(store: Store, column: str, names: list[str]) -> tuple[Any, ...]:
    """Levels of a column from their texts."""
    kind = column_kind(store.layout.datasets[store.layout.event_dataset or ""][column])
    if kind == "text":
        return tuple(names)
    texts = {str(value): value for value in _values(store, column)}
    return tuple(texts[name] for name in names if name in texts)


def _listed(store: Store, numbers: Places) -> Rule:
    if len(numbers) > MAX_VALUES:
        rule = f"a rule lists at most {MAX_VALUES:,} subjects"
        raise DataError(rule, got=f"{len(numbers):,}")
    layout = store.layout
    ids = store.execute(
        f"SELECT {quoted(layout.schema.subject)} AS subject FROM {layout.numbered} "
        f"WHERE list_contains($numbers, {layout.number}::BIGINT) ORDER BY ALL",
        {"numbers": numbers.tolist()},
    )
    return _one_of(layout.schema.subject, tuple(ids["subject"]))


def _of_kind(store: Store, kind: str, source: Mapping[str, str]) -> list[Rule]:
    if kind not in collected_kinds(store):
        raise DataError("this study collects what the kind of adverse event needs", got=kind)
    match kind:
        case "serious":
            return [OneOf(column=source["serious"], values=("Y",))]
        case "severe":
            return [_graded(store, source, _SEVERE_GRADE)]
        case "related":
            values = _values(store, source["related"])
            related = tuple(v for v in values if str(v).upper() in RELATED)
            return [_one_of(source["related"], related)]
        case "withdrawn":
            return [OneOf(column=source["action"], values=("DRUG WITHDRAWN",))]
        case "fatal":
            said = (("outcome", "FATAL"), ("death", "Y"))
            ways = [OneOf(column=source[c], values=(v,)) for c, v in said if c in source]
            return [ways[0] if len(ways) == 1 else AnyOf(tuple(ways))]
    return []


def _graded(store: Store, source: Mapping[str, str], least: int) -> Rule:
    """Of a grade or a higher one; a severity stands in for a missing grade."""
    if not {"grade", "severity"} & set(source):
        raise DataError("this study collects grades or severities of adverse events", got=least)
    severe: list[Rule] = []
    if "severity" in source:
        words = _values(store, source["severity"])
        high = tuple(w for w in words if SEVERITY_GRADES.get(str(w).upper(), 0) >= least)
        severe = [_one_of(source["severity"], high)]
    if "grade" not in source:
        return severe[0]
    column = source["grade"]
    kind = column_kind(store.layout.datasets[store.layout.event_dataset or ""][column])
    if kind in {"number", "whole number"}:
        graded: Rule = Between(column=column, low=least)
        ungraded: Rule = OneOf(column=column, values=(), keep_missing=True)
    else:
        values = _values(store, column)
        numbers = [v for v in values if _number(v) is not None]
        graded = _one_of(column, tuple(v for v in numbers if (_number(v) or 0) >= least))
        others = tuple(v for v in values if v not in numbers)
        ungraded = OneOf(column=column, values=others, keep_missing=True)
    return AnyOf((graded, *(AllOf((ungraded, one)) for one in severe)))


def _one_of(column: str, values: tuple[Any, ...]) -> Rule:
    return OneOf(column=column, values=values) if values else AnyOf(())


def _number(text: object) -> float | None:
    try:
        return float(str(text))
    except ValueError:
        return None


def _values(store: Store, column: str) -> list[Any]:
    dataset = quoted(store.layout.event_dataset or "")
    sql = (
        f"SELECT DISTINCT {quoted(column)} AS value FROM snapshot.{dataset} "
        f"WHERE {quoted(column)} IS NOT NULL ORDER BY ALL"
    )
    return list(store.execute(sql, {})["value"])
