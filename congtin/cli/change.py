"""`congtin change`: propose, look at, decide about and publish Changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from congtin.cli.change_decisions import COMMANDS
from congtin.cli.change_options import ID, KEY, changes_of, named_change, require
from congtin.cli.change_view import show_bytes, show_changes, show_history, show_submitted
from congtin.cli.context import Context
from congtin.cli.diff_view import diff_json, show_diff
from congtin.cli.show import make_console, show_problems
from congtin.cli.verdict_view import show_verdict, verdict_data
from congtin.editorial import states
from congtin.editorial.desk import Desk
from congtin.editorial.diff.compare import compare
from congtin.editorial.precheck import check_submission
from congtin.errors import Severity, UsageError
from congtin.messages import msg, translate


@click.group("change", help=translate("Propose, look at, decide about and publish Changes."))
def change_group() -> None:
    """Group the commands about Changes."""


for _command in COMMANDS:
    change_group.add_command(_command)


@change_group.command("start", help=translate("Begin a Change; what you have edited already comes along."))
@click.option("--title", required=True, help=translate("What it is about, in one line."))
@click.pass_obj
def start_command(context: Context, title: str) -> None:
    """Make a branch from what is published."""
    click.echo(changes_of(context).start(title))


@change_group.command("edit", help=translate("Open a Change in the work tree, or keep what you have edited in it."))
@ID
@click.option("--message", "-m", help=translate("Keep all edits in the Change, with these words."))
@click.option("--bring-in-main", is_flag=True, help=translate("Bring in what was published meanwhile."))
@KEY
@click.pass_obj
def edit_command(
    context: Context, change: str | None, message: str | None, *, bring_in_main: bool, key: Path | None
) -> None:
    """Switch to a Change; commit with a signature; merge main."""
    changes = changes_of(context, key)
    if change:
        changes.edit(change)
    if message:
        changes.record(message)
    if bring_in_main:
        conflicts = changes.bring_in_main()
        if conflicts:
            text = msg("Settle these files, then run congtin change edit -m “…”: {paths}", paths=", ".join(conflicts))
            raise UsageError(text)
    click.echo(changes.current())


@change_group.command("submit", help=translate("Sign the Change and send it to the Boards it needs."))
@click.option("--title", help=translate("What it is about, in one line."))
@click.option("--description", help=translate("What the Board should know."))
@click.option("--document", help=translate("The number of the document that orders a deletion (J6)."))
@click.option("--declare", is_flag=True, help=translate("Declare that it holds no secret and nothing banned (E24)."))
@KEY
@click.pass_obj
def submit_command(
    context: Context,
    title: str | None,
    description: str | None,
    document: str | None,
    *,
    declare: bool,
    key: Path | None,
) -> None:
    """Record the edits, check them, sign and push."""
    console = make_console()
    changes = changes_of(context, key)
    if not declare:
        question = translate("Do you declare that the Change holds no secret and nothing banned by law (E24)?")
        require(question)
    changes.record(title or changes.title(changes.current()) or "Edit")
    problems = check_submission(changes, context.state, context.now)
    show_problems(console, problems)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise UsageError(msg("The Change is not fit to publish yet; nothing was sent, your edits are kept in it."))
    counts = {s.value: sum(p.severity is s for p in problems) for s in Severity}
    change, about = changes.submit(title, description=description, document=document, checks=counts)
    show_bytes(console, change, about)


@change_group.command("list", help=translate("All Changes that are not finished, or all there are."))
@click.option("--all", "everything", is_flag=True, help=translate("Finished ones too."))
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=translate("How to show it.")
)
@click.pass_obj
def list_command(context: Context, *, everything: bool, form: str) -> None:
    """Fetch and show Changes with their states."""
    changes = changes_of(context)
    changes.tree.fetch()
    found = states.overview(changes.git, context.now, everything=everything)
    if form == "json":
        click.echo(json.dumps([one.data() for one in found], ensure_ascii=False, indent=2))
    else:
        show_changes(make_console(), found)


@change_group.command("show", help=translate("Where a Change stands: what it needs, who is missing, why not."))
@ID
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=translate("How to show it.")
)
@click.pass_obj
def show_command(context: Context, change: str | None, form: str) -> None:
    """Show a Change; with the roster at hand, also the gate's verdict."""
    changes = changes_of(context)
    changes.tree.fetch()
    named = named_change(changes, change)
    one = states.one(changes.git, named, context.now)
    remote = changes.tree.remote
    verdict = None
    if remote and one.statements and not one.finished:
        with Desk(remote, context.now) as desk:
            verdict = desk.judge_change(named) if desk.is_at_hand() else None
    if form == "json":
        data: dict[str, Any] = one.data() | {"verdict": verdict_data(verdict) if verdict else None}
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    console = make_console()
    show_submitted(console, one)
    if verdict:
        show_verdict(console, verdict)


@change_group.command("diff", help=translate("What a Change alters: field by field, word by word."))
@ID
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=translate("How to show it.")
)
@click.pass_obj
def diff_command(context: Context, change: str | None, form: str) -> None:
    """Show a Change as a Board member reads it, and the digest that an Approval is over."""
    changes = changes_of(context)
    changes.tree.fetch()
    about = changes.bytes_of(named_change(changes, change))
    found = compare(
        changes.git.tree(about.base), changes.git.tree(about.head), changes.git.differences(about.base, about.head)
    )
    if form == "json":
        click.echo(diff_json(found))
        return
    console = make_console()
    show_diff(console, found)
    show_bytes(console, named_change(changes, change), about)


@change_group.command("merge", help=translate("Publish an approved Change."))
@ID
@click.pass_obj
def merge_command(context: Context, change: str | None) -> None:
    """Make the merge and push it; the gate on the other side judges."""
    changes = changes_of(context)
    click.echo(changes.merge(named_change(changes, change)))


@change_group.command("log", help=translate("Everything that was said and done about a Change."))
@ID
@click.pass_obj
def log_command(context: Context, change: str | None) -> None:
    """Show statements and entries of the log."""
    changes = changes_of(context)
    changes.tree.fetch()
    show_history(make_console(), changes.git, named_change(changes, change))
