"""`congtin desk`: a content repository with its gate on one machine."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.text import Text

from congtin.cli.context import Context
from congtin.cli.show import make_console
from congtin.editorial.alarms import exceptions_used, takedown_alarms
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


@desk_group.command(
    "alarms", help=translate("What somebody must look at: unconfirmed takedowns, uses of exceptions (E22, E24).")
)
@click.argument("repository", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--days", type=int, default=30, show_default=True, help=translate("How far back exceptions are told."))
@click.pass_obj
def alarms_command(context: Context, repository: Path, days: int) -> None:
    """Name every unconfirmed takedown; exit with 1 when there is one, so that a daily job tells somebody."""
    with Desk(repository, context.now) as desk:
        takedowns = takedown_alarms(desk.plain)
        uses = exceptions_used(desk.plain, context.now - timedelta(days=days))
    console = make_console()
    for use in uses:
        said = msg(
            "{when}: an author approved Change {change} alone, by the exception for Boards of one person ({sites}).",
            when=_shown(use.at), change=use.change, sites=", ".join(use.sites),
        )  # fmt: skip
        console.print(Text(str(said), "yellow"), soft_wrap=True)
    for alarm in takedowns:
        text = msg(
            "{item} was taken down on {when} by Change {change} and is not confirmed: {reason}",
            item=alarm.item, when=_shown(alarm.since), change=alarm.change, reason=alarm.reason,
        )  # fmt: skip
        console.print(Text(str(text), "bold red"), soft_wrap=True)
    if takedowns:
        sys.exit(1)


def _shown(at: datetime) -> str:
    return at.astimezone(HANOI_TIME).strftime("%d/%m/%Y %H:%M")
