"""`congtin status`: where a Change is on its way to citizens."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import httpx
from rich.console import Console
from rich.table import Table
from rich.text import Text

from congtin.cli.context import Context
from congtin.cli.show import make_console
from congtin.editorial.repository import GitRepository
from congtin.errors import CongtinError, UsageError, did_you_mean
from congtin.messages import msg, translate
from congtin.release.search.standing import SearchState
from congtin.release.settings import FILE as SETTINGS
from congtin.release.status import FILE, Status, parse_status
from congtin.release.status_page import change_word, shown, state_word, step_word

_SECONDS = 10.0
_COLOURS = {"queued": "yellow", "building": "cyan", "live": "green", "failed": "bold red", "held": "yellow"}
_FEW = 10


@click.command("status", help=translate("Where a Change is: queued, building, live, or failed and why."))
@click.argument("change", required=False)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="CONGTIN_HOME",
    help=translate("The folder of the machine that publishes, when you are on it."),
)
@click.option(
    "--url", help=translate("The address of its status.json; default: git config congtin.status of the work tree.")
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=translate("How to show it.")
)
@click.pass_obj
def status_command(context: Context, change: str | None, home: Path | None, url: str | None, form: str) -> None:
    """Exit with 1 when the Change asked for, or the last publication, failed."""
    status = parse_status(_data(context, home, url))
    chosen = status.changes
    if change:
        chosen = tuple(each for each in chosen if each.change == change)
        if not chosen:
            hint = did_you_mean(change, (each.change for each in status.changes))
            raise UsageError(msg("The publisher knows no merged Change “{change}”.", change=change), hint)
    if form == "json":
        click.echo(status.model_copy(update={"changes": chosen}).model_dump_json(indent=1, exclude_none=True))
    else:
        _show(make_console(), status.model_copy(update={"changes": chosen}))
    if any(each.state == "failed" for each in chosen[:1]) or (not change and status.failure):
        sys.exit(1)


def _data(context: Context, home: Path | None, url: str | None) -> bytes:
    if url is None:
        folder = home or Path()
        if home or (folder / SETTINGS).is_file():
            return _read(folder / "status" / FILE)
        url = _configured(context.root)
    try:
        answer = httpx.get(url, timeout=_SECONDS, follow_redirects=True)
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CongtinError(msg("The status cannot be read from {url}: {detail}", url=url, detail=error)) from error
    return answer.content


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        hint = msg("The publisher writes it: congtin publisher run")
        raise UsageError(msg("There is no status in {path}.", path=file), hint) from error


def _configured(root: Path) -> str:
    with GitRepository(root) as repository:
        done = repository.answer("config", "congtin.status")
    if done.returncode:
        hint = msg("Set it: git config congtin.status https://…/status.json, or name --home or --url.")
        raise UsageError(msg("Where the publisher’s status is, nobody has said."), hint)
    return done.stdout.decode().strip()


def _show_search(console: Console, search: SearchState) -> None:
    if search.error:
        text = msg("Search does not follow since {time}: {error}", time=shown(search.at), error=search.error)
        console.print(Text(str(text), "bold red"), soft_wrap=True)
    elif search.release:
        facts = {"number": search.release, "indexes": search.indexes, "renewed": search.renewed}
        text = msg(
            "Search follows Release {number}: {indexes} indexes, {renewed} made anew in {seconds} s with {memory} MB.",
            **facts, seconds=search.seconds, memory=round(search.memory / 1_000_000),
        )  # fmt: skip
        console.print(Text(str(text)), soft_wrap=True)


def _show(console: Console, status: Status) -> None:
    state = state_word(status.state)
    step = f": {step_word(status.step)}" if status.step else ""
    console.print(Text(f"{state}{step}", "bold"))
    if status.live:
        said = msg("Citizens see Release {number} of {time}.", number=status.live.number, time=shown(status.live.since))
        console.print(Text(str(said)))
    if status.search:
        _show_search(console, status.search)
    if status.hold:
        said = msg("Nothing is published by itself since somebody went back: {reason}", reason=status.hold)
        console.print(Text(str(said), "yellow"), soft_wrap=True)
    if status.failure:
        console.print(Text(f"{shown(status.failure.at)}  {status.failure.message}", "bold red"), soft_wrap=True)
        for line in (*status.failure.problems, status.failure.hint):
            if line:
                console.print(Text(f"  {line}"), soft_wrap=True)
    if not status.changes:
        return
    table = Table(box=None, pad_edge=False)
    for title in (translate("Change"), translate("State"), translate("Merged"), translate("Live")):
        table.add_column(title)
    for change in status.changes[:_FEW]:
        live = (
            str(msg("Release {number}, {time}", number=change.release, time=shown(change.live))) if change.live else ""
        )
        table.add_row(
            change.change, Text(change_word(change.state), _COLOURS[change.state]), shown(change.merged), live
        )
    console.print(table)
