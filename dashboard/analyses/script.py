"""The Python that makes a result of a page again from its snapshot file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from queries.cohorts import Cohort

_WIDTH = 88


def script(analysis: object, snapshot: Path, *, pooled: bool, shown: Sequence[str]) -> str:
    """A script that opens the snapshot, runs the analysis and prints the answer.

    Parameters
    ----------
    analysis : dataclass
        Has `run(store)`; its fields are plain values, tuples, cohorts or further dataclasses.
    snapshot : Path
    pooled : bool
        Whether its reader sees no arms.
    shown : sequence of str
        Expressions over `answer` that the script prints.

    Examples
    --------
    >>> from dashboard.analyses.survival import SurvivalAnalysis
    >>> text = script(
    ...     SurvivalAnalysis(endpoint="OS", unit="months"),
    ...     Path("eqx.duckdb"),
    ...     pooled=True,
    ...     shown=["answer.endpoint_table()"],
    ... )
    >>> print(text.split("\\n\\n")[-1])
    analysis = SurvivalAnalysis(endpoint='OS', unit='months')
    with open_store(Path('eqx.duckdb'), pooled=True, key=snapshot_key(), \
left_out=left_out_of(Path('eqx.duckdb'))) as store:
        answer = analysis.run(store)
    print(answer.endpoint_table())
    <BLANKLINE>
    """
    needed = {("pathlib", "Path"), ("dashboard.access.key", "snapshot_key")}
    needed.add(("queries.store", "open_store"))
    written = expression(analysis, needed)
    needed.add(("dashboard.access.restrictions", "left_out_of"))
    where = f"Path({str(snapshot)!r})"
    opened = f"key=snapshot_key(), left_out=left_out_of({where})"
    body = [
        f"analysis = {written}",
        f"with open_store({where}, pooled={pooled}, {opened}) as store:",
        "    answer = analysis.run(store)",
        *(f"print({one})" for one in shown),
    ]
    return "\n".join([*import_lines(needed), "", *body]) + "\n"


def expression(value: Any, needed: set[tuple[str, str]], *, indent: int = 0) -> str:
    """Python that makes a value again; what it has to import is added to `needed`."""
    if isinstance(value, Cohort):
        needed.add(("queries.cohorts", "Cohort"))
        return f"Cohort.from_json({value.to_json()!r})"
    if isinstance(value, date):
        needed.add(("datetime", "date"))
        return f"date({value.year}, {value.month}, {value.day})"
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        needed.add((kind.__module__, kind.__name__))
        return _call(kind.__name__, _given(value), needed, indent)
    if isinstance(value, tuple):
        items = [expression(item, needed, indent=indent) for item in value]
        return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
    return repr(value)


def _call(name: str, given: dict[str, Any], needed: set[tuple[str, str]], indent: int) -> str:
    parts = [f"{key}={expression(item, needed, indent=indent + 4)}" for key, item in given.items()]
    line = f"{name}({', '.join(parts)})"
    if len(line) + indent <= _WIDTH:
        return line
    inner, outer = " " * (indent + 4), " " * indent
    return f"{name}(\n" + "".join(f"{inner}{part},\n" for part in parts) + f"{outer})"


def _given(value: Any) -> dict[str, Any]:
    """The fields whose values are not their defaults."""
    pairs = ((field, getattr(value, field.name)) for field in fields(value) if field.init)
    return {field.name: item for field, item in pairs if not _is_default(field, item)}


def _is_default(field: Field[Any], item: Any) -> bool:
    if field.default is not MISSING:
        return repr(item) == repr(field.default)
    return field.default_factory is not MISSING and repr(item) == repr(field.default_factory())


def import_lines(needed: set[tuple[str, str]]) -> list[str]:
    """The imports of what `expression` wrote, with a blank line between ours and others.

    Examples
    --------
    >>> import_lines({("queries.store", "open_store"), ("pathlib", "Path")})
    ['from pathlib import Path', '', 'from queries.store import open_store']
    """
    by_module: dict[str, list[str]] = {}
    for module, name in sorted(needed):
        by_module.setdefault(module, []).append(name)
    lines = [f"from {module} import {', '.join(names)}" for module, names in by_module.items()]
    standard = [line for line in lines if line.startswith(("from datetime", "from pathlib"))]
    ours = [line for line in lines if line not in standard]
    return [*standard, "", *ours] if standard else ours
