"""Commands that bring data in and list what is here: `import`, `identifiers`, `studies`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.options import home_option
from dashboard.home import PERSON, open_here
from dashboard.printing import outcome, print_identifiers, print_report, print_table
from dashboard.progress import shown_progress

if TYPE_CHECKING:
    from queries.workspace import Study, Workspace


@click.command("import")
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path)
)
@click.option("--study", metavar="CODE", help="Code of the study, when the data do not say it.")
@click.option(
    "--status",
    type=click.Choice(["ongoing", "complete"]),
    help="Of a study without plan.json; an ongoing one shows arms pooled.  "
    "[default: complete when every subject has an end of study, else ongoing]",
)
@click.option("--check-only", is_flag=True, help="Check the files and keep nothing.")
@click.option("--candidate", is_flag=True, help="Leave it to be accepted in the browser.")
@click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Encrypt the snapshot with the key in this file.  [default: the key in use]",
)
@click.option(
    "--deidentify",
    "plan_file",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="Do to identifiers what this plan says before anything is written; "
    "`equipoise identifiers` makes one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the check report as JSON.")
@home_option
def import_(
    paths: Sequence[Path],
    study: str | None,
    status: str | None,
    check_only: bool,
    candidate: bool,
    key_file: Path | None,
    plan_file: Path | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Import a study's data files as its new snapshot.

    PATH is a file, a folder or a zip: SAS XPORT v5 and v8, sas7bdat, Dataset-JSON (.json,
    .ndjson, .dsjc), CSV, Parquet. A plan.json beside them says what the protocol says. Either
    all of it is imported or nothing; the former snapshot stays until then.

    \b
    Examples:
      equipoise import path/to/adam
      equipoise import adam.zip sdtm.zip --study ABC-123
      equipoise import path/to/adam --check-only || echo "not clean yet"
    """
    from dashboard.access.key import snapshot_key
    from dashboard.access.standing import MAKE_ONE, standing
    from dashboard.jobs import imports
    from queries.importers import DeidentificationPlan

    key = snapshot_key(key_file)
    plan = None
    if plan_file is not None:
        plan = DeidentificationPlan.from_json(plan_file.read_text(encoding="utf-8"))
    if check_only:
        with shown_progress("Checking") as progress:
            report = imports.check_files(paths, study=study, progress=progress)
        print_report(report, as_json)
        return
    with open_here(home) as workspace, shown_progress("Importing") as progress:
        imported = imports.import_study(
            paths,
            workspace=workspace,
            person=PERSON,
            study=study,
            status=status,
            accept=not candidate,
            key=key,
            deidentify=plan,
            progress=progress,
        )
        waits = standing(workspace) == "set-up"
    print_report(imported.report, as_json)
    if not as_json:
        click.echo(outcome(imported))
    if waits:
        click.echo(f"Before the dashboard shows it, {MAKE_ONE}.", err=True)


@click.command()
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path)
)
@click.option("--study", metavar="CODE", help="Code of the study, when the data do not say it.")
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what is suggested to this file, to be edited and given to import --deidentify.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the signs as JSON.")
def identifiers(
    paths: Sequence[Path], study: str | None, plan_file: Path | None, as_json: bool
) -> None:
    """Look for identifiers in a study's data files; nothing is imported.

    Columns are judged by their names, labels and values, for the 18 classes of HIPAA Safe Harbor.
    Free text is listed, not understood: a name within a sentence is not found.

    \b
    Examples:
      equipoise identifiers path/to/adam
      equipoise identifiers path/to/adam --plan deidentify.json
    """
    from dashboard.jobs import imports
    from queries.importers.identifiers.suggesting import suggested_plan

    with shown_progress("Looking") as progress:
        report = imports.check_files(paths, study=study, progress=progress)
    print_identifiers(report, as_json)
    if plan_file is not None:
        text = json.dumps(json.loads(suggested_plan(report.identifiers).to_json()), indent=2)
        plan_file.write_text(text + "\n", encoding="utf-8")
        click.echo(f"Suggested plan written to {plan_file}", err=True)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per study.")
@home_option
def studies(as_json: bool, home: Path | None) -> None:
    """List the studies of the workspace.

    \b
    Examples:
      equipoise studies
      equipoise studies --json
    """
    with open_here(home) as workspace:
        rows = [_described(workspace, study) for study in workspace.studies()]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif rows:
        print_table(rows)
    else:
        click.echo("No studies yet. Bring one in: equipoise import PATH, or: equipoise demo")


def _described(workspace: Workspace, study: Study) -> dict[str, object]:
    from queries.importers import CheckReport

    current = workspace.current_snapshot(study.code)
    report = CheckReport.from_json(current.report_json) if current else None
    return {
        "study": study.code,
        "status": study.status,
        "arms": "pooled" if study.blinded else "shown",
        "subjects": report.subjects if report else None,
        "data_cut": report.data_cut if report else None,
        "snapshots": len(workspace.snapshots(study.code)),
        "title": study.title,
    }
