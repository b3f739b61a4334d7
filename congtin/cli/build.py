"""`congtin build`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from congtin.build.cluster import Cluster
from congtin.build.manifest import replace_file
from congtin.build.pipeline import BuildRequest, build
from congtin.build.pipeline import Progress as BuildProgress
from congtin.build.site_work import SiteResult
from congtin.catalogue.store import state_folder
from congtin.cli.cluster_options import cluster_options
from congtin.cli.context import Context
from congtin.cli.files import require_file_place, require_folder_place
from congtin.cli.show import make_console, show_problems, show_report, show_summary
from congtin.errors import Severity
from congtin.messages import msg, translate
from congtin.model import Profile
from congtin.workers import worker_count


class _Bar(BuildProgress):
    """A bar on a terminal, a line for every tenth elsewhere."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.total = self.done = 0
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            auto_refresh=False,  # a thread would keep the build from forking its workers
        )

    def start(self, editions: int) -> None:
        self.total = editions
        if self.console.is_terminal:
            self.bar.start()
            self.task = self.bar.add_task(translate("Editions"), total=editions)

    def advance(self, result: SiteResult) -> None:
        before = self.done
        self.done += len(result.editions)
        if self.console.is_terminal:
            self.bar.update(self.task, completed=self.done, refresh=True)
        elif self.done * 10 // max(self.total, 1) > before * 10 // max(self.total, 1):
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
@cluster_options
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
    cluster: Cluster | None,
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
        cluster=cluster,
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
