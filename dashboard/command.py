"""The command `equipoise`: serve, import, export, list studies and searches, build the demo."""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from dashboard import __version__
from dashboard.audit_commands import audit
from dashboard.backup_commands import backup
from dashboard.dataset_command import export_datasets
from dashboard.home import PERSON, open_here
from dashboard.key_commands import keys
from dashboard.people_commands import people
from dashboard.printing import outcome, print_identifiers, print_report, print_table
from dashboard.progress import shown_progress
from dashboard.report_commands import export, report, reproduce
from dashboard.subject_commands import subject
from queries.errors import DataError

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

    from queries.workspace import Search, Study, Workspace

OK, REFUSED, USAGE, FAILED, INTERRUPTED = 0, 1, 2, 3, 130

_EPILOG = """\b
Exit codes:
  0  done
  1  the input was refused; each problem stands on a line of its own
  2  the command was not understood
  3  something else went wrong: a taken port, a full disk, a fault of ours

\b
Environment:
  EQUIPOISE_HOME           folder of the workspace (default: ~/.equipoise)
  EQUIPOISE_WORKSPACE_URL  SQLAlchemy URL of its database, for instance on a PostgreSQL server
                           (default: a file in that folder)
  EQUIPOISE_KEY_FILE       file with the key of encrypted snapshots, readable by its owner only
  EQUIPOISE_KEY            that key itself, in place of a file
  EQUIPOISE_PSEUDONYM_KEY_FILE
                           file with the key of codes and date shifts (default: made in the home)
  EQUIPOISE_DEBUG          set it to see where a failure came from

\b
First steps:
  equipoise run --with-demo            look at the demo studies
  equipoise import path/to/adam        bring in a study of your own
"""

_home = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the workspace.  [default: $EQUIPOISE_HOME, else ~/.equipoise]",
)


@click.group(
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="equipoise")
def equipoise() -> None:
    """Explore clinical-trial cohorts and estimate survival and harm, on this machine.

    A study's data files are imported once, checked, and kept as a snapshot; the dashboard
    reads snapshots. Nothing is ever sent anywhere.
    """


@equipoise.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option(
    "--address",
    default="localhost",
    show_default=True,
    help="Address to listen on. Another one than localhost needs an administrator.",
)
@click.option(
    "--behind-tls",
    is_flag=True,
    help="Browsers come by https to a proxy in front: cookies are marked Secure.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="HOST",
    help="Name that browsers know it by, behind a proxy; it answers to no other. May be repeated.",
)
@click.option("--with-demo", is_flag=True, help="Build the demo studies first, if absent.")
@_home
def run(
    port: int,
    address: str,
    behind_tls: bool,
    names: tuple[str, ...],
    with_demo: bool,
    home: Path | None,
) -> None:
    """Serve the dashboard until Ctrl+C.

    With demo studies only, on localhost, nobody signs in. Once other studies are here, nothing is
    shown until there is an administrator: open the link that is printed, or add one.

    \b
    Examples:
      equipoise run
      equipoise run --port 8600 --with-demo
      equipoise run --behind-tls --name trials.example.org
    """
    from dashboard import server
    from dashboard.access.key import refuse_careless_key
    from dashboard.jobs.sweeping import sweep, sweep_jobs

    refuse_careless_key()
    with _workspace(home) as workspace:
        os.environ["EQUIPOISE_HOME"] = str(workspace.home)  # page scripts look there
        sweep(workspace)
        sweep_jobs(workspace)
        if with_demo:
            _ensure_demo(workspace, rebuild=False)
    url = f"http://{f'[{address}]' if ':' in address else address}:{port}"
    with suppress(KeyboardInterrupt):  # the ordinary end
        server.serve(
            port=port,
            address=address,
            names=names,
            behind_tls=behind_tls,
            started=lambda set_up: _say_ready(url, set_up),
        )


def _say_ready(url: str, set_up: str | None) -> None:
    click.echo(f"Equipoise is ready on {url} (Ctrl+C ends it)")
    if set_up is not None:
        click.echo(
            "Studies of your own are here, so people sign in. Make the first administrator, once:\n"
            f"  {url}{set_up}"
        )
    # Jobs that were left when the server ended go on, and its first reader does not wait for that.
    threading.Thread(target=_resume_jobs, daemon=True).start()


def _resume_jobs() -> None:
    from dashboard.jobs.starting import ensure_worker

    with suppress(DataError), open_here() as workspace:
        ensure_worker(workspace)


@equipoise.command()
@click.option(
    "--idle-seconds",
    type=click.FloatRange(0),
    metavar="N",
    help="End when no job came for so long.  [default: go on]",
)
@_home
def worker(idle_seconds: float | None, home: Path | None) -> None:
    """Do long jobs, model fits and searches, until Ctrl+C.

    The dashboard starts a worker of its own when it needs one. Start more here, or on another
    machine that has EQUIPOISE_WORKSPACE_URL and, for jobs on data, the same home folder. What a
    worker was doing when it ends is done by another one.

    \b
    Examples:
      equipoise worker
      EQUIPOISE_WORKSPACE_URL=postgresql+psycopg://host/equipoise equipoise worker
    """
    from dashboard.access.key import refuse_careless_key
    from dashboard.jobs.starting import work_in_the_foreground

    refuse_careless_key()
    with _workspace(home) as workspace:
        click.echo("Waiting for jobs (Ctrl+C ends it)")
        work_in_the_foreground(workspace, idle_seconds=idle_seconds, said=click.echo)


@equipoise.command("import")
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
@_home
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
    with _workspace(home) as workspace, shown_progress("Importing") as progress:
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


@equipoise.command()
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


@equipoise.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per study.")
@_home
def studies(as_json: bool, home: Path | None) -> None:
    """List the studies of the workspace.

    \b
    Examples:
      equipoise studies
      equipoise studies --json
    """
    with _workspace(home) as workspace:
        rows = [_described(workspace, study) for study in workspace.studies()]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif rows:
        print_table(rows)
    else:
        click.echo("No studies yet. Bring one in: equipoise import PATH, or: equipoise demo")


@equipoise.command()
@click.option("--open", "opened", metavar="ID", help="Show this one in optuna-dashboard.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per search.")
@_home
def searches(opened: str | None, port: int, as_json: bool, home: Path | None) -> None:
    """List the searches for designs, or look at one in optuna-dashboard.

    optuna-dashboard is a package of its own: pip install 'equipoise[searches]'. It reads where
    the workers write, also while they do, changes nothing, and listens on this machine only.

    \b
    Examples:
      equipoise searches
      equipoise searches --open 3f2a9c1b
    """
    from dashboard.jobs.search_journal import open_storage

    with _workspace(home) as workspace:
        if opened is not None:
            _serve_search(open_storage(workspace, workspace.searches.one(opened).id), port)
            return
        rows = [_described_search(one) for one in workspace.searches.every()]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif rows:
        print_table(rows)
    else:
        click.echo("No searches yet. The Search page of the dashboard begins one.")


@equipoise.command()
@click.option("--rebuild", is_flag=True, help="Build them again even if they are there.")
@click.option("--large", is_flag=True, help="Build EQX-LARGE instead, a study to measure with.")
@click.option(
    "--subjects", type=int, metavar="N", help="Subjects of EQX-LARGE.  [default: 1000000]"
)
@click.option(
    "--adverse-events",
    type=int,
    metavar="N",
    help="Adverse events of EQX-LARGE.  [default: 20 for each subject]",
)
@_home
def demo(
    rebuild: bool,
    large: bool,
    subjects: int | None,
    adverse_events: int | None,
    home: Path | None,
) -> None:
    """Build the demo studies: EQX-301, EQX-201 (both invented) and GBSG2 (a real trial).

    \b
    Examples:
      equipoise demo
      equipoise demo --home /tmp/trial-run
      equipoise demo --large --subjects 100000
    """
    if not large and (subjects is not None or adverse_events is not None):
        raise click.UsageError("--subjects and --adverse-events say how large --large is.")
    with _workspace(home) as workspace:
        if large:
            _build_large(workspace, *_large_sizes(subjects, adverse_events), rebuild=rebuild)
        elif not _ensure_demo(workspace, rebuild=rebuild):
            click.echo("The demo studies are there already.")


equipoise.add_command(audit)
equipoise.add_command(backup)
equipoise.add_command(export)
export.add_command(export_datasets)
equipoise.add_command(keys)
equipoise.add_command(people)
equipoise.add_command(report)
equipoise.add_command(reproduce)
equipoise.add_command(subject)


# How it is said -------------------------------------------------------------------------


@contextmanager
def _workspace(home: Path | None) -> Iterator[Workspace]:
    with open_here(home) as workspace:
        yield workspace


def _ensure_demo(workspace: Workspace, *, rebuild: bool) -> bool:
    from dashboard.jobs.demo import build_demo, demo_is_built

    if demo_is_built(workspace.home) and not rebuild:
        return False
    with shown_progress("Building the demo studies") as progress:
        built = build_demo(workspace, rebuild=rebuild, progress=progress)
    click.echo(f"Demo studies built: {', '.join(built)}", err=True)
    return True


def _large_sizes(subjects: int | None, adverse_events: int | None) -> tuple[int, int]:
    from sample_data.large import SUBJECTS, check_sizes

    people = SUBJECTS if subjects is None else subjects
    events = 20 * people if adverse_events is None else adverse_events
    try:
        check_sizes(people, events)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return people, events


def _build_large(
    workspace: Workspace, subjects: int, adverse_events: int, *, rebuild: bool
) -> None:
    from dashboard.jobs.demo import build_large, large_is_built

    sizes = {"subjects": subjects, "adverse_events": adverse_events}
    if large_is_built(workspace, **sizes) and not rebuild:
        click.echo("EQX-LARGE is there already, in this size.")
        return
    with shown_progress("Building EQX-LARGE") as progress:
        imported = build_large(workspace, **sizes, progress=progress)
    print_report(imported.report, as_json=False)
    click.echo(outcome(imported))


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


def _described_search(search: Search) -> dict[str, object]:
    return {
        "search": search.id[:12],
        "study": search.study,
        "last used": search.used_at.isoformat(sep=" ", timespec="seconds"),
        "title": search.title,
    }


def _serve_search(storage: BaseStorage, port: int) -> None:
    try:
        from optuna_dashboard import run_server
    except ImportError:
        rule = "optuna-dashboard is installed: pip install 'equipoise[searches]'"
        raise DataError(rule) from None
    click.echo(f"optuna-dashboard is on http://localhost:{port} (Ctrl+C ends it)")
    with suppress(KeyboardInterrupt):  # the ordinary end
        run_server(storage, host="localhost", port=port)


# How it ends ----------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command; what it ends with is its exit code."""
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = equipoise.main(args=arguments, prog_name="equipoise", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except DataError as error:
        for problem in getattr(error, "problems", (error,)):
            click.echo(str(problem), err=True)
        return REFUSED
    except Exception as error:
        return _failed(error)
    return code if isinstance(code, int) else OK


def _failed(error: Exception) -> int:
    if isinstance(error, OSError):
        click.echo(f"It did not work: {error}", err=True)
    else:
        click.echo(f"A fault in Equipoise, please report it: {error!r}", err=True)
    if os.environ.get("EQUIPOISE_DEBUG"):
        traceback.print_exception(error)
    return FAILED


if __name__ == "__main__":
    main()
