"""Commands that take results away: `report`, `export results`, `reproduce`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.options import home_option, study_option
from dashboard.home import PERSON, open_here
from dashboard.progress import shown_progress
from queries.errors import DataError

if TYPE_CHECKING:
    from analytics.progress import Progress
    from dashboard.cards import Card
    from dashboard.reports.content import ReportContent
    from dashboard.reports.filling import TemplateFilling
    from queries.cohorts import Cohort
    from queries.workspace import Snapshot, Study, Workspace

_DOCUMENTS = ("html", "docx", "pdf")
_FIGURES = ("png", "svg", "pdf", "html", "json")
_TABLES = ("csv", "xlsx", "rtf", "parquet")
_NAMING = ("subjects", "measurements")

_cohort = click.option(
    "--cohort", metavar="NAME", help="A saved cohort.  [default: every subject of the study]"
)


@click.command()
@click.option(
    "--template",
    metavar="NAME",
    required=True,
    help="safety-review, interim-report or design-report.",
)
@study_option
@_cohort
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file; its ending says what it is: .html, .docx, .pdf, or .zip for a bundle.",
)
@click.option("--title", help="[default: the template's, and the study]")
@click.option("--with-code", is_flag=True, help="Put the script of every result at the end.")
@click.option(
    "--with-data",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="KEYFILE",
    help="Put the snapshot into the bundle, encrypted with the key in this file.",
)
@home_option
def report(
    template: str,
    study: str,
    cohort: str | None,
    out: Path,
    title: str | None,
    with_code: bool,
    with_data: Path | None,
    home: Path | None,
) -> None:
    """Write a report of a study: a template's pages, drawn as a reader would see them.

    A study that is blinded is reported pooled. Nothing is left behind when it fails.

    \b
    Examples:
      equipoise report --template safety-review --study EQX-301 --out safety.pdf
      equipoise report --template interim-report --study EQX-301 --out interim.zip
    """
    from dashboard.exports.files import write_whole
    from dashboard.reports.filling import TemplateFilling

    ending = out.suffix.lower().lstrip(".")
    if ending not in (*_DOCUMENTS, "zip"):
        raise DataError(f"a report is written as {', '.join(_DOCUMENTS)} or zip", got=out.name)
    if with_data is not None and ending != "zip":
        raise DataError("the data go into a bundle (.zip) only", got=out.name)
    with _opened(home) as workspace, shown_progress("Drawing") as progress:
        known, snapshot = _known(workspace, study)
        if with_data is not None and workspace.subjects.left_out(known.code):
            raise DataError("data go along while no subject of the study is restricted or erased")
        chosen = _cohort_named(workspace, known, cohort)
        filling = TemplateFilling(template=template, study=known.code, cohort=chosen)
        content = _content(filling, known, snapshot, progress)
        data = _written(content, ending, title, with_code, workspace.path(snapshot), with_data)
        write_whole(out, data)
        workspace.record(
            act="write report",
            person=PERSON,
            study=known.code,
            detail={
                "template": template,
                "file": out.name,
                "with_data": with_data is not None,
                "snapshot": snapshot.id,
                "pooled": known.blinded,
            },
        )
    click.echo(f"{out}: {len(content.entries)} results")


@click.command()
@click.argument("bundle", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--snapshot",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The snapshot's file.  [default: the one in the bundle, else the workspace's]",
)
@home_option
def reproduce(bundle: Path, snapshot: Path | None, home: Path | None) -> int:
    """Make the results of a bundle again in a fresh process, and compare.

    Tables are compared byte for byte, figures by value. It ends with "identical" and exit code 0,
    or says what differs, and where, with exit code 1. Scripts that do anything else than make
    results are not run.

    \b
    Examples:
      equipoise reproduce interim.zip
      equipoise reproduce interim.zip --snapshot snapshots/eqx-301.duckdb
    """
    from dashboard.bundles import open_bundle, reproduce
    from dashboard.bundles.reproducing import software_differences

    _set_home(home)
    try:
        data = bundle.read_bytes()
    except OSError as fault:
        raise DataError("the bundle can be read", got=fault.strerror, file=str(bundle)) from None
    found = reproduce(data, snapshot=snapshot)
    for one in found:
        click.echo(f"{'identical' if one.identical else 'differs  '}  {one.name}")
        if not one.identical:
            click.echo(f"           {one.difference}")
    same = bool(found) and all(one.identical for one in found)
    changed = software_differences(open_bundle(data).manifest.get("software", {}))
    if changed and not same:
        click.echo("The software is another than that which made the bundle:")
    for line in () if same else changed:
        click.echo(f"  {line}")
    click.echo("identical" if same else "differs")
    return 0 if same else 1


@click.group()
def export() -> None:
    """Write results, or datasets, of a study to files."""


@export.command("results")
@study_option
@_cohort
@click.option("--page", metavar="NAME", required=True, help="As in addresses: survival, safety …")
@click.option(
    "--input",
    "inputs",
    metavar="KEY=VALUE",
    multiple=True,
    help="An input of the page, such as safety_tab=Terms. May be given more than once.",
)
@click.option("--view", metavar="ID", help="A view that was saved, as in the address of a page.")
@click.option(
    "--result", "names", metavar="NAME", multiple=True, help="Only results of these names."
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(sorted({*_FIGURES, *_TABLES})),
    multiple=True,
    default=("csv",),
    show_default=True,
    help="May be given more than once; each result is written in those that it has.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@home_option
def export_results(
    study: str,
    cohort: str | None,
    page: str,
    inputs: tuple[str, ...],
    view: str | None,
    names: tuple[str, ...],
    formats: tuple[str, ...],
    out: Path,
    home: Path | None,
) -> None:
    """Write the results of a page to files, as a reader would take them away.

    \b
    Examples:
      equipoise export results --study EQX-301 --page survival --format pdf --format csv --out .
      equipoise export results --study EQX-301 --page safety --input safety_tab=Terms --out tables
    """
    from dashboard.unattended import draw_page

    given = dict(_input(one) for one in inputs)
    with _opened(home) as workspace:
        known, snapshot = _known(workspace, study)
        chosen = _cohort_named(workspace, known, cohort)
        drawn = draw_page(page, study=known.code, cohort=chosen, inputs=given, link=view)
        cards = [card for card in drawn.cards if not names or card.name in names]
        if not cards:
            shown = ", ".join(card.name for card in drawn.cards) or "none"
            raise DataError(f"the page shows such a result (it shows: {shown})", got=names or page)
        out.mkdir(parents=True, exist_ok=True)
        written = [file for card in cards for file in _files(card, formats, out)]
        workspace.record(
            act="export results",
            person=PERSON,
            study=known.code,
            detail={
                "page": page,
                # Some results are called by a subject, whom the record must not name.
                "results": [] if page in _NAMING else [card.name for card in cards][:50],
                "formats": list(formats),
                "snapshot": snapshot.id,
                "pooled": known.blinded,
            },
        )
    for file in written:
        click.echo(str(file))


# How it is done --------------------------------------------------------------------------


def _opened(home: Path | None) -> Workspace:
    _set_home(home)
    return open_here(home)


def _set_home(home: Path | None) -> None:
    """Pages that are drawn here, and scripts that run, look for the workspace there."""
    if home is not None:
        os.environ["EQUIPOISE_HOME"] = str(home.expanduser().resolve())


def _known(workspace: Workspace, study: str) -> tuple[Study, Snapshot]:
    known = workspace.study(study)
    snapshot = workspace.current_snapshot(known.code)
    if snapshot is None:
        raise DataError("a study that is reported has a snapshot", got=study)
    return known, snapshot


def _cohort_named(workspace: Workspace, study: Study, name: str | None) -> Cohort:
    from queries.cohorts import EVERYONE, Cohort

    if name is None:
        return EVERYONE
    saved = {one.name: one for one in workspace.cohorts(study.code)}
    if name not in saved:
        raise DataError(f"a saved cohort is one of {', '.join(saved) or 'none'}", got=name)
    return Cohort.from_json(saved[name].cohort_json)


def _content(
    filling: TemplateFilling, study: Study, snapshot: Snapshot, progress: Progress
) -> ReportContent:
    from dashboard.cards import Card
    from dashboard.reports.content import Entry, ReportContent
    from dashboard.reports.templates import template_of
    from queries.importers import CheckReport

    filled = filling.run(progress)
    for said in filled.missing:
        click.echo(f"Left out: {said}", err=True)
    entries, before = [], ""
    for heading, text in zip(filled.headings, filled.cards, strict=True):
        entries.append(
            Entry(
                card=Card.from_json(text),
                section="" if heading == before else heading,
                snapshot=snapshot.content_sha256,
                pooled=study.blinded,
            )
        )
        before = heading
    if not entries:
        raise DataError("a report holds at least one result", got=filling.template)
    return ReportContent(
        title=f"{template_of(filling.template).title} of {study.code}",
        study=study.code,
        study_title=study.title,
        data_cut=str(CheckReport.from_json(snapshot.report_json).data_cut or ""),
        cohort=filling.cohort,
        entries=tuple(entries),
    )


def _written(
    content: ReportContent,
    ending: str,
    title: str | None,
    with_code: bool,
    snapshot: Path,
    key_file: Path | None,
) -> bytes:
    from dashboard.bundles import write_bundle
    from dashboard.exports.reports.writing import write
    from dashboard.reports.bundling import bundle_of
    from dashboard.reports.document import document_of

    now = datetime.now(UTC)
    named = replace(content, title=title) if title else content
    if ending == "zip":
        file = None if key_file is None else _encrypted(snapshot, key_file)
        return write_bundle(bundle_of(named, made_at=now, made_by=PERSON, snapshot_file=file))
    return write(document_of(named, written_at=now, written_by=PERSON, with_code=with_code), ending)


def _encrypted(snapshot: Path, key_file: Path) -> bytes:
    from dashboard.access.key import snapshot_key
    from queries.encryption import rewrite

    key = snapshot_key(key_file)
    with tempfile.TemporaryDirectory(prefix="equipoise-") as folder:
        file = Path(folder) / snapshot.name
        rewrite(snapshot, file, key=snapshot_key(), new_key=key)
        return file.read_bytes()


def _input(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise DataError("an input is given as KEY=VALUE", got=text)
    return name, value


def _files(card: Card, formats: tuple[str, ...], out: Path) -> Iterator[Path]:
    """Write a result in those of the formats that it has."""
    from dashboard.exports import figures, tables
    from dashboard.exports.files import write_whole
    from dashboard.exports.rich_text import to_rtf
    from dashboard.exports.spreadsheets import to_xlsx
    from dashboard.text import file_stem

    notes, shown = card.notes, card.shown if card.shown is not None else card.table
    for format_ in formats:
        if card.figure is not None and format_ in _FIGURES:
            data = figures.render(card.figure, format_, title=card.name, notes=notes)
        elif shown is None or card.table is None or format_ not in _TABLES:
            continue
        elif format_ == "csv":
            data = tables.to_csv(card.table, notes)
        elif format_ == "parquet":
            data = tables.to_parquet(card.table, notes)
        elif format_ == "rtf":
            data = to_rtf(shown, title=card.name, notes=notes)
        else:
            sheets = {"Table": shown, "Numbers": card.table}
            data = to_xlsx(sheets, title=card.name, notes=notes)
        yield write_whole(out / f"{file_stem(card.name)}.{format_}", data)
