"""`congtin log`: who did what, when, over which bytes."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import datetime
from pathlib import Path

import click
from rich.table import Table

from congtin.cli.change_view import event_name
from congtin.cli.context import Context, moment
from congtin.cli.show import make_console
from congtin.editorial import log
from congtin.editorial.export import Line, lines_of
from congtin.editorial.repository import GitRepository
from congtin.messages import translate
from congtin.model import HANOI_TIME


@click.command(
    "log", help=translate("Who did what, when, over which bytes: the log as a list for people and programs.")
)
@click.argument("repository", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
@click.option("--site", help=translate("Only what concerns this Site."))
@click.option("--change", help=translate("Only this Change."))
@click.option("--from", "since", callback=moment, help=translate("Only from this time on."))
@click.option("--to", "until", callback=moment, help=translate("Only before this time."))
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "jsonl"]), default="table", help=translate("How to show it.")
)
@click.pass_obj
def log_command(
    context: Context, repository: Path | None, site: str | None, change: str | None,
    since: datetime | None, until: datetime | None, form: str,
) -> None:  # fmt: skip
    """Print entries of the log, the oldest first."""
    with GitRepository(repository or context.root) as content:
        lines = lines_of(content, content.ref(log.REF), site=site, change=change, since=since, until=until)
        if form == "jsonl":
            for line in lines:
                click.echo(json.dumps(line.data(), ensure_ascii=False))
        elif form == "csv":
            click.echo(_csv(list(lines)), nl=False)
        else:
            _table(list(lines))


def _csv(lines: list[Line]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, Line.FIELDS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(line.row() for line in lines)
    return text.getvalue()


def _table(lines: list[Line]) -> None:
    table = Table(box=None, pad_edge=False)
    names = (
        translate("No."),
        translate("Time"),
        translate("What"),
        translate("Change"),
        translate("Who"),
        translate("Sites"),
        translate("Digest"),
    )
    for name in names:
        table.add_column(name, overflow="fold")
    for line in lines:
        when = line.time.astimezone(HANOI_TIME).strftime("%d/%m/%Y %H:%M:%S")
        table.add_row(
            str(line.seq),
            when,
            event_name(line.event),
            line.change,
            line.person,
            ", ".join(line.sites),
            line.digest[:12],
        )
    make_console().print(table)
    sys.stdout.flush()
