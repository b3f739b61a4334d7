"""`congtin search`: indexes made by hand, and those that `congtin serve` makes beside its pages."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from congtin.cli.context import Context
from congtin.cli.show import make_console, show_error
from congtin.errors import CongtinError, UsageError
from congtin.layout import state_folder
from congtin.messages import Msg, msg, translate
from congtin.release.home import Home
from congtin.release.releases import live_release
from congtin.release.search import local
from congtin.release.search.standing import tell
from congtin.release.search.trees import output_tree, release_tree
from congtin.release.search.update import Update, make_apart, make_here, update
from congtin.release.supplement import renew_supplement

_FOLDER = "search"


@click.group("search", help=translate("Indexes for the search on every website and over a whole portal."))
def search_group() -> None:
    """Hold the commands on search."""


@search_group.command("index", help=translate("Make the indexes whose texts have changed; the others stay."))
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="CONGTIN_HOME",
    help=translate("Of the live Release in this publisher’s folder; without it, of what was built in the work tree."),
)
@click.option("--output", type=click.Path(path_type=Path), help=translate("What was built; default: output/."))
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help=translate("Where indexes lie; default: search/ in the home, .congtin/search of the work tree."),
)
@click.option("--site", "sites", multiple=True, help=translate("Only of this Site; may be given several times."))
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=translate("How to show it.")
)
@click.pass_obj
def index_command(
    context: Context, home: Path | None, output: Path | None, into: Path | None, sites: tuple[str, ...], form: str
) -> None:
    """Exit with 1 when an index could not be made."""
    if home and output is None:
        done = _of_home(Home.at(home), context, into, sites)
    else:
        done = _of_output(context, output, into, sites)
    if form == "json":
        click.echo(json.dumps(asdict(done) | {"memory": done.memory}, ensure_ascii=False, indent=1))
    else:
        console = make_console()
        for each in done.renewed:
            what = msg(
                "{site} ({lang}, {scope}): {items} Items in {parts} parts, {seconds} s, {memory} MB of memory.",
                **{**asdict(each), "memory": _megabytes(each.memory)},
            )
            console.print(str(what), soft_wrap=True)
        console.print(str(summary(done)), soft_wrap=True)
        for error in done.errors:
            console.print(Text(error, "bold red"), soft_wrap=True)
    sys.exit(1 if done.errors else 0)


def _of_home(home: Home, context: Context, into: Path | None, sites: tuple[str, ...]) -> Update:
    live = live_release(home)
    if live is None:
        raise UsageError(msg("There is no live Release yet."), msg("Make one: congtin publish"))
    done = update(release_tree(live), (into or home.search).resolve(), context.now, make_apart, sites)
    tell(home, live.number, done, context.now)
    renew_supplement(home, context.now)
    return done


def _of_output(context: Context, output: Path | None, into: Path | None, sites: tuple[str, ...]) -> Update:
    folder = (output or context.output).resolve()
    tree = output_tree(folder)
    if not tree.lists:
        raise UsageError(msg("Nothing to search has been built in {path}.", path=folder), msg("Run: congtin build"))
    # On another web server there is a tree, but no work tree.
    place = into.resolve() if into else search_folder(context.root, folder)
    return update(tree, place, context.now, make_here, sites)


def search_folder(root: Path, output: Path) -> Path:
    """Return where the indexes of a built folder lie: beside what its builds remember."""
    return state_folder(root, output) / _FOLDER


def summary(done: Update) -> Msg:
    """Return what an update did, in one sentence."""
    return msg(
        "Search: {indexes} indexes of {items} Items, {renewed} made anew in {seconds} s with at most {memory} MB.",
        indexes=done.indexes,
        items=done.items,
        renewed=len(done.renewed),
        seconds=f"{done.seconds:.1f}",
        memory=_megabytes(done.memory),
    )


def _megabytes(count: int) -> int:
    return round(count / 1_000_000)


@contextmanager
def searching(console: Console, output: Path, place: Path) -> Iterator[None]:
    """Make indexes while pages are served, and say when they are ready."""

    def made(done: Update) -> None:
        if done.renewed or done.errors:
            console.print(str(summary(done)), soft_wrap=True)
        for error in done.errors:
            console.print(Text(error, "bold red"), soft_wrap=True)

    def failed(error: CongtinError) -> None:
        show_error(make_console(stderr=True), error)

    beside = local.indexer(output, place, made, failed)
    beside.start()
    try:
        yield
    finally:
        beside.stop()
