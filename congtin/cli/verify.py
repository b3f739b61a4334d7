"""`congtin verify`: check history again, from the trust root, without anybody's help."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.text import Text

from congtin.cli.context import Context
from congtin.cli.show import make_console, problems_json, show_problems
from congtin.editorial.desk import Desk
from congtin.editorial.history import verify_history
from congtin.editorial.repository import GitRepository
from congtin.editorial.rosters import Rosters
from congtin.editorial.trust import load_trust
from congtin.errors import Severity
from congtin.messages import msg, translate


@click.command(
    "verify", help=translate("Check every step of main, the log and the rosters again, offline, from the trust root.")
)
@click.argument("revisions", metavar="[FROM..TO]", required=False)
@click.option(
    "--repository",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help=translate("The content repository, or a copy of it."),
)
@click.option(
    "--roster",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=translate("The roster; default: what the content repository names."),
)
@click.option(
    "--trust",
    type=click.Path(path_type=Path),
    help=translate("The trust root; default: what the content repository names."),
)
@click.option(
    "--copy",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=translate("A copy at a second place to compare with."),
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=translate("How to show it.")
)
@click.pass_obj
def verify_command(
    context: Context, revisions: str | None, repository: Path, roster: Path | None, trust: Path | None,
    copy: Path | None, form: str,
) -> None:  # fmt: skip
    """Exit with 1 when anything is wrong."""
    with Desk(repository, context.now) as desk:
        root = load_trust(trust) if trust else desk.trust
        rosters = Rosters(roster or desk.setting("roster"), root, desk.state)
        base, head = _range(desk.plain, revisions)
        other = GitRepository(copy) if copy else None
        console = make_console(stderr=True)
        with console.status(translate("Checking …")) as status:
            problems = verify_history(
                desk.plain, rosters, root, base, head, other,
                lambda done, whole: status.update(str(msg("Step {done} of {all}", done=done, all=whole))),
            )  # fmt: skip
        for opened in (rosters, other):
            if opened:
                opened.close()
    if form == "json":
        click.echo(problems_json(problems))
    else:
        show_problems(make_console(), problems)
        if not problems:
            make_console().print(Text(translate("Everything was approved, and the log tells of all of it."), "green"))
    if any(problem.severity is Severity.ERROR for problem in problems):
        sys.exit(1)


def _range(content: GitRepository, revisions: str | None) -> tuple[str | None, str | None]:
    if not revisions:
        return None, None
    base, _, head = revisions.partition("..")
    return (content.resolve(base) if base else None), (content.resolve(head) if head else None)
