"""`congtin review`: what the audit log of a quarter tells, for a person who signs that they have read it."""

from __future__ import annotations

import json
import sys
from datetime import datetime

import click
from rich.table import Table
from rich.text import Text

from congtin.cli.change_view import event_name
from congtin.cli.context import Context
from congtin.cli.home_option import home_option
from congtin.cli.show import make_console
from congtin.editorial.desk import Desk
from congtin.errors import UsageError
from congtin.messages import msg, translate
from congtin.release.home import Home
from congtin.release.review.make import make_review, quarter_before
from congtin.release.review.report import Review, head_lines, markdown, rest_of, text_rows

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("review", help=translate("The quarterly review of the audit log, as a report to sign (K8)."))
@home_option
@click.option("--from", "since", type=_DAY, help=translate("The first day; default: that of the last whole quarter."))
@click.option("--until", type=_DAY, help=translate("The last day; default: that of the last whole quarter."))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help=translate("How to show it."),
)
@click.pass_obj
def review_command(context: Context, home: Home, since: datetime | None, until: datetime | None, form: str) -> None:
    """Print the report; exit with 1 when the log or the roster is damaged."""
    first, last = quarter_before(context.now)
    first, last = since.date() if since else first, until.date() if until else last
    if last < first:
        raise UsageError(msg("The last day lies before the first."))
    with Desk(home.content, context.now) as desk:
        review = make_review(home, desk, first, last)
    if form == "json":
        click.echo(json.dumps(review.data(), ensure_ascii=False, indent=1))
    elif form == "markdown":
        click.echo(markdown(review, event_name), nl=False)
    else:
        _show(review)
    if review.damage:
        sys.exit(1)


def _show(review: Review) -> None:
    console = make_console()
    for line in head_lines(review):
        console.print(Text(line, "bold red" if review.damage else "bold"), soft_wrap=True)
    for number, section in enumerate(review.sections, 1):
        console.print()
        style = "bold yellow" if section.attention else "bold"
        console.print(Text(f"{number}. {section.title}", style), soft_wrap=True)
        if section.note:
            console.print(Text(str(section.note), "dim"), soft_wrap=True)
        if not section.rows:
            if not section.note:
                console.print(Text(translate("None."), "dim"))
            continue
        table = Table(*(str(title) for _, title in section.columns), box=None, pad_edge=False)
        for row in text_rows(section, event_name):
            table.add_row(*(Text(cell) for cell in row))
        console.print(table)
        rest = rest_of(section)
        if rest:
            console.print(Text(str(rest), "dim"))
