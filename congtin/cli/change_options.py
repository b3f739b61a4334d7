"""What all commands about Changes share: options, the work tree, asking back."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from congtin.cli.context import Context
from congtin.editorial.changes import Changes
from congtin.editorial.worktree import WorkTree
from congtin.errors import UsageError
from congtin.messages import msg, translate

KEY = click.option("--key", type=click.Path(path_type=Path), help=translate("The file of your SSH key."))
ID = click.argument("change", required=False)
DIGEST = click.option("--digest", help=translate("The digest you saw; other bytes are not signed."))
YES = click.option("--yes", is_flag=True, help=translate("Do not ask again."))
REASON = click.option("--reason", required=True, help=translate("Why, in words the author understands."))


def changes_of(context: Context, key: Path | None = None) -> Changes:
    """Return the Changes of the work tree, to be signed with ``key`` or the person's own."""
    changes = Changes(WorkTree(context.root, key), lambda: context.now)
    click.get_current_context().call_on_close(changes.git.close)
    return changes


def named_change(changes: Changes, change: str | None) -> str:
    """Return the Change that was named, or the one the work tree is on."""
    return change or changes.current()


def require(question: str) -> None:
    """Ask a person; raise UsageError when the answer is no, or when nobody is there to answer."""
    if not sys.stdin.isatty() or not click.confirm(question):
        raise UsageError(msg("Not confirmed; nothing was sent."), msg("{question}", question=question))
