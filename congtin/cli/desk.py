"""`congtin desk`: a content repository with its gate on one machine."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.text import Text

from congtin.cli.context import Context
from congtin.cli.show import make_console
from congtin.editorial.alarms import takedown_alarms
from congtin.editorial.desk import Desk
from congtin.editorial.founding import found, sites_with_boards
from congtin.messages import msg, translate
from congtin.model import HANOI_TIME


@click.group("desk", help=translate("A content repository with its gate, on one machine and without any forge."))
def desk_group() -> None:
    """Group the commands of the service."""


@desk_group.command(
    "init", help=translate("Make a content repository, a roster, demonstration people and a work tree.")
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--site", "sites", multiple=True, help=translate("A Site that gets a demonstration Board; may be repeated.")
)
@click.option("--revision", default="HEAD", help=translate("The revision of this repository to begin with."))
@click.pass_obj
def init_command(context: Context, folder: Path, sites: tuple[str, ...], revision: str) -> None:
    """Make everything, or nothing."""
    chosen = sites_with_boards(context.root, sites)
    made = found(folder, context.root, revision, chosen, context.now)
    console = make_console()
    console.print(Text(str(msg("The work tree is {path}.", path=made.work))), soft_wrap=True)
    console.print(Text(str(msg("The keys of the people are in {path}.", path=made.folder / "keys"))), soft_wrap=True)


@desk_group.command("alarms", help=translate("Items taken down in an emergency that nobody has confirmed (E24)."))
@click.argument("repository", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_obj
def alarms_command(context: Context, repository: Path) -> None:
    """Name every unconfirmed takedown; exit with 1 when there is one, so that a daily job tells somebody."""
    with Desk(repository, context.now) as desk:
        found_ = takedown_alarms(desk.plain)
    console = make_console()
    for alarm in found_:
        when = alarm.since.astimezone(HANOI_TIME).strftime("%d/%m/%Y %H:%M")
        text = msg(
            "{item} was taken down on {when} by Change {change} and is not confirmed: {reason}",
            item=alarm.item,
            when=when,
            change=alarm.change,
            reason=alarm.reason,
        )
        console.print(Text(str(text), "bold red"), soft_wrap=True)
    if found_:
        sys.exit(1)
