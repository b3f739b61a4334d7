"""`congtin database`: everything a Portal publishes in one SQLite database."""

from __future__ import annotations

from pathlib import Path

import click

from congtin.cli.context import Context
from congtin.errors import UsageError
from congtin.messages import msg, translate
from congtin.release import databases
from congtin.release.database import portals_of
from congtin.release.home import Home
from congtin.release.releases import live_release
from congtin.release.supplement import renew_supplement

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("database", help=translate("Make the database of everything each portal publishes (I1)."))
@click.option("--output", type=_FOLDER, help=translate("What was built; default: output/."))
@click.option("--home", type=_FOLDER, help=translate("A publisher's home: what is live there, into its databases/."))
@click.option("--to", type=_FOLDER, help=translate("Where to write; default: .congtin/databases/."))
@click.pass_obj
def database_command(context: Context, output: Path | None, home: Path | None, to: Path | None) -> None:
    """Write the database of every Portal and say how many Items each holds."""
    if home:
        publisher = Home.at(home)
        live = live_release(publisher)
        if live is None:
            raise UsageError(msg("Nothing is live in {path}.", path=home), msg("Run: congtin publish"))
        tree, place = live.tree, to or publisher.databases
    else:
        tree, place = output or context.output, to or context.state / "databases"
    portals = portals_of(tree)
    if not portals:
        raise UsageError(msg("There is no published data in {path}.", path=tree), msg("Run: congtin build"))
    for host, sites in portals.items():
        target = databases.target_of(place, host)
        items = databases.put(tree, sites, target)
        click.echo(str(msg("{path}: Items: {count}.", path=target, count=items)))
    if home:
        renew_supplement(Home.at(home), context.now)
