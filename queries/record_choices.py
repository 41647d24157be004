"""What a page offers for criteria on records: ready ones, and the levels of a column."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from queries.adverse_events import collected_kinds, event_criterion
from queries.cohorts import AllOf, AnyRecord, Between, MultipleOf, Not, OneOf, Window
from queries.cohorts.checking import column_kind
from queries.errors import DataError
from queries.identifiers import quoted
from queries.store import Store
from queries.variables import domain_of

_MOST_LEVELS = 1_000
_UPPER_LIMITS = ("ANRHI", "A1HI", "LBSTNRHI")


def ready_criteria(store: Store) -> dict[str, AnyRecord]:
    """Criteria on records that people often want, as far as the study collects what they need.

    Returns
    -------
    dict
        By what they are called on screen.

    Examples
    --------
    >>> list(ready_criteria(store))
    ['Any adverse event', 'Serious adverse event', 'Adverse event of grade 3 or higher', \
'ALT above 3 × upper limit of normal', 'AST above 3 × upper limit of normal']
    """
    return {**_events(store), **_liver(store), **_doses(store)}


def _events(store: Store) -> dict[str, AnyRecord]:
    if store.layout.event_dataset is None:
        return {}
    names = {
        "any": "Any adverse event",
        "serious": "Serious adverse event",
        "severe": "Adverse event of grade 3 or higher",
        "withdrawn": "Adverse event leading to withdrawal",
    }
    kinds = [kind for kind in collected_kinds(store) if kind in names]
    found = {names[kind]: event_criterion(store, kind=kind) for kind in kinds}
    early = Window(low=0, high=30)
    dated = store.schema.records[store.layout.event_dataset].starts_on is not None
    if "severe" in kinds and dated and "first_dose" in store.schema.anchors:
        severe = found[names["severe"]]
        found[f"{names['severe']} within 30 days"] = replace(severe, within=early)
    return found


def _liver(store: Store) -> dict[str, AnyRecord]:
    found = {}
    for dataset, table in store.schema.records.items():
        if domain_of(dataset) != "ADLB" or table.parameter is None or "AVAL" not in table.columns:
            continue
        limit = next((name for name in _UPPER_LIMITS if name in table.columns), None)
        tests = set(record_levels(store, dataset=dataset, column=table.parameter)["level"])
        after = Window(low=1) if table.starts_on and "first_dose" in store.schema.anchors else None
        for test in ("ALT", "AST"):
            if limit is not None and test in tests:
                high = MultipleOf(column="AVAL", comparison="above", factor=3, of=limit)
                where = AllOf((OneOf(column=table.parameter, values=(test,)), high))
                name = f"{test} above 3 × upper limit of normal{' after baseline' if after else ''}"
                found[name] = AnyRecord(dataset=dataset, where=where, within=after)
    return found


def _doses(store: Store) -> dict[str, AnyRecord]:
    for dataset, table in store.schema.records.items():
        kind = column_kind(table.columns.get("EXDOSE", ""))
        if kind in {"number", "whole number"}:
            given = Not(Between(column="EXDOSE", high=0, keep_missing=True))
            lower = MultipleOf(column="EXDOSE", comparison="below", factor=1)
            return {"Dose reduced": AnyRecord(dataset=dataset, where=AllOf((given, lower)))}
    return {}


def record_levels(store: Store, *, dataset: str, column: str) -> pd.DataFrame:
    """The distinct values of a column of records, most frequent first, at most 1,000.

    Returns
    -------
    DataFrame
        `level` and `records`; missing values are left out.

    Examples
    --------
    >>> record_levels(store, dataset="adae", column="AEBODSYS").values.tolist()
    [['Gut', 4], ['Skin', 4]]
    """
    table = store.schema.records.get(dataset)
    if table is None or column not in table.columns:
        raise DataError("levels are those of a column of records that this reader may see")
    value = quoted(column)
    sql = (
        f"SELECT {value} AS level, count(*) AS records FROM {table.source} "
        f"WHERE {value} IS NOT NULL GROUP BY level ORDER BY records DESC, level LIMIT $most"
    )
    return store.execute(sql, {"most": _MOST_LEVELS})
