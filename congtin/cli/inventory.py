"""`congtin inventory`: what there is, for whoever inspects the system."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.text import Text

from congtin.cli.context import Context
from congtin.cli.show import make_console, show_problems
from congtin.editorial.desk import Desk
from congtin.editorial.mainline import Mainline
from congtin.errors import Problem
from congtin.messages import msg, translate
from congtin.model import HANOI_TIME
from congtin.network.load import load_network
from congtin.network.network import Network
from congtin.release.controls import load_controls
from congtin.release.home import Home
from congtin.release.inventory.configuration import engine_data, home_data, procedures_data, rules_data
from congtin.release.inventory.sites import SiteFacts, facts_of, gap_names, gaps
from congtin.release.inventory.write import Inventory, write_inventory
from congtin.release.procedures import read_procedures
from congtin.release.releases import live_release
from congtin.rules.packs import RuleBook
from congtin.rules.reading import Reader


@click.command("inventory", help=translate("What there is, for an inspection: software, Sites, settings, heads (K11)."))
@click.option(
    "--home",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="CONGTIN_HOME",
    help=translate("The folder of the machine that publishes; without it the repository you are in is described."),
)
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    required=True,
    help=translate("A folder that does not exist yet."),
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=translate("How to show it.")
)
@click.pass_obj
def inventory_command(context: Context, folder: Path | None, target: Path, form: str) -> None:
    """Write all files, or none; say what is missing."""
    inventory, problems = _of_tree(context) if folder is None else _of_home(context, Home.at(folder))
    names = write_inventory(inventory, target)
    if form == "json":
        facts = {"folder": str(target), "files": names, "sites": len(inventory.sites), "missing": gaps(inventory.sites)}
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
    else:
        _show(inventory.sites, problems, target, len(names))


def _of_home(context: Context, home: Home) -> tuple[Inventory, Sequence[Problem]]:
    """Describe what is live: the Sites of the live Release's commit, or of main before the first."""
    live = live_release(home)
    with (
        Desk(home.content, context.now) as desk,
        tempfile.TemporaryDirectory(prefix="congtin-") as state,
        Mainline(desk.plain, Path(state)) as mainline,
    ):
        commit = live.record.commit if live else desk.main()
        network = mainline.side(commit).network
        inventory, problems = _inventory(context, network, desk.plain.tree(commit), commit)
        machine = home_data(home, desk)
    return Inventory(context.now, commit, inventory.sites, {**inventory.configuration, "machine": machine}), problems


def _of_tree(context: Context) -> tuple[Inventory, Sequence[Problem]]:
    return _inventory(context, load_network(context.root), _Folder(context.root), None)


def _inventory(
    context: Context, network: Network, reader: Reader, commit: str | None
) -> tuple[Inventory, Sequence[Problem]]:
    today = context.now.astimezone(HANOI_TIME).date()
    controls = load_controls(reader)
    procedures = read_procedures(reader, controls.procedures, today)
    configuration = {
        "engine": engine_data(),
        "rules": rules_data(reader, RuleBook.load(reader), context.now),
        "procedures": procedures_data(procedures, controls),
    }
    return Inventory(context.now, commit, facts_of(network, controls, today), configuration), procedures.problems


def _show(sites: Sequence[SiteFacts], problems: Sequence[Problem], target: Path, files: int) -> None:
    console = make_console()
    text = msg("{path} holds {files} files about {sites} Sites.", path=target, files=files, sites=len(sites))
    console.print(Text(str(text)), soft_wrap=True)
    live = sum(facts.data["status"] == "live" for facts in sites)
    names = gap_names()
    for code, count in gaps(sites).items():
        line = msg("{count} of {live} live Sites: {gap}", count=count, live=live, gap=names[code])
        console.print(Text(str(line), "bold red" if count else "green"), soft_wrap=True)
    show_problems(console, problems)


@dataclass(frozen=True)
class _Folder:
    """The files of a work tree."""

    root: Path

    def read(self, path: str) -> bytes | None:
        file = self.root / path
        return file.read_bytes() if file.is_file() else None

    def paths(self, below: str) -> list[str]:
        found = [
            Path(folder, name).relative_to(self.root).as_posix()
            for folder, _, names in os.walk(self.root / below)
            for name in names
        ]
        return sorted(found)
