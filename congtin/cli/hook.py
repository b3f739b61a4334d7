"""`congtin hook`: the gate in front of the content repository."""

from __future__ import annotations

import sqlite3
import sys
from datetime import datetime
from pathlib import Path

import click

from congtin.editorial import hook
from congtin.editorial.desk import MAIN, Desk
from congtin.ending import end_now
from congtin.errors import CongtinError, ProblemsFound
from congtin.messages import msg, translate


@click.group("hook", help=translate("The gate in front of the content repository."))
def hook_group() -> None:
    """Group the hook's commands."""


@hook_group.command("install", help=translate("Put the pre-receive hook into a bare repository."))
@click.argument("repository", type=click.Path(path_type=Path, exists=True, file_okay=False))
def install_command(repository: Path) -> None:
    """Install the hook of this very congtin, and read main, so that nobody's push waits for that."""
    click.echo(hook.install(repository))
    with Desk(repository, datetime.now().astimezone()) as desk:
        if desk.is_at_hand() and desk.plain.ref(MAIN):
            desk.mainline.bring_to(desk.main())


@hook_group.command("receive", hidden=True)
def receive_command() -> None:
    """Judge the push whose updates stand on the standard input; Git calls this in the bare repository."""
    updates = hook.parse_updates(sys.stdin.buffer)
    try:
        hook.receive(Path(), updates, datetime.now().astimezone())
    except CongtinError as error:
        _explain(error)
        sys.exit(error.exit_code)
    except (OSError, sqlite3.Error) as error:
        hint = msg("Nothing was taken in. Look there for a full disk or missing rights, then push again.")
        _explain(CongtinError(msg("The machine of the content repository cannot work: {detail}", detail=error), hint))
        sys.exit(1)
    end_now()


def _explain(error: CongtinError) -> None:
    """Say why a push was not taken; a push that is taken waits for none of this to be loaded."""
    from congtin.cli.show import make_console, show_error, show_problems
    from congtin.editorial.receive import NotPassed

    console = make_console(stderr=True)
    if isinstance(error, NotPassed):
        from congtin.cli.verdict_view import show_verdict

        show_verdict(console, error.verdict)
    elif isinstance(error, ProblemsFound):
        show_problems(console, error.problems)
        return
    show_error(console, error)
