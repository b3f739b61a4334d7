"""`congtin board`: the Editorial Boards as the roster has them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
from rich.table import Table

from congtin.cli.context import Context
from congtin.cli.show import make_console, problems_json, show_problems, show_summary, wide_console
from congtin.editorial import roster_push
from congtin.editorial import roster_report as report
from congtin.editorial.board import Board, Forge
from congtin.editorial.codeowners import codeowners_text, owned_paths
from congtin.editorial.hook import parse_updates
from congtin.editorial.policy import load_policy
from congtin.editorial.repository import GitRepository
from congtin.editorial.revoke import revoke
from congtin.editorial.roster import Roster, load_roster
from congtin.editorial.roster_history import MAIN, check_roster_history
from congtin.editorial.trust import load_trust
from congtin.errors import Problem, Severity, UsageError, did_you_mean
from congtin.messages import msg, translate
from congtin.model import HANOI_TIME, Profile
from congtin.network.load import load_network

_ROSTER = click.option(
    "--roster",
    "roster_path",
    type=click.Path(path_type=Path),
    help=translate("The private repository of the Boards; default: git config congtin.roster, then CONGTIN_ROSTER."),
)
_TRUST = click.option(
    "--trust",
    "trust_path",
    type=click.Path(path_type=Path),
    help=translate("The trust root; default: git config congtin.trust, then CONGTIN_TRUST."),
)
_VIEWS = click.Choice(["table", "json"])
_FORMS = click.Choice(["text", "json"])


@click.group("board", help=translate("Check and show the Editorial Boards; take access away."))
def board_group() -> None:
    """Hold the commands on Boards."""


def place_of(context: Context, given: Path | None, name: str) -> Path | None:
    """Return where something lies: as given, by `git config congtin.<name>`, by the variable CONGTIN_<NAME>.

    A clone of a content repository on this machine finds it by that one's configuration. Relative paths of a
    configuration begin at the repository's top.
    """
    if given is not None:
        return given
    repository = GitRepository(context.root)
    own = _configured(repository, name)
    variable = os.environ.get(f"CONGTIN_{name.upper()}", "")
    if own or variable:
        return own or Path(variable)
    origin = Path(repository.answer("remote", "get-url", "origin").stdout.decode().strip().removeprefix("file://"))
    return _configured(GitRepository(origin), name) if origin.is_absolute() and origin.is_dir() else None


def _configured(repository: GitRepository, name: str) -> Path | None:
    value = repository.answer("config", "--local", "--get", f"congtin.{name}").stdout.decode().strip()
    return repository.path / Path(value).expanduser() if value else None


def open_roster(context: Context, given: Path | None) -> GitRepository:
    """Return the roster's repository; raise UsageError when nobody said where it is or there is none."""
    path = place_of(context, given, "roster")
    if path is None:
        hint = msg("Name it with --roster, or once for all: git config congtin.roster /path/roster.git")
        raise UsageError(msg("Nobody said where the roster is."), hint)
    repository = GitRepository(path)
    if not path.is_dir() or repository.ref(MAIN) is None:
        raise UsageError(msg("There is no roster at {path}: it needs a branch “main”.", path=path))
    return repository


@board_group.command("check", help=translate("Say what is wrong with the Boards and what soon ends."))
@_ROSTER
@_TRUST
@click.option("--release", is_flag=True, help=translate("Also what only a release demands."))
@click.option(
    "--days",
    type=click.IntRange(0, 3650),
    default=report.WARNING_DAYS,
    show_default=True,
    help=translate("Warn so many days before something ends."),
)
@click.option("--format", "form", type=_FORMS, default="text", help=translate("How to show it."))
@click.pass_obj
def check_command(
    context: Context, roster_path: Path | None, trust_path: Path | None, release: bool, days: int, form: str
) -> None:
    """Load the roster, judge it at the time of the clock; exit with 1 when there is an error."""
    trust = place_of(context, trust_path, "trust")
    with open_roster(context, roster_path) as repository:
        roster = load_roster(repository.tree(repository.resolve(MAIN)))
        problems = list(_day_problems(roster, context.now, days))
        if trust is not None:
            problems += check_roster_history(repository, load_trust(trust), now=context.now)
    profile = Profile.RELEASE if release else Profile.WORK
    sites = load_network(context.root).sites.values()
    problems += report.sites_without_board(sites, roster, context.now, profile)
    if form == "json":
        click.echo(problems_json(problems))
    else:
        console = make_console()
        show_problems(console, problems)
        show_summary(console, problems)
        if trust is None:
            click.echo(translate("The roster’s history was not checked: no trust root was named."))
    if any(problem.severity is Severity.ERROR for problem in problems):
        sys.exit(1)


def _day_problems(roster: Roster, at: datetime, days: int) -> Iterator[Problem]:
    yield from report.composition_problems(roster, at)
    yield from report.ending_soon(roster, at, days)
    yield from report.keyless_approvers(roster, at)
    yield from report.missing_handovers(roster, at)
    yield from report.same_names(roster, at)
    yield from report.training_due(roster, at)


@board_group.command("show", help=translate("Show the Board of a Site: who, in which role, over what, until when."))
@click.argument("site")
@_ROSTER
@click.option("--format", "form", type=_VIEWS, default="table", help=translate("How to show it."))
@click.pass_obj
def show_command(context: Context, site: str, roster_path: Path | None, form: str) -> None:
    """Print one line for each entry, also of those that have ended."""
    with open_roster(context, roster_path) as repository:
        roster = load_roster(repository.tree(repository.resolve(MAIN)))
    board = roster.board(site)
    if board is None:
        raise UsageError(msg("There is no Board of “{site}”.", site=site), did_you_mean(site, roster.boards))
    rows = list(_rows(roster, board, context.now))
    if form == "json":
        data = {"site": site, **board.model_dump(mode="json", exclude={"members"}), "members": rows}
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
        return
    decision = board.decision
    click.echo(f"{translate('Decision')}: {decision.number} ({decision.date:%Y-%m-%d}, {decision.issuer})")
    published = load_network(context.root).sites.get(site)
    rules = board.rules_url or (published.options.board_rules_url if published else None)
    click.echo(f"{translate('Working rules')}: {rules or translate('no data yet')}")
    titles = (translate("Person"), translate("Name"), translate("Role"), translate("Paths"))
    table = Table(*titles, translate("From"), translate("Until"), translate("Decision"), translate("Valid keys"))
    for row in rows:
        cells = [", ".join(cell) if isinstance(cell, list) else str(cell) for cell in row.values()]
        table.add_row(*cells[:-1], style="" if row["holds"] else "dim")
    wide_console().print(table)


def _rows(roster: Roster, board: Board, at: datetime) -> Iterator[dict[str, object]]:
    for member in board.members:
        person = roster.people[member.person]
        yield {
            "person": member.person,
            "name": person.name,
            "role": member.role.value,
            "scope": member.scope,
            "valid_from": _day(member.valid_from),
            "valid_to": _day(member.valid_to),
            "decision": member.decision,
            "valid_keys": sum(key.holds(at) for key in person.keys) if person.holds(at) else 0,
            "holds": board.in_office(at) and member.holds(at) and person.holds(at),
        }


def _day(moment: datetime | None) -> str:
    return moment.astimezone(HANOI_TIME).isoformat(timespec="minutes") if moment else ""


@board_group.command("revoke", help=translate("Take a person’s access away everywhere at once, and record why."))
@click.argument("person")
@click.option("--reason", required=True, help=translate("Stands in the record of the incident."))
@click.option("--site", help=translate("Only what the person is for this Site."))
@click.option(
    "--key",
    "key_file",
    type=click.Path(path_type=Path),
    help=translate("Your key, of an operator or a roster authority; default: git config congtin.signingkey."),
)
@_ROSTER
@click.pass_obj
def revoke_command(
    context: Context, person: str, reason: str, site: str | None, key_file: Path | None, roster_path: Path | None
) -> None:
    """Write one signed commit to the roster and say what it took away."""
    key = place_of(context, key_file, "signingkey")
    if key is None:
        hint = msg("Name it with --key, or once for all: git config congtin.signingkey ~/.ssh/id_ed25519")
        raise UsageError(msg("Nobody said which key signs."), hint)
    with open_roster(context, roster_path) as repository:
        done = revoke(repository, person, reason=reason, key_file=key, at=context.now, site=site)
    click.echo(
        str(msg("Access of “{person}” is taken away; incident {incident}.", person=person, incident=done.incident))
    )
    for path in done.lost:
        click.echo(f"  {path}")
    click.echo(translate("Giving it back needs a decision and a roster authority. Now report it."))


@board_group.command("guard", help=translate("Let the roster’s repository refuse what its rules do not allow."))
@click.argument("repository", type=click.Path(path_type=Path, exists=True, file_okay=False))
@_TRUST
@click.pass_obj
def guard_command(context: Context, repository: Path, trust_path: Path | None) -> None:
    """Install the roster's own pre-receive hook, of this very congtin."""
    trust = place_of(context, trust_path, "trust")
    if trust is None:
        hint = msg("Name it with --trust, or once for all: git config congtin.trust /path/trust.yaml")
        raise UsageError(msg("Nobody said where the trust root is."), hint)
    click.echo(roster_push.install(repository, trust))


@board_group.command("receive", hidden=True)
def receive_command() -> None:
    """Judge the push whose updates stand on the standard input; Git calls this in the roster's repository."""
    problems = roster_push.receive(Path(), parse_updates(sys.stdin.buffer), datetime.now().astimezone())
    if problems:
        show_problems(make_console(stderr=True), problems)
        sys.exit(1)


@board_group.command("codeowners", help=translate("Write CODEOWNERS for a forge: teams of the Boards, never persons."))
@click.option(
    "--forge",
    type=click.Choice([forge.value for forge in Forge]),
    required=True,
    help=translate("The forge; Forgejo reads Gitea’s."),
)
@click.option("--organisation", required=True, help=translate("The organisation or group that has the teams."))
@click.pass_obj
def codeowners_command(context: Context, forge: str, organisation: str) -> None:
    """Print the file, from the policy of the newest commit and the Sites."""
    with GitRepository(context.root) as repository:
        policy = load_policy(repository.tree(repository.resolve("HEAD")))
    owned = owned_paths(policy, load_network(context.root))
    click.echo(codeowners_text(owned, Forge(forge), organisation), nl=False)
