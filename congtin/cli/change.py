"""`congtin change`: propose, look at, decide about and publish Changes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from congtin.cli.change_view import show_bytes, show_changes, show_history, show_submitted
from congtin.cli.context import Context
from congtin.cli.diff_view import diff_json, show_diff
from congtin.cli.show import make_console, show_problems
from congtin.cli.verdict_view import show_verdict, verdict_data
from congtin.editorial import states
from congtin.editorial.changes import Changes
from congtin.editorial.desk import Desk
from congtin.editorial.diff.compare import compare
from congtin.editorial.mainline import Mainline
from congtin.editorial.precheck import FOLDER, check_submission, most_specific_pack
from congtin.editorial.statements import Type, sites_of
from congtin.editorial.takedown import take_down
from congtin.editorial.worktree import WorkTree
from congtin.errors import Severity, UsageError
from congtin.messages import msg, translate

_KEY = click.option("--key", type=click.Path(path_type=Path), help=translate("The file of your SSH key."))
_ID = click.argument("change", required=False)
_DIGEST = click.option("--digest", help=translate("The digest you saw; other bytes are not signed."))
_YES = click.option("--yes", is_flag=True, help=translate("Do not ask again."))
_REASON = click.option("--reason", required=True, help=translate("Why, in words the author understands."))


@click.group("change", help=translate("Propose, look at, decide about and publish Changes."))
def change_group() -> None:
    """Group the commands about Changes."""


def _changes(context: Context, key: Path | None = None) -> Changes:
    changes = Changes(WorkTree(context.root, key), lambda: context.now)
    click.get_current_context().call_on_close(changes.git.close)
    return changes


def _named(changes: Changes, change: str | None) -> str:
    return change or changes.current()


@change_group.command("start", help=translate("Begin a Change; what you have edited already comes along."))
@click.option("--title", required=True, help=translate("What it is about, in one line."))
@click.pass_obj
def start_command(context: Context, title: str) -> None:
    """Make a branch from what is published."""
    click.echo(_changes(context).start(title))


@change_group.command("edit", help=translate("Open a Change in the work tree, or keep what you have edited in it."))
@_ID
@click.option("--message", "-m", help=translate("Keep all edits in the Change, with these words."))
@click.option("--bring-in-main", is_flag=True, help=translate("Bring in what was published meanwhile."))
@_KEY
@click.pass_obj
def edit_command(
    context: Context, change: str | None, message: str | None, *, bring_in_main: bool, key: Path | None
) -> None:
    """Switch to a Change; commit with a signature; merge main."""
    changes = _changes(context, key)
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
@_KEY
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
    changes = _changes(context, key)
    if not declare:
        question = translate("Do you declare that the Change holds no secret and nothing banned by law (E24)?")
        _require(question)
    changes.record(title or changes.title(changes.current()) or "Edit")
    problems = check_submission(changes, context.state, context.now)
    show_problems(console, problems)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise UsageError(msg("The Change is not fit to publish yet; nothing was sent, your edits are kept in it."))
    counts = {s.value: sum(p.severity is s for p in problems) for s in Severity}
    change, about = changes.submit(title, description=description, document=document, checks=counts)
    show_bytes(console, change, about)


def _require(question: str) -> None:
    if not sys.stdin.isatty() or not click.confirm(question):
        raise UsageError(msg("Not confirmed; nothing was sent."), msg("{question}", question=question))


@change_group.command("list", help=translate("All Changes that are not finished, or all there are."))
@click.option("--all", "everything", is_flag=True, help=translate("Finished ones too."))
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=translate("How to show it.")
)
@click.pass_obj
def list_command(context: Context, *, everything: bool, form: str) -> None:
    """Fetch and show Changes with their states."""
    changes = _changes(context)
    changes.tree.fetch()
    found = states.overview(changes.git, context.now, everything=everything)
    if form == "json":
        click.echo(json.dumps([one.data() for one in found], ensure_ascii=False, indent=2))
    else:
        show_changes(make_console(), found)


@change_group.command("show", help=translate("Where a Change stands: what it needs, who is missing, why not."))
@_ID
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=translate("How to show it.")
)
@click.pass_obj
def show_command(context: Context, change: str | None, form: str) -> None:
    """Show a Change; with the roster at hand, also the gate's verdict."""
    changes = _changes(context)
    changes.tree.fetch()
    named = _named(changes, change)
    one = states.one(changes.git, named, context.now)
    remote = changes.tree.remote
    verdict = None
    if remote and not one.finished:
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
@_ID
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help=translate("How to show it.")
)
@click.pass_obj
def diff_command(context: Context, change: str | None, form: str) -> None:
    """Show a Change as a Board member reads it, and the digest that an Approval is over."""
    changes = _changes(context)
    changes.tree.fetch()
    about = changes.bytes_of(_named(changes, change))
    found = compare(
        changes.git.tree(about.base), changes.git.tree(about.head), changes.git.differences(about.base, about.head)
    )
    if form == "json":
        click.echo(diff_json(found))
        return
    console = make_console()
    show_diff(console, found)
    show_bytes(console, _named(changes, change), about)


def _decide(
    context: Context, key: Path | None, change: str | None, kind: Type, digest: str | None = None, **said: Any
) -> None:
    changes = _changes(context, key)
    named = _named(changes, change)
    about = changes.decide(named, kind, digest, **said)
    show_bytes(make_console(), named, about)


@change_group.command("approve", help=translate("Sign that exactly these bytes may be published."))
@_ID
@_DIGEST
@_YES
@_KEY
@click.pass_obj
def approve_command(context: Context, change: str | None, digest: str | None, *, yes: bool, key: Path | None) -> None:
    """Show what would be signed, ask, and sign."""
    changes = _changes(context, key)
    changes.tree.fetch()
    named = _named(changes, change)
    about = changes.submitted(named)
    if not digest and not yes:
        found = compare(
            changes.git.tree(about.base), changes.git.tree(about.head), changes.git.differences(about.base, about.head)
        )
        show_diff(make_console(), found)
        _require(translate("Do you approve exactly this, and answer for it?"))
    _decide(context, key, named, Type.APPROVAL, digest or about.digest)


@change_group.command("request-changes", help=translate("Ask the author to change something."))
@_ID
@_REASON
@_KEY
@click.pass_obj
def request_changes_command(context: Context, change: str | None, reason: str, key: Path | None) -> None:
    """Sign the request with its reason."""
    _decide(context, key, change, Type.CHANGES_REQUESTED, reason=reason)


@change_group.command("reject", help=translate("Refuse a Change for one of the reasons of the regulation (E15, E16)."))
@_ID
@click.option("--code", required=True, help=translate("The refusal code."))
@click.option("--pack", help=translate("The rule pack the code stands in; default: the Site's most specific."))
@_REASON
@_KEY
@click.pass_obj
def reject_command(
    context: Context, change: str | None, code: str, pack: str | None, reason: str, key: Path | None
) -> None:
    """Sign the refusal; the Change ends with it."""
    changes = _changes(context, key)
    named = _named(changes, change)
    with Mainline(changes.git, context.state / FOLDER) as mainline:
        chosen = pack or most_specific_pack(
            mainline, changes.main(), sites_of(changes.bytes_of(named).files), context.now
        )
    _decide(context, key, named, Type.REJECTION, code=code, pack=chosen, reason=reason)


@change_group.command("withdraw", help=translate("Take your own Change back."))
@_ID
@click.option("--reason", help=translate("Why."))
@_KEY
@click.pass_obj
def withdraw_command(context: Context, change: str | None, reason: str | None, key: Path | None) -> None:
    """Sign the withdrawal of a Change by its author."""
    _decide(context, key, change, Type.WITHDRAWAL, reason=reason)


@change_group.command("require-confirmation", help=translate("Let a Change wait until a unit has confirmed it (E14)."))
@_ID
@click.option("--unit", required=True, help=translate("The Site of the unit that must confirm."))
@_REASON
@_KEY
@click.pass_obj
def require_confirmation_command(
    context: Context, change: str | None, unit: str, reason: str, key: Path | None
) -> None:
    """Sign the demand."""
    _decide(context, key, change, Type.NEEDS_CONFIRMATION, unit=unit, reason=reason)


@change_group.command("confirm", help=translate("Confirm a Change for your unit (E14)."))
@_ID
@click.option("--unit", required=True, help=translate("The Site of the unit that confirms."))
@_KEY
@click.pass_obj
def confirm_command(context: Context, change: str | None, unit: str, key: Path | None) -> None:
    """Sign the confirmation."""
    _decide(context, key, change, Type.CONFIRMATION, unit=unit)


@change_group.command("merge", help=translate("Publish an approved Change."))
@_ID
@click.pass_obj
def merge_command(context: Context, change: str | None) -> None:
    """Make the merge and push it; the gate on the other side judges."""
    changes = _changes(context)
    click.echo(changes.merge(_named(changes, change)))


@change_group.command("take-down", help=translate("Take one Item down at once, on the word of a head (E24)."))
@click.argument("item")
@_REASON
@click.option("--document", help=translate("The number of the document that orders it, when there is one."))
@_KEY
@click.pass_obj
def take_down_command(context: Context, item: str, reason: str, document: str | None, key: Path | None) -> None:
    """Withdraw an Item without a Board; it stays down until an ordinary Change brings it back."""
    click.echo(take_down(_changes(context, key), item, reason, document))


@change_group.command("log", help=translate("Everything that was said and done about a Change."))
@_ID
@click.pass_obj
def log_command(context: Context, change: str | None) -> None:
    """Show statements and entries of the log."""
    changes = _changes(context)
    changes.tree.fetch()
    show_history(make_console(), changes.git, _named(changes, change))
