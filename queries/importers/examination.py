"""Looking at a draft as a whole: what a person is told before accepting it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from queries.enrolled import enrolled_sql
from queries.identifiers import quoted
from queries.importers.collected import find_blank, find_not_collected, find_unexpected_types
from queries.importers.findings import find
from queries.importers.identifiers.detection import find_identifiers
from queries.importers.identifiers.risk import anonymity
from queries.importers.loaded import Loaded, of_domain
from queries.importers.provenance import content_hash
from queries.importers.repeats import find_disagreements
from queries.importers.report import CheckReport, DatasetSummary, Finding, Skipped


def examine(
    connection: duckdb.DuckDBPyConnection,
    loaded: Sequence[Loaded],
    *,
    study: str,
    is_stated: bool,
    plan: dict[str, Any] | None,
    skipped: Sequence[Skipped],
    deidentified: Sequence[tuple[str, str, str]] | None = None,
    quasi_identifiers: Sequence[str] = (),
) -> CheckReport:
    """The report on a draft that passed its checks.

    `study` is used if it was stated, or if neither the plan nor the data name the study.
    """
    base = (of_domain(loaded, "ADSL") or of_domain(loaded, "DM"))[0]
    named = (plan or {}).get("study") or _study(connection, base)
    cut, source = _data_cut(connection, loaded, plan)
    not_collected = find_not_collected(connection, loaded)
    findings: list[Finding] = [
        *find(connection, loaded, cut),
        *find_disagreements(connection, loaded),
        *find_unexpected_types(loaded),
        *find_blank(not_collected, loaded),
    ]
    subjects, arms = _enrolled(connection, base)
    return CheckReport(
        study=study if is_stated or not named else named,
        title=(plan or {}).get("title"),
        sha256=content_hash(loaded),
        subjects=subjects,
        arms=arms,
        data_cut=cut.isoformat() if cut else None,
        data_cut_source=source if cut else None,
        datasets=tuple(_summary(one) for one in loaded),
        findings=tuple(sorted(findings, key=_seriousness)),
        not_collected=not_collected,
        derivations=_derivations(loaded, deidentified or ()),
        skipped=tuple(skipped),
        plan=plan,
        identifiers=find_identifiers(connection, loaded),
        anonymity=anonymity(connection, loaded, quasi_identifiers),
        deidentified=deidentified is not None,
    )


def named_study(connection: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded]) -> str | None:
    """The code of the study that the data name, if they do."""
    base = next(iter(of_domain(loaded, "ADSL") or of_domain(loaded, "DM")), None)
    return _study(connection, base) if base else None


def _derivations(
    loaded: Sequence[Loaded], deidentified: Sequence[tuple[str, str, str]]
) -> tuple[str, ...]:
    notes = [f"{one.dataset.file}: {note}" for one in loaded for note in one.dataset.notes]
    done = [f"{column} of {name.upper()}: {said}." for name, column, said in deidentified]
    return (*notes, *done)


def _data_cut(
    connection: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded], plan: dict[str, Any] | None
) -> tuple[date | None, str]:
    stated = (plan or {}).get("data_cut")
    if stated is not None:
        return date.fromisoformat(stated), "stated in the plan"
    return _latest_date(connection, loaded), "latest date in the data"


def _latest_date(connection: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded]) -> date | None:
    today = datetime.now(UTC).date()
    latest: list[date] = []
    for one in loaded:
        dates = [column for column in one.columns if one.has(column, "date")]
        if one.domain in ("ADSL", "ADAE", "ADTTE") and dates:
            maxima = ", ".join(
                f"max({quoted(c)}::DATE) FILTER ({quoted(c)}::DATE <= $today)" for c in dates
            )
            row = connection.execute(f"SELECT {maxima} FROM {one.table}", {"today": today})
            latest += [value for value in row.fetchone() or () if value is not None]
    return max(latest, default=None)


def _study(connection: duckdb.DuckDBPyConnection, base: Loaded) -> str | None:
    if not base.has("STUDYID"):
        return None
    row = connection.execute(f'SELECT mode("STUDYID") FROM {base.table}').fetchone()
    return row[0] if row else None


def _enrolled(connection: duckdb.DuckDBPyConnection, base: Loaded) -> tuple[int, tuple[str, ...]]:
    """Subjects, and planned arms in the study's own order; screen failures are not enrolled."""
    arm = next((a for a in ("TRT01P", "ARM", "TRT01A", "ACTARM", "ARMCD") if base.has(a)), "ARM")
    number = next((n for n in (f"{arm}N", "ARMN") if base.has(n, "number")), None)
    order = f"min({quoted(number)})" if number else "NULL"
    rows = connection.execute(
        f"SELECT {quoted(arm)}::VARCHAR, count(*), {order} FROM {base.table} "
        f"WHERE {enrolled_sql(arm)} GROUP BY 1 ORDER BY 3, 1"
    ).fetchall()
    return sum(count for _, count, _ in rows), tuple(name for name, _, _ in rows)


def _seriousness(finding: Finding) -> tuple[bool, int, str, str, str]:
    warning = finding.severity == "warning"
    return not warning, -finding.records, finding.rule, finding.dataset, finding.variable


def _summary(one: Loaded) -> DatasetSummary:
    return DatasetSummary(
        name=one.name,
        domain=one.domain,
        label=one.dataset.label,
        file=one.dataset.file,
        rows=one.rows,
        columns=len(one.dataset.columns),
    )
