"""The command `equipoise`: serve, import, export, list studies and searches, build the demo."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from dashboard import __version__
from dashboard.commands.audit import audit
from dashboard.commands.backup import backup
from dashboard.commands.datasets import export_datasets
from dashboard.commands.demo import demo, ensure_demo
from dashboard.commands.imports import identifiers, import_, studies
from dashboard.commands.keys import keys
from dashboard.commands.options import home_option
from dashboard.commands.people import people
from dashboard.commands.reports import export, report, reproduce
from dashboard.commands.searches import searches
from dashboard.commands.subjects import subject
from dashboard.home import open_here
from queries.errors import DataError

if TYPE_CHECKING:
    pass

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
@home_option
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
    with open_here(home) as workspace:
        os.environ["EQUIPOISE_HOME"] = str(workspace.home)  # page scripts look there
        sweep(workspace)
        sweep_jobs(workspace)
        if with_demo:
            ensure_demo(workspace, rebuild=False)
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
@home_option
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
    with open_here(home) as workspace:
        click.echo("Waiting for jobs (Ctrl+C ends it)")
        work_in_the_foreground(workspace, idle_seconds=idle_seconds, said=click.echo)


equipoise.add_command(audit)
equipoise.add_command(backup)
equipoise.add_command(demo)
equipoise.add_command(export)
export.add_command(export_datasets)
equipoise.add_command(identifiers)
equipoise.add_command(import_)
equipoise.add_command(keys)
equipoise.add_command(people)
equipoise.add_command(report)
equipoise.add_command(reproduce)
equipoise.add_command(searches)
equipoise.add_command(studies)
equipoise.add_command(subject)


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
