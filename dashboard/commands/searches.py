"""The command `equipoise searches`: list the searches, open one in optuna-dashboard."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.options import home_option
from dashboard.home import open_here
from dashboard.printing import print_table
from queries.errors import DataError

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

    from queries.workspace import Search


@click.command()
@click.option("--open", "opened", metavar="ID", help="Show this one in optuna-dashboard.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per search.")
@home_option
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

    with open_here(home) as workspace:
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
