"""The command `audit`: verify the trail, anchor it elsewhere, write it to a file."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard.commands.options import home_option
from dashboard.home import PERSON, open_here
from queries.errors import DataError
from queries.workspace import Anchor


@click.group()
def audit() -> None:
    """Verify, anchor and export the audit trail: who did what, when.

    Every act carries a hash that binds it to all acts before it, so that a change, a removal, an
    addition or another order shows. Acts cut off at the end show against an anchor only: print
    one now and then, and keep it where nobody who can write the database can change it. Against
    somebody who can write both the database and the anchors, this protects nothing.
    """


@audit.command()
@click.option(
    "--anchor",
    "anchors",
    metavar="FILE|LINE",
    multiple=True,
    help="A file of anchors, or one as it was printed. May be given more than once.",
)
@home_option
def verify(anchors: tuple[str, ...], home: Path | None) -> int:
    """Compute the chain of hashes anew, and say where it does not hold.

    It ends with exit code 0 when it holds, and 1 when it does not.

    \b
    Examples:
      equipoise audit verify
      equipoise audit verify --anchor /mnt/elsewhere/anchors.txt
    """
    held_against = [anchor for given in anchors for anchor in _read(given)]
    with open_here(home) as workspace:
        found = workspace.audit.verify(held_against)
    click.echo(found.sentence)
    if held_against and found.holds:
        click.echo(f"It agrees with {_count(len(held_against), 'anchor')}.")
    for one in found.breaks:
        click.echo(f"  - {one.sentence}")
    if found.broken > len(found.breaks):
        click.echo(f"  … and {found.broken - len(found.breaks):,} more")
    for limit in found.limits:
        click.echo(f"Note: {limit}")
    return 0 if found.holds else 1


@audit.command("anchor")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Add it to this file, as a line.  [default: print it]",
)
@home_option
def anchor_(out: Path | None, home: Path | None) -> None:
    """Print where the trail stands: number and hash of its latest act, and the time.

    Keep it elsewhere: on another machine, in an e-mail, on paper.

    \b
    Examples:
      equipoise audit anchor
      equipoise audit anchor --out /mnt/elsewhere/anchors.txt
    """
    with open_here(home) as workspace:
        found = workspace.audit.verify()
        line = workspace.audit.anchor().line
    if not found.holds:
        click.echo(f"{found.sentence} See: equipoise audit verify", err=True)
    if out is None:
        click.echo(line)
        return
    try:
        with out.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    except OSError as fault:
        rule = "the file of anchors can be written"
        raise DataError(rule, got=fault.strerror, file=str(out)) from None
    click.echo(f"{out}: {line}")


@audit.command("export")
@click.option("--format", "format_", type=click.Choice(["csv", "json"]), required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@home_option
def export(format_: str, out: Path, home: Path | None) -> None:
    """Write the whole trail to a file; that it was written is recorded, after what is in it.

    The JSON says how to verify it without Equipoise.

    \b
    Examples:
      equipoise audit export --format json --out trail.json
    """
    from dashboard.exports.files import write_whole
    from dashboard.trail_files import record_taking, taken_trail
    from queries.workspace.trail import EVERY_ACT

    with open_here(home) as workspace:
        data, written = taken_trail(workspace, EVERY_ACT, format_)
        write_whole(out, data)
        record_taking(workspace, person=PERSON, format_=format_, acts=written)
    click.echo(f"{out}: {_count(written, 'act')}")


def _read(given: str) -> tuple[Anchor, ...]:
    """The anchors of a file, or the one that was given as a line."""
    if given.count(" ") == 2 and not Path(given).exists():
        return (Anchor.from_line(given),)
    try:
        lines = Path(given).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or "no text"
        raise DataError("a file of anchors can be read", got=why, file=given) from None
    found = tuple(Anchor.from_line(line) for line in lines if line.strip())
    if not found:
        raise DataError("a file of anchors holds at least one", file=given)
    return found


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
