"""`congtin check`: whether content is fit to publish."""

from __future__ import annotations

import json
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path

import click

from congtin.build.manifest import replace_file
from congtin.build.since import WorkTree, site_rules, view_since
from congtin.catalogue.changes import Revision
from congtin.checks.fixed_pages import due_pages
from congtin.checks.report import change_data
from congtin.checks.reviewing import review_items
from congtin.checks.run import run_checks
from congtin.cli.context import Context
from congtin.cli.overdue import show_due_pages
from congtin.cli.show import make_console, problems_json, show_placements, show_problems, show_summary, wide_console
from congtin.errors import Severity, UsageError, did_you_mean
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
@click.option(
    "--coverage", is_flag=True, help=translate("List the information that must be public and where it stands.")
)
@click.option("--portal", metavar="PORTAL", help=translate("With --coverage: only this Portal, each Site in turn."))
@click.option("--site", metavar="SITE", help=translate("With --coverage: only this Site."))
@click.pass_obj
def check_command(
    context: Context,
    release: bool,
    base: str | None,
    overdue: bool,
    form: str,
    fix: tuple[Path, ...],
    coverage: bool,
    portal: str | None,
    site: str | None,
) -> None:
    """Run all checks; exit with 1 when there is an error."""
    if coverage:
        _show_coverage(context, portal, site, form)
        return
    if portal or site:
        raise UsageError(msg("--portal and --site go with --coverage only."))
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


def _show_coverage(context: Context, portal: str | None, site: str | None, form: str) -> None:
    """Print where the information stands that must be public (C1, C17)."""
    from congtin.checks.coverage import standings
    from congtin.cli.coverage_view import coverage_json, show_site, show_sites
    from congtin.rules.working_days import WorkingDays

    repository = context.repository()
    network = repository.network
    repository = replace(repository, rules=site_rules(context.root, network, context.now))
    if site is not None and site not in network.sites:
        raise UsageError(msg("There is no Site “{site}”.", site=site), did_you_mean(site, network.sites))
    if portal is not None and portal not in network.portals:
        raise UsageError(msg("There is no Portal “{portal}”.", portal=portal), did_you_mean(portal, network.portals))
    chosen = [network.sites[site]] if site else network.sites_of(portal) if portal else network.sites.values()
    found = list(standings(repository, chosen, WorkingDays.load(WorkTree(context.root))))
    if form == "json":
        click.echo(coverage_json(found))
        return
    console = wide_console()
    if site is None and portal is None:
        show_sites(console, found)
        return
    for one in chosen:
        if rows := [standing for standing in found if standing.site == one.id]:
            show_site(console, one.id, rows)


def _composed(root: Path, path: Path) -> str:
    """Return the text of a file of the repository, its letters put together."""
    if not any(path.resolve().is_relative_to(root / folder) for folder in _TEXTS):
        text = msg("{path} is no file below content/ or sites/ of this repository.", path=path)
        raise UsageError(text, msg("Only these files are mended; others are left as they are."))
    try:
        return unicodedata.normalize("NFC", path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UsageError(msg("{path} is not UTF-8 text.", path=path)) from error
