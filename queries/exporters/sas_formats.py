"""Formats of SAS: taken apart for a transport file, and given to dates and times without one."""

from __future__ import annotations

import re

from queries.exporters.measured import Measured
from queries.importers.dataset import Column
from queries.importers.dates import type_of_format

_FORMAT = re.compile(r"(\$?(?:[A-Za-z_][A-Za-z0-9_]*?)?)([0-9]{0,5})(?:\.([0-9]{0,2}))?")
_WIDEST = 32767
# Known to every reader of transport files; with a fraction, the wider one shows it.
_USUAL = {
    "DATE": ("DATE9.", "DATE9."),
    "TIMESTAMP": ("DATETIME20.", "DATETIME26.6"),
    "TIME": ("TIME8.", "TIME15.6"),
}


def parts_of_format(sas_format: str) -> tuple[str, int, int] | None:
    """Name, width and decimals of a format; None for what SAS would not take as one.

    Examples
    --------
    >>> [parts_of_format(one) for one in ("DATE9.", "$12.", "8.1", "", "two words")]
    [('DATE', 9, 0), ('$', 12, 0), ('', 8, 1), ('', 0, 0), None]
    """
    found = _FORMAT.fullmatch(sas_format.strip())
    if found is None:
        return None
    name, width, decimals = found[1], int(found[2] or 0), int(found[3] or 0)
    return None if width > _WIDEST or len(name) > 32 else (name.upper(), width, decimals)


def written_format(column: Column, measured: Measured) -> str:
    """The format that a transport file gives a column.

    It is the one of the source where it fits the column's type: one for numbers would make
    SAS refuse text, and one for dates would make dates of plain numbers.

    Examples
    --------
    >>> day = Column(name="ADT", type="DATE", source_type="date")
    >>> written_format(day, Measured(values=1))
    'DATE9.'
    >>> site = Column(name="SITEID", type="VARCHAR", source_type="numeric", format="8.")
    >>> written_format(site, Measured(values=1))
    ''
    """
    stated = column.format.strip()
    parts = parts_of_format(stated)
    if stated and parts is not None and _fits(column.type, stated):
        return stated
    usual = _USUAL.get(column.type)
    return "" if usual is None else usual[measured.fractions > 0]


def _fits(kind: str, stated: str) -> bool:
    if stated.startswith("$") or kind == "VARCHAR":
        return stated.startswith("$") and kind == "VARCHAR"
    meant = type_of_format(stated)
    # A duration is a number that is shown as a time.
    return meant == kind or (
        kind in ("DOUBLE", "BIGINT", "BOOLEAN") and meant in ("DOUBLE", "TIME")
    )
