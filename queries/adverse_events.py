"""Adverse events as criteria: the rule behind each bar of an adverse-event panel.

The panels count with tables made ahead (`queries/prepared.py`); these criteria say the same in
terms of the source's own columns, so that a bar and the cohort it makes agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from queries.cohorts import AllOf, AnyOf, AnyRecord, Between, OneOf, Rule
from queries.cohorts.checking import column_kind
from queries.errors import DataError
from queries.identifiers import quoted
from queries.prepared import RELATED
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
        "fatal": {"outcome"},
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
    if kind not in collected_kinds(store):
        raise DataError("this study collects what the kind of adverse event needs", got=kind)
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


def _of_kind(store: Store, kind: str, source: Mapping[str, str]) -> list[Rule]:
    match kind:
        case "serious":
            return [OneOf(column=source["serious"], values=("Y",))]
        case "severe":
            return [_severe(store, source)]
        case "related":
            values = _values(store, source["related"])
            related = tuple(v for v in values if str(v).upper() in RELATED)
            return [_one_of(source["related"], related)]
        case "withdrawn":
            return [OneOf(column=source["action"], values=("DRUG WITHDRAWN",))]
        case "fatal":
            return [OneOf(column=source["outcome"], values=("FATAL",))]
    return []


def _severe(store: Store, source: Mapping[str, str]) -> Rule:
    severe: list[Rule] = []
    if "severity" in source:
        severe = [OneOf(column=source["severity"], values=("SEVERE",))]
    if "grade" not in source:
        return severe[0]
    column = source["grade"]
    kind = column_kind(store.layout.datasets[store.layout.event_dataset or ""][column])
    if kind in {"number", "whole number"}:
        high: Rule = Between(column=column, low=_SEVERE_GRADE)
        ungraded: Rule = OneOf(column=column, values=(), keep_missing=True)
    else:
        values = _values(store, column)
        graded = [v for v in values if _number(v) is not None]
        high = _one_of(column, tuple(v for v in graded if (_number(v) or 0) >= _SEVERE_GRADE))
        others = tuple(v for v in values if v not in graded)
        ungraded = OneOf(column=column, values=others, keep_missing=True)
    return AnyOf((high, *(AllOf((ungraded, one)) for one in severe)))


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
