"""The command `equipoise demo`: the demo studies, and one as large as you ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.options import home_option
from dashboard.home import open_here
from dashboard.printing import outcome, print_report
from dashboard.progress import shown_progress

if TYPE_CHECKING:
    from queries.workspace import Workspace


@click.command()
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
@home_option
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
    with open_here(home) as workspace:
        if large:
            _build_large(workspace, *_large_sizes(subjects, adverse_events), rebuild=rebuild)
        elif not ensure_demo(workspace, rebuild=rebuild):
            click.echo("The demo studies are there already.")


def ensure_demo(workspace: Workspace, *, rebuild: bool) -> bool:
    """Build the demo studies where they are absent; whether it did."""
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
