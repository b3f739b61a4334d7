"""`congtin build` and `congtin serve`."""

from __future__ import annotations

import signal
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from congtin.build.edition import EditionResult
from congtin.build.manifest import replace_file
from congtin.build.pipeline import BuildRequest, build
from congtin.build.pipeline import Progress as BuildProgress
from congtin.catalogue.store import state_folder
from congtin.cli.context import Context
from congtin.cli.files import require_file_place, require_folder_place
from congtin.cli.show import make_console, show_problems, show_report, show_summary
from congtin.errors import Severity
from congtin.messages import msg, translate
from congtin.model import Profile, SiteKind
from congtin.network.load import load_network
from congtin.network.network import Network
from congtin.release.local_server import Hosts, LocalServer
from congtin.workers import worker_count


class _Bar(BuildProgress):
    """A bar on a terminal, a line for every tenth elsewhere."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.total = self.done = 0
        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
        )

    def start(self, editions: int) -> None:
        self.total = editions
        if self.console.is_terminal:
            self.bar.start()
            self.task = self.bar.add_task(translate("Editions"), total=editions)

    def advance(self, result: EditionResult) -> None:
        self.done += 1
        if self.console.is_terminal:
            self.bar.advance(self.task)
        elif self.done == self.total or self.done * 10 // self.total > (self.done - 1) * 10 // self.total:
            self.console.print(str(msg("{done} of {total} Editions", done=self.done, total=self.total)))

    def stop(self) -> None:
        self.bar.stop()


@click.command("build", help=translate("Build all Sites, or those named (hanoi/portal, hanoi/*, 'hanoi/*:ward')."))
@click.argument("sites", nargs=-1, metavar="[SITE]...")
@click.option("--lang", "langs", multiple=True, help=translate("Only this language; may be given several times."))
@click.option("--release", is_flag=True, help=translate("For citizens: refuse demonstration data and missing ids."))
@click.option("--output", type=click.Path(path_type=Path), help=translate("Where to write; default: output/."))
@click.option("--workers", type=click.IntRange(1, 256), default=worker_count, help=translate("How many processes."))
@click.option("--report", type=click.Path(path_type=Path), help=translate("Write the report to this file as JSON."))
@click.option("--full", is_flag=True, help=translate("Build every Edition, whatever was built before."))
@click.option("--notices", is_flag=True, help=translate("Show notices too."))
@click.pass_obj
def build_command(
    context: Context,
    sites: tuple[str, ...],
    langs: tuple[str, ...],
    release: bool,
    output: Path | None,
    workers: int,
    report: Path | None,
    full: bool,
    notices: bool,
) -> None:
    """Build and say what was done."""
    console = make_console()
    target = (output or context.output).resolve()
    require_folder_place(target)
    if report:
        require_file_place(report)
    progress = _Bar(console)
    request = BuildRequest(
        root=context.root,
        output=target,
        state=state_folder(context.root, target),
        now=context.now,
        profile=Profile.RELEASE if release else Profile.WORK,
        sites=sites,
        langs=langs,
        workers=workers,
        full=full,
    )
    try:
        done = build(request, progress)
    finally:
        progress.stop()
    show_problems(console, [p for p in done.problems if notices or p.severity is not Severity.NOTICE])
    show_summary(console, done.problems)
    show_report(console, done)
    if report:
        replace_file(report, done.to_json().encode())


@click.command("serve", help=translate("Serve everything that was built, all hosts from one process."))
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help=translate("The port."))
@click.option("--output", type=click.Path(path_type=Path), help=translate("What to serve; default: output/."))
@click.pass_obj
def serve_command(context: Context, port: int, output: Path | None) -> None:
    """Serve until the person stops it."""
    console = make_console()
    folder = (output or context.output).resolve()
    require_folder_place(folder)
    hosts = Hosts.read(folder)
    network = load_network(context.root)
    # A service manager's stop is as good as the person's.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with LocalServer(hosts, port) as server:
            _show_addresses(console, network, server)
            server.serve_forever()
    except KeyboardInterrupt:
        console.print("")


def _show_addresses(console: Console, network: Network, server: LocalServer) -> None:
    console.print(translate("Open in a browser:"))
    for site in network.sites.values():
        if site.kind is SiteKind.PORTAL:
            for edition in site.editions:
                local = f"{server.address(edition.host)}{edition.root_path}"
                console.print(f"  {local}  ({site.name}, {edition.lang})", soft_wrap=True)
    console.print(f"  http://localhost:{server.port}/  ({translate('all hosts')})", soft_wrap=True)
    console.print(translate("Stop with Ctrl-C."))
