"""Records under standard names, for questions about one subject or a cohort.

Each view reads whatever datasets a study has for it, ADaM first, and only what this reader may
see: without a dataset it has no rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from queries.identifiers import quoted
from queries.layout import Layout
from queries.standard import (
    ADVERSE_EVENT_COLUMNS,
    DEMOGRAPHIC_COLUMNS,
    DISPOSITION_COLUMNS,
    EXPOSURE_COLUMNS,
    MEASUREMENT_COLUMNS,
    RESPONSE_COLUMNS,
    VISIT_COLUMNS,
    StandardColumn,
    select_standard,
)
from queries.variables import domain_of

_VIEWS: tuple[tuple[str, tuple[StandardColumn, ...], Sequence[str]], ...] = (
    ("adverse_events", ADVERSE_EVENT_COLUMNS, ("ADAE", "AE")),
    ("laboratory_results", MEASUREMENT_COLUMNS, ("ADLB", "LB")),
    ("vital_signs", MEASUREMENT_COLUMNS, ("ADVS", "VS")),
    ("electrocardiograms", MEASUREMENT_COLUMNS, ("ADEG", "EG")),
    ("exposures", EXPOSURE_COLUMNS, ("ADEX", "EX")),
    ("dispositions", DISPOSITION_COLUMNS, ("DS",)),
    ("demographics", DEMOGRAPHIC_COLUMNS, ("DM",)),
    ("visits", VISIT_COLUMNS, ("SV", "ADLB", "ADVS")),
)


def create_record_views(connection: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Let questions read records by their standard names."""
    for view, columns, domains in _VIEWS:
        datasets = _first_found(layout, domains)
        parts = [_part(layout, name, columns) for name in datasets] or [_nothing(columns)]
        connection.execute(f"CREATE VIEW {view} AS {' UNION ALL '.join(parts)}")
    parts = [_response(layout, name) for name in _at_visits(layout)]
    nothing = f"SELECT NULL::VARCHAR AS dataset, * FROM ({_nothing(RESPONSE_COLUMNS)})"
    connection.execute(f"CREATE VIEW responses AS {' UNION ALL '.join(parts or [nothing])}")


def _at_visits(layout: Layout) -> list[str]:
    """The datasets of whatever is measured at visits; neither doses nor times to events."""
    needed = {"USUBJID", "PARAMCD", "AVAL", "AVISIT"}
    records = layout.schema.records.items()
    columns = {name: {column.upper() for column in table.columns} for name, table in records}
    return [
        name
        for name, known in columns.items()
        if needed <= known and domain_of(name) not in ("ADEX", "ADTTE")
    ]


def _response(layout: Layout, dataset: str) -> str:
    named = dataset.replace("'", "''")
    return f"SELECT '{named}' AS dataset, * FROM ({_part(layout, dataset, RESPONSE_COLUMNS)})"


def collected_records(layout: Layout, view: str) -> bool:
    """Whether a view has a dataset that this reader may see.

    Examples
    --------
    >>> collected_records(store.layout, "adverse_events"), collected_records(store.layout, "visits")
    (True, True)
    """
    return bool(datasets_of(layout, view))


def datasets_of(layout: Layout, view: str) -> tuple[str, ...]:
    """The datasets that a view reads.

    Examples
    --------
    >>> datasets_of(store.layout, "laboratory_results")
    ('adlb',)
    """
    domains = next(domains for name, _, domains in _VIEWS if name == view)
    return tuple(_first_found(layout, domains))


def _first_found(layout: Layout, domains: Sequence[str]) -> list[str]:
    return next(filter(None, (_of_domain(layout, one) for one in domains)), [])


def _of_domain(layout: Layout, domain: str) -> list[str]:
    """The datasets of a domain; those of SDTM may be split, as LBCH is part of LB."""
    if domain.startswith("AD"):
        return [name for name in layout.schema.records if domain_of(name) == domain]
    shortest = {"AE", "EX", "SV", "LB", "VS", "EG", "DS", "DM"}
    names = [name for name in layout.schema.records if name.upper().startswith(domain)]
    return [n for n in names if domain in shortest and len(n) <= len(domain) + 2]


def _part(layout: Layout, dataset: str, columns: tuple[StandardColumn, ...]) -> str:
    table = layout.schema.records[dataset]
    selection = select_standard(columns, table.columns, set())
    return f"SELECT {selection.sql} FROM {table.source} AS record"


def _nothing(columns: tuple[StandardColumn, ...]) -> str:
    listed = ", ".join(f"NULL::{column.type} AS {quoted(column.name)}" for column in columns)
    return f"SELECT {listed} WHERE FALSE"
