"""`congtin forge`: pull requests, reviews, statuses, merges and protection on GitHub, GitLab, Gitea and Forgejo."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from congtin.cli.context import Context
from congtin.cli.files import require_file_place
from congtin.cli.show import make_console, show_problems
from congtin.editorial import log
from congtin.editorial.changes import BRANCH
from congtin.editorial.desk import Desk
from congtin.editorial.forges.attest import Accounts, Attestation, Refusal, attestable
from congtin.editorial.forges.client import Client
from congtin.editorial.forges.connect import connect
from congtin.editorial.forges.events import Event
from congtin.editorial.forges.issue import issue
from congtin.editorial.forges.listener import PATH, Listener
from congtin.editorial.forges.mainline import main_problems
from congtin.editorial.forges.models import MAIN, Conversation, Forge, Status, StatusState
from congtin.editorial.forges.service import sync
from congtin.editorial.forges.settings import ForgeSettings, load_settings, token_of, webhook_secret_of
from congtin.editorial.forges.verdicts import fetch_verdict
from congtin.editorial.forges.webhooks import Deliveries, Receiver
from congtin.editorial.history import verify_history
from congtin.editorial.merging import merge_message
from congtin.editorial.repository import GitRepository
from congtin.editorial.roster import load_roster
from congtin.editorial.signatures import parse_key
from congtin.errors import Severity
from congtin.messages import msg, translate

_SETTINGS = click.option(
    "--settings",
    type=click.Path(path_type=Path),
    help=translate("The file forge.yaml; default: what CONGTIN_FORGE names."),
)
_CONTENT = click.option(
    "--content",
    type=click.Path(path_type=Path, exists=True),
    required=True,
    help=translate("The repository content.git, which decides."),
)
_VERDICTS = click.option(
    "--verdicts",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=translate("Folder for signed verdicts, which a web server shows to pipelines at /verdicts/."),
)
_NUMBER = click.argument("number", type=click.IntRange(1))


@click.group("forge", help=translate("Work with a forge: GitHub, GitLab, Gitea or Forgejo."))
def forge_group() -> None:
    """Hold the commands."""


def _forge(settings: Path | None) -> tuple[ForgeSettings, Forge]:
    read = load_settings(settings)
    return read, connect(read, token_of(read))


@forge_group.command("open", help=translate("Open the pull request of a Change; say which one if it is open."))
@click.argument("change")
@click.option("--title", required=True, help=translate("The title."))
@click.option("--description", default="", help=translate("What the Board should know."))
@_SETTINGS
def open_command(change: str, title: str, description: str, settings: Path | None) -> None:
    """Open a pull request of `change/<id>` into main."""
    _, forge = _forge(settings)
    pull = forge.open(f"change/{change.removeprefix('change/')}", title, description)
    click.echo(str(msg("Pull request {number}: {url}", number=pull.number, url=pull.url)))


@forge_group.command("status", help=translate("Post the status “editorial-board” on a commit."))
@click.argument("commit")
@click.option(
    "--state",
    type=click.Choice([state.value for state in StatusState]),
    required=True,
    help=translate("What the gate says."),
)
@click.option("--description", required=True, help=translate("What people read beside it; 140 characters are shown."))
@click.option("--url", default="", help=translate("Where to read more."))
@_SETTINGS
def status_command(commit: str, state: str, description: str, url: str, settings: Path | None) -> None:
    """Post a status."""
    _, forge = _forge(settings)
    forge.post_status(commit, Status(StatusState(state), description, url))
    click.echo(str(msg("Posted on {commit}: {state}", commit=commit, state=state)))


@forge_group.command(
    "reviews", help=translate("Show every review of a pull request, and whether it may become an Approval.")
)
@_NUMBER
@click.option("--head", required=True, help=translate("The Change's head, from its submission."))
@click.option("--digest", required=True, help=translate("The Change's digest, from its submission."))
@click.option("--roster", type=click.Path(path_type=Path, exists=True), help=translate("The repository roster.git."))
@click.option(
    "--author", "authors", multiple=True, help=translate("A person who may not approve; may be given several times.")
)
@_SETTINGS
@click.pass_obj
def reviews_command(
    context: Context,
    number: int,
    head: str,
    digest: str,
    roster: Path | None,
    authors: tuple[str, ...],
    settings: Path | None,
) -> None:
    """Read and judge; nothing is signed."""
    read, forge = _forge(settings)
    said = forge.conversation(number)
    accounts = _accounts(context, read, roster)
    click.echo(_pull_line(said))
    _show(attestable(forge.kind, forge.repository, said, head=head, digest=digest, accounts=accounts, excluded=authors))


def _show(results: Iterable[Attestation | Refusal]) -> None:
    for result in results:
        if isinstance(result, Attestation):
            click.echo(str(msg("{review}: approved by {person}", review=result.review, person=result.person)))
        else:
            click.echo(f"{result.review}: {result.login}: {result.reason} [{result.code}]")


@forge_group.command("sync", help=translate("Attest what counts of a Change's reviews, and post the gate's verdict."))
@click.argument("change")
@_CONTENT
@_VERDICTS
@click.option("--url", default="", help=translate("Where to read more."))
@_SETTINGS
def sync_command(change: str, content: Path, verdicts: Path | None, url: str, settings: Path | None) -> None:
    """Run by the service after a webhook, or from a timer; with its key, on its machine."""
    _, forge = _forge(settings)
    synced = sync(content, forge, change, lambda: datetime.now().astimezone(), url=url, verdicts=verdicts)
    _show(synced.results)
    for one in synced.not_said:
        click.echo(str(msg("Not taken: {detail}", detail=one.why)))
    state, words = synced.status.state.value, synced.status.short
    click.echo(str(msg("Posted on {commit}: {state}", commit=synced.head, state=f"{state} – {words}")))


def _pull_line(said: Conversation) -> str:
    pull = said.pull
    return str(msg("Pull request {number}: {state}, head {head}", number=pull.number, state=pull.state, head=pull.head))


def _accounts(context: Context, settings: ForgeSettings, roster: Path | None) -> Accounts:
    if roster is None:
        return Accounts({})
    with GitRepository(roster) as repository:
        head = repository.ref("refs/heads/main")
        people = load_roster(repository.tree(head)) if head else None
    kind = "gitea" if settings.forge == "forgejo" else settings.forge
    return Accounts(people.logins(kind, context.now), people.account_ids(kind, context.now)) if people else Accounts({})


@forge_group.command("merge", help=translate("Merge a pull request, if its head is exactly this one."))
@_NUMBER
@click.option("--head", required=True, help=translate("The head that the Board approved."))
@_CONTENT
@_SETTINGS
def merge_command(number: int, head: str, content: Path, settings: Path | None) -> None:
    """Merge with a merge commit that says what every merge says, and nothing else."""
    _, forge = _forge(settings)
    change = forge.pull_request(number).branch.removeprefix(BRANCH)
    with GitRepository(content) as repository:
        message = merge_message(change, repository.ref(log.REF) or "-")
    title, _, rest = message.partition("\n\n")
    commit = forge.merge(number, head, title, rest.rstrip("\n"))
    click.echo(str(msg("Merged as {commit}", commit=commit)))


@forge_group.command("close", help=translate("Close the pull request of a Change that was rejected or withdrawn."))
@_NUMBER
@_SETTINGS
def close_command(number: int, settings: Path | None) -> None:
    """Close it; the forge then removes its preview."""
    _, forge = _forge(settings)
    forge.close(number)
    click.echo(str(msg("Pull request {number} is closed.", number=number)))


@forge_group.command("main", help=translate("Say whether the forge's main is ours; exit with 1 when it is not."))
@_CONTENT
@_VERDICTS
@_SETTINGS
@click.pass_obj
def main_command(context: Context, content: Path, verdicts: Path | None, settings: Path | None) -> None:
    """Compare; for a timer, so that a foreign commit alarms even where no webhook arrives.

    With ``--verdicts`` the history is verified too, and pipelines are told that main may be published.
    """
    _, forge = _forge(settings)
    with GitRepository(content) as repository:
        problems = main_problems(forge, repository)
    if verdicts and not problems:
        with Desk(content, context.now) as desk:
            main = desk.main()
            problems = verify_history(desk.plain, desk.rosters, desk.trust, None, main)
            if not problems:
                issue(desk, verdicts, forge.repository, main, "merged", context.now)
    show_problems(make_console(), problems)
    if any(problem.severity is Severity.ERROR for problem in problems):
        sys.exit(1)
    click.echo(str(msg("{branch} on {repository} holds nothing foreign.", branch=MAIN, repository=forge.repository)))


@forge_group.command("protect", help=translate("Protect main: only congtin's account merges, and only so."))
@_SETTINGS
def protect_command(settings: Path | None) -> None:
    """Set the protection, read it back, and exit with 1 when something is still open."""
    read, forge = _forge(settings)
    problems = forge.protect(read.account)
    show_problems(make_console(), problems)
    if any(problem.severity is Severity.ERROR for problem in problems):
        sys.exit(1)
    click.echo(str(msg("{branch} is protected on {repository}.", branch=MAIN, repository=read.repository)))


@forge_group.command("verdict", help=translate("Fetch the service's verdict about a commit and check its signature."))
@click.argument("commit")
@click.option("--answer", type=click.Choice(["approved", "merged"]), required=True, help=translate("What it must say."))
@click.option("--repository", required=True, help=translate("Owner and name on the forge."))
@click.option("--service", required=True, help=translate("Address of congtin's service."))
@click.option("--key", "keys", multiple=True, required=True, help=translate("The service's public SSH key."))
@click.pass_obj
def verdict_command(
    context: Context, commit: str, answer: str, repository: str, service: str, keys: tuple[str, ...]
) -> None:
    """Exit with 0 only when the service says so, now, of this commit."""
    known = [parse_key(key) for key in keys]
    verdict = fetch_verdict(Client(service, {}), commit, repository, known, context.now)
    click.echo(str(msg("The service says of {commit}: {answer}", commit=commit, answer=verdict.answer)))
    if verdict.answer != answer:
        sys.exit(1)


@forge_group.command(
    "webhook", help=translate("Take the forge's messages on this machine and print each as a line of JSON.")
)
@click.option("--port", type=click.IntRange(0, 65535), default=8900, show_default=True, help=translate("The port."))
@click.option(
    "--remember",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help=translate("File in which taken messages are remembered, so that none is taken twice."),
)
@_SETTINGS
def webhook_command(port: int, remember: Path, settings: Path | None) -> None:
    """Listen on loopback until stopped; what was not proven is answered with an error and not printed."""
    require_file_place(remember)
    read = load_settings(settings)
    receiver = Receiver(read.kind, read.repository, webhook_secret_of(read), Deliveries(remember))

    def show(event: Event) -> None:
        alarm = {"alarm": "foreign-commit"} if event.is_foreign(read.account) else {}
        sys.stdout.write(json.dumps({**dataclasses.asdict(event), **alarm}, ensure_ascii=False) + os.linesep)
        sys.stdout.flush()

    with Listener(receiver, show, port) as server:
        click.echo(str(msg("Listening on http://127.0.0.1:{port}{path}", port=server.port, path=PATH)), err=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("", err=True)
