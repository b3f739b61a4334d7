"""`congtin change approve, reject …`: what people decide about Changes, signed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from congtin.cli.change_options import DIGEST, ID, KEY, REASON, YES, changes_of, named_change, require
from congtin.cli.change_view import show_bytes
from congtin.cli.context import Context
from congtin.cli.diff_view import show_diff
from congtin.cli.show import make_console
from congtin.editorial.diff.compare import compare
from congtin.editorial.mainline import Mainline
from congtin.editorial.precheck import FOLDER, most_specific_pack
from congtin.editorial.statements import Type, sites_of
from congtin.editorial.takedown import confirm_take_down, take_down
from congtin.messages import translate


def _decide(
    context: Context, key: Path | None, change: str | None, kind: Type, digest: str | None = None, **said: Any
) -> None:
    changes = changes_of(context, key)
    named = named_change(changes, change)
    about = changes.decide(named, kind, digest, **said)
    show_bytes(make_console(), named, about)


@click.command("approve", help=translate("Sign that exactly these bytes may be published."))
@ID
@DIGEST
@YES
@KEY
@click.pass_obj
def approve_command(context: Context, change: str | None, digest: str | None, *, yes: bool, key: Path | None) -> None:
    """Show what would be signed, ask, and sign."""
    changes = changes_of(context, key)
    changes.tree.fetch()
    named = named_change(changes, change)
    about = changes.submitted(named)
    if not digest and not yes:
        found = compare(
            changes.git.tree(about.base), changes.git.tree(about.head), changes.git.differences(about.base, about.head)
        )
        show_diff(make_console(), found)
        require(translate("Do you approve exactly this, and answer for it?"))
    _decide(context, key, named, Type.APPROVAL, digest or about.digest)


@click.command("request-changes", help=translate("Ask the author to change something."))
@ID
@REASON
@KEY
@click.pass_obj
def request_changes_command(context: Context, change: str | None, reason: str, key: Path | None) -> None:
    """Sign the request with its reason."""
    _decide(context, key, change, Type.CHANGES_REQUESTED, reason=reason)


@click.command("reject", help=translate("Refuse a Change for one of the reasons of the regulation (E15, E16)."))
@ID
@click.option("--code", required=True, help=translate("The refusal code."))
@click.option("--pack", help=translate("The rule pack the code stands in; default: the Site's most specific."))
@REASON
@KEY
@click.pass_obj
def reject_command(
    context: Context, change: str | None, code: str, pack: str | None, reason: str, key: Path | None
) -> None:
    """Sign the refusal; the Change ends with it."""
    changes = changes_of(context, key)
    changes.tree.fetch()
    named = named_change(changes, change)
    with Mainline(changes.git, context.state / FOLDER) as mainline:
        chosen = pack or most_specific_pack(
            mainline, changes.main(), sites_of(changes.bytes_of(named).files), context.now
        )
    _decide(context, key, named, Type.REJECTION, code=code, pack=chosen, reason=reason)


@click.command("withdraw", help=translate("Take your own Change back."))
@ID
@click.option("--reason", help=translate("Why."))
@KEY
@click.pass_obj
def withdraw_command(context: Context, change: str | None, reason: str | None, key: Path | None) -> None:
    """Sign the withdrawal of a Change by its author."""
    _decide(context, key, change, Type.WITHDRAWAL, reason=reason)


@click.command("require-confirmation", help=translate("Let a Change wait until a unit has confirmed it (E14)."))
@ID
@click.option("--unit", required=True, help=translate("The Site of the unit that must confirm."))
@REASON
@KEY
@click.pass_obj
def require_confirmation_command(
    context: Context, change: str | None, unit: str, reason: str, key: Path | None
) -> None:
    """Sign the demand."""
    _decide(context, key, change, Type.NEEDS_CONFIRMATION, unit=unit, reason=reason)


@click.command("confirm", help=translate("Confirm a Change for your unit (E14)."))
@ID
@click.option("--unit", required=True, help=translate("The Site of the unit that confirms."))
@KEY
@click.pass_obj
def confirm_command(context: Context, change: str | None, unit: str, key: Path | None) -> None:
    """Sign the confirmation."""
    _decide(context, key, change, Type.CONFIRMATION, unit=unit)


@click.command("take-down", help=translate("Take one Item down at once, on the word of a head (E24)."))
@click.argument("item")
@REASON
@click.option("--document", help=translate("The number of the document that orders it, when there is one."))
@KEY
@click.pass_obj
def take_down_command(context: Context, item: str, reason: str, document: str | None, key: Path | None) -> None:
    """Withdraw an Item without a Board; it stays down until an ordinary Change brings it back."""
    click.echo(take_down(changes_of(context, key), item, reason, document))


@click.command("confirm-take-down", help=translate("Confirm, as a second person, that an Item stays down (E24)."))
@click.argument("change")
@click.option("--reason", help=translate("Why."))
@KEY
@click.pass_obj
def confirm_take_down_command(context: Context, change: str, reason: str | None, key: Path | None) -> None:
    """Sign the confirmation; the daily alarm ends with it."""
    confirm_take_down(changes_of(context, key), change, reason)


COMMANDS = (
    approve_command,
    request_changes_command,
    reject_command,
    withdraw_command,
    require_confirmation_command,
    confirm_command,
    take_down_command,
    confirm_take_down_command,
)
