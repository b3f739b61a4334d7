"""`congtin check`: whether content is fit to publish."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import click
from rich.console import Console

from congtin.build.manifest import replace_file
from congtin.build.pipeline import read_repository
from congtin.catalogue.changes import exported
from congtin.catalogue.store import STATE_FOLDER
from congtin.checks.addresses import lost_addresses
from congtin.checks.run import run_checks
from congtin.cli.context import Context
from congtin.cli.show import problems_json, show_problems, show_summary
from congtin.errors import Severity, UsageError
from congtin.messages import msg, translate
from congtin.model import Profile


@click.command("check", help=translate("Say whether the content is fit to publish; nothing is built."))
@click.option("--release", is_flag=True, help=translate("Also what only a release demands."))
@click.option("--base", metavar="REVISION", help=translate("Also refuse to lose an address this revision has (A12)."))
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=translate("How to show it.")
)
@click.option(
    "--fix-unicode",
    "fix",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=translate("Put the letters of this file together (Unicode NFC); may be given several times."),
)
@click.pass_obj
def check_command(context: Context, release: bool, base: str | None, form: str, fix: tuple[Path, ...]) -> None:
    """Run all checks; exit with 1 when there is an error."""
    console = Console()
    for path in fix:
        _compose(path)
    head = context.repository(Profile.RELEASE if release else Profile.WORK)
    problems = run_checks(head)
    if base:
        with exported(context.root, base) as folder:
            before = read_repository(folder, folder / STATE_FOLDER, context.now, Profile.WORK)
        problems += lost_addresses(before, head)
    if form == "json":
        click.echo(problems_json(problems))
    else:
        show_problems(console, problems)
        show_summary(console, problems)
    if any(problem.severity is Severity.ERROR for problem in problems):
        sys.exit(1)


def _compose(path: Path) -> None:
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(msg("{path} is not UTF-8 text.", path=path)) from error
    replace_file(path, unicodedata.normalize("NFC", text).encode("utf-8"))
