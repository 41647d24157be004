"""What the command `equipoise` prints: check reports, outcomes, tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from queries.importers.identifiers.suggesting import UNSEEN

if TYPE_CHECKING:
    from dashboard.jobs.imports import Imported
    from queries.importers import CheckReport


def print_report(report: CheckReport, as_json: bool) -> None:
    """A check report, for people or as JSON."""
    if as_json:
        click.echo(report.to_json())
        return
    records = sum(dataset.rows for dataset in report.datasets)
    click.echo(
        f"{report.study}: {report.subjects:,} subjects in {len(report.arms)} arms, "
        f"{records:,} records in {len(report.datasets)} datasets"
    )
    for dataset in report.datasets:
        click.echo(f"  {dataset.name:<10} {dataset.rows:>10,} rows  from {dataset.file}")
    _print_section("Findings", [finding.sentence for finding in report.findings])
    _print_section("Not collected", [missing.sentence for missing in report.not_collected])
    if report.deidentified:
        _print_section("Done before it was written", report.derivations)
    if report.anonymity is not None:
        click.echo(report.anonymity.sentence)
    _print_section("Not imported", [f"{s.file}: {s.reason}" for s in report.skipped])


def _print_section(title: str, sentences: Sequence[str]) -> None:
    if sentences:
        click.echo(f"{title} ({len(sentences)}):")
    for sentence in sentences:
        click.echo(f"  - {sentence}")


def print_identifiers(report: CheckReport, as_json: bool) -> None:
    """The signs of identifiers in a delivery, and what detection cannot see."""
    if as_json:
        rows = [asdict(found) for found in report.identifiers]
        shared = asdict(report.anonymity) if report.anonymity else None
        click.echo(json.dumps({"identifiers": rows, "anonymity": shared}, ensure_ascii=False))
        return
    rows = [
        {
            "column": f"{one.dataset.upper()}.{one.column}",
            "class": one.kind,
            "sign": one.sign,
            "records": f"{one.records:,}",
            "suggestion": one.suggestion,
        }
        for one in report.identifiers
    ]
    if rows:
        print_table(rows)
    click.echo(f"{len(rows)} signs of identifiers. {UNSEEN}")
    if report.anonymity is not None:
        click.echo(report.anonymity.sentence)


def outcome(imported: Imported) -> str:
    """What an import came to, in a sentence."""
    if imported.snapshot.state == "candidate":
        return f"Snapshot {imported.snapshot.id} waits to be accepted on the Import page."
    pooled = " Arms are shown pooled: it is ongoing." if imported.study.blinded else ""
    return f"Snapshot {imported.snapshot.id} is now the current one.{pooled}"


def print_table(rows: Sequence[dict[str, object]]) -> None:
    """Rows as a table in plain text.

    Examples
    --------
    >>> print_table([{"study": "EQX-301", "subjects": 720}, {"study": "A", "subjects": None}])
    Study    Subjects
    EQX-301  720
    A        -
    """
    table = [[name.replace("_", " ").capitalize() for name in rows[0]]]
    table += [["-" if cell is None else str(cell) for cell in row.values()] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for cells in table:
        line = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        click.echo("  ".join(line).rstrip())
