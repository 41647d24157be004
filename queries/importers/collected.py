"""What a study did not collect, and the features it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb

from queries.importers.checks import is_blank
from queries.importers.loaded import Loaded, of_domain
from queries.importers.report import Finding, NotCollected
from queries.variables import DOMAINS, Variable, variables_of

_DOMAINS = {
    "ADSL": (
        "subject-level analysis dataset",
        "analysis sets, dates of treatment, end-of-study status and follow-up",
    ),
    "ADAE": ("adverse events", "safety"),
    "ADTTE": ("time to event", "survival"),
    "ADLB": ("laboratory results", "liver safety and laboratory results"),
    "ADVS": ("vital signs", "vital signs"),
    "ADEG": ("electrocardiograms", "the QT interval, unless it is among the vital signs"),
    "ADEX": ("exposure", "exposure and dose intensity"),
    "DM": ("demographics, with screen failures", "screening"),
    "DS": ("disposition events", "disposition by event"),
}


def find_not_collected(
    connection: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded]
) -> tuple[NotCollected, ...]:
    """Domains that are absent; and recommended variables absent or blank throughout."""
    found: list[NotCollected] = []
    for domain in DOMAINS:
        datasets = of_domain(loaded, domain)
        if datasets:
            found.extend(_variables(connection, datasets, domain))
        else:
            label, feature = _DOMAINS[domain]
            found.append(NotCollected(domain=domain, variable="", label=label, feature=feature))
    return tuple(found)


def _variables(
    connection: duckdb.DuckDBPyConnection, datasets: Sequence[Loaded], domain: str
) -> Iterator[NotCollected]:
    groups: dict[tuple[str, str], list[Variable]] = {}
    for variable in variables_of(domain):
        if not variable.required:
            groups.setdefault((variable.group, variable.feature), []).append(variable)
    for group in groups.values():
        present = [(one, v.name) for one in datasets for v in group if one.has(v.name)]
        if all(is_blank(connection, one, name) for one, name in present):
            named = next((v for v in group if v.name in {name for _, name in present}), group[0])
            yield NotCollected(
                domain=domain,
                variable=named.name,
                label=named.label,
                feature=named.feature,
                blank=bool(present),
            )


def find_blank(not_collected: Sequence[NotCollected], loaded: Sequence[Loaded]) -> list[Finding]:
    """A recommended variable that is there but blank throughout, as a finding."""
    return [
        Finding(
            rule="blank throughout",
            severity="information",
            dataset=missing.domain,
            variable=missing.variable,
            subjects=0,
            records=sum(one.rows for one in of_domain(loaded, missing.domain)),
            sentence=f"{missing.variable} is blank throughout {missing.domain}; it counts as not "
            "collected.",
        )
        for missing in not_collected
        if missing.blank
    ]


def find_unexpected_types(loaded: Sequence[Loaded]) -> list[Finding]:
    """Known dates and numbers that a file holds as something else."""
    return [
        Finding(
            rule="unexpected type",
            severity="warning",
            dataset=one.name.upper(),
            variable=variable.name,
            subjects=0,
            records=one.rows,
            sentence=f"{variable.name} of {one.name.upper()} ({variable.label}) is stored as "
            f"{one.columns[variable.name]}, for not every value is a {variable.kind}.",
        )
        for one in loaded
        for variable in (variables_of(one.domain) if one.domain else ())
        if variable.kind != "text"
        and one.has(variable.name)
        and not one.has(variable.name, variable.kind)
    ]
