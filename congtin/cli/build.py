"""`congtin build`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from congtin.build.manifest import replace_file
from congtin.build.report import BuildReport
from congtin.build.request import BuildRequest, Cluster
from congtin.build.unchanged import look_first
from congtin.catalogue.tree import GitTree
from congtin.cli.cluster_options import cluster_options
from congtin.cli.context import Context
from congtin.cli.files import require_file_place, require_folder_place
from congtin.cli.show import make_console, show_problems, show_report, show_summary
from congtin.cores import worker_count
from congtin.errors import Severity, UsageError
from congtin.layout import state_folder
from congtin.messages import msg, translate
from congtin.model import Profile


@click.command("build", help=translate("Build all Sites, or those named (hanoi/portal, hanoi/*, 'hanoi/*:ward')."))
@click.argument("sites", nargs=-1, metavar="[SITE]...")
@click.option("--lang", "langs", multiple=True, help=translate("Only this language; may be given several times."))
@click.option("--release", is_flag=True, help=translate("For citizens: refuse demonstration data and missing ids."))
@click.option(
    "--preview", is_flag=True, help=translate("For a Board: marked “CHƯA DUYỆT”, noindex, in a folder apart.")
)
@click.option("--output", type=click.Path(path_type=Path), help=translate("Where to write; default: output/."))
@click.option("--workers", type=click.IntRange(1, 256), default=worker_count, help=translate("How many processes."))
@click.option("--report", type=click.Path(path_type=Path), help=translate("Write the report to this file as JSON."))
@click.option("--full", is_flag=True, help=translate("Build every Edition, whatever was built before."))
@click.option("--notices", is_flag=True, help=translate("Show notices too."))
@click.option("--explain", multiple=True, metavar="OUTPUT", help=translate("Say why this output was made or kept."))
@click.option("--verify", type=click.IntRange(1), help=translate("Make this many Editions from nothing and compare."))
@cluster_options
@click.pass_obj
def build_command(
    context: Context,
    sites: tuple[str, ...],
    langs: tuple[str, ...],
    release: bool,
    preview: bool,
    output: Path | None,
    workers: int,
    report: Path | None,
    full: bool,
    notices: bool,
    explain: tuple[str, ...],
    verify: int | None,
    cluster: Cluster | None,
) -> None:
    """Build and say what was done."""
    console = make_console()
    profile = _profile(release=release, preview=preview)
    target = (output or (context.state / "preview" if preview else context.output)).resolve()
    require_folder_place(target)
    if report:
        require_file_place(report)
    request = BuildRequest(
        root=context.root,
        output=target,
        state=state_folder(context.root, target),
        now=context.now,
        profile=profile,
        sites=sites,
        langs=langs,
        workers=workers,
        full=full,
        cluster=cluster,
    )
    tree = GitTree(context.root)
    first = look_first(request, tree)
    done = first.report or _build(console, request, tree, whole=first.whole)
    show_problems(console, [p for p in done.problems if notices or p.severity is not Severity.NOTICE])
    show_summary(console, done.problems)
    show_report(console, done)
    if report:
        replace_file(report, done.to_json().encode())
    if done.store:
        console.print(str(done.store))
    _look_closer(console, request, done, explain, verify)


def _profile(*, release: bool, preview: bool) -> Profile:
    if release and preview:
        raise UsageError(msg("A release is no preview: --release and --preview do not go together."))
    return Profile.RELEASE if release else Profile.PREVIEW if preview else Profile.WORK


def _look_closer(
    console: Console, request: BuildRequest, done: BuildReport, explained: tuple[str, ...], verified: int | None
) -> None:
    if explained:
        from congtin.build.explain import explain

        for output in explained:
            console.print(str(explain(request, done, output)), soft_wrap=True)
    if verified:
        from congtin.build.verify import verify

        same = verify(request, verified)
        console.print(
            str(msg("Made from nothing and equal: {editions}.", editions=", ".join(map(str, same)))), soft_wrap=True
        )


def _build(console: Console, request: BuildRequest, tree: GitTree, *, whole: bool) -> BuildReport:
    # Nothing of this is needed to find that nothing has changed, and reading it takes longer than that.
    from congtin.build.pipeline import build
    from congtin.cli.progress import Bar

    progress = Bar(console)
    try:
        return build(request, progress, tree=tree, whole=whole)
    finally:
        progress.stop()
