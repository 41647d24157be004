"""Options that several commands take."""

from __future__ import annotations

from pathlib import Path

import click

home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the workspace.  [default: $EQUIPOISE_HOME, else ~/.equipoise]",
)
study_option = click.option("--study", metavar="CODE", required=True, help="Code of the study.")
