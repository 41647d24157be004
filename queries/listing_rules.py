"""The rules for the subjects of a listing, in terms of the source's own columns."""

from __future__ import annotations

from collections.abc import Mapping

from queries.adverse_events import event_criterion
from queries.cohorts import AllOf, AnyOf, AnyRecord, Not, OneOf, Rule
from queries.errors import DataError
from queries.listings import EventListing, listed_kinds
from queries.record_choices import record_levels
from queries.store import Store


def event_rule(store: Store, shown: EventListing) -> Rule:
    """The rule for the subjects with an event of the listing; its search plays no part.

    Raises
    ------
    DataError
        When the study does not collect what the kind needs.

    Examples
    --------
    >>> event_rule(store, EventListing(kind="serious")).where
    OneOf(column='AESER', keep_missing=False, values=('Y',))
    """
    dataset, source = store.layout.event_dataset, store.layout.adverse_events.sources
    if dataset is None or shown.kind not in listed_kinds(store):
        raise DataError("this study collects what the listed kind needs", got=shown.kind)
    if shown.kind in ("severe", "related", "withdrawn", "any"):
        return event_criterion(store, kind=shown.kind, emergent=shown.emergent)
    fatal = _fatal(store, dataset, source)
    if shown.kind == "serious":
        fatal.append(OneOf(column=source["serious"], values=("Y",)))
    parts: list[Rule] = [_any_of(fatal)]
    if shown.kind == "unmarked" and "serious" in source:
        others = [v for v in _levels(store, dataset, source["serious"]) if v != "Y"]
        parts.append(OneOf(column=source["serious"], values=tuple(others), keep_missing=True))
    if shown.emergent and "emergent" in source:
        parts.append(OneOf(column=source["emergent"], values=("Y",)))
    return AnyRecord(dataset=dataset, where=parts[0] if len(parts) == 1 else AllOf(tuple(parts)))


def death_rule(store: Store) -> Rule:
    """The rule for the subjects whom any record says to have died.

    Raises
    ------
    DataError
        When the study collects nothing of deaths, or this reader may not see it.

    Examples
    --------
    >>> death_rule(store).column
    'DCSREAS'
    """
    parts = [*_own(store), *_records(store)]
    if not parts:
        raise DataError("this study collects deaths")
    return _any_of(parts)


def _any_of(parts: list[Rule]) -> Rule:
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _fatal(store: Store, dataset: str, source: Mapping[str, str]) -> list[Rule]:
    fatal: list[Rule] = []
    if "death" in source:
        fatal.append(OneOf(column=source["death"], values=("Y",)))
    if "outcome" in source:
        levels = _levels(store, dataset, source["outcome"])
        if named := tuple(level for level in levels if level.upper() == "FATAL"):
            fatal.append(OneOf(column=source["outcome"], values=named))
    return fatal


def _own(store: Store) -> list[Rule]:
    """What the table of subjects says: a date, a flag, or why the study ended."""
    parts: list[Rule] = []
    if (date := _column(store, "died_on")) is not None:
        parts.append(_filled(date))
    if (flag := _column(store, "death")) is not None:
        parts.append(OneOf(column=flag, values=("Y",)))
    if (reason := _column(store, "discontinuation_reason")) is not None:
        parts.append(_named_death(reason))
    return parts


def _column(store: Store, standard: str) -> str | None:
    if not store.collected(standard):
        return None
    column = store.source_of(standard)
    return column if column in store.columns else None


def _named_death(column: str) -> Rule:
    return OneOf(column=column, values=("DEATH", "Death", "death", "DIED", "Died", "died"))


def _records(store: Store) -> list[Rule]:
    parts: list[Rule] = []
    for dataset, table in store.schema.records.items():
        columns = {name.upper(): name for name in table.columns}
        where: list[Rule] = []
        if dataset.upper() == "DM":
            where += [OneOf(column=columns[n], values=("Y",)) for n in ("DTHFL",) if n in columns]
            where += [_filled(columns[n]) for n in ("DTHDTC",) if n in columns]
        if dataset.upper() == "DS" and "DSDECOD" in columns:
            where.append(_named_death(columns["DSDECOD"]))
        if where:
            parts.append(AnyRecord(dataset=dataset, where=_any_of(where)))
    events = store.layout.event_dataset
    if events is not None:
        fatal = _fatal(store, events, store.layout.adverse_events.sources)
        if fatal:
            parts.append(AnyRecord(dataset=events, where=_any_of(fatal)))
    return parts


def _filled(column: str) -> Rule:
    """The column has a value, of whatever kind."""
    return Not(OneOf(column=column, values=(), keep_missing=True))


def _levels(store: Store, dataset: str, column: str) -> list[str]:
    return [str(level) for level in record_levels(store, dataset=dataset, column=column)["level"]]
