"""`congtin check`: whether content is fit to publish."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import click

from congtin.build.look import read_repository
from congtin.build.manifest import replace_file
from congtin.catalogue.changes import exported
from congtin.checks.addresses import lost_addresses
from congtin.checks.run import run_checks
from congtin.cli.context import Context
from congtin.cli.show import make_console, problems_json, show_problems, show_summary
from congtin.errors import Severity, UsageError
from congtin.layout import STATE
from congtin.messages import msg, translate
from congtin.model import Profile

_TEXTS = ("content", "sites")


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
    console = make_console()
    texts = [(path, _composed(context.root, path)) for path in fix]
    for path, text in texts:
        replace_file(path, text.encode("utf-8"))
    head = context.repository(Profile.RELEASE if release else Profile.WORK)
    problems = run_checks(head)
    if base:
        with exported(context.root, base) as folder:
            before = read_repository(folder, folder / STATE, context.now, Profile.WORK)
        problems += lost_addresses(before, head)
    if form == "json":
        click.echo(problems_json(problems))
    else:
        show_problems(console, problems)
        show_summary(console, problems)
    if any(problem.severity is Severity.ERROR for problem in problems):
        sys.exit(1)


def _composed(root: Path, path: Path) -> str:
    """Return the text of a file of the repository, its letters put together."""
    if not any(path.resolve().is_relative_to(root / folder) for folder in _TEXTS):
        text = msg("{path} is no file below content/ or sites/ of this repository.", path=path)
        raise UsageError(text, msg("Only these files are mended; others are left as they are."))
    try:
        return unicodedata.normalize("NFC", path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UsageError(msg("{path} is not UTF-8 text.", path=path)) from error
