"""`congtin check`: whether content is fit to publish."""

from __future__ import annotations

import json
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path

import click

from congtin.build.manifest import replace_file
from congtin.build.since import site_rules, view_since
from congtin.catalogue.changes import Revision
from congtin.checks.fixed_pages import due_pages
from congtin.checks.report import change_data
from congtin.checks.reviewing import review_items
from congtin.checks.run import run_checks
from congtin.cli.context import Context
from congtin.cli.overdue import show_due_pages
from congtin.cli.show import make_console, problems_json, show_placements, show_problems, show_summary
from congtin.errors import Severity, UsageError
from congtin.messages import msg, translate
from congtin.model import Profile

_TEXTS = ("content", "sites")


@click.command("check", help=translate("Say whether the content is fit to publish; nothing is built."))
@click.option("--release", is_flag=True, help=translate("Also what only a release demands."))
@click.option("--base", metavar="REVISION", help=translate("Judge only what was changed since this revision."))
@click.option("--overdue", is_flag=True, help=translate("Only list the fixed pages that are to be reviewed again."))
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
def check_command(
    context: Context, release: bool, base: str | None, overdue: bool, form: str, fix: tuple[Path, ...]
) -> None:
    """Run all checks; exit with 1 when there is an error."""
    console = make_console()
    texts = [(path, _composed(context.root, path)) for path in fix]
    for path, text in texts:
        replace_file(path, text.encode("utf-8"))
    profile = Profile.RELEASE if release else Profile.WORK
    if base and overdue:
        raise UsageError(msg("Either --base or --overdue: the list is of all pages."))
    if base:
        with Revision.find(context.root, base) as revision:
            view = view_since(context.root, context.state, revision, context.now, profile)
        problems = list(view.problems)
        answer = json.dumps(change_data(view, revision.commit), ensure_ascii=False, indent=1)
    else:
        view = None
        repository = context.repository(profile)
        repository = replace(repository, rules=site_rules(context.root, repository.network, context.now))
        if overdue:
            show_due_pages(due_pages(repository), form)
            return
        problems = [*run_checks(repository), *review_items(repository, repository.own_items)]
        answer = problems_json(problems)
    if form == "json":
        click.echo(answer)
    else:
        if view:
            show_placements(console, view.placed)
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
