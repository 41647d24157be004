"""Where two tables, or two figures, part."""

from __future__ import annotations

import csv
import io
import json
from typing import Any


def table_difference(was: bytes, now: bytes) -> str:
    """The first cell in which two CSV tables part; "" when their bytes are the same.

    Examples
    --------
    >>> table_difference(b'"arm","n"\\n"A",3\\n', b'"arm","n"\\n"A",4\\n')
    "table: row 1, column n: '3' then, '4' now"
    """
    if was == now:
        return ""
    then, here = _rows(was), _rows(now)
    if then[:1] != here[:1]:
        return f"table: its columns were {then[:1]}, and are {here[:1]}"
    for number, (first, second) in enumerate(zip(then[1:], here[1:], strict=False), start=1):
        for column, one, other in zip(then[0], first, second, strict=False):
            if one != other:
                return f"table: row {number}, column {column}: {one!r} then, {other!r} now"
    if len(then) != len(here):
        return f"table: {len(then) - 1} rows then, {len(here) - 1} now"
    return "table: the same cells in other bytes"


def figure_difference(was: bytes, now: bytes) -> str:
    """The first place in which two figures part; "" when their values are the same.

    Examples
    --------
    >>> figure_difference(b'{"data": [{"y": [1, 2]}]}', b'{"data": [{"y": [1, 3]}]}')
    'figure: data[0].y[1]: 2 then, 3 now'
    """
    try:
        then, here = json.loads(was), json.loads(now)
    except ValueError:
        return "figure: it is no JSON"
    found = _first(then, here, "")
    return f"figure: {found}" if found else ""


def _rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig", "replace"))))


def _first(then: Any, here: Any, where: str) -> str:
    if isinstance(then, dict) and isinstance(here, dict):
        for key in [*then, *(key for key in here if key not in then)]:
            found = _first(then.get(key), here.get(key), f"{where}.{key}".lstrip("."))
            if found:
                return found
        return ""
    if isinstance(then, list) and isinstance(here, list):
        if len(then) != len(here):
            return f"{where}: {len(then)} values then, {len(here)} now"
        for place, (one, other) in enumerate(zip(then, here, strict=True)):
            if found := _first(one, other, f"{where}[{place}]"):
                return found
        return ""
    same = then == here and isinstance(then, bool) == isinstance(here, bool)
    return "" if same else f"{where}: {then!r} then, {here!r} now"
