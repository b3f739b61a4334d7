"""`congtin alert`: put a banner over Sites for a while, see which are up, let one end (C18)."""

from __future__ import annotations

import json
from datetime import datetime

import click
from rich.table import Table

from congtin.cli.context import Context
from congtin.cli.show import wide_console
from congtin.languages import VIETNAMESE
from congtin.messages import msg, translate, translate_count
from congtin.model import HANOI_TIME
from congtin.network.alerts import LEVELS, Alert
from congtin.network.load import load_network
from congtin.network.network import Network, local
from congtin.network.put_alerts import NewAlert, add_alert, end_alert, require_owner

_LEVELS = click.Choice(LEVELS)
_VIEWS = click.Choice(["table", "json"])


@click.group("alert", help=translate("Put an alert banner over the pages of Sites, list them, let one end."))
def alert_group() -> None:
    """Hold the commands on alerts."""


def _moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """Read a time as people write it; without an offset it is that of Hà Nội."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(translate("Write 2026-10-05T08:30, the time of Hà Nội.")) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=HANOI_TIME)


@alert_group.command("add", help=translate("Write an alert over all Sites of a Portal, some of them, or one Site."))
@click.argument("owner")
@click.option(
    "--level", type=_LEVELS, prompt=translate("How urgent"), help=translate("danger, warning or information.")
)
@click.option("--text", prompt=translate("Text in Vietnamese"), help=translate("What everybody must know."))
@click.option(
    "--text-in",
    "others",
    type=(str, str),
    multiple=True,
    metavar="LANG TEXT",
    help=translate("The same in another language, as in: --text-in en “School is out”."),
)
@click.option(
    "--until", callback=_moment, prompt=translate("Until when"), help=translate("When it ends: 2026-10-05T08:30.")
)
@click.option("--from", "begins", callback=_moment, help=translate("When it begins; without it at once."))
@click.option("--link", help=translate("Where to read more: item:<id>, or the address of a page of the network."))
@click.option(
    "--to", multiple=True, help=translate("Only these Sites of the Portal: an id, or hanoi/*:ward for all wards.")
)
@click.option("--name", default="", help=translate("The name of its file; without it made from the text."))
@click.pass_obj
def add_command(
    context: Context,
    owner: str,
    level: str,
    text: str,
    others: tuple[tuple[str, str], ...],
    until: datetime,
    begins: datetime | None,
    link: str | None,
    to: tuple[str, ...],
    name: str,
) -> None:
    """Write the file; say how far it reaches and who must approve it."""
    network = load_network(context.root)
    texts = {"vi": text, **dict(others)}
    alert = add_alert(network, NewAlert(owner, level, texts, begins or context.now, until, link, to, name))
    click.echo(str(msg("Written: {path}", path=alert.file)))
    reached = len(network.reach(alert))
    click.echo(translate_count("It stands over {count} Site.", "It stands over {count} Sites.", reached))
    board = owner if "/" in owner else f"{owner}/portal"
    click.echo(str(msg("It shows once the Editorial Board of {site} has approved it.", site=board)))


@alert_group.command("list", help=translate("List the alerts that are up or will be."))
@click.argument("owner", required=False)
@click.option("--all", "everything", is_flag=True, help=translate("Those that are over too."))
@click.option("--format", "form", type=_VIEWS, default="table", help=translate("How to show it."))
@click.pass_obj
def list_command(context: Context, owner: str | None, everything: bool, form: str) -> None:
    """Print one line for each alert, the next to end first."""
    network = load_network(context.root)
    if owner:
        require_owner(network, owner)
    alerts = [alert for alert in network.alerts if not owner or alert.owner == owner]
    alerts = [alert for alert in alerts if everything or context.now < alert.options.until]
    alerts.sort(key=lambda alert: (alert.options.until, alert.file))
    rows = [_row(network, alert, context.now) for alert in alerts]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    titles = [translate("Whose"), translate("Name"), translate("Level"), translate("State"), translate("Sites")]
    table = Table(*titles, translate("From"), translate("Until"), translate("Text"))
    for alert, row in zip(alerts, rows, strict=True):
        reached, words = len(network.reach(alert)), local(alert.options.text, VIETNAMESE)[0]
        state, times = _STATES[_state(alert, context.now)], (str(row["from"]), str(row["until"]))
        table.add_row(alert.owner, alert.name, alert.options.level, state, str(reached), *times, words)
    wide_console().print(table)
    click.echo(translate_count("{count} alert.", "{count} alerts.", len(rows)))


_STATES = {"up": translate("shown now"), "later": translate("begins later"), "over": translate("over")}


def _state(alert: Alert, now: datetime) -> str:
    return "up" if alert.is_up(now) else "later" if now < alert.options.begins else "over"


def _row(network: Network, alert: Alert, now: datetime) -> dict[str, object]:
    options = alert.options
    return {
        "owner": alert.owner,
        "name": alert.name,
        "file": alert.file,
        "level": options.level,
        "state": _state(alert, now),
        "from": options.begins.isoformat(),
        "until": options.until.isoformat(),
        "text": dict(options.text),
        "link": options.link,
        "sites": [site.id for site in network.reach(alert)],
    }


@alert_group.command("end", help=translate("Let an alert end now, or never begin."))
@click.argument("owner")
@click.argument("name")
@click.pass_obj
def end_command(context: Context, owner: str, name: str) -> None:
    """Write the end into the file, or take away the file of one that has not begun."""
    alert, gone = end_alert(load_network(context.root), owner, name, context.now)
    if gone:
        click.echo(str(msg("Removed, for it had not begun: {path}", path=alert.file)))
    else:
        click.echo(str(msg("Written: {path}", path=alert.file)))
