"""The command `equipoise export datasets`: the data of a cohort as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.options import home_option
from dashboard.home import PERSON, open_here
from dashboard.progress import shown_progress
from queries.errors import DataError

if TYPE_CHECKING:
    from queries.cohorts import Cohort
    from queries.workspace import Workspace

_FORMATS = ("parquet", "csv", "json", "ndjson", "xpt5", "xpt8")


@click.command("datasets")
@click.option("--study", required=True, metavar="CODE", help="Code of the study.")
@click.option("--cohort", "cohort_name", metavar="NAME", help="A saved cohort.  [default: all]")
@click.option(
    "--format",
    "format_key",
    type=click.Choice(_FORMATS),
    default="parquet",
    show_default=True,
    help="json and ndjson are Dataset-JSON 1.1; xpt5 and xpt8 are SAS XPORT.",
)
@click.option(
    "--datasets", metavar="ADSL,ADAE", help="Datasets, with commas between.  [default: all]"
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the files; it is made if absent.",
)
@click.option("--replace", is_flag=True, help="Replace files of the same names.")
@click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The key of an encrypted snapshot.  [default: $EQUIPOISE_KEY_FILE]",
)
@home_option
def export_datasets(
    study: str,
    cohort_name: str | None,
    format_key: str,
    datasets: str | None,
    out: Path,
    replace: bool,
    key_file: Path | None,
    home: Path | None,
) -> None:
    """Write the datasets of a cohort, with every column, and a data dictionary.

    The subjects are those of the cohort on the study's current snapshot. Every rule of the
    format, lengths in bytes among them, is asked before anything is written: nothing is cut, and
    either all files are there or none. Of a blinded study, nothing that tells an arm is written.

    \b
    Examples:
      equipoise export datasets --study EQX-301 --format xpt8 --out adam
      equipoise export datasets --study EQX-301 --cohort Elderly --datasets ADSL,ADAE --out elderly
    """
    from dashboard.access.key import snapshot_key
    from dashboard.access.restrictions import left_out
    from dashboard.exports.datasets import DatasetExport, Taker, to_folder
    from queries.store import open_store

    with open_here(home) as workspace:
        found = workspace.study(study)
        snapshot = workspace.current_snapshot(found.code)
        if snapshot is None:
            raise DataError("a study that is exported has a snapshot", got=study)
        path, key = workspace.path(snapshot), snapshot_key(key_file)
        without = left_out(workspace, found.code)
        with (
            open_store(path, pooled=found.blinded, key=key, left_out=without) as store,
            shown_progress("Exporting") as progress,
        ):
            named = [part.strip() for part in (datasets or "").split(",") if part.strip()]
            cohort = _cohort(workspace, found.code, cohort_name)
            asked = DatasetExport(
                cohort=cohort,
                datasets=tuple(named) or store.records_of(cohort).names,
                format=format_key,
            )
            taker = Taker(workspace=workspace, snapshot=snapshot, person=PERSON)
            examined = to_folder(store, asked, taker, out, replace=replace, progress=progress)
    for one in examined.datasets:
        click.echo(f"{one.dataset.name.upper()}: {one.rows:,} rows, {len(one.columns)} columns")
    for note in examined.notes:
        click.echo(f"  - {note}")
    click.echo(f"{examined.subjects:,} subjects of {cohort.name} are in {out}")


def _cohort(workspace: Workspace, study: str, name: str | None) -> Cohort:
    from queries.cohorts import EVERYONE

    if name is None:
        return EVERYONE
    saved = {one.name.casefold(): one for one in workspace.cohorts(study)}
    wanted = " ".join(name.split()).casefold()
    if wanted not in saved:
        listed = ", ".join(one.name for one in saved.values()) or "none so far"
        raise DataError(f"a cohort is one of the study's saved ones ({listed})", got=name)
    return saved[wanted].cohort
