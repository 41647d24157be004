"""What refuses an import: data without which, or with which, every answer would be wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb

from queries.errors import DataError
from queries.identifiers import quoted
from queries.importers.loaded import Loaded, of_domain
from queries.importers.refusal import MOST_PROBLEMS, Problems
from queries.variables import DOMAINS, Variable, variables_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """A rule that every row of a domain keeps; `broken` is SQL that is true where it does not."""

    domain: str
    column: str
    rule: str
    broken: str


ROW_RULES = (
    *(
        RowRule(
            domain=domain,
            column="USUBJID",
            rule="every record names its subject",
            broken='"USUBJID" IS NULL',
        )
        for domain in DOMAINS
    ),
    RowRule(
        domain="ADTTE",
        column="AVAL",
        rule="a time to event is a number from 0 up",
        broken='"AVAL" < 0 OR NOT isfinite("AVAL"::DOUBLE)',
    ),
    RowRule(
        domain="ADTTE",
        column="CNSR",
        rule="CNSR is 0 for an event and a whole number above 0 for a censoring reason",
        broken='"CNSR" < 0 OR "CNSR" <> floor("CNSR")',
    ),
)
KEYS = {"ADSL": ("USUBJID",), "DM": ("USUBJID",), "ADTTE": ("USUBJID", "PARAMCD")}
NUMBERS = {
    "ADTTE": ("AVAL", "CNSR"),
    "ADLB": ("AVAL",),
    "ADVS": ("AVAL",),
    "ADEG": ("AVAL",),
}


def check_datasets(
    connection: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded], problems: Problems
) -> None:
    """Collect all that stands against the datasets."""
    if not of_domain(loaded, "ADSL") and not of_domain(loaded, "DM"):
        names = ", ".join(one.name for one in loaded) or "no dataset at all"
        problems.found.append(DataError("an import needs ADSL or DM", got=names))
    for domain in DOMAINS:
        for one in of_domain(loaded, domain):
            problems.found.extend(_missing_variables(connection, one, domain))
            problems.found.extend(_not_numbers(connection, one, domain))
            problems.found.extend(_broken_rows(connection, one, domain))
            problems.found.extend(_repeated_keys(connection, one, domain))


def _missing_variables(
    connection: duckdb.DuckDBPyConnection, one: Loaded, domain: str
) -> Iterator[DataError]:
    groups: dict[str, list[Variable]] = {}
    for variable in variables_of(domain):
        if variable.required:
            groups.setdefault(variable.group, []).append(variable)
    for group in groups.values():
        names = [variable.name for variable in group]
        present = [name for name in names if one.has(name)]
        wanted = names[0] if len(names) == 1 else f"one of {', '.join(names)}"
        if not present:
            yield DataError(f"{domain} has {wanted}", file=one.dataset.file)
        elif all(is_blank(connection, one, name) for name in present):
            yield DataError(
                f"{domain} has values in {wanted}", file=one.dataset.file, column=present[0]
            )


def is_blank(connection: duckdb.DuckDBPyConnection, one: Loaded, column: str) -> bool:
    """Whether a column has no value in any row."""
    row = connection.execute(f"SELECT count({quoted(column)}) FROM {one.table}").fetchone()
    return row is not None and row[0] == 0


def _not_numbers(
    connection: duckdb.DuckDBPyConnection, one: Loaded, domain: str
) -> Iterator[DataError]:
    for column in NUMBERS.get(domain, ()):
        if not one.has(column) or one.has(column, "number") or is_blank(connection, one, column):
            continue
        values = connection.execute(
            f"SELECT {quoted(column)}, rowid + 1 FROM {one.table} "
            f"WHERE {quoted(column)} IS NOT NULL AND "
            f"TRY_CAST({quoted(column)}::VARCHAR AS DOUBLE) IS NULL ORDER BY rowid LIMIT 5"
        ).fetchall()
        # Text that reads like numbers but was not one, as with leading zeros.
        for value, row in values or [(one.columns[column], None)]:
            rule = f"{column} of {domain} is a number"
            yield DataError(rule, got=value, file=one.dataset.file, column=column, row=row)


def _broken_rows(
    connection: duckdb.DuckDBPyConnection, one: Loaded, domain: str
) -> Iterator[DataError]:
    for rule in ROW_RULES:
        kind = "any" if rule.column == "USUBJID" else "number"
        if rule.domain != domain or not one.has(rule.column, kind):
            continue
        found = connection.execute(
            f"SELECT {quoted(rule.column)}, rowid + 1 FROM {one.table} "
            f"WHERE {rule.broken} ORDER BY rowid LIMIT {MOST_PROBLEMS}"
        ).fetchall()
        for value, row in found:
            yield DataError(
                rule.rule, got=value, file=one.dataset.file, column=rule.column, row=row
            )


def _repeated_keys(
    connection: duckdb.DuckDBPyConnection, one: Loaded, domain: str
) -> Iterator[DataError]:
    key = KEYS.get(domain, ())
    if not key or not all(one.has(column) for column in key):
        return
    columns = ", ".join(quoted(column) for column in key)
    found = connection.execute(
        f"SELECT concat_ws(' ', {columns}), rowid + 1 FROM {one.table} "
        f'WHERE "USUBJID" IS NOT NULL '
        f"QUALIFY row_number() OVER (PARTITION BY {columns} ORDER BY rowid) > 1 "
        f"ORDER BY rowid LIMIT {MOST_PROBLEMS}"
    ).fetchall()
    for value, row in found:
        yield DataError(
            f"{' and '.join(key)} {'is' if len(key) == 1 else 'are'} unique in {domain}",
            got=value,
            file=one.dataset.file,
            column=key[0],
            row=row,
        )
