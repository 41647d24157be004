"""The command `equipoise people`: accounts, roles, memberships, sessions."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.options import home_option
from dashboard.home import PERSON, open_here
from dashboard.printing import print_table
from queries.workspace.people import ROLES

if TYPE_CHECKING:
    from queries.workspace import Person

_studies = click.option(
    "--study", "studies", multiple=True, metavar="CODE", help="To be a member of; may be repeated."
)
_arms = click.option(
    "--arms", is_flag=True, help="Who may see and unblind the arms of these studies while ongoing."
)
_generate = click.option(
    "--generate", is_flag=True, help="Make a password and print it, once; else it is asked for."
)


@click.group()
def people() -> None:
    """Manage who may sign in, and what each may do.

    Roles: administrator (imports, people, audit), manager (cohorts, reports, shares), statistician
    (all analyses, exports, unblinding where the membership says so), viewer (read only). From the
    first administrator on, everybody signs in.
    """


@people.command()
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES))
@click.option("--email", help="What single sign-on knows the person by; then no password is asked.")
@_studies
@_arms
@_generate
@home_option
def add(
    name: str,
    roles: Sequence[str],
    email: str | None,
    studies: Sequence[str],
    arms: bool,
    generate: bool,
    home: Path | None,
) -> None:
    """Make an account.

    \b
    Examples:
      equipoise people add anna --role administrator --role statistician
      equipoise people add ben --role viewer --study EQX-301 --generate
    """
    with open_here(home) as workspace:
        password = None if email and not generate else _password(name, generate=generate)
        made = workspace.people.add(
            name=name,
            roles=roles,
            email=email,
            password_hash=_hashed(password),
            studies=dict.fromkeys(studies, arms),
            person=PERSON,
        )
    click.echo(f"{made.name} may sign in: {', '.join(made.roles)}")
    _say(password, generate=generate)


@people.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per person.")
@home_option
def list_(as_json: bool, home: Path | None) -> None:
    """List the people, their roles, studies and sessions."""
    with open_here(home) as workspace:
        signed_in = [one.person.id for one in workspace.people.sessions()]
        rows = [_described(one, signed_in.count(one.id)) for one in workspace.people.every()]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif rows:
        print_table(rows)
    else:
        click.echo("Nobody has an account yet: equipoise people add NAME --role administrator")


@people.command()
@click.argument("name")
@_generate
@home_option
def reset(name: str, generate: bool, home: Path | None) -> None:
    """Give a person another password; their sessions end, and a lockout is lifted."""
    with open_here(home) as workspace:
        known = workspace.people.one(name)
        password = _password(known.name, generate=generate)
        workspace.people.set_password(known.name, _hashed(password) or "", person=PERSON)
    click.echo(f"{known.name} has another password.")
    _say(password, generate=generate)


@people.command()
@click.argument("name")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="Instead of now.")
@_studies
@_arms
@click.option("--drop", multiple=True, metavar="CODE", help="A study to take the person off.")
@home_option
def change(
    name: str,
    roles: Sequence[str],
    studies: Sequence[str],
    arms: bool,
    drop: Sequence[str],
    home: Path | None,
) -> None:
    """Change the roles or the studies of a person; their sessions end."""
    with open_here(home) as workspace:
        room = workspace.people
        if roles:
            room.set_roles(name, roles, person=PERSON)
        for study in studies:
            room.set_membership(name, study, sees_arms=arms, person=PERSON)
        for study in drop:
            room.drop_membership(name, study, person=PERSON)
        print_table([_described(room.one(name), 0)])


@people.command()
@click.argument("name")
@home_option
def retire(name: str, home: Path | None) -> None:
    """Close an account for good; its name stays taken."""
    with open_here(home) as workspace:
        closed = workspace.people.retire(name, person=PERSON)
    click.echo(f"The account of {closed.name} is closed.")


@people.command("sign-out")
@click.argument("name")
@home_option
def sign_out(name: str, home: Path | None) -> None:
    """End every session of a person; open pages go within two seconds."""
    with open_here(home) as workspace:
        ended = workspace.people.sign_out_everywhere(name, person=PERSON)
    click.echo(f"{ended} session{'' if ended == 1 else 's'} ended.")


def _described(person: Person, sessions: int) -> dict[str, object]:
    studies = [f"{m.study}{' (arms)' if m.sees_arms else ''}" for m in person.memberships]
    return {
        "name": person.name,
        "roles": ", ".join(person.roles),
        "studies": ", ".join(studies),
        "sessions": sessions,
        "state": "closed" if person.retired_at else "in use",
    }


def _password(name: str, *, generate: bool) -> str:
    """A password that was made, or is asked for; without a terminal, a line of the input."""
    from dashboard.access.passwords import check_password, make_password

    if generate:
        return make_password()
    if sys.stdin.isatty():
        given = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        given = sys.stdin.readline().rstrip("\n")
    return check_password(given, name=name)


def _hashed(password: str | None) -> str | None:
    from dashboard.access.passwords import hash_password

    return None if password is None else hash_password(password)


def _say(password: str | None, *, generate: bool) -> None:
    if password is not None and generate:
        click.echo(f"Password, shown this once: {password}")
