"""`congtin monitor`: what citizens get from every host, what is late, what is not backed up."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import threading
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from congtin.cli.context import Context
from congtin.cli.show import make_console, wide_console
from congtin.errors import UsageError
from congtin.messages import msg, translate, translate_count
from congtin.model import HANOI_TIME
from congtin.release.home import Home
from congtin.release.monitoring.findings import SYMBOLS, Finding, Light, Overview, light_word, subject_word
from congtin.release.monitoring.history import Count, Month, month_of, percent
from congtin.release.monitoring.units import service_unit

if TYPE_CHECKING:
    from congtin.release.monitoring.look import Seen
    from congtin.release.monitoring.metrics import Metrics

_STYLES = {Light.RED: "bold red", Light.AMBER: "yellow", Light.GREEN: "green", Light.PLANNED: "cyan"}
_FORMS = click.Choice(["text", "json"])
_HOME = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="CONGTIN_HOME",
    help=translate("The folder of the machine that publishes, with its publisher.yaml."),
)


def _home(ctx: click.Context, given: Path | None) -> Home:
    """Return the home named with the command, else with the group, else the folder one is in."""
    outer = ctx.parent.params.get("home") if ctx.parent else None
    return Home.at(given or outer or Path())


@click.group(
    "monitor",
    invoke_without_command=True,
    help=translate("Ask every host over IPv4 and IPv6, and show what is wrong or late, the worst first."),
)
@_HOME
@click.option("--once", is_flag=True, help=translate("One round; exit with 1 when something is red."))
@click.option("--format", "form", type=_FORMS, default="text", help=translate("How to show it."))
@click.option("--prometheus-port", type=click.IntRange(1, 65535), help=translate("Offer the metrics on this port."))
@click.option("--prometheus-address", default="127.0.0.1", show_default=True, help=translate("The address for that."))
@click.option("--textfile", type=click.Path(path_type=Path, dir_okay=False), help=translate("Write the metrics here."))
@click.option("--interval", type=click.IntRange(10, 3600), help=translate("Seconds between rounds."))
@click.pass_context
def monitor_group(
    ctx: click.Context, home: Path | None, once: bool, form: str, prometheus_port: int | None,
    prometheus_address: str, textfile: Path | None, interval: int | None,
) -> None:  # fmt: skip
    """Look once or for ever."""
    if ctx.invoked_subcommand is not None:
        return
    # Not needed for a report, and half a second to read.
    from congtin.release.monitoring.look import Monitor
    from congtin.release.monitoring.metrics import Metrics

    context: Context = ctx.obj
    place = _home(ctx, home)
    monitor, metrics = Monitor(place), Metrics()
    rounds = _Rounds(place, metrics, form, textfile, interval or place.settings.monitoring.interval)
    if once:
        seen = monitor.look(lambda: context.now)
        rounds.show(seen, whole=True)
        if seen.overview.light is Light.RED:
            ctx.exit(1)
        return
    with ExitStack() as stack:
        if prometheus_port:
            _serve(metrics, prometheus_address, prometheus_port, stack)
        stop = _stop_signal(stack)
        whole = True
        while not stop.is_set():
            rounds.show(monitor.look(_real_time), whole=whole)
            whole = False
            stop.wait(rounds.interval)


def _real_time() -> datetime:
    return datetime.now().astimezone()


def _stop_signal(stack: ExitStack) -> threading.Event:
    """Return what is set when somebody ends the process; a round that runs is finished first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        former = signal.signal(number, lambda *_: stop.set())
        stack.callback(signal.signal, number, former)
    return stop


def _serve(metrics: Metrics, address: str, port: int, stack: ExitStack) -> None:
    from prometheus_client import start_http_server

    try:
        server, thread = start_http_server(port, addr=address, registry=metrics.registry)
    except OSError as error:
        text = msg("The port {port} cannot be used: {detail}.", port=port, detail=error.strerror)
        raise UsageError(text) from error
    stack.callback(thread.join)
    stack.callback(server.server_close)
    stack.callback(server.shutdown)


class _Rounds:
    """Shows one round after the other: whole at first, then only what changed."""

    def __init__(self, home: Home, metrics: Metrics, form: str, textfile: Path | None, interval: int) -> None:
        self.home = home
        self.metrics = metrics
        self.form = form
        self.textfile = textfile
        self.interval = interval
        self.known: set[tuple[str, str]] = set()

    def show(self, seen: Seen, *, whole: bool) -> None:
        from congtin.release.monitoring.page import write_board

        overview = seen.overview
        self.metrics.show(seen)
        if self.textfile:
            self.metrics.write(self.textfile)
        write_board(overview, self.home.status, self.home.settings.monitoring.language)
        if self.form == "json":
            click.echo(json.dumps(overview_data(overview), ensure_ascii=False))
        elif whole:
            show_overview(overview)
        else:
            self.show_changes(overview)
        self.known = _wrong(overview)

    def show_changes(self, overview: Overview) -> None:
        now = _wrong(overview)
        for light, text in sorted(now - self.known):
            click.echo(f"{_time(overview.at)} {SYMBOLS[Light(light)]} {text}")
        for _, text in sorted(self.known - now):
            click.echo(f"{_time(overview.at)} {SYMBOLS[Light.GREEN]} {translate('over')}: {text}")


def _wrong(overview: Overview) -> set[tuple[str, str]]:
    wrong = (finding for finding in overview.findings if finding.light is not Light.GREEN)
    return {(finding.light.value, f"{finding.site} {finding.message}".strip()) for finding in wrong}


# --- how it looks ----------------------------------------------------------------------------------


def show_overview(overview: Overview) -> None:
    """Print the machine's findings, every Site that is not in order, and the sum of all."""
    console = wide_console()
    table = Table(box=None, pad_edge=False)
    for name in (translate("State"), translate("Site"), translate("What was found")):
        table.add_column(name, overflow="fold")
    machine = translate("Publishing and backup")
    for finding in overview.machine:
        table.add_row(_light(finding.light), machine, _line(finding))
    for row in overview.sites:
        if row.light is not Light.GREEN:
            table.add_row(_light(row.light), f"{row.name} ({row.site})", "\n".join(map(_line, row.wrong)))
    console.print(table)
    counts = overview.counts
    parts = [f"{SYMBOLS[light]} {counts[light]} {light_word(light)}" for light in reversed(Light)]
    sites = translate_count("{count} Site", "{count} Sites", counts.total())
    release = overview.release or translate("none")
    console.print(
        Text(f"{_time(overview.at)} · {translate('Release')} {release} · {sites}: {', '.join(parts)}", "bold")
    )


def _light(light: Light) -> Text:
    return Text(f"{SYMBOLS[light]} {light_word(light)}", _STYLES[light])


def _line(finding: Finding) -> str:
    return f"{subject_word(finding.subject)}: {finding.message}"


def overview_data(overview: Overview) -> dict[str, object]:
    """Return a round as JSON tells it."""
    return {
        "at": overview.at.isoformat(),
        "release": overview.release,
        "light": overview.light.value,
        "counts": {light.value: overview.counts[light] for light in Light},
        "machine": [_finding_data(finding) for finding in overview.machine],
        "sites": [
            {
                "site": row.site,
                "name": row.name,
                "light": row.light.value,
                "findings": [_finding_data(finding) for finding in row.findings],
            }
            for row in overview.sites
        ],
    }


def _finding_data(finding: Finding) -> dict[str, str]:
    data = {"subject": finding.subject, "light": finding.light.value, "message": str(finding.message)}
    return data | {name: value for name in ("host", "family") if (value := getattr(finding, name))}


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(HANOI_TIME):%d/%m/%Y %H:%M:%S}"


# --- what is told of a month, and how it is kept running -------------------------------------------


def _month(ctx: click.Context, param: click.Parameter, value: str) -> tuple[int, int]:
    try:
        read = datetime.strptime(value, "%Y-%m")  # noqa: DTZ007 (a month has no zone)
    except ValueError as error:
        raise click.BadParameter(translate("Write 2026-11.")) from error
    return read.year, read.month


@monitor_group.command("report", help=translate("The availability of every host in a month, planned stops apart."))
@_HOME
@click.option("--month", required=True, callback=_month, help=translate("The month, as in 2026-11."))
@click.option("--format", "form", type=_FORMS, default="text", help=translate("How to show it."))
@click.pass_context
def report_command(ctx: click.Context, home: Path | None, month: tuple[int, int], form: str) -> None:
    """Print one line a host, the least available first."""
    found = month_of(_home(ctx, home), *month)
    if not found.rounds:
        hint = msg("Counting begins with the first round of congtin monitor.")
        raise UsageError(msg("Nothing was counted in that month."), hint)
    if form == "json":
        click.echo(json.dumps(_month_data(found), ensure_ascii=False, indent=1))
        return
    table = Table(box=None, pad_edge=False)
    for name in (translate("Host"), translate("Available"), "IPv4", "IPv6", translate("Asked"), translate("In stops")):
        table.add_column(name)
    for host in sorted(found.hosts, key=lambda host: (percent(host.any) is None, percent(host.any) or 0, host.host)):
        shares = [_percent(count) for count in (host.any, host.ipv4, host.ipv6)]
        table.add_row(host.host, *shares, str(host.any.asked), str(host.any.planned))
    wide_console().print(table)
    text = msg("{rounds} rounds on {days} days; at other times nobody asked.", rounds=found.rounds, days=found.days)
    make_console().print(Text(str(text)), soft_wrap=True)


def _percent(count: Count) -> str:
    share = percent(count)
    # Cut, not rounded: 100 % is only what never failed.
    return "–" if share is None else f"{int(share * 1000) / 1000:.3f} %"


def _month_data(month: Month) -> dict[str, object]:
    hosts = [
        {
            "host": host.host,
            "percent": percent(host.any),
            **{name: getattr(host, name).model_dump() for name in ("any", "ipv4", "ipv6")},
        }
        for host in month.hosts
    ]
    return {"days": month.days, "rounds": month.rounds, "hosts": hosts}


@monitor_group.command("units", help=translate("Print the systemd unit that keeps the monitor running."))
@_HOME
@click.option("--user", default="congtin", show_default=True, help=translate("The account it runs as."))
@click.option("--prometheus-port", type=click.IntRange(1, 65535), help=translate("Offer the metrics on this port."))
@click.pass_context
def units_command(ctx: click.Context, home: Path | None, user: str, prometheus_port: int | None) -> None:
    """Print the text; whoever runs the machine puts it in place."""
    program = shutil.which(sys.argv[0]) or sys.argv[0]
    click.echo(service_unit(_home(ctx, home).folder, Path(program).absolute(), user, prometheus_port), nl=False)
