"""The commands `equipoise subject`: find, export, restrict, release, erase one subject."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard.commands.options import home_option, study_option
from dashboard.home import PERSON, open_here
from dashboard.printing import print_table

_id = click.option("--id", "subject", metavar="USUBJID", required=True, help="The subject.")
_reason = click.option("--reason", required=True, help="Why; it is recorded, so name nobody in it.")


@click.group()
def subject() -> None:
    """Find, hand out, restrict or erase one subject of a study.

    Restricting is the rule, since the records of a trial have to be kept: the subject is left out
    of every new view and result, and snapshots stay as they are. The audit trail knows subjects
    by a keyed hash alone.
    """


@subject.command()
@study_option
@_id
@home_option
def find(study: str, subject: str, home: Path | None) -> None:
    """Say which snapshots know a subject, and what was decided about them."""
    from dashboard.jobs import one_subject

    with open_here(home) as workspace:
        found = one_subject.find(workspace, study, subject)
        marks = one_subject.marks_of(workspace, study, subject)
        mentions = workspace.subjects.mentions(subject)
    rows: list[dict[str, object]] = [
        {
            "snapshot": one.snapshot.id,
            "state": one.snapshot.state,
            "dataset": name.upper(),
            "records": len(rows),
        }
        for one in found
        for name, rows in one.records.items()
    ]
    if rows:
        print_table(rows)
    else:
        click.echo("No snapshot of the study knows this subject.")
    for place, number in mentions.items():
        click.echo(f"Named in {place}: {number}")
    for mark in marks:
        click.echo(f"{mark.at:%Y-%m-%d %H:%M} UTC: {mark.state} by {mark.person}: {mark.reason}")


@subject.command()
@study_option
@_id
@_reason
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The zip."
)
@home_option
def export(study: str, subject: str, reason: str, out: Path, home: Path | None) -> None:
    """Write a zip of everything about a subject: CSV by dataset, and JSON."""
    from dashboard.exports.files import write_whole
    from dashboard.jobs import one_subject

    with open_here(home) as workspace:
        data = one_subject.export(workspace, study, subject, reason=reason, person=PERSON)
    write_whole(out, data)
    out.chmod(0o600)
    click.echo(f"Written to {out}")


@subject.command()
@study_option
@_id
@_reason
@home_option
def restrict(study: str, subject: str, reason: str, home: Path | None) -> None:
    """Leave a subject out of every new view and result. `release` takes it back."""
    from dashboard.jobs import one_subject

    with open_here(home) as workspace:
        one_subject.restrict(workspace, study, subject, reason=reason, person=PERSON)
    click.echo("Restricted: every new view and result is without this subject.")


@subject.command()
@study_option
@_id
@_reason
@home_option
def release(study: str, subject: str, reason: str, home: Path | None) -> None:
    """Take a restriction back."""
    from dashboard.jobs import one_subject

    with open_here(home) as workspace:
        one_subject.release(workspace, study, subject, reason=reason, person=PERSON)
    click.echo("Released: new views and results are with this subject again.")


@subject.command()
@study_option
@_id
@_reason
@click.option("--yes", is_flag=True, help="Do not ask.")
@home_option
def erase(study: str, subject: str, reason: str, yes: bool, home: Path | None) -> None:
    """Take a subject out of every snapshot file of a study, for good.

    A keyed hash stays in the audit trail and in the snapshots, so that the subject is also left
    out of data cuts that bring them back. Exports, backups and source files are yours to look
    after.
    """
    from dashboard.jobs import one_subject

    if not yes:
        click.confirm("Erase this subject from every snapshot, for good?", abort=True)
    with open_here(home) as workspace:
        done = one_subject.erase(workspace, study, subject, reason=reason, person=PERSON)
    click.echo(f"Erased from {done.snapshots} snapshot{'s' * (done.snapshots != 1)}.")
    for place, number in done.mentions.items():
        click.echo(f"Still named in {place}: {number}. Look at them yourself.")
