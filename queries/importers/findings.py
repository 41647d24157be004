"""Data-quality findings: what live data always contain, imported as it is and listed.

Each rule is a file in `queries/importers/findings/`; it returns one row per record it
finds, with the `subject`, and says in its header what it needs::

    -- severity: warning
    -- dataset: ADAE
    -- variable: AENDT
    -- needs: ADAE.ASTDT date, ADAE.AENDT date
    -- optional: ADAE.AESEQ number
    -- sentence: {records} end before they start.

A rule that needs a column which is not there does not apply. An optional column that
is not there is NULL. `dataset: each` asks the rule of every dataset in turn, as
`records`. A rule may also return a `detail`, and then makes one finding for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import duckdb

from queries.identifiers import quoted
from queries.importers.loaded import Loaded, of_domain
from queries.importers.report import Finding

_HEADER = re.compile(r"^-- (severity|dataset|variable|needs|optional|sentence): *(.*)$", re.M)
_ACRONYMS = {"adsl", "dm"}
_EMPTY = {"text": "VARCHAR", "number": "DOUBLE", "date": "DATE", "any": "VARCHAR"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One SQL file that finds records."""

    name: str
    severity: str
    dataset: str
    variable: str
    needs: tuple[tuple[str, str, str], ...]  # dataset, column, kind
    optional: tuple[tuple[str, str, str], ...]
    sentence: str
    sql: str


@cache
def all_rules() -> tuple[Rule, ...]:
    """The rules, in alphabetical order.

    Examples
    --------
    >>> "fatal event not serious" in [rule.name for rule in all_rules()]
    True
    """
    folder = files("queries.importers") / "findings"
    found = (item for item in folder.iterdir() if item.name.endswith(".sql"))
    return tuple(
        _read(item.name.removesuffix(".sql"), item.read_text(encoding="utf-8"))
        for item in sorted(found, key=lambda item: item.name)
    )


def _read(stem: str, text: str) -> Rule:
    header = dict(_HEADER.findall(text))
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return Rule(
        name=" ".join(w.upper() if w in _ACRONYMS else w for w in stem.split("_")),
        severity=header["severity"],
        dataset=header["dataset"],
        variable=header["variable"],
        needs=_columns(header["needs"]),
        optional=_columns(header.get("optional", "")),
        sentence=header["sentence"],
        sql="\n".join(lines).strip().rstrip(";"),
    )


def _columns(text: str) -> tuple[tuple[str, str, str], ...]:
    pairs = (part.split() for part in text.split(",") if part.strip())
    return tuple((*place.split(".", 1), kind) for place, kind in pairs)  # type: ignore[misc]


def find(
    connection: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded], data_cut: date | None
) -> list[Finding]:
    """The findings of every rule that applies."""
    return [
        finding
        for rule in all_rules()
        for one in _asked(rule, loaded)
        for finding in _found(connection, rule, one, loaded, data_cut)
    ]


def _asked(rule: Rule, loaded: Sequence[Loaded]) -> Sequence[Loaded]:
    if rule.dataset != "each":
        return of_domain(loaded, rule.dataset)
    return [one for one in loaded if one.domain not in ("ADSL", "DM")]


def _found(
    connection: duckdb.DuckDBPyConnection,
    rule: Rule,
    one: Loaded,
    loaded: Sequence[Loaded],
    data_cut: date | None,
) -> Iterator[Finding]:
    tables = _tables(rule, one, loaded)
    asks_cut = "$data_cut" in rule.sql
    if tables is None or (asks_cut and data_cut is None):
        return
    for name in {place.lower() for place, _, _ in (*rule.needs, *rule.optional)}:
        connection.execute(_view(name, tables.get(name), rule))
    detail = "detail" if re.search(r"\bAS detail\b", rule.sql) else "NULL"
    rows = connection.execute(
        f"SELECT {detail}::VARCHAR AS said, count(*), count(DISTINCT subject), min(subject) "
        f"FROM ({rule.sql}) GROUP BY said ORDER BY said",
        {"data_cut": data_cut} if asks_cut else {},
    ).fetchall()
    for said, records, subjects, example in rows:
        if records:
            yield Finding(
                rule=rule.name,
                severity=rule.severity,
                dataset=one.name.upper(),
                variable=rule.variable,
                subjects=subjects,
                records=records,
                sentence=rule.sentence.format(
                    records=counted(records, "record"),
                    subjects=counted(subjects, "subject"),
                    dataset=one.name.upper(),
                    detail=said,
                    data_cut=data_cut,
                ),
                example=example,
            )


def _tables(rule: Rule, one: Loaded, loaded: Sequence[Loaded]) -> dict[str, Loaded] | None:
    """The datasets behind the names in the rule; None when it does not apply."""
    tables: dict[str, Loaded] = {}
    for place, column, kind in rule.needs:
        own = place in ("records", rule.dataset)
        candidates = [one] if own else of_domain(loaded, place)
        if not candidates or not candidates[0].has(column, kind):
            return None
        tables[place.lower()] = candidates[0]
    for place, _, _ in rule.optional:
        for candidate in of_domain(loaded, place)[:1]:
            tables.setdefault(place.lower(), candidate)
    return tables


def _view(name: str, table: Loaded | None, rule: Rule) -> str:
    """A view of one dataset in which the optional columns are there, if only as NULL."""
    optional = [(column, kind) for place, column, kind in rule.optional if place.lower() == name]
    absent = [(c, k) for c, k in optional if table is None or not table.has(c, k)]
    columns = [f"NULL::{_EMPTY[kind]} AS {quoted(column)}" for column, kind in absent]
    hidden = [quoted(c) for c, _ in absent if table is not None and table.has(c)]
    if table is None:
        source = f"SELECT {', '.join(columns)} WHERE FALSE"
    else:
        everything = f"* EXCLUDE ({', '.join(hidden)})" if hidden else "*"
        source = f"SELECT {', '.join([everything, *columns])} FROM {table.table}"
    return f"CREATE OR REPLACE TEMP VIEW {quoted(name)} AS {source}"


def counted(number: int, noun: str) -> str:
    """A number and its noun.

    Examples
    --------
    >>> counted(1, "subject"), counted(1200, "record")
    ('1 subject', '1,200 records')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
