"""A step of main: made of an approved Change, and read back from the commit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from congtin.editorial import refs
from congtin.editorial.repository import GitRepository
from congtin.errors import CongtinError
from congtin.messages import msg

CHANGE_ID = "[23456789abcdefghjkmnpqrstvwxyz]{12}"
CHANGE, LOG_HEAD = "Change", "Log"


@dataclass(frozen=True)
class Proposal:
    """A step that main might make: ``after`` is the merge commit, or the tree that it would have."""

    change: str
    prev: str
    after: str
    head: str


class NotAStep(CongtinError):
    """A commit on main is not the merge of one Change."""


def merge_commit(content: GitRepository, prev: str, head: str, change: str, log_head: str | None, at: datetime) -> str:
    """Store the merge of a Change into main; return its object id. No ref moves; raise MergeConflict."""
    tree = refs.merged_tree(content, prev, head)
    message = f"Merge Change {change}\n\n{CHANGE}: {change}\n{LOG_HEAD}: {log_head or '-'}\n"
    return refs.write_commit(content, tree, [prev, head], message, at=at)


def step_of(content: GitRepository, prev: str, oid: str) -> tuple[str, str]:
    """Return (Change, its head) of a commit of main; raise NotAStep unless it has exactly the one form (E1)."""
    commit = content.commit(oid)
    short = oid[:12]
    if len(commit.parents) != 2 or commit.parents[0] != prev:
        text = msg("The commit {commit} is not the merge of one Change into main.", commit=short)
        raise NotAStep(text, msg("congtin change merge makes it."))
    change = commit.trailer(CHANGE)
    if not re.fullmatch(CHANGE_ID, change):
        raise NotAStep(msg("The commit {commit} does not name its Change.", commit=short))
    if not commit.trailer(LOG_HEAD):
        raise NotAStep(msg("The commit {commit} does not name the head of the log.", commit=short))
    return change, commit.parents[1]
