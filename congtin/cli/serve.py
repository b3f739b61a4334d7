"""`congtin serve`, and what `--watch` shows on the terminal."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.status import Status

from congtin.build.report import BuildReport
from congtin.build.request import BuildRequest
from congtin.cli.context import Context
from congtin.cli.files import require_folder_place
from congtin.cli.search import search_folder, searching
from congtin.cli.show import make_console, show_error, show_problems, show_report, show_summary
from congtin.errors import CongtinError, Problem, ProblemsFound, Severity
from congtin.layout import state_folder
from congtin.messages import msg, translate
from congtin.model import SiteKind
from congtin.network.load import load_network
from congtin.release.builder import NotBuilt, Step
from congtin.release.live import LivePages
from congtin.release.local_server import Hosts, LocalServer
from congtin.release.rebuild import Clock, Listener, Rebuilder


@click.command("serve", help=translate("Serve everything that was built, all hosts from one process."))
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help=translate("The port."))
@click.option("--output", type=click.Path(path_type=Path), help=translate("What to serve; default: output/."))
@click.option("--watch", is_flag=True, help=translate("Build first, and again after every save; open pages follow."))
@click.pass_obj
def serve_command(context: Context, port: int, output: Path | None, watch: bool) -> None:
    """Serve until the person stops it."""
    folder = (output or context.output).resolve()
    require_folder_place(folder)
    # A service manager's stop is as good as the person's.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = make_console()
    try:
        if watch:
            _serve_watching(console, context, folder, port)
        else:
            _serve(console, context, folder, port)
    except KeyboardInterrupt:
        console.print("")


def _serve(console: Console, context: Context, folder: Path, port: int) -> None:
    place = search_folder(context.root, folder)
    with LocalServer(Hosts.read(folder), port, search=place) as server, searching(console, folder, place):
        _show_addresses(console, context.root, server)
        server.serve_forever()


def _serve_watching(console: Console, context: Context, folder: Path, port: int) -> None:
    request = BuildRequest(context.root, folder, state_folder(context.root, folder), context.now)
    live = LivePages()
    with (
        LocalServer(Hosts.none(folder), port, live, search_folder(context.root, folder)) as server,
        console.status(translate("Building …")) as status,
        Rebuilder(request, _clock(context), _Shown(console, status, server, live)) as rebuilder,
        _left_in_peace(),
    ):
        rebuilder.first()
        with _answering(server, live), searching(console, folder, search_folder(context.root, folder)):
            _show_addresses(console, context.root, server)
            rebuilder.run()


def _clock(context: Context) -> Clock:
    """Return the real clock, or the one that stands still at `--now`."""
    if click.get_current_context().find_root().params["now"] is None:
        return Clock(lambda: datetime.now().astimezone())
    return Clock(lambda: context.now, runs=False)


@contextmanager
def _left_in_peace() -> Iterator[None]:
    """Let nobody interrupt what ends the processes and threads: a second Ctrl-C would leave some behind."""
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)


@contextmanager
def _answering(server: LocalServer, live: LivePages) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, name="congtin-serve", daemon=True)
    thread.start()
    try:
        yield
    finally:
        live.close()
        server.shutdown()
        thread.join()


class _Shown(Listener):
    """Shows each build on the terminal, and hands what it made to the server and to open pages."""

    def __init__(self, console: Console, status: Status, server: LocalServer, live: LivePages) -> None:
        self.console = console
        self.status = status
        self.errors = make_console(stderr=True)
        self.server = server
        self.live = live
        self.asked = self.first = True
        self.known: frozenset[Problem] = frozenset()
        self.failure: NotBuilt | None = None

    def building(self) -> None:
        self.asked = True
        self.status.update(translate("Building …"))
        self.status.start()

    def step(self, step: Step) -> None:
        self.status.update(str(msg("{done} of {total} Editions", done=step.done, total=step.total)))

    def built(self, report: BuildReport) -> None:
        self.status.stop()
        changed = bool(report.changed or report.removed)
        shown = frozenset(p for p in report.problems if p.severity is not Severity.NOTICE)
        show_problems(self.console, shown - self.known)
        if self.first:
            show_summary(self.console, report.problems)
            show_report(self.console, report)
        elif self.asked or changed or self.failure:
            self.console.print(_short(report))
        self._look_at_hosts()
        self.live.built(changed=changed)
        self.known, self.failure = shown, None
        self.asked = self.first = False

    def not_built(self, failure: NotBuilt) -> None:
        self.status.stop()
        if self.asked or failure != self.failure:
            show_problems(self.errors, failure.problems)
            show_error(self.errors, CongtinError(failure.message, failure.hint))
        self._look_at_hosts()
        self.live.not_built(failure)
        self.failure = failure
        self.asked = False

    def _look_at_hosts(self) -> None:
        output = self.server.hosts.output
        self.server.hosts = Hosts.read(output) if output.is_dir() else Hosts.none(output)

    def code_changed(self) -> None:
        self.console.print(translate("A plugin changed: the builder starts anew."))


def _short(report: BuildReport) -> str:
    values = {"changed": report.changed, "removed": report.removed, "seconds": f"{report.seconds:.1f}"}
    text = msg("Built in {seconds} s. Files changed: {changed}, removed: {removed}.", **values)
    return f"{datetime.now().astimezone():%H:%M:%S}  {text}"


def _show_addresses(console: Console, root: Path, server: LocalServer) -> None:
    console.print(translate("Open in a browser:"))
    for address, name, lang in _portals(root, server):
        console.print(f"  {address}  ({name}, {lang})", soft_wrap=True)
    console.print(f"  http://localhost:{server.port}/  ({translate('all hosts')})", soft_wrap=True)
    if server.live:
        console.print(translate("Every save is built, and open pages follow."))
    console.print(translate("Stop with Ctrl-C."))


def _portals(root: Path, server: LocalServer) -> Iterator[tuple[str, str, str]]:
    try:
        network = load_network(root)
    except ProblemsFound:
        if server.live:  # the build has said so, and the next one may know better
            return
        raise
    for site in network.sites.values():
        if site.kind is SiteKind.PORTAL:
            for edition in site.editions:
                yield f"{server.address(edition.host)}{edition.root_path}", site.name, edition.lang
