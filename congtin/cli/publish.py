"""`congtin publish`, `rollback`, `releases`: what citizens see, and the way back."""

from __future__ import annotations

import json
import sys
from datetime import datetime

import click
from rich.table import Table
from rich.text import Text

from congtin.cli.context import Context
from congtin.cli.home_option import home_option
from congtin.cli.show import make_console, problems_json, show_error, show_problems
from congtin.editorial.desk import MAIN, Desk
from congtin.errors import Problem, Severity
from congtin.messages import msg, translate
from congtin.model import HANOI_TIME
from congtin.release.distribute import distribute
from congtin.release.home import Home
from congtin.release.integrity import forget_altered, verify_pool, verify_release, write_report
from congtin.release.publish import DESPITE, Published
from congtin.release.releases import all_releases, live_elsewhere, live_release, release_of
from congtin.release.rollback import end_hold, roll_back
from congtin.release.status_page import step_word
from congtin.release.steps import Steps
from congtin.release.told import publish_and_tell
from congtin.stored_problems import problem_data

_FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=translate("How to show it.")
)


@click.command("publish", help=translate("Verify a commit of main, build it apart, and make it what citizens see."))
@click.argument("commit", default=MAIN, required=False)
@click.option(
    "--despite",
    "despite",
    multiple=True,
    type=click.Choice(DESPITE),
    help=translate("Publish although this was found; the audit log keeps that somebody said so."),
)
@home_option
@_FORMAT
@click.pass_obj
def publish_command(context: Context, commit: str, despite: tuple[str, ...], home: Home, form: str) -> None:
    """Publish; a hold after a rollback ends with it, because a person chose to."""
    console = make_console(stderr=True)
    with console.status("…") as status:
        published = publish_and_tell(
            home, commit, context.now, Steps(lambda step: status.update(f"{step_word(step)} …")), despite=despite
        )
        end_hold(home)
        if home.settings.targets:
            status.update(f"{translate('sending to the targets')} …")
        failed = distribute(home, published.release)
    for error in failed:
        show_error(console, error)
    if form == "json":
        click.echo(_published_json(published))
    else:
        _say(published)
    if failed:
        # It is live here all the same.
        sys.exit(1)


def _say(published: Published) -> None:
    console = make_console(stderr=True)
    show_problems(console, [p for p in published.problems if p.severity is not Severity.NOTICE])
    record = published.release.record
    said = msg(
        "Release {number} is live: {pages} pages, {changed} files are new, in {seconds} seconds.",
        number=record.number, pages=record.pages, changed=record.changed,
        seconds=f"{sum(published.seconds.values()):.1f}",
    )  # fmt: skip
    make_console().print(Text(str(said)), soft_wrap=True)


def _published_json(published: Published) -> str:
    record = published.release.record
    data = {
        "release": record.number,
        "commit": record.commit,
        "files": record.files,
        "pages": record.pages,
        "changed": record.changed,
        "rendered": published.built.rendered,
        "next_due": record.next_due.isoformat() if record.next_due else None,
        "removed": list(published.removed),
        "seconds": {step: round(seconds, 3) for step, seconds in published.seconds.items()},
        "problems": [problem_data(problem) for problem in published.problems],
    }
    return json.dumps(data, ensure_ascii=False, indent=1)


@click.command("rollback", help=translate("Go back to an earlier Release; nothing is published by itself after that."))
@click.argument("number", type=int, required=False)
@click.option("--reason", required=True, help=translate("Why; the audit log keeps it."))
@click.option(
    "--despite-withdrawals", is_flag=True, help=translate("Even when pages that were withdrawn since are shown again.")
)
@home_option
@click.pass_obj
def rollback_command(context: Context, number: int | None, reason: str, home: Home, despite_withdrawals: bool) -> None:
    """Go back."""
    release = roll_back(home, number, reason, context.now, despite_withdrawals=despite_withdrawals)
    console = make_console()
    console.print(Text(str(msg("Release {number} is live again.", number=release.number))))
    console.print(Text(translate("Nothing is published by itself until somebody runs: congtin publish")))


@click.group("releases", help=translate("The Releases at hand."))
def releases_group() -> None:
    """Group what is asked about Releases."""


@releases_group.command("list", help=translate("List the Releases at hand, the newest first."))
@home_option
@_FORMAT
def list_command(home: Home, form: str) -> None:
    """List them."""
    live = live_release(home)
    releases = all_releases(home)[::-1]
    if form == "json":
        data = [
            json.loads(release.record.model_dump_json(exclude={"editions"}))
            | {"live": bool(live and release.number == live.number)}
            for release in releases
        ]
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
        return
    table = Table(box=None, pad_edge=False)
    titles = (translate("Release"), translate("Commit"), translate("Made"), translate("Pages"), translate("New files"))
    for title in (*titles, ""):
        table.add_column(title)
    for release in releases:
        record = release.record
        mark = translate("live") if live and release.number == live.number else ""
        table.add_row(
            str(record.number), record.commit[:12], _shown(record.created), str(record.pages), str(record.changed), mark
        )
    make_console().print(table)


@releases_group.command("verify", help=translate("Read every file of a Release again and compare it with its record."))
@click.argument("numbers", type=int, nargs=-1)
@click.option("--all", "every", is_flag=True, help=translate("All Releases at hand, not only the live one."))
@home_option
@_FORMAT
@click.pass_obj
def verify_command(context: Context, numbers: tuple[int, ...], every: bool, home: Home, form: str) -> None:
    """Exit with 1 when a Release is not what the service signed; leave a report for the monitor."""
    live = live_release(home)
    chosen = [release_of(home, number) for number in numbers] or (
        all_releases(home) if every else [live] if live else []
    )
    with Desk(home.content, context.now) as desk:
        problems: list[Problem] = [p for release in chosen for p in verify_release(release, desk.trust)]
        if not numbers:
            problems += [*live_elsewhere(home), *verify_pool(home, all_releases(home))]
    forget_altered(home, problems)
    if not numbers:
        write_report(home, live, problems, context.now)
    if form == "json":
        click.echo(problems_json(problems))
    else:
        console = make_console()
        show_problems(console, problems)
        if not problems:
            said = msg("{count} Releases are what the service signed.", count=len(chosen))
            console.print(Text(str(said), "green"))
    if problems:
        sys.exit(1)


def _shown(at: datetime) -> str:
    return at.astimezone(HANOI_TIME).strftime("%d/%m/%Y %H:%M:%S")
